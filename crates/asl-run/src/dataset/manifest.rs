//! Manifests: objects that list the objects with the items.

use serde::Deserialize;

use super::{Location, failed};
use crate::Failure;

/// The objects of an S3 inventory.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Inventory {
    /// Names of the columns. The objects have none.
    pub columns: Vec<String>,
    pub objects: Vec<Location>,
}

/// Reads the manifest of an S3 inventory.
///
/// Sources: the guide of Amazon S3, "Locating your inventory list"; the developer guide,
/// "ItemReader (Map)".
pub(super) fn inventory(text: &[u8]) -> Result<Inventory, Failure> {
    let manifest: Manifest = serde_json::from_slice(text).map_err(|error| {
        failed(format!(
            "The object is not the manifest of an S3 inventory: {error}"
        ))
    })?;
    if manifest.file_format != "CSV" {
        return Err(failed(format!(
            "The S3 inventory has the format {}. Only CSV is supported.",
            manifest.file_format
        )));
    }
    let columns = manifest.file_schema.split(',');
    let bucket = bucket(&manifest.destination_bucket);
    let objects = manifest.files.into_iter().map(|file| Location {
        bucket: Some(bucket.to_owned()),
        key: file.key,
    });
    Ok(Inventory {
        columns: columns.map(|name| name.trim().to_owned()).collect(),
        objects: objects.collect(),
    })
}

/// The name of a bucket, of which the manifest has the ARN.
fn bucket(destination: &str) -> &str {
    let (_, name) = destination.rsplit_once(':').unwrap_or(("", destination));
    name
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    destination_bucket: String,
    file_format: String,
    file_schema: String,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    key: String,
}

/// Reads the manifest of an Athena query: a line for each object.
///
/// Source: the guide of Amazon Athena, "Identify query output files", data manifest file.
pub(super) fn athena(text: &[u8]) -> Result<Vec<Location>, Failure> {
    let text = String::from_utf8_lossy(text);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(location).collect()
}

fn location(uri: &str) -> Result<Location, Failure> {
    let path = uri.strip_prefix("s3://");
    match path.and_then(|path| path.split_once('/')) {
        Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => Ok(Location {
            bucket: Some(bucket.to_owned()),
            key: key.to_owned(),
        }),
        _ => Err(failed(format!(
            "The manifest has a line that is not the URI of an object in Amazon S3: {uri}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(objects: &[Location]) -> Vec<String> {
        let place = |object: &Location| {
            format!("{}/{}", object.bucket.as_deref().unwrap_or("?"), object.key)
        };
        objects.iter().map(place).collect()
    }

    #[test]
    fn inventories_are_read() {
        let manifest = |bucket: &str, format: &str| {
            json!({
                "sourceBucket": "photos",
                "destinationBucket": bucket,
                "version": "2016-11-30",
                "fileFormat": format,
                "fileSchema": "Bucket, Key,Size",
                "files": [{ "key": "a/1.csv.gz", "size": 12, "MD5checksum": "0" }, { "key": "2" }],
            })
            .to_string()
        };
        for (text, expected) in [
            (
                manifest("arn:aws:s3:::lists", "CSV"),
                Ok("lists/a/1.csv.gz lists/2"),
            ),
            (manifest("lists", "CSV"), Ok("lists/a/1.csv.gz lists/2")),
            (
                manifest("lists", "ORC"),
                Err("The S3 inventory has the format ORC. Only CSV is supported."),
            ),
            (
                "{}".to_owned(),
                Err(
                    "The object is not the manifest of an S3 inventory: missing field `destinationBucket` at line 1 column 2",
                ),
            ),
        ] {
            let found = inventory(text.as_bytes());
            if let Ok(inventory) = &found {
                assert_eq!(inventory.columns, ["Bucket", "Key", "Size"]);
            }
            let found = found.map(|inventory| places(&inventory.objects).join(" "));
            assert_eq!(found, expected.map(str::to_owned).map_err(failed), "{text}");
        }
    }

    #[test]
    fn athena_manifests_are_read() {
        for (text, expected) in [
            ("", Ok("")),
            ("s3://b/x/1.gz\r\n\ns3://c/2", Ok("b/x/1.gz c/2")),
            (
                "s3://b/",
                Err(
                    "The manifest has a line that is not the URI of an object in Amazon S3: s3://b/",
                ),
            ),
            (
                "key",
                Err("The manifest has a line that is not the URI of an object in Amazon S3: key"),
            ),
        ] {
            let found = athena(text.as_bytes()).map(|objects| places(&objects).join(" "));
            assert_eq!(found, expected.map(str::to_owned).map_err(failed), "{text}");
        }
    }
}
