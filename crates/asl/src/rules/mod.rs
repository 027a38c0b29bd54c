//! The rules, one file each. The doc comment of a `RULE` is its documentation for users.

use crate::check::{Form, Subject};
use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::pointer::Pointer;
use crate::shape::{Field, Language, Object, Shape};

/// A rule: what is looked for, and how users are told about it.
pub struct Rule {
    /// Stable code: `ASL0…` text, `ASL1…` structure, `ASL2…` graph, `ASL4…` permissions.
    pub code: &'static str,
    /// Stable name for people.
    pub name: &'static str,
    /// Markdown for users.
    pub explanation: &'static str,
    pub(crate) check: fn(&Subject<'_>, &mut Vec<Diagnostic>),
}

/// Declares a rule; its doc comment becomes the explanation.
macro_rules! rule {
    ($(#[doc = $doc:literal])* $code:literal $name:literal $check:expr) => {
        $(#[doc = $doc])*
        pub const RULE: $crate::rules::Rule = $crate::rules::Rule {
            code: $code,
            name: $name,
            explanation: concat!($($doc, "\n"),*),
            check: $check,
        };
    };
}

pub mod any_resource;
pub mod duplicate_key;
pub mod duplicate_state_name;
pub mod invalid_json;
pub mod missing_field;
pub mod missing_target;
pub mod mutually_exclusive;
pub mod no_terminal_state;
pub mod out_of_range;
pub mod state_name_length;
pub mod too_large;
pub mod transition;
pub mod two_scopes;
pub mod unknown_field;
pub mod unknown_permissions;
pub mod unknown_state_type;
pub mod unknown_word;
pub mod unreachable_state;
pub mod wrong_type;

/// All rules, by code.
pub const RULES: &[Rule] = &[
    invalid_json::RULE,
    duplicate_key::RULE,
    too_large::RULE,
    unknown_field::RULE,
    wrong_type::RULE,
    missing_field::RULE,
    out_of_range::RULE,
    unknown_word::RULE,
    mutually_exclusive::RULE,
    unknown_state_type::RULE,
    state_name_length::RULE,
    missing_target::RULE,
    unreachable_state::RULE,
    two_scopes::RULE,
    no_terminal_state::RULE,
    transition::RULE,
    duplicate_state_name::RULE,
    any_resource::RULE,
    unknown_permissions::RULE,
];

/// A rule that looks at the text and not at the value, or is checked where a policy is derived.
fn elsewhere(_: &Subject<'_>, _: &mut Vec<Diagnostic>) {}

/// Calls `visit` for each object of the definition with its shape and place; the state machine comes first.
fn each_object<'a>(subject: &Subject<'a>, visit: &mut dyn FnMut(&'static Object, &'a Json, &Pointer)) {
    each_inside(&Language::get().definition, subject.root, &Pointer::root(), visit);
}

fn each_inside<'a>(
    shape: &'static Object,
    value: &'a Json,
    at: &Pointer,
    visit: &mut dyn FnMut(&'static Object, &'a Json, &Pointer),
) {
    if !matches!(value, Json::Object(_)) {
        return;
    }
    visit(shape, value, at);
    for field in &shape.fields {
        let (Some(inner), place) = (value.get(&field.name), at.join(&field.name)) else {
            continue;
        };
        match (&field.shape, inner) {
            (Shape::Object(name), inner) => {
                if let Some(object) = Language::get().object(name) {
                    each_inside(object, inner, &place, visit);
                }
            }
            (Shape::Objects(name), Json::Array(elements)) => {
                let Some(object) = Language::get().object(name) else {
                    continue;
                };
                for (index, element) in elements.iter().enumerate() {
                    each_inside(object, element, &place.join(index), visit);
                }
            }
            (Shape::States, Json::Object(states)) => {
                for (name, state) in states {
                    let ty = state.get("Type").and_then(Json::as_str);
                    if let Some(object) = ty.and_then(|ty| Language::get().state(ty)) {
                        each_inside(object, state, &place.join(name), visit);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Calls `visit` for each field of the language that the definition has, with its known value and place.
fn each_field<'a>(subject: &Subject<'a>, visit: &mut dyn FnMut(&'static Field, &'a Json, Pointer)) {
    each_object(subject, &mut |object, value, at| {
        for field in &object.fields {
            match value.get(&field.name) {
                None | Some(Json::Unknown) => {}
                Some(inner) => visit(field, inner, at.join(&field.name)),
            }
        }
    });
}

/// Whether a scope may leave out its states.
fn states_are_elsewhere(subject: &Subject<'_>, field: &Field, at: &Pointer) -> bool {
    subject.form == Form::Flat && field.shape == Shape::States && !at.tokens().is_empty()
}
