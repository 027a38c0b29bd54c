//! Conversion of findings and failures to diagnostics of Terraform.

use std::collections::HashSet;

use asl::{Diagnostic as Finding, Json, Severity};
use asl_hcl::{Flat, hcl_name, in_hcl};
use sfn_aws::AwsError;
use tfplugin::{AttributePath, Diagnostic, Diagnostics};

/// Prefix of the codes of rules about references to other objects.
const REFERENCES: &str = "ASL41";

/// Findings about blocks, at their attributes and with the names of HCL.
pub fn of_blocks(findings: Vec<Finding>, flat: &Flat) -> Diagnostics {
    let states: HashSet<&str> = flat.state_names().collect();
    let shown = |finding: Finding| {
        let finding = without_values(finding, &flat.json, &states);
        let related = finding
            .related
            .iter()
            .filter_map(|related| Some((flat.path(&related.pointer)?, &related.message)));
        let related = related.map(|(path, message)| format!("{path}: {message}"));
        let place = flat
            .place_in_states(&finding.pointer)
            .map(|place| format!("at `{place}`"));
        let places: Vec<String> = place
            .into_iter()
            .chain(inside(&finding))
            .chain(related)
            .collect();
        let summary = in_hcl(&finding.message, &states);
        let detail = detail(&in_hcl(&finding.help, &states), &places, &finding);
        let diagnostic = diagnostic(&finding, summary, detail);
        match flat.line_path(&finding.pointer) {
            Some(path) => diagnostic.at(path),
            None => diagnostic,
        }
    };
    findings.into_iter().map(shown).collect()
}

/// Findings about a JSON text in an attribute, with line and column. The line itself is not shown,
/// because the text can be sensitive, and Terraform does not pass this information to the provider.
pub fn of_text(findings: Vec<Finding>, text: &str, attribute: &AttributePath) -> Diagnostics {
    let root = asl::parse(text).map_or(Json::Null, |(document, _)| document.root);
    let names = asl::semantic::graph::state_names(&root);
    let states: HashSet<&str> = names.iter().map(String::as_str).collect();
    let shown = |finding: Finding| {
        let finding = without_values(finding, &root, &states);
        let place = finding.span.as_ref().map(|span| {
            let (line, column) = asl::line_and_column(text, span);
            format!(
                "line {line}, column {column} of the definition, at `{}`",
                finding.pointer
            )
        });
        let related = finding
            .related
            .iter()
            .map(|related| format!("{}: {}", related.pointer, related.message));
        let places: Vec<String> = place
            .into_iter()
            .chain(inside(&finding))
            .chain(related)
            .collect();
        let detail = detail(&finding.help, &places, &finding);
        diagnostic(&finding, finding.message.clone(), detail).at(attribute.clone())
    };
    findings.into_iter().map(shown).collect()
}

/// The finding without values of the workflow, which may be sensitive. Names of states and fields
/// are kept, and so are values that resemble a known name, which are probably typing errors.
fn without_values(finding: Finding, root: &Json, states: &HashSet<&str>) -> Finding {
    // Names of called resources are not payload.
    if finding.code.starts_with(REFERENCES) || finding.help.to_lowercase().contains("did you mean")
    {
        return finding;
    }
    let value = root
        .at(&finding.pointer)
        .and_then(Json::as_str)
        .unwrap_or("");
    let inside = finding
        .inside
        .as_ref()
        .map_or("", |inside| inside.text.as_str());
    let is_value = |word: &str| {
        word.len() > 2
            && !states.contains(word)
            && hcl_name(word).is_none()
            && (value.contains(word) || inside.contains(word))
    };
    let masked = |text: &str| {
        let parts = text.split('`').enumerate().map(|(index, part)| {
            if index % 2 == 1 && is_value(part) {
                "…"
            } else {
                part
            }
        });
        parts.collect::<Vec<_>>().join("`")
    };
    Finding {
        message: masked(&finding.message),
        help: masked(&finding.help),
        ..finding
    }
}

/// A finding without a location.
pub fn of_finding(finding: Finding) -> Diagnostic {
    let detail = detail(&finding.help, &[], &finding);
    diagnostic(&finding, finding.message.clone(), detail)
}

fn diagnostic(finding: &Finding, summary: String, detail: String) -> Diagnostic {
    let diagnostic = match finding.severity {
        Severity::Error => Diagnostic::error(summary, detail),
        Severity::Warning | Severity::Lint => Diagnostic::warning(summary, detail),
    };
    Diagnostic {
        group: Some(finding.code),
        ..diagnostic
    }
}

/// The part of an expression that a finding is about, without the expression, which may be
/// sensitive.
fn inside(finding: &Finding) -> Option<String> {
    let inside = finding
        .inside
        .as_ref()
        .filter(|inside| inside.range != (0..inside.text.len()) && !finding.private)?;
    let before = inside.text.get(..inside.range.start)?.chars().count();
    Some(format!("at character {} of the expression", before + 1))
}

fn detail(help: &str, places: &[String], finding: &Finding) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !help.is_empty() {
        parts.push(sentence(help));
    }
    if !places.is_empty() {
        parts.push(places.join("\n"));
    }
    // AWS's code helps users who know it, or who find it in the logs of a pipeline.
    parts.push(match &finding.aws {
        Some(aws) => format!("({}, AWS: {})", finding.code, aws.code),
        None => format!("({})", finding.code),
    });
    parts.join("\n\n")
}

/// The help text as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect();
    if !sentence.ends_with(['.', '?', '!']) {
        sentence.push('.');
    }
    sentence
}

/// A failed call to AWS: the operation, the error of AWS and the help.
pub fn of_aws(doing: &str, error: &AwsError) -> Diagnostic {
    let mut detail = error.to_string();
    if let Some(help) = error.help() {
        detail.push_str("\n\n");
        detail.push_str(&help);
    }
    Diagnostic::error(format!("cannot {doing}"), detail)
}
