//! The Map state.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Catcher, IntegerOrExpression, NullablePath, NumberOrExpression, QueryLanguage, Retrier, State};

/// Runs the same states for each item of an array or of a data set.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Map {
    /// A text for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The query language of this state: `JSONPath` or `JSONata`. A state can leave the JSONPath of its state machine
    /// for JSONata, but not the other way round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_language: Option<QueryLanguage>,
    /// The part of the input that the state sees; `$`, the default, is all of it, and `null` none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "path", "x-language" = "JSONPath"))]
    pub input_path: Option<NullablePath>,
    /// Where in the input the array stands; `$` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub items_path: Option<String>,
    /// The array or object to go through, or an expression that gives it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "expression", "x-language" = "JSONata"))]
    pub items: Option<Value>,
    /// What each run gets in place of its item.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "template"))]
    pub item_selector: Option<Value>,
    /// The older name of `ItemSelector`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "template", "x-language" = "JSONPath"))]
    pub parameters: Option<Value>,
    /// The states that run for each item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_processor: Option<ItemProcessor>,
    /// The older name of `ItemProcessor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iterator: Option<ItemProcessor>,
    /// Where the items come from when they are not in the input. Distributed mode only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_reader: Option<ItemReader>,
    /// How items are put together into batches. Distributed mode only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_batcher: Option<ItemBatcher>,
    /// Where the results go when they are not to be the output. Distributed mode only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_writer: Option<ResultWriter>,
    /// How many runs there may be at once; 0, the default, for as many as possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub max_concurrency: Option<IntegerOrExpression>,
    /// Where in the input the largest number of runs at once stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub max_concurrency_path: Option<String>,
    /// The share of failed items that the state tolerates, in percent. Distributed mode only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub tolerated_failure_percentage: Option<NumberOrExpression>,
    /// Where in the input the tolerated share stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub tolerated_failure_percentage_path: Option<String>,
    /// The number of failed items that the state tolerates. Distributed mode only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub tolerated_failure_count: Option<IntegerOrExpression>,
    /// Where in the input the tolerated number stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub tolerated_failure_count_path: Option<String>,
    /// A word that becomes part of the names of the runs, of at most 40 characters. Distributed mode only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What to keep of the result: a payload template over the raw result.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "template", "x-language" = "JSONPath"))]
    pub result_selector: Option<Value>,
    /// Where in the input the result is put; `$`, the default, puts it in place of the input, and `null` drops it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "result-path", "x-language" = "JSONPath"))]
    pub result_path: Option<NullablePath>,
    /// The part of the result that becomes the output; `$`, the default, is all of it, and `null` none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "path", "x-language" = "JSONPath"))]
    pub output_path: Option<NullablePath>,
    /// The output, in place of the result.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "expression", "x-language" = "JSONata"))]
    pub output: Option<Value>,
    /// Variables to set, by name; later states can read them.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "template"))]
    pub assign: Option<Value>,
    /// When and how often to try again after an error; the first retrier that fits counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Vec<Retrier>>,
    /// Where to go on after an error that no retry has healed; the first catcher that fits counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catch: Option<Vec<Catcher>>,
    /// The name of the state that runs next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Whether the workflow, or the branch, ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<bool>,
}

/// The states that run for each item.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ItemProcessor {
    /// A text for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Where the states run; in the execution itself if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor_config: Option<ProcessorConfig>,
    /// The name of the state that runs first.
    pub start_at: String,
    /// The states by name.
    pub states: IndexMap<String, State>,
}

/// Where the states of a Map run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ProcessorConfig {
    /// `INLINE`, the default: in the execution itself, at most 40 at once. `DISTRIBUTED`: each in an execution of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// The type of the executions of a distributed Map: `STANDARD` or `EXPRESS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_type: Option<ExecutionType>,
}

/// Where the states of a Map run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Mode {
    /// In the execution itself.
    #[serde(rename = "INLINE")]
    Inline,
    /// Each in an execution of its own.
    #[serde(rename = "DISTRIBUTED")]
    Distributed,
}

/// The type of the executions of a distributed Map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum ExecutionType {
    /// Up to a year, each step kept.
    #[serde(rename = "STANDARD")]
    Standard,
    /// Up to five minutes.
    #[serde(rename = "EXPRESS")]
    Express,
}

/// Where a distributed Map reads its items.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ItemReader {
    /// `arn:aws:states:::s3:getObject` or `arn:aws:states:::s3:listObjectsV2`.
    pub resource: String,
    /// The bucket and key, or bucket and prefix: a payload template.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "template", "x-language" = "JSONPath"))]
    pub parameters: Option<Value>,
    /// The bucket and key, or bucket and prefix.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "expression", "x-language" = "JSONata"))]
    pub arguments: Option<Value>,
    /// How the data set is to be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader_config: Option<ReaderConfig>,
}

/// How a data set is read.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ReaderConfig {
    /// The format of the data: `CSV`, `JSON`, `JSONL`, `PARQUET` or `MANIFEST`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_type: Option<InputType>,
    /// `LOAD_AND_FLATTEN` reads the objects that are listed, and not the list: `NONE` is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transformation: Option<ReaderTransformation>,
    /// What kind of manifest it is: `ATHENA_DATA` or `S3_INVENTORY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_type: Option<ManifestType>,
    /// What stands between the fields of a line; `COMMA` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "CSVDelimiter")]
    pub csv_delimiter: Option<CsvDelimiter>,
    /// Where the names of the columns are: `FIRST_ROW` or `GIVEN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "CSVHeaderLocation")]
    pub csv_header_location: Option<CsvHeaderLocation>,
    /// The names of the columns, where they are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "CSVHeaders")]
    pub csv_headers: Option<Vec<String>>,
    /// Where in a JSON document the array stands: a JSON Pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items_pointer: Option<String>,
    /// The largest number of items to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100_000_000))]
    pub max_items: Option<IntegerOrExpression>,
    /// Where in the input the largest number of items stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub max_items_path: Option<String>,
}

/// The format of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum InputType {
    /// Lines of separated fields.
    #[serde(rename = "CSV")]
    Csv,
    /// One JSON document.
    #[serde(rename = "JSON")]
    Json,
    /// A JSON document a line.
    #[serde(rename = "JSONL")]
    Jsonl,
    /// Apache Parquet.
    #[serde(rename = "PARQUET")]
    Parquet,
    /// A list of objects.
    #[serde(rename = "MANIFEST")]
    Manifest,
}

/// What is done with listed objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum ReaderTransformation {
    /// The list itself is the data set.
    #[serde(rename = "NONE")]
    None,
    /// The content of the listed objects is the data set.
    #[serde(rename = "LOAD_AND_FLATTEN")]
    LoadAndFlatten,
}

/// A kind of manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum ManifestType {
    /// The manifest of an Athena query.
    #[serde(rename = "ATHENA_DATA")]
    AthenaData,
    /// An S3 inventory.
    #[serde(rename = "S3_INVENTORY")]
    S3Inventory,
}

/// What stands between the fields of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum CsvDelimiter {
    /// `,`
    #[serde(rename = "COMMA")]
    Comma,
    /// `|`
    #[serde(rename = "PIPE")]
    Pipe,
    /// `;`
    #[serde(rename = "SEMICOLON")]
    Semicolon,
    /// A blank.
    #[serde(rename = "SPACE")]
    Space,
    /// A tabulator.
    #[serde(rename = "TAB")]
    Tab,
}

/// Where the names of the columns are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum CsvHeaderLocation {
    /// In the first line.
    #[serde(rename = "FIRST_ROW")]
    FirstRow,
    /// In `CSVHeaders`.
    #[serde(rename = "GIVEN")]
    Given,
}

/// How items are put together into batches.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ItemBatcher {
    /// What each batch gets beside its items.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "template"))]
    pub batch_input: Option<Value>,
    /// The largest number of items in a batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max_items_per_batch: Option<IntegerOrExpression>,
    /// Where in the input the largest number of items in a batch stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub max_items_per_batch_path: Option<String>,
    /// The largest size of a batch, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 262_144))]
    pub max_input_bytes_per_batch: Option<IntegerOrExpression>,
    /// Where in the input the largest size of a batch stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub max_input_bytes_per_batch_path: Option<String>,
}

/// Where a distributed Map writes its results.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ResultWriter {
    /// `arn:aws:states:::s3:putObject`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The bucket and prefix: a payload template.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "template", "x-language" = "JSONPath"))]
    pub parameters: Option<Value>,
    /// The bucket and prefix.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "expression", "x-language" = "JSONata"))]
    pub arguments: Option<Value>,
    /// How the results are to be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writer_config: Option<WriterConfig>,
}

/// How results are written.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct WriterConfig {
    /// What is kept of each result: `NONE`, `COMPACT` or `FLATTEN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transformation: Option<WriterTransformation>,
    /// The format: `JSON` or `JSONL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_type: Option<OutputType>,
}

/// What is kept of each result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum WriterTransformation {
    /// All, with the metadata of the run.
    #[serde(rename = "NONE")]
    None,
    /// The output, as an array for each run.
    #[serde(rename = "COMPACT")]
    Compact,
    /// The output, all in one array.
    #[serde(rename = "FLATTEN")]
    Flatten,
}

/// A format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum OutputType {
    /// One JSON array.
    #[serde(rename = "JSON")]
    Json,
    /// A JSON document a line.
    #[serde(rename = "JSONL")]
    Jsonl,
}
