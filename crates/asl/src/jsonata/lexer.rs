//! Splits expressions into tokens.

use std::ops::Range;

use crate::expression::SyntaxError;

/// A token with its byte range.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Range<usize>,
}

/// Kind of a token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    /// An operator or a bracket.
    Operator(&'static str),
    /// The name of a field.
    Name(String),
    /// `$name`, without the `$`. Empty for `$`, and `$` for `$$`.
    Variable(String),
    /// A string.
    Text(String),
    /// A number as written.
    Number,
    /// `true`, `false` or `null`.
    Word,
    /// A regular expression.
    Regex,
}

/// Operators. Those of two characters come first, so that the longest one matches.
const OPERATORS: &[&str] = &[
    "..", ":=", "!=", ">=", "<=", "**", "~>", ".", "[", "]", "{", "}", "(", ")", ",", "@", "#",
    ";", ":", "?", "+", "-", "*", "/", "%", "|", "=", "<", ">", "^", "&", "!", "~",
];

/// Splits an expression into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens: Vec<Token> = Vec::new();
    loop {
        lexer.blanks()?;
        if lexer.at >= text.len() {
            return Ok(tokens);
        }
        let prefix = !ends_a_value(&tokens);
        let start = lexer.at;
        let kind = lexer.token(prefix)?;
        tokens.push(Token {
            kind,
            span: start..lexer.at,
        });
    }
}

/// Whether a `/` after these tokens is a division, and not the beginning of a regular expression.
fn ends_a_value(tokens: &[Token]) -> bool {
    match tokens.split_last() {
        None => false,
        Some((last, before)) => match last.kind {
            // Without a value before it, it is a name or a wildcard.
            TokenKind::Operator("and" | "or" | "in" | "*" | "**" | "%") => !ends_a_value(before),
            TokenKind::Operator(operator) => matches!(operator, ")" | "]" | "}"),
            _ => true,
        },
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Skips whitespace and comments.
    fn blanks(&mut self) -> Result<(), SyntaxError> {
        loop {
            while self.peek().is_some_and(is_blank) {
                self.next();
            }
            if !self.rest().starts_with("/*") {
                return Ok(());
            }
            let start = self.at;
            match self.rest().find("*/").filter(|end| *end >= 2) {
                Some(end) => self.at += end + 2,
                None => {
                    return Err(SyntaxError::new(
                        start..self.text.len(),
                        "the comment has no closing `*/`",
                    ));
                }
            }
        }
    }

    fn token(&mut self, prefix: bool) -> Result<TokenKind, SyntaxError> {
        let start = self.at;
        if prefix && self.peek() == Some('/') {
            return self.regex(start);
        }
        if let Some(operator) = OPERATORS
            .iter()
            .find(|operator| self.rest().starts_with(**operator))
        {
            self.at += operator.len();
            return Ok(TokenKind::Operator(operator));
        }
        match self.peek() {
            Some(quote @ ('"' | '\'')) => self.string(quote),
            Some('`') => self.quoted_name(start),
            Some(c) if c.is_ascii_digit() => self.number(start),
            _ => Ok(self.name()),
        }
    }

    fn regex(&mut self, start: usize) -> Result<TokenKind, SyntaxError> {
        self.next();
        let mut depth = 0_i32;
        loop {
            match self.next() {
                None => {
                    return Err(SyntaxError::new(
                        start..self.text.len(),
                        "the regular expression has no closing `/`",
                    ));
                }
                Some('\\') => {
                    self.next();
                }
                Some('/') if depth == 0 => break,
                Some('(' | '[' | '{') => depth += 1,
                Some(')' | ']' | '}') => depth -= 1,
                Some(_) => {}
            }
        }
        if self.at == start + 2 {
            return Err(SyntaxError::new(
                start..self.at,
                "the regular expression is empty",
            ));
        }
        while matches!(self.peek(), Some('i' | 'm')) {
            self.next();
        }
        Ok(TokenKind::Regex)
    }

    fn string(&mut self, quote: char) -> Result<TokenKind, SyntaxError> {
        let start = self.at;
        self.next();
        let mut text = String::new();
        loop {
            let at = self.at;
            match self.next() {
                None => {
                    let message = "the string is not closed by a matching quote";
                    return Err(SyntaxError::new(start..self.text.len(), message));
                }
                Some('\\') => text.push(self.escape(at)?),
                Some(c) if c == quote => return Ok(TokenKind::Text(text)),
                Some(c) => text.push(c),
            }
        }
    }

    fn escape(&mut self, start: usize) -> Result<char, SyntaxError> {
        Ok(match self.next() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let digits = self
                    .rest()
                    .get(..4)
                    .filter(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()));
                let Some(code) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok())
                else {
                    return Err(SyntaxError::new(
                        start..self.at,
                        "`\\u` is not followed by 4 hexadecimal digits",
                    ));
                };
                self.at += 4;
                // A Rust string cannot contain half of a surrogate pair. Only its length is needed.
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            Some(c) => {
                return Err(SyntaxError::new(
                    start..self.at,
                    format!("unsupported escape `\\{c}`"),
                ));
            }
            None => {
                return Err(SyntaxError::new(
                    start..self.at,
                    "the string is not closed by a matching quote",
                ));
            }
        })
    }

    fn quoted_name(&mut self, start: usize) -> Result<TokenKind, SyntaxError> {
        self.next();
        let rest = self.rest();
        let Some(end) = rest.find('`') else {
            return Err(SyntaxError::new(
                start..self.text.len(),
                "the name is not closed by a backquote",
            ));
        };
        let name = rest.get(..end).unwrap_or("").to_owned();
        self.at += end + 1;
        Ok(TokenKind::Name(name))
    }

    fn number(&mut self, start: usize) -> Result<TokenKind, SyntaxError> {
        let digits = |lexer: &mut Self| {
            let from = lexer.at;
            while lexer.peek().is_some_and(|c| c.is_ascii_digit()) {
                lexer.next();
            }
            lexer.at > from
        };
        if self.peek() == Some('0') {
            self.next();
        } else {
            digits(self);
        }
        let whole = self.at;
        if self.peek() == Some('.') {
            self.next();
            // `1..2` is a range, and `1.` is not a number.
            if !digits(self) {
                self.at = whole;
            }
        }
        let mantissa = self.at;
        if matches!(self.peek(), Some('e' | 'E')) {
            self.next();
            if matches!(self.peek(), Some('+' | '-')) {
                self.next();
            }
            if !digits(self) {
                self.at = mantissa;
            }
        }
        let finite = self
            .text
            .get(start..self.at)
            .and_then(|text| text.parse::<f64>().ok())
            .is_some_and(f64::is_finite);
        if finite {
            Ok(TokenKind::Number)
        } else {
            Err(SyntaxError::new(start..self.at, "the number is too large"))
        }
    }

    fn name(&mut self) -> TokenKind {
        let start = self.at;
        let variable = self.peek() == Some('$');
        let length = self
            .rest()
            .find(|c| is_blank(c) || is_operator(c))
            .unwrap_or(self.rest().len());
        self.at += length.max(self.peek().map_or(1, char::len_utf8));
        let word = self.text.get(start..self.at).unwrap_or("");
        match word {
            _ if variable => TokenKind::Variable(word.chars().skip(1).collect()),
            "and" => TokenKind::Operator("and"),
            "or" => TokenKind::Operator("or"),
            "in" => TokenKind::Operator("in"),
            "true" | "false" | "null" => TokenKind::Word,
            _ => TokenKind::Name(word.to_owned()),
        }
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}')
}

fn is_operator(c: char) -> bool {
    ".[]{}(),@#;:?+-*/%|=<>^&!~".contains(c)
}
