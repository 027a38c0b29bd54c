//! Completion in Terraform configuration, in the values that terraform-ls does not know: names of states, and expressions.
//!
//! The text is read line by line, as it can hardly be parsed while it is typed.

use std::ops::Range;

use asl::integration::Resource;

use super::expression;
use super::{Completion, CompletionKind};

/// The blocks that declare workflows.
const WORKFLOWS: [&str; 2] = ["resource \"sfn_state_machine\"", "data \"sfn_definition\""];
/// The arguments that name a state.
const TARGETS: [&str; 3] = ["next", "default", "start_at"];

/// Returns what can be typed at a byte of a configuration.
pub fn complete(text: &str, at: usize) -> Vec<Completion> {
    let Some(block) = block_around(text, at) else {
        return Vec::new();
    };
    let block = text.get(block).unwrap_or("");
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
    if !TARGETS.contains(&argument) {
        return Vec::new();
    }
    let after: usize = text.get(at..).map_or(0, |rest| {
        rest.chars()
            .take_while(|c| !"\"\n\r".contains(*c))
            .map(char::len_utf8)
            .sum()
    });
    let span = at - written.len()..at + after;
    let word = |(ty, name): (&str, &str)| Completion {
        label: name.to_owned(),
        kind: CompletionKind::State,
        detail: ty.to_owned(),
        documentation: String::new(),
        span: span.clone(),
        text: name.to_owned(),
    };
    states(block).into_iter().map(word).collect()
}

/// The bytes of the workflow around a byte: from its first line to the next block at the left margin.
fn block_around(text: &str, at: usize) -> Option<Range<usize>> {
    let (mut found, mut offset) = (None, 0);
    for line in text.split_inclusive('\n') {
        let is_block = line.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_block && offset > at {
            return found.map(|start| start..offset);
        }
        if is_block {
            found = WORKFLOWS
                .iter()
                .any(|word| line.starts_with(word))
                .then_some(offset);
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

/// The states of a workflow with their types: its labelled blocks, and the members of `states`.
fn states(block: &str) -> Vec<(&str, &str)> {
    let labelled = block.lines().filter_map(|line| {
        let (ty, rest) = line.trim().split_once(" \"")?;
        let (label, after) = rest.split_once('"')?;
        let is_state = asl_hcl::STATE_BLOCKS.iter().any(|(block, _)| block == ty);
        (is_state && after.trim_start().starts_with('{')).then_some((ty, label))
    });
    let in_value = block
        .lines()
        .skip_while(|line| !is_states_argument(line))
        .skip(1);
    let members = in_value.filter_map(|line| {
        let (name, rest) = line.split_once('=')?;
        let name = name.trim().trim_matches('"');
        let is_state = rest.trim_start().starts_with('{') && block.contains("type");
        (is_state && !name.is_empty() && line.len() - line.trim_start().len() == 4)
            .then_some(("", name))
    });
    labelled.chain(members).collect()
}

fn is_states_argument(line: &str) -> bool {
    line.trim()
        .split_once('=')
        .is_some_and(|(name, rest)| name.trim() == "states" && rest.trim() == "{")
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
