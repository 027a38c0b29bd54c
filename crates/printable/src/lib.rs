//! Text from files of others, safe to print.
//!
//! A name in a file can contain a line break, which starts a line of its own in the log of a pipeline, an escape sequence,
//! which a terminal carries out, or a direction mark, which shows text in another order than it has (Unicode Technical
//! Report 36, section 3.1). All messages show these as escapes.

use std::borrow::Cow;

/// The text in one line, in which characters that cannot be seen are escapes such as `\n` or `\u{202e}`.
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, is_hidden)
}

/// As [`printable`], with line breaks as they are.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c != '\n' && is_hidden(c))
}

fn escaped(text: &str, is_hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hidden(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    Cow::Owned(shown)
}

/// Whether a character is a control, a line or paragraph separator, a direction mark, or has no width and no meaning for the
/// letters beside it.
pub fn is_hidden(c: char) -> bool {
    let is_direction_mark =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_separator = matches!(c, '\u{2028}' | '\u{2029}');
    let is_invisible = matches!(c, '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
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
            ("a\u{200b}b\u{2028}c\u{feff}\u{e0041}", "a\\u{200b}b\\u{2028}c\\u{feff}\\u{e0041}"),
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
