//! Properties of an attribute or block in addition to its type, such as default, validation and
//! equality.

use std::fmt::Write as _;

use crate::diagnostics::Diagnostic;
use crate::path::AttributePath;
use crate::value::Value;

/// An invalid value, and how to fix it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, in one line.
    pub summary: String,
    /// How to fix it.
    pub detail: String,
}

impl Problem {
    /// Creates a problem.
    pub fn new(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            detail: detail.into(),
        }
    }

    /// The problem as an error at this path.
    pub fn at(self, path: AttributePath) -> Diagnostic {
        Diagnostic::error(self.summary, self.detail).at(path)
    }
}

/// A check of a single known value.
#[derive(Debug, Clone)]
pub enum Validator {
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number in this inclusive range.
    Between(i64, i64),
    /// A whole number that is at least this.
    AtLeast(i64),
    /// A value that fits the type of the field.
    Fits {
        /// Description of valid values, such as `a whole number`.
        range: String,
        /// Whether a value is valid.
        fits: fn(&Value) -> bool,
    },
    /// Any other check.
    Custom(fn(&Value) -> Option<Problem>),
}

impl Validator {
    /// Checks the value of the attribute with this name. `None` if it is valid or unknown.
    pub fn check(&self, name: &str, value: &Value) -> Option<Problem> {
        match self {
            Self::OneOf(words) => {
                let text = value.as_str().filter(|text| !words.contains(text))?;
                Some(Problem::new(
                    format!("unsupported value `{text}`"),
                    unsupported(text, words),
                ))
            }
            Self::Between(least, most) => {
                let number = value.as_number()?;
                let fits = number
                    .as_i64()
                    .is_some_and(|number| (*least..=*most).contains(&number));
                let summary = format!("`{name}` must be between {least} and {most}, got {number}");
                (!fits).then(|| {
                    Problem::new(
                        summary,
                        format!("Use a whole number from {least} to {most}."),
                    )
                })
            }
            Self::AtLeast(least) => {
                let number = value.as_number()?;
                let fits = number.as_i64().is_some_and(|number| number >= *least);
                let summary = format!("`{name}` must be at least {least}, got {number}");
                (!fits).then(|| {
                    Problem::new(summary, format!("Use a whole number of {least} or more."))
                })
            }
            Self::Fits { range, fits } => {
                let number = value.as_number().filter(|_| !fits(value))?;
                Some(Problem::new(
                    format!("`{name}` must be {range}, got {number}"),
                    "Use a number in that range.",
                ))
            }
            Self::Custom(check) => check(value),
        }
    }
}

/// Help for an unsupported word, with the valid ones.
pub fn unsupported(text: &str, words: &[&str]) -> String {
    let similarity = |word: &&&str| {
        (strsim::jaro_winkler(&text.to_lowercase(), &word.to_lowercase()) * 1000.0) as u32
    };
    let guess = words
        .iter()
        .max_by_key(similarity)
        .filter(|word| similarity(word) > 800);
    let hint = guess.map_or_else(String::new, |word| format!("Did you mean `{word}`? "));
    format!("{hint}Valid values are {}.", listed(words))
}

fn quoted(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| format!("`{word}`")).collect()
}

fn listed(words: &[&str]) -> String {
    let quoted = quoted(words);
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// Equality of two values of an attribute or block.
#[derive(Debug, Clone, Copy, Default)]
pub enum Equality {
    /// Values are compared exactly.
    #[default]
    Exact,
    /// The order of elements is ignored.
    AnyOrder,
    /// A function compares values that are neither null nor unknown.
    Custom(fn(&Value, &Value) -> bool),
}

/// Properties of an attribute or block. They are appended to descriptions in the schema.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Whether changing it forces a new resource.
    pub replace: bool,
    /// Default that the provider sets.
    pub default: Option<Value>,
    /// Default that is not set, because not setting the attribute has the same effect.
    pub absent: Option<Value>,
    /// Whether an empty text, list or block counts as not set.
    pub empty_is_absent: bool,
    /// Equality of two values.
    pub equality: Equality,
    /// Checks of values.
    pub validators: Vec<Validator>,
    /// Attributes or blocks with which it conflicts.
    pub conflicts_with: Vec<&'static str>,
}

impl Facts {
    /// The value that applies if the attribute is not set.
    pub(crate) fn fallback(&self) -> Option<&Value> {
        self.default.as_ref().or(self.absent.as_ref())
    }

    /// The properties as sentences, in the style of Terraform's documentation.
    pub(crate) fn sentences(&self) -> String {
        let mut text = String::new();
        for validator in &self.validators {
            match validator {
                Validator::OneOf(words) => {
                    text += &format!(" Valid values: {}.", quoted(words).join(", "));
                }
                Validator::Between(least, most) => {
                    text += &format!(" Must be between {least} and {most}.");
                }
                Validator::AtLeast(least) => text += &format!(" Must be at least {least}."),
                Validator::Fits { .. } | Validator::Custom(_) => {}
            }
        }
        if let Some(value) = self.fallback() {
            let _ = write!(text, " Defaults to `{}`.", shown(value));
        }
        if !self.conflicts_with.is_empty() {
            let _ = write!(text, " Conflicts with {}.", listed(&self.conflicts_with));
        }
        if self.replace {
            text.push_str(" Changing this forces a new resource.");
        }
        text
    }
}

fn shown(value: &Value) -> String {
    match value.plain() {
        Value::String(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::List(items) => {
            format!(
                "[{}]",
                items
                    .iter()
                    .map(|item| format!("{:?}", shown(item)))
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        }
        Value::Null | Value::Unknown | Value::Map(_) | Value::Typed(_) => String::new(),
    }
}
