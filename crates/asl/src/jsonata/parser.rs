//! Parses tokens into a tree, by binding powers (Pratt parsing).

use std::ops::Range;

use super::lexer::{Token, TokenKind, tokens};
use super::steps;
use super::tree::{Kind, Node};
use crate::expression::SyntaxError;

/// Maximum nesting of an expression and maximum height of its tree, so that no text can exhaust the stack.
const MAX_DEPTH: usize = 200;
const MAX_HEIGHT: usize = 1_000;

/// Parses an expression.
///
/// # Errors
/// The first place where the text is not a valid expression.
pub fn parse(text: &str) -> Result<Node, SyntaxError> {
    read(text).map_err(|error| error.within(text))
}

fn read(text: &str) -> Result<Node, SyntaxError> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        end: text.len(),
        depth: 0,
        height: 0,
    };
    let node = parser.expression(0)?;
    match parser.peek() {
        None => steps::check_parent(&node).map(|()| node),
        Some(token) => Err(SyntaxError::new(
            token.span.clone(),
            format!("{} is not expected here", describe(token)),
        )),
    }
}

/// Binding power of an operator to its left operand. 0 for an operator that ends an expression.
fn binding(operator: &str) -> u8 {
    match operator {
        "." => 75,
        "[" | "(" | "@" | "#" => 80,
        "{" => 70,
        "*" | "/" | "%" => 60,
        "+" | "-" | "&" => 50,
        "=" | "<" | ">" | "^" | "!=" | "<=" | ">=" | "~>" | "in" => 40,
        "and" => 30,
        "or" => 25,
        "?" => 20,
        ":=" => 10,
        _ => 0,
    }
}

/// Binding power of the sign of a negative number.
const PREFIX: u8 = 70;

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    end: usize,
    depth: usize,
    /// The height of the highest tree read since it was set to zero.
    height: usize,
}

type Parsed<T> = Result<T, SyntaxError>;

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn peek_operator(&self) -> Option<&'static str> {
        match self.peek()?.kind {
            TokenKind::Operator(operator) => Some(operator),
            _ => None,
        }
    }

    fn eat(&mut self, operator: &str) -> bool {
        let found = self.peek_operator() == Some(operator);
        self.at += usize::from(found);
        found
    }

    /// End of the last token.
    fn last_end(&self) -> usize {
        self.at
            .checked_sub(1)
            .and_then(|at| self.tokens.get(at))
            .map_or(0, |token| token.span.end)
    }

    fn expect(&mut self, operator: &str) -> Parsed<()> {
        if self.eat(operator) {
            return Ok(());
        }
        Err(match self.peek() {
            Some(token) => SyntaxError::new(
                token.span.clone(),
                format!("`{operator}` is expected in place of {}", describe(token)),
            ),
            None => self.at_end(&format!(
                "`{operator}` is missing at the end of the expression"
            )),
        })
    }

    fn at_end(&self, message: &str) -> SyntaxError {
        SyntaxError::new(self.end.saturating_sub(1)..self.end, message)
    }

    fn expression(&mut self, strength: u8) -> Parsed<Node> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.at_end("the expression is nested too deep"));
        }
        let before = std::mem::take(&mut self.height);
        let mut left = self.prefix()?;
        let mut height = self.height + 1;
        while let Some(operator) = self.peek_operator() {
            if binding(operator) <= strength {
                break;
            }
            self.height = 0;
            left = self.infix(left, operator)?;
            height = height.max(self.height) + 1;
            if height > MAX_HEIGHT {
                return Err(SyntaxError::new(left.span, "the expression is too long"));
            }
        }
        self.height = before.max(height);
        self.depth -= 1;
        Ok(left)
    }

    /// Parses the beginning of an expression.
    fn prefix(&mut self) -> Parsed<Node> {
        let Some(token) = self.peek().cloned() else {
            return Err(self.at_end("the expression ends too early"));
        };
        self.at += 1;
        let span = token.span.clone();
        let leaf = |kind| {
            Ok(Node {
                kind,
                span: span.clone(),
            })
        };
        match token.kind {
            TokenKind::Name(name) => leaf(Kind::Name(name)),
            TokenKind::Variable(name) => leaf(Kind::Variable(name)),
            TokenKind::Text(text) => leaf(Kind::Text(text)),
            TokenKind::Number | TokenKind::Word => leaf(Kind::Literal),
            TokenKind::Regex => leaf(Kind::Regex),
            TokenKind::Operator(word @ ("and" | "or" | "in")) => leaf(Kind::Name(word.to_owned())),
            TokenKind::Operator("*" | "**") => leaf(Kind::Wildcard),
            TokenKind::Operator("%") => leaf(Kind::Parent),
            TokenKind::Operator("-") => {
                let operand = self.expression(PREFIX)?;
                Ok(self.node(span.start, Kind::Negative(Box::new(operand))))
            }
            TokenKind::Operator("(") => self.block(span.start),
            TokenKind::Operator("[") => self.array(span.start),
            TokenKind::Operator("{") => {
                let pairs = self.pairs()?;
                Ok(self.node(span.start, Kind::Object(pairs)))
            }
            TokenKind::Operator("|") => self.transform(span.start),
            TokenKind::Operator(operator) => Err(SyntaxError::new(
                span,
                format!("a value is expected in place of `{operator}`"),
            )),
        }
    }

    fn node(&self, start: usize, kind: Kind) -> Node {
        Node {
            kind,
            span: start..self.last_end(),
        }
    }

    fn infix(&mut self, left: Node, operator: &'static str) -> Parsed<Node> {
        let start = left.span.start;
        let place = self
            .peek()
            .map(|token| token.span.clone())
            .unwrap_or_default();
        self.at += 1;
        let left = Box::new(left);
        let kind = match operator {
            "." => {
                let right = self.operand(operator)?;
                not_a_literal(&left)?;
                not_a_literal(&right)?;
                steps::check_path(&left, &right)?;
                Kind::Path(left, right)
            }
            "[" => {
                steps::check_predicate(&left)?;
                let condition = if self.eat("]") {
                    None
                } else {
                    let condition = self.expression(0)?;
                    self.expect("]")?;
                    Some(Box::new(condition))
                };
                Kind::Predicate(left, condition)
            }
            "(" => return self.call(*left),
            "{" => {
                steps::check_group(&left)?;
                Kind::Group(left, self.pairs()?)
            }
            "^" => Kind::Sort(left, self.sort_terms()?),
            "@" | "#" => {
                if operator == "@" {
                    steps::check_binding(&left)?;
                }
                match self.operand(operator)?.kind {
                    Kind::Variable(name) => Kind::Bind(left, name),
                    _ => return Err(must_be_variable(place, operator)),
                }
            }
            "?" => {
                let then = self.after_question_mark(place)?;
                let otherwise = if self.eat(":") {
                    Some(Box::new(self.expression(0)?))
                } else {
                    None
                };
                Kind::Condition(left, Box::new(then), otherwise)
            }
            ":=" => {
                let Kind::Variable(name) = left.kind else {
                    return Err(SyntaxError::new(
                        left.span,
                        "only a variable, which starts with `$`, can be assigned to",
                    ));
                };
                Kind::Assign(name, Box::new(self.expression(binding(":=") - 1)?))
            }
            "~>" => Kind::Apply(left, self.operand(operator)?),
            operator => Kind::Binary(operator, left, self.operand(operator)?),
        };
        Ok(self.node(start, kind))
    }

    fn operand(&mut self, operator: &str) -> Parsed<Box<Node>> {
        self.expression(binding(operator)).map(Box::new)
    }

    /// Parses the text after `?`. Newer versions of JSONata have the operators `?:` and `??`, which are reported.
    fn after_question_mark(&mut self, place: Range<usize>) -> Parsed<Node> {
        let newer = match self.peek_operator() {
            Some(":") => Some(("?:", "write `a ? a : b`")),
            Some("?") => Some(("??", "write `$exists(a) ? a : b`")),
            _ => None,
        };
        if let Some((operator, help)) = newer {
            let span = place.start..place.end + 1;
            let message = format!(
                "Step Functions supports JSONata 2.0.6, which does not have the operator `{operator}`"
            );
            return Err(SyntaxError::new(span, message).help(help));
        }
        self.expression(0)
    }

    fn block(&mut self, start: usize) -> Parsed<Node> {
        let mut nodes = Vec::new();
        while self.peek_operator() != Some(")") {
            nodes.push(self.expression(0)?);
            if !self.eat(";") {
                break;
            }
        }
        self.expect(")")?;
        Ok(self.node(start, Kind::Block(nodes)))
    }

    fn array(&mut self, start: usize) -> Parsed<Node> {
        let mut nodes = Vec::new();
        if self.peek_operator() != Some("]") {
            loop {
                let node = self.expression(0)?;
                if self.eat("..") {
                    let from = node.span.start;
                    let end = self.expression(0)?;
                    nodes.push(self.node(from, Kind::Binary("..", Box::new(node), Box::new(end))));
                } else {
                    nodes.push(node);
                }
                if !self.eat(",") {
                    break;
                }
            }
        }
        self.expect("]")?;
        Ok(self.node(start, Kind::Array(nodes)))
    }

    fn pairs(&mut self) -> Parsed<Vec<(Node, Node)>> {
        let mut pairs = Vec::new();
        if self.peek_operator() != Some("}") {
            loop {
                let key = self.expression(0)?;
                self.expect(":")?;
                pairs.push((key, self.expression(0)?));
                if !self.eat(",") {
                    break;
                }
            }
        }
        self.expect("}")?;
        Ok(pairs)
    }

    fn sort_terms(&mut self) -> Parsed<Vec<Node>> {
        self.expect("(")?;
        let mut terms = Vec::new();
        loop {
            if !self.eat("<") {
                self.eat(">");
            }
            terms.push(self.expression(0)?);
            if !self.eat(",") {
                break;
            }
        }
        self.expect(")")?;
        Ok(terms)
    }

    fn transform(&mut self, start: usize) -> Parsed<Node> {
        let pattern = Box::new(self.expression(0)?);
        self.expect("|")?;
        let update = Box::new(self.expression(0)?);
        let delete = if self.eat(",") {
            Some(Box::new(self.expression(0)?))
        } else {
            None
        };
        self.expect("|")?;
        Ok(self.node(start, Kind::Transform(pattern, update, delete)))
    }

    fn call(&mut self, procedure: Node) -> Parsed<Node> {
        let start = procedure.span.start;
        let mut arguments = Vec::new();
        if self.peek_operator() != Some(")") {
            loop {
                if self.peek_operator() == Some("?") {
                    self.at += 1;
                    arguments.push(self.node(self.last_end().saturating_sub(1), Kind::Placeholder));
                } else {
                    arguments.push(self.expression(0)?);
                }
                if !self.eat(",") {
                    break;
                }
            }
        }
        self.expect(")")?;
        match &procedure.kind {
            Kind::Name(name) if name == "function" || name == "\u{3bb}" => {
                self.lambda(start, arguments)
            }
            _ => Ok(self.node(start, Kind::Call(Box::new(procedure), arguments))),
        }
    }

    fn lambda(&mut self, start: usize, parameters: Vec<Node>) -> Parsed<Node> {
        let mut names = Vec::new();
        for parameter in parameters {
            match parameter.kind {
                Kind::Variable(name) => names.push(name),
                _ => {
                    let message =
                        "a parameter of a function must be a variable, which starts with `$`";
                    return Err(SyntaxError::new(parameter.span, message));
                }
            }
        }
        if self.peek_operator() == Some("<") {
            self.signature()?;
        }
        self.expect("{")?;
        let body = self.expression(0)?;
        self.expect("}")?;
        Ok(self.node(start, Kind::Lambda(names, Box::new(body))))
    }

    /// Skips the signature of a function, such as `<n-n:n>`.
    fn signature(&mut self) -> Parsed<()> {
        let mut depth = 0_usize;
        while let Some(operator) = self.peek().map(|token| match token.kind {
            TokenKind::Operator(operator) => operator,
            _ => "",
        }) {
            match operator {
                "<" if depth == 1 && !self.has_parameters() => {
                    let span = self.peek().map_or(0..0, |token| token.span.clone());
                    let message = "only functions (`f`) and arrays (`a`) have types in `<` and `>`";
                    return Err(SyntaxError::new(span, message));
                }
                "<" => depth += 1,
                ">" => depth -= 1,
                "{" | "}" => break,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
        self.expect(">")
    }
}

impl Parser {
    /// Whether the type before this place in a signature can have type parameters.
    fn has_parameters(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.is_some_and(
            |token| matches!(&token.kind, TokenKind::Name(name) if name.ends_with(['a', 'f'])),
        )
    }
}

/// Rejects a number or a word such as `true` as a step of a path, with or without predicates.
fn not_a_literal(step: &Node) -> Parsed<()> {
    match &step.kind {
        Kind::Literal => Err(SyntaxError::new(
            step.span.clone(),
            "a value cannot be a step of a path",
        )),
        Kind::Predicate(inner, _) => not_a_literal(inner),
        _ => Ok(()),
    }
}

fn must_be_variable(span: Range<usize>, operator: &str) -> SyntaxError {
    SyntaxError::new(
        span,
        format!("a variable, which starts with `$`, is expected after `{operator}`"),
    )
}

fn describe(token: &Token) -> String {
    match &token.kind {
        TokenKind::Operator(operator) => format!("`{operator}`"),
        TokenKind::Name(name) => format!("`{name}`"),
        TokenKind::Variable(name) => format!("`${name}`"),
        TokenKind::Text(_) => "a string".to_owned(),
        TokenKind::Number => "a number".to_owned(),
        TokenKind::Word => "a value".to_owned(),
        TokenKind::Regex => "a regular expression".to_owned(),
    }
}
