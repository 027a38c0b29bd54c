//! Findings and failures as Terraform shows them.

use std::collections::HashSet;

use asl::shape::Language;
use asl::{Diagnostic as Finding, Severity};
use asl_hcl::Flat;
use sfn_aws::AwsError;
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Value};

/// Findings about blocks, at the attribute they are about and in the names of HCL.
pub fn of_blocks(findings: Vec<Finding>, flat: &Flat) -> Diagnostics {
    let states: HashSet<&str> = flat.state_names().collect();
    let diagnostic = |finding: Finding| {
        let related =
            finding.related.iter().filter_map(|related| Some((flat.path(&related.pointer)?, &related.message)));
        let related = related.map(|(path, message)| format!("{path}: {message}"));
        let place = flat.place_in_states(&finding.pointer).map(|place| format!("at `{place}`"));
        let places: Vec<String> = place.into_iter().chain(inside(&finding)).chain(related).collect();
        let summary = in_hcl(&finding.message, &states);
        let detail = detail(&in_hcl(&finding.help, &states), &places, &finding);
        let diagnostic = with_severity(finding.severity, summary, detail);
        match flat.line_path(&finding.pointer) {
            Some(path) => diagnostic.at(path),
            None => diagnostic,
        }
    };
    findings.into_iter().map(diagnostic).collect()
}

/// Findings about a JSON text in an attribute, with line, column and the line itself.
pub fn of_text(findings: Vec<Finding>, text: &str, attribute: &AttributePath) -> Diagnostics {
    let diagnostic = |finding: Finding| {
        let place = finding.span.as_ref().map(|span| {
            let (line, column) = asl::check::line_and_column(text, span);
            let source = text.lines().nth(line - 1).unwrap_or_default();
            let shown: String = source.trim().chars().take(120).collect();
            let place = format!("line {line}, column {column} of the definition, at `{}`", finding.pointer);
            if finding.private { place } else { format!("{place}:\n    {shown}") }
        });
        let related = finding.related.iter().map(|related| format!("{}: {}", related.pointer, related.message));
        let places: Vec<String> = place.into_iter().chain(related).collect();
        let detail = detail(&finding.help, &places, &finding);
        with_severity(finding.severity, finding.message, detail).at(attribute.clone())
    };
    findings.into_iter().map(diagnostic).collect()
}

/// A finding without a place of its own.
pub fn of_finding(finding: Finding) -> Diagnostic {
    let detail = detail(&finding.help, &[], &finding);
    with_severity(finding.severity, finding.message, detail)
}

fn with_severity(severity: Severity, summary: String, detail: String) -> Diagnostic {
    match severity {
        Severity::Error => Diagnostic::error(summary, detail),
        Severity::Warning | Severity::Lint => Diagnostic::warning(summary, detail),
    }
}

/// The part of an expression that a finding is about. Terraform shows the line of the attribute, and no column.
fn inside(finding: &Finding) -> Option<String> {
    let inside = finding.inside.as_ref().filter(|inside| inside.range != (0..inside.text.len()) && !finding.private)?;
    let before = inside.text.get(..inside.range.start)?.chars().count();
    let marks = inside.text.get(inside.range.clone())?.chars().count().max(1);
    // A text of several lines or of many characters has no mark that anybody would find.
    if inside.text.contains('\n') || inside.text.chars().count() > 100 {
        return Some(format!("at character {} of the expression", before + 1));
    }
    Some(format!("    {}\n    {}{}", inside.text, " ".repeat(before), "^".repeat(marks)))
}

fn detail(help: &str, places: &[String], finding: &Finding) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !help.is_empty() {
        parts.push(sentence(help));
    }
    if !places.is_empty() {
        parts.push(places.join("\n"));
    }
    // The code that AWS gives is there for people who know it, or find it in a pipeline.
    parts.push(match &finding.aws {
        Some(aws) => format!("({}, AWS: {})", finding.code, aws.code),
        None => format!("({})", finding.code),
    });
    parts.join("\n\n")
}

/// A help as a sentence of its own.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    if !sentence.ends_with(['.', '?', '!']) {
        sentence.push('.');
    }
    sentence
}

/// A message in which fields have the names that they have in HCL; the user's own words stay.
fn in_hcl(message: &str, states: &HashSet<&str>) -> String {
    let parts = message.split('`').enumerate().map(|(index, part)| {
        let quoted = index % 2 == 1;
        if quoted && !states.contains(part) { hcl_name(part).unwrap_or(part) } else { part }
    });
    parts.collect::<Vec<_>>().join("`").replace("`End: true`", "`end = true`")
}

fn hcl_name(name: &str) -> Option<&'static str> {
    let language = Language::get();
    let objects = language.states.iter().chain([&language.definition]).chain(language.objects());
    objects.flat_map(|object| &object.fields).find(|field| field.name == name).map(|field| field.hcl.as_str())
}

/// A failed call to AWS: what was being done, what AWS said and what to do.
pub fn of_aws(doing: &str, error: &AwsError) -> Diagnostic {
    let mut detail = error.to_string();
    if let Some(help) = error.help() {
        detail.push_str("\n\n");
        detail.push_str(help);
    }
    Diagnostic::error(format!("cannot {doing}"), detail)
}

/// A word that is none of those an attribute takes.
pub fn one_of(value: &Value, path: AttributePath, words: &[&str]) -> Option<Diagnostic> {
    let text = value.as_str().filter(|text| !words.contains(text))?;
    let list = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let guess = asl::did_you_mean(text, words.iter().copied());
    let hint = guess.map(|word| format!("Did you mean `{word}`? ")).unwrap_or_default();
    let detail = format!("{hint}It takes one of {list}.");
    Some(Diagnostic::error(format!("there is no `{text}` here"), detail).at(path))
}
