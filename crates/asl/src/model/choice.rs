//! The Choice state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use super::{BooleanOrExpression, NullablePath, QueryLanguage};

/// Adds conditional logic: its rules determine the next state.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Choice {
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
    /// Rules that determine the next state, in the order in which they are evaluated. The first rule that
    /// matches is used.
    #[schemars(length(min = 1), extend("x-block" = "rule"))]
    pub choices: Vec<ChoiceRule>,
    /// Name of the state to run next if no rule matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
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
}

/// Defines a type with the fields of a comparison. A rule of a Choice state has additional fields.
macro_rules! comparisons {
    ($(#[$doc:meta])* $name:ident { $($more:tt)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "PascalCase", deny_unknown_fields)]
        pub struct $name {
            $($more)*
            /// Reference path to the value to compare.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub variable: Option<String>,
            /// String that the value must equal.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub string_equals: Option<String>,
            /// Reference path to the string that the value must equal.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub string_equals_path: Option<String>,
            /// String that the value must be less than.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub string_less_than: Option<String>,
            /// Reference path to the string that the value must be less than.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub string_less_than_path: Option<String>,
            /// String that the value must be greater than.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub string_greater_than: Option<String>,
            /// Reference path to the string that the value must be greater than.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub string_greater_than_path: Option<String>,
            /// String that the value must be less than or equal to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub string_less_than_equals: Option<String>,
            /// Reference path to the string that the value must be less than or equal to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub string_less_than_equals_path: Option<String>,
            /// String that the value must be greater than or equal to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub string_greater_than_equals: Option<String>,
            /// Reference path to the string that the value must be greater than or equal to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub string_greater_than_equals_path: Option<String>,
            /// Pattern that the value must match. `*` matches any characters.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub string_matches: Option<String>,
            /// Number that the value must equal.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub numeric_equals: Option<Number>,
            /// Reference path to the number that the value must equal.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub numeric_equals_path: Option<String>,
            /// Number that the value must be less than.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub numeric_less_than: Option<Number>,
            /// Reference path to the number that the value must be less than.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub numeric_less_than_path: Option<String>,
            /// Number that the value must be greater than.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub numeric_greater_than: Option<Number>,
            /// Reference path to the number that the value must be greater than.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub numeric_greater_than_path: Option<String>,
            /// Number that the value must be less than or equal to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub numeric_less_than_equals: Option<Number>,
            /// Reference path to the number that the value must be less than or equal to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub numeric_less_than_equals_path: Option<String>,
            /// Number that the value must be greater than or equal to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub numeric_greater_than_equals: Option<Number>,
            /// Reference path to the number that the value must be greater than or equal to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub numeric_greater_than_equals_path: Option<String>,
            /// Timestamp that the value must equal.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub timestamp_equals: Option<String>,
            /// Reference path to the timestamp that the value must equal.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub timestamp_equals_path: Option<String>,
            /// Timestamp that the value must be before.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub timestamp_less_than: Option<String>,
            /// Reference path to the timestamp that the value must be before.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub timestamp_less_than_path: Option<String>,
            /// Timestamp that the value must be after.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub timestamp_greater_than: Option<String>,
            /// Reference path to the timestamp that the value must be after.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub timestamp_greater_than_path: Option<String>,
            /// Timestamp that the value must be before or equal to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub timestamp_less_than_equals: Option<String>,
            /// Reference path to the timestamp that the value must be before or equal to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub timestamp_less_than_equals_path: Option<String>,
            /// Timestamp that the value must be after or equal to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub timestamp_greater_than_equals: Option<String>,
            /// Reference path to the timestamp that the value must be after or equal to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub timestamp_greater_than_equals_path: Option<String>,
            /// Boolean that the value must equal.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub boolean_equals: Option<bool>,
            /// Reference path to the boolean that the value must equal.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub boolean_equals_path: Option<String>,
            /// Whether the value must be null (`true`) or must not be (`false`).
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub is_null: Option<bool>,
            /// Whether the value must be present (`true`) or must not be (`false`).
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub is_present: Option<bool>,
            /// Whether the value must be a number (`true`) or must not be (`false`).
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub is_numeric: Option<bool>,
            /// Whether the value must be a string (`true`) or must not be (`false`).
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub is_string: Option<bool>,
            /// Whether the value must be a boolean (`true`) or must not be (`false`).
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub is_boolean: Option<bool>,
            /// Whether the value must be an RFC 3339 timestamp (`true`) or must not be (`false`).
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub is_timestamp: Option<bool>,
            /// Comparisons that must all be true.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(length(min = 1), extend("x-language" = "JSONPath"))]
            pub and: Option<Vec<Comparison>>,
            /// Comparisons of which at least one must be true.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(length(min = 1), extend("x-language" = "JSONPath"))]
            pub or: Option<Vec<Comparison>>,
            /// Comparison that must be false.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub not: Option<Box<Comparison>>,
        }
    };
}

comparisons! {
    /// A rule of a Choice state.
    ChoiceRule {
        /// Human-readable description of the rule.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub comment: Option<String>,
        /// Boolean, or a JSONata expression that evaluates to one. The rule matches if it is `true`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(extend("x-language" = "JSONata"))]
        pub condition: Option<BooleanOrExpression>,
        /// Name of the state to run next if the rule matches.
        pub next: String,
        /// Output of the state if the rule matches, in place of the default output. Strings between `{%` and
        /// `%}` are JSONata expressions.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
        #[schemars(extend("x-reads" = "expression", "x-language" = "JSONata"))]
        pub output: Option<Value>,
        /// Variables to assign if the rule matches, by name. Later states can read them.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
        #[schemars(extend("x-reads" = "template"))]
        pub assign: Option<Value>,
    }
}

comparisons! {
    /// A condition inside `And`, `Or` or `Not`.
    Comparison {
        /// Human-readable description of the comparison.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub comment: Option<String>,
    }
}
