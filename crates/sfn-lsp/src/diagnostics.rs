//! Findings as the diagnostics of the protocol, and their repairs.

use std::collections::HashMap;

use asl::linter::Linter;
use asl::rules::rule_named;
use asl::{Diagnostic, Severity};
use gen_lsp_types::{
    Code, CodeAction, CodeActionKind, CodeDescription, Diagnostic as LspDiagnostic,
    DiagnosticRelatedInformation, DiagnosticSeverity, Location, Range, TextEdit, Uri,
    WorkspaceEdit,
};
use sfn_convert::{Content, configuration};

use crate::documents::Document;

/// The name of the server in diagnostics.
const SOURCE: &str = "sfn";

/// Checks a file.
pub fn check(document: &Document, linter: &Linter) -> Vec<Diagnostic> {
    let text = &document.text.text;
    match document.content {
        Content::Configuration if !configuration::may_have_workflows(text) => Vec::new(),
        // terraform-ls reports what is wrong with the configuration itself.
        Content::Configuration => configuration::check_workflows(text, linter).findings,
        Content::Text(format) => {
            let says_asl = document.says_asl();
            if !says_asl && !asl::template::may_have_definitions(text) {
                return Vec::new();
            }
            linter.check_file(text, format, says_asl).findings
        }
    }
}

/// Returns a finding as the protocol has it.
pub fn diagnostic(finding: &Diagnostic, document: &Document) -> LspDiagnostic {
    let range =
        |span: &Option<std::ops::Range<usize>>| document.text.range(&span.clone().unwrap_or(0..0));
    let related = finding
        .related
        .iter()
        .map(|related| DiagnosticRelatedInformation {
            location: Location {
                uri: document.uri.clone(),
                range: range(&related.span),
            },
            message: related.message.clone(),
        });
    let message = match finding.help.as_str() {
        "" => finding.message.clone(),
        help => format!("{}\n{help}", finding.message),
    };
    LspDiagnostic {
        range: range(&finding.span),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Lint => DiagnosticSeverity::Information,
        }),
        code: Some(Code::String(finding.code.to_owned())),
        code_description: rule_named(finding.code).map(|rule| CodeDescription {
            href: Uri(rule.help_uri()),
        }),
        source: Some(SOURCE.to_owned()),
        message: message.into(),
        related_information: Some(related.collect()),
        ..LspDiagnostic::default()
    }
}

/// Returns the repairs of the findings that touch a range.
pub fn actions(document: &Document, range: &Range) -> Vec<CodeAction> {
    let wanted = document.text.span(range);
    let findings = document.findings.borrow();
    let action = |finding: &Diagnostic| {
        let touches = finding
            .span
            .as_ref()
            .is_some_and(|span| span.start <= wanted.end && wanted.start <= span.end);
        let fix = finding.fix.as_ref().filter(|_| touches)?;
        let edit = TextEdit {
            range: document.text.range(fix.span.as_ref()?),
            new_text: fix.written(&document.text.text)?,
        };
        let note = if fix.is_safe {
            ""
        } else {
            " (changes what the workflow does)"
        };
        Some(CodeAction {
            title: format!("Replace with `{}`{note}", fix.replacement),
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![diagnostic(finding, document)]),
            is_preferred: Some(fix.is_safe),
            edit: Some(WorkspaceEdit {
                changes: Some(HashMap::from([(document.uri.clone(), vec![edit])])),
                ..WorkspaceEdit::default()
            }),
            ..CodeAction::default()
        })
    };
    findings.iter().filter_map(action).collect()
}
