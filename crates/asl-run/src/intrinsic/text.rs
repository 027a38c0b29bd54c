//! Functions of texts.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{NO_PAD, STANDARD};
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use md5::Md5;
use serde_json::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::Outcome;

/// A decoder without padding, for which the unused bits of the last digit can be anything.
const LENIENT: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT_CONFIG);
const LENIENT_CONFIG: GeneralPurposeConfig = NO_PAD.with_decode_allow_trailing_bits(true);

/// Maximum length of the text of `States.Base64Encode`, `States.Base64Decode` and `States.Hash`, in
/// characters.
///
/// Source: the developer guide, "Intrinsics for JSONPath states".
const MAX_TEXT: usize = 10_000;

pub(super) fn string(value: &Value) -> Result<&str, String> {
    value
        .as_str()
        .ok_or_else(|| format!("a string is expected, got {value}"))
}

/// A character of a text of a definition.
enum Letter {
    /// A character that stands for itself.
    Plain(char),
    /// An opening or closing brace without a backslash, which has a meaning in a template.
    Brace(char),
}

/// The characters of a text without the backslashes of its escapes.
///
/// Source: the Amazon States Language specification, "Intrinsic Functions".
fn letters(text: &str) -> impl Iterator<Item = Letter> {
    let mut rest = text.chars().peekable();
    std::iter::from_fn(move || {
        Some(match rest.next()? {
            // Texts from data can have a backslash before other characters, which is no escape.
            '\\' => Letter::Plain(rest.next_if(|next| "'{}\\".contains(*next)).unwrap_or('\\')),
            brace @ ('{' | '}') => Letter::Brace(brace),
            plain => Letter::Plain(plain),
        })
    })
}

/// A text of a definition without its escapes.
pub(super) fn unescaped(text: &str) -> String {
    letters(text)
        .map(|letter| match letter {
            Letter::Plain(plain) | Letter::Brace(plain) => plain,
        })
        .collect()
}

/// Replaces each `{}` in a template by an argument. Other braces are an error on AWS.
pub(super) fn format(arguments: &[Value]) -> Outcome {
    let Some((template, arguments)) = arguments.split_first() else {
        return Err("a template is expected".to_owned());
    };
    let mut written = String::new();
    let mut remaining = arguments.iter();
    let mut letters = letters(string(template)?);
    while let Some(letter) = letters.next() {
        match letter {
            Letter::Plain(plain) => written.push(plain),
            Letter::Brace('{') => {
                let Some(Letter::Brace('}')) = letters.next() else {
                    return Err("matching '}' not found for '{'".to_owned());
                };
                write(remaining.next().ok_or_else(wrong_count)?, &mut written);
            }
            Letter::Brace(_) => return Err("matching '{' not found for '}'".to_owned()),
        }
    }
    match remaining.next() {
        Some(_) => Err(wrong_count()),
        None => Ok(Value::String(written)),
    }
}

fn wrong_count() -> String {
    "number of arguments do not match the occurrences of {}".to_owned()
}

/// A value as `States.Format` writes it.
pub(super) fn written(value: &Value) -> String {
    let mut written = String::new();
    write(value, &mut written);
    written
}

/// Writes a value as AWS does, with the notation of Java for objects: `{a=1, b=[x, y]}`.
fn write(value: &Value, written: &mut String) {
    let separated = |written: &mut String, index: usize| {
        if index > 0 {
            written.push_str(", ");
        }
    };
    match value {
        Value::String(text) => written.push_str(text),
        Value::Array(elements) => {
            written.push('[');
            for (index, element) in elements.iter().enumerate() {
                separated(written, index);
                write(element, written);
            }
            written.push(']');
        }
        Value::Object(members) => {
            written.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                separated(written, index);
                written.push_str(name);
                written.push('=');
                write(member, written);
            }
            written.push('}');
        }
        other => written.push_str(&other.to_string()),
    }
}

pub(super) fn parse(text: &Value) -> Outcome {
    let text = string(text)?;
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    let parsed = serde_json::from_str(text);
    let mut value = parsed.map_err(|_| format!("the text is not JSON: {text}"))?;
    without_negative_zeros(&mut value);
    Ok(value)
}

/// Whole numbers of AWS have no negative zero. The parser bounds the depth of the value.
fn without_negative_zeros(value: &mut Value) {
    match value {
        Value::Number(number) if number.as_i64() == Some(0) => *value = 0.into(),
        Value::Array(elements) => elements.iter_mut().for_each(without_negative_zeros),
        Value::Object(members) => members.values_mut().for_each(without_negative_zeros),
        _ => {}
    }
}

/// The parts of a text between any of the separators. Empty parts are left out, as AWS does.
pub(super) fn split(text: &Value, separators: &Value) -> Outcome {
    let (text, separators) = (string(text)?, string(separators)?);
    let parts = text.split(|letter| separators.contains(letter));
    Ok(parts
        .filter(|part| !part.is_empty())
        .map(Value::from)
        .collect())
}

fn limited(text: &str) -> Result<&str, String> {
    match text.chars().count() {
        length if length > MAX_TEXT => Err(format!(
            "the text has {length} characters, and may have {MAX_TEXT}"
        )),
        _ => Ok(text),
    }
}

pub(super) fn encode(text: &Value) -> Outcome {
    Ok(STANDARD.encode(limited(string(text)?)?).into())
}

/// Decodes as leniently as AWS: characters that are not of the alphabet are skipped, padding can be
/// absent, and nothing after it is read.
pub(super) fn decode(text: &Value) -> Outcome {
    let digits: String = limited(string(text)?)?
        .chars()
        .take_while(|letter| *letter != '=')
        .filter(|letter| letter.is_ascii_alphanumeric() || "+/".contains(*letter))
        .collect();
    // A single last digit has too few bits for a byte.
    let whole = if digits.len() % 4 == 1 {
        digits.len() - 1
    } else {
        digits.len()
    };
    let bytes = LENIENT.decode(digits.get(..whole).unwrap_or(""));
    let bytes = bytes.map_err(|_| "the text is not Base64".to_owned())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned().into())
}

/// What `States.Hash` hashes: a string itself, other values as JSON.
pub(super) fn content(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The hash of a text in hexadecimal digits.
pub(crate) fn hash(text: &str, algorithm: &str) -> Result<String, String> {
    let text = limited(text)?.as_bytes();
    let digest = match algorithm {
        "MD5" => Md5::digest(text).to_vec(),
        "SHA-1" => Sha1::digest(text).to_vec(),
        "SHA-256" => Sha256::digest(text).to_vec(),
        "SHA-384" => Sha384::digest(text).to_vec(),
        "SHA-512" => Sha512::digest(text).to_vec(),
        other => {
            return Err(format!(
                "the algorithm must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512, got {other}"
            ));
        }
    };
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}
