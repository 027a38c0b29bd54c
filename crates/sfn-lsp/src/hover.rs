//! Hover: the documentation of rules, of the fields of definitions, and a summary of states.
//!
//! In `.tf` files only names of states and findings have one, as terraform-ls has one for each argument.

use std::ops::Range;

use asl::rules::rule_named;
use asl::semantic::graph::Graph;
use asl::{Diagnostic, Json};

use sfn_convert::Content;

use crate::completion::field_at;
use crate::documents::Document;
use crate::index::Named;

/// The developer guide's page about the structure of a definition.
const LANGUAGE: &str =
    "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html";

/// Returns Markdown about what is at a byte of a file, with the bytes that it is about.
pub fn hover(document: &Document, at: usize) -> Option<(String, Range<usize>)> {
    let findings = document.findings.borrow();
    let holds = |finding: &&Diagnostic| {
        finding
            .span
            .as_ref()
            .is_some_and(|span| span.start <= at && at < span.end)
    };
    if let Some(named) = document
        .index()
        .name_at(at)
        .filter(|_| document.is_indexed())
        && let Some(summary) = state_summary(&named)
    {
        return Some((summary, named.span));
    }
    if let Some(finding) = findings.iter().find(holds) {
        return Some((rule_text(finding)?, finding.span.clone()?));
    }
    let Content::Text(format) = document.content else {
        return None;
    };
    let (field, span) = field_at(&document.text.text, format, at)?;
    let page = format!("[Amazon States Language]({LANGUAGE})");
    Some((
        format!("**{}**\n\n{}\n\n{page}", field.name, field.description),
        span,
    ))
}

/// The documentation of the rule of a finding.
fn rule_text(finding: &Diagnostic) -> Option<String> {
    let rule = rule_named(finding.code)?;
    let documentation = rule.documentation();
    let documentation = documentation
        .split("\n## Example")
        .next()
        .unwrap_or("")
        .replace("## ", "### ");
    Some(format!(
        "**{} {}**\n\n{}\n\n[Documentation]({})",
        rule.code,
        rule.name,
        documentation.trim(),
        rule.help_uri()
    ))
}

/// A state in a few lines: its type, its comment, what it calls and where it leads.
fn state_summary(named: &Named<'_>) -> Option<String> {
    let state = named.state()?;
    let value = named.workflow.root.at(&state.at)?;
    let mut lines = vec![format!(
        "**{}** ({})",
        state.name,
        if state.ty.is_empty() {
            "state"
        } else {
            &state.ty
        }
    )];
    let text = |field: &str| value.get(field).and_then(Json::as_str).map(str::to_owned);
    lines.extend(text("Comment"));
    lines.extend(text("Resource").map(|resource| format!("Calls `{resource}`")));
    let graph = Graph::of(&named.workflow.root);
    let node = graph.states.iter().find(|node| node.at == state.at)?;
    let mut targets: Vec<String> = node
        .edges
        .iter()
        .filter_map(|edge| edge.target)
        .map(|target| format!("`{target}`"))
        .collect();
    targets.dedup();
    if !targets.is_empty() {
        lines.push(format!("Leads to {}", targets.join(", ")));
    } else if node.ends {
        lines.push("Ends the workflow or its branch".to_owned());
    }
    Some(lines.join("\n\n"))
}
