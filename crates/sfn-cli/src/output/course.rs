//! Lines about the states of an execution as they pass.

use std::time::Duration;

use asl_run::Failure;
use printable::printable;

use crate::duration::shown;

/// Maximum length of a value, in characters.
const LENGTH: usize = 100;

/// A line with the time since the start of the execution.
pub fn line(since: Duration, text: &str) -> String {
    format!("{:>9}  {}\n", shown(since), printable(text))
}

/// A state that begins.
pub fn entered(state: &str, input: &str) -> String {
    format!("{state}  {}", short(input))
}

/// A state that ends.
pub fn exited(state: &str, output: &str) -> String {
    format!("  {state} → {}", short(output))
}

/// An attempt that fails.
pub fn failed(failure: &Failure) -> String {
    format!("  failed: {failure}")
}

/// An item that begins.
pub fn item(state: &str, index: impl std::fmt::Display) -> String {
    format!("  {state}[{index}]")
}

/// The end of an execution in one line.
pub fn end(status: &str, duration: Duration, failure: Option<&Failure>) -> String {
    let failure = failure.map_or_else(String::new, |failure| format!(": {failure}"));
    let text = format!("{status} after {}{failure}", shown(duration));
    format!("{}\n", printable(&text))
}

/// A text cut to a readable length.
pub fn short(text: &str) -> String {
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text.to_owned(),
    }
}

/// Data on several lines, if it is JSON.
pub fn pretty(text: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(text);
    let written = value.and_then(|value| serde_json::to_string_pretty(&value));
    written.unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_contain_no_hidden_characters() {
        assert_eq!(
            line(Duration::from_millis(20), &entered("A\u{1b}[2J", "{}")),
            "    20 ms  A\\u{1b}[2J  {}\n"
        );
        let failure = Failure::new("E", "first\nsecond");
        assert_eq!(
            end("FAILED", Duration::from_secs(1), Some(&failure)),
            "FAILED after 1.0 s: E: first\\nsecond\n"
        );
    }

    #[test]
    fn long_values_are_cut() {
        let text = "ü".repeat(101);
        assert_eq!(short(&text).chars().count(), 101);
        assert_eq!(short("short"), "short");
        assert_eq!(pretty("{\"a\":1}"), "{\n  \"a\": 1\n}");
        assert_eq!(pretty("not JSON"), "not JSON");
    }
}
