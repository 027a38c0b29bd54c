//! The Wait state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{IntegerOrExpression, NullablePath, QueryLanguage};

/// Waits for a time or until a moment: exactly one of its four fields says for how long.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Wait {
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
    /// How long to wait, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 99_999_999))]
    pub seconds: Option<IntegerOrExpression>,
    /// The moment to wait for, as RFC 3339 has it, such as `2026-01-01T00:00:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "expression"))]
    pub timestamp: Option<String>,
    /// Where in the input the number of seconds stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub seconds_path: Option<String>,
    /// Where in the input the moment stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub timestamp_path: Option<String>,
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
