//! Checking a definition by all rules.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Severity};
use crate::json::Json;
use crate::pointer::Pointer;
use crate::rules;
use crate::subject::{Subject, is_complete, strip};
use crate::syntax::{self, Document};
use crate::template::placed;

/// How the states of a definition are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As in ASL: each scope holds its states.
    Nested,
    /// As in HCL: all states side by side ([`crate::flat`]).
    Flat,
}

/// The type of a state machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MachineType {
    /// Up to a year, each step kept.
    #[default]
    Standard,
    /// Up to five minutes.
    Express,
    /// Not known yet.
    Unknown,
}

impl MachineType {
    /// The type of this name, as AWS writes it.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "STANDARD" => Some(Self::Standard),
            "EXPRESS" => Some(Self::Express),
            _ => None,
        }
    }
}

/// Checks a definition by all rules, parts of which may be unknown. A string with a placeholder such as `${Name}` counts
/// as unknown. Findings come in the order of their place.
pub fn check(root: &Json, form: Form, machine: MachineType) -> Vec<Diagnostic> {
    if is_complete(root) {
        return check_known(root, true, form, machine);
    }
    let root = strip(root);
    check_known(&root, root.is_known(), form, machine)
}

/// Checks a definition that was read from text.
pub(crate) fn check_document(document: &Document, machine: MachineType) -> Vec<Diagnostic> {
    match document.complete {
        true => check_known(&document.root, true, Form::Nested, machine),
        false => check(&document.root, Form::Nested, machine),
    }
}

fn check_known(root: &Json, known: bool, form: Form, machine: MachineType) -> Vec<Diagnostic> {
    let subject = Subject::of(root, known, form, machine);
    let mut findings = rules::check(&subject);
    findings.sort_by(|a, b| a.pointer.cmp(&b.pointer).then(a.code.cmp(b.code)));
    findings
}

/// Reads and checks ASL text; findings have the bytes of the text they are about. Without a document the text is no
/// JSON.
pub fn check_text(text: &str, machine: MachineType) -> (Option<Document>, Vec<Diagnostic>) {
    match syntax::parse(text) {
        Err(diagnostic) => (None, vec![*diagnostic]),
        Ok((document, mut findings)) => {
            let found = check_document(&document, machine).into_iter();
            findings.extend(found.map(|finding| placed(finding, &document, text, &Pointer::root())));
            (Some(document), findings)
        }
    }
}

/// Whether any finding is an error.
pub fn has_errors(findings: &[Diagnostic]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

/// Line and column, both from one, of a place in a text; the column counts characters.
pub fn line_and_column(text: &str, span: &Range<usize>) -> (usize, usize) {
    let before = text.get(..span.start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    (line, column)
}
