//! A definition by what people call it: a file, a state machine in a template, an ARN.

use std::path::Path;

use asl::Json;
use sfn_aws::{Aws, Call, Settings, alias, state_machine};

use crate::configuration;
use crate::sources::{Files, Map, Source, convert};

/// A definition of a file, or of the state machine `name` in it: its logical id or label.
///
/// # Errors
/// Why there is none.
pub fn of_file(path: &Path, name: Option<&str>, text: &str, files: Files<'_>) -> Result<Json, String> {
    let is_configuration = path.extension().is_some_and(|extension| extension == "tf");
    let rendered = if is_configuration { configuration::render(text)? } else { Vec::new() };
    let mut found: Vec<Found> = rendered
        .into_iter()
        .map(|workflow| Found { name: workflow.name, address: workflow.address, definition: workflow.definition })
        .collect();
    match convert(&Source { path, text, files }, &Map::new()) {
        Ok(converted) => {
            // A definition in another file is known to the conversion only.
            found.retain(|known| known.definition.is_ok() || !known.address.starts_with("aws_"));
            for (name, definition) in converted.definitions() {
                let is_known = found.iter().any(|known| known.name == name && known.definition.is_ok());
                if !is_known || !is_configuration {
                    let (name, address) = (name.to_owned(), name.to_owned());
                    found.push(Found { name, address, definition: Ok(definition) });
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

/// A definition of a file, or why there is none.
struct Found {
    name: String,
    address: String,
    definition: Result<Json, String>,
}

/// The only definition, or the only one of this name or address.
fn only(mut found: Vec<Found>, name: Option<&str>) -> Result<Json, String> {
    let has_name = |one: &&Found| !one.name.is_empty();
    let addresses: Vec<String> = found.iter().filter(has_name).map(|one| one.address.clone()).collect();
    if let Some(name) = name {
        let label = crate::sources::label_of(name);
        found.retain(|one| one.name == name || one.address == name || one.name == label);
    } else if found.iter().any(|one| one.definition.is_ok()) {
        found.retain(|one| one.definition.is_ok());
    }
    match (found.len(), found.into_iter().next()) {
        (1, Some(one)) => one.definition,
        (0, _) => Err(match name {
            Some(name) => format!("it has no state machine `{name}`, but {}", addresses.join(", ")),
            None => "it has no state machine".to_owned(),
        }),
        _ => Err(format!("it has several state machines: write one of {} behind a `#`", addresses.join(", "))),
    }
}

/// The definition behind an ARN of a state machine, a version or an alias.
///
/// # Errors
/// Why it cannot be had.
pub async fn of_arn(arn: &str, profile: Option<&str>, call: &Call) -> Result<Json, String> {
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", _, "states", region, _, "stateMachine", ..] = parts.as_slice() else {
        return Err("it is no ARN of a state machine, a version or an alias".into());
    };
    let settings =
        Settings { region: Some((*region).to_owned()), profile: profile.map(str::to_owned), ..Settings::default() };
    let aws = Aws::new(settings);
    let is_alias = parts.get(7).is_some_and(|last| last.parse::<u64>().is_err());
    let of_aws = |error: sfn_aws::AwsError| error.to_string();
    let arn = if is_alias {
        let found = alias::describe(&aws, call, arn).await.map_err(of_aws)?.ok_or("there is no such alias")?;
        match found.wanted.routes.as_slice() {
            [route] => route.version_arn.clone(),
            routes => {
                let versions: Vec<&str> = routes.iter().map(|route| route.version_arn.as_str()).collect();
                return Err(format!(
                    "the alias leads to several versions: give the ARN of one of {}",
                    versions.join(", ")
                ));
            }
        }
    } else {
        arn.to_owned()
    };
    let described = state_machine::describe(&aws, call, &arn).await.map_err(of_aws)?;
    let described = described.ok_or("there is no such state machine")?;
    let parsed = asl::parse(&described.definition).map_err(|finding| finding.message)?;
    Ok(parsed.0.root)
}
