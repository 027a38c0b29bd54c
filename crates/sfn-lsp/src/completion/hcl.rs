//! Completion in Terraform configuration, in the values that terraform-ls does not know: names of states, and expressions.
//!
//! The line is read as text, because a file can rarely be parsed while it is typed. The states are those of its last readable version.

use std::ops::Range;

use asl::integration::Resource;
use asl::semantic::graph::TARGET_FIELDS;

use crate::documents::Document;
use crate::index::{State, Workflow};

use super::expression;
use super::{Completion, CompletionKind};

/// Returns what can be typed at a byte of a configuration.
pub fn complete(document: &Document, at: usize) -> Vec<Completion> {
    let text = &document.text.text;
    let block = block_around(text, at).and_then(|block| text.get(block));
    let Some(block) = block.filter(|block| workflow(document, block).is_some()) else {
        return Vec::new();
    };
    let start = text
        .get(..at)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |newline| newline + 1);
    let before = text.get(start..at).unwrap_or("");
    let Some(written) = open_string(before) else {
        return Vec::new();
    };
    let (variables, resource) = (
        variables(block),
        resource_around(text.get(..at).unwrap_or("")),
    );
    let scope = expression::Scope {
        variables,
        resource: resource.map(Resource::parse),
    };
    if let Some(found) = expression::complete(written, at, &scope) {
        return found;
    }
    let argument = before
        .split(['=', ':'])
        .next()
        .unwrap_or("")
        .trim()
        .trim_matches('"');
    let is_target = |field: &str| asl_hcl::hcl_name(field) == Some(argument);
    if !TARGET_FIELDS.into_iter().any(is_target) {
        return Vec::new();
    }
    let after: usize = text.get(at..).map_or(0, |rest| {
        rest.chars()
            .take_while(|c| !"\"\n\r".contains(*c))
            .map(char::len_utf8)
            .sum()
    });
    let span = at - written.len()..at + after;
    let word = |state: &State| Completion {
        label: state.name.clone(),
        kind: CompletionKind::State,
        detail: state.ty.clone(),
        documentation: String::new(),
        span: span.clone(),
        text: state.name.clone(),
    };
    let states = workflow(document, block).map(|workflow| workflow.states.iter());
    states.into_iter().flatten().map(word).collect()
}

/// The bytes of the block around a byte: from its first line to the next block at the left margin.
fn block_around(text: &str, at: usize) -> Option<Range<usize>> {
    let (mut found, mut offset) = (None, 0);
    for line in text.split_inclusive('\n') {
        let is_block = line.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_block && offset > at {
            return found.map(|start| start..offset);
        }
        if is_block {
            found = Some(offset);
        }
        offset += line.len();
    }
    found.map(|start| start..text.len())
}

/// The text of a string that is begun and not ended on a line.
fn open_string(line: &str) -> Option<&str> {
    let (mut start, mut is_escaped) = (None, false);
    for (at, c) in line.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if start.is_some() => is_escaped = true,
            '"' => start = if start.is_some() { None } else { Some(at + 1) },
            '#' if start.is_none() => return None,
            _ => {}
        }
    }
    line.get(start?..)
}

/// The workflow of a block in the last readable version of the file, by the address in the first line.
fn workflow<'d>(document: &'d Document, block: &str) -> Option<&'d Workflow> {
    let mut parts = block.lines().next()?.split('"');
    let kind = if parts.next()?.trim() == "data" {
        "data."
    } else {
        ""
    };
    let address = format!("{kind}{}.{}", parts.next()?, parts.nth(1)?);
    let mut workflows = document.index().workflows.iter();
    workflows.find(|workflow| workflow.name.as_ref() == Some(&address))
}

/// The variables that a workflow assigns: the members of its `assign` arguments.
fn variables(block: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut is_inside = false;
    for line in block.lines() {
        let is_assign = line
            .trim()
            .split_once('=')
            .is_some_and(|(name, _)| name.trim() == "assign");
        let content = if is_assign {
            line.split_once('=').map_or("", |(_, rest)| rest)
        } else {
            line
        };
        is_inside |= is_assign;
        if is_inside {
            let members = content
                .split(['{', ','])
                .filter_map(|part| part.split_once('='));
            let names =
                members.map(|(name, _)| name.trim().trim_matches('"').trim_end_matches(".$"));
            found.extend(names.filter(|name| {
                name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.is_empty()
            }));
            is_inside = !content.contains('}');
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The `resource` of the state in which a text ends.
fn resource_around(before: &str) -> Option<&str> {
    let state = before
        .rfind("task \"")
        .and_then(|start| before.get(start..))?;
    let line = state.lines().find(|line| {
        line.trim()
            .split_once('=')
            .is_some_and(|(name, _)| name.trim() == "resource")
    })?;
    line.split('"').nth(1)
}
