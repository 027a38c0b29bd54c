//! Regions of AWS and their partitions.

use std::sync::LazyLock;

/// The partitions. The first line contains the version of botocore from which `cargo xtask
/// update-aws` generated the table.
const TABLE: &str = include_str!("regions.txt");

/// A partition.
struct Partition {
    name: &'static str,
    /// Prefix of the names of its regions, for regions that are newer than the table.
    prefix: Option<&'static str>,
    regions: Vec<&'static str>,
}

static PARTITIONS: LazyLock<Vec<Partition>> = LazyLock::new(|| {
    let partitions = TABLE.lines().skip(1).filter_map(|line| {
        let mut words = line.split(' ');
        let (name, prefix) = (words.next()?, words.next()?);
        Some(Partition {
            name,
            prefix: Some(prefix).filter(|prefix| *prefix != "*"),
            regions: words.collect(),
        })
    });
    partitions.collect()
});

/// Maximum edit distance between a misspelled name and the intended region.
const TYPOS: usize = 3;

/// A region that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownRegion {
    /// The region with the most similar name, if there is one.
    pub nearest: Option<&'static str>,
}

/// Checks that a region such as `eu-west-1` exists.
///
/// # Errors
/// When no partition has this region.
pub fn check(region: &str) -> Result<(), UnknownRegion> {
    if all().any(|(_, name)| name == region) {
        Ok(())
    } else {
        Err(UnknownRegion {
            nearest: nearest(region),
        })
    }
}

/// The partition of a region, such as `aws-cn`. `aws` for an unknown name.
pub fn partition(region: &str) -> &'static str {
    let listed = all().find_map(|(partition, name)| (name == region).then_some(partition));
    let has_prefix = |partition: &&Partition| {
        partition
            .prefix
            .is_some_and(|prefix| region.starts_with(prefix))
    };
    let prefixed = || {
        PARTITIONS
            .iter()
            .find(has_prefix)
            .map(|partition| partition.name)
    };
    listed.or_else(prefixed).unwrap_or("aws")
}

/// All regions, with their partitions.
fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    PARTITIONS.iter().flat_map(|partition| {
        partition
            .regions
            .iter()
            .map(move |region| (partition.name, *region))
    })
}

fn nearest(region: &str) -> Option<&'static str> {
    let region = region.to_ascii_lowercase();
    let distances = all().map(|(_, name)| (strsim::damerau_levenshtein(&region, name), name));
    distances
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= TYPOS)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_known_or_has_a_neighbour() {
        for (region, expected) in [
            ("eu-west-1", Ok(())),
            ("sa-west-1", Ok(())),
            ("cn-northwest-1", Ok(())),
            ("us-isob-east-1", Ok(())),
            ("eusc-de-east-1", Ok(())),
            ("eu-wst-1", Err(Some("eu-west-1"))),
            ("eu_west_1", Err(Some("eu-west-1"))),
            ("EU-WEST-1", Err(Some("eu-west-1"))),
            ("eu-west-1a", Err(Some("eu-west-1"))),
            ("us-esat-1", Err(Some("us-east-1"))),
            ("us-gov-wset-1", Err(Some("us-gov-west-1"))),
            ("aws-global", Err(None)),
            ("frankfurt", Err(None)),
            ("", Err(None)),
        ] {
            assert_eq!(
                check(region).map_err(|unknown| unknown.nearest),
                expected,
                "{region}"
            );
        }
    }

    #[test]
    fn a_region_has_its_partition() {
        for (region, expected) in [
            ("eu-west-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-east-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
            ("eusc-de-east-1", "aws-eusc"),
            // Regions that are newer than the table.
            ("cn-south-9", "aws-cn"),
            ("us-isob-north-9", "aws-iso-b"),
            ("us-isof-north-9", "aws-iso-f"),
            ("eusc-fr-west-9", "aws-eusc"),
            ("eu-north-9", "aws"),
            ("local", "aws"),
        ] {
            assert_eq!(partition(region), expected, "{region}");
        }
    }
}
