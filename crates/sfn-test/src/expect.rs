//! What a case expects.

use asl_run::{Failure, Status};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::mock::present;
use crate::runner::CaseRun;
use crate::time::Time;

/// Expectations of an execution. Only the fields that are set are checked.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with expectations, such as `output`"
)]
pub struct Expect {
    /// Status of the execution: `SUCCEEDED`, `FAILED` or `TIMED_OUT`. Defaults to `SUCCEEDED`, or to `FAILED` if an
    /// error or a cause is expected.
    pub status: Option<ExpectedStatus>,
    /// Output, as far as it is written: other members of objects are ignored.
    #[serde(default, deserialize_with = "present")]
    pub output: Option<Value>,
    /// The exact output.
    #[serde(default, rename = "output!", deserialize_with = "present")]
    pub exact_output: Option<Value>,
    /// Error of the execution.
    pub error: Option<String>,
    /// Part of the cause of the error.
    pub cause: Option<String>,
    /// Names of the states, in the order in which they end.
    pub path: Option<Vec<String>>,
    /// Inputs of the calls of a task, by the name of the state, as far as they are written.
    #[serde(default)]
    pub calls: IndexMap<String, Vec<Value>>,
    /// How long the execution takes, in virtual time.
    pub duration: Option<Limits>,
}

/// A status to expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExpectedStatus {
    /// The execution succeeds.
    Succeeded,
    /// The execution fails.
    Failed,
    /// The execution times out.
    TimedOut,
}

/// Limits of a duration.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with limits, such as `{ at_least: 1m }`"
)]
pub struct Limits {
    /// The duration is less than this.
    pub less_than: Option<Time>,
    /// The duration is at least this.
    pub at_least: Option<Time>,
}

/// A difference between what is expected and what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs, such as `output` or `calls of ChargeCard`.
    pub what: String,
    /// The expected value.
    pub expected: String,
    /// The actual value.
    pub actual: String,
}

/// How an execution ended.
#[derive(Debug, Clone)]
pub struct End {
    /// Status.
    pub status: Status,
    /// Output, if it succeeded.
    pub output: Option<Value>,
    /// Error, if it failed.
    pub failure: Option<Failure>,
}

impl Expect {
    /// Whether there are expectations of anything but the end of the execution: of its path, its
    /// calls or its duration.
    pub fn is_about_course(&self) -> bool {
        self.path.is_some() || !self.calls.is_empty() || self.duration.is_some()
    }

    /// The status to expect.
    fn status(&self) -> Status {
        match self.status {
            Some(ExpectedStatus::Succeeded) => Status::Succeeded,
            Some(ExpectedStatus::Failed) => Status::Failed,
            Some(ExpectedStatus::TimedOut) => Status::TimedOut,
            None if self.error.is_some() || self.cause.is_some() => Status::Failed,
            None => Status::Succeeded,
        }
    }

    /// The differences from what happened.
    pub fn differences(&self, run: &CaseRun) -> Vec<Difference> {
        let mut found = self.differences_of_end(&End {
            status: run.status,
            output: run.output.clone(),
            failure: run.failure.clone(),
        });
        let mut differ = |what: &str, expected: String, actual: String| {
            found.push(Difference {
                what: what.to_owned(),
                expected,
                actual,
            });
        };
        if let Some(path) = &self.path
            && *path != run.path
        {
            differ("path", path.join(" → "), run.path.join(" → "));
        }
        for (state, expected) in &self.calls {
            let actual: Vec<&Value> = run
                .calls
                .iter()
                .filter(|call| call.state == *state)
                .map(|call| &call.input)
                .collect();
            let right = expected.len() == actual.len()
                && expected
                    .iter()
                    .zip(&actual)
                    .all(|(expected, actual)| has(actual, expected));
            if !right {
                let written: Value = expected.iter().cloned().collect();
                let actual: Value = actual.into_iter().cloned().collect();
                differ(
                    &format!("calls of {state}"),
                    pretty(&written),
                    pretty(&part(&actual, &written)),
                );
            }
        }
        if let Some(limits) = &self.duration {
            let actual = || format!("{:?}", run.duration);
            if let Some(Time(most)) = limits.less_than
                && run.duration >= most
            {
                differ("duration", format!("less than {most:?}"), actual());
            }
            if let Some(Time(least)) = limits.at_least
                && run.duration < least
            {
                differ("duration", format!("at least {least:?}"), actual());
            }
        }
        found
    }

    /// The differences from how an execution ended.
    pub fn differences_of_end(&self, run: &End) -> Vec<Difference> {
        let mut found = Vec::new();
        let mut differ = |what: &str, expected: String, actual: String| {
            found.push(Difference {
                what: what.to_owned(),
                expected,
                actual,
            });
        };
        if run.status != self.status() {
            let reason = run
                .failure
                .as_ref()
                .map_or_else(String::new, |failure| format!(" ({failure})"));
            differ(
                "status",
                self.status().to_string(),
                format!("{}{reason}", run.status),
            );
        }
        let output = run.output.as_ref();
        for (expected, exact) in [(&self.output, false), (&self.exact_output, true)] {
            let Some(expected) = expected else { continue };
            let right = output.is_some_and(|output| {
                if exact {
                    same(expected, output)
                } else {
                    has(output, expected)
                }
            });
            // Without an output, the status says enough.
            if !right && (output.is_some() || run.status == self.status()) {
                differ(
                    "output",
                    pretty(expected),
                    output.map_or_else(
                        || "none".to_owned(),
                        |output| match exact {
                            true => pretty(output),
                            false => pretty(&part(output, expected)),
                        },
                    ),
                );
            }
        }
        let failure = run.failure.clone().unwrap_or_default();
        if let Some(error) = &self.error
            && failure.error.as_ref() != Some(error)
        {
            differ(
                "error",
                error.clone(),
                failure.error.unwrap_or_else(|| "none".to_owned()),
            );
        }
        if let Some(cause) = &self.cause
            && !failure
                .cause
                .as_ref()
                .is_some_and(|actual| actual.contains(cause.as_str()))
        {
            differ(
                "cause",
                cause.clone(),
                failure.cause.unwrap_or_else(|| "none".to_owned()),
            );
        }
        found
    }
}

/// A value as JSON of several lines.
pub(crate) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

/// Whether two values are the same. 1 and 1.0 are.
pub fn same(left: &Value, right: &Value) -> bool {
    asl::Json::from(left.clone()).same_meaning(&asl::Json::from(right.clone()))
}

/// The part of a value that another one can be compared with: without the members that the other one leaves out.
fn part(value: &Value, written: &Value) -> Value {
    match (value, written) {
        (Value::Object(members), Value::Object(written)) => {
            let common = members.iter().filter_map(|(name, member)| {
                Some((name.clone(), part(member, written.get(name)?)))
            });
            Value::Object(common.collect())
        }
        (Value::Array(elements), Value::Array(written)) => {
            let elements = elements.iter().enumerate();
            let parts = elements.map(|(index, element)| {
                written
                    .get(index)
                    .map_or_else(|| element.clone(), |written| part(element, written))
            });
            parts.collect()
        }
        (value, _) => value.clone(),
    }
}

/// Whether a value has all that is written in another one.
fn has(value: &Value, written: &Value) -> bool {
    match (value, written) {
        (Value::Object(members), Value::Object(written)) => written
            .iter()
            .all(|(name, written)| members.get(name).is_some_and(|member| has(member, written))),
        (Value::Array(elements), Value::Array(written)) => {
            elements.len() == written.len()
                && elements
                    .iter()
                    .zip(written)
                    .all(|(element, written)| has(element, written))
        }
        (value, written) => same(value, written),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_leave_out_what_is_not_written() {
        for (value, written, expected) in [
            (
                json!({"a": 1, "b": 2}),
                json!({"a": 2, "c": 3}),
                json!({"a": 1}),
            ),
            (
                json!([{"a": 1, "b": 2}, 3]),
                json!([{"a": 2}]),
                json!([{"a": 1}, 3]),
            ),
            (
                json!({"a": {"b": 1, "c": 2}}),
                json!({"a": {"c": 1}}),
                json!({"a": {"c": 2}}),
            ),
            (json!({"a": 1}), json!([1]), json!({"a": 1})),
        ] {
            assert_eq!(part(&value, &written), expected, "{value} {written}");
        }
    }

    #[test]
    fn values_are_checked_as_far_as_they_are_written() {
        for (value, written, expected) in [
            (json!({"a": 1, "b": 2}), json!({"a": 1}), true),
            (json!({"a": 1}), json!({"a": 1.0}), true),
            (json!({"a": 1}), json!({"a": 1, "b": 2}), false),
            (json!([1, 2]), json!([1]), false),
            (json!([{"a": 1, "b": 2}]), json!([{"b": 2}]), true),
            (json!(null), json!({}), false),
        ] {
            assert_eq!(has(&value, &written), expected, "{value} {written}");
        }
    }
}
