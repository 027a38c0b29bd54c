//! The Succeed state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{NullablePath, QueryLanguage};

/// Ends the workflow or the branch successfully.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Succeed {
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
}
