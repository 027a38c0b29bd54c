//! Converts CloudFormation and SAM templates.
//!
//! Sources: CloudFormation template reference, `AWS::StepFunctions::StateMachine`, `…::StateMachineVersion` and
//! `…::StateMachineAlias`; SAM specification, `AWS::Serverless::StateMachine`.

use asl::{Json, JsonPointer, Members};
use tfplugin::Value;

use super::alias;
use super::choice::{self, Choice, Target};
use super::intrinsic::{Template, function};
use super::left_out::left_out;
use super::note::Note;
use super::tags::tags;
use super::{Converted, Map, Resource, Source, Variable, label_of, relative};
use crate::definition;
use crate::machine::{Definition, Machine};

/// Types of state machines.
const MACHINES: [&str; 2] = [
    "AWS::StepFunctions::StateMachine",
    "AWS::Serverless::StateMachine",
];
const VERSION: &str = "AWS::StepFunctions::StateMachineVersion";
const ALIAS: &str = "AWS::StepFunctions::StateMachineAlias";
const ACTIVITY: &str = "AWS::StepFunctions::Activity";

/// Converted properties of both types of state machines. Other properties are named in a note.
const KEPT: [&str; 30] = [
    "AutoPublishAlias",
    "Definition",
    "DefinitionS3Location",
    "DefinitionString",
    "DefinitionSubstitutions",
    "DefinitionUri",
    "DeploymentPreference.Alarms",
    "DeploymentPreference.Interval",
    "DeploymentPreference.Percentage",
    "DeploymentPreference.Type",
    "EncryptionConfiguration.KmsDataKeyReusePeriodSeconds",
    "EncryptionConfiguration.KmsKeyId",
    "EncryptionConfiguration.Type",
    "Logging.Destinations.CloudWatchLogsLogGroup.LogGroupArn",
    "Logging.IncludeExecutionData",
    "Logging.Level",
    "LoggingConfiguration.Destinations.CloudWatchLogsLogGroup.LogGroupArn",
    "LoggingConfiguration.IncludeExecutionData",
    "LoggingConfiguration.Level",
    "Name",
    "PermissionsBoundary",
    "Role",
    "RoleArn",
    "RolePath",
    "StateMachineName",
    "StateMachineType",
    "Tags",
    "Tracing.Enabled",
    "TracingConfiguration.Enabled",
    "Type",
];
const KEPT_OF_VERSION: [&str; 2] = ["Description", "StateMachineArn"];
const KEPT_OF_ALIAS: [&str; 8] = [
    "DeploymentPreference.Alarms",
    "DeploymentPreference.Interval",
    "DeploymentPreference.Percentage",
    "DeploymentPreference.StateMachineVersionArn",
    "DeploymentPreference.Type",
    "Description",
    "Name",
    "RoutingConfiguration",
];
const KEPT_OF_ACTIVITY: [&str; 5] = [
    "EncryptionConfiguration.KmsDataKeyReusePeriodSeconds",
    "EncryptionConfiguration.KmsKeyId",
    "EncryptionConfiguration.Type",
    "Name",
    "Tags",
];
/// Attributes of a resource that are converted, have a note of their own, or have no meaning outside of the stack.
const KEPT_ATTRIBUTES: [&str; 6] = [
    "Condition",
    "DeletionPolicy",
    "Metadata",
    "Properties",
    "Type",
    "UpdateReplacePolicy",
];

/// Converts a template.
///
/// # Errors
/// When the template has no state machine.
pub fn convert(root: &Json, source: &Source<'_>, map: &Map) -> Result<Converted, String> {
    let resources = root
        .get("Resources")
        .and_then(Json::as_object)
        .cloned()
        .unwrap_or_default();
    let ty = |resource: &Json| {
        resource
            .get("Type")
            .and_then(Json::as_str)
            .unwrap_or("")
            .to_owned()
    };
    let mut template = Template {
        root,
        map,
        machines: Default::default(),
    };
    for (id, _) in resources
        .iter()
        .filter(|(_, resource)| MACHINES.contains(&ty(resource).as_str()))
    {
        let label = unique(&template, id);
        template.machines.insert(id.clone(), label);
    }
    if template.machines.is_empty() {
        return Err("the template has no state machine".into());
    }
    let mut failures = Vec::new();
    // Other state machines must not refer to one that cannot be converted, so they are converted again without it.
    let mut out = loop {
        let (out, failed) = machines(&template, &resources, source);
        if failed.is_empty() {
            break out;
        }
        for (id, reason) in failed {
            template.machines.remove(&id);
            failures.push(format!("`{id}`: {reason}"));
        }
    };
    out.failures = failures;
    for (id, resource) in resources
        .iter()
        .filter(|(_, resource)| ty(resource) == VERSION)
    {
        alias::publish(&template, id, resource, &mut out);
        tell_left_out(id, resource, &KEPT_OF_VERSION, &mut out);
    }
    for (id, resource) in resources
        .iter()
        .filter(|(_, resource)| ty(resource) == ALIAS)
    {
        alias::convert(&template, &resources, id, resource, &mut out);
        tell_left_out(id, resource, &KEPT_OF_ALIAS, &mut out);
    }
    for (id, resource) in resources
        .iter()
        .filter(|(_, resource)| ty(resource) == ACTIVITY)
    {
        activity(&template, id, resource, &mut out);
        tell_left_out(id, resource, &KEPT_OF_ACTIVITY, &mut out);
    }
    Ok(out)
}

/// The state machines of a template, and those that cannot be converted, with the reasons.
fn machines(
    template: &Template<'_>,
    resources: &Members,
    source: &Source<'_>,
) -> (Converted, Vec<(String, String)>) {
    let (mut out, mut failed) = (Converted::default(), Vec::new());
    for (id, resource) in resources {
        let Some(label) = template.machines.get(id) else {
            continue;
        };
        match machine(template, id, label, resource, source, &mut out) {
            Ok(machine) => out.machines.push(machine),
            Err(reason) => failed.push((id.clone(), reason)),
        }
    }
    (out, failed)
}

/// A label that no other state machine of the template has.
pub(super) fn unique(template: &Template<'_>, id: &str) -> String {
    let label = label_of(id);
    let is_free = |label: &String| template.machines.values().all(|other| other != label);
    let numbered = (2..).map(|number| format!("{label}_{number}"));
    std::iter::once(label.clone())
        .chain(numbered)
        .find(is_free)
        .unwrap_or_default()
}

fn machine(
    template: &Template<'_>,
    id: &str,
    label: &str,
    resource: &Json,
    source: &Source<'_>,
    out: &mut Converted,
) -> Result<Machine, String> {
    let properties = resource
        .get("Properties")
        .and_then(Json::as_object)
        .cloned()
        .unwrap_or_default();
    let (definition, comments) = definition_of(template, &properties, source, out)?;
    out.placeholders.check(&definition)?;
    let is_open = |name: &str| !super::terraform::NUMBERS.contains(name);
    if let Some(expression) = out.placeholders.find(&definition, &is_open) {
        let note = format!(
            "`{id}`: `{expression}` is outside of quotes: its value must have the type of the field"
        );
        out.notes.push(Note::at(place(id), note));
    }
    let mut machine = Machine::new(label, Definition::Asl(definition));
    machine.comments = comments;
    let either = |names: [&str; 2]| names.iter().find_map(|name| properties.get(*name));
    let is_sam =
        resource.get("Type").and_then(Json::as_str) == Some("AWS::Serverless::StateMachine");
    let ty = if is_sam {
        properties.get("Type")
    } else {
        properties.get("StateMachineType")
    };
    let name = either(["StateMachineName", "Name"]).map(|name| template.value(name, out));
    let mut settings = Value::object([("name", name.clone().unwrap_or_default())]);
    if let Some(ty) = ty
        .map(|ty| template.value(ty, out))
        .filter(|ty| ty.as_str() != Some("STANDARD"))
    {
        settings.set("type", ty);
    }
    match either(["RoleArn", "Role"]) {
        Some(role) => settings.set("role_arn", template.value(role, out)),
        None => {
            let mut role = Value::object::<String>([]);
            for (property, argument) in [
                ("PermissionsBoundary", "permissions_boundary"),
                ("RolePath", "path"),
            ] {
                if let Some(value) = properties.get(property) {
                    role.set(argument, template.value(value, out));
                }
            }
            settings.set("execution_role", role);
            let note = "the role that SAM generated is replaced with one that the provider derives from the definition";
            out.notes
                .push(Note::at(place(id), format!("`{id}`: {note}")));
        }
    }
    machine.settings = settings;
    let blocks: [(&str, Option<&Json>, ReadBlock); 3] = [
        (
            "logging_configuration",
            either(["LoggingConfiguration", "Logging"]),
            logging,
        ),
        (
            "tracing_configuration",
            either(["TracingConfiguration", "Tracing"]),
            tracing,
        ),
        (
            "encryption_configuration",
            properties.get("EncryptionConfiguration"),
            encryption,
        ),
    ];
    for (name, value, read) in blocks {
        let Some(value) = value else { continue };
        let mut read = |value: &Json, out: &mut Converted| {
            Some(read(template, Some(value), out)).filter(|it| !it.is_null())
        };
        let choice = Choice::read(template, value, out, &mut read);
        choice::set_block(name, &choice, Target::of(&mut machine), out);
    }
    machine
        .settings
        .set("tags", tags(template, properties.get("Tags"), out));
    tell_macros(id, &properties, out);
    tell_left_out(id, resource, &KEPT, out);
    notes(id, resource, out);
    let arn = import_id(template, label, name.as_ref(), out);
    out.import(&machine.address(), &arn);
    out.arns.insert(label.to_owned(), arn);
    alias::auto_publish(template, id, &properties, &mut machine, out);
    Ok(machine)
}

/// The definition, from the property that contains or names it.
fn definition_of(
    template: &Template<'_>,
    properties: &Members,
    source: &Source<'_>,
    out: &mut Converted,
) -> Result<(Json, std::collections::BTreeMap<String, String>), String> {
    let substitutions = properties
        .get("DefinitionSubstitutions")
        .and_then(Json::as_object)
        .cloned()
        .unwrap_or_default();
    if let Some(definition @ Json::Object(_)) = properties.get("Definition") {
        return Ok((
            template.definition(definition, &substitutions, out),
            Default::default(),
        ));
    }
    if let Some(text) = properties.get("DefinitionString") {
        let text = definition_text(template, text, out);
        let text = template.filled_text(&text, &substitutions, true, out);
        let document = definition::document(&text, asl::Format::Json)?;
        return Ok((document.root, Default::default()));
    }
    match properties.get("DefinitionUri") {
        Some(Json::String(path)) if !path.starts_with("s3://") => {
            let text = (source.files)(&relative(path))?;
            let format = match path.rsplit('.').next() {
                Some("json") => asl::Format::Json,
                Some("yaml" | "yml") => asl::Format::Yaml,
                _ => asl::Format::of_text(&text),
            };
            let is_json = format == asl::Format::Json;
            let text = template.filled_text(&text, &substitutions, is_json, out);
            let read = definition::read(&text, format, "it")
                .map_err(|reason| format!("{path}: {reason}"))?;
            match read.definition {
                Definition::Asl(definition) | Definition::Blocks(definition) => {
                    Ok((definition, read.comments))
                }
                Definition::Expression(_, reason) => Err(reason),
            }
        }
        Some(_) => Err(
            "the definition is in S3: download the file and set `DefinitionUri` to its path".into(),
        ),
        None if properties.contains_key("DefinitionS3Location") => {
            Err("the definition is in S3: download the file and convert it".into())
        }
        None => Err("it has no definition".into()),
    }
}

/// The text of `DefinitionString`. Placeholders outside of JSON strings become numbers, so that the text is valid JSON.
fn definition_text(template: &Template<'_>, value: &Json, out: &mut Converted) -> String {
    let text = template.text(value, out);
    let mut quotes = super::intrinsic::Quotes::default();
    let mut written = String::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find('\u{e000}') {
        let (before, from) = rest.split_at(start);
        let end = from
            .find('\u{e001}')
            .map_or(from.len(), |end| end + '\u{e001}'.len_utf8());
        let (placeholder, after) = from.split_at(end);
        quotes.read(before);
        written.push_str(before);
        if quotes.inside {
            written.push_str(placeholder);
        } else {
            let expression = out.placeholders.references().string(placeholder);
            written.push_str(&out.placeholders.number(&expression).to_string());
        }
        rest = after;
    }
    written + rest
}

fn logging(template: &Template<'_>, value: Option<&Json>, out: &mut Converted) -> Value {
    let Some(value) = value else {
        return Value::Null;
    };
    let mut block = Value::object::<String>([]);
    for (property, name) in [
        ("Level", "level"),
        ("IncludeExecutionData", "include_execution_data"),
    ] {
        if let Some(value) = value.get(property) {
            block.set(name, template.value(value, out));
        }
    }
    let destinations = value
        .get("Destinations")
        .and_then(Json::as_array)
        .unwrap_or(&[]);
    if destinations.len() > 1 {
        out.notes.push(Note::new(
            "AWS supports one log destination: the other `Destinations` are left out",
        ));
    }
    let first = destinations.first();
    if let Some(arn) =
        first.and_then(|first| first.get("CloudWatchLogsLogGroup")?.get("LogGroupArn"))
    {
        block.set("log_destination", template.value(arn, out));
    }
    if block.get("level").is_null() || block.get("level").as_str() == Some("OFF") {
        Value::Null
    } else {
        block
    }
}

fn tracing(template: &Template<'_>, value: Option<&Json>, out: &mut Converted) -> Value {
    match value.and_then(|value| value.get("Enabled")) {
        None | Some(Json::Bool(false)) => Value::Null,
        Some(enabled) => Value::object([("enabled", template.value(enabled, out))]),
    }
}

/// `EncryptionConfiguration`. Its properties have the same names in `serverless.yml`.
pub(super) fn encryption(
    template: &Template<'_>,
    value: Option<&Json>,
    out: &mut Converted,
) -> Value {
    let Some(value) =
        value.filter(|value| value.get("Type").and_then(Json::as_str) != Some("AWS_OWNED_KEY"))
    else {
        return Value::Null;
    };
    let names = [
        ("Type", "type"),
        ("KmsKeyId", "kms_key_id"),
        (
            "KmsDataKeyReusePeriodSeconds",
            "kms_data_key_reuse_period_seconds",
        ),
    ];
    let attribute = |(property, name)| {
        (
            name,
            value
                .get(property)
                .map(|it| template.value(it, out))
                .unwrap_or_default(),
        )
    };
    Value::object(names.map(attribute))
}

/// Reads a property as a block.
type ReadBlock = fn(&Template<'_>, Option<&Json>, &mut Converted) -> Value;

/// An expression as a part of a quoted string.
pub(super) fn inside(expression: &str) -> String {
    match expression
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(inner) => inner.to_owned(),
        None => format!("${{{expression}}}"),
    }
}

/// The place of a resource in the template.
pub(super) fn place(id: &str) -> JsonPointer {
    JsonPointer::root().join("Resources").join(id.to_owned())
}

/// Adds notes about settings that a macro generates, which are left out.
fn tell_macros(id: &str, properties: &Members, out: &mut Converted) {
    for (name, value) in properties {
        let is_made = |value: &Json| matches!(function(value), Some(("Fn::Transform", _)));
        if is_made(value) || value.as_array().unwrap_or(&[]).iter().any(is_made) {
            let note =
                format!("`{id}`: a macro generates `{name}` at deployment: write it by hand");
            out.notes
                .push(Note::at(place(id).join("Properties").join(name), note));
        }
    }
}

fn activity(template: &Template<'_>, id: &str, resource: &Json, out: &mut Converted) {
    let properties = resource
        .get("Properties")
        .and_then(Json::as_object)
        .cloned()
        .unwrap_or_default();
    let name = properties
        .get("Name")
        .map_or(Value::Null, |name| template.value(name, out));
    let label = label_of(id);
    let value = Value::object([
        ("name", name.clone()),
        ("tags", tags(template, properties.get("Tags"), out)),
        (
            "encryption_configuration",
            encryption(template, properties.get("EncryptionConfiguration"), out),
        ),
    ]);
    let arn = arn(template, "activity", &label, Some(&name), out);
    out.import(&format!("sfn_activity.{label}"), &arn);
    out.resources.push(Resource {
        ty: "sfn_activity".into(),
        label,
        value,
        beside: Default::default(),
    });
}

/// Adds notes about properties and attributes of a resource that are left out.
fn tell_left_out(id: &str, resource: &Json, kept: &[&str], out: &mut Converted) {
    let at = place(id);
    if let Some(properties) = resource.get("Properties") {
        out.notes
            .extend(left_out(id, properties, &at.join("Properties"), kept));
    }
    out.notes
        .extend(left_out(id, resource, &at, &KEPT_ATTRIBUTES));
    if resource.get("Condition").is_some() {
        out.notes.push(Note::at(
            at.join("Condition"),
            format!("`{id}`: its condition is left out"),
        ));
    }
}

/// Adds a note about the steps before a state machine is removed from the stack.
fn notes(id: &str, resource: &Json, out: &mut Converted) {
    if resource.get("DeletionPolicy").and_then(Json::as_str) != Some("Retain") {
        let note =
            format!("`{id}`: set `DeletionPolicy: Retain` before you remove it from the stack");
        out.notes.push(Note::at(place(id), note));
    }
}

/// The import ID of a state machine: its ARN if the name is known, or else a variable.
fn import_id(
    template: &Template<'_>,
    label: &str,
    name: Option<&Value>,
    out: &mut Converted,
) -> String {
    arn(template, "stateMachine", label, name, out)
}

fn arn(
    template: &Template<'_>,
    kind: &str,
    label: &str,
    name: Option<&Value>,
    out: &mut Converted,
) -> String {
    let Some(name) = name.and_then(Value::as_str) else {
        let what = if kind == "activity" {
            "activity"
        } else {
            "state machine"
        };
        let description = format!("ARN of the existing {what}.");
        return out.variable(
            &format!("{label}_arn"),
            Variable {
                description,
                ..Variable::default()
            },
        );
    };
    let name = out.placeholders.references().string(name);
    let pseudo = |name: &str, out: &mut Converted| {
        let reference = Json::Object(Members::from_iter([("Ref".to_owned(), Json::from(name))]));
        inside(&template.expression(&reference, out))
    };
    let (partition, region, account) = (
        pseudo("AWS::Partition", out),
        pseudo("AWS::Region", out),
        pseudo("AWS::AccountId", out),
    );
    format!(
        "\"arn:{partition}:states:{region}:{account}:{kind}:{}\"",
        inside(&name)
    )
}
