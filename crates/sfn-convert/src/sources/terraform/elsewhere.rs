//! Renames references to converted resources, in the rest of the file and in kept expressions.

use std::collections::BTreeSet;
use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey, ObjectKeyMut, TraversalOperator};
use hcl_edit::structure::{Block, Body as Parsed};
use hcl_edit::visit_mut::{VisitMut, visit_expr_mut};

use super::TYPES;
use crate::sources::Converted;
use crate::sources::frame::Frame;
use crate::sources::note::Note;

/// Prefix of the resource types of hashicorp/aws.
pub(super) const PREFIX: &str = "aws_";

/// Finds references to converted resources.
pub(super) struct Find<'a> {
    /// Addresses of the resources before the conversion.
    converted: &'a BTreeSet<String>,
    text: &'a str,
    /// The bytes of the resource types in references.
    found: Vec<Range<usize>>,
    /// Addresses in references whose place is not known.
    unclear: BTreeSet<String>,
}

impl<'a> Find<'a> {
    pub(super) fn new(converted: &'a BTreeSet<String>, text: &'a str) -> Self {
        Self {
            converted,
            text,
            found: Vec::new(),
            unclear: BTreeSet::new(),
        }
    }

    /// The bytes of the resource types in an expression; `None` if the place of one is not known.
    pub(super) fn in_expression(mut self, expression: &Expression) -> Option<Vec<Range<usize>>> {
        self.visit_expr_mut(&mut expression.clone());
        self.unclear.is_empty().then_some(self.found)
    }
}

impl VisitMut for Find<'_> {
    fn visit_object_key_mut(&mut self, node: ObjectKeyMut<'_>) {
        if let ObjectKey::Expression(expression) = &*node {
            self.visit_expr_mut(&mut expression.clone());
        }
    }

    fn visit_expr_mut(&mut self, node: &mut Expression) {
        if let Expression::Traversal(traversal) = node
            && let Some(ty) = traversal
                .expr
                .as_variable()
                .filter(|ty| TYPES.contains(&ty.as_str()))
            && let Some(TraversalOperator::GetAttr(label)) =
                traversal.operators.first().map(hcl_edit::Decorated::value)
        {
            let name = format!("{}.{}", ty.as_str(), label.as_str());
            let span = traversal
                .expr
                .span()
                .filter(|span| self.text.get(span.clone()) == Some(ty.as_str()));
            match span {
                _ if !self.converted.contains(&name) => {}
                Some(span) => self.found.push(span),
                None => drop(self.unclear.insert(name)),
            }
        }
        visit_expr_mut(self, node);
    }
}

/// Addresses of the resources that can be converted.
pub(super) fn convertible(body: &Parsed) -> BTreeSet<String> {
    let address = |block: &Block| match block.labels.as_slice() {
        [ty, label] if block.ident.as_str() == "resource" && TYPES.contains(&ty.as_str()) => {
            let is_whole =
                ty.as_str() != "aws_sfn_state_machine" || block.body.has_attribute("definition");
            (is_whole && tfconfig::is_identifier(label.as_str()))
                .then(|| format!("{}.{}", ty.as_str(), label.as_str()))
        }
        _ => None,
    };
    body.blocks().filter_map(address).collect()
}

/// Finds references to converted resources in the rest of the file. `moved` and `removed` blocks keep former addresses.
pub(super) fn rename_elsewhere(
    body: &Parsed,
    converted: &BTreeSet<String>,
    text: &str,
    frame: &mut Frame,
    out: &mut Converted,
) {
    let mut find = Find::new(converted, text);
    for block in body.blocks() {
        let is_past = matches!(block.ident.as_str(), "moved" | "removed");
        let is_converted = block
            .span()
            .is_some_and(|span| frame.parts.iter().any(|(part, _)| *part == span));
        if !is_past && !is_converted {
            find.visit_block_mut(&mut block.clone());
        }
    }
    let Find { found, unclear, .. } = find;
    frame.renamed = found;
    if !unclear.is_empty() {
        let list = unclear
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ");
        out.notes.push(Note::new(format!(
            "the rest of the file refers to {list}: remove the prefix `aws_`"
        )));
    }
}

/// The text of an expression of another file with the new addresses of converted resources.
pub(super) fn renamed(text: &str, converted: &BTreeSet<String>) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut renamed = String::new();
    let mut rest = text;
    while let Some(at) = TYPES
        .iter()
        .filter_map(|ty| rest.find(&format!("{ty}.")))
        .min()
    {
        let (before, from) = rest.split_at(at);
        let address: String = {
            let (ty, label) = from.split_once('.').unwrap_or((from, ""));
            format!("{ty}.{}", label.split(|c| !is_part(c)).next().unwrap_or(""))
        };
        let is_own =
            converted.contains(&address) && !before.ends_with(|c: char| is_part(c) || c == '.');
        renamed.push_str(before);
        renamed.push_str(if is_own { "" } else { PREFIX });
        rest = from.strip_prefix(PREFIX).unwrap_or(from);
    }
    renamed + rest
}
