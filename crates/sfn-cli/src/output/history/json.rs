//! The history of an execution as JSON, with its status.

use serde_json::Value;

use crate::history::History;

/// The events, and the members of the description of the execution that follow from them.
pub fn json(history: &History, arn: Option<&str>, events: &Value) -> String {
    let text = |text: &str| Value::String(text.to_owned());
    let failure = history.failure();
    let end = history.end.as_ref();
    let members = [
        ("executionArn", arn.map(text)),
        ("status", Some(Value::String(history.status()))),
        (
            "startDate",
            history.started.map(|moment| text(&moment.to_string())),
        ),
        ("stopDate", end.map(|_| text(&history.last.to_string()))),
        (
            "output",
            end.and_then(|end| end.output.as_deref()).map(text),
        ),
        (
            "error",
            failure
                .and_then(|failure| failure.error.as_deref())
                .map(text),
        ),
        (
            "cause",
            failure
                .and_then(|failure| failure.cause.as_deref())
                .map(text),
        ),
        ("events", Some(events.clone())),
    ];
    let members = members.into_iter();
    let members = members.filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let document = Value::Object(members.collect());
    format!("{document:#}\n")
}
