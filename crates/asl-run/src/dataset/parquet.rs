//! Apache Parquet.
//!
//! Source: the developer guide, "ItemReader (Map)", `InputType`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ::bytes::Bytes;
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader as _, SerializedFileReader};
use serde_json::Value;

use super::failed;
use crate::Failure;

/// The rows of a file, as objects. Columns with codecs other than Snappy and gzip are refused.
pub(super) fn rows(content: &[u8], most: usize) -> Result<Vec<Value>, Failure> {
    let content = content.to_vec();
    // The library panics on some types of columns.
    catch_unwind(AssertUnwindSafe(|| read(content, most)))
        .unwrap_or_else(|_| {
            Err(ParquetError::General(
                "the type of a column is not known".to_owned(),
            ))
        })
        .map_err(|error| failed(format!("The object is not valid Parquet: {error}")))
}

fn read(content: Vec<u8>, most: usize) -> Result<Vec<Value>, ParquetError> {
    let reader = SerializedFileReader::new(Bytes::from(content))?;
    let rows = reader.get_row_iter(None)?.take(most);
    rows.map(|row| Ok(row?.to_json_value())).collect()
}
