//! Converts versions and aliases of state machines.

use asl::{Json, Members};
use tfplugin::Value;

use super::choice::{Target, alternatives, set_block};
use super::cloudformation::{inside, place};
use super::intrinsic::{Template, is_no_value};
use super::note::Note;
use super::{Converted, Resource, deployment};
use crate::machine::{Beside, Machine};

/// Type of the resource.
const TYPE: &str = "sfn_alias";

/// An alias that leads to the newest version of a state machine of the template.
#[derive(Debug)]
pub(super) struct Alias<'a> {
    /// Logical ID of the resource that declares the alias.
    pub id: &'a str,
    /// Label of the state machine.
    pub machine: &'a str,
    pub name: Value,
    pub description: Value,
    /// Stands for the name in the label, if only Terraform can compute the name.
    pub fallback: &'a str,
    /// `DeploymentPreference`.
    pub preference: Option<&'a Json>,
}

/// Expression of the newest version of a state machine.
fn newest(label: &str) -> String {
    format!("sfn_state_machine.{label}.state_machine_version_arn")
}

/// Adds an alias. One with a gradual deployment has one version, and others have a route to it.
pub(super) fn add(template: &Template<'_>, alias: Alias<'_>, out: &mut Converted) {
    let known = alias.name.as_str().filter(|name| name.is_ascii());
    let label = tfconfig::label(&format!(
        "{}_{}",
        alias.machine,
        known.unwrap_or(alias.fallback)
    ));
    let version = out.placeholders.text(&newest(alias.machine));
    let mut value = Value::object([
        ("name", alias.name.clone()),
        ("description", alias.description.clone()),
    ]);
    let mut beside = Beside::default();
    match alias.preference {
        Some(preference) => {
            value.set("state_machine_version", version);
            let choice = deployment::read(template, alias.id, preference, out);
            let target = Target {
                ty: TYPE,
                settings: &mut value,
                beside: &mut beside,
            };
            set_block("deployment", &choice, target, out);
        }
        None => {
            let route = Value::object([
                ("state_machine_version_arn", version.into()),
                ("weight", 100.into()),
            ]);
            value.set("routing_configuration", Value::List(vec![route]));
        }
    }
    let name = out
        .placeholders
        .references()
        .string(alias.name.as_str().unwrap_or(""));
    let arn = out.arns.get(alias.machine).cloned().unwrap_or_default();
    let id = format!("\"{}:{}\"", inside(&arn), inside(&name));
    out.import(&format!("{TYPE}.{label}"), &id);
    out.resources.push(Resource {
        ty: TYPE.into(),
        label,
        value,
        beside,
    });
}

/// Converts the alias that SAM adds to a state machine.
pub(super) fn auto_publish(
    template: &Template<'_>,
    id: &str,
    properties: &Members,
    machine: &mut Machine,
    out: &mut Converted,
) {
    let given = |name: &str| properties.get(name).filter(|value| !is_no_value(value));
    let preference = given("DeploymentPreference");
    if let Some(name) = given("AutoPublishAlias") {
        machine.settings.set("publish", true);
        let alias = Alias {
            id,
            machine: &machine.label,
            name: template.value(name, out),
            description: Value::Null,
            fallback: "live",
            preference,
        };
        add(template, alias, out);
    } else if preference.is_some() {
        let at = place(id).join("Properties").join("DeploymentPreference");
        let note = "`DeploymentPreference` is left out: set `AutoPublishAlias` as well";
        out.notes.push(Note::at(at, format!("`{id}`: {note}")));
    }
}

/// Converts a version resource to the argument `publish` of its state machine.
pub(super) fn publish(template: &Template<'_>, id: &str, resource: &Json, out: &mut Converted) {
    let machine = resource
        .get("Properties")
        .and_then(|properties| properties.get("StateMachineArn"));
    let label = machine.and_then(|machine| machine_named(template, machine));
    let description = resource
        .get("Properties")
        .and_then(|properties| properties.get("Description"));
    let description = description.map_or(Value::Null, |text| template.value(text, out));
    match label.and_then(|label| {
        out.machines
            .iter_mut()
            .find(|machine| machine.label == label)
    }) {
        Some(machine) => {
            machine.settings.set("publish", true);
            machine.settings.set("version_description", description);
        }
        None => out.notes.push(Note::at(
            place(id),
            format!("`{id}` is left out: its state machine is not in this template"),
        )),
    }
}

/// Converts an alias resource.
pub(super) fn convert(
    template: &Template<'_>,
    resources: &Members,
    id: &str,
    resource: &Json,
    out: &mut Converted,
) {
    let property = |name: &str| {
        resource
            .get("Properties")
            .and_then(|properties| properties.get(name))
            .filter(|value| !is_no_value(value))
    };
    let preference = property("DeploymentPreference");
    let routes = property("RoutingConfiguration");
    let Some(machine) = machine_of(template, resources, &versions(preference, routes)) else {
        out.notes.push(Note::at(
            place(id),
            format!("`{id}` is left out: add an `sfn_alias` with its versions"),
        ));
        return;
    };
    let name = property("Name")
        .map(|name| template.value(name, out))
        .unwrap_or_default();
    if name.is_null() {
        out.notes.push(Note::at(
            place(id),
            format!("`{id}` is left out: it has no name"),
        ));
        return;
    }
    if preference.is_some() && routes.is_some() {
        out.notes.push(Note::at(
            place(id).join("Properties").join("RoutingConfiguration"),
            format!(
                "`{id}`: `RoutingConfiguration` is left out: `state_machine_version` replaces it"
            ),
        ));
    }
    let description = property("Description").map_or(Value::Null, |text| template.value(text, out));
    let alias = Alias {
        id,
        machine: &machine,
        name,
        description,
        fallback: "alias",
        preference,
    };
    add(template, alias, out);
}

/// The versions that an alias leads to: those of its deployment, or else the version of its only route.
fn versions<'j>(preference: Option<&'j Json>, routes: Option<&'j Json>) -> Vec<&'j Json> {
    let deployed: Vec<&'j Json> = preference
        .into_iter()
        .flat_map(alternatives)
        .filter_map(|preference| preference.get("StateMachineVersionArn"))
        .flat_map(alternatives)
        .collect();
    if !deployed.is_empty() {
        return deployed;
    }
    routes
        .and_then(Json::as_array)
        .filter(|routes| routes.len() == 1)
        .and_then(<[Json]>::first)
        .and_then(|route| route.get("StateMachineVersionArn"))
        .into_iter()
        .collect()
}

/// Label of the state machine to which all of these versions belong.
fn machine_of(template: &Template<'_>, resources: &Members, versions: &[&Json]) -> Option<String> {
    let of_version = |version: &Json| {
        let version = resources.get(logical_id(version)?)?;
        machine_named(template, version.get("Properties")?.get("StateMachineArn")?)
    };
    let mut machines = versions.iter().copied().map(of_version);
    let first = machines.next()??;
    machines
        .all(|machine| machine.as_ref() == Some(&first))
        .then_some(first)
}

/// Label of the state machine that a value refers to.
fn machine_named(template: &Template<'_>, value: &Json) -> Option<String> {
    template.machines.get(logical_id(value)?).cloned()
}

/// Logical ID of the resource that a value refers to.
fn logical_id(value: &Json) -> Option<&str> {
    match (value.get("Ref"), value.get("Fn::GetAtt")) {
        (Some(Json::String(name)), _) => Some(name.as_str()),
        (_, Some(Json::String(path))) => path.split('.').next(),
        (_, Some(Json::Array(parts))) => parts.first()?.as_str(),
        _ => None,
    }
}
