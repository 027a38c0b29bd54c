//! The type of rules.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Severity};
use crate::pointer::JsonPointer;
use crate::policy::Gap;
use crate::references::{DeniedAction, KnownReference};
use crate::semantic::{Expression, Node, SemanticModel};
use crate::syntax::TextError;

/// The page of the Terraform Registry with the documentation of all rules.
const PAGE: &str =
    "https://registry.terraform.io/providers/terraform-provider-sfn/sfn/latest/docs/guides/checks";

/// A rule, with its documentation and its checks.
pub struct Rule {
    /// Stable code; the digit after `ASL` is the family.
    pub code: &'static str,
    /// Name of the problem, such as `missing-field`.
    pub name: &'static str,
    /// Earlier names, which also select the rule.
    pub aliases: &'static [&'static str],
    /// Default severity of its findings.
    pub severity: Severity,
    /// Documentation as Markdown. Each line begins with a space.
    pub explanation: &'static str,
    /// Its checks.
    pub(crate) checks: &'static [Check],
}

/// The input of a check, by stage: from the text to the state of the called resources in AWS.
pub(crate) enum Check {
    /// Each problem found while parsing the text.
    Syntax(fn(&TextError, &mut Vec<Diagnostic>)),
    /// The text as a whole.
    Text(fn(&str, &mut Vec<Diagnostic>)),
    /// The definition as a whole.
    Whole(fn(&SemanticModel<'_>, &mut Vec<Diagnostic>)),
    /// Each object of a type: the name of the type, `State` for all states, or `Any`.
    Object(&'static str, CheckObject),
    /// Each permission that cannot be derived exactly.
    Policy(fn(&Gap, &mut Vec<Diagnostic>)),
    /// Each resource that a state calls, with its status in AWS.
    Reference(fn(&KnownReference<'_>, &mut Vec<Diagnostic>)),
    /// Each action that the role does not allow.
    Denied(fn(&DeniedAction<'_>, &mut Vec<Diagnostic>)),
}

pub(crate) type CheckObject = fn(&SemanticModel<'_>, &Node<'_>, &mut Vec<Diagnostic>);

impl Rule {
    /// Returns whether this is the name or an earlier name of the rule.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }

    /// Returns the documentation as Markdown.
    pub fn documentation(&self) -> String {
        let lines: Vec<&str> = self
            .explanation
            .lines()
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect();
        lines.join("\n").trim().to_owned()
    }

    /// Returns the first sentence of the documentation, without its period.
    pub fn summary(&self) -> String {
        let documentation = self.documentation();
        let text = documentation
            .strip_prefix("## What it does")
            .unwrap_or(&documentation)
            .trim_start();
        let paragraph = text.split("\n\n").next().unwrap_or("").replace('\n', " ");
        paragraph
            .split(". ")
            .next()
            .unwrap_or("")
            .trim_end_matches('.')
            .to_owned()
    }

    /// Returns the anchor of the rule on the page of checks.
    pub fn anchor(&self) -> String {
        format!("{}-{}", self.code.to_lowercase(), self.name)
    }

    /// Returns the address of the documentation.
    pub fn help_uri(&self) -> String {
        format!("{PAGE}#{}", self.anchor())
    }

    /// A finding of this rule.
    pub(crate) fn finding(&self, at: JsonPointer, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.code, at, message).severity(self.severity)
    }

    /// A finding about a part of an expression.
    pub(crate) fn inside(
        &self,
        expression: &Expression<'_>,
        part: &Range<usize>,
        message: String,
    ) -> Diagnostic {
        self.finding(expression.at.clone(), message)
            .inside(expression.text, expression.range(part))
    }
}

/// Declares a rule: documentation, code, name, earlier names, severity, and the function for each input.
macro_rules! rule {
    (@check Syntax $function:ident) => { $crate::rules::Check::Syntax($function) };
    (@check Text $function:ident) => { $crate::rules::Check::Text($function) };
    (@check Whole $function:ident) => { $crate::rules::Check::Whole($function) };
    (@check Policy $function:ident) => { $crate::rules::Check::Policy($function) };
    (@check Reference $function:ident) => { $crate::rules::Check::Reference($function) };
    (@check Denied $function:ident) => { $crate::rules::Check::Denied($function) };
    (@check $object:ident $function:ident) => { $crate::rules::Check::Object(stringify!($object), $function) };
    (
        $(#[doc = $doc:literal])*
        $code:literal $name:literal [$($alias:literal),*] $severity:ident
        $($($object:ident)|+ => $function:ident),+
    ) => {
        pub(crate) const RULE: $crate::rules::Rule = $crate::rules::Rule {
            code: $code,
            name: $name,
            aliases: &[$($alias),*],
            severity: $crate::Severity::$severity,
            explanation: concat!($($doc, "\n"),*),
            checks: &[$($(rule!(@check $object $function)),+),+],
        };
    };
}
