//! Parses definitions in JSON and YAML, with the place of every value.

mod error;
mod format;
mod indentation;
mod json;
mod line_index;
pub(crate) mod placeholder;
mod yaml;

use std::ops::Range;

use crate::expression::whole_characters;
use crate::json::Json;
use crate::pointer::JsonPointer;

pub use error::{TextError, TextErrorKind};
pub use format::Format;
pub use json::{parse, parse_unfilled};
pub use line_index::line_and_column;
pub use yaml::{parse_yaml, parse_yaml_template, parse_yaml_unfilled};

/// A document with its problems, or the problem because of which there is no document.
pub type Parsed = Result<(Document, Vec<TextError>), Box<TextError>>;

/// Maximum depth of nested arrays and objects, so that no text can exhaust the stack.
const MAX_DEPTH: usize = 128;

/// A definition that was parsed from text.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The value.
    pub root: Json,
    /// Whether every value is known and no string has a placeholder.
    pub(crate) complete: bool,
    places: Place,
}

/// The byte ranges of a value and of its name, and the places of the values in it, in their order.
#[derive(Debug, Clone, PartialEq, Default)]
struct Place {
    key: Range<usize>,
    value: Range<usize>,
    inner: Vec<Place>,
}

impl Document {
    /// The byte range of a value or, if it does not exist, of the nearest enclosing value.
    pub fn span(&self, pointer: &JsonPointer) -> Range<usize> {
        self.nearest(pointer).0.value.clone()
    }

    /// The byte range of the name of a member, with its quotes. `None` if the place is not a member.
    pub fn key_span(&self, pointer: &JsonPointer) -> Option<Range<usize>> {
        let (place, exact) = self.nearest(pointer);
        (exact && !place.key.is_empty()).then(|| place.key.clone())
    }

    /// The byte range that messages show for a value. For an object with a name, it is the name.
    pub fn label_span(&self, pointer: &JsonPointer) -> Range<usize> {
        let is_object = matches!(self.root.at(pointer), Some(Json::Object(_)));
        self.key_span(pointer)
            .filter(|_| is_object)
            .unwrap_or_else(|| self.span(pointer))
    }

    /// The byte range of a part of a string in the text of the document. If it is not known, that of the
    /// whole string.
    pub fn span_inside(
        &self,
        text: &str,
        pointer: &JsonPointer,
        part: &Range<usize>,
    ) -> Range<usize> {
        let whole = self.span(pointer);
        if !matches!(self.root.at(pointer), Some(Json::String(_))) {
            return whole;
        }
        // The place of a block scalar is that of its lines.
        let outer = block_header(text, whole.start).unwrap_or(whole.start)..whole.end;
        let tagged = text.get(outer.clone()).unwrap_or("");
        // In YAML, a tag such as `!Sub` can precede the string.
        let written = match tagged.split_once(char::is_whitespace) {
            Some((tag, rest)) if tag.starts_with('!') => rest.trim_start(),
            _ => tagged,
        };
        let begin = outer.start + tagged.len() - written.len();
        let offset = |at: usize| match written.chars().next()? {
            '"' => Some(written_offset(written, at)),
            '|' | '>' => block_offset(written, at),
            '\'' => Some(at + 1).filter(|_| !written.contains('\n')),
            _ => Some(at).filter(|_| !written.contains('\n')),
        };
        match (offset(part.start), offset(part.end)) {
            (Some(start), Some(end)) if end <= written.len() => {
                whole_characters(text, begin + start..begin + end)
            }
            _ => whole,
        }
    }

    /// The byte range of a string with its quotes. `None` unless the text is exactly the string, without a
    /// tag, an anchor, a block of lines, or a function that creates it.
    pub(crate) fn value_letters(&self, text: &str, pointer: &JsonPointer) -> Option<Range<usize>> {
        let (place, exact) = self.nearest(pointer);
        letters(text, &place.value, self.root.at(pointer)?.as_str()?).filter(|_| exact)
    }

    /// The byte range of the name of a member, as [`Self::value_letters`].
    pub(crate) fn key_letters(&self, text: &str, pointer: &JsonPointer) -> Option<Range<usize>> {
        letters(text, &self.key_span(pointer)?, pointer.tokens().last()?)
    }

    fn nearest(&self, pointer: &JsonPointer) -> (&Place, bool) {
        let (mut value, mut place) = (&self.root, &self.places);
        for token in pointer.tokens() {
            let next = match value {
                Json::Object(members) => members
                    .get_full(&**token)
                    .map(|(index, _, value)| (index, value)),
                Json::Array(elements) => token
                    .parse()
                    .ok()
                    .and_then(|index: usize| Some((index, elements.get(index)?))),
                _ => None,
            };
            match next.and_then(|(index, value)| Some((value, place.inner.get(index)?))) {
                Some(inner) => (value, place) = inner,
                None => return (place, false),
            }
        }
        (place, true)
    }
}

/// The byte range of a string in a place, without a tag that precedes it.
fn letters(text: &str, place: &Range<usize>, string: &str) -> Option<Range<usize>> {
    let tagged = text.get(place.clone())?;
    let written = match tagged.split_once(' ') {
        Some((tag, rest)) if tag.starts_with('!') => rest.trim_start(),
        _ => tagged,
    };
    let is_string = match written.chars().next()? {
        '"' => serde_json::from_str::<String>(written).is_ok_and(|read| read == string),
        '\'' => {
            written
                .strip_prefix('\'')
                .and_then(|rest| rest.strip_suffix('\''))?
                .replace("''", "'")
                == string
        }
        _ => written == string,
    };
    let is_one_line = !written.contains('\n');
    (is_string && is_one_line).then(|| place.end - written.len()..place.end)
}

/// The offset in a quoted string with escapes of the byte at `offset` of its value.
fn written_offset(quoted: &str, offset: usize) -> usize {
    let (mut written, mut meant) = (1, 0);
    let mut rest = quoted.get(1..).unwrap_or("").chars();
    while meant < offset {
        match rest.next() {
            None => break,
            Some('\\') => match rest.next() {
                Some('u') => {
                    let digits: String = rest.by_ref().take(4).collect();
                    let code = u32::from_str_radix(&digits, 16).unwrap_or(0);
                    written += 6;
                    // Each half of a surrogate pair is half of a character of four bytes.
                    meant += char::from_u32(code).map_or(2, char::len_utf8);
                }
                _ => {
                    written += 2;
                    meant += 1;
                }
            },
            Some(c) => {
                written += c.len_utf8();
                meant += c.len_utf8();
            }
        }
    }
    written.min(quoted.len())
}

/// The byte of the header, such as `|-`, of the block scalar whose lines begin here; `None` for any other place.
fn block_header(text: &str, lines: usize) -> Option<usize> {
    let before = text
        .get(..lines)?
        .trim_end_matches(' ')
        .strip_suffix('\n')?;
    let header = before
        .trim_end()
        .rsplit_once([' ', '\n'])
        .map_or(before, |(_, word)| word);
    let is_header = header.trim_end_matches(|c: char| "+-".contains(c) || c.is_ascii_digit());
    matches!(is_header.trim_end(), "|" | ">")
        .then(|| before.trim_end().len() - header.trim_end().len())
}

/// The offset in a YAML block scalar, with header and indentation, of the byte at `offset` of its value.
fn block_offset(written: &str, offset: usize) -> Option<usize> {
    let (header, body) = written.split_once('\n')?;
    // A folded block joins lines, so places in it are not known.
    if header.starts_with('>') {
        return None;
    }
    let first = body.lines().find(|line| !line.trim().is_empty())?;
    let indentation = first.len() - first.trim_start_matches(' ').len();
    let (mut meant, mut at) = (0, header.len() + 1);
    for line in body.split_inclusive('\n') {
        let stripped = line.len().min(indentation);
        let content = line.len() - stripped;
        if offset < meant + content || (offset == meant + content && !line.ends_with('\n')) {
            return Some(at + stripped + offset - meant);
        }
        meant += content;
        at += line.len();
    }
    Some(written.len())
}
