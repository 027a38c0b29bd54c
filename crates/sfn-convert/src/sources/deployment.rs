//! Converts `DeploymentPreference` of an alias to the block `deployment`.
//!
//! Sources: CloudFormation template reference, `AWS::StepFunctions::StateMachineAlias DeploymentPreference`; SAM
//! specification, `AWS::Serverless::StateMachine`.

use std::collections::BTreeSet;

use asl::{Json, Members};
use tfconfig::Writer;
use tfplugin::Value;

use super::Converted;
use super::choice::{Choice, alternatives, if_else};
use super::cloudformation::place;
use super::intrinsic::{Template, function, is_no_value};
use super::note::Note;
use crate::placeholders::Placeholders;

/// The type of a deployment without steps, and the default of SAM.
const AT_ONCE: &str = "ALL_AT_ONCE";
const TYPES: [&str; 3] = ["CANARY", "LINEAR", AT_ONCE];
/// Properties that only a deployment with steps can have, with the reason.
const OF_STEPS: [(&str, &str); 3] = [
    (
        "Alarms",
        "a deployment of the type `ALL_AT_ONCE` watches `alarms` only with `bake`: add both",
    ),
    ("Interval", "it has no effect with the type `ALL_AT_ONCE`"),
    ("Percentage", "it has no effect with the type `ALL_AT_ONCE`"),
];

/// The block of `DeploymentPreference` of the resource `id`.
pub(super) fn read(
    template: &Template<'_>,
    id: &str,
    preference: &Json,
    out: &mut Converted,
) -> Choice<Value> {
    let preference = by_type(preference);
    let mut reader = Reader {
        template,
        notes: BTreeSet::new(),
    };
    let choice: Choice<Value> = Choice::read(template, &preference, out, &mut |preference, out| {
        reader.block(preference, out)
    });
    reader.notes.extend(without_effect(&preference, &choice));
    let at = place(id).join("Properties").join("DeploymentPreference");
    for note in reader.notes {
        out.notes
            .push(Note::at(at.clone(), format!("`{id}`: {note}")));
    }
    choice
}

/// The preference with the conditions of its `Type` around it, because the type decides about the other properties.
fn by_type(preference: &Json) -> Json {
    if let Some((condition, yes, no)) = if_else(preference) {
        return if_then(condition, by_type(yes), by_type(no));
    }
    let Some((condition, yes, no)) = preference.get("Type").and_then(if_else) else {
        return preference.clone();
    };
    let with_type = |ty: &Json| {
        let mut members = preference.as_object().cloned().unwrap_or_default();
        members.insert("Type".to_owned(), ty.clone());
        by_type(&Json::Object(members))
    };
    if_then(condition, with_type(yes), with_type(no))
}

/// A call of `Fn::If`.
fn if_then(condition: &str, yes: Json, no: Json) -> Json {
    let arguments = Json::Array(vec![Json::from(condition), yes, no]);
    Json::Object(Members::from_iter([("Fn::If".to_owned(), arguments)]))
}

/// Notes about properties of steps, if no deployment has steps.
fn without_effect(preference: &Json, choice: &Choice<Value>) -> Vec<String> {
    let is_at_once = |block: &&Value| block.get("type").as_str() == Some(AT_ONCE);
    if !choice.values().iter().all(is_at_once) {
        return Vec::new();
    }
    let preferences = alternatives(preference);
    let is_given = |name: &str| preferences.iter().any(|it| given(it, name).is_some());
    OF_STEPS
        .into_iter()
        .filter(|(name, _)| is_given(name))
        .map(|(name, reason)| format!("`DeploymentPreference.{name}` is left out: {reason}"))
        .collect()
}

/// A value of a deployment with steps. If only Terraform can compute the type, the value depends on it.
fn of_steps(value: Value, ty: &Value, out: &mut Converted) -> Value {
    let is_computed = ty
        .as_str()
        .is_some_and(|ty| ty.contains(Placeholders::OPEN));
    if value.is_null() || !is_computed {
        return value;
    }
    let writer = Writer::new(out.placeholders.references());
    let (ty, value) = (writer.in_line(ty), writer.in_line(&value));
    let expression = format!("({ty} == \"{AT_ONCE}\") ? null : {value}");
    out.placeholders.text(&expression).into()
}

/// A property, unless it is absent.
fn given<'j>(preference: &'j Json, name: &str) -> Option<&'j Json> {
    preference
        .get(name)
        .filter(|value| !is_no_value(value) && **value != Json::Null)
}

/// A whole number, also as a string.
fn whole(value: &Json) -> Option<i64> {
    match value {
        Json::Number(number) => number.as_i64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Reads the properties of a deployment.
struct Reader<'a> {
    template: &'a Template<'a>,
    /// Steps to do by hand.
    notes: BTreeSet<String>,
}

impl Reader<'_> {
    fn block(&mut self, preference: &Json, out: &mut Converted) -> Option<Value> {
        if function(preference).is_some() || preference.as_object().is_none() {
            self.note("`DeploymentPreference` is left out: write the block `deployment` by hand");
            return None;
        }
        let ty = match given(preference, "Type") {
            Some(ty) => self.ty(ty, out),
            None => AT_ONCE.into(),
        };
        let mut block = Value::object([("type", ty.clone())]);
        if ty.as_str() == Some(AT_ONCE) {
            return Some(block);
        }
        if let Some(percentage) = given(preference, "Percentage") {
            let percentage = self.percentage(percentage, out);
            block.set("percentage", of_steps(percentage, &ty, out));
        }
        if let Some(interval) = given(preference, "Interval") {
            let interval = self.interval(interval, out);
            block.set("interval", of_steps(interval, &ty, out));
        }
        if let Some(alarms) = given(preference, "Alarms") {
            let alarms = self.alarms(alarms, out);
            block.set("alarms", of_steps(alarms, &ty, out));
        }
        Some(block)
    }

    fn ty(&mut self, value: &Json, out: &mut Converted) -> Value {
        let is_known = value.as_str().is_some_and(|ty| TYPES.contains(&ty));
        if function(value).is_none() && !is_known {
            self.note(
                "`DeploymentPreference.Type` must be `CANARY`, `LINEAR` or `ALL_AT_ONCE`: correct `type`",
            );
        }
        self.template.value(value, out)
    }

    fn percentage(&mut self, value: &Json, out: &mut Converted) -> Value {
        if function(value).is_some() {
            return self.template.value(value, out);
        }
        let percentage = whole(value);
        if percentage.is_none() {
            self.note(
                "`DeploymentPreference.Percentage` must be a whole number: write `percentage` by hand",
            );
        }
        percentage.into()
    }

    fn interval(&mut self, value: &Json, out: &mut Converted) -> Value {
        let template = self.template;
        let choice: Choice<Value> = Choice::read(template, value, out, &mut |value, out| {
            self.minutes(value, out).map(Value::from)
        });
        choice.settled(out)
    }

    /// A number of minutes as a text with its unit.
    fn minutes(&mut self, value: &Json, out: &mut Converted) -> Option<String> {
        if function(value).is_some() {
            return Some(format!("{}m", self.template.text(value, out)));
        }
        let minutes = whole(value);
        if minutes.is_none() {
            self.note(
                "`DeploymentPreference.Interval` must be a whole number of minutes: write `interval` by hand",
            );
        }
        minutes.map(|minutes| format!("{minutes}m"))
    }

    fn alarms(&mut self, value: &Json, out: &mut Converted) -> Value {
        let template = self.template;
        let choice: Choice<Value> = Choice::read(template, value, out, &mut |value, out| {
            self.names(value, out)
        });
        choice.settled(out)
    }

    /// Names of alarms, or an expression of them; `None` for an empty list.
    fn names(&mut self, value: &Json, out: &mut Converted) -> Option<Value> {
        if value.as_array().is_none() && function(value).is_none() {
            self.note("`DeploymentPreference.Alarms` must be a list: write `alarms` by hand");
            return None;
        }
        let names = self.template.definition(value, &Members::default(), out);
        asl_hcl::any_from_json(&names)
            .filter(|names| names.as_list().is_none_or(|names| !names.is_empty()))
    }

    fn note(&mut self, text: &str) {
        self.notes.insert(text.to_owned());
    }
}
