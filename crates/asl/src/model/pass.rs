//! The Pass state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{NullablePath, QueryLanguage};

/// Passes its input on, or a fixed or reshaped value instead.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Pass {
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
    /// A fixed value in place of the input. Paths in it are not looked up.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-language" = "JSONPath"))]
    pub result: Option<Value>,
    /// A payload template that makes the result from the input.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "template", "x-language" = "JSONPath"))]
    pub parameters: Option<Value>,
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
    /// The name of the state that runs next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Whether the workflow, or the branch, ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<bool>,
}
