//! Certain repairs, written into the files.

use std::path::Path;

use asl::{Diagnostic, Fix};

use crate::Failure;
use crate::validate::Outcome;

/// How often a file is repaired and checked again: a repair may show what another one needs.
const ROUNDS: usize = 5;

/// Repairs what can be repaired; `write` writes a file and checks it again.
pub fn apply(outcomes: &mut [Outcome], write: impl Fn(&Path, &str) -> Result<Outcome, Failure>) -> Result<(), Failure> {
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.path.as_os_str() != "-") {
        for _ in 0..ROUNDS {
            let (text, count) = repaired(&outcome.text, &outcome.findings);
            if count == 0 {
                break;
            }
            let fixed = outcome.fixed + count;
            *outcome = write(&outcome.path, &text)?;
            outcome.fixed = fixed;
        }
    }
    Ok(())
}

/// The text with all repairs that do not touch each other, and how many these are.
pub fn repaired(text: &str, findings: &[Diagnostic]) -> (String, usize) {
    let mut fixes: Vec<&Fix> = findings.iter().filter_map(|finding| finding.fix.as_ref()).collect();
    fixes.retain(|fix| fix.span.is_some());
    fixes.sort_by_key(|fix| fix.span.as_ref().map(|span| span.start));
    let (mut repaired, mut at, mut count) = (String::with_capacity(text.len()), 0, 0);
    for fix in fixes {
        let Some(span) = fix.span.as_ref().filter(|span| span.start >= at) else { continue };
        let (Some(before), Some(old)) = (text.get(at..span.start), text.get(span.clone())) else { continue };
        repaired.push_str(before);
        repaired.push_str(&written(old, &fix.replacement));
        at = span.end;
        count += 1;
    }
    repaired.push_str(text.get(at..).unwrap_or_default());
    (repaired, count)
}

/// A word as it is written in the place of another: in quotes where that has quotes.
fn written(old: &str, word: &str) -> String {
    let plain = !old.starts_with(['"', '\'']) && word.chars().all(|c| c.is_ascii_alphanumeric());
    if plain { word.to_owned() } else { serde_json::Value::from(word).to_string() }
}
