//! The Choice state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use super::{BooleanOrExpression, NullablePath, QueryLanguage};

/// Decides by its input which state comes next.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Choice {
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
    /// The rules, in the order in which they are tried.
    #[schemars(length(min = 1), extend("x-block" = "rule"))]
    pub choices: Vec<ChoiceRule>,
    /// The name of the state that runs next when no rule holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
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
}

/// The fields of a rule are those of a comparison and some more; both types are written from one list.
macro_rules! comparisons {
    ($(#[$doc:meta])* $name:ident { $($more:tt)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "PascalCase", deny_unknown_fields)]
        pub struct $name {
            $($more)*
            /// The value to look at: a path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub variable: Option<String>,
            /// Whether the variable equals this string.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub string_equals: Option<String>,
            /// Whether the variable equals the string at this path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub string_equals_path: Option<String>,
            /// Whether the variable is less than this string.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub string_less_than: Option<String>,
            /// Whether the variable is less than the string at this path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub string_less_than_path: Option<String>,
            /// Whether the variable is greater than this string.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub string_greater_than: Option<String>,
            /// Whether the variable is greater than the string at this path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub string_greater_than_path: Option<String>,
            /// Whether the variable is at most this string.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub string_less_than_equals: Option<String>,
            /// Whether the variable is at most the string at this path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub string_less_than_equals_path: Option<String>,
            /// Whether the variable is at least this string.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub string_greater_than_equals: Option<String>,
            /// Whether the variable is at least the string at this path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub string_greater_than_equals_path: Option<String>,
            /// Whether the variable fits this pattern, in which `*` stands for any characters.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub string_matches: Option<String>,
            /// Whether the variable equals this number.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub numeric_equals: Option<Number>,
            /// Whether the variable equals the number at this path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub numeric_equals_path: Option<String>,
            /// Whether the variable is less than this number.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub numeric_less_than: Option<Number>,
            /// Whether the variable is less than the number at this path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub numeric_less_than_path: Option<String>,
            /// Whether the variable is greater than this number.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub numeric_greater_than: Option<Number>,
            /// Whether the variable is greater than the number at this path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub numeric_greater_than_path: Option<String>,
            /// Whether the variable is at most this number.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub numeric_less_than_equals: Option<Number>,
            /// Whether the variable is at most the number at this path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub numeric_less_than_equals_path: Option<String>,
            /// Whether the variable is at least this number.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub numeric_greater_than_equals: Option<Number>,
            /// Whether the variable is at least the number at this path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub numeric_greater_than_equals_path: Option<String>,
            /// Whether the variable equals this moment.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub timestamp_equals: Option<String>,
            /// Whether the variable equals the moment at this path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub timestamp_equals_path: Option<String>,
            /// Whether the variable is before this moment.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub timestamp_less_than: Option<String>,
            /// Whether the variable is before the moment at this path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub timestamp_less_than_path: Option<String>,
            /// Whether the variable is after this moment.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub timestamp_greater_than: Option<String>,
            /// Whether the variable is after the moment at this path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub timestamp_greater_than_path: Option<String>,
            /// Whether the variable is not after this moment.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub timestamp_less_than_equals: Option<String>,
            /// Whether the variable is not after the moment at this path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub timestamp_less_than_equals_path: Option<String>,
            /// Whether the variable is not before this moment.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub timestamp_greater_than_equals: Option<String>,
            /// Whether the variable is not before the moment at this path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub timestamp_greater_than_equals_path: Option<String>,
            /// Whether the variable equals this boolean.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub boolean_equals: Option<bool>,
            /// Whether the variable equals the boolean at this path.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-reads" = "reference-path", "x-language" = "JSONPath"))]
            pub boolean_equals_path: Option<String>,
            /// Whether (`true`) or not (`false`) the variable is null.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub is_null: Option<bool>,
            /// Whether (`true`) or not (`false`) the variable is there.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub is_present: Option<bool>,
            /// Whether (`true`) or not (`false`) the variable is a number.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub is_numeric: Option<bool>,
            /// Whether (`true`) or not (`false`) the variable is a string.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub is_string: Option<bool>,
            /// Whether (`true`) or not (`false`) the variable is a boolean.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub is_boolean: Option<bool>,
            /// Whether (`true`) or not (`false`) the variable is a moment as RFC 3339 has it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub is_timestamp: Option<bool>,
            /// Whether all of these hold.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(length(min = 1), extend("x-language" = "JSONPath"))]
            pub and: Option<Vec<Comparison>>,
            /// Whether any of these holds.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(length(min = 1), extend("x-language" = "JSONPath"))]
            pub or: Option<Vec<Comparison>>,
            /// Whether this does not hold.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(extend("x-language" = "JSONPath"))]
            pub not: Option<Box<Comparison>>,
        }
    };
}

comparisons! {
    /// A rule of a Choice state.
    ChoiceRule {
        /// A text for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub comment: Option<String>,
        /// The condition of a JSONata rule.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(extend("x-language" = "JSONata"))]
        pub condition: Option<BooleanOrExpression>,
        /// The name of the state that runs next when the rule holds.
        pub next: String,
        /// The output, in place of the result.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
        #[schemars(extend("x-reads" = "expression", "x-language" = "JSONata"))]
        pub output: Option<Value>,
        /// Variables to set, by name; later states can read them.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::expression::present")]
        #[schemars(extend("x-reads" = "template"))]
        pub assign: Option<Value>,
    }
}

comparisons! {
    /// A condition inside `And`, `Or` or `Not`.
    Comparison {
        /// A text for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub comment: Option<String>,
    }
}
