//! The Parallel state.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Catcher, NullablePath, QueryLanguage, Retrier, State};

/// Runs several branches at once and waits for all of them; the result is the array of their outputs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Parallel {
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
    /// What the branches get: a payload template.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "template", "x-language" = "JSONPath"))]
    pub parameters: Option<Value>,
    /// What the branches get.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "expression", "x-language" = "JSONata"))]
    pub arguments: Option<Value>,
    /// The branches, in the order of their results.
    #[schemars(length(min = 1), extend("x-block" = "branch"))]
    pub branches: Vec<Branch>,
    /// What to keep of the result: a payload template over the raw result.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "template", "x-language" = "JSONPath"))]
    pub result_selector: Option<Value>,
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
    /// When and how often to try again after an error; the first retrier that fits counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Vec<Retrier>>,
    /// Where to go on after an error that no retry has healed; the first catcher that fits counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catch: Option<Vec<Catcher>>,
    /// The name of the state that runs next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Whether the workflow, or the branch, ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<bool>,
}

/// A workflow that runs at once with its siblings.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Branch {
    /// A text for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The name of the state that runs first.
    pub start_at: String,
    /// The states by name.
    pub states: IndexMap<String, State>,
}
