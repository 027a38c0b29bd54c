//! The Fail state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::QueryLanguage;

/// Ends the workflow with an error.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Fail {
    /// Human-readable description of the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Query language of the state. Valid values: `JSONPath`, `JSONata`. Defaults to the query language of
    /// the state machine. In a state machine with JSONata, a state cannot use JSONPath.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_language: Option<QueryLanguage>,
    /// Name of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "expression"))]
    pub error: Option<String>,
    /// Path in the input to the name of the error, or an intrinsic function that returns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "path-or-intrinsic", "x-language" = "JSONPath"))]
    pub error_path: Option<String>,
    /// Human-readable cause of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "expression"))]
    pub cause: Option<String>,
    /// Path in the input to the cause of the error, or an intrinsic function that returns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "path-or-intrinsic", "x-language" = "JSONPath"))]
    pub cause_path: Option<String>,
}
