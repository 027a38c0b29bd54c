//! Gives item readers the datasets of a case.

use std::path::{Component, Path, PathBuf};

use asl_run::{Content, Failure, Listed, Moment, Read};
use serde_json::Value;

use crate::mock::Dataset;
use crate::suite::Case;
use crate::{Addition, Stop};

/// The content for a reading, or the error with which it fails. Paths are relative to `folder`. Listed objects are
/// as old as `time`. The error says which dataset is missing or wrong.
pub(crate) fn content(
    case: &Case,
    folder: &Path,
    time: Moment,
    read: &Read,
) -> Result<Result<Content, Failure>, Stop> {
    let state = &read.state;
    let Some(dataset) = case.file.datasets.get(&**state) else {
        return Err(missing(read));
    };
    let content = match dataset {
        Dataset::Throw(throw) => return Ok(Err(throw.failure())),
        Dataset::Folder(objects) if is_listing(read) => {
            listing(&folder.join(objects), time, read).map(Content::Listing)
        }
        _ if is_listing(read) => {
            Err("the reader lists objects, so `folder` is required".to_owned())
        }
        Dataset::Folder(objects) => {
            inside(parameter(read, "Key")).and_then(|key| object(&folder.join(objects).join(key)))
        }
        Dataset::File(file) => object(&folder.join(file)),
        Dataset::Content(Value::String(text)) => Ok(Content::Object(text.clone().into_bytes())),
        Dataset::Content(value) => Ok(Content::Object(value.to_string().into_bytes())),
    };
    content
        .map(Ok)
        .map_err(|message: String| format!("dataset of `{state}`: {message}").into())
}

fn is_listing(read: &Read) -> bool {
    read.resource.ends_with(":listObjectsV2")
}

fn missing(read: &Read) -> Stop {
    Stop {
        message: format!(
            "`{}` has no dataset. It reads {} with {}",
            read.state,
            read.resource,
            read.parameters.value()
        ),
        add: Some(Box::new(Addition {
            part: "datasets",
            starter: None,
            state: read.state.to_string(),
            member: match is_listing(read) {
                true => ("folder", "objects"),
                false => ("file", "items.json"),
            },
            comment: String::new(),
        })),
    }
}

fn object(path: &Path) -> Result<Content, String> {
    std::fs::read(path)
        .map(Content::Object)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// The path of a key in the folder that has the objects.
fn inside(key: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(key);
    let is_inside = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if key.is_empty() || !is_inside {
        return Err(format!(
            "the key `{key}` is not the path of a file in the folder"
        ));
    }
    Ok(path)
}

/// The files whose keys begin with `Prefix`, ordered by their keys.
fn listing(folder: &Path, time: Moment, read: &Read) -> Result<Vec<Listed>, String> {
    let mut found = Vec::new();
    collect(folder, "", time, &mut found)?;
    let prefix = parameter(read, "Prefix");
    found.retain(|object| object.key.starts_with(prefix));
    found.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(found)
}

fn collect(
    folder: &Path,
    prefix: &str,
    time: Moment,
    found: &mut Vec<Listed>,
) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let key = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let metadata = entry.metadata().map_err(wrong)?;
        if metadata.is_dir() {
            collect(&entry.path(), &format!("{key}/"), time, found)?;
        } else {
            found.push(Listed {
                key,
                modified: time,
                size: metadata.len(),
                storage_class: "STANDARD".to_owned(),
                ..Listed::default()
            });
        }
    }
    Ok(())
}

fn parameter<'a>(read: &'a Read, name: &str) -> &'a str {
    let value = read.parameters.value().get(name);
    value.and_then(Value::as_str).unwrap_or("")
}
