//! The language as Rust types, one file per state type.
//!
//! The doc comment of a field is its documentation everywhere: in Terraform, in the published JSON Schema, in the
//! reference. From these types come the HCL blocks, the structural checks and the schema ([`crate::schema`]); nowhere
//! else is a list of fields written down.
//!
//! Schema extensions used on fields: `x-language` (the one query language that has the field), `x-block` (the name of
//! the HCL block where it is not the field's own), `x-null` (JSON `null` has a meaning of its own), `x-reads` (which of
//! the small languages inside a definition the field holds: [`crate::schema::Reads`]).
//!
//! Source: the Amazon States Language specification and the Step Functions developer guide.

mod choice;
mod expression;
mod fail;
mod map;
mod parallel;
mod pass;
mod succeed;
mod task;
mod wait;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use choice::{Choice, ChoiceRule, Comparison};
pub use expression::{BooleanOrExpression, IntegerOrExpression, NullablePath, NumberOrExpression};
pub use fail::Fail;
pub use map::{
    CsvDelimiter, CsvHeaderLocation, ExecutionType, InputType, ItemBatcher, ItemProcessor, ItemReader, ManifestType,
    Map, Mode, OutputType, ProcessorConfig, ReaderConfig, ReaderTransformation, ResultWriter, WriterConfig,
    WriterTransformation,
};
pub use parallel::{Branch, Parallel};
pub use pass::Pass;
pub use succeed::Succeed;
pub use task::Task;
pub use wait::Wait;

/// A state machine.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schemars(inline)]
pub struct Definition {
    /// A text for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The query language of all states that do not name their own: `JSONPath` (the default) or `JSONata`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_language: Option<QueryLanguage>,
    /// The version of the language; only `1.0` exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// The longest time an execution may take, in seconds; it then ends with `States.Timeout`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 99_999_999))]
    pub timeout_seconds: Option<u64>,
    /// The name of the state that runs first.
    pub start_at: String,
    /// The states by name.
    pub states: IndexMap<String, State>,
}

/// A state of any type.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "Type")]
pub enum State {
    /// Does work: calls a Lambda function, an AWS service, an activity or an HTTP API.
    Task(Box<Task>),
    /// Passes its input on, or a fixed or reshaped value instead.
    Pass(Box<Pass>),
    /// Decides by its input which state comes next.
    Choice(Box<Choice>),
    /// Waits for a time or until a moment.
    Wait(Box<Wait>),
    /// Runs several branches at once and waits for all of them.
    Parallel(Box<Parallel>),
    /// Runs the same states for each item of an array or of a data set.
    Map(Box<Map>),
    /// Ends the workflow, or the branch, with success.
    Succeed(Box<Succeed>),
    /// Ends the workflow with an error.
    Fail(Box<Fail>),
}

impl<'de> Deserialize<'de> for State {
    /// Goes through a value, because numbers of arbitrary precision do not survive serde's own handling of tags.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        fn typed<T: serde::de::DeserializeOwned, E: Error>(value: serde_json::Value) -> Result<Box<T>, E> {
            serde_json::from_value(value).map(Box::new).map_err(E::custom)
        }
        let mut value = serde_json::Value::deserialize(deserializer)?;
        let ty = value.as_object_mut().and_then(|members| members.remove("Type"));
        match ty.as_ref().and_then(serde_json::Value::as_str) {
            Some("Task") => typed(value).map(Self::Task),
            Some("Pass") => typed(value).map(Self::Pass),
            Some("Choice") => typed(value).map(Self::Choice),
            Some("Wait") => typed(value).map(Self::Wait),
            Some("Parallel") => typed(value).map(Self::Parallel),
            Some("Map") => typed(value).map(Self::Map),
            Some("Succeed") => typed(value).map(Self::Succeed),
            Some("Fail") => typed(value).map(Self::Fail),
            other => Err(D::Error::custom(format!("no state type `{}`", other.unwrap_or("")))),
        }
    }
}

/// A query language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum QueryLanguage {
    /// Paths and payload templates.
    JSONPath,
    /// Expressions between `{%` and `%}`.
    JSONata,
}

/// A version of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Version {
    /// The only one.
    #[serde(rename = "1.0")]
    V1,
}

/// When and how often to try again after an error.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Retrier {
    /// The errors it is for; `States.ALL` stands alone, in the last retrier.
    #[schemars(length(min = 1))]
    pub error_equals: Vec<String>,
    /// A text for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Seconds before the first retry; 1 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 99_999_999))]
    pub interval_seconds: Option<u64>,
    /// How often to try again; 3 if absent, 0 for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 99_999_999))]
    pub max_attempts: Option<u64>,
    /// The factor by which the wait grows with each retry; 2.0 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>", range(min = 1))]
    pub backoff_rate: Option<serde_json::Number>,
    /// The longest wait between two retries, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 31_622_400))]
    pub max_delay_seconds: Option<u64>,
    /// Whether the waits are spread at random: `FULL` or `NONE` (the default).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter_strategy: Option<JitterStrategy>,
}

/// Whether waits between retries are spread at random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(inline)]
pub enum JitterStrategy {
    /// Between zero and the computed wait.
    Full,
    /// The computed wait.
    None,
}

/// Where to go on after an error that no retry has healed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Catcher {
    /// The errors it is for; `States.ALL` stands alone, in the last catcher.
    #[schemars(length(min = 1))]
    pub error_equals: Vec<String>,
    /// A text for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Where in the state's input the error is put; `$`, the default, puts it in place of the input, and `null` drops it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "expression::present")]
    #[schemars(extend("x-reads" = "result-path", "x-language" = "JSONPath"))]
    pub result_path: Option<NullablePath>,
    /// The output, which may read `$states.errorOutput`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "expression::present")]
    #[schemars(extend("x-reads" = "expression", "x-language" = "JSONata"))]
    pub output: Option<serde_json::Value>,
    /// Variables to set, by name.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "expression::present")]
    #[schemars(extend("x-reads" = "template"))]
    pub assign: Option<serde_json::Value>,
    /// The name of the state that runs next.
    pub next: String,
}
