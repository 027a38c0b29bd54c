//! Arguments that are JSON, given as a value or as text.

use asl_hcl::any_to_json;
use tfplugin::model::Attr;
use tfplugin::{AttributePath, Diagnostic, Value};

/// A value as JSON. A text is JSON already.
///
/// # Errors
/// When a text is not JSON, with the reason.
pub fn json(value: &Value) -> Result<serde_json::Value, String> {
    match value.as_str() {
        Some(text) => serde_json::from_str(text).map_err(|error| error.to_string()),
        None => any_to_json(value)
            .to_value()
            .ok_or_else(|| "it has a value that is not known".to_owned()),
    }
}

/// Whether a value has no part that is not known yet.
pub fn is_known(value: &Attr<Value>) -> bool {
    value.known().is_some_and(Value::is_wholly_known)
}

/// Checks an argument whose value is wholly known.
pub fn check(value: &Attr<Value>, path: &AttributePath) -> Option<Diagnostic> {
    json_argument(value, path).err().filter(|_| is_known(value))
}

/// An argument as JSON text. `{}` if it is not set or not known yet.
///
/// # Errors
/// When a text is not JSON.
pub fn json_argument(value: &Attr<Value>, path: &AttributePath) -> Result<String, Diagnostic> {
    let Some(value) = value.known() else {
        return Ok("{}".to_owned());
    };
    json(value).map(|json| json.to_string()).map_err(|problem| {
        let message = format!("`input` is not valid JSON: {problem}");
        let detail = "Use a value such as `{ orderId = \"4711\" }`, or JSON text.";
        Diagnostic::error(message, detail).at(path.clone())
    })
}
