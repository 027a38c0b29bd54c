//! The rules, one file each. The doc comment of a `RULE` is its documentation for users.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use foldhash::fast::RandomState;

use crate::check::Form;
use crate::diagnostic::{Diagnostic, Selection, Severity, did_you_mean};
use crate::json::Json;
use crate::model::QueryLanguage;
use crate::pointer::{Pointer, Way};
use crate::shape::{Field, Language, Object, Reads, Shape};
use crate::subject::{Expression, Item, Subject};

/// A rule: what is looked for, and how users are told about it.
pub struct Rule {
    /// Stable code: `ASL0…` text, `ASL1…` structure, `ASL2…` graph, `ASL3…` expressions and variables, `ASL4…`
    /// permissions and wiring, `ASL5…` tasks, `ASL6…` data flow, `ASL7…` reliability, `ASL8…` cost.
    pub code: &'static str,
    /// Stable name for people.
    pub name: &'static str,
    /// How bad it is, where the finding does not say otherwise.
    pub severity: Severity,
    /// Markdown for users.
    pub explanation: &'static str,
    /// What it looks at; nothing when the text is read, or a policy derived, is the time to find it.
    pub(crate) checks: &'static [Check],
}

/// What a rule looks at.
pub(crate) enum Check {
    /// The definition as a whole.
    Whole(fn(&Subject<'_>, &mut Vec<Diagnostic>)),
    /// Each object of a shape: its name, `State` for all states, or `Any`.
    Object(&'static str, CheckObject),
}

pub(crate) type CheckObject = fn(&Subject<'_>, &Item<'_>, &mut Vec<Diagnostic>);

impl Rule {
    /// A finding of this rule.
    pub(crate) fn finding(&self, at: Pointer, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.code, at, message).severity(self.severity)
    }

    /// A finding about a part of an expression.
    pub(crate) fn inside(&self, expression: &Expression<'_>, part: &Range<usize>, message: String) -> Diagnostic {
        self.finding(expression.at.clone(), message).inside(expression.text, expression.range(part))
    }
}

/// The rule with this code or name.
pub fn rule_named(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code.eq_ignore_ascii_case(name) || rule.name == name)
}

/// Whether a word selects a rule: its code, its name, or the beginning of codes.
///
/// # Errors
/// The name of a rule that is likely meant, where there is one.
pub fn selects(word: &str) -> Result<(), Option<&'static str>> {
    let selection = Selection { ignore: vec![word.to_owned()], ..Selection::default() };
    if RULES.iter().any(|rule| selection.ignores(rule.code)) {
        return Ok(());
    }
    Err(did_you_mean(word, RULES.iter().flat_map(|rule| [rule.code, rule.name])))
}

/// Declares a rule by its explanation, code, name, severity and what looks at which shape.
macro_rules! rule {
    (@check Whole $function:ident) => { $crate::rules::Check::Whole($function) };
    (@check $shape:ident $function:ident) => { $crate::rules::Check::Object(stringify!($shape), $function) };
    ($(#[doc = $doc:literal])* $code:literal $name:literal $severity:ident $($($shape:ident)|+ => $function:ident),*) => {
        $(#[doc = $doc])*
        pub const RULE: $crate::rules::Rule = $crate::rules::Rule {
            code: $code,
            name: $name,
            severity: $crate::Severity::$severity,
            explanation: concat!($($doc, "\n"),*),
            checks: &[$($(rule!(@check $shape $function)),+),*],
        };
    };
}

/// Declares the files of the rules and their table.
macro_rules! rules {
    ($($file:ident)*) => {
        $(pub mod $file;)*

        /// All rules, by code.
        pub const RULES: &[Rule] = &[$($file::RULE),*];
    };
}

rules! {
    invalid_json
    duplicate_key
    too_large
    unknown_field
    wrong_type
    missing_field
    out_of_range
    unknown_word
    mutually_exclusive
    unknown_state_type
    state_name_length
    wrong_language
    language_downgrade
    invalid_timestamp
    invalid_label
    duplicate_label
    catch_all_last
    unknown_error
    comparison
    processor_config
    item_reader
    result_writer
    item_batcher
    heartbeat
    duplicate_map_input
    missing_target
    unreachable_state
    two_scopes
    no_terminal_state
    transition
    duplicate_state_name
    endless
    invalid_path
    reference_path
    payload_template
    duplicate_template_key
    path_as_text
    intrinsic_arguments
    context_field
    jsonata_delimiters
    jsonata_syntax
    jsonata_reference
    states_field
    jsonata_function
    variable_name
    shadowed_variable
    undefined_variable
    unused_variable
    any_resource
    unknown_permissions
    missing_object
    function_not_ready
    retired_runtime
    function_timeout
    unpublished_function
    role_denied
    invalid_resource
    unknown_integration
    integration_pattern
    task_parameters
    http_task
    express
    credentials
    dynamodb_value
    token_not_passed
    prefer_optimized
    direct_function
    sync_output
    older_name
    plain_secret
    mixed_partition
    missing_input
    lost_input
    replaced_input
    missing_timeout
    missing_heartbeat
    unhandled_failure
    dead_entry
    missing_default
    dead_rule
    hot_loop
    deadline
    map_limits
    fits_express
}

/// Checks a definition by all rules. Those that look at objects see one object after the other.
pub(crate) fn check(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for item in &subject.objects {
        for check in CHECKS.get(item.shape.name.as_str()).into_iter().flatten() {
            check(subject, item, &mut findings);
        }
    }
    for rule in RULES {
        for check in rule.checks {
            if let Check::Whole(check) = check {
                check(subject, &mut findings);
            }
        }
    }
    findings
}

/// What looks at an object, by the name of its shape.
static CHECKS: LazyLock<HashMap<&str, Vec<CheckObject>, RandomState>> = LazyLock::new(|| {
    let language = Language::get();
    let states = language.states.iter().map(|state| (state, true));
    let others = language.objects().chain([&language.definition]).map(|object| (object, false));
    let of = |(object, is_state): (&'static Object, bool)| {
        let name = object.name.as_str();
        let looks = |shape: &str| shape == "Any" || shape == name || (shape == "State" && is_state);
        let checks = RULES.iter().flat_map(|rule| rule.checks).filter_map(|check| match check {
            Check::Object(shape, check) if looks(shape) => Some(*check),
            _ => None,
        });
        (name, checks.collect())
    };
    others.chain(states).map(of).collect()
});

/// The payload templates of an object in JSONPath, with their places.
fn templates<'s, 'a>(subject: &'s Subject<'a>, item: &'s Item<'a>) -> impl Iterator<Item = (Way<'s>, &'a Json)> {
    let reads = item.state.is_some() && subject.language_of(item) == Some(QueryLanguage::JSONPath);
    let templates = item.members().filter(move |(field, _)| reads && field.reads == Reads::Template);
    templates.map(|(field, value)| (Way::Field(&item.at, &field.name), value))
}

/// Words as a list for people: `` `a`, `b` ``.
fn list<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Whether a scope may leave out its states.
fn states_are_elsewhere(subject: &Subject<'_>, field: &Field, at: &Pointer) -> bool {
    subject.form == Form::Flat && field.shape == Shape::States && !at.tokens().is_empty()
}
