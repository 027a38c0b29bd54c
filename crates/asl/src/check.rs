//! Checking a definition by all rules.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::Graph;
use crate::json::Json;
use crate::pointer::Pointer;
use crate::rules::RULES;
use crate::syntax::{self, Document};

/// How the states of a definition are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As in ASL: each scope holds its states.
    Nested,
    /// As in HCL: all states side by side ([`crate::flat`]).
    Flat,
}

/// What the rules look at.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The definition.
    pub root: &'a Json,
    /// Its layout.
    pub form: Form,
    /// Its scopes.
    pub graph: Graph<'a>,
}

/// Checks a definition by all rules, parts of which may be unknown. Findings come in the order of their place.
pub fn check(root: &Json, form: Form) -> Vec<Diagnostic> {
    let subject = Subject { root, form, graph: Graph::of(root) };
    let mut findings = Vec::new();
    for rule in RULES {
        (rule.check)(&subject, &mut findings);
    }
    findings.sort_by(|a, b| a.pointer.cmp(&b.pointer).then(a.code.cmp(b.code)));
    findings
}

/// Reads and checks ASL text; findings have the bytes of the text they are about. Without a document the text is no
/// JSON.
pub fn check_text(text: &str) -> (Option<Document>, Vec<Diagnostic>) {
    match syntax::parse(text) {
        Err(diagnostic) => (None, vec![*diagnostic]),
        Ok((document, mut findings)) => {
            for mut finding in check(&document.root, Form::Nested) {
                finding.span = document.span(&finding.pointer);
                findings.push(finding);
            }
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

impl Subject<'_> {
    /// The name of the state that a pointer leads into, for messages.
    pub fn state_name(pointer: &Pointer) -> Option<&str> {
        let tokens = pointer.tokens();
        let position = tokens.iter().rposition(|token| token == "States")?;
        tokens.get(position + 1).map(String::as_str)
    }
}
