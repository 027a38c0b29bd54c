//! Checks and renders workflows in Terraform configuration without running Terraform.
//!
//! Supports the resources of this provider, and definitions of hashicorp/aws that are written as JSON. Values that only
//! Terraform can compute are unknown in checks, and placeholders in rendered definitions.

mod render;
mod workflow;

use std::collections::HashSet;
use std::ops::Range;

use asl::linter::Linter;
use asl::substitution::Substitutions;
use asl::template::{Checked, NamedFile};
use asl::{Diagnostic, Fix, Form, Json, JsonPointer, MachineType, TextError, TextErrorKind};
use asl_hcl::Flat;
use tfconfig::reader::{Computed, Configuration, Declared, Literal};
use tfplugin::schema::{Attribute, Block};
use tfplugin::{AttributePath, Type, Value};

use crate::schemas;

pub use render::{Rendered, render};
pub use workflow::{Workflow, workflows};

use workflow::{Source, in_definition};

/// Name of the argument with a whole definition.
const DEFINITION: &str = "definition";

/// Functions that read a file.
const FILE_FUNCTIONS: [&str; 2] = ["file", "templatefile"];

/// Returns whether a text may contain a workflow.
pub fn may_have_workflows(text: &str) -> bool {
    ["sfn_state_machine", "sfn_definition"]
        .iter()
        .any(|ty| text.contains(ty))
}

/// Checks all workflows of a file, and the configuration around them. Findings are in the order of their places.
pub fn check(text: &str, linter: &Linter) -> Checked {
    check_parts(text, linter, true)
}

/// Checks all workflows of a file, but not the syntax and the arguments of the configuration around them.
pub fn check_workflows(text: &str, linter: &Linter) -> Checked {
    check_parts(text, linter, false)
}

fn check_parts(text: &str, linter: &Linter, with_configuration: bool) -> Checked {
    let mut checked = Checked::default();
    let configuration = match Configuration::parse(text) {
        Ok(configuration) => configuration,
        Err(problem) => {
            checked.definitions = usize::from(may_have_workflows(text));
            let problem = error(
                format!("invalid configuration: {}", problem.message),
                problem.span,
            );
            checked.findings = linter.syntax(Some(problem).filter(|_| with_configuration));
            return checked;
        }
    };
    for declared in configuration.declared() {
        if let Some(schema) = schema(&declared) {
            checked.definitions += 1;
            let read = declared.read(&schema, &mut unknown);
            let linter = linter
                .with_machine(machine_type(&read.value))
                .ignoring(&ignored(&read.value));
            let problems = read
                .problems
                .into_iter()
                .filter(|_| with_configuration && is_ours(&declared));
            checked.findings.extend(
                linter.syntax(problems.map(|problem| error(problem.message, problem.span))),
            );
            if let Some(workflow) = Workflow::of(declared, &read.value) {
                checked.findings.extend(check_workflow(&workflow, &linter));
            }
            checked.files.extend(file(&declared, linter.machine));
        }
    }
    asl::linter::sort_by_span(&mut checked.findings);
    checked
}

/// The schema of a resource or data source that has a workflow.
fn schema(declared: &Declared<'_>) -> Option<Block> {
    match (declared.is_data, declared.ty) {
        (false, "sfn_state_machine") => Some(schemas::resource(declared.ty).clone()),
        (true, "sfn_definition") => Some(schemas::data_source(declared.ty).clone()),
        (false, "aws_sfn_state_machine") => {
            let text = |name: &str| Attribute::optional(name, Type::String, "");
            Some(Block {
                attributes: vec![text(DEFINITION), text("type")],
                ..Block::default()
            })
        }
        _ => None,
    }
}

/// Whether the resource is one of this provider, for which the schema has all arguments.
fn is_ours(declared: &Declared<'_>) -> bool {
    declared.ty.starts_with("sfn_")
}

/// Returns an unknown value, or a placeholder for a part of a string, so that the rest of the string can be checked.
fn unknown(computed: Computed<'_>) -> Value {
    if computed.is_part {
        Value::from("${Computed}")
    } else {
        Value::Unknown
    }
}

fn machine_type(value: &Value) -> MachineType {
    match value.get("type").plain() {
        Value::Null => MachineType::Standard,
        Value::String(word) => MachineType::named(word).unwrap_or(MachineType::Unknown),
        _ => MachineType::Unknown,
    }
}

fn ignored(value: &Value) -> Vec<String> {
    let words = value
        .get("ignore_diagnostics")
        .as_list()
        .unwrap_or(&[])
        .iter();
    words.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn error(message: String, span: Range<usize>) -> TextError {
    TextError {
        kind: TextErrorKind::InvalidConfiguration,
        message,
        at: JsonPointer::root(),
        span,
    }
}

/// The file from which an argument reads the definition.
fn file(declared: &Declared<'_>, machine: MachineType) -> Option<NamedFile> {
    let path = FILE_FUNCTIONS
        .iter()
        .find_map(|function| declared.file(DEFINITION, function))?;
    Some(NamedFile {
        path,
        machine,
        substitutions: Substitutions::of(None),
    })
}

fn check_workflow(workflow: &Workflow<'_>, linter: &Linter) -> Vec<Diagnostic> {
    match &workflow.source {
        Source::Blocks(flat) => check_blocks(&workflow.declared, flat, linter),
        Source::Encoded => {
            let findings = linter.check(&workflow.root, Form::Nested).into_iter();
            findings
                .map(|finding| {
                    placed(finding, &workflow.declared, &workflow.root, |at| {
                        Some(in_definition(at))
                    })
                })
                .collect()
        }
        Source::Text(template, _) => {
            let Some(text) = &template.text else {
                return Vec::new();
            };
            let findings = linter.check_file(text, asl::Format::Json, true).findings;
            let place = |span: Option<Range<usize>>| Some(template.span(&span.unwrap_or(0..0)));
            let in_text = |mut finding: Diagnostic| {
                finding.span = place(finding.span);
                finding
                    .related
                    .iter_mut()
                    .for_each(|related| related.span = place(related.span.take()));
                Diagnostic {
                    fix: None,
                    inside: None,
                    ..finding
                }
            };
            findings.into_iter().map(in_text).collect()
        }
    }
}

fn check_blocks(declared: &Declared<'_>, flat: &Flat, linter: &Linter) -> Vec<Diagnostic> {
    let problems = flat.diagnostics.iter().map(|problem| {
        let span = declared.span(problem.path.as_ref().unwrap_or(&AttributePath::default()));
        let detail = problem.detail.split("\n\n").next().unwrap_or("");
        error(
            format!("{}: {}", problem.summary, first_letter_lower(detail)),
            span,
        )
    });
    let mut findings = linter.syntax(problems);
    let names: HashSet<&str> = flat.state_names().collect();
    for finding in linter.check(&flat.json, Form::Flat) {
        let mut finding = placed(finding, declared, &flat.json, |at| flat.path(at));
        finding.message = asl_hcl::in_hcl(&finding.message, &names);
        finding.help = asl_hcl::in_hcl(&finding.help, &names);
        findings.push(finding);
    }
    findings
}

fn first_letter_lower(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    letters
        .next()
        .into_iter()
        .flat_map(char::to_lowercase)
        .chain(letters)
        .collect()
}

/// A finding with its places in the configuration. A fix is kept where it replaces a string that is written as it is.
fn placed(
    mut finding: Diagnostic,
    declared: &Declared<'_>,
    root: &Json,
    path: impl Fn(&JsonPointer) -> Option<AttributePath>,
) -> Diagnostic {
    let path_of = |at: &JsonPointer| path(at).unwrap_or_default();
    let at = path_of(&finding.pointer);
    let is_about_name =
        finding.about_name || finding.private || finding.fix.as_ref().is_some_and(|fix| fix.is_key);
    finding.span = Some(match &finding.inside {
        Some(inside) => declared.span_inside(&at, &inside.text, &inside.range),
        None if is_about_name => declared.name_span(&at),
        None => declared.span(&at),
    });
    for related in &mut finding.related {
        related.span = Some(declared.span(&path_of(&related.pointer)));
    }
    let fix = finding
        .fix
        .take()
        .and_then(|fix| placed_fix(fix, declared, root, path));
    Diagnostic { fix, ..finding }
}

/// A fix with its place; `None` for one that cannot be made in the configuration.
fn placed_fix(
    fix: Fix,
    declared: &Declared<'_>,
    root: &Json,
    path: impl Fn(&JsonPointer) -> Option<AttributePath>,
) -> Option<Fix> {
    let path = path(&fix.pointer).filter(|_| !fix.is_key)?;
    let old = root.at(&fix.pointer)?.as_str()?;
    let literals = declared.literals(&path);
    let [Literal::Written { text, span }] = literals.as_slice() else {
        return None;
    };
    // With its quotes.
    let span = span.start.checked_sub(1)?..span.end + 1;
    let is_written = text == old && declared.text(span.clone())? == format!("\"{old}\"");
    // A local value may be used elsewhere as well.
    let value = declared.span(&path);
    let is_here = value.start <= span.start && span.end <= value.end;
    let is_plain = fix
        .replacement
        .chars()
        .all(|c| c.is_alphanumeric() || " _-.:/".contains(c));
    (is_written && is_here && is_plain).then_some(Fix {
        span: Some(span),
        ..fix
    })
}
