//! The Fail state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::QueryLanguage;

/// Ends the workflow with an error.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Fail {
    /// A text for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The query language of this state: `JSONPath` or `JSONata`. A state can leave the JSONPath of its state machine
    /// for JSONata, but not the other way round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_language: Option<QueryLanguage>,
    /// The name of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "expression"))]
    pub error: Option<String>,
    /// Where in the input the name of the error stands, or an intrinsic function that makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "path-or-intrinsic", "x-language" = "JSONPath"))]
    pub error_path: Option<String>,
    /// What happened, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "expression"))]
    pub cause: Option<String>,
    /// Where in the input the cause stands, or an intrinsic function that makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "path-or-intrinsic", "x-language" = "JSONPath"))]
    pub cause_path: Option<String>,
}
