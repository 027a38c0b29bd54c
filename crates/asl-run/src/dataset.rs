//! Datasets of distributed Map states: the items that an `ItemReader` reads, batches of items, and
//! the results that a `ResultWriter` writes.
//!
//! Nothing here reads or writes objects. A [`Reading`] is given the content of an object, and
//! returns the items or names the object whose content it needs next.
//!
//! Sources: the developer guide, "ItemReader (Map)", "ItemBatcher (Map)" and "ResultWriter (Map)";
//! executions recorded on AWS.

mod batch;
mod csv;
mod json;
mod manifest;
mod parquet;
mod results;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::Read as _;

use asl::model::{InputType, ManifestType, ReaderConfig, ReaderTransformation};
use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};

use crate::{Failure, Moment};

pub(crate) use batch::batches;
pub use results::ChildResult;
pub(crate) use results::{collected, written};

/// Largest number of items that a reader reads.
///
/// Source: the developer guide, "ItemReader (Map)", `MaxItems`.
const MOST_ITEMS: i64 = 100_000_000;

/// An answer to a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The content of the object that `s3:getObject` reads.
    Object(Vec<u8>),
    /// The objects that `s3:listObjectsV2` lists, in their order.
    Listing(Vec<Listed>),
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// The entity tag, with its quotation marks.
    pub etag: String,
    /// When it was written.
    pub modified: Moment,
    /// Size in bytes.
    pub size: u64,
    /// Storage class, such as `STANDARD`.
    pub storage_class: String,
}

/// Where an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The bucket. `None` if it is the bucket that the reader lists.
    pub bucket: Option<String>,
    /// The key.
    pub key: String,
}

/// The next step of a reading.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// The items of the dataset.
    Items(Vec<Value>),
    /// The object to read next.
    More(Location),
}

/// A dataset that is being read.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// Format of the objects with items.
    format: Format,
    /// The manifest that the first object is.
    manifest: Option<ManifestType>,
    /// Whether the listed objects have the items.
    flattens: bool,
    most: usize,
    /// The items of the objects that were read.
    items: Vec<Value>,
    /// The objects that are not read yet.
    left: VecDeque<Location>,
}

/// Format of an object with items.
#[derive(Debug, Clone)]
enum Format {
    Json { pointer: Option<String> },
    Jsonl,
    Csv(csv::Format),
    Parquet,
}

impl Reading {
    /// Begins to read. `most` is the value of `MaxItems`.
    pub(crate) fn new(config: &ReaderConfig, most: Option<i64>) -> Result<Self, Failure> {
        Ok(Self {
            format: Format::of(config),
            manifest: manifest_of(config),
            flattens: config.transformation == Some(ReaderTransformation::LoadAndFlatten),
            most: limit(most)?,
            items: Vec::new(),
            left: VecDeque::new(),
        })
    }

    /// Takes the content of an object, or a listing.
    pub(crate) fn give(&mut self, content: Content) -> Result<Step, Failure> {
        match content {
            Content::Listing(objects) if self.flattens => self.left = parts(objects),
            Content::Listing(objects) => return Ok(Step::Items(self.listed(objects))),
            Content::Object(bytes) => {
                let content = unpacked(&bytes)?;
                match self.manifest.take() {
                    Some(kind) => self.left = self.manifest(&content, kind)?.into(),
                    None => self.add(&content)?,
                }
            }
        }
        Ok(self.next())
    }

    /// Adds the items of an object.
    fn add(&mut self, content: &[u8]) -> Result<(), Failure> {
        let left = self.most.saturating_sub(self.items.len());
        let mut found = self.format.items(content, left)?;
        self.items.append(&mut found);
        Ok(())
    }

    fn next(&mut self) -> Step {
        let next = self.left.pop_front();
        match next.filter(|_| self.items.len() < self.most) {
            Some(object) => Step::More(object),
            None => Step::Items(std::mem::take(&mut self.items)),
        }
    }

    fn listed(&self, objects: Vec<Listed>) -> Vec<Value> {
        objects.into_iter().take(self.most).map(item).collect()
    }

    fn manifest(&mut self, text: &[u8], kind: ManifestType) -> Result<Vec<Location>, Failure> {
        match kind {
            ManifestType::AthenaData => manifest::athena(text),
            ManifestType::S3Inventory => {
                let inventory = manifest::inventory(text)?;
                let delimiter = match &self.format {
                    Format::Csv(format) => format.delimiter,
                    _ => ',',
                };
                let headers = Some(inventory.columns);
                self.format = Format::Csv(csv::Format { delimiter, headers });
                Ok(inventory.objects)
            }
        }
    }
}

impl Format {
    fn of(config: &ReaderConfig) -> Self {
        match config.input_type {
            Some(InputType::Csv | InputType::Manifest) => Self::Csv(csv::Format::of(config)),
            Some(InputType::Jsonl) => Self::Jsonl,
            Some(InputType::Parquet) => Self::Parquet,
            Some(InputType::Json) | None => Self::Json {
                pointer: config.items_pointer.clone(),
            },
        }
    }

    fn items(&self, content: &[u8], most: usize) -> Result<Vec<Value>, Failure> {
        // Programs for spreadsheets write the mark at the start of UTF-8 text.
        let text = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
        match self {
            Self::Json { pointer } => json::document(text, pointer.as_deref(), most),
            Self::Jsonl => json::lines(text, most),
            Self::Csv(format) => csv::items(&String::from_utf8_lossy(text), format, most),
            Self::Parquet => parquet::rows(content, most),
        }
    }
}

/// The kind of manifest that the object of a reader is.
///
/// `InputType` is `MANIFEST` for an S3 inventory without `ManifestType`. With `ATHENA_DATA`, it is
/// the format of the objects that the manifest lists.
fn manifest_of(config: &ReaderConfig) -> Option<ManifestType> {
    let inventory = config.input_type == Some(InputType::Manifest);
    let inventory = inventory.then_some(ManifestType::S3Inventory);
    config.manifest_type.or(inventory)
}

/// The number of items to read at most. AWS reads all items if `MaxItems` is 0.
fn limit(most: Option<i64>) -> Result<usize, Failure> {
    match most.unwrap_or(0) {
        0 => Ok(MOST_ITEMS as usize),
        most if most < 0 => Err(failed("field MaxItems must be positive")),
        most => Ok(most.min(MOST_ITEMS) as usize),
    }
}

/// The listed objects that can have items. Objects that stand for a folder are empty.
fn parts(objects: Vec<Listed>) -> VecDeque<Location> {
    let filled = objects.into_iter().filter(|object| object.size > 0);
    let locations = filled.map(|object| Location {
        bucket: None,
        key: object.key,
    });
    locations.collect()
}

/// A listed object as an item.
///
/// Source: the developer guide, "ItemReader (Map)", the example of a child workflow execution whose
/// item is an object in Amazon S3.
fn item(object: Listed) -> Value {
    json!({
        "Etag": object.etag,
        "Key": object.key,
        "LastModified": object.modified.0.div_euclid(1000),
        "Size": object.size,
        "StorageClass": object.storage_class,
    })
}

/// The content of an object, decompressed if it is compressed with gzip.
///
/// The objects of an S3 inventory and of an Athena query are. No text begins as compressed content
/// does.
fn unpacked(content: &[u8]) -> Result<Cow<'_, [u8]>, Failure> {
    if content.starts_with(b"\x28\xB5\x2F\xFD") {
        return Err(failed(
            "Objects that are compressed with Zstandard cannot be read offline.",
        ));
    }
    if !content.starts_with(b"\x1F\x8B") {
        return Ok(Cow::Borrowed(content));
    }
    let mut plain = Vec::new();
    match MultiGzDecoder::new(content).read_to_end(&mut plain) {
        Ok(_) => Ok(Cow::Owned(plain)),
        Err(error) => Err(failed(format!(
            "The object cannot be decompressed: {error}"
        ))),
    }
}

/// A failure of a reader.
fn failed(cause: impl Into<String>) -> Failure {
    Failure::new("States.ItemReaderFailed", cause)
}

#[cfg(test)]
mod tests;
