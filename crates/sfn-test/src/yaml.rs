//! Writes parts of test files in YAML.

use serde_json::Value;

/// Members with the data of a workflow, which are written as JSON. JSON is YAML as well.
const DATA: [&str; 7] = [
    "content",
    "input",
    "items",
    "output!",
    "payload",
    "return",
    "submitted",
];

/// The members of an object on lines that begin with this number of spaces.
pub fn members(value: &Value, indent: usize) -> String {
    let mut text = String::new();
    write(value, indent, &mut text);
    text
}

fn write(value: &Value, indent: usize, text: &mut String) {
    let spaces = " ".repeat(indent);
    for (name, value) in value.as_object().into_iter().flatten() {
        let is_data = DATA.contains(&name.as_str());
        let name = key(name);
        match value {
            Value::Object(inner) if !is_data && !inner.is_empty() => {
                text.push_str(&format!("{spaces}{name}:\n"));
                write(value, indent + 2, text);
            }
            Value::Array(elements) if !is_data && elements.iter().any(Value::is_object) => {
                text.push_str(&format!("{spaces}{name}:\n"));
                for element in elements {
                    text.push_str(&format!("{spaces}  - {element}\n"));
                }
            }
            Value::String(value) if !is_data => {
                text.push_str(&format!("{spaces}{name}: {}\n", key(value)));
            }
            value => text.push_str(&format!("{spaces}{name}: {value}\n")),
        }
    }
}

/// The name of a member, or a text: quoted unless it is plain.
pub(crate) fn key(name: &str) -> String {
    const WORDS: [&str; 8] = ["true", "false", "null", "yes", "no", "on", "off", "y"];
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-.?! ".contains(c))
        && !name.ends_with(' ')
        && !WORDS.contains(&name.to_ascii_lowercase().as_str());
    if is_plain {
        name.to_owned()
    } else {
        Value::from(name).to_string()
    }
}
