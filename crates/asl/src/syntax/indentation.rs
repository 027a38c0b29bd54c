//! Indents lines in brackets and quotes whose indentation is too small for YAML.
//!
//! YAML requires that the lines of a flow collection or a quoted text are indented more than the enclosing
//! block (YAML 1.2.2, section 7.4). PyYAML and js-yaml also accept other lines, so templates contain them.

use std::borrow::Cow;

/// Maximum number of lines to indent.
const MAX_LINES: usize = 500;
/// Maximum size of the text that is parsed again, in bytes.
const MAX_READ: usize = 64 * 1024 * 1024;

/// A text with indented lines.
pub(super) struct Indented<'t> {
    /// The text.
    pub(super) text: Cow<'t, str>,
    /// The places at which a line was indented, in ascending order.
    at: Vec<usize>,
    /// Number of spaces.
    by: usize,
}

impl<'t> Indented<'t> {
    /// A text without indented lines.
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            at: Vec::new(),
            by: 0,
        }
    }

    /// Indents the lines of the quoted text that begins at the place of an error, or else the line of the
    /// place. Returns `false` if no line could be indented.
    pub(super) fn indent(&mut self, place: usize) -> bool {
        let lines = self.lines_of_quoted(place);
        if lines.is_empty() {
            return self.indent_line(place);
        }
        // In reverse order, so that earlier places do not change.
        lines
            .into_iter()
            .rev()
            .filter(|line| self.indent_line(*line))
            .count()
            > 0
    }

    /// The lines of the quoted text that begins at a place, except the first one.
    fn lines_of_quoted(&self, place: usize) -> Vec<usize> {
        let text = self.text.get(place..).unwrap_or("");
        let Some(quote @ ('"' | '\'')) = text.chars().next() else {
            return Vec::new();
        };
        let (mut lines, mut is_escaped) = (Vec::new(), false);
        for (at, c) in text.char_indices().skip(1) {
            match c {
                _ if is_escaped => is_escaped = false,
                '\\' if quote == '"' => is_escaped = true,
                c if c == quote => break,
                _ => {}
            }
            let is_blank = || {
                text.get(at + 1..)
                    .is_none_or(|rest| rest.starts_with(['\n', '\r']))
            };
            if c == '\n' && !is_blank() {
                lines.push(place + at + 1);
            }
        }
        lines
    }

    fn indent_line(&mut self, place: usize) -> bool {
        let start = self
            .text
            .get(..place)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |at| at + 1);
        let is_too_much =
            self.at.len() >= MAX_LINES || self.text.len() * (self.at.len() + 1) > MAX_READ;
        let Err(index) = self.at.binary_search(&start) else {
            return false;
        };
        if is_too_much {
            return false;
        }
        if self.by == 0 {
            let indentation = |line: &str| line.len() - line.trim_start_matches(' ').len();
            self.by = self.text.lines().map(indentation).max().unwrap_or(0) + 1;
        }
        self.text.to_mut().insert_str(start, &" ".repeat(self.by));
        self.at.insert(index, start);
        for later in self.at.iter_mut().skip(index + 1) {
            *later += self.by;
        }
        true
    }

    /// The place in the original text.
    pub(super) fn original(&self, place: usize) -> usize {
        let before = self.at.partition_point(|at| *at < place);
        let inside = before
            .checked_sub(1)
            .and_then(|index| self.at.get(index))
            .map_or(0, |at| place - at);
        place - before * self.by
            + if before > 0 {
                self.by.saturating_sub(inside)
            } else {
                0
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_text_as_it_was() {
        let text = "a: [\n  b,\nc\n]\nd";
        let mut indented = Indented::of(text);
        for part in ["]", "c"] {
            let place = indented.text.find(part).unwrap();
            assert!(indented.indent(place));
        }
        assert_eq!(indented.text, "a: [\n  b,\n   c\n   ]\nd");
        for part in ["a", "b", "c", "]", "d"] {
            assert_eq!(
                indented.original(indented.text.find(part).unwrap()),
                text.find(part).unwrap(),
                "{part}"
            );
        }
        // Inserted spaces belong to the beginning of the line, and a line is indented only once.
        let start = indented.text.find("   c").unwrap();
        assert_eq!(
            [indented.original(start), indented.original(start + 2)],
            [text.find('c').unwrap(); 2]
        );
        assert!(!indented.indent(start + 3));
        assert_eq!(indented.original(indented.text.len()), text.len());
    }

    #[test]
    fn all_lines_of_a_quoted_text_are_indented() {
        let text = "a: \"b\n\nc \\\" d\n e\"\nf: 1";
        let mut indented = Indented::of(text);
        assert!(indented.indent(3));
        assert_eq!(indented.text, "a: \"b\n\n  c \\\" d\n   e\"\nf: 1");
        assert!(!indented.indent(3));
        assert_eq!(
            indented.original(indented.text.find('f').unwrap()),
            text.find('f').unwrap()
        );
    }
}
