//! Writes single expressions.

use hcl_edit::Ident;
use printable::is_hidden;

/// Whether a word is an HCL identifier.
pub fn is_identifier(word: &str) -> bool {
    Ident::try_new(word).is_ok()
}

/// A label for a resource or variable, from a text.
pub fn label(text: &str) -> String {
    let mut label: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if !label.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        label.insert(0, '_');
    }
    label
}

/// A quoted string in HCL.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// The content of a quoted string.
pub(crate) fn escaped(text: &str) -> String {
    let mut written = String::new();
    for c in literal(text).chars() {
        match c {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            c if is_hidden(c) && u32::from(c) > 0xffff => {
                written.push_str(&format!("\\U{:08x}", u32::from(c)));
            }
            c if is_hidden(c) => written.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => written.push(c),
        }
    }
    written
}

/// A text as a literal of a template.
fn literal(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// The key of an object.
pub(crate) fn key(text: &str) -> String {
    // Keywords would be parsed as expressions.
    let is_word = matches!(text, "null" | "true" | "false" | "for" | "if" | "in");
    if is_identifier(text) && !is_word {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A text of several lines as a heredoc for an attribute with this indentation; `None` if its value would differ.
pub(crate) fn here_document(text: &str, indent: usize) -> Option<String> {
    let (lines, ends): (&str, bool) = match text.strip_suffix('\n') {
        Some(lines) => (lines, true),
        None => (text, false),
    };
    let is_plain = |line: &str| {
        !line.contains(is_hidden)
            && !line.trim().is_empty()
            && line.trim() != "EOT"
            && !line.starts_with('\t')
    };
    // `<<-` removes the smallest indentation of all lines, so one line must have no indentation of its own.
    let is_flush = lines
        .lines()
        .any(|line| !line.starts_with(char::is_whitespace));
    if !lines.contains('\n') || !is_flush || !lines.split('\n').all(is_plain) {
        return None;
    }
    let margin = " ".repeat(indent);
    let mut written = String::new();
    for line in lines.split('\n') {
        written.push_str(&format!("{margin}  {}\n", literal(line)));
    }
    Some(match ends {
        true => format!("<<-EOT\n{written}{margin}EOT"),
        false => format!("chomp(<<-EOT\n{written}{margin}EOT\n{margin})"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_identifiers() {
        for (text, expected) in [
            ("orders", "orders"),
            ("My orders!", "My_orders_"),
            ("2nd", "_2nd"),
            ("", "_"),
            ("a-b", "a_b"),
        ] {
            assert_eq!(label(text), expected);
            assert!(is_identifier(&label(text)));
        }
    }

    #[test]
    fn here_documents_only_where_they_say_the_same() {
        assert_eq!(
            here_document("a\n  ${b}\n", 2).unwrap(),
            "<<-EOT\n    a\n      $${b}\n  EOT"
        );
        assert_eq!(
            here_document("a\nb", 0).unwrap(),
            "chomp(<<-EOT\n  a\n  b\nEOT\n)"
        );
        for text in [
            "a", "a\n", "  a\n  b", "a\n\nb", "a\n\tb", "a\r\nb", "a\nEOT", "a\nb\n\n", "\na\nb",
        ] {
            assert_eq!(here_document(text, 2), None, "{text:?}");
        }
    }
}
