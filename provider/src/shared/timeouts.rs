//! The `timeouts` block.

use std::time::Duration;

use sfn_aws::Call;
pub use sfn_deploy::duration::{parse, text as duration_text};
use tfplugin::model::Problem;
use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting};
use tfplugin::{AttributePath, Context, Diagnostic, Diagnostics, Type, Value};

/// Default timeout of an operation.
pub const DEFAULT: Duration = Duration::from_mins(10);
/// Timeout of read operations.
pub const READ: Duration = Duration::from_mins(2);

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

/// Checks the block. `needed` is the time that an update takes at least.
pub fn validate(config: &Value, needed: Duration) -> Diagnostics {
    let timeouts = config.get("timeouts");
    let update = timeouts.get("update").as_str().and_then(parse);
    if let Some(update) = update.filter(|update| *update < needed) {
        let (update, needed) = (duration_text(update), duration_text(needed));
        let detail =
            format!("Use `{needed}` or more, or remove the argument: the default is long enough.");
        let message = format!("`update` must be at least {needed}, got {update}");
        let path = AttributePath::root("timeouts").attribute("update");
        return Diagnostic::error(message, detail).at(path).into();
    }
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

/// The call for an operation of a resource: `create`, `update`, `delete` or `read`. `needed` is the
/// time that it takes at least.
pub fn call(state: &Value, operation: &str, needed: Duration, cx: &Context) -> Call {
    let default = needed + if operation == "read" { READ } else { DEFAULT };
    let longest = state
        .get("timeouts")
        .get(operation)
        .as_str()
        .and_then(parse)
        .unwrap_or(default);
    Call::new(longest, cx.cancelled.clone())
}
