//! The Amazon States Language as Rust types, one file per state type.
//!
//! The doc comment of a field is its description in the Terraform schema, in the JSON Schema and in the reference.
//! The HCL blocks, the structural rules and [`crate::schema`] are derived from these types. No other list of fields
//! exists.
//!
//! Fields use these schema extensions:
//!
//! - `x-language`: the query language, if only one of them has the field.
//! - `x-block`: the name of the HCL block, if it differs from the name of the field.
//! - `x-null`: JSON `null` is a value of the field.
//! - `x-reads`: the kind of expression in the field, a [`crate::schema::ExpressionKind`].
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
    CsvDelimiter, CsvHeaderLocation, ExecutionType, InputType, ItemBatcher, ItemProcessor,
    ItemReader, ManifestType, Map, Mode, OutputType, ProcessorConfig, ReaderConfig,
    ReaderTransformation, ResultWriter, WriterConfig, WriterTransformation,
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
    /// Human-readable description of the state machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Query language of the states that do not set their own. Valid values: `JSONPath`, `JSONata`. Defaults
    /// to `JSONPath`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_language: Option<QueryLanguage>,
    /// Version of the Amazon States Language. Valid values: `1.0`. Defaults to `1.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// Maximum time of an execution, in seconds. A longer execution fails with `States.Timeout`. Must be
    /// between 0 and 99999999.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 99_999_999))]
    pub timeout_seconds: Option<u64>,
    /// Name of the state to run first.
    pub start_at: String,
    /// States of the state machine, by name.
    pub states: IndexMap<String, State>,
}

/// A state of any type.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "Type")]
pub enum State {
    /// Performs a unit of work: calls a Lambda function, an AWS service, an activity or an HTTPS API.
    Task(Box<Task>),
    /// Passes its input to its output without performing work. The output can also be a fixed or a
    /// transformed value.
    Pass(Box<Pass>),
    /// Adds conditional logic: its rules determine the next state.
    Choice(Box<Choice>),
    /// Delays the workflow for a number of seconds or until a timestamp.
    Wait(Box<Wait>),
    /// Runs branches in parallel and waits until all of them have ended.
    Parallel(Box<Parallel>),
    /// Runs a set of states for each item of an array or a dataset.
    Map(Box<Map>),
    /// Ends the workflow or the branch successfully.
    Succeed(Box<Succeed>),
    /// Ends the workflow with an error.
    Fail(Box<Fail>),
}

impl<'de> Deserialize<'de> for State {
    /// Deserializes through a value, because serde's own handling of tags loses numbers of arbitrary precision.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        fn typed<T: serde::de::DeserializeOwned, E: Error>(
            value: serde_json::Value,
        ) -> Result<Box<T>, E> {
            serde_json::from_value(value)
                .map(Box::new)
                .map_err(E::custom)
        }
        let mut value = serde_json::Value::deserialize(deserializer)?;
        let ty = value
            .as_object_mut()
            .and_then(|members| members.remove("Type"));
        match ty.as_ref().and_then(serde_json::Value::as_str) {
            Some("Task") => typed(value).map(Self::Task),
            Some("Pass") => typed(value).map(Self::Pass),
            Some("Choice") => typed(value).map(Self::Choice),
            Some("Wait") => typed(value).map(Self::Wait),
            Some("Parallel") => typed(value).map(Self::Parallel),
            Some("Map") => typed(value).map(Self::Map),
            Some("Succeed") => typed(value).map(Self::Succeed),
            Some("Fail") => typed(value).map(Self::Fail),
            other => Err(D::Error::custom(format!(
                "unknown state type `{}`",
                other.unwrap_or("")
            ))),
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

/// A version of the Amazon States Language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Version {
    /// Version 1.0.
    #[serde(rename = "1.0")]
    V1,
}

/// Retry policy for some errors.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Retrier {
    /// Names of the errors to retry. `States.ALL` cannot be combined with other names and must be in the last
    /// retrier.
    #[schemars(length(min = 1))]
    pub error_equals: Vec<String>,
    /// Human-readable description of the retrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Number of seconds before the first retry. Must be between 0 and 99999999. Defaults to `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 99_999_999))]
    pub interval_seconds: Option<u64>,
    /// Maximum number of retries. `0` disables retries. Must be between 0 and 99999999. Defaults to `3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 99_999_999))]
    pub max_attempts: Option<u64>,
    /// Multiplier by which the interval increases after each retry. Must be at least 1. Defaults to `2.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>", range(min = 1))]
    pub backoff_rate: Option<serde_json::Number>,
    /// Maximum interval between retries, in seconds. Must be between 1 and 31622400.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 31_622_400))]
    pub max_delay_seconds: Option<u64>,
    /// Whether to randomize the intervals between retries. Valid values: `FULL`, `NONE`. Defaults to `NONE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter_strategy: Option<JitterStrategy>,
}

/// Whether the intervals between retries are randomized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(inline)]
pub enum JitterStrategy {
    /// A random interval between zero and the computed one.
    Full,
    /// The computed interval.
    None,
}

/// Fallback state for some errors.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Catcher {
    /// Names of the errors to catch. `States.ALL` cannot be combined with other names and must be in the last
    /// catcher.
    #[schemars(length(min = 1))]
    pub error_equals: Vec<String>,
    /// Human-readable description of the catcher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Reference path in the input at which the error output is inserted. Defaults to `$`, which replaces the
    /// input with the error output. `null` discards the error output.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "expression::present"
    )]
    #[schemars(extend("x-reads" = "result-path", "x-language" = "JSONPath"))]
    pub result_path: Option<NullablePath>,
    /// Output of the state if an error is caught. Expressions can read `$states.errorOutput`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "expression::present"
    )]
    #[schemars(extend("x-reads" = "expression", "x-language" = "JSONata"))]
    pub output: Option<serde_json::Value>,
    /// Variables to assign if an error is caught, by name. Later states can read them.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "expression::present"
    )]
    #[schemars(extend("x-reads" = "template"))]
    pub assign: Option<serde_json::Value>,
    /// Name of the state to run next.
    pub next: String,
}
