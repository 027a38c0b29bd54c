//! Checks that each property of a source is converted, named in a note, or the reason of a failure.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

use std::path::Path;

use serde_json::{Value, json};
use sfn_convert::sources::{Map, Source, convert};

/// Properties of CloudFormation and SAM resources, written by `cargo xtask update-aws`.
const PUBLISHED: &str = include_str!("properties.txt");

/// Properties that are not in the published schemas: other properties that SAM reads, attributes of resources
/// (CloudFormation template reference), and the settings of serverless-step-functions (its README and schema).
const OTHERS: &str = "\
AWS::Serverless::StateMachine Name
AWS::StepFunctions::StateMachine @DependsOn
AWS::StepFunctions::StateMachine @Condition
AWS::StepFunctions::StateMachine @CreationPolicy
AWS::StepFunctions::Activity @DependsOn
AWS::StepFunctions::Activity @Condition
serverless alarms
serverless definition
serverless dependsOn
serverless encryptionConfig.KmsDataKeyReusePeriodSeconds
serverless encryptionConfig.KmsKeyId
serverless encryptionConfig.Type
serverless events
serverless iamRoleStatements
serverless inheritGlobalTags
serverless loggingConfig.destinations
serverless loggingConfig.includeExecutionData
serverless loggingConfig.level
serverless name
serverless notifications
serverless retain
serverless role
serverless tags
serverless tracingConfig.enabled
serverless type
serverless useExactVersion";

/// Properties without an effect of their own: the only route of an alias always has the full weight, and every
/// conversion has a note about `retain`.
const IMPLIED: [&str; 2] = ["RoutingConfiguration.Weight", "retain"];

/// A value for a property.
fn value(path: &str) -> Value {
    match path.rsplit('.').next().unwrap() {
        "Enabled"
        | "enabled"
        | "IncludeExecutionData"
        | "includeExecutionData"
        | "useExactVersion"
        | "PropagateTags"
        | "UseAliasAsEventTarget"
        | "retain" => json!(true),
        "inheritGlobalTags" => json!(false),
        "Level" | "level" => json!("ALL"),
        "KmsDataKeyReusePeriodSeconds" => json!(300),
        "Weight" | "Percentage" | "Interval" => json!(100),
        "Type" if path.contains("ncryption") => json!("AWS_OWNED_KEY"),
        "Type" | "type" | "StateMachineType" => json!("EXPRESS"),
        "Definition" | "definition" => definition("marker"),
        "DefinitionString" => json!(definition("marker").to_string()),
        "DefinitionUri" => json!("marker.asl.json"),
        "DefinitionSubstitutions" => json!({"Comment": "marker"}),
        "StateMachineArn" | "StateMachineVersionArn" => json!({"Ref": "Other"}),
        "DeploymentPreference" => json!({"Type": "CANARY", "Percentage": 10, "Interval": 5}),
        "Tags" | "tags" | "Events" | "alarms" | "notifications" => json!({"marker": "marker"}),
        "destinations" | "Alarms" | "Policies" | "events" | "dependsOn" | "iamRoleStatements" => {
            json!(["marker"])
        }
        _ => json!("marker"),
    }
}

fn definition(comment: &str) -> Value {
    json!({"Comment": comment, "StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
}

/// The settings that a property requires to have an effect.
fn base(ty: &str, path: &str) -> Value {
    let mut base = match ty {
        "AWS::Serverless::StateMachine" if path == "DeploymentPreference" => {
            json!({"AutoPublishAlias": "live", "Definition": definition("${Comment}")})
        }
        "AWS::StepFunctions::StateMachineAlias" if path.starts_with("DeploymentPreference") => {
            json!({"Name": "live", "DeploymentPreference": {"StateMachineVersionArn": {"Ref": "Version"}, "Type": "CANARY"}})
        }
        "AWS::StepFunctions::StateMachineAlias" => {
            json!({"Name": "live", "RoutingConfiguration": [{"StateMachineVersionArn": {"Ref": "Version"}, "Weight": 100}]})
        }
        "AWS::StepFunctions::StateMachineVersion" => json!({"StateMachineArn": {"Ref": "Machine"}}),
        "AWS::StepFunctions::Activity" => json!({"Name": "work"}),
        "serverless" if path != "definition" => json!({"definition": definition("${Comment}")}),
        _ if path.starts_with("Definition") && path != "DefinitionSubstitutions" => json!({}),
        "serverless" => json!({}),
        _ => json!({"Definition": definition("${Comment}")}),
    };
    let first = path.split('.').next().unwrap();
    let object = base.as_object_mut().unwrap();
    match first {
        "Logging" | "LoggingConfiguration" => {
            object.insert(first.into(), json!({"Level": "ERROR"}))
        }
        "loggingConfig" => object.insert(first.into(), json!({"level": "ERROR"})),
        "EncryptionConfiguration" | "encryptionConfig" => object.insert(
            first.into(),
            json!({"Type": "CUSTOMER_MANAGED_KMS_KEY", "KmsKeyId": "key"}),
        ),
        "Tags" if path.contains('.') => {
            object.insert(first.into(), json!([{"Key": "team", "Value": "a"}]))
        }
        _ => None,
    };
    base
}

/// Sets the value at a path. Paths through a list select its first element.
fn put(into: &mut Value, path: &str, value: Value) {
    if let Value::Array(elements) = into {
        return put(elements.first_mut().unwrap(), path, value);
    }
    let Some((first, rest)) = path.split_once('.') else {
        into.as_object_mut().unwrap().insert(path.into(), value);
        return;
    };
    let is_list = matches!(first, "Destinations");
    let inner = into
        .as_object_mut()
        .unwrap()
        .entry(first)
        .or_insert(if is_list { json!([{}]) } else { json!({}) });
    put(inner, rest, value);
}

/// A file with a resource of this type.
fn file(ty: &str, properties: Value, attributes: Value) -> Value {
    if ty == "serverless" {
        return json!({
            "service": "s",
            "provider": {"tags": {"team": "orders"}},
            "stepFunctions": {"stateMachines": {"subject": properties}},
        });
    }
    let mut subject = attributes;
    put(&mut subject, "Type", json!(ty));
    put(&mut subject, "Properties", properties);
    json!({
        "Conditions": {"marker": {"Fn::Equals": ["a", "b"]}},
        "Resources": {
            "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": definition("")}},
            "Other": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": definition("")}},
            "Version": {"Type": "AWS::StepFunctions::StateMachineVersion", "Properties": {"StateMachineArn": {"Ref": "Machine"}}},
            "Subject": subject,
        },
    })
}

/// Converts a file to configuration and notes, or to the reasons of failures.
fn converted(file: &Value) -> Result<(String, Vec<String>), String> {
    let path = Path::new(if file.get("service").is_some() {
        "serverless.json"
    } else {
        "template.json"
    });
    let text = file.to_string();
    let files = |_: &Path| Ok(definition("marker").to_string());
    let map = Map::new();
    let mut converted = convert(
        &Source {
            path,
            text: &text,
            files: &files,
        },
        &map,
    )?;
    let rendered = converted.render(&map);
    if converted.failures.is_empty() {
        Ok((
            rendered,
            converted.notes.iter().map(ToString::to_string).collect(),
        ))
    } else {
        Err(converted.failures.join("; "))
    }
}

/// Result of the conversion of a property.
fn fate(ty: &str, path: &str) -> &'static str {
    let without = base(ty, path);
    let (mut with, mut attributes) = (without.clone(), json!({}));
    match path.strip_prefix('@') {
        Some(attribute) => put(&mut attributes, attribute, json!("marker")),
        None => put(&mut with, path, value(path)),
    }
    let before = converted(&file(ty, without, json!({})));
    let Ok((rendered, notes)) = converted(&file(ty, with, attributes)) else {
        return "refused";
    };
    let (plain, known) = before.unwrap_or_default();
    if rendered != plain {
        return "kept";
    }
    let name = path.trim_start_matches('@');
    let first = name.split('.').next().unwrap();
    let tells = |note: &String| {
        let words = [first, "condition is left out"];
        words.iter().any(|word| note.contains(word))
    };
    if IMPLIED.contains(&name) {
        return "implied";
    }
    assert!(
        notes
            .iter()
            .any(|note| !known.contains(note) && tells(note)),
        "`{ty}` loses `{path}`"
    );
    "named"
}

#[test]
fn no_property_is_lost() {
    let published = PUBLISHED.lines().skip(1);
    let all = published
        .chain(OTHERS.lines())
        .filter_map(|line| line.split_once(' '));
    let fates: Vec<String> = all
        .map(|(ty, path)| format!("{ty} {path}: {}", fate(ty, path)))
        .collect();
    insta::assert_snapshot!(fates.join("\n"));
}

/// Arguments of hashicorp/aws and meta-arguments of Terraform (from their documentation). The output must contain the
/// value, or a note must name the argument.
const ARGUMENTS: [(&str, &str); 26] = [
    ("aws_sfn_state_machine", "name_prefix = \"marker\""),
    ("aws_sfn_state_machine", "publish = var.marker"),
    ("aws_sfn_state_machine", "region = \"marker\""),
    (
        "aws_sfn_state_machine",
        "role_arn = aws_iam_role.marker.arn",
    ),
    ("aws_sfn_state_machine", "type = var.marker"),
    ("aws_sfn_state_machine", "tags = { marker = \"a\" }"),
    (
        "aws_sfn_state_machine",
        "logging_configuration {\n level = var.marker\n}",
    ),
    (
        "aws_sfn_state_machine",
        "logging_configuration {\n level = \"ALL\"\n include_execution_data = var.marker\n}",
    ),
    (
        "aws_sfn_state_machine",
        "logging_configuration {\n level = \"ALL\"\n log_destination = \"${x.marker.arn}:*\"\n}",
    ),
    (
        "aws_sfn_state_machine",
        "tracing_configuration {\n enabled = var.marker\n}",
    ),
    (
        "aws_sfn_state_machine",
        "encryption_configuration {\n type = var.marker\n}",
    ),
    (
        "aws_sfn_state_machine",
        "encryption_configuration {\n kms_key_id = var.marker\n type = \"X\"\n}",
    ),
    (
        "aws_sfn_state_machine",
        "encryption_configuration {\n kms_data_key_reuse_period_seconds = var.marker\n}",
    ),
    (
        "aws_sfn_state_machine",
        "timeouts {\n create = var.marker\n}",
    ),
    (
        "aws_sfn_state_machine",
        "dynamic \"tracing_configuration\" {\n for_each = var.marker\n content {}\n}",
    ),
    ("aws_sfn_state_machine", "count = var.marker"),
    ("aws_sfn_state_machine", "for_each = var.marker"),
    (
        "aws_sfn_state_machine",
        "depends_on = [aws_iam_role.marker]",
    ),
    (
        "aws_sfn_state_machine",
        "lifecycle {\n replace_triggered_by = [x.marker]\n}",
    ),
    ("aws_sfn_state_machine", "provider = aws.marker"),
    (
        "aws_sfn_state_machine",
        "provisioner \"local-exec\" {\n command = \"marker\"\n}",
    ),
    (
        "aws_sfn_state_machine",
        "an_argument_of_the_future = var.marker",
    ),
    ("aws_sfn_alias", "description = var.marker"),
    (
        "aws_sfn_alias",
        "routing_configuration {\n weight = var.marker\n}",
    ),
    (
        "aws_sfn_activity",
        "encryption_configuration {\n kms_key_id = var.marker\n}",
    ),
    ("aws_sfn_activity", "tags = { marker = \"a\" }"),
];

#[test]
fn no_argument_of_terraform_is_lost() {
    for (ty, argument) in ARGUMENTS {
        let definition =
            "definition = jsonencode({ StartAt = \"A\", States = { A = { Type = \"Succeed\" } } })";
        let definition = if ty == "aws_sfn_state_machine" {
            definition
        } else {
            "name = \"n\""
        };
        let text = format!("resource \"{ty}\" \"it\" {{\n{definition}\n{argument}\n}}\n");
        let files = |_: &Path| Err("no file".to_owned());
        let mut converted = convert(
            &Source {
                path: Path::new("main.tf"),
                text: &text,
                files: &files,
            },
            &Map::new(),
        )
        .unwrap();
        let notes: Vec<String> = converted.notes.iter().map(ToString::to_string).collect();
        let said = format!(
            "{}{}{}",
            converted.render(&Map::new()),
            notes.join("\n"),
            converted.failures.join("\n")
        );
        let name = argument.split(' ').next().unwrap();
        assert!(
            said.contains("marker") || said.contains(&format!("`{name}`")),
            "`{argument}` is lost:\n{said}"
        );
    }
}
