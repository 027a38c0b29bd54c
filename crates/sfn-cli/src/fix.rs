//! Repairs, written into the files.
//!
//! A repair changes the letters of one string. The file is read again afterwards, and has to mean the same but for the
//! repairs.

use std::path::Path;

use asl::Format;
use asl::{Diagnostic, Fix, Json, JsonPointer};

use crate::Failure;
use crate::check::Outcome;
use crate::input::format_of;

/// How often a file is repaired and checked again: a repair may show what another one needs.
const ROUNDS: usize = 5;

/// Repairs what can be repaired, with `all` also where that changes what a definition does; `check` checks a file again.
pub fn apply(outcomes: &mut [Outcome], all: bool, check: impl Fn(&Outcome) -> Outcome) -> Result<(), Failure> {
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.path.as_os_str() != "-") {
        for _ in 0..ROUNDS {
            let format = format_of(&outcome.path, &outcome.text);
            let (text, count) = repaired(&outcome.text, format, &outcome.findings, all);
            if count == 0 {
                break;
            }
            write(&outcome.path, &text)?;
            *outcome = Outcome { fixed: outcome.fixed + count, ..check(outcome) };
        }
        outcome.findings.iter_mut().for_each(|finding| tell_why(finding, all));
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// Says of a repair that was not made what there is to do.
fn tell_why(finding: &mut Diagnostic, all: bool) {
    let why = match &finding.fix {
        None => return,
        Some(fix) if !fix.is_safe && !all => "`--unsafe-fixes` writes it, which changes what the state does",
        Some(_) => "change it by hand: an automatic repair could change the text around it",
    };
    let separator = match finding.help.chars().last() {
        None => "",
        Some('?') => " ",
        Some(_) => "; ",
    };
    finding.help.push_str(separator);
    finding.help.push_str(why);
}

/// The text with the repairs that do not touch each other, and how many these are.
pub fn repaired(text: &str, format: Format, findings: &[Diagnostic], all: bool) -> (String, usize) {
    let mut fixes: Vec<&Fix> = findings.iter().filter_map(|finding| finding.fix.as_ref()).collect();
    fixes.retain(|fix| fix.span.is_some() && (fix.is_safe || all));
    fixes.sort_by_key(|fix| fix.span.as_ref().map(|span| span.start));
    let mut end = 0;
    fixes.retain(|fix| {
        let span = fix.span.clone().unwrap_or(0..0);
        let is_apart = span.start >= end;
        end = if is_apart { span.end } else { end };
        is_apart
    });
    let changed = with(text, &fixes);
    if keeps_the_rest(text, &changed, format, &fixes) {
        return (changed, fixes.len());
    }
    // One of them is at fault, and the others are made.
    fixes.retain(|fix| keeps_the_rest(text, &with(text, &[fix]), format, &[fix]));
    let changed = with(text, &fixes);
    if keeps_the_rest(text, &changed, format, &fixes) { (changed, fixes.len()) } else { (text.to_owned(), 0) }
}

fn with(text: &str, fixes: &[&Fix]) -> String {
    let (mut changed, mut at) = (String::with_capacity(text.len()), 0);
    for fix in fixes {
        let Some(span) = &fix.span else { continue };
        changed.push_str(text.get(at..span.start).unwrap_or(""));
        changed.push_str(&fix.written(text).unwrap_or_default());
        at = span.end;
    }
    changed + text.get(at..).unwrap_or("")
}

/// Whether the changed text means what the text means, but for the repairs.
fn keeps_the_rest(text: &str, changed: &str, format: Format, fixes: &[&Fix]) -> bool {
    let read = |text: &str| match format {
        Format::Json => asl::parse_unfilled(text).or_else(|_| asl::parse_yaml_template(text)),
        Format::Yaml => asl::parse_yaml_template(text),
    };
    let (Ok((before, _)), Ok((after, _))) = (read(text), read(changed)) else { return false };
    let mut expected = before.root;
    // Names last, as they are steps of the places.
    for fix in fixes.iter().filter(|fix| !fix.is_key).chain(fixes.iter().filter(|fix| fix.is_key).rev()) {
        if repair(&mut expected, fix).is_none() {
            return false;
        }
    }
    expected == after.root
}

/// Makes the repair in the value.
fn repair(root: &mut Json, fix: &Fix) -> Option<()> {
    if !fix.is_key {
        let value = root.at_mut(&fix.pointer)?;
        // A tag of CloudFormation is an object with the string in it.
        let string = match value {
            Json::Object(members) => members.values_mut().next()?,
            value => value,
        };
        *string = Json::from(fix.replacement.as_str());
        return Some(());
    }
    let (name, around) = fix.pointer.tokens().split_last()?;
    let around: JsonPointer = around.iter().collect();
    let Json::Object(members) = root.at_mut(&around)? else { return None };
    let renamed = |key: String| if key == **name { fix.replacement.clone() } else { key };
    let count = members.len();
    *members = std::mem::take(members).into_iter().map(|(key, value)| (renamed(key), value)).collect();
    (members.len() == count).then_some(())
}
