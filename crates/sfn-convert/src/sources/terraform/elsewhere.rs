//! Where the rest of a file refers to what is converted.

use std::collections::BTreeSet;
use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, TraversalOperator};
use hcl_edit::structure::Body as Parsed;
use hcl_edit::visit_mut::{VisitMut, visit_expr_mut};

use super::TYPES;
use crate::sources::Converted;
use crate::sources::frame::Frame;

/// Finds where the rest of the file refers to what is converted. `moved` and `removed` blocks tell of the past, and stay.
pub(super) fn rename_elsewhere(body: &Parsed, frame: &mut Frame, out: &mut Converted) {
    struct Find<'a> {
        converted: BTreeSet<String>,
        text: &'a str,
        found: Vec<Range<usize>>,
        unclear: BTreeSet<String>,
    }
    impl VisitMut for Find<'_> {
        fn visit_expr_mut(&mut self, node: &mut Expression) {
            if let Expression::Traversal(traversal) = node
                && let Some(ty) = traversal.expr.as_variable().filter(|ty| TYPES.contains(&ty.as_str()))
                && let Some(TraversalOperator::GetAttr(label)) = traversal.operators.first().map(|first| first.value())
            {
                let name = format!("{}.{}", ty.as_str(), label.as_str());
                let span = traversal.expr.span().filter(|span| self.text.get(span.clone()) == Some(ty.as_str()));
                match span {
                    _ if !self.converted.contains(&name) => {}
                    Some(span) => self.found.push(span),
                    None => drop(self.unclear.insert(name)),
                }
            }
            visit_expr_mut(self, node);
        }
    }
    let converted = out.machines.iter().map(|machine| machine.address());
    let converted = converted.chain(out.resources.iter().map(|resource| format!("{}.{}", resource.ty, resource.label)));
    let converted = converted.map(|address| format!("aws_{address}")).collect();
    let mut find = Find { converted, text: &frame.text, found: Vec::new(), unclear: BTreeSet::new() };
    for block in body.blocks() {
        let is_past = matches!(block.ident.as_str(), "moved" | "removed");
        let is_converted = block.span().is_some_and(|span| frame.parts.iter().any(|(part, _)| *part == span));
        if !is_past && !is_converted {
            find.visit_block_mut(&mut block.clone());
        }
    }
    let Find { found, unclear, .. } = find;
    frame.renamed = found;
    if !unclear.is_empty() {
        let list = unclear.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        out.notes.push(format!("the rest of the file refers to {list}: write it without `aws_`"));
    }
}
/// The text of an expression with our names for the resources that are converted.
pub(super) fn renamed(text: &str) -> String {
    let mut renamed = String::new();
    let mut rest = text;
    while let Some(at) = TYPES.iter().filter_map(|ty| rest.find(&format!("{ty}."))).min() {
        let (before, from) = rest.split_at(at);
        let part_of_more = before.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
        renamed.push_str(before);
        renamed.push_str(if part_of_more { "aws_" } else { "" });
        rest = from.strip_prefix("aws_").unwrap_or(from);
    }
    renamed + rest
}
