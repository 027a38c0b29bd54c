//! The Task state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Catcher, IntegerOrExpression, NullablePath, QueryLanguage, Retrier};

/// Does work: calls a Lambda function, an AWS service, an activity or an HTTP API.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Task {
    /// A text for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The query language of this state: `JSONPath` or `JSONata`. A state can leave the JSONPath of its state machine
    /// for JSONata, but not the other way round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_language: Option<QueryLanguage>,
    /// What is called: the ARN of a Lambda function or an activity, or of a service integration such as
    /// `arn:aws:states:::sns:publish`.
    pub resource: String,
    /// The role to call it with, for another account: an object with `RoleArn`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "template"))]
    pub credentials: Option<Value>,
    /// The part of the input that the state sees; `$`, the default, is all of it, and `null` none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "path", "x-language" = "JSONPath"))]
    pub input_path: Option<NullablePath>,
    /// What is passed to the resource: a payload template.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "template", "x-language" = "JSONPath"))]
    pub parameters: Option<Value>,
    /// What is passed to the resource.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
    #[schemars(extend("x-reads" = "expression", "x-language" = "JSONata"))]
    pub arguments: Option<Value>,
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
    /// The longest time the task may take, in seconds; it then fails with `States.Timeout`. 99999999 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 99_999_999))]
    pub timeout_seconds: Option<IntegerOrExpression>,
    /// Where in the input the longest time stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub timeout_seconds_path: Option<String>,
    /// The longest time between two signs of life of the task, in seconds; shorter than `TimeoutSeconds`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 99_999_999))]
    pub heartbeat_seconds: Option<IntegerOrExpression>,
    /// Where in the input the longest time between two signs of life stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub heartbeat_seconds_path: Option<String>,
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
