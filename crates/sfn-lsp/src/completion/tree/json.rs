//! JSON as it is being typed.

use std::ops::Range;

use super::{Content, MAX_DEPTH, Member, Node};

/// Reads the value that begins at a byte of the text.
pub fn parse(text: &str, from: usize) -> Node {
    let mut reader = Reader { text, at: from };
    reader.value(0).unwrap_or(Node {
        span: from..text.len(),
        content: Content::Scalar {
            text: String::new(),
            quoted: false,
        },
    })
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, is_skipped: impl Fn(char) -> bool) {
        self.at += self
            .rest()
            .chars()
            .take_while(|c| is_skipped(*c))
            .map(char::len_utf8)
            .sum::<usize>();
    }

    /// The next value; `None` where there is none.
    fn value(&mut self, depth: usize) -> Option<Node> {
        self.skip(char::is_whitespace);
        match self.peek()? {
            '{' => Some(self.object(depth)),
            '[' => Some(self.array(depth)),
            '"' => {
                let span = self.string();
                let text = self.text.get(span.clone()).unwrap_or("").to_owned();
                Some(Node {
                    span,
                    content: Content::Scalar { text, quoted: true },
                })
            }
            ',' | '}' | ']' | ':' => None,
            _ => Some(self.word()),
        }
    }

    /// The bytes of a string without its quotes. One that is not closed ends with its line.
    fn string(&mut self) -> Range<usize> {
        let start = self.at + 1;
        let mut is_escaped = false;
        for (offset, c) in self.text.get(start..).unwrap_or("").char_indices() {
            match c {
                '\n' | '\r' => {
                    self.at = start + offset;
                    return start..self.at;
                }
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                '"' => {
                    self.at = start + offset + 1;
                    return start..start + offset;
                }
                _ => {}
            }
        }
        self.at = self.text.len();
        start..self.at
    }

    /// A number, a word or a placeholder.
    fn word(&mut self) -> Node {
        let start = self.at;
        let mut depth = 0_usize;
        for c in self.text.get(start..).unwrap_or("").chars() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' | ']' | ':' | '"' if depth == 0 => break,
                '\n' => break,
                _ => {}
            }
            self.at += c.len_utf8();
        }
        let text = self
            .text
            .get(start..self.at)
            .unwrap_or("")
            .trim_end()
            .to_owned();
        Node {
            span: start..start + text.len(),
            content: Content::Scalar {
                text,
                quoted: false,
            },
        }
    }

    fn array(&mut self, depth: usize) -> Node {
        let start = self.at;
        self.at += 1;
        let mut elements = Vec::new();
        while self.is_open(depth) {
            self.skip(|c| c.is_whitespace() || c == ',' || c == ':');
            match self.peek() {
                None | Some('}') => break,
                Some(']') => {
                    self.at += 1;
                    break;
                }
                Some(_) => elements.extend(self.value(depth + 1)),
            }
        }
        Node {
            span: self.inside(start),
            content: Content::Array(elements),
        }
    }

    fn object(&mut self, depth: usize) -> Node {
        let start = self.at;
        self.at += 1;
        let mut members = Vec::new();
        while self.is_open(depth) {
            self.skip(|c| c.is_whitespace() || c == ',' || c == ':');
            match self.peek() {
                None | Some(']') => break,
                Some('}') => {
                    self.at += 1;
                    break;
                }
                Some('"') => members.push(self.member(depth)),
                Some('{' | '[') => drop(self.value(depth + 1)),
                Some(_) => {
                    let word = self.word();
                    let name = word.text().unwrap_or("").to_owned();
                    members.push(self.after_name(name, word.span, false, depth));
                }
            }
        }
        Node {
            span: self.inside(start),
            content: Content::Object(members),
        }
    }

    /// Whether more is read: not at the end, and not deeper than a limit.
    fn is_open(&self, depth: usize) -> bool {
        depth < MAX_DEPTH && self.at < self.text.len()
    }

    /// The bytes between the brackets of an object or array that begins here: a place behind the closing bracket is not in it.
    fn inside(&self, start: usize) -> Range<usize> {
        let is_closed = self
            .text
            .get(..self.at)
            .is_some_and(|text| text.ends_with(['}', ']']));
        start + 1..if is_closed { self.at - 1 } else { self.at }.max(start + 1)
    }

    fn member(&mut self, depth: usize) -> Member {
        let span = self.string();
        let name = self.text.get(span.clone()).unwrap_or("").to_owned();
        self.after_name(name, span, true, depth)
    }

    /// The member with this name, and its value if there is one.
    fn after_name(
        &mut self,
        name: String,
        span: Range<usize>,
        quoted: bool,
        depth: usize,
    ) -> Member {
        let end = self.at;
        self.skip(char::is_whitespace);
        let has_colon = self.peek() == Some(':');
        let mut value = None;
        if has_colon {
            self.at += 1;
            let before = self.at;
            value = self.value(depth + 1);
            let is_string = matches!(
                &value,
                Some(Node {
                    content: Content::Scalar { quoted: true, .. },
                    ..
                })
            );
            // A string with a colon behind it is the name of the next member.
            let after = self.at;
            self.skip(char::is_whitespace);
            if is_string && self.peek() == Some(':') {
                (self.at, value) = (before, None);
            } else {
                self.at = after;
            }
        } else {
            self.at = end;
        }
        Member {
            name,
            span,
            quoted,
            has_colon,
            value,
        }
    }
}
