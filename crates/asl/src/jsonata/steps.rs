//! Checks the order of predicates, groupings, bindings and parents in the steps of a path.
//!
//! JSONata 2.0.6 makes these checks after parsing (`processAST` of its parser, errors S0209 to S0217).

use super::tree::{Kind, Node};
use crate::expression::SyntaxError;

type Checked = Result<(), SyntaxError>;

/// Whether JSONata treats an expression as a path. A name is a path with one step.
fn is_path(node: &Node) -> bool {
    match &node.kind {
        Kind::Name(_) | Kind::Path(..) | Kind::Sort(..) | Kind::Bind(..) => true,
        Kind::Predicate(left, _) | Kind::Group(left, _) => is_path(left),
        _ => false,
    }
}

/// Whether any step of a path is grouped.
fn is_grouped(node: &Node) -> bool {
    match &node.kind {
        Kind::Group(..) => true,
        Kind::Path(left, _)
        | Kind::Predicate(left, _)
        | Kind::Sort(left, _)
        | Kind::Bind(left, _) => is_path(left) && is_grouped(left),
        _ => false,
    }
}

/// Checks that a predicate does not follow a grouping (S0209).
pub(super) fn check_predicate(left: &Node) -> Checked {
    match &left.kind {
        Kind::Group(inner, _) if !is_path(inner) => Err(SyntaxError::new(
            left.span.clone(),
            "a predicate cannot follow a grouping with `{…}`",
        )),
        _ => Ok(()),
    }
}

/// Checks that a path has at most one grouping (S0210).
pub(super) fn check_group(left: &Node) -> Checked {
    if is_grouped(left) {
        return Err(SyntaxError::new(
            left.span.clone(),
            "a path can have one grouping with `{…}` only",
        ));
    }
    Ok(())
}

/// Checks that `@` does not follow a predicate or an order-by clause (S0215, S0216).
pub(super) fn check_binding(left: &Node) -> Checked {
    let before = match &left.kind {
        // `[]` without a condition is not a predicate.
        Kind::Predicate(left, None) => return check_binding(left),
        Kind::Predicate(..) => "predicates",
        Kind::Sort(..) => "the order",
        _ => return Ok(()),
    };
    let message = format!("`@` must come before {before} of the same step");
    Err(SyntaxError::new(left.span.clone(), message))
}

/// Checks that the step before `%` in a path has a parent (S0217).
pub(super) fn check_path(left: &Node, right: &Node) -> Checked {
    if matches!(right.kind, Kind::Parent) && !may_have_parent(left) {
        return Err(SyntaxError::new(
            right.span.clone(),
            "`%` has no parent here: the step before it is not part of an object",
        ));
    }
    Ok(())
}

/// Whether the last step of an expression may have a parent.
fn may_have_parent(node: &Node) -> bool {
    match &node.kind {
        // A string is a name as a step of a path.
        Kind::Name(_) | Kind::Text(_) | Kind::Wildcard | Kind::Parent => true,
        Kind::Path(_, right) => may_have_parent(right),
        Kind::Predicate(left, _)
        | Kind::Group(left, _)
        | Kind::Sort(left, _)
        | Kind::Bind(left, _) => may_have_parent(left),
        Kind::Block(nodes) => nodes.last().is_none_or(may_have_parent),
        _ => false,
    }
}

/// Checks that an expression does not begin with `%`, which has no parent there (S0217).
pub(super) fn check_parent(root: &Node) -> Checked {
    match &root.kind {
        Kind::Parent => Err(SyntaxError::new(
            root.span.clone(),
            "`%` has no parent here: it is the beginning of the expression",
        )),
        Kind::Path(left, _) | Kind::Predicate(left, _) | Kind::Group(left, _) => check_parent(left),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::jsonata::parse;

    #[test]
    fn steps_have_what_they_can_have() {
        for text in [
            "a{b: c}",
            "a{b: c}[0]",
            "[1, 2]{'n': $}",
            "a.b[0]{c: d}",
            "a^(b).c",
            "a@$x[0]",
            "a.%",
            "a.b[%.c = 1].d",
            "a.(b.%)",
            "a.*.%",
            "a[0].%.%",
            "a^(%.b)",
            "function($x)<a<n>f<n:n>:n>{$x}",
            "a#$i",
            "a[]@$x.b",
            "$states.input.loans[]@$l.books[]@$b[$l.isbn=$b.isbn].{\"a\":$b}",
            "$x.\"order id\".%.y",
            "%^(a)",
            "function($x)<a<s<n>>:n>{$x}",
            "a[0]#$i",
            "(b; c).%",
            "$x.(b.c).%",
        ] {
            assert!(parse(text).is_ok(), "{text}: {:?}", parse(text).err());
        }
        for (text, said) in [
            ("[1, 2]{'n': $}[true]", "a predicate cannot follow"),
            ("$x{'n': $}[0]", "a predicate cannot follow"),
            ("a{b: c}{d: e}", "one grouping"),
            ("a{b: c}.d{e: f}", "one grouping"),
            ("a[0]@$x.b", "before predicates"),
            ("a^(b)@$x.c", "before the order"),
            ("{'a': 1}.%", "has no parent"),
            ("$x.%", "has no parent"),
            ("$f().%", "has no parent"),
            ("a.($x).%", "has no parent"),
            ("%", "the beginning"),
            ("%.a", "the beginning"),
            ("function($x)<n<n>:n>{$x}", "only functions"),
        ] {
            let error = parse(text)
                .err()
                .map_or_else(String::new, |error| error.message);
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
