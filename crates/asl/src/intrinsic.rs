//! Intrinsic functions: `States.Format('order {}', $.id)`.
//!
//! Sources: the Amazon States Language specification, "Intrinsic Functions"; the developer guide's page on them.

use std::ops::Range;

use crate::expression::{Function, SyntaxError};
use crate::jsonpath::Path;

/// A call of an intrinsic function.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The name, such as `States.Format`.
    pub name: String,
    /// The arguments.
    pub arguments: Vec<Argument>,
    /// Byte range in the text.
    pub span: Range<usize>,
}

/// An argument, with its byte range.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// The value.
    pub value: Value,
    /// Byte range in the text.
    pub span: Range<usize>,
}

/// The value of an argument.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `'text'`: the text without quotes, with escapes as written.
    Text(String),
    /// A number as written.
    Number(String),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// A path.
    Path(Path),
    /// Another call.
    Call(Call),
}

/// Maximum depth of nested calls, so that no text can exhaust the stack. AWS allows ten.
const MAX_DEPTH: usize = 64;

impl Call {
    /// Whether a text is likely meant as a call.
    pub fn looks_like_one(text: &str) -> bool {
        text.trim_start().starts_with("States.")
    }

    /// Parses a call.
    ///
    /// # Errors
    /// The first place where the text is not a valid call.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        Self::read(text).map_err(|error| error.within(text))
    }

    fn read(text: &str) -> Result<Self, SyntaxError> {
        let mut parser = Parser {
            text,
            at: 0,
            depth: 0,
        };
        parser.blanks();
        let call = parser.call()?;
        parser.blanks();
        if parser.at < text.len() {
            return Err(SyntaxError::new(
                parser.at..text.len(),
                "nothing can follow the closing bracket",
            ));
        }
        Ok(call)
    }

    /// All paths in the call and in its nested calls.
    pub fn paths(&self) -> Vec<(&Path, Range<usize>)> {
        let mut paths = Vec::new();
        for argument in &self.arguments {
            match &argument.value {
                Value::Path(path) => paths.push((path, argument.span.clone())),
                Value::Call(call) => paths.extend(call.paths()),
                _ => {}
            }
        }
        paths
    }

    /// The call and all of its nested calls.
    pub fn calls(&self) -> Vec<&Call> {
        let mut calls = vec![self];
        for argument in &self.arguments {
            if let Value::Call(call) = &argument.value {
                calls.extend(call.calls());
            }
        }
        calls
    }

    /// Depth of nested calls: 1 for a call without nested calls.
    pub fn depth(&self) -> usize {
        let inner = self.arguments.iter().map(|argument| match &argument.value {
            Value::Call(call) => call.depth(),
            _ => 0,
        });
        1 + inner.max().unwrap_or(0)
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
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

    fn blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.next();
        }
    }

    fn fail<T>(&self, from: usize, message: impl Into<String>) -> Result<T, SyntaxError> {
        Err(SyntaxError::new(
            from..self.at.max(from + 1).min(self.text.len().max(from)),
            message,
        ))
    }

    fn call(&mut self) -> Result<Call, SyntaxError> {
        let start = self.at;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.fail(start, "intrinsic functions are nested too deep");
        }
        let length = self
            .rest()
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_'));
        self.at += length.unwrap_or(self.rest().len());
        let name = self.text.get(start..self.at).unwrap_or("").to_owned();
        self.blanks();
        if self.peek() != Some('(') {
            return self.fail(self.at, format!("`(` is expected after `{name}`"));
        }
        let open = self.at;
        self.next();
        let mut arguments = Vec::new();
        self.blanks();
        if self.peek() == Some(')') {
            self.next();
        } else {
            loop {
                self.blanks();
                arguments.push(self.argument()?);
                self.blanks();
                match self.next() {
                    Some(',') => {}
                    Some(')') => break,
                    Some(_) => return self.fail(self.at - 1, "`,` or `)` is expected here"),
                    None => {
                        return Err(SyntaxError::new(open..self.text.len(), "`(` is not closed"));
                    }
                }
            }
        }
        self.depth -= 1;
        Ok(Call {
            name,
            arguments,
            span: start..self.at,
        })
    }

    fn argument(&mut self) -> Result<Argument, SyntaxError> {
        let start = self.at;
        let value = match self.peek() {
            Some('\'') => self.string()?,
            Some('$') => self.path()?,
            Some('"') => {
                return self.fail(start, "text is written in single quotes");
            }
            Some(c) if c.is_ascii_digit() || c == '-' || c == '+' => self.number()?,
            Some(c) if c.is_ascii_alphabetic() => {
                let word: String = self
                    .rest()
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '.')
                    .collect();
                match word.as_str() {
                    "true" => self.word(&word, Value::Bool(true)),
                    "false" => self.word(&word, Value::Bool(false)),
                    "null" => self.word(&word, Value::Null),
                    word if word.starts_with("States.") => Value::Call(self.call()?),
                    word => {
                        self.at += word.len();
                        return self
                            .fail(
                                start,
                                format!(
                                    "`{word}` is neither a value, a path nor an intrinsic function"
                                ),
                            )
                            .map_err(|error| {
                                error.help(
                                    "text is written in single quotes, and a path starts with `$`",
                                )
                            });
                    }
                }
            }
            _ => {
                return self.fail(
                    start,
                    "a value, a path or an intrinsic function is expected here",
                );
            }
        };
        Ok(Argument {
            value,
            span: start..self.at,
        })
    }

    fn word(&mut self, word: &str, value: Value) -> Value {
        self.at += word.len();
        value
    }

    fn number(&mut self) -> Result<Value, SyntaxError> {
        let start = self.at;
        let length = self
            .rest()
            .find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
        self.at += length.unwrap_or(self.rest().len());
        let written = self.text.get(start..self.at).unwrap_or("");
        if written.parse::<f64>().is_ok_and(f64::is_finite) {
            return Ok(Value::Number(written.to_owned()));
        }
        self.fail(start, format!("`{written}` is not a number"))
    }

    fn string(&mut self) -> Result<Value, SyntaxError> {
        let start = self.at;
        self.next();
        let mut text = String::new();
        loop {
            let at = self.at;
            match self.next() {
                None => {
                    return Err(SyntaxError::new(
                        start..self.text.len(),
                        "the quote is not closed",
                    ));
                }
                Some('\'') => return Ok(Value::Text(text)),
                Some('\\') => match self.next() {
                    Some(c @ ('\'' | '{' | '}' | '\\')) => {
                        text.push('\\');
                        text.push(c);
                    }
                    _ => {
                        return self.fail(at, "unsupported escape").map_err(|error| {
                            error.help("only `\\'`, `\\{`, `\\}` and `\\\\` can be written in an intrinsic function")
                        });
                    }
                },
                Some(c) => text.push(c),
            }
        }
    }

    fn path(&mut self) -> Result<Value, SyntaxError> {
        let start = self.at;
        let (mut depth, mut quote) = (0_usize, None);
        while let Some(c) = self.peek() {
            match (quote, c) {
                (Some(_), '\\') => {
                    self.next();
                }
                (Some(open), c) if c == open => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') if depth > 0 => quote = Some(c),
                (None, '(' | '[') => depth += 1,
                (None, ',' | ')') if depth == 0 => break,
                (None, ')' | ']') => depth = depth.saturating_sub(1),
                (None, _) => {}
            }
            self.next();
        }
        let text = self.text.get(start..self.at).unwrap_or("");
        Path::parse(text)
            .map(Value::Path)
            .map_err(|error| SyntaxError {
                span: error.span.start + start..error.span.end + start,
                ..error
            })
    }
}

/// All intrinsic functions.
pub const FUNCTIONS: &[Function] = &[
    Function::new("States.Format", 1, usize::MAX),
    Function::new("States.StringToJson", 1, 1),
    Function::new("States.JsonToString", 1, 1),
    Function::new("States.Array", 0, usize::MAX),
    Function::new("States.ArrayPartition", 2, 2),
    Function::new("States.ArrayContains", 2, 2),
    Function::new("States.ArrayRange", 3, 3),
    Function::new("States.ArrayGetItem", 2, 2),
    Function::new("States.ArrayLength", 1, 1),
    Function::new("States.ArrayUnique", 1, 1),
    Function::new("States.Base64Encode", 1, 1),
    Function::new("States.Base64Decode", 1, 1),
    Function::new("States.Hash", 2, 2),
    Function::new("States.JsonMerge", 3, 3),
    Function::new("States.MathRandom", 2, 3),
    Function::new("States.MathAdd", 2, 2),
    Function::new("States.StringSplit", 2, 2),
    Function::new("States.UUID", 0, 0),
];

/// The function of this name.
pub fn function_named(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read() {
        let texts = [
            "States.UUID()",
            "States.Format('a {} \\'b\\' {}', $.x, States.MathAdd($.n, -1))",
            "States.Array(1, 2.5, true, null, 'x', $$.Execution.Id, $order.id)",
            "States.ArrayGetItem($.a[?(@.x == 'b,)')], 0)",
            "States.Format('a\\n')",
            "States.Format('a",
            "States.Format('a'",
            "States.Format(\"a\")",
            "States.Array(foo)",
            "States.Array(,)",
            "States.UUID() x",
            "States.UUID",
            "States.MathAdd(1e999, 1)",
            "States.Array($.)",
        ];
        let read: Vec<String> = texts
            .iter()
            .map(|text| match Call::parse(text) {
                Ok(call) => format!("{text}: {} {}", call.name, call.arguments.len()),
                Err(error) => format!("{text}: {:?} {}", error.span, error.message),
            })
            .collect();
        insta::assert_snapshot!(read.join("\n"));
    }
}
