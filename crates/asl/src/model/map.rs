//! The Map state.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Catcher, IntegerOrExpression, NullablePath, NumberOrExpression, QueryLanguage, Retrier, State,
};

/// Runs a set of states for each item of an array or a dataset.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Map {
    /// Human-readable description of the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Query language of the state. Valid values: `JSONPath`, `JSONata`. Defaults to the query language of
    /// the state machine. In a state machine with JSONata, a state cannot use JSONPath.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_language: Option<QueryLanguage>,
    /// Path that selects the part of the input to process. Defaults to `$`, the entire input. `null` selects
    /// an empty object.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "path", "x-language" = "JSONPath"))]
    pub input_path: Option<NullablePath>,
    /// Reference path in the input to the items. Defaults to `$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub items_path: Option<String>,
    /// Array or object with the items, or a JSONata expression that evaluates to one.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "expression", "x-language" = "JSONata"))]
    pub items: Option<Value>,
    /// Input of each iteration, in place of the item.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "template"))]
    pub item_selector: Option<Value>,
    /// Older name of the item selector. Deprecated.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "template", "x-language" = "JSONPath"))]
    pub parameters: Option<Value>,
    /// States that run for each item, and the mode in which they run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_processor: Option<ItemProcessor>,
    /// Older name of the item processor. Deprecated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iterator: Option<ItemProcessor>,
    /// Dataset from which the items are read, in place of the input. Distributed mode only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_reader: Option<ItemReader>,
    /// Groups the items into batches. Each child workflow execution receives a batch. Distributed mode only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_batcher: Option<ItemBatcher>,
    /// Location in Amazon S3 and format of the results of the child workflow executions. Distributed mode
    /// only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_writer: Option<ResultWriter>,
    /// Maximum number of iterations that run in parallel. Must be at least 0. Defaults to `0`, which sets no
    /// limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub max_concurrency: Option<IntegerOrExpression>,
    /// Reference path in the input to the maximum number of iterations that run in parallel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub max_concurrency_path: Option<String>,
    /// Percentage of failed items to tolerate. The state fails if it is exceeded. Must be between 0 and 100.
    /// Distributed mode only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub tolerated_failure_percentage: Option<NumberOrExpression>,
    /// Reference path in the input to the percentage of failed items to tolerate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub tolerated_failure_percentage_path: Option<String>,
    /// Number of failed items to tolerate. The state fails if it is exceeded. Must be at least 0. Distributed
    /// mode only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub tolerated_failure_count: Option<IntegerOrExpression>,
    /// Reference path in the input to the number of failed items to tolerate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub tolerated_failure_count_path: Option<String>,
    /// Unique label of the Map state, which becomes part of the names of its Map Runs. 1–40 characters.
    /// Distributed mode only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Payload template that selects and reshapes the result before it is combined with the input.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "template", "x-language" = "JSONPath"))]
    pub result_selector: Option<Value>,
    /// Reference path in the input at which the result is inserted. Defaults to `$`, which replaces the input
    /// with the result. `null` discards the result.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "result-path", "x-language" = "JSONPath"))]
    pub result_path: Option<NullablePath>,
    /// Path that selects the part of the result that becomes the output. Defaults to `$`, the entire result.
    /// `null` selects an empty object.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "path", "x-language" = "JSONPath"))]
    pub output_path: Option<NullablePath>,
    /// Output of the state, in place of the default output. Strings between `{%` and `%}` are JSONata
    /// expressions.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "expression", "x-language" = "JSONata"))]
    pub output: Option<Value>,
    /// Variables to assign, by name. Later states can read them.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "template"))]
    pub assign: Option<Value>,
    /// Retry policy for runtime errors. The first retrier that matches the error is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Vec<Retrier>>,
    /// Fallback state for runtime errors if the retry policy is exhausted or not defined. The first catcher
    /// that matches the error is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catch: Option<Vec<Catcher>>,
    /// Name of the state to run next. Required unless the state ends the workflow or the branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Whether the state ends the workflow or the branch. Defaults to `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<bool>,
}

/// The states that run for each item.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ItemProcessor {
    /// Human-readable description of the item processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Processing mode. Defaults to inline mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor_config: Option<ProcessorConfig>,
    /// Name of the state to run first.
    pub start_at: String,
    /// States of the item processor, by name.
    pub states: IndexMap<String, State>,
}

/// Processing mode of a Map state.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ProcessorConfig {
    /// Processing mode. Valid values: `INLINE`, `DISTRIBUTED`. Defaults to `INLINE`. Inline mode runs the
    /// iterations in the current execution, at most 40 in parallel. Distributed mode runs each iteration as a
    /// child workflow execution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Type of the child workflow executions in distributed mode, where it is required. Valid values:
    /// `STANDARD`, `EXPRESS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_type: Option<ExecutionType>,
}

/// Processing mode of a Map state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Mode {
    /// In the current execution.
    #[serde(rename = "INLINE")]
    Inline,
    /// Each iteration as a child workflow execution.
    #[serde(rename = "DISTRIBUTED")]
    Distributed,
}

/// Type of child workflow executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum ExecutionType {
    /// Executions of up to a year.
    #[serde(rename = "STANDARD")]
    Standard,
    /// Executions of up to five minutes.
    #[serde(rename = "EXPRESS")]
    Express,
}

/// Dataset of a distributed Map state.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ItemReader {
    /// Action that reads the dataset: `arn:aws:states:::s3:getObject` or `arn:aws:states:::s3:listObjectsV2`.
    pub resource: String,
    /// Payload template with the bucket and key, or the bucket and prefix, of the dataset.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "template", "x-language" = "JSONPath"))]
    pub parameters: Option<Value>,
    /// Bucket and key, or bucket and prefix, of the dataset. Strings between `{%` and `%}` are JSONata
    /// expressions.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "expression", "x-language" = "JSONata"))]
    pub arguments: Option<Value>,
    /// Format and options of the dataset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader_config: Option<ReaderConfig>,
}

/// Format and options of a dataset.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ReaderConfig {
    /// Format of the dataset. Valid values: `CSV`, `JSON`, `JSONL`, `PARQUET`, `MANIFEST`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_type: Option<InputType>,
    /// Whether to process the content of the listed objects (`LOAD_AND_FLATTEN`) or the list itself (`NONE`).
    /// Valid values: `NONE`, `LOAD_AND_FLATTEN`. Defaults to `NONE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transformation: Option<ReaderTransformation>,
    /// Type of the manifest. Valid values: `ATHENA_DATA`, `S3_INVENTORY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_type: Option<ManifestType>,
    /// Delimiter of the fields in a CSV file. Valid values: `COMMA`, `PIPE`, `SEMICOLON`, `SPACE`, `TAB`.
    /// Defaults to `COMMA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "CSVDelimiter")]
    pub csv_delimiter: Option<CsvDelimiter>,
    /// Location of the column names of a CSV file. Valid values: `FIRST_ROW`, `GIVEN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "CSVHeaderLocation")]
    pub csv_header_location: Option<CsvHeaderLocation>,
    /// Column names of a CSV file. Required if their location is `GIVEN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "CSVHeaders")]
    pub csv_headers: Option<Vec<String>>,
    /// JSON Pointer to the array of items in a JSON file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items_pointer: Option<String>,
    /// Maximum number of items to read. Must be between 0 and 100000000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100_000_000))]
    pub max_items: Option<IntegerOrExpression>,
    /// Reference path in the input to the maximum number of items to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub max_items_path: Option<String>,
}

/// Format of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum InputType {
    /// Delimited fields in lines.
    #[serde(rename = "CSV")]
    Csv,
    /// One JSON document.
    #[serde(rename = "JSON")]
    Json,
    /// One JSON document per line.
    #[serde(rename = "JSONL")]
    Jsonl,
    /// Apache Parquet.
    #[serde(rename = "PARQUET")]
    Parquet,
    /// A list of objects.
    #[serde(rename = "MANIFEST")]
    Manifest,
}

/// Data that a reader processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum ReaderTransformation {
    /// The list of objects.
    #[serde(rename = "NONE")]
    None,
    /// The content of the listed objects.
    #[serde(rename = "LOAD_AND_FLATTEN")]
    LoadAndFlatten,
}

/// Type of a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum ManifestType {
    /// Manifest of an Athena query.
    #[serde(rename = "ATHENA_DATA")]
    AthenaData,
    /// Amazon S3 inventory.
    #[serde(rename = "S3_INVENTORY")]
    S3Inventory,
}

/// Delimiter of the fields in a CSV file.
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
    /// A space.
    #[serde(rename = "SPACE")]
    Space,
    /// A tab.
    #[serde(rename = "TAB")]
    Tab,
}

/// Location of the column names of a CSV file.
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

/// Groups items into batches.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ItemBatcher {
    /// Input that each batch receives in addition to its items.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "template"))]
    pub batch_input: Option<Value>,
    /// Maximum number of items in a batch. Must be at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max_items_per_batch: Option<IntegerOrExpression>,
    /// Reference path in the input to the maximum number of items in a batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub max_items_per_batch_path: Option<String>,
    /// Maximum size of a batch, in bytes. Must be between 1 and 262144.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 262_144))]
    pub max_input_bytes_per_batch: Option<IntegerOrExpression>,
    /// Reference path in the input to the maximum size of a batch, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub max_input_bytes_per_batch_path: Option<String>,
}

/// Location and format of the results of a distributed Map state.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ResultWriter {
    /// Action that writes the results: `arn:aws:states:::s3:putObject`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Payload template with the bucket and prefix of the results.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "template", "x-language" = "JSONPath"))]
    pub parameters: Option<Value>,
    /// Bucket and prefix of the results. Strings between `{%` and `%}` are JSONata expressions.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "expression", "x-language" = "JSONata"))]
    pub arguments: Option<Value>,
    /// Format and content of the results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writer_config: Option<WriterConfig>,
}

/// Format and content of results.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct WriterConfig {
    /// Content of the results: outputs with metadata (`NONE`), outputs only (`COMPACT`), or outputs only,
    /// with arrays flattened into one (`FLATTEN`). Valid values: `NONE`, `COMPACT`, `FLATTEN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transformation: Option<WriterTransformation>,
    /// Format of the results. Valid values: `JSON`, `JSONL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_type: Option<OutputType>,
}

/// Content of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum WriterTransformation {
    /// The outputs, with the metadata of the executions.
    #[serde(rename = "NONE")]
    None,
    /// The outputs.
    #[serde(rename = "COMPACT")]
    Compact,
    /// The outputs, with arrays flattened into one.
    #[serde(rename = "FLATTEN")]
    Flatten,
}

/// Format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum OutputType {
    /// One JSON array.
    #[serde(rename = "JSON")]
    Json,
    /// One JSON document per line.
    #[serde(rename = "JSONL")]
    Jsonl,
}
