//! The syntax tree of an expression.

use std::ops::Range;

/// A part of an expression, with its byte range.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Kind of the part.
    pub kind: Kind,
    /// Byte range in the expression.
    pub span: Range<usize>,
}

/// Kind of a part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A field of the context value.
    Name(String),
    /// `$name`, without the `$`: empty for the context value, `$` for the root context.
    Variable(String),
    /// A string.
    Text(String),
    /// A number, a boolean or `null`.
    Literal,
    /// A regular expression.
    Regex,
    /// `*` or `**`.
    Wildcard,
    /// `%`: the parent of the context value.
    Parent,
    /// `?` in place of an argument.
    Placeholder,
    /// `left.right`: evaluates `right` for each value of `left`.
    Path(Box<Node>, Box<Node>),
    /// `left[condition]`, or `left[]` without one.
    Predicate(Box<Node>, Option<Box<Node>>),
    /// `left^(terms)`
    Sort(Box<Node>, Vec<Node>),
    /// `left{key: value}`
    Group(Box<Node>, Vec<(Node, Node)>),
    /// `left@$name` or `left#$name`
    Bind(Box<Node>, String),
    /// `left operator right`
    Binary(&'static str, Box<Node>, Box<Node>),
    /// `-operand`
    Negative(Box<Node>),
    /// `$name := value`
    Assign(String, Box<Node>),
    /// `left ~> right`
    Apply(Box<Node>, Box<Node>),
    /// `condition ? then : otherwise`
    Condition(Box<Node>, Box<Node>, Option<Box<Node>>),
    /// `(a; b)`
    Block(Vec<Node>),
    /// `[a, b..c]`
    Array(Vec<Node>),
    /// `{key: value}`
    Object(Vec<(Node, Node)>),
    /// `procedure(arguments)`
    Call(Box<Node>, Vec<Node>),
    /// `function($a, $b){body}`
    Lambda(Vec<String>, Box<Node>),
    /// `| pattern | update, delete |`
    Transform(Box<Node>, Box<Node>, Option<Box<Node>>),
}

impl Node {
    /// The direct parts, in the order of the text.
    pub fn parts(&self) -> Vec<&Node> {
        match &self.kind {
            Kind::Name(_)
            | Kind::Variable(_)
            | Kind::Text(_)
            | Kind::Literal
            | Kind::Regex
            | Kind::Wildcard
            | Kind::Parent
            | Kind::Placeholder => Vec::new(),
            Kind::Path(left, right) | Kind::Binary(_, left, right) | Kind::Apply(left, right) => {
                vec![left, right]
            }
            Kind::Predicate(left, condition) => std::iter::once(&**left)
                .chain(condition.as_deref())
                .collect(),
            Kind::Sort(left, terms) => std::iter::once(&**left).chain(terms).collect(),
            Kind::Group(left, pairs) => std::iter::once(&**left).chain(members(pairs)).collect(),
            Kind::Bind(inner, _)
            | Kind::Negative(inner)
            | Kind::Assign(_, inner)
            | Kind::Lambda(_, inner) => {
                vec![inner]
            }
            Kind::Condition(condition, then, otherwise) => [&**condition, &**then]
                .into_iter()
                .chain(otherwise.as_deref())
                .collect(),
            Kind::Block(nodes) | Kind::Array(nodes) => nodes.iter().collect(),
            Kind::Object(pairs) => members(pairs).collect(),
            Kind::Call(procedure, arguments) => {
                std::iter::once(&**procedure).chain(arguments).collect()
            }
            Kind::Transform(pattern, update, delete) => [&**pattern, &**update]
                .into_iter()
                .chain(delete.as_deref())
                .collect(),
        }
    }

    /// Calls `visit` for the part and all of its parts.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Node)) {
        visit(self);
        for part in self.parts() {
            part.walk(visit);
        }
    }
}

fn members(pairs: &[(Node, Node)]) -> impl Iterator<Item = &Node> {
    pairs.iter().flat_map(|(key, value)| [key, value])
}
