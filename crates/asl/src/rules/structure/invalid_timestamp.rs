//! Timestamps that are not in the format of RFC 3339.

use crate::diagnostic::Diagnostic;
use crate::model::QueryLanguage;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for timestamps that are not written in the format of RFC 3339.
    ///
    /// A valid timestamp is `2026-01-31T12:00:00Z`: the `T` and the `Z` are capital letters, and the date and time
    /// must exist. An offset such as `+01:00` can replace the `Z`, and seconds can have a fraction. The rule checks
    /// the `Timestamp` of Wait states and the operands of comparisons such as `TimestampLessThan` in Choice states.
    /// JSONata expressions are accepted in states whose query language is JSONata.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Wait",
    ///   "Timestamp": "2026-11-27 08:00:00",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Wait",
    ///   "Timestamp": "2026-11-27T08:00:00Z",
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Amazon States Language: Timestamps](https://states-language.net/#timestamps)
    /// - [Amazon States Language: Wait State](https://states-language.net/#wait-state)
    "ASL1011" "invalid-timestamp" [] Error
    Any => check
}

fn check(model: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    for (field, value) in node.known_members() {
        let moment = field.name.starts_with("Timestamp") && !field.name.ends_with("Path");
        let Some(text) = value.as_str() else { continue };
        let expression =
            text.starts_with("{%") && model.language_of(node) != Some(QueryLanguage::JSONPath);
        if !moment || expression || is_timestamp(text) {
            continue;
        }
        let at = node.at.join(&field.name);
        findings.push(
            RULE.finding(at.clone(), format!("`{text}` is not an RFC 3339 timestamp"))
                .schema(&at)
                .help("write it like `2026-01-31T12:00:00Z`"),
        );
    }
}

/// Whether a text is `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)`, with a date that exists (RFC 3339, section 5.6).
fn is_timestamp(text: &str) -> bool {
    read(text).is_some()
}

fn read(text: &str) -> Option<()> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?.strip_prefix('T')?);
    let (time, rest) = (rest.get(..8)?, rest.get(8..)?);
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            (zone.len() < fraction.len()).then_some(zone)?
        }
        None => rest,
    };
    let offset = match zone.strip_prefix(['+', '-']) {
        Some(offset) => {
            let [hours, minutes] = numbers(offset, ':', [2, 2])?;
            hours < 24 && minutes < 60
        }
        None => zone == "Z",
    };
    ((1..=days).contains(&day) && hour < 24 && minute < 60 && second <= 60 && offset).then_some(())
}

/// Numbers with these counts of digits, separated by a character.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[u32; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next()?;
        let plain = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = plain.then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    #[test]
    fn moments() {
        for text in [
            "2026-01-31T12:00:00Z",
            "2024-02-29T23:59:60.123456Z",
            "2026-12-01T00:00:00+01:00",
        ] {
            assert!(super::is_timestamp(text), "{text}");
        }
        for text in [
            "",
            "2026-01-31 12:00:00Z",
            "2026-01-31T12:00:00",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-01-31t12:00:00z",
            "2026-01-31T25:00:00Z",
            "05-12-2016T00:00:00Z",
            "2026-01-31T12:00:00.Z",
            "2026-01-31T12:00:00+1:00",
            "2026-01-31T12:00:00Zé",
        ] {
            assert!(!super::is_timestamp(text), "{text}");
        }
    }
}
