//! The `timeouts` block.

use std::time::Duration;

use sfn_aws::Call;
use tfplugin::model::Problem;
use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting};
use tfplugin::{AttributePath, Context, Diagnostics, Type, Value};

/// Default timeout of an operation.
pub const DEFAULT: Duration = Duration::from_mins(10);
/// Timeout of read operations.
const READ: Duration = Duration::from_mins(2);

const OPERATIONS: [&str; 3] = ["create", "update", "delete"];

/// Schema of the block.
pub fn block() -> NestedBlock {
    let attribute = |name: &str| {
        let description = format!(
            "Maximum time to {name} the object, such as `90s` or `1h30m`. Defaults to `10m`."
        );
        Attribute::optional(name, Type::String, description)
    };
    let block = Block {
        attributes: OPERATIONS.iter().map(|name| attribute(name)).collect(),
        description: "Maximum time of operations.".into(),
        ..Block::default()
    };
    NestedBlock::new("timeouts", Nesting::Single, block)
}

/// Checks the block.
pub fn validate(config: &Value) -> Diagnostics {
    let timeouts = config.get("timeouts");
    let wrong = OPERATIONS.iter().filter_map(|name| {
        let text = timeouts.get(name).as_str()?;
        parse(text)
            .is_none()
            .then(|| problem(text).at(AttributePath::root("timeouts").attribute(*name)))
    });
    wrong.collect()
}

/// Error for a text that is not a duration.
pub fn problem(text: &str) -> Problem {
    Problem::new(
        format!("invalid duration `{text}`"),
        "Use a number with a unit, such as `90s`, `10m` or `1h30m`.",
    )
}

/// Checks a duration.
///
/// # Errors
/// When the text is not a duration.
pub fn duration(text: &str) -> Result<(), Problem> {
    parse(text).map(|_| ()).ok_or_else(|| problem(text))
}

/// The call for an operation of a resource: `create`, `update`, `delete` or `read`.
pub fn call(state: &Value, operation: &str, cx: &Context) -> Call {
    let default = if operation == "read" { READ } else { DEFAULT };
    let longest = state
        .get("timeouts")
        .get(operation)
        .as_str()
        .and_then(parse)
        .unwrap_or(default);
    Call::new(longest, cx.cancelled.clone())
}

/// Parses a duration in Go's format, such as `1h30m`, `90s` or `500ms`.
pub fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .filter(|at| *at > 0)?;
        let (number, after) = rest.split_at_checked(digits)?;
        let number: u64 = number.parse().ok()?;
        let (unit, after) = [("ms", 0), ("s", 1), ("m", 60), ("h", 3600)]
            .into_iter()
            .find_map(|(unit, seconds)| Some((seconds, after.strip_prefix(unit)?)))?;
        total += match unit {
            0 => Duration::from_millis(number),
            seconds => Duration::from_secs(number.checked_mul(seconds)?),
        };
        rest = after;
    }
    (total > Duration::ZERO).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        assert_eq!(parse("90s"), Some(Duration::from_secs(90)));
        assert_eq!(parse("1h30m"), Some(Duration::from_mins(90)));
        assert_eq!(parse("500ms"), Some(Duration::from_millis(500)));
        for wrong in [
            "",
            "10",
            "m",
            "5 m",
            "1d",
            "-3s",
            "0s",
            "99999999999999999999h",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
