//! The Wait state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{IntegerOrExpression, NullablePath, QueryLanguage};

/// Delays the workflow for a number of seconds or until a timestamp. Exactly one of seconds, timestamp, and
/// the paths to them is required.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Wait {
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
    /// Number of seconds to wait. Must be between 0 and 99999999.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 99_999_999))]
    pub seconds: Option<IntegerOrExpression>,
    /// Time until which to wait, as an RFC 3339 timestamp such as `2026-01-01T00:00:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "expression"))]
    pub timestamp: Option<String>,
    /// Reference path in the input to the number of seconds to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub seconds_path: Option<String>,
    /// Reference path in the input to the time until which to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub timestamp_path: Option<String>,
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
    /// Name of the state to run next. Required unless the state ends the workflow or the branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Whether the state ends the workflow or the branch. Defaults to `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<bool>,
}
