//! The regions of AWS and their partitions.

/// The regions of each partition, in alphabetical order, without pseudo regions such as `aws-global`.
///
/// Source: `botocore/data/partitions.json` and `botocore/data/endpoints.json` of botocore 1.44.5, which hold what the AWS
/// General Reference, "AWS service endpoints", lists.
const PARTITIONS: [(&str, &[&str]); 8] = [
    (
        "aws",
        &[
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-south-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-central-1",
            "ca-west-1",
            "eu-central-1",
            "eu-central-2",
            "eu-north-1",
            "eu-south-1",
            "eu-south-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "me-west-1",
            "mx-central-1",
            "sa-east-1",
            "sa-west-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ],
    ),
    ("aws-cn", &["cn-north-1", "cn-northwest-1"]),
    ("aws-us-gov", &["us-gov-east-1", "us-gov-west-1"]),
    ("aws-iso", &["us-iso-east-1", "us-iso-west-1"]),
    ("aws-iso-b", &["us-isob-east-1", "us-isob-west-1"]),
    ("aws-iso-e", &["eu-isoe-west-1"]),
    ("aws-iso-f", &["us-isof-east-1", "us-isof-south-1"]),
    ("aws-eusc", &["eusc-de-east-1"]),
];

/// What the names of a partition's regions begin with, for regions that are newer than the table (the `regionRegex` of
/// botocore's `partitions.json`).
const PREFIXES: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
];

/// How many letters a misspelt name may differ in from the region that is meant.
const TYPOS: usize = 3;

/// A name that no region has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownRegion {
    /// The region of the most similar name, if there is one.
    pub nearest: Option<&'static str>,
}

/// Looks a region up, such as `eu-west-1`.
///
/// # Errors
/// When no partition has such a region.
pub fn check(region: &str) -> Result<(), UnknownRegion> {
    if all().any(|(_, name)| name == region) { Ok(()) } else { Err(UnknownRegion { nearest: nearest(region) }) }
}

/// The partition of a region, such as `aws-cn`; `aws` for a name that nothing is known of.
pub fn partition(region: &str) -> &'static str {
    let listed = all().find_map(|(partition, name)| (name == region).then_some(partition));
    let prefixed = || PREFIXES.iter().find_map(|(prefix, partition)| region.starts_with(prefix).then_some(*partition));
    listed.or_else(prefixed).unwrap_or("aws")
}

/// All regions with their partitions.
fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    PARTITIONS.iter().flat_map(|(partition, regions)| regions.iter().map(move |region| (*partition, *region)))
}

fn nearest(region: &str) -> Option<&'static str> {
    let region = region.to_ascii_lowercase();
    let distances = all().map(|(_, name)| (strsim::damerau_levenshtein(&region, name), name));
    distances.min_by_key(|(distance, _)| *distance).filter(|(distance, _)| *distance <= TYPOS).map(|(_, name)| name)
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
            assert_eq!(check(region).map_err(|unknown| unknown.nearest), expected, "{region}");
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
