//! Positions of the protocol as bytes of a text, and the other way round.

use std::ops::Range;

use gen_lsp_types::{InitializeParams, Position, PositionEncodingKind, Range as LspRange};

/// The unit in which the protocol counts columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, which every client knows.
    Utf16,
}

impl Encoding {
    /// Returns the encoding to use with a client: bytes if it offers them.
    pub fn negotiate(client: &InitializeParams) -> Self {
        let general = client.capabilities.general.as_ref();
        let offered = general
            .and_then(|general| general.position_encodings.as_deref())
            .unwrap_or(&[]);
        if offered.contains(&PositionEncodingKind::UTF8) {
            Self::Utf8
        } else {
            Self::Utf16
        }
    }

    /// Returns the name of the encoding in the protocol.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn length(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.encode_utf16().count(),
        }
    }
}

/// A text with the bytes at which its lines begin.
#[derive(Debug)]
pub struct Text {
    /// The text.
    pub text: String,
    lines: Vec<usize>,
    encoding: Encoding,
}

impl Text {
    /// Finds the lines of a text.
    pub fn new(text: String, encoding: Encoding) -> Self {
        let lines = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self {
            text,
            lines,
            encoding,
        }
    }

    /// Returns the byte of a position. A column beyond the end of a line is that end, and a line beyond the last one is the end of the
    /// text.
    pub fn offset(&self, position: Position) -> usize {
        let Some(start) = usize::try_from(position.line)
            .ok()
            .and_then(|line| self.lines.get(line))
        else {
            return self.text.len();
        };
        let line = self
            .text
            .get(*start..)
            .unwrap_or("")
            .split('\n')
            .next()
            .unwrap_or("");
        let line = line.strip_suffix('\r').unwrap_or(line);
        let (mut column, mut offset) = (0, 0);
        for c in line.chars() {
            if column >= position.character as usize {
                break;
            }
            column += match self.encoding {
                Encoding::Utf8 => c.len_utf8(),
                Encoding::Utf16 => c.len_utf16(),
            };
            offset += c.len_utf8();
        }
        start + offset
    }

    /// Returns the position of a byte.
    pub fn position(&self, offset: usize) -> Position {
        let line = self
            .lines
            .partition_point(|start| *start <= offset)
            .saturating_sub(1);
        let start = self.lines.get(line).copied().unwrap_or(0);
        let before = self
            .text
            .get(start..offset.min(self.text.len()))
            .unwrap_or("");
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Position {
            line: number(line),
            character: number(self.encoding.length(before)),
        }
    }

    /// Returns the range of the protocol for bytes.
    pub fn range(&self, span: &Range<usize>) -> LspRange {
        LspRange {
            start: self.position(span.start),
            end: self.position(span.end),
        }
    }

    /// Returns the bytes of a range of the protocol.
    pub fn span(&self, range: &LspRange) -> Range<usize> {
        let start = self.offset(range.start);
        start..self.offset(range.end).max(start)
    }

    /// Returns a part of the text; the empty text if it is not on the boundaries of characters.
    pub fn part(&self, span: Range<usize>) -> &str {
        self.text.get(span).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the column of a byte of `aü𝄞b`, and that the way back ends at the same byte.
    fn check(encoding: Encoding, offset: usize, line: u32, character: u32) {
        let text = Text::new("x\r\naü𝄞b\n".into(), encoding);
        let position = Position { line, character };
        assert_eq!(
            (text.position(offset), text.offset(position)),
            (position, offset)
        );
    }

    #[test]
    fn columns_are_counted_in_the_encoding() {
        check(Encoding::Utf8, 0, 0, 0);
        check(Encoding::Utf8, 3, 1, 0);
        for (offset, utf8, utf16) in [(4, 1, 1), (6, 3, 2), (10, 7, 4), (11, 8, 5)] {
            check(Encoding::Utf8, offset, 1, utf8);
            check(Encoding::Utf16, offset, 1, utf16);
        }
        check(Encoding::Utf16, 12, 2, 0);
    }

    #[test]
    fn places_beyond_the_text_are_its_ends() {
        let text = Text::new("x\r\nab\n".into(), Encoding::Utf16);
        assert_eq!(
            text.offset(Position {
                line: 0,
                character: 9
            }),
            1
        );
        assert_eq!(
            text.offset(Position {
                line: 9,
                character: 0
            }),
            6
        );
        assert_eq!(
            text.position(99),
            Position {
                line: 2,
                character: 0
            }
        );
        let reversed = LspRange {
            start: Position {
                line: 1,
                character: 2,
            },
            end: Position {
                line: 0,
                character: 0,
            },
        };
        assert_eq!(text.span(&reversed), 5..5);
    }
}
