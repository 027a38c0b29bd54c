//! Definitions in files: a definition itself, or a CloudFormation or SAM template with state machines.
//!
//! Sources: CloudFormation user guide, `AWS::StepFunctions::StateMachine`; SAM developer guide,
//! `AWS::Serverless::StateMachine`.

mod located;

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::json::{Json, Members};
use crate::linter::{Linter, attach_spans, sort_by_span};
use crate::pointer::{JsonPointer, PathBuilder};
use crate::semantic::kind::{Form, MachineType};
use crate::substitution::Substitutions;
use crate::syntax::{Document, Format, TextError, parse_unfilled, parse_yaml_unfilled};

pub use located::{Located, locate};

/// The result of checking a file.
#[derive(Debug, Default)]
pub struct Checked {
    /// Number of definitions.
    pub definitions: usize,
    /// Files with definitions that it refers to.
    pub files: Vec<NamedFile>,
    /// Findings, with places in the text of the file.
    pub findings: Vec<Diagnostic>,
    /// Content that is generated when the file is deployed, and is not checked.
    pub made_later: Vec<MadeLater>,
}

/// Content that is generated when a file is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeLater {
    /// The function or directive that generates it, such as `Fn::ForEach::Tasks` or `%{ for … }`.
    pub by: String,
    /// Byte range in the text.
    pub span: Range<usize>,
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
    at: JsonPointer,
    content: Content,
}

enum Content {
    /// An object, in which values that only CloudFormation knows are unknown.
    Object(Json),
    /// A text.
    Text(String),
    /// A text that was joined from parts, so that its places are not places in the file.
    Joined(String),
}

/// Returns whether a text may contain a definition or a template with state machines.
pub fn may_have_definitions(text: &str) -> bool {
    ["StartAt", "AWS::Serverless", "AWS::StepFunctions"]
        .iter()
        .any(|word| text.contains(word))
}

impl Linter {
    /// Checks all definitions of a file. The type of a state machine in a template takes precedence over that
    /// of the linter. With `is_asl`, a file that is not a template is a definition regardless of its content.
    /// Findings are in the order of their places.
    pub fn check_file(&self, text: &str, format: Format, is_asl: bool) -> Checked {
        let mut checked = self.check_all(text, format, is_asl);
        sort_by_span(&mut checked.findings);
        checked
    }

    fn check_all(&self, text: &str, format: Format, is_asl: bool) -> Checked {
        let parsed = match format {
            Format::Json => parse_unfilled(text),
            Format::Yaml => parse_yaml_unfilled(text),
        };
        let (document, errors) = match parsed {
            Ok(parsed) => parsed,
            Err(error) => {
                let made_later: Vec<MadeLater> = directive(text).into_iter().collect();
                let findings = if made_later.is_empty() {
                    self.syntax([*error])
                } else {
                    Vec::new()
                };
                return Checked {
                    definitions: 1,
                    findings,
                    made_later,
                    ..Checked::default()
                };
            }
        };
        if document
            .root
            .get("Resources")
            .and_then(Json::as_object)
            .is_some()
        {
            return self.check_template(text, &document);
        }
        let has_states =
            document.root.get("StartAt").is_some() || document.root.get("States").is_some();
        if !is_asl && !has_states {
            return Checked::default();
        }
        let mut findings = self.check_definition(&document, errors, text);
        // The quota counts the JSON text.
        if format == Format::Json {
            findings.extend(self.check_size(text));
        }
        let made_later = made_later(&document.root, &JsonPointer::root(), &document);
        Checked {
            definitions: 1,
            findings,
            made_later,
            ..Checked::default()
        }
    }

    /// Checks the text of a file that a template refers to. As in AWS, the known substitutions are inserted
    /// into the text, which is then parsed as JSON or else as YAML. Problems are reported for `format` if it
    /// is neither. Findings are in the order of their places.
    pub fn check_named(&self, text: &str, format: Format, file: &NamedFile) -> Vec<Diagnostic> {
        let filled = file.substitutions.fill(text);
        let (json, yaml) = (parse_unfilled(&filled.text), || {
            parse_yaml_unfilled(&filled.text)
        });
        let parsed = match (json, format) {
            (Ok(parsed), _) => Ok(parsed),
            (Err(_), Format::Yaml) => yaml(),
            (Err(error), Format::Json) => yaml().map_err(|_| error),
        };
        let linter = self.with_machine(file.machine);
        let findings = match parsed {
            Ok((document, errors)) => linter.check_definition(&document, errors, &filled.text),
            Err(_) if directive(&filled.text).is_some() => Vec::new(),
            Err(error) => linter.syntax([*error]),
        };
        let mut findings: Vec<Diagnostic> = findings
            .into_iter()
            .map(|finding| filled.unfilled(finding))
            .collect();
        sort_by_span(&mut findings);
        findings
    }

    /// Checks a definition that was parsed from a text, and may contain intrinsic functions of CloudFormation.
    fn check_definition(
        &self,
        document: &Document,
        errors: Vec<TextError>,
        text: &str,
    ) -> Vec<Diagnostic> {
        if !has_functions(&document.root) {
            return self.check_parsed(document, errors, text);
        }
        let mut findings = self.syntax(errors);
        let found = self
            .check(&mask_intrinsics(&document.root), Form::Nested)
            .into_iter();
        findings.extend(
            found.map(|finding| attach_spans(finding, document, text, &JsonPointer::root())),
        );
        findings
    }

    fn check_template(&self, text: &str, document: &Document) -> Checked {
        let mut checked = Checked::default();
        let resources = document.root.get("Resources").and_then(Json::as_object);
        for (name, resource) in resources.into_iter().flatten() {
            let at = JsonPointer::root().join("Resources").join(name);
            if is_macro(name) {
                checked.made_later.push(MadeLater::at(&at, document));
            }
            let Some((properties, machine)) = machine_type(resource, self.machine) else {
                continue;
            };
            checked
                .made_later
                .extend(made_later(resource, &at, document));
            let at = at.join("Properties");
            if let Some(file) = properties.get("DefinitionUri").and_then(Json::as_str) {
                let substitutions = Substitutions::of(properties.get("DefinitionSubstitutions"));
                checked.files.push(NamedFile {
                    path: file.to_owned(),
                    machine,
                    substitutions,
                });
            }
            for embedded in embedded(properties, &at) {
                checked.definitions += 1;
                checked.findings.extend(
                    self.with_machine(machine)
                        .check_embedded(&embedded, document, text),
                );
            }
        }
        checked
    }

    fn check_embedded(
        &self,
        embedded: &Embedded,
        document: &Document,
        text: &str,
    ) -> Vec<Diagnostic> {
        let (inner, exact) = match &embedded.content {
            Content::Object(definition) => {
                let findings = self.check(definition, Form::Nested).into_iter();
                return findings
                    .map(|finding| attach_spans(finding, document, text, &embedded.at))
                    .collect();
            }
            Content::Text(inner) => (inner, true),
            Content::Joined(inner) => (inner, false),
        };
        let findings = match parse_unfilled(inner) {
            Err(error) => self.syntax([*error]),
            Ok((definition, errors)) => self.check_definition(&definition, errors, inner),
        };
        let in_file = |finding| embedded.in_file(finding, exact, document, text);
        findings.into_iter().map(in_file).collect()
    }
}

impl Embedded {
    /// A finding about the embedded text, with its places in the file.
    fn in_file(
        &self,
        mut finding: Diagnostic,
        exact: bool,
        document: &Document,
        text: &str,
    ) -> Diagnostic {
        finding.span = Some(match finding.span.filter(|_| exact) {
            Some(span) => document.span_inside(text, &self.at, &span),
            None => document.span(&self.at),
        });
        // The replacement also depends on the enclosing text.
        finding.fix = None;
        finding.pointer = self.at.append(&finding.pointer);
        for related in &mut finding.related {
            related.span = related
                .span
                .take()
                .filter(|_| exact)
                .map(|span| document.span_inside(text, &self.at, &span));
            related.pointer = self.at.append(&related.pointer);
        }
        finding
    }
}

/// Returns the properties of a resource that is a state machine, and its type, which is `default` where the template does not give it.
fn machine_type(resource: &Json, default: MachineType) -> Option<(&Json, MachineType)> {
    let properties = resource.get("Properties")?;
    let field = match resource.get("Type").and_then(Json::as_str)? {
        "AWS::StepFunctions::StateMachine" => "StateMachineType",
        "AWS::Serverless::StateMachine" => "Type",
        _ => return None,
    };
    let machine = match properties.get(field) {
        None => default,
        Some(word) => word
            .as_str()
            .and_then(MachineType::named)
            .unwrap_or(MachineType::Unknown),
    };
    Some((properties, machine))
}

fn embedded(properties: &Json, at: &JsonPointer) -> Vec<Embedded> {
    let mut found = Vec::new();
    let mut add = |at: JsonPointer, content: Content| found.push(Embedded { at, content });
    if let Some(definition @ Json::Object(_)) = properties.get("Definition") {
        add(
            at.join("Definition"),
            Content::Object(mask_intrinsics(definition)),
        );
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

/// The text that `Fn::Join` creates, with a placeholder for each part that only CloudFormation knows.
fn joined(arguments: &Json) -> Option<String> {
    let [delimiter, parts] = arguments.as_array()? else {
        return None;
    };
    let parts: Vec<&str> = parts
        .as_array()?
        .iter()
        .map(|part| part.as_str().unwrap_or("${Later}"))
        .collect();
    Some(parts.join(delimiter.as_str()?))
}

/// The value, in which functions of CloudFormation are unknown.
fn mask_intrinsics(value: &Json) -> Json {
    match value {
        Json::Object(members) => match only_member(members) {
            Some(("Fn::Sub", Json::String(text))) => Json::String(text.clone()),
            Some((name, _)) if is_function(name) => Json::Unknown,
            // Macros can generate any member.
            _ if members.keys().any(|name| is_macro(name)) => Json::Unknown,
            _ => {
                let there = members.iter().filter(|(_, value)| !is_no_value(value));
                Json::Object(
                    there
                        .map(|(key, value)| (key.clone(), mask_intrinsics(value)))
                        .collect(),
                )
            }
        },
        Json::Array(elements) => Json::Array(elements.iter().map(mask_intrinsics).collect()),
        other => other.clone(),
    }
}

/// Returns whether a value contains intrinsic functions of CloudFormation.
fn has_functions(value: &Json) -> bool {
    match value {
        Json::Object(members) => {
            let name = only_member(members).map(|(name, _)| name);
            name.is_some_and(is_function)
                || members.keys().any(|name| is_macro(name))
                || members.values().any(has_functions)
        }
        Json::Array(elements) => elements.iter().any(has_functions),
        _ => false,
    }
}

/// Returns whether a member with this name generates other members when the template is deployed.
fn is_macro(name: &str) -> bool {
    name == "Fn::Transform" || name.starts_with("Fn::ForEach")
}

/// Returns whether a value is removed when the template is deployed.
fn is_no_value(value: &Json) -> bool {
    let only = value.as_object().and_then(only_member);
    matches!(only, Some(("Ref", Json::String(name))) if name == "AWS::NoValue")
}

impl MadeLater {
    /// The content that the member at a place generates.
    fn at(pointer: &JsonPointer, document: &Document) -> Self {
        let by = pointer
            .tokens()
            .last()
            .map_or_else(String::new, std::string::ToString::to_string);
        Self {
            by,
            span: document
                .key_span(pointer)
                .unwrap_or_else(|| document.span(pointer)),
        }
    }
}

/// The content that macros and loops of CloudFormation generate in a value.
fn made_later(value: &Json, at: &JsonPointer, document: &Document) -> Vec<MadeLater> {
    let mut found = Vec::new();
    value.walk(&PathBuilder::Start(at), &mut |way, _| {
        if way.name().is_some_and(is_macro) {
            found.push(MadeLater::at(&way.pointer(), document));
        }
        true
    });
    found
}

/// The first directive of a Terraform template file, such as `%{ for … }`, which generates text.
fn directive(text: &str) -> Option<MadeLater> {
    const WORDS: [&str; 5] = ["if ", "for ", "else", "endif", "endfor"];
    let starts = text.match_indices("%{").map(|(start, _)| start);
    let is_directive = |start: &usize| {
        let rest = text
            .get(start + 2..)
            .unwrap_or("")
            .trim_start_matches(['~', ' ']);
        WORDS.iter().any(|word| rest.starts_with(word))
    };
    let start = starts
        .filter(is_directive)
        .find(|start| !is_in_string(text, *start))?;
    let length = text.get(start..)?.find('}')? + 1;
    let by = text
        .get(start..start + length)
        .filter(|by| !by.contains('\n'))
        .unwrap_or("%{ … }")
        .to_owned();
    Some(MadeLater {
        by,
        span: start..start + length,
    })
}

/// Returns whether a byte of a JSON text is in a string.
fn is_in_string(text: &str, at: usize) -> bool {
    let (mut is_inside, mut is_escaped) = (false, false);
    for c in text.get(..at).unwrap_or("").chars() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_inside => is_escaped = true,
            '"' => is_inside = !is_inside,
            _ => {}
        }
    }
    is_inside
}

fn is_function(name: &str) -> bool {
    name == "Ref" || name.starts_with("Fn::")
}

fn only_member(members: &Members) -> Option<(&str, &Json)> {
    let mut all = members.iter();
    let (name, value) = all.next()?;
    all.next().is_none().then_some((name.as_str(), value))
}
