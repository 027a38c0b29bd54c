//! Findings about a definition.

use std::borrow::Cow;
use std::ops::Range;

use printable::printable;

use crate::pointer::JsonPointer;

/// Severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// AWS rejects the definition, or it always fails.
    Error,
    /// AWS accepts it, and it is likely to fail.
    Warning,
    /// It does not follow good practice.
    Lint,
}

impl Severity {
    /// All severities, the highest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Lint];

    /// Name of the severity, in lowercase.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Lint => "lint",
        }
    }

    /// The severity with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|severity| severity.name() == name)
    }
}

/// Another place that is related to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The place.
    pub pointer: JsonPointer,
    /// How it is related to the finding.
    pub message: String,
    /// Byte range in the text, for a definition that was parsed from text.
    pub span: Option<Range<usize>>,
}

/// The answer of AWS to the same mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsAnswer {
    /// The code, such as `SCHEMA_VALIDATION_FAILED`.
    pub code: &'static str,
    /// The place, if AWS returns one.
    pub at: Option<JsonPointer>,
}

impl AwsAnswer {
    /// The place in the notation of AWS.
    pub fn location(&self) -> Option<String> {
        self.at.as_ref().map(JsonPointer::aws_location)
    }
}

/// A part of a string with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inside {
    /// The whole string.
    pub text: String,
    /// Byte range of the part that the finding is about.
    pub range: Range<usize>,
}

/// An edit that resolves a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Place of the value to replace, or of the member whose name to replace if `is_key` is set.
    pub pointer: JsonPointer,
    /// Whether to replace the name of the member instead of its value.
    pub is_key: bool,
    /// The new text, without quotes.
    pub replacement: String,
    /// Whether the workflow does not change its behavior.
    pub is_safe: bool,
    /// Byte range to replace, including quotes. `None` if the definition was not parsed from text, or if the
    /// value is not a single plain or quoted string.
    pub span: Option<Range<usize>>,
}

impl Fix {
    /// Replaces a value with a string.
    pub fn value(pointer: JsonPointer, replacement: impl Into<String>) -> Self {
        Self {
            pointer,
            is_key: false,
            replacement: replacement.into(),
            is_safe: true,
            span: None,
        }
    }

    /// Replaces the name of a member.
    pub fn key(pointer: JsonPointer, replacement: impl Into<String>) -> Self {
        Self {
            pointer,
            is_key: true,
            replacement: replacement.into(),
            is_safe: true,
            span: None,
        }
    }

    /// Returns the text that replaces the span: in quotes if the span has quotes or if the replacement needs
    /// them. `None` for a fix without a span.
    pub fn written(&self, text: &str) -> Option<String> {
        let old = text.get(self.span.clone()?)?;
        let word = &self.replacement;
        let is_plain = word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-:/${}".contains(c))
            && !word.ends_with(':');
        Some(match old.chars().next() {
            Some('\'') => format!("'{}'", word.replace('\'', "''")),
            Some('"') => serde_json::Value::from(word.as_str()).to_string(),
            _ if is_plain => word.clone(),
            _ => serde_json::Value::from(word.as_str()).to_string(),
        })
    }

    /// The same fix, which is safe only if the condition is true.
    #[must_use]
    pub(crate) fn safe_if(self, is_safe: bool) -> Self {
        Self { is_safe, ..self }
    }
}

/// Codes of the warnings of AWS (API reference of ValidateStateMachineDefinition). With any other code, AWS
/// rejects the definition.
const AWS_WARNINGS: [&str; 3] = ["NO_DOLLAR", "NO_PATH", "PASS_RESULT_IS_STATIC"];

/// Code of AWS for most invalid definitions.
pub const SCHEMA: &str = "SCHEMA_VALIDATION_FAILED";

/// A finding about a definition.
///
/// A message begins with a lowercase letter and has no final period. Names and values of the definition are in
/// backticks. The help says how to resolve the finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code, such as `ASL2001`.
    pub code: &'static str,
    /// Severity.
    pub severity: Severity,
    /// The problem.
    pub message: String,
    /// How to resolve it. May be empty.
    pub help: String,
    /// Place in the definition.
    pub pointer: JsonPointer,
    /// Part of the string at that place, for a finding about a part of an expression.
    pub inside: Option<Inside>,
    /// Whether the value must not be shown, because it may be a secret.
    pub private: bool,
    /// Whether the finding is about the name of the member instead of its value.
    pub about_name: bool,
    /// The answer of AWS, if it is known.
    pub aws: Option<AwsAnswer>,
    /// Byte range in the text, for a definition that was parsed from text.
    pub span: Option<Range<usize>>,
    /// Related places.
    pub related: Vec<Related>,
    /// The repair, if it is certain.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// Creates an error with a code at a place.
    pub fn error(code: &'static str, pointer: JsonPointer, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: shown(message),
            help: String::new(),
            pointer,
            inside: None,
            private: false,
            about_name: false,
            aws: None,
            span: None,
            related: Vec::new(),
            fix: None,
        }
    }

    /// The same finding with the code and the place that AWS returns.
    #[must_use]
    pub fn aws(self, code: &'static str, at: Option<JsonPointer>) -> Self {
        Self {
            aws: Some(AwsAnswer { code, at }),
            ..self
        }
    }

    /// The same finding with the answer of AWS for most invalid definitions, at this place.
    #[must_use]
    pub fn schema(self, at: &JsonPointer) -> Self {
        self.aws(SCHEMA, Some(at.clone()))
    }

    /// The same finding, without a code of a rejection if it is not an error.
    #[must_use]
    pub(crate) fn without_false_rejection(self) -> Self {
        let is_error = self.severity == Severity::Error;
        let aws = self
            .aws
            .filter(|aws| is_error || AWS_WARNINGS.contains(&aws.code));
        Self { aws, ..self }
    }

    /// The same finding about a part of the string at its place.
    #[must_use]
    pub fn inside(self, text: &str, range: Range<usize>) -> Self {
        let whole = range.is_empty() || range.end > text.len();
        let range = if whole { 0..text.len() } else { range };
        Self {
            inside: Some(Inside {
                text: text.to_owned(),
                range,
            }),
            ..self
        }
    }

    /// The same finding about a value that must not be shown.
    #[must_use]
    pub fn private(self) -> Self {
        Self {
            private: true,
            ..self
        }
    }

    /// The same finding about the name of the member.
    #[must_use]
    pub(crate) fn about_name(self) -> Self {
        Self {
            about_name: true,
            ..self
        }
    }

    /// The same finding with another severity.
    #[must_use]
    pub fn severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    /// The same finding as a warning.
    #[must_use]
    pub fn as_warning(self) -> Self {
        Self {
            severity: Severity::Warning,
            ..self
        }
    }

    /// The same finding at these bytes of the text.
    #[must_use]
    pub(crate) fn at_bytes(self, span: Range<usize>) -> Self {
        Self {
            span: Some(span),
            ..self
        }
    }

    /// The same finding with a help text.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self {
            help: shown(help),
            ..self
        }
    }

    /// The same finding with a related place.
    #[must_use]
    pub fn related(mut self, pointer: JsonPointer, message: impl Into<String>) -> Self {
        self.related.push(Related {
            pointer,
            message: shown(message),
            span: None,
        });
        self
    }

    /// The same finding with a repair, if it is certain.
    #[must_use]
    pub(crate) fn fix_if(self, certain: bool, fix: Fix) -> Self {
        if certain { self.fix(fix) } else { self }
    }

    /// The same finding with its repair changed.
    #[must_use]
    pub(crate) fn map_fix(self, change: impl FnOnce(Fix) -> Fix) -> Self {
        Self {
            fix: self.fix.map(change),
            ..self
        }
    }

    /// The same finding with a repair.
    #[must_use]
    pub fn fix(self, fix: Fix) -> Self {
        Self {
            fix: Some(fix),
            ..self
        }
    }
}

/// Makes a text printable, which may contain text of the definition.
fn shown(text: impl Into<String>) -> String {
    let text = text.into();
    match printable(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(shown) => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replacement_is_written_like_what_it_replaces() {
        let written = |text: &str, word: &str| {
            let span = Some(0..text.len());
            Fix {
                span,
                ..Fix::value(JsonPointer::root(), word)
            }
            .written(text)
            .unwrap()
        };
        assert_eq!(written("\"Shiped\"", "a \"b\""), "\"a \\\"b\\\"\"");
        assert_eq!(written("'Shiped'", "it's"), "'it''s'");
        assert_eq!(
            written("Shiped", "arn:${AWS::Partition}:x"),
            "arn:${AWS::Partition}:x"
        );
        for word in ["a b", "a:", "#a", "ä"] {
            assert_eq!(written("Shiped", word), format!("\"{word}\""));
        }
        assert_eq!(Fix::value(JsonPointer::root(), "a").written("b"), None);
    }
}
