//! JSONPath as Step Functions supports it: the syntax of Jayway JsonPath, with variables and the context object.
//!
//! Sources: the Amazon States Language specification, "Paths" and "Reference Paths"; Jayway JsonPath's README.

mod filter;

use std::ops::Range;

use crate::expression::SyntaxError;

pub use filter::{Filter, Operand, Operator};

/// A path.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Start of the path.
    pub root: Root,
    /// Its steps.
    pub segments: Vec<Segment>,
}

/// Start of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// `$`: the input, or the result.
    Input,
    /// `$$`: the context object.
    Context,
    /// `$name`: a variable.
    Variable(String),
}

/// A step of a path, with its byte range.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The step.
    pub step: Step,
    /// Byte range in the text.
    pub span: Range<usize>,
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `.name` or `['name']`: one member.
    Member(String),
    /// `[3]`: one element.
    Element(i64),
    /// `['a','b']`: several members.
    Members(Vec<String>),
    /// `[0,1]`: several elements.
    Elements(Vec<i64>),
    /// `[1:3]`: a part of an array.
    Slice {
        /// Index of the first element. Counts from the end if it is negative.
        start: Option<i64>,
        /// Index after the last element. Counts from the end if it is negative.
        end: Option<i64>,
    },
    /// `*`: all members or elements.
    Wildcard,
    /// `..`: all values below.
    DeepScan,
    /// `[?(…)]`: the elements that match a condition.
    Filter(Filter),
    /// `.length()`: a function of the matched values, with the text of its arguments.
    Function(String, String),
}

impl Path {
    /// Parses a path. Trailing whitespace is ignored.
    ///
    /// # Errors
    /// The first place where the text is not a valid path.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        Self::read(text, 0).map_err(|error| error.within(text))
    }

    /// Parses a path with a number of conditions around it.
    fn read(text: &str, depth: usize) -> Result<Self, SyntaxError> {
        let trimmed = text.trim_end();
        let mut parser = Parser {
            text: trimmed,
            at: 0,
            depth,
        };
        let root = parser.root()?;
        let mut segments = Vec::new();
        while parser.at < trimmed.len() {
            parser.segments(&mut segments)?;
        }
        Ok(Self { root, segments })
    }

    /// The first step that is not allowed in a Reference Path, because it can match several values.
    pub fn indefinite(&self) -> Option<&Segment> {
        self.segments
            .iter()
            .find(|segment| !matches!(segment.step, Step::Member(_) | Step::Element(_)))
    }

    /// The names of the members at the beginning of the path, up to the first other step.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        self.segments
            .iter()
            .map_while(|segment| match &segment.step {
                Step::Member(name) => Some(name.as_str()),
                _ => None,
            })
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

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += self.peek().map_or(0, char::len_utf8);
        }
    }

    fn fail<T>(&self, from: usize, message: &str) -> Result<T, SyntaxError> {
        let end = self.at.max(from + 1).min(self.text.len().max(from));
        Err(SyntaxError::new(from..end, message))
    }

    fn root(&mut self) -> Result<Root, SyntaxError> {
        if !self.eat('$') {
            return Err(SyntaxError::new(
                0..self.text.len(),
                "a path starts with `$`",
            ));
        }
        if self.eat('$') {
            return self.after_root(Root::Context);
        }
        let name: String = self
            .rest()
            .chars()
            .take_while(|c| !".[($ ".contains(*c) && !c.is_whitespace())
            .collect();
        self.at += name.len();
        self.after_root(if name.is_empty() {
            Root::Input
        } else {
            Root::Variable(name)
        })
    }

    fn after_root(&self, root: Root) -> Result<Root, SyntaxError> {
        match self.peek() {
            None | Some('.' | '[') => Ok(root),
            Some(_) => self.fail(self.at, "`.` or `[` is expected here"),
        }
    }

    fn segments(&mut self, segments: &mut Vec<Segment>) -> Result<(), SyntaxError> {
        let start = self.at;
        if self.eat('[') {
            let step = self.bracket(start)?;
            segments.push(Segment {
                step,
                span: start..self.at,
            });
            return Ok(());
        }
        if !self.eat('.') {
            return self.fail(start, "`.` or `[` is expected here");
        }
        if self.eat('.') {
            segments.push(Segment {
                step: Step::DeepScan,
                span: start..self.at,
            });
        }
        match self.peek() {
            None => self.fail(start, "a path cannot end with `.`"),
            // `$.[0]` is the same as `$[0]`.
            Some('[') => Ok(()),
            Some('*') => {
                self.at += 1;
                segments.push(Segment {
                    step: Step::Wildcard,
                    span: start..self.at,
                });
                Ok(())
            }
            Some(_) => {
                let step = self.property(start)?;
                segments.push(Segment {
                    step,
                    span: start..self.at,
                });
                Ok(())
            }
        }
    }

    fn property(&mut self, start: usize) -> Result<Step, SyntaxError> {
        let from = self.at;
        while let Some(c) = self.peek() {
            match c {
                '.' | '[' | '(' => break,
                '{' if self.at == from => {
                    return self.fail(from, "a path cannot build objects").map_err(|error| {
                        error.help("`.{…}` is JMESPath: reshape the items in a Map state or with `ItemSelector`")
                    });
                }
                c if c.is_whitespace() => {
                    return self
                        .fail(self.at, "a path cannot have a space in a name")
                        .map_err(|error| {
                            error.help(
                                "write the name in brackets and quotes, such as `['my name']`",
                            )
                        });
                }
                c => self.at += c.len_utf8(),
            }
        }
        let name = self.text.get(from..self.at).unwrap_or("").to_owned();
        if name.is_empty() {
            return self.fail(start, "a name is expected after `.`");
        }
        if self.peek() != Some('(') {
            return Ok(Step::Member(name));
        }
        let arguments = self.balanced('(', ')')?;
        Ok(Step::Function(name, arguments.to_owned()))
    }

    /// Skips from an opening bracket to the closing one, and returns the text between them. Brackets in quotes
    /// are ignored.
    fn balanced(&mut self, open: char, close: char) -> Result<&str, SyntaxError> {
        let (start, mut depth, mut quote) = (self.at, 0_usize, None);
        while let Some(c) = self.peek() {
            self.at += c.len_utf8();
            match (quote, c) {
                (Some(_), '\\') => self.at += self.peek().map_or(0, char::len_utf8),
                (Some(open), c) if c == open => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(c),
                (None, c) if c == open => depth += 1,
                (None, c) if c == close => {
                    depth -= 1;
                    if depth == 0 {
                        let inside = start + open.len_utf8()..self.at - close.len_utf8();
                        return Ok(self.text.get(inside).unwrap_or(""));
                    }
                }
                (None, _) => {}
            }
        }
        self.at = self.text.len();
        Err(SyntaxError::new(
            start..self.at,
            format!("`{open}` is not closed"),
        ))
    }

    fn bracket(&mut self, start: usize) -> Result<Step, SyntaxError> {
        self.blanks();
        let step = match self.peek() {
            Some('?') => {
                self.at += 1;
                self.blanks();
                if self.peek() != Some('(') {
                    return self.fail(self.at, "`(` is expected after `[?`");
                }
                let depth = self.depth;
                Step::Filter(Filter::parse(self.balanced('(', ')')?, depth))
            }
            Some('*') => {
                self.at += 1;
                Step::Wildcard
            }
            // `[(@.length-1)]`, of older versions of the syntax.
            Some('(') => {
                let script = self.balanced('(', ')')?.to_owned();
                Step::Filter(Filter::Unsupported(script))
            }
            Some('\'' | '"') => self.names()?,
            Some(c) if c.is_ascii_digit() || c == '-' || c == ':' => self.numbers()?,
            Some(_) => {
                return self.fail(
                    self.at,
                    "a number, a name in quotes, `*` or `?(` is expected in brackets",
                );
            }
            None => return self.fail(start, "`[` is not closed"),
        };
        self.blanks();
        if !self.eat(']') {
            return self.fail(start, "`[` is not closed");
        }
        Ok(step)
    }

    fn names(&mut self) -> Result<Step, SyntaxError> {
        let mut names = Vec::new();
        loop {
            let start = self.at;
            let Some(quote @ ('\'' | '"')) = self.peek() else {
                return self.fail(start, "a name in quotes is expected here");
            };
            self.at += 1;
            let mut name = String::new();
            loop {
                let Some(c) = self.peek() else {
                    return self.fail(start, "the quote is not closed");
                };
                self.at += c.len_utf8();
                match c {
                    // A backslash escapes the quote and itself only.
                    '\\' => match self.peek().filter(|next| *next == quote || *next == '\\') {
                        Some(next) => {
                            name.push(next);
                            self.at += next.len_utf8();
                        }
                        None => name.push('\\'),
                    },
                    c if c == quote => break,
                    c => name.push(c),
                }
            }
            names.push(name);
            self.blanks();
            if !self.eat(',') {
                break;
            }
            self.blanks();
        }
        Ok(match names.as_slice() {
            [name] => Step::Member(name.clone()),
            _ => Step::Members(names),
        })
    }

    fn numbers(&mut self) -> Result<Step, SyntaxError> {
        let start = self.at;
        let length = self
            .rest()
            .find(|c: char| !(c.is_ascii_digit() || "-:, ".contains(c)));
        self.at += length.unwrap_or(self.rest().len());
        let written = self.text.get(start..self.at).unwrap_or("").trim();
        let whole = |part: &str| part.trim().parse::<i64>().ok();
        if let Some(index) = whole(written) {
            return Ok(Step::Element(index));
        }
        let bound = |part: &str| part.trim().is_empty() || whole(part).is_some();
        let parts: Vec<&str> = written.split(':').collect();
        if (2..=3).contains(&parts.len()) && parts.iter().all(|part| bound(part)) && written != ":"
        {
            let bound = |index: usize| parts.get(index).and_then(|part| whole(part));
            // Jayway ignores a third number.
            return Ok(Step::Slice {
                start: bound(0),
                end: bound(1),
            });
        }
        let several: Option<Vec<i64>> = written.split(',').map(whole).collect();
        if let Some(several) = several {
            return Ok(Step::Elements(several));
        }
        self.fail(
            start,
            "this is neither a number, a list of numbers nor a slice",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> String {
        match Path::parse(text) {
            Ok(path) => {
                let steps = path.segments.iter().map(|segment| match &segment.step {
                    Step::Member(name) => format!(" {name}"),
                    Step::Element(index) => format!(" #{index}"),
                    step => format!(" {step:?}"),
                });
                format!("{:?}{}", path.root, steps.collect::<String>())
            }
            Err(error) => format!("{:?} {}", error.span, error.message),
        }
    }

    #[test]
    fn paths_are_read_as_jayway_reads_them() {
        let texts = [
            "$",
            "$$",
            "$$.Execution.Id",
            "$order.id",
            "$.a-b.c",
            "$.[0]",
            "$[-1].x",
            "$.a.[*].['b', 'c']",
            "$..age",
            "$.List[1:]",
            "$.a[0,1]",
            "$.a[?(@.x == 'a)]')].y",
            "$['it\\'s']",
            "$.a.length()",
            "$$.Execution.Name ",
            "$.a[:]",
            "a",
            "$.",
            "$..",
            "$.a b",
            "$.items[*].{name: id}",
            "$.a[",
            "$.a['b",
            "$.a[?@.x]",
            "$.a[x]",
            "$ .a",
            "$.a[1-2]",
            "",
            "$.a[]",
            "$.a[?(@.x]",
        ];
        let read: Vec<String> = texts
            .iter()
            .map(|text| format!("{text}: {}", check(text)))
            .collect();
        insta::assert_snapshot!(read.join("\n"));
    }
}
