//! Definitions in files: a definition itself, or a template of CloudFormation or SAM with state machines in it.
//!
//! Sources: CloudFormation user guide, `AWS::StepFunctions::StateMachine`; SAM developer guide,
//! `AWS::Serverless::StateMachine`.

use crate::check::{Form, MachineType, check, check_document};
use crate::diagnostic::Diagnostic;
use crate::json::{Json, Members};
use crate::pointer::Pointer;
use crate::substitution::Substitutions;
use crate::syntax::{Document, parse_unfilled, parse_yaml_unfilled};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

impl Format {
    /// What a text is that no name tells anything about.
    pub fn of(text: &str) -> Self {
        if text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[', '"']) {
            Self::Json
        } else {
            Self::Yaml
        }
    }
}

/// What was found in a file.
#[derive(Debug, Default)]
pub struct Checked {
    /// How many definitions it has.
    pub definitions: usize,
    /// Files that it names as definitions.
    pub files: Vec<NamedFile>,
    /// What is said about them, with places in the text of the file.
    pub findings: Vec<Diagnostic>,
}

/// A file with the definition of a state machine of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFile {
    /// Its path, relative to the template.
    pub path: String,
    /// The type of the state machine.
    pub machine: MachineType,
    /// Substitutions for its placeholders.
    pub substitutions: Substitutions,
}

/// A definition in a template.
struct Embedded {
    at: Pointer,
    machine: MachineType,
    content: Content,
}

enum Content {
    /// As an object, with what CloudFormation knows later unknown.
    Object(Json),
    /// As a text.
    Text(String),
    /// As a text that was put together, so that places in it are not places in the file.
    Joined(String),
}

/// Returns whether a text may contain a definition or a template with state machines.
pub fn may_have_definitions(text: &str) -> bool {
    ["StartAt", "AWS::Serverless", "AWS::StepFunctions"].iter().any(|word| text.contains(word))
}

/// Checks all definitions of a file. The type of a state machine that a template names counts before `machine`. With `is_asl`
/// the file is a definition whatever stands in it, unless it is a template. Findings come in the order of their places.
pub fn check_file(text: &str, format: Format, machine: MachineType, is_asl: bool) -> Checked {
    let mut checked = check_all(text, format, machine, is_asl);
    checked.findings.sort_by_key(|finding| finding.span.as_ref().map_or(0, |span| span.start));
    checked
}

fn check_all(text: &str, format: Format, machine: MachineType, is_asl: bool) -> Checked {
    let parsed = match format {
        Format::Json => parse_unfilled(text),
        Format::Yaml => parse_yaml_unfilled(text),
    };
    let (document, findings) = match parsed {
        Ok(parsed) => parsed,
        Err(diagnostic) => return Checked { definitions: 1, files: Vec::new(), findings: vec![*diagnostic] },
    };
    if document.root.get("Resources").and_then(Json::as_object).is_some() {
        return check_template(text, &document, machine);
    }
    let has_states = document.root.get("StartAt").is_some() || document.root.get("States").is_some();
    if !is_asl && !has_states {
        return Checked::default();
    }
    Checked { definitions: 1, files: Vec::new(), findings: check_parsed((document, findings), text, machine) }
}

/// Checks the text of a file that a template names. As AWS does it, what is known of the substitutions is put into the text,
/// which is read as JSON or else as YAML; `format` is what it is told to be when it is neither. Findings come in the order of
/// their places.
pub fn check_named(text: &str, format: Format, file: &NamedFile) -> Vec<Diagnostic> {
    let filled = file.substitutions.fill(text);
    let (json, yaml) = (parse_unfilled(&filled.text), || parse_yaml_unfilled(&filled.text));
    let parsed = match (json, format) {
        (Ok(parsed), _) => Ok(parsed),
        (Err(_), Format::Yaml) => yaml(),
        (Err(error), Format::Json) => yaml().map_err(|_| error),
    };
    let findings = match parsed {
        Ok(parsed) => check_parsed(parsed, &filled.text, file.machine),
        Err(error) => vec![*error],
    };
    let mut findings: Vec<Diagnostic> = findings.into_iter().map(|finding| filled.unfilled(finding)).collect();
    findings.sort_by_key(|finding| finding.span.as_ref().map_or(0, |span| span.start));
    findings
}

/// The findings of a definition that was read from a text, after those that reading it gave.
fn check_parsed(
    (document, mut findings): (Document, Vec<Diagnostic>),
    text: &str,
    machine: MachineType,
) -> Vec<Diagnostic> {
    let found = match has_functions(&document.root) {
        true => check(&later(&document.root), Form::Nested, machine),
        false => check_document(&document, machine),
    };
    findings.extend(found.into_iter().map(|finding| placed(finding, &document, text, &Pointer::root())));
    findings
}

/// A finding with its places in the text of the document, inside of which the definition stands at `at`.
pub(crate) fn placed(mut finding: Diagnostic, document: &Document, text: &str, at: &Pointer) -> Diagnostic {
    let pointer = at.append(&finding.pointer);
    let key = || document.key_span(&pointer).unwrap_or_else(|| document.span(&pointer));
    finding.span = Some(match (&finding.inside, &finding.fix) {
        (Some(inside), _) => document.span_inside(text, &pointer, &inside.range),
        (None, Some(fix)) if fix.is_key => key(),
        (None, _) if finding.private || finding.about_name => key(),
        _ => document.shown(&pointer),
    });
    if let Some(fix) = &mut finding.fix {
        fix.pointer = at.append(&fix.pointer);
        let (at, is_key) = (&fix.pointer, fix.is_key);
        fix.span = if is_key { document.key_letters(text, at) } else { document.value_letters(text, at) };
    }
    finding.pointer = pointer;
    for related in &mut finding.related {
        related.pointer = at.append(&related.pointer);
        related.span = Some(document.shown(&related.pointer));
    }
    finding
}

fn check_template(text: &str, document: &Document, machine: MachineType) -> Checked {
    let mut checked = Checked::default();
    let resources = document.root.get("Resources").and_then(Json::as_object);
    for (name, resource) in resources.into_iter().flatten() {
        let Some(properties) = resource.get("Properties") else { continue };
        let type_field = match resource.get("Type").and_then(Json::as_str) {
            Some("AWS::StepFunctions::StateMachine") => "StateMachineType",
            Some("AWS::Serverless::StateMachine") => "Type",
            _ => continue,
        };
        let machine = match properties.get(type_field) {
            None => machine,
            Some(word) => word.as_str().and_then(MachineType::named).unwrap_or(MachineType::Unknown),
        };
        let at = Pointer::root().join("Resources").join(name).join("Properties");
        if let Some(file) = properties.get("DefinitionUri").and_then(Json::as_str) {
            let substitutions = Substitutions::of(properties.get("DefinitionSubstitutions"));
            checked.files.push(NamedFile { path: file.to_owned(), machine, substitutions });
        }
        for embedded in embedded(properties, &at, machine) {
            checked.definitions += 1;
            checked.findings.extend(check_embedded(&embedded, document, text));
        }
    }
    checked
}

fn embedded(properties: &Json, at: &Pointer, machine: MachineType) -> Vec<Embedded> {
    let mut found = Vec::new();
    let mut add = |at: Pointer, content: Content| found.push(Embedded { at, machine, content });
    if let Some(definition @ Json::Object(_)) = properties.get("Definition") {
        add(at.join("Definition"), Content::Object(later(definition)));
    }
    let at = at.join("DefinitionString");
    match properties.get("DefinitionString") {
        Some(Json::String(text)) => add(at, Content::Text(text.clone())),
        Some(Json::Object(function)) => {
            if let Some(substituted) = function.get("Fn::Sub") {
                let at = at.join("Fn::Sub");
                match substituted {
                    Json::String(text) => add(at, Content::Text(text.clone())),
                    Json::Array(parts) => {
                        if let Some(text) = parts.first().and_then(Json::as_str) {
                            add(at.join(0), Content::Text(text.to_owned()));
                        }
                    }
                    _ => {}
                }
            } else if let Some(text) = function.get("Fn::Join").and_then(joined) {
                add(at.join("Fn::Join"), Content::Joined(text));
            }
        }
        _ => {}
    }
    found
}

/// The text that `Fn::Join` makes, with a placeholder for each part that only CloudFormation knows.
fn joined(arguments: &Json) -> Option<String> {
    let [delimiter, parts] = arguments.as_array()? else { return None };
    let parts: Vec<&str> = parts.as_array()?.iter().map(|part| part.as_str().unwrap_or("${Later}")).collect();
    Some(parts.join(delimiter.as_str()?))
}

/// A value in which the functions of CloudFormation are unknown.
fn later(value: &Json) -> Json {
    match value {
        Json::Object(members) => match only_member(members) {
            Some(("Fn::Sub", Json::String(text))) => Json::String(text.clone()),
            Some((name, _)) if is_function(name) => Json::Unknown,
            _ => Json::Object(members.iter().map(|(key, value)| (key.clone(), later(value))).collect()),
        },
        Json::Array(elements) => Json::Array(elements.iter().map(later).collect()),
        other => other.clone(),
    }
}

/// Returns whether a value contains intrinsic functions of CloudFormation.
fn has_functions(value: &Json) -> bool {
    match value {
        Json::Object(members) => {
            let name = only_member(members).map(|(name, _)| name);
            name.is_some_and(is_function) || members.values().any(has_functions)
        }
        Json::Array(elements) => elements.iter().any(has_functions),
        _ => false,
    }
}

fn is_function(name: &str) -> bool {
    name == "Ref" || name.starts_with("Fn::")
}

fn only_member(members: &Members) -> Option<(&str, &Json)> {
    let mut all = members.iter();
    let (name, value) = all.next()?;
    all.next().is_none().then_some((name.as_str(), value))
}

fn check_embedded(embedded: &Embedded, document: &Document, text: &str) -> Vec<Diagnostic> {
    let (inner, exact) = match &embedded.content {
        Content::Object(definition) => {
            let findings = check(definition, Form::Nested, embedded.machine).into_iter();
            return findings.map(|finding| placed(finding, document, text, &embedded.at)).collect();
        }
        Content::Text(inner) => (inner, true),
        Content::Joined(inner) => (inner, false),
    };
    let findings = match parse_unfilled(inner) {
        Err(finding) => vec![*finding],
        Ok(parsed) => check_parsed(parsed, inner, embedded.machine),
    };
    let in_file = |mut finding: Diagnostic| {
        finding.span = Some(match finding.span.filter(|_| exact) {
            Some(span) => document.span_inside(text, &embedded.at, &span),
            None => document.span(&embedded.at),
        });
        // What is to be written depends on the text around it as well.
        finding.fix = None;
        finding.pointer = embedded.at.append(&finding.pointer);
        for related in &mut finding.related {
            related.span =
                related.span.take().filter(|_| exact).map(|span| document.span_inside(text, &embedded.at, &span));
            related.pointer = embedded.at.append(&related.pointer);
        }
        finding
    };
    findings.into_iter().map(in_file).collect()
}
