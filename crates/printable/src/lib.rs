//! Makes untrusted text safe to print.
//!
//! A name in a file can contain a line break, which starts a new line in the log of a pipeline, an escape sequence,
//! which a terminal executes, or a direction mark, which reorders the displayed text (Unicode Technical Report 36,
//! section 3.1). All messages show these characters as escapes.

use std::borrow::Cow;

/// The text in one line, with invisible characters as escapes such as `\n` or `\u{202e}`.
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, is_hidden)
}

/// Like [`printable`], but keeps line breaks.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c != '\n' && is_hidden(c))
}

fn escaped(text: &str, is_hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hidden(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Whether a character is a control character, a line or paragraph separator, a direction mark, or has no width and
/// does not affect adjacent letters.
pub fn is_hidden(c: char) -> bool {
    let is_direction_mark = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_separator = matches!(c, '\u{2028}' | '\u{2029}');
    let is_invisible =
        matches!(c, '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
    c.is_control() || is_direction_mark || is_separator || is_invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_an_escape() {
        for (text, shown) in [
            ("plain – ünï 日本 👩‍👩‍👧 `a`", "plain – ünï 日本 👩‍👩‍👧 `a`"),
            ("a\n::error::b", "a\\n::error::b"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\r\tb\u{7f}\u{9b}", "a\\r\\tb\\u{7f}\\u{9b}"),
            ("admin\u{202e}nimda\u{2066}", "admin\\u{202e}nimda\\u{2066}"),
            (
                "a\u{200b}b\u{2028}c\u{feff}\u{e0041}",
                "a\\u{200b}b\\u{2028}c\\u{feff}\\u{e0041}",
            ),
        ] {
            assert_eq!(printable(text), shown);
            assert_eq!(printable(&printable(text)), shown);
        }
    }

    #[test]
    fn line_breaks_can_stay() {
        assert_eq!(printable_lines("a\n\u{1b}b\r\n"), "a\n\\u{1b}b\\r\n");
        assert!(matches!(printable("as it is"), Cow::Borrowed(_)));
    }
}
