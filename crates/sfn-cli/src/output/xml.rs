//! Text in XML and HTML.

/// A text with the characters that XML gives a meaning replaced, and without those that it does not allow.
pub fn escaped(text: &str) -> String {
    let allowed = text
        .chars()
        .filter(|letter| !letter.is_control() || ['\n', '\t'].contains(letter));
    allowed
        .map(|letter| match letter {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            '\n' => "&#10;".to_owned(),
            letter => letter.to_string(),
        })
        .collect()
}
