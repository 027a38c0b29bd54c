//! Values of settings that a path or an expression computes.

use serde_json::{Number, Value};

use crate::Moment;
use crate::fault::Fault;
use crate::machine::Setting;
use crate::template::PathField;
use crate::view::View;

/// The number of seconds of a Wait state.
pub(super) fn seconds(setting: &Setting, view: &View<'_>) -> Result<u64, Fault> {
    match setting {
        Setting::Fixed(value) => {
            whole(value).ok_or_else(|| Fault::runtime(format!("Seconds is not a number: {value}")))
        }
        Setting::Query(field) => {
            let value = field.evaluate(view)?;
            whole(&value).ok_or_else(|| field.unexpected("integer", &value))
        }
        Setting::Path(field) => {
            let value = field_value(field, "SecondsPath", view)?;
            whole(&value).ok_or_else(|| {
                Fault::runtime(format!(
                    "The SecondsPath parameter cannot be parsed as a long value: {} == {}",
                    field.text,
                    plain(&value)
                ))
            })
        }
    }
}

/// The moment until which a Wait state waits.
pub(super) fn timestamp(setting: &Setting, view: &View<'_>) -> Result<Moment, Fault> {
    let unreadable = |text: &str| {
        format!(
            "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {text}"
        )
    };
    match setting {
        Setting::Fixed(value) => {
            let text = plain(value);
            Moment::parse(&text).ok_or_else(|| Fault::runtime(unreadable(&text)))
        }
        Setting::Query(field) => {
            let value = field.evaluate(view)?;
            let text = plain(&value);
            Moment::parse(&text).ok_or_else(|| Fault::query("Timestamp", unreadable(&text)))
        }
        Setting::Path(field) => {
            let value = field_value(field, "TimestampPath", view)?;
            let text = plain(&value);
            Moment::parse(&text).ok_or_else(|| {
                Fault::runtime(format!(
                    "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: {} == {text}",
                    field.text
                ))
            })
        }
    }
}

fn field_value(field: &PathField, name: &str, view: &View<'_>) -> Result<Value, Fault> {
    let value = view.path(&field.path).map(std::borrow::Cow::into_owned);
    value.map_err(|_| {
        Fault::runtime(format!(
            "The {name} parameter does not reference an input value: {}",
            field.text
        ))
    })
}

/// A limit in seconds: the timeout or the heartbeat interval of a task.
pub(super) fn limit(
    setting: Option<&Setting>,
    field: &str,
    view: &View<'_>,
) -> Result<Option<u64>, Fault> {
    integer(setting, field, view)?
        .map(|number| {
            u64::try_from(number)
                .map_err(|_| Fault::runtime(format!("{field} cannot be negative.")))
        })
        .transpose()
}

/// A whole number that may be negative, such as `MaxConcurrency`.
pub(super) fn integer(
    setting: Option<&Setting>,
    field: &str,
    view: &View<'_>,
) -> Result<Option<i64>, Fault> {
    number(setting, field, "integer", view)?
        .map(|(number, value)| {
            let whole = (number.fract() == 0.0).then_some(number as i64);
            whole.ok_or_else(|| invalid(setting, field, "integer", &value))
        })
        .transpose()
}

/// A number with a fraction, such as `ToleratedFailurePercentage`.
pub(super) fn float(
    setting: Option<&Setting>,
    field: &str,
    view: &View<'_>,
) -> Result<Option<f64>, Fault> {
    Ok(number(setting, field, "float", view)?.map(|(number, _)| number))
}

fn number(
    setting: Option<&Setting>,
    field: &str,
    kind: &str,
    view: &View<'_>,
) -> Result<Option<(f64, Value)>, Fault> {
    let Some(setting) = setting else {
        return Ok(None);
    };
    let value = match setting {
        Setting::Fixed(value) => value.clone(),
        Setting::Query(query) => query.evaluate(view)?,
        Setting::Path(path) => {
            let value = view.path(&path.path).map(std::borrow::Cow::into_owned);
            value.map_err(|error| {
                Fault::runtime(format!("Invalid path '{}' : {}", path.text, error.message))
            })?
        }
    };
    // A path may lead to a number in a string.
    let text = match (setting, &value) {
        (Setting::Path(_), Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    match value.as_f64().or(text) {
        Some(number) => Ok(Some((number, value))),
        None => Err(invalid(Some(setting), field, kind, &value)),
    }
}

fn invalid(setting: Option<&Setting>, field: &str, kind: &str, value: &Value) -> Fault {
    match setting {
        Some(Setting::Path(path)) => Fault::runtime(format!(
            "The {field}Path field refers to value \"{}\" which is not a valid {kind}: {}",
            plain(value),
            path.text
        )),
        Some(Setting::Query(query)) => query.unexpected(kind, value),
        _ => Fault::runtime(format!("The {field} field is not a valid {kind}: {value}")),
    }
}

/// A whole number that is not negative.
fn whole(value: &Value) -> Option<u64> {
    let number = value.as_number()?;
    number.as_u64().or_else(|| whole_float(number))
}

fn whole_float(number: &Number) -> Option<u64> {
    let number = number.as_f64()?;
    (number.fract() == 0.0 && (0.0..1e15).contains(&number)).then_some(number as u64)
}

/// The value as AWS writes it into a text: strings have no quotes.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
