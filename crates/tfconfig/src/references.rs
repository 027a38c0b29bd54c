//! Replaces texts with expressions.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::expression::{escaped, quoted};

/// Texts with the expressions that replace them, such as an ARN and a resource, or a placeholder and a variable.
#[derive(Debug, Clone, Default)]
pub struct References {
    expressions: BTreeMap<String, String>,
}

impl References {
    /// Replaces `text` with `expression`, if it is a whole value or a part that is not inside of a longer name.
    pub fn insert(&mut self, text: impl Into<String>, expression: impl Into<String>) {
        self.expressions.insert(text.into(), expression.into());
    }

    /// Removes the expression of a text.
    pub fn remove(&mut self, text: &str) {
        self.expressions.remove(text);
    }

    /// Whether there are no references.
    pub fn is_empty(&self) -> bool {
        self.expressions.is_empty()
    }

    /// The expression of exactly this text.
    pub fn get(&self, text: &str) -> Option<&str> {
        self.expressions.get(text).map(String::as_str)
    }

    /// Adds all references of `other`.
    pub fn extend(&mut self, other: &References) {
        self.expressions.extend(
            other
                .expressions
                .iter()
                .map(|(text, expression)| (text.clone(), expression.clone())),
        );
    }

    /// A string as an expression.
    pub fn string(&self, text: &str) -> String {
        if let Some(expression) = self.get(text) {
            return expression.to_owned();
        }
        let mut written = String::new();
        let mut rest = text;
        let mut before = None;
        while let Some((start, found, expression)) = self.next(rest, before) {
            let (literal, from) = rest.split_at(start);
            // A `$` directly before an interpolation would escape it.
            match literal.strip_suffix('$') {
                Some(literal) => written.push_str(&format!("{}\\u0024", escaped(literal))),
                None => written.push_str(&escaped(literal)),
            }
            written.push_str(&format!("${{{expression}}}"));
            before = found.chars().next_back();
            rest = from.get(found.len()..).unwrap_or("");
        }
        if written.is_empty() {
            return quoted(text);
        }
        written.push_str(&escaped(rest));
        format!("\"{written}\"")
    }

    /// The first reference in `text`, and the longest of those that begin there.
    fn next<'a>(
        &'a self,
        text: &'a str,
        before: Option<char>,
    ) -> Option<(usize, &'a str, &'a str)> {
        let mut before = before;
        for (start, c) in text.char_indices() {
            let rest = text.get(start..).unwrap_or("");
            if let Some((found, expression)) = self.longest_at(rest, before) {
                return Some((start, found, expression));
            }
            before = Some(c);
        }
        None
    }

    /// The longest text that `rest` begins with. In sorted order, prefixes of `rest` come before `rest`, the longest
    /// last, with other texts that share a beginning between them.
    fn longest_at<'a>(&'a self, rest: &str, before: Option<char>) -> Option<(&'a str, &'a str)> {
        let mut upper = rest;
        while !upper.is_empty() {
            let range = (Bound::Unbounded, Bound::Included(upper));
            let (needle, expression) = self.expressions.range::<str, _>(range).next_back()?;
            if let Some(after) = rest.strip_prefix(needle.as_str()) {
                if !needle.is_empty() && stands_alone(needle, before, after.chars().next()) {
                    return Some((needle, expression));
                }
                // A shorter text may be a whole name.
                upper = shorter(needle, rest);
            } else {
                let shared = needle
                    .chars()
                    .zip(rest.chars())
                    .take_while(|(a, b)| a == b)
                    .map(|(c, _)| c.len_utf8());
                upper = rest.get(..shared.sum()).unwrap_or("");
            }
        }
        None
    }
}

/// The text without its last character, as a part of `rest`, which begins with it.
fn shorter<'a>(text: &str, rest: &'a str) -> &'a str {
    let last = text.chars().next_back().map_or(0, char::len_utf8);
    rest.get(..text.len() - last).unwrap_or("")
}

/// Whether a text is not a part of a longer name.
fn stands_alone(needle: &str, before: Option<char>, after: Option<char>) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let (first, last) = (needle.chars().next(), needle.chars().next_back());
    let joined = |a: Option<char>, b: Option<char>| matches!((a, b), (Some(a), Some(b)) if is_part(a) && is_part(b));
    !joined(before, first) && !joined(last, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_expressions() {
        let mut references = References::default();
        references.insert(
            "arn:aws:lambda:eu-west-1:1:function:f",
            "sfn_lambda_function.f.arn",
        );
        references.insert(
            "arn:aws:lambda:eu-west-1:1:function:f-long",
            "sfn_lambda_function.f_long.arn",
        );
        references.insert("arn:aws:lambda:eu-west-1:1:function:g", "g");
        references.insert("arn:aws:lambda:eu-west-1:1", "one");
        references.insert("\u{e000}0\u{e001}", "var.stage");
        for (text, expression) in [
            (
                "arn:aws:lambda:eu-west-1:1:function:f",
                "sfn_lambda_function.f.arn",
            ),
            (
                "arn:aws:lambda:eu-west-1:1:function:f:live",
                "\"${sfn_lambda_function.f.arn}:live\"",
            ),
            (
                "arn:aws:lambda:eu-west-1:1:function:f-long:1",
                "\"${sfn_lambda_function.f_long.arn}:1\"",
            ),
            (
                "arn:aws:lambda:eu-west-1:1:function:f2",
                "\"${one}:function:f2\"",
            ),
            (
                "arn:aws:lambda:eu-west-1:12:function:f",
                "\"arn:aws:lambda:eu-west-1:12:function:f\"",
            ),
            (
                "xarn:aws:lambda:eu-west-1:1",
                "\"xarn:aws:lambda:eu-west-1:1\"",
            ),
            (
                "a\"${b}-\u{e000}0\u{e001}\u{e000}0\u{e001}%{c}",
                "\"a\\\"$${b}-${var.stage}${var.stage}%%{c}\"",
            ),
            ("$$${a}$\u{e000}0\u{e001}", "\"$$$${a}\\u0024${var.stage}\""),
            ("", "\"\""),
        ] {
            assert_eq!(references.string(text), expression, "{text}");
        }
    }
}
