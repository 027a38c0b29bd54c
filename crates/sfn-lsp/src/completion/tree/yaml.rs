//! YAML as it is being typed, by indentation. Anchors and strings of several lines are not read.

use super::{Content, MAX_DEPTH, Member, Node, json};

/// A line that has something on it.
#[derive(Debug, Clone, Copy)]
struct Line<'t> {
    /// The column at which the content begins.
    indentation: usize,
    /// The byte of the content.
    at: usize,
    /// The content without the blanks around it, and without a comment.
    content: &'t str,
}

/// Reads a text. The line of the cursor counts even where it is empty.
pub fn parse(text: &str, cursor: usize) -> Node {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let is_here = at <= cursor && cursor <= at + content.len();
        let indentation = content.len() - content.trim_start().len();
        let trimmed = content.trim();
        if trimmed.is_empty() && is_here {
            lines.push(Line {
                indentation: cursor - at,
                at: cursor,
                content: "",
            });
        } else if !trimmed.is_empty() && !trimmed.starts_with('#') && trimmed != "---" {
            lines.push(Line {
                indentation,
                at: at + indentation,
                content: without_comment(trimmed),
            });
        }
        at += line.len();
    }
    if at == cursor && (text.is_empty() || text.ends_with('\n')) {
        lines.push(Line {
            indentation: 0,
            at,
            content: "",
        });
    }
    let mut reader = Reader {
        text,
        lines: &lines,
        next: 0,
    };
    reader.block(0, 0).unwrap_or(Node {
        span: 0..text.len(),
        content: Content::Object(Vec::new()),
    })
}

/// A line up to a comment.
fn without_comment(line: &str) -> &str {
    let is_quoted = line.contains('"') || line.contains('\'');
    line.split_once(" #")
        .filter(|_| !is_quoted)
        .map_or(line, |(before, _)| before.trim_end())
}

struct Reader<'t, 'l> {
    text: &'t str,
    lines: &'l [Line<'t>],
    next: usize,
}

impl<'t> Reader<'t, '_> {
    fn peek(&self) -> Option<Line<'t>> {
        self.lines.get(self.next).copied()
    }

    /// The lines that are indented by at least so much, as one value.
    fn block(&mut self, least: usize, depth: usize) -> Option<Node> {
        let first = self
            .peek()
            .filter(|line| line.indentation >= least && depth < MAX_DEPTH)?;
        let is_list = first.content == "-" || first.content.starts_with("- ");
        let content = if is_list {
            self.elements(first.indentation, depth)
        } else {
            self.members(first.indentation, first, depth)
        };
        Some(Node {
            span: first.at..self.end(),
            content,
        })
    }

    /// The byte at which the lines that are read end: the beginning of the next line.
    fn end(&self) -> usize {
        match self.peek() {
            Some(next) => self
                .text
                .get(..next.at)
                .and_then(|before| before.rfind('\n'))
                .unwrap_or(next.at),
            None => self.text.len(),
        }
    }

    fn elements(&mut self, indentation: usize, depth: usize) -> Content {
        let mut elements = Vec::new();
        while let Some(line) = self.peek().filter(|line| line.indentation == indentation) {
            let Some(rest) = line.content.strip_prefix('-') else {
                break;
            };
            let content = rest.trim_start();
            self.next += 1;
            let skipped = line.content.len() - content.len();
            let inner = Line {
                indentation: indentation + skipped,
                at: line.at + skipped,
                content,
            };
            elements.push(self.element(inner, depth + 1));
        }
        Content::Array(elements)
    }

    /// An element whose first line has this content after the dash.
    fn element(&mut self, line: Line<'t>, depth: usize) -> Node {
        if depth >= MAX_DEPTH {
            return Node {
                span: line.at..line.at,
                content: Content::Array(Vec::new()),
            };
        }
        if line.content.starts_with("- ") {
            let inner = line.content.get(1..).unwrap_or("").trim_start();
            let skipped = line.content.len() - inner.len();
            let inner = Line {
                indentation: line.indentation + skipped,
                at: line.at + skipped,
                content: inner,
            };
            let element = self.element(inner, depth + 1);
            return Node {
                span: line.at..self.end(),
                content: Content::Array(vec![element]),
            };
        }
        if line.content.is_empty() {
            let deeper = self
                .peek()
                .filter(|next| next.indentation >= line.indentation);
            let block = deeper.and_then(|_| self.block(line.indentation, depth));
            // A blank after the dash, where a member may be typed.
            let end = self
                .text
                .get(line.at..)
                .map_or(0, |rest| rest.len() - rest.trim_start_matches(' ').len());
            return block.unwrap_or(Node {
                span: line.at..line.at + end,
                content: Content::Object(Vec::new()),
            });
        }
        if name_of(line.content).is_none() {
            return self.scalar(line, depth);
        }
        let content = self.members(line.indentation, line, depth);
        Node {
            span: line.at..self.end(),
            content,
        }
    }

    /// The members with this indentation, of which the first is on the given line.
    fn members(&mut self, indentation: usize, first: Line<'t>, depth: usize) -> Content {
        let mut members = Vec::new();
        // The first line of an element is read already.
        let mut line = first;
        if self.peek().is_some_and(|next| next.at == first.at) {
            self.next += 1;
        }
        loop {
            members.push(self.member(line, depth));
            // Lines that belong to nothing, such as those of a string of several lines.
            while self
                .peek()
                .is_some_and(|next| next.indentation > indentation)
            {
                self.next += 1;
            }
            match self
                .peek()
                .filter(|next| next.indentation == indentation && !next.content.starts_with("- "))
            {
                Some(next) => {
                    self.next += 1;
                    line = next;
                }
                None => return Content::Object(members),
            }
        }
    }

    fn member(&mut self, line: Line<'t>, depth: usize) -> Member {
        let Some((name, after)) = name_of(line.content) else {
            let name = line.content.trim_matches(['"', '\'']);
            let start = line.at + line.content.find(name).unwrap_or(0);
            let quoted = line.content.starts_with(['"', '\'']);
            let span = start..start + name.len();
            return Member {
                name: name.to_owned(),
                span,
                quoted,
                has_colon: false,
                value: None,
            };
        };
        let quoted = line.content.starts_with(['"', '\'']);
        let start = line.at + usize::from(quoted);
        let rest = line.content.get(after..).unwrap_or("");
        let content = rest.trim_start();
        let at = line.at + after + rest.len() - content.len();
        let value = match content.chars().next() {
            None => {
                // A list may have the indentation of the name.
                let list = self
                    .peek()
                    .filter(|next| next.content == "-" || next.content.starts_with("- "));
                let least = line.indentation + usize::from(list.is_none());
                self.block(least, depth + 1)
            }
            _ => Some(self.scalar(
                Line {
                    indentation: line.indentation,
                    at,
                    content,
                },
                depth,
            )),
        };
        Member {
            name: name.to_owned(),
            span: start..start + name.len(),
            quoted,
            has_colon: true,
            value,
        }
    }

    /// A value on one line.
    fn scalar(&mut self, line: Line<'t>, depth: usize) -> Node {
        match line.content.chars().next() {
            Some('{' | '[') if depth < MAX_DEPTH => {
                let node = json::parse(self.text, line.at);
                while self.peek().is_some_and(|next| next.at < node.span.end) {
                    self.next += 1;
                }
                node
            }
            Some(quote @ ('"' | '\'')) => {
                let inner = line.content.get(1..).unwrap_or("");
                let inner = inner.strip_suffix(quote).unwrap_or(inner);
                let content = Content::Scalar {
                    text: inner.to_owned(),
                    quoted: true,
                };
                Node {
                    span: line.at + 1..line.at + 1 + inner.len(),
                    content,
                }
            }
            _ => {
                let content = Content::Scalar {
                    text: line.content.to_owned(),
                    quoted: false,
                };
                Node {
                    span: line.at..line.at + line.content.len(),
                    content,
                }
            }
        }
    }
}

/// The name before a colon, and the byte behind that.
fn name_of(content: &str) -> Option<(&str, usize)> {
    if let Some(quote) = content.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let inner = content.get(1..)?;
        let end = inner.find(quote)?;
        let rest = inner.get(end + 1..)?;
        return rest
            .starts_with(':')
            .then_some((inner.get(..end)?, end + 3));
    }
    if content.starts_with(['{', '[', '!', '&', '*', '|', '>']) {
        return None;
    }
    let colon = content
        .find(": ")
        .or_else(|| content.strip_suffix(':').map(str::len))?;
    Some((content.get(..colon)?, colon + 1))
}
