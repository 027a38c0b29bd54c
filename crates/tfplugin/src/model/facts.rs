//! What is known of an attribute or block beside its type: who may set it, what it defaults to, what else means the same.

use std::fmt::Write as _;

use crate::diagnostics::Diagnostic;
use crate::path::AttributePath;
use crate::value::Value;

/// What a value fails to be, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, in one line.
    pub summary: String,
    /// What to do.
    pub detail: String,
}

impl Problem {
    /// A problem with what to do about it.
    pub fn new(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { summary: summary.into(), detail: detail.into() }
    }

    /// The problem at a place in the configuration.
    pub fn at(self, path: AttributePath) -> Diagnostic {
        Diagnostic::error(self.summary, self.detail).at(path)
    }
}

/// A check of a single known value.
#[derive(Debug, Clone)]
pub enum Validator {
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number between these two, both included.
    Between(i64, i64),
    /// A whole number of at least this.
    AtLeast(i64),
    /// A value that the type of the field can hold.
    Fits {
        /// Which values these are, such as `a whole number`.
        range: String,
        /// Whether a value is one.
        fits: fn(&Value) -> bool,
    },
    /// Anything else.
    Custom(fn(&Value) -> Option<Problem>),
}

impl Validator {
    /// What is wrong with the value of the attribute of this name; `None` where nothing is, or it is not known.
    pub fn check(&self, name: &str, value: &Value) -> Option<Problem> {
        match self {
            Self::OneOf(words) => {
                let text = value.as_str().filter(|text| !words.contains(text))?;
                Some(Problem::new(format!("unsupported value `{text}`"), unsupported(text, words)))
            }
            Self::Between(least, most) => {
                let number = value.as_number()?;
                let fits = number.as_i64().is_some_and(|number| (*least..=*most).contains(&number));
                let summary = format!("`{name}` must be between {least} and {most}, got {number}");
                (!fits).then(|| Problem::new(summary, format!("Write a whole number from {least} to {most}.")))
            }
            Self::AtLeast(least) => {
                let number = value.as_number()?;
                let fits = number.as_i64().is_some_and(|number| number >= *least);
                let summary = format!("`{name}` must be at least {least}, got {number}");
                (!fits).then(|| Problem::new(summary, format!("Write a whole number of {least} or more.")))
            }
            Self::Fits { range, fits } => {
                let number = value.as_number().filter(|_| !fits(value))?;
                Some(Problem::new(format!("`{name}` must be {range}, got {number}"), "Write a number in that range."))
            }
            Self::Custom(check) => check(value),
        }
    }
}

/// What to write in place of a word that is none of these.
pub fn unsupported(text: &str, words: &[&str]) -> String {
    let similarity = |word: &&&str| (strsim::jaro_winkler(&text.to_lowercase(), &word.to_lowercase()) * 1000.0) as u32;
    let guess = words.iter().max_by_key(similarity).filter(|word| similarity(word) > 800);
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

/// When two values of an attribute or block mean the same, beside being equal.
#[derive(Debug, Clone, Copy, Default)]
pub enum Equality {
    /// Only equal values do.
    #[default]
    Exact,
    /// The order of elements does not count.
    AnyOrder,
    /// This decides, of two values that are neither null nor unknown.
    Custom(fn(&Value, &Value) -> bool),
}

/// The facts of an attribute or block. Descriptions of the schema end in them.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Changing it forces a new resource.
    pub replace: bool,
    /// What the provider sets where nothing is written.
    pub default: Option<Value>,
    /// What nothing written stands for, without being set.
    pub absent: Option<Value>,
    /// Whether an empty text, list or block means the same as nothing.
    pub empty_is_absent: bool,
    /// When two values mean the same.
    pub equality: Equality,
    /// Checks of single values.
    pub validators: Vec<Validator>,
    /// Other attributes or blocks beside which it cannot be written.
    pub conflicts_with: Vec<&'static str>,
}

impl Facts {
    /// The value that counts where nothing is written.
    pub(crate) fn fallback(&self) -> Option<&Value> {
        self.default.as_ref().or(self.absent.as_ref())
    }

    /// The facts as sentences, in the idiom of Terraform's documentation.
    pub(crate) fn sentences(&self) -> String {
        let mut text = String::new();
        for validator in &self.validators {
            match validator {
                Validator::OneOf(words) => drop(write!(text, " Valid values: {}.", quoted(words).join(", "))),
                Validator::Between(least, most) => drop(write!(text, " Must be between {least} and {most}.")),
                Validator::AtLeast(least) => drop(write!(text, " Must be at least {least}.")),
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
            format!("[{}]", items.iter().map(|item| format!("{:?}", shown(item))).collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Unknown | Value::Map(_) | Value::Typed(_) => String::new(),
    }
}
