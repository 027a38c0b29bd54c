//! Strings and heredocs, with the places of their parts in the configuration.

use std::cell::OnceCell;
use std::ops::Range;

/// The text of a string or heredoc.
#[derive(Debug)]
pub struct Template<'c> {
    /// The text, with the computed values of interpolations; `None` if it is not known.
    pub text: Option<String>,
    pub(super) source: &'c str,
    /// The bytes of the whole expression.
    pub(super) whole: Range<usize>,
    pub(super) pieces: Vec<Piece>,
    /// First bytes of the characters of the text, with the bytes of the configuration that they come from.
    pub(super) letters: OnceCell<Vec<(usize, Range<usize>)>>,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The bytes of the text.
    pub text: Range<usize>,
    /// The bytes of the configuration.
    pub source: Range<usize>,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text in a heredoc, from which indentation may be removed.
    Lines,
    /// Text in quotes, which may contain escapes.
    Quoted,
    /// Value of an interpolation.
    Interpolation,
}

impl Template<'_> {
    /// The bytes of the configuration that a part of the text comes from.
    pub fn span(&self, part: &Range<usize>) -> Range<usize> {
        let start = self.place(part.start);
        let text = self.text.as_deref().unwrap_or("");
        // The last character of the part. An empty part has none.
        let last = (part.start..part.end)
            .rev()
            .find(|at| text.is_char_boundary(*at));
        let end = last.map_or(start.start, |at| self.place(at).end);
        start.start..end.max(start.start)
    }

    /// The bytes of the character at a byte of the text, or of the interpolation that it comes from.
    fn place(&self, at: usize) -> Range<usize> {
        let letters = self.letters.get_or_init(|| {
            self.pieces
                .iter()
                .flat_map(|piece| self.letters_of(piece))
                .collect()
        });
        let before = letters.partition_point(|(start, _)| *start <= at);
        let is_inside = self.text.as_ref().is_some_and(|text| at < text.len());
        match before
            .checked_sub(1)
            .and_then(|index| letters.get(index))
            .filter(|_| is_inside)
        {
            Some((_, place)) => place.clone(),
            None => {
                let end = self
                    .pieces
                    .last()
                    .map_or(self.whole.end, |piece| piece.source.end);
                end..end
            }
        }
    }

    fn letters_of(&self, piece: &Piece) -> Vec<(usize, Range<usize>)> {
        let text = self
            .text
            .as_deref()
            .and_then(|text| text.get(piece.text.clone()))
            .unwrap_or("");
        let source = self.source.get(piece.source.clone()).unwrap_or("");
        let starts = text.char_indices().map(|(at, _)| piece.text.start + at);
        match piece.kind {
            Kind::Interpolation => starts.map(|at| (at, piece.source.clone())).collect(),
            kind => {
                let from = piece.source.start;
                let places = aligned(source, text, kind == Kind::Quoted).into_iter();
                starts
                    .zip(places.map(|place| from + place.start..from + place.end))
                    .collect()
            }
        }
    }
}

/// Returns the bytes of `written` that each character of `text` comes from. In addition to the characters of `text`,
/// `written` can have indentation, escapes, and the first characters of `$${` and `%%{`.
fn aligned(written: &str, text: &str, has_escapes: bool) -> Vec<Range<usize>> {
    let mut at = 0;
    let place = |letter: char| {
        while let Some(next) = written.get(at..).and_then(|rest| rest.chars().next()) {
            let start = at;
            let escape = written
                .get(at + 1..)
                .filter(|_| has_escapes && next == '\\');
            at += next.len_utf8() + escape.map_or(0, escape_length);
            if escape.is_some() || next == letter {
                return start..at;
            }
        }
        written.len()..written.len()
    };
    text.chars().map(place).collect()
}

/// Length of an escape without its backslash, in bytes.
fn escape_length(escape: &str) -> usize {
    let first = escape.chars().next();
    match first {
        Some('u') => 5.min(escape.len()),
        Some('U') => 9.min(escape.len()),
        other => other.map_or(0, char::len_utf8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_where_they_are_written() {
        for (written, text, letter, has_escapes, place) in [
            ("    a\n      b\n", "a\n  b\n", 'b', false, 12),
            (
                "  {\n    \"x\": 1\n  }\n",
                "{\n  \"x\": 1\n}\n",
                '1',
                false,
                13,
            ),
            ("a $${b} c", "a ${b} c", 'b', false, 5),
            (r#"{\"a\": \"b\"}"#, r#"{"a": "b"}"#, 'b', true, 10),
            (r"a\nb\u00e9c", "a\nbéc", 'c', true, 10),
            (r"a\U0001F600c", "a😀c", 'c', true, 11),
            (r"\täb", "\täb", 'b', true, 4),
            (r"a\n", r"a\n", 'n', false, 2),
            ("äö", "äö", 'ö', false, 2),
        ] {
            let number = text.chars().position(|c| c == letter).unwrap();
            assert_eq!(
                aligned(written, text, has_escapes)[number].start,
                place,
                "{written}"
            );
        }
        assert_eq!(aligned("a", "ab", false), [0..1, 1..1]);
    }

    /// The text of the configuration for each part of the value of `v`.
    fn shown(argument: &str, parts: &[&str]) -> Vec<String> {
        let text = format!(
            "locals {{\n  here = \"HERE\"\n  list = []\n}}\nresource \"t\" \"n\" {{\n  v = {argument}\n}}\n"
        );
        let configuration = crate::reader::Configuration::parse(&text).unwrap();
        let declared = configuration.declared().next().unwrap();
        let mut compute = |_: crate::reader::Computed<'_>| tfplugin::Value::from("COMPUTED");
        let template = declared.template("v", &mut compute).unwrap();
        let filled = template.text.clone().unwrap_or_default();
        let show = |part: &&str| {
            let start = filled
                .find(part)
                .unwrap_or_else(|| panic!("{part} is not in {filled}"));
            text.get(template.span(&(start..start + part.len())))
                .unwrap()
                .to_owned()
        };
        parts.iter().map(show).collect()
    }

    #[test]
    fn parts_are_found_in_the_configuration() {
        let lines = "<<-EOT\n    {\n      \"a\": ${x.y}, \"b\": \"${local.here}\",\n      \"ä\": ${1}, \"c\": ${\"s\"}\n    }\n  EOT";
        let parts = [
            "\"a\"",
            "COMPUTED",
            "\"b\"",
            "HERE",
            "\"ä\": 1",
            "\"c\"",
            "s",
        ];
        let places = [
            "\"a\"",
            "${x.y}",
            "\"b\"",
            "${local.here}",
            "\"ä\": ${1}",
            "\"c\"",
            "${\"s\"}",
        ];
        assert_eq!(shown(lines, &parts), places);
        assert_eq!(
            shown("\"{\\\"a\\\": ${x.y}, b\"", &["\"a\"", "COMPUTED", "b"]),
            ["\\\"a\\\"", "${x.y}", "b"]
        );
        assert_eq!(
            shown("\"{\\\"a\\\": b}\"", &["{", "\"a\"", "b", "}"]),
            ["{", "\\\"a\\\"", "b", "}"]
        );
        assert_eq!(shown("\"\"", &[""]), [""]);
    }

    /// The end of a text, and a text that is not known.
    #[test]
    fn places_without_letters_are_empty() {
        let text =
            "resource \"t\" \"n\" {\n  v = \"ab\"\n  w = \"${local.l} x\"\n}\nlocals { l = [] }\n";
        let configuration = crate::reader::Configuration::parse(text).unwrap();
        let declared = configuration.declared().next().unwrap();
        let mut compute = |_: crate::reader::Computed<'_>| tfplugin::Value::Unknown;
        let template = declared.template("v", &mut compute).unwrap();
        let end = text.find("ab").unwrap() + 2;
        assert_eq!(
            (template.span(&(2..2)), template.span(&(0..0))),
            (end..end, end - 2..end - 2)
        );
        assert_eq!(declared.template("w", &mut compute).unwrap().text, None);
        assert!(declared.template("x", &mut compute).is_none());
    }
}
