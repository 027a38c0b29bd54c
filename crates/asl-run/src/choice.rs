//! Comparisons of Choice states.
//!
//! Source: the Amazon States Language specification, "Data-Test Expressions"; executions recorded
//! on AWS.

use std::borrow::Cow;
use std::cmp::Ordering;

use asl::jsonpath::Path;
use asl::model::ChoiceRule;
use serde_json::Value;

use crate::fault::Fault;
use crate::jsonpath::PathError;
use crate::template::PathField;
use crate::{Moment, number};

/// The condition of a rule.
#[derive(Debug)]
pub(crate) enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Compare {
        variable: PathField,
        test: Test,
        operand: Operand,
    },
}

/// The operator of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Test {
    /// Two values of a type.
    Compare(Kind, Relation),
    /// The type of a value.
    Is(Kind),
    /// Whether there is a value.
    IsPresent,
    /// A pattern with `*`.
    Matches,
}

/// A type of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Boolean,
    Numeric,
    String,
    Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The right side of a comparison.
#[derive(Debug)]
pub(crate) enum Operand {
    Constant(Value),
    Path(PathField),
}

/// The comparisons whose names are not a type and a relation.
const NAMED: &[(&str, Test)] = &[
    ("IsNull", Test::Is(Kind::Null)),
    ("IsBoolean", Test::Is(Kind::Boolean)),
    ("IsNumeric", Test::Is(Kind::Numeric)),
    ("IsString", Test::Is(Kind::String)),
    ("IsTimestamp", Test::Is(Kind::Timestamp)),
    ("IsPresent", Test::IsPresent),
    ("StringMatches", Test::Matches),
];

const KINDS: &[(&str, Kind)] = &[
    ("Boolean", Kind::Boolean),
    ("Numeric", Kind::Numeric),
    ("String", Kind::String),
    ("Timestamp", Kind::Timestamp),
];

const RELATIONS: &[(&str, Relation)] = &[
    ("Equals", Relation::Equal),
    ("LessThan", Relation::Less),
    ("LessThanEquals", Relation::LessOrEqual),
    ("GreaterThan", Relation::Greater),
    ("GreaterThanEquals", Relation::GreaterOrEqual),
];

/// The test of a field, and whether its value is a path.
fn test(field: &str) -> Option<(Test, bool)> {
    if let Some((_, test)) = NAMED.iter().find(|(name, _)| *name == field) {
        return Some((*test, false));
    }
    let (name, is_path) = match field.strip_suffix("Path") {
        Some(name) => (name, true),
        None => (field, false),
    };
    let (kind, relation) = KINDS
        .iter()
        .find_map(|(prefix, kind)| Some((*kind, name.strip_prefix(prefix)?)))?;
    let (_, relation) = RELATIONS.iter().find(|(name, _)| *name == relation)?;
    Some((Test::Compare(kind, *relation), is_path))
}

/// Builds the condition of a rule.
pub(crate) fn compile_rule(rule: &ChoiceRule) -> Result<Condition, String> {
    let rule = serde_json::to_value(rule).map_err(|error| error.to_string())?;
    compile(&rule)
}

fn compile(rule: &Value) -> Result<Condition, String> {
    let list = |rules: &Value| -> Result<Vec<Condition>, String> {
        rules
            .as_array()
            .into_iter()
            .flatten()
            .map(compile)
            .collect()
    };
    if let Some(rules) = rule.get("And") {
        return list(rules).map(Condition::And);
    }
    if let Some(rules) = rule.get("Or") {
        return list(rules).map(Condition::Or);
    }
    if let Some(inner) = rule.get("Not") {
        return Ok(Condition::Not(Box::new(compile(inner)?)));
    }
    let mut members = rule.as_object().into_iter().flatten();
    let found = members.find_map(|(field, value)| Some((field, value, test(field)?)));
    let Some((field, value, (test, is_path))) = found else {
        return Err("a comparison is required".to_owned());
    };
    let variable = rule.get("Variable").and_then(Value::as_str);
    let variable = variable.ok_or_else(|| "`Variable` is required".to_owned())?;
    Ok(Condition::Compare {
        variable: PathField::parse("Variable", variable)?,
        test,
        operand: match value.as_str().filter(|_| is_path) {
            Some(path) => Operand::Path(PathField::parse(field, path)?),
            None => Operand::Constant(value.clone()),
        },
    })
}

/// Gives the value of a path.
type Resolve<'a, 'b> = &'b dyn Fn(&Path) -> Result<Cow<'a, Value>, PathError>;

impl Condition {
    /// Whether the condition is true.
    pub(crate) fn matches(&self, resolve: Resolve<'_, '_>) -> Result<bool, Fault> {
        match self {
            Self::And(conditions) => {
                for condition in conditions {
                    if !condition.matches(resolve)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Or(conditions) => {
                for condition in conditions {
                    if condition.matches(resolve)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Not(condition) => Ok(!condition.matches(resolve)?),
            Self::Compare {
                variable,
                test,
                operand,
            } => compare(variable, *test, operand, resolve),
        }
    }
}

fn compare(
    variable: &PathField,
    test: Test,
    operand: &Operand,
    resolve: Resolve<'_, '_>,
) -> Result<bool, Fault> {
    let value = resolve(&variable.path);
    if test == Test::IsPresent {
        return Ok(operand.is_true() == value.is_ok());
    }
    let value = value.map_err(|_| invalid(variable))?;
    let other = match operand {
        Operand::Constant(value) => Cow::Borrowed(value),
        Operand::Path(field) => resolve(&field.path).map_err(|_| invalid(field))?,
    };
    Ok(match test {
        Test::Is(kind) => operand.is_true() == is(&value, kind),
        Test::Matches => match (&*value, &*other) {
            (Value::String(text), Value::String(pattern)) => matches_pattern(pattern, text),
            _ => false,
        },
        Test::Compare(kind, relation) => {
            order(kind, &value, &other).is_some_and(|order| relation.has(order))
        }
        Test::IsPresent => false,
    })
}

fn invalid(field: &PathField) -> Fault {
    Fault::runtime(format!(
        "Invalid path '{}': The choice state's condition path references an invalid value.",
        field.text
    ))
}

impl Operand {
    fn is_true(&self) -> bool {
        matches!(self, Self::Constant(Value::Bool(true)))
    }
}

impl Relation {
    fn has(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

fn is(value: &Value, kind: Kind) -> bool {
    match kind {
        Kind::Null => value.is_null(),
        Kind::Boolean => value.is_boolean(),
        Kind::Numeric => value.is_number(),
        Kind::String => value.is_string(),
        Kind::Timestamp => value
            .as_str()
            .is_some_and(|text| Moment::parse(text).is_some()),
    }
}

/// The order of two values of a type. `None` if one has another type: then no comparison matches.
fn order(kind: Kind, left: &Value, right: &Value) -> Option<Ordering> {
    match (kind, left, right) {
        (Kind::Boolean, Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Kind::Numeric, Value::Number(left), Value::Number(right)) => {
            Some(number::compare(left, right))
        }
        (Kind::String, Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (Kind::Timestamp, Value::String(left), Value::String(right)) => {
            Some(Moment::parse(left)?.cmp(&Moment::parse(right)?))
        }
        _ => None,
    }
}

/// Whether a text matches a pattern in which `*` stands for any characters, and a backslash
/// escapes.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    let mut parts = vec![String::new()];
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '*' => parts.push(String::new()),
            letter => {
                let literal = if letter == '\\' {
                    letters.next().unwrap_or('\\')
                } else {
                    letter
                };
                if let Some(part) = parts.last_mut() {
                    part.push(literal);
                }
            }
        }
    }
    let (Some((first, rest)), false) = (parts.split_first(), parts.len() == 1) else {
        return parts.first().is_some_and(|whole| whole == text);
    };
    let (Some(mut text), Some((last, middle))) =
        (text.strip_prefix(first.as_str()), rest.split_last())
    else {
        return false;
    };
    // The first place of each part leaves the most for the others.
    for part in middle {
        let Some(at) = text.find(part.as_str()) else {
            return false;
        };
        text = text.get(at + part.len()..).unwrap_or("");
    }
    text.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(rule: Value, input: &Value) -> Result<bool, String> {
        let condition = compile(&rule)?;
        let resolve = |path: &Path| crate::jsonpath::evaluate(path, input);
        condition.matches(&resolve).map_err(|fault| fault.message)
    }

    #[test]
    fn rules_match_values_of_their_type() {
        let input = json!({
            "text": "abc", "star": "a*c", "one": 1, "float": 1.0, "yes": true, "null": null,
            "time": "2026-01-01T00:00:00Z", "later": "2026-01-01T00:00:00.5Z", "big": 9_007_199_254_740_993_i64,
        });
        for (rule, expected) in [
            (json!({"Variable": "$.text", "StringEquals": "abc"}), true),
            (json!({"Variable": "$.text", "StringLessThan": "abd"}), true),
            (
                json!({"Variable": "$.text", "StringGreaterThanEqualsPath": "$.text"}),
                true,
            ),
            (json!({"Variable": "$.text", "NumericEquals": 1}), false),
            (json!({"Variable": "$.one", "NumericEquals": 1.0}), true),
            (
                json!({"Variable": "$.one", "NumericEqualsPath": "$.float"}),
                true,
            ),
            (
                json!({"Variable": "$.big", "NumericGreaterThan": 9_007_199_254_740_992_i64}),
                true,
            ),
            (json!({"Variable": "$.yes", "BooleanEquals": true}), true),
            (json!({"Variable": "$.one", "BooleanEquals": true}), false),
            (json!({"Variable": "$.null", "IsNull": true}), true),
            (json!({"Variable": "$.one", "IsNull": false}), true),
            (json!({"Variable": "$.none", "IsPresent": false}), true),
            (json!({"Variable": "$.null", "IsPresent": true}), true),
            (json!({"Variable": "$.time", "IsTimestamp": true}), true),
            (json!({"Variable": "$.text", "IsTimestamp": false}), true),
            (
                json!({"Variable": "$.time", "TimestampLessThanPath": "$.later"}),
                true,
            ),
            (
                json!({"Variable": "$.time", "TimestampEquals": "2026-01-01T01:00:00+01:00"}),
                true,
            ),
            (json!({"Variable": "$.text", "StringMatches": "a*"}), true),
            (json!({"Variable": "$.text", "StringMatches": "*b*"}), true),
            (json!({"Variable": "$.text", "StringMatches": "a*b"}), false),
            (
                json!({"Variable": "$.text", "StringMatches": "a\\*c"}),
                false,
            ),
            (
                json!({"Variable": "$.star", "StringMatches": "a\\*c"}),
                true,
            ),
            (json!({"Variable": "$.text", "StringMatches": "abc"}), true),
            (
                json!({"Variable": "$.text", "StringMatches": "abc*bc"}),
                false,
            ),
            (
                json!({"Not": {"Variable": "$.one", "NumericLessThan": 1}}),
                true,
            ),
            (
                json!({"And": [{"Variable": "$.none", "IsPresent": true}, {"Variable": "$.none", "IsNull": true}]}),
                false,
            ),
            (
                json!({"Or": [{"Variable": "$.yes", "BooleanEquals": true}, {"Variable": "$.none", "IsNull": true}]}),
                true,
            ),
        ] {
            assert_eq!(check(rule.clone(), &input), Ok(expected), "{rule}");
        }
        let error = check(json!({"Variable": "$.none", "IsNull": true}), &input);
        assert!(error.is_err_and(|message| message.contains("Invalid path '$.none'")));
    }
}
