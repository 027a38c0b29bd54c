//! Placeholders, such as `"Seconds": ${Pause}`, in place of values that are only known later.
//!
//! CloudFormation (`Fn::Sub`), SAM (`DefinitionSubstitutions`) and template files of Terraform replace them
//! with text, which can be a value of any kind.

use std::ops::Range;

use crate::json::Json;

/// Maximum length of a placeholder, in bytes, so that the time is limited for placeholders without an end.
const MAX_LENGTH: usize = 4_096;

/// The placeholders outside of quotes in a text.
#[derive(Debug, Default)]
pub(super) struct Placeholders(Vec<Placeholder>);

/// A placeholder.
#[derive(Debug)]
struct Placeholder {
    range: Range<usize>,
    /// Whether it is replaced with members of an object instead of a value.
    is_member: bool,
}

impl Placeholders {
    /// The placeholders of a JSON text. Adjacent placeholders, letters and digits are one placeholder.
    pub(super) fn of_json(text: &str) -> Self {
        let (bytes, mut found) = (text.as_bytes(), Vec::new());
        // The enclosing brackets, and the previous character.
        let (mut around, mut before) = (Vec::new(), b' ');
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let start = at;
            at = match byte {
                b'"' => after_string(bytes, at),
                b'$' => end_of_value(text, at).unwrap_or(at + 1),
                b'{' | b'[' => {
                    around.push(*byte);
                    at + 1
                }
                b'}' | b']' => {
                    around.pop();
                    at + 1
                }
                _ => at + 1,
            };
            if *byte == b'$' && at > start + 1 {
                let is_entry = around.last() == Some(&b'{') && matches!(before, b'{' | b',');
                let is_member = is_entry && !rest_begins(bytes, at, b':');
                found.push(Placeholder {
                    range: start..at,
                    is_member,
                });
            }
            if !byte.is_ascii_whitespace() {
                before = *byte;
            }
        }
        Self(found)
    }

    /// Whether the text has no placeholders.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a placeholder begins at this byte.
    pub(super) fn begins(&self, at: usize) -> bool {
        self.0
            .binary_search_by_key(&at, |placeholder| placeholder.range.start)
            .is_ok()
    }

    /// The text with a string or a member of the same length in place of each placeholder.
    pub(super) fn as_json(&self, text: &str) -> String {
        let (mut replaced, mut at) = (String::with_capacity(text.len()), 0);
        for Placeholder { range, is_member } in &self.0 {
            let value = if *is_member { ":0" } else { "" };
            let filling = "_".repeat(range.len().saturating_sub(2 + value.len()));
            replaced.push_str(text.get(at..range.start).unwrap_or(""));
            replaced.push_str(&format!("\"{filling}\"{value}"));
            at = range.end;
        }
        replaced + text.get(at..).unwrap_or("")
    }
}

/// Returns whether this byte is next, after whitespace.
fn rest_begins(bytes: &[u8], at: usize, byte: u8) -> bool {
    bytes
        .get(at..)
        .unwrap_or(&[])
        .iter()
        .find(|byte| !byte.is_ascii_whitespace())
        == Some(&byte)
}

/// The end of the string that begins at this byte.
fn after_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The end of the value that begins with a placeholder at this byte. `None` for another `$`.
fn end_of_value(text: &str, start: usize) -> Option<usize> {
    let mut end = end_of_placeholder(text, start)?;
    loop {
        let rest = text.get(end..)?;
        let word = rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "._-+".contains(c))
                .len();
        end += word;
        match end_of_placeholder(text, end) {
            Some(next) => end = next,
            None if word == 0 => return Some(end),
            None => {}
        }
    }
}

/// The end of `${…}`, which may contain braces and strings, as a call of a Terraform function does.
fn end_of_placeholder(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if !text.get(start..)?.starts_with("${") {
        return None;
    }
    let (mut at, mut depth) = (start + 2, 1_usize);
    while depth > 0 {
        if at - start > MAX_LENGTH {
            return None;
        }
        match bytes.get(at)? {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b'"' => at = after_string(bytes, at) - 1,
            _ => {}
        }
        at += 1;
    }
    // `${}` is not a placeholder.
    (at > start + 3).then_some(at)
}

/// Marks in place of placeholders in YAML, whose flow collections cannot contain braces. A mark has the length of its
/// placeholder.
pub(super) struct Marks(Vec<(String, String)>);

impl Marks {
    /// The text with marks in place of placeholders such as `${Name}`. `None` if it has no placeholders.
    pub(super) fn of_yaml(text: &str) -> Option<(String, Self)> {
        let (mut marked, mut marks, mut rest) =
            (String::with_capacity(text.len()), Vec::new(), text);
        while let Some((before, from)) = rest.split_once("${") {
            let name = from
                .split_once('}')
                .map(|(name, _)| name)
                .filter(|name| is_name(name));
            marked.push_str(before);
            rest = match name {
                Some(name) => {
                    let (placeholder, mark) = (format!("${{{name}}}"), format!("$_{name}_"));
                    marked.push_str(&mark);
                    marks.push((mark, placeholder));
                    from.get(name.len() + 1..).unwrap_or("")
                }
                None => {
                    marked.push_str("${");
                    from
                }
            };
        }
        marked.push_str(rest);
        marks.sort();
        marks.dedup();
        (!marks.is_empty()).then_some((marked, Self(marks)))
    }

    /// The text with its placeholders. `None` if it has no marks.
    pub(super) fn unmarked(&self, text: &str) -> Option<String> {
        let has_mark = text.contains("$_");
        has_mark.then(|| {
            self.0
                .iter()
                .fold(text.to_owned(), |text, (mark, placeholder)| {
                    text.replace(mark, placeholder)
                })
        })
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "_.-:[]".contains(c))
}

/// Whether a text consists of placeholders, so that it can become a value of any kind.
pub(super) fn is_placeholder(text: &str) -> bool {
    let mut rest = text;
    while let Some(after) = rest
        .strip_prefix("${")
        .and_then(|rest| rest.split_once('}'))
        .filter(|(name, _)| is_name(name))
    {
        rest = after.1;
    }
    rest.is_empty() && !text.is_empty()
}

/// Returns whether a text has a placeholder, such as `${Table}`.
pub(crate) fn has_placeholder(text: &str) -> bool {
    text.bytes().any(|byte| byte == b'$')
        && text.match_indices("${").any(|(at, _)| {
            let name = text
                .get(at + 2..)
                .and_then(|rest| rest.split_once('}'))
                .map(|(name, _)| name);
            name.is_some_and(|name| {
                !name.is_empty()
                    && name
                        .chars()
                        .all(|c| c.is_alphanumeric() || "_.-:[]".contains(c))
            })
        })
}

/// Returns whether every value is known and no string has a placeholder.
pub(crate) fn is_complete(root: &Json) -> bool {
    match root {
        Json::Unknown => false,
        Json::String(text) => !has_placeholder(text),
        Json::Array(elements) => elements.iter().all(is_complete),
        Json::Object(members) => members.values().all(is_complete),
        _ => true,
    }
}

/// Returns the definition in which every string with a placeholder is unknown, except `Resource`, whose other
/// parts are checked.
pub(crate) fn mask_placeholders(value: &Json) -> Json {
    match value {
        Json::String(text) if has_placeholder(text) => Json::Unknown,
        Json::Array(elements) => Json::Array(elements.iter().map(mask_placeholders).collect()),
        Json::Object(members) => {
            let mask_member = |(key, value): (&String, &Json)| {
                let keeps = key == "Resource" && matches!(value, Json::String(_));
                (
                    key.clone(),
                    if keeps {
                        value.clone()
                    } else {
                        mask_placeholders(value)
                    },
                )
            };
            Json::Object(members.iter().map(mask_member).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_outside_of_quotes_are_found() {
        let found = |text: &str| {
            let placeholders = Placeholders::of_json(text);
            placeholders
                .0
                .iter()
                .map(|found| text[found.range.clone()].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            found(r#"{"a": ${A}, "b": "${B}", "c": [${C.D}]}"#),
            ["${A}", "${C.D}"]
        );
        assert_eq!(
            found(r#"{"a": ${jsonencode({ b = "}" })}, "\"${x}": 1}"#),
            [r#"${jsonencode({ b = "}" })}"#]
        );
        assert_eq!(
            found("[${A}${B}, ${A}0, ${A}.5${B}]"),
            ["${A}${B}", "${A}0", "${A}.5${B}"]
        );
        for none in [
            "",
            "{}",
            "[$]",
            "[${]",
            "[${}]",
            "[$ {a}]",
            "\"${a}",
            "{\"a\": \"\\\\\"}",
        ] {
            assert_eq!(found(none), Vec::<String>::new(), "{none}");
        }
        assert_eq!(
            found(&format!("[{}", "${".repeat(50_000))),
            Vec::<String>::new()
        );
        let text = "[${A},\n ${jsonencode([\n1])}]";
        let replaced = Placeholders::of_json(text).as_json(text);
        assert_eq!(replaced.len(), text.len());
        assert_eq!(replaced.find(','), text.find(','));
        let members = r#"{${A}, "b": ${B}, ${C}: 1, "d": [${D}, ${E}], "e": {"f": 1, ${F} } }"#;
        let replaced = Placeholders::of_json(members).as_json(members);
        assert_eq!(
            replaced,
            r#"{"":0, "b": "__", "__": 1, "d": ["__", "__"], "e": {"f": 1, "":0 } }"#
        );
    }

    #[test]
    fn placeholders_in_yaml_are_marked_and_come_back() {
        let (marked, marks) = Marks::of_yaml("a: {b: ${B}, c: '${AWS::Region}/${!no}'}").unwrap();
        assert_eq!(marked, "a: {b: $_B_, c: '$_AWS::Region_/${!no}'}");
        assert_eq!(
            marks.unmarked("$_AWS::Region_/x").as_deref(),
            Some("${AWS::Region}/x")
        );
        assert_eq!(marks.unmarked("x"), None);
        assert!(Marks::of_yaml("a: ${}").is_none());
        assert!(is_placeholder("${A}") && is_placeholder("${A}${B.C}"));
        assert!(
            !is_placeholder("")
                && !is_placeholder("a${A}")
                && !is_placeholder("${A}b")
                && !is_placeholder("${!A}")
        );
    }

    #[test]
    fn a_definition_is_complete_without_placeholders_at_any_depth() {
        for (text, expected) in [
            (r#"{"a": [1, {"b": "c"}], "d": null}"#, true),
            (r#"{"a": [1, {"b": "${c}"}]}"#, false),
            (r#"{"a": {"b": {"c": "x-${Name}"}}}"#, false),
            (r#"{"a": {"b": "${}"}}"#, true),
        ] {
            let root = crate::syntax::parse(text).unwrap().0.root;
            assert_eq!(is_complete(&root), expected, "{text}");
        }
        assert!(!is_complete(&Json::Array(vec![Json::Unknown])));
    }
}
