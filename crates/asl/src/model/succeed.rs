//! The Succeed state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{NullablePath, QueryLanguage};

/// Ends the workflow, or the branch, with success.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Succeed {
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
    /// The part of the result that becomes the output; `$`, the default, is all of it, and `null` none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "path", "x-language" = "JSONPath"))]
    pub output_path: Option<NullablePath>,
    /// The output, in place of the result.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "expression", "x-language" = "JSONata"))]
    pub output: Option<Value>,
}
