//! The Task state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Catcher, IntegerOrExpression, NullablePath, QueryLanguage, Retrier};

/// Performs a unit of work: calls a Lambda function, an AWS service, an activity or an HTTPS API.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Task {
    /// Human-readable description of the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Query language of the state. Valid values: `JSONPath`, `JSONata`. Defaults to the query language of
    /// the state machine. In a state machine with JSONata, a state cannot use JSONPath.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_language: Option<QueryLanguage>,
    /// Resource to call: the ARN of a Lambda function, an activity, or a service integration such as
    /// `arn:aws:states:::sns:publish`.
    pub resource: String,
    /// Role that the task assumes to call the resource, for example in another account: an object with
    /// `RoleArn`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "template"))]
    pub credentials: Option<Value>,
    /// Path that selects the part of the input to process. Defaults to `$`, the entire input. `null` selects
    /// an empty object.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "path", "x-language" = "JSONPath"))]
    pub input_path: Option<NullablePath>,
    /// Payload template with the parameters of the call.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "template", "x-language" = "JSONPath"))]
    pub parameters: Option<Value>,
    /// Arguments of the call. Strings between `{%` and `%}` are JSONata expressions.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "expression", "x-language" = "JSONata"))]
    pub arguments: Option<Value>,
    /// Payload template that selects and reshapes the result before it is combined with the input.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "template", "x-language" = "JSONPath"))]
    pub result_selector: Option<Value>,
    /// Reference path in the input at which the result is inserted. Defaults to `$`, which replaces the input
    /// with the result. `null` discards the result.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::expression::present"
    )]
    #[schemars(extend("x-reads" = "result-path", "x-language" = "JSONPath"))]
    pub result_path: Option<NullablePath>,
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
    /// Maximum time of the task, in seconds. A longer task fails with `States.Timeout`. Must be between 1 and
    /// 99999999. Defaults to `99999999`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 99_999_999))]
    pub timeout_seconds: Option<IntegerOrExpression>,
    /// Reference path in the input to the maximum time of the task, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub timeout_seconds_path: Option<String>,
    /// Maximum time between two heartbeats of the task, in seconds. If a heartbeat is overdue, the task fails
    /// with `States.HeartbeatTimeout`. Must be between 1 and 99999999, and less than the timeout of the task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 99_999_999))]
    pub heartbeat_seconds: Option<IntegerOrExpression>,
    /// Reference path in the input to the maximum time between two heartbeats, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
    pub heartbeat_seconds_path: Option<String>,
    /// Retry policy for runtime errors. The first retrier that matches the error is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Vec<Retrier>>,
    /// Fallback state for runtime errors if the retry policy is exhausted or not defined. The first catcher
    /// that matches the error is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catch: Option<Vec<Catcher>>,
    /// Name of the state to run next. Required unless the state ends the workflow or the branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Whether the state ends the workflow or the branch. Defaults to `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<bool>,
}
