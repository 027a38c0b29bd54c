//! Finds a definition by a file, the name of a state machine in a file, or an ARN.

use std::path::Path;

use asl::Json;
use serde_json::Value;
use sfn_aws::{Aws, Call, Settings, alias, state_machine};

use crate::configuration;
use crate::sources::{Files, Map, Source, convert};

/// The definition in a file. `name` selects a state machine by its logical ID, label or address.
///
/// # Errors
/// When there is no such definition, or several without `name`.
pub fn of_file(
    path: &Path,
    name: Option<&str>,
    text: &str,
    files: Files<'_>,
) -> Result<Json, String> {
    let is_configuration = crate::Content::is_configuration(path);
    let rendered = if is_configuration {
        configuration::render(text)?
    } else {
        Vec::new()
    };
    let mut found: Vec<Found> = rendered
        .into_iter()
        .map(|workflow| Found {
            name: workflow.name,
            address: workflow.address,
            definition: workflow.definition,
        })
        .collect();
    match convert(&Source { path, text, files }, &Map::new()) {
        Ok(converted) => {
            // Only the conversion reads definitions in other files.
            found.retain(|known| known.definition.is_ok() || !known.address.starts_with("aws_"));
            for (name, definition) in converted.definitions() {
                let is_known = found
                    .iter()
                    .any(|known| known.name == name && known.definition.is_ok());
                if !is_known || !is_configuration {
                    let (name, address) = (name.to_owned(), name.to_owned());
                    found.push(Found {
                        name,
                        address,
                        definition: Ok(definition),
                    });
                }
            }
            let failed = converted.failures.into_iter();
            found.extend(failed.map(|reason| Found {
                name: String::new(),
                address: String::new(),
                definition: Err(reason),
            }));
        }
        Err(reason) if found.is_empty() => return Err(reason),
        Err(_) => {}
    }
    only(found, name)
}

/// The definition of a resource in a plan or state of Terraform: the output of `terraform show -json`. `name` selects
/// a state machine by its label or address.
///
/// Source: the Terraform documentation, "JSON Output Format".
///
/// # Errors
/// If no definition matches, if several match, or if the definition is not known in the plan.
pub fn of_plan(plan: &Value, name: Option<&str>) -> Result<Json, String> {
    let values = plan.get("planned_values").or_else(|| plan.get("values"));
    let root = values.and_then(|values| values.get("root_module"));
    let root = root.ok_or("not the output of `terraform show -json`")?;
    let mut found = Vec::new();
    collect(root, &mut found);
    only(found, name)
}

/// The definitions of a module and the modules in it.
fn collect(module: &Value, found: &mut Vec<Found>) {
    let list = |name: &str| {
        module
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    for resource in list("resources") {
        let text = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or("");
        if text("mode") == "data" {
            continue;
        }
        let attribute = match text("type") {
            "sfn_state_machine" => "asl",
            "aws_sfn_state_machine" => "definition",
            _ => continue,
        };
        let definition = resource
            .get("values")
            .and_then(|values| values.get(attribute));
        let definition = match definition.and_then(Value::as_str) {
            Some(text) => asl::parse(text)
                .map(|(document, _)| document.root)
                .map_err(|error| error.message),
            None => Err(format!(
                "the definition of {} is not known in the plan: show the state after an apply, or plan with `offline = true`",
                text("address")
            )),
        };
        found.push(Found {
            name: text("name").to_owned(),
            address: text("address").to_owned(),
            definition,
        });
    }
    for module in list("child_modules") {
        collect(module, found);
    }
}

/// A definition in a file, or why it cannot be read.
struct Found {
    name: String,
    address: String,
    definition: Result<Json, String>,
}

/// The only definition, or the only one with this name or address.
fn only(mut found: Vec<Found>, name: Option<&str>) -> Result<Json, String> {
    let has_name = |one: &&Found| !one.name.is_empty();
    let addresses: Vec<String> = found
        .iter()
        .filter(has_name)
        .map(|one| one.address.clone())
        .collect();
    if let Some(name) = name {
        let label = crate::sources::label_of(name);
        found.retain(|one| one.name == name || one.address == name || one.name == label);
    } else if found.iter().any(|one| one.definition.is_ok()) {
        found.retain(|one| one.definition.is_ok());
    }
    match (found.len(), found.into_iter().next()) {
        (1, Some(one)) => one.definition,
        (0, _) => Err(match name {
            _ if addresses.is_empty() => "no state machine found".to_owned(),
            Some(name) => format!(
                "no state machine `{name}`: use one of {}",
                addresses.join(", ")
            ),
            None => "no state machine found".to_owned(),
        }),
        _ => Err(match name {
            Some(name) => format!(
                "several state machines `{name}`: use one of {}",
                addresses.join(", ")
            ),
            None => format!(
                "several state machines: append `#` and one of {}",
                addresses.join(", ")
            ),
        }),
    }
}

/// Reads the definition of a state machine, version or alias by its ARN.
///
/// # Errors
/// When the definition cannot be read, or an alias routes to several versions.
pub async fn of_arn(arn: &str, profile: Option<&str>, call: &Call) -> Result<Json, String> {
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", _, "states", region, _, "stateMachine", ..] = parts.as_slice() else {
        return Err("not an ARN of a state machine, version or alias".into());
    };
    let settings = Settings {
        region: Some((*region).to_owned()),
        profile: profile.map(str::to_owned),
        ..Settings::default()
    };
    let aws = Aws::new(settings);
    let is_alias = parts
        .get(7)
        .is_some_and(|last| last.parse::<u64>().is_err());
    let of_aws = |error: sfn_aws::AwsError| error.to_string();
    let arn = if is_alias {
        let found = alias::describe(&aws, call, arn)
            .await
            .map_err(of_aws)?
            .ok_or("the alias does not exist")?;
        match found.wanted.routes.as_slice() {
            [route] => route.version_arn.clone(),
            routes => {
                let versions: Vec<&str> = routes
                    .iter()
                    .map(|route| route.version_arn.as_str())
                    .collect();
                return Err(format!(
                    "the alias routes to several versions: use the ARN of one of {}",
                    versions.join(", ")
                ));
            }
        }
    } else {
        arn.to_owned()
    };
    let described = state_machine::describe(&aws, call, &arn)
        .await
        .map_err(of_aws)?;
    let described = described.ok_or("the state machine does not exist")?;
    let parsed = asl::parse(&described.definition).map_err(|finding| finding.message)?;
    Ok(parsed.0.root)
}
