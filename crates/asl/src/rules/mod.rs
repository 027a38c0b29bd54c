//! The rules, one file each. The doc comment of a `RULE` is its documentation for users.

use std::ops::Range;

use crate::check::Form;
use crate::diagnostic::{Diagnostic, Severity};
use crate::json::Json;
use crate::model::QueryLanguage;
use crate::pointer::Pointer;
use crate::shape::{Field, Object, Reads, Shape};
use crate::subject::{Expression, Item, Subject};

/// A rule: what is looked for, and how users are told about it.
pub struct Rule {
    /// Stable code: `ASL0…` text, `ASL1…` structure, `ASL2…` graph, `ASL3…` expressions and variables, `ASL4…`
    /// permissions, `ASL5…` tasks, `ASL6…` data flow, `ASL7…` reliability, `ASL8…` cost.
    pub code: &'static str,
    /// Stable name for people.
    pub name: &'static str,
    /// How bad it is, where the finding does not say otherwise.
    pub severity: Severity,
    /// Markdown for users.
    pub explanation: &'static str,
    pub(crate) check: fn(&Subject<'_>, &mut Vec<Diagnostic>),
}

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

/// Declares a rule; its doc comment becomes the explanation.
macro_rules! rule {
    ($(#[doc = $doc:literal])* $code:literal $name:literal $severity:ident $check:expr) => {
        $(#[doc = $doc])*
        pub const RULE: $crate::rules::Rule = $crate::rules::Rule {
            code: $code,
            name: $name,
            severity: $crate::Severity::$severity,
            explanation: concat!($($doc, "\n"),*),
            check: $check,
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

/// A rule that looks at the text and not at the value, or is checked where a policy is derived.
fn elsewhere(_: &Subject<'_>, _: &mut Vec<Diagnostic>) {}

/// Calls `visit` for each object of the definition with its shape and place; the state machine comes first.
fn each_object<'a>(subject: &Subject<'a>, visit: &mut dyn FnMut(&'static Object, &'a Json, &Pointer)) {
    for item in &subject.objects {
        visit(item.shape, item.value, &item.at);
    }
}

/// Calls `visit` for each field of the language that the definition has, with its known value and the object it is in.
fn each_field<'a>(subject: &Subject<'a>, visit: &mut dyn FnMut(&'static Field, &'a Json, &Item<'a>)) {
    for item in &subject.objects {
        for (_, field, value) in item.members().filter(|(_, _, value)| !matches!(value, Json::Unknown)) {
            visit(field, value, item);
        }
    }
}

/// The objects of this name.
fn objects<'s, 'a>(subject: &'s Subject<'a>, name: &'static str) -> impl Iterator<Item = &'s Item<'a>> {
    subject.objects.iter().filter(move |item| item.shape.name == name)
}

/// The payload templates of the states in JSONPath, with the object that has them, and their place.
fn templates<'s, 'a>(subject: &'s Subject<'a>) -> impl Iterator<Item = (&'s Item<'a>, &'static Field, &'a Json)> {
    let of_item = |item: &'s Item<'a>| {
        let fields = item.shape.fields.iter().filter(|field| field.reads == Reads::Template);
        fields.filter_map(move |field| Some((item, field, item.value.get(&field.name)?)))
    };
    let items = subject.objects.iter().filter(|item| item.state.is_some());
    items.filter(|item| subject.language_of(item) == Some(QueryLanguage::JSONPath)).flat_map(of_item)
}

/// Words as a list for people: `` `a`, `b` ``.
fn list<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Whether a scope may leave out its states.
fn states_are_elsewhere(subject: &Subject<'_>, field: &Field, at: &Pointer) -> bool {
    subject.form == Form::Flat && field.shape == Shape::States && !at.tokens().is_empty()
}
