//! Finds the place of a value in the text.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Block, Body};
use tfplugin::{AttributePath, Step};

use super::Declared;
use super::values::argument_of;

/// Target of the steps of a path so far.
pub(super) enum At<'c> {
    Body(&'c Body, &'c Block),
    /// The content of a `dynamic` block. Any key or index of the next step selects it.
    Content(&'c Body, &'c Block),
    /// The blocks of a type. The next step selects one of them.
    Blocks(&'c Body, &'c str),
    Expression(&'c Expression),
}

impl<'c> Declared<'c> {
    /// The bytes of the value at a path, or of the innermost value that contains it. For a block, these are its type
    /// and labels.
    pub fn span(&self, path: &AttributePath) -> Range<usize> {
        let (mut at, steps) = self.start(path.steps());
        let mut span = at.span().unwrap_or_else(|| header(self.block));
        for step in steps {
            let Some(next) = next(&at, step) else {
                return span;
            };
            span = next.span().unwrap_or(span);
            at = next;
        }
        self.trimmed(span)
    }

    /// The bytes of the name of the argument or member at a path, or else of its value.
    pub fn name_span(&self, path: &AttributePath) -> Range<usize> {
        let whole = self.span(path);
        let Some((last, before)) = path.steps().split_last() else {
            return whole;
        };
        let name = self.at(before).and_then(|at| name_in(&at, last));
        name.map_or(whole, |span| self.trimmed(span))
    }

    /// The target of steps; `None` if they lead to nothing.
    pub(super) fn at(&self, steps: &[Step]) -> Option<At<'c>> {
        let (at, rest) = self.start(steps);
        rest.iter().try_fold(at, |at, step| next(&at, step))
    }

    /// The labelled block to which the first two steps lead, and the other steps; or the block itself and all steps. A
    /// workflow has a labelled block for each state, so that a search for each of them would be quadratic.
    fn start<'s>(&self, steps: &'s [Step]) -> (At<'c>, &'s [Step]) {
        if let [
            Step::Attribute(ty) | Step::Key(ty),
            Step::Key(label),
            rest @ ..,
        ] = steps
            && let Some(block) = self.configuration.labelled(self.block, ty, label)
        {
            return (At::Body(&block.body, block), rest);
        }
        (At::Body(&self.block.body, self.block), steps)
    }

    /// The bytes of a part of the string at a path. If the string is written with escapes, the bytes of the whole
    /// string.
    pub fn span_inside(
        &self,
        path: &AttributePath,
        text: &str,
        part: &Range<usize>,
    ) -> Range<usize> {
        let whole = self.span(path);
        let written = self.configuration.text.get(whole.clone()).unwrap_or("");
        // Heredocs and strings without escapes contain the text unchanged.
        match written.find(text).filter(|_| !text.is_empty()) {
            Some(at) => whole.start + at + part.start..whole.start + at + part.end,
            None => whole,
        }
    }

    /// A place without surrounding white space.
    pub(super) fn trimmed(&self, span: Range<usize>) -> Range<usize> {
        let text = self.configuration.text.get(span.clone()).unwrap_or("");
        let start = span.start + text.len() - text.trim_start().len();
        start..start + text.trim().len()
    }
}

impl At<'_> {
    /// The bytes that show the target; `None` for blocks, of which the next step selects one.
    fn span(&self) -> Option<Range<usize>> {
        match self {
            At::Body(_, block) | At::Content(_, block) => Some(header(block)),
            At::Blocks(..) => None,
            At::Expression(expression) => expression.span(),
        }
    }
}

/// The bytes of the type and labels of a block.
fn header(block: &Block) -> Range<usize> {
    let start = block.ident.span().unwrap_or(0..0);
    let end = block
        .labels
        .last()
        .and_then(hcl_edit::Span::span)
        .map_or(start.end, |label| label.end);
    start.start..end
}

pub(super) fn next<'c>(at: &At<'c>, step: &Step) -> Option<At<'c>> {
    match (at, step) {
        (At::Body(body, _), Step::Attribute(name) | Step::Key(name)) => {
            match body.get_attribute(name) {
                Some(attribute) => Some(At::Expression(&attribute.value)),
                None => {
                    let mut named = body.blocks().filter(|block| block.ident.as_str() == name);
                    let Some(first) = named.next() else {
                        return content_of(body, name);
                    };
                    // Paths have no step for a block that occurs once.
                    Some(if first.labels.is_empty() && named.next().is_none() {
                        At::Body(&first.body, first)
                    } else {
                        At::Blocks(body, first.ident.as_str())
                    })
                }
            }
        }
        (At::Content(body, block), Step::Key(_) | Step::Index(_)) => Some(At::Body(body, block)),
        (At::Content(body, block), step) => next(&At::Body(body, block), step),
        (At::Body(_, block), Step::Index(0)) => Some(At::Body(&block.body, block)),
        (At::Blocks(body, name), Step::Key(label) | Step::Attribute(label)) => {
            let is_named = |block: &&Block| {
                block
                    .labels
                    .first()
                    .is_some_and(|known| known.as_str() == label)
            };
            body.get_blocks(name)
                .find(is_named)
                .map(|block| At::Body(&block.body, block))
        }
        (At::Blocks(body, name), Step::Index(index)) => {
            let block = body.get_blocks(name).nth(usize::try_from(*index).ok()?)?;
            Some(At::Body(&block.body, block))
        }
        (At::Expression(expression), step) => into(expression, step).map(At::Expression),
        _ => None,
    }
}

/// The content of the first `dynamic` block of this name.
fn content_of<'c>(body: &'c Body, name: &str) -> Option<At<'c>> {
    let is_named = |block: &&Block| {
        block.ident.as_str() == "dynamic"
            && block
                .labels
                .first()
                .is_some_and(|label| label.as_str() == name)
    };
    let content = body
        .blocks()
        .find(is_named)?
        .body
        .blocks()
        .find(|block| block.ident.as_str() == "content")?;
    Some(At::Content(&content.body, content))
}

/// The bytes of the name that a step selects.
pub(super) fn name_in(at: &At<'_>, step: &Step) -> Option<Range<usize>> {
    let digits;
    let name = match step {
        Step::Attribute(name) | Step::Key(name) => name,
        Step::Index(index) => {
            digits = index.to_string();
            &digits
        }
    };
    match at {
        At::Body(body, _) | At::Content(body, _) => body.get_attribute(name)?.key.span(),
        At::Blocks(..) => None,
        At::Expression(expression) => member(expression, name)?.0.span(),
    }
}

/// The member of an object in an expression.
fn member<'c>(expression: &'c Expression, name: &str) -> Option<(&'c ObjectKey, &'c Expression)> {
    if let Some(encoded) = argument_of(expression, "jsonencode") {
        return member(encoded, name);
    }
    let is_named = |key: &ObjectKey| match key {
        ObjectKey::Ident(key) => key.as_str() == name,
        ObjectKey::Expression(key) => key.as_str() == Some(name),
    };
    match expression {
        Expression::Parenthesis(inner) => member(inner.inner(), name),
        Expression::Object(object) => object
            .iter()
            .find(|(key, _)| is_named(key))
            .map(|(key, value)| (key, value.expr())),
        _ => None,
    }
}

fn into<'c>(expression: &'c Expression, step: &Step) -> Option<&'c Expression> {
    if let Some(encoded) = argument_of(expression, "jsonencode") {
        return into(encoded, step);
    }
    match (expression, step) {
        (Expression::Parenthesis(inner), step) => into(inner.inner(), step),
        (Expression::Object(_), Step::Key(key) | Step::Attribute(key)) => {
            Some(member(expression, key)?.1)
        }
        // A member whose name consists of digits.
        (Expression::Object(_), Step::Index(index)) => {
            Some(member(expression, &index.to_string())?.1)
        }
        (Expression::Array(elements), Step::Index(index)) => {
            elements.get(usize::try_from(*index).ok()?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::reader::Configuration;

    use super::*;

    #[test]
    fn names_of_digits_are_members_and_elements() {
        let text =
            "resource \"t\" \"n\" {\n  v = { \"0\" = \"a\", l = [1, { \"7\" = \"b\" }] }\n}\n";
        let configuration = Configuration::parse(text).unwrap();
        let declared = configuration.declared().next().unwrap();
        let shown = |path: AttributePath| {
            let names = text.get(declared.name_span(&path)).unwrap();
            (text.get(declared.span(&path)).unwrap(), names)
        };
        let v = || AttributePath::root("v");
        assert_eq!(shown(v().index(0)), ("\"a\"", "\"0\""));
        assert_eq!(shown(v().key("l").index(1).index(7)), ("\"b\"", "\"7\""));
        assert_eq!(shown(v().key("l").index(0)), ("1", "1"));
        // The innermost value that contains a missing element.
        assert_eq!(shown(v().key("l").index(5)).0, "[1, { \"7\" = \"b\" }]");
    }
}
