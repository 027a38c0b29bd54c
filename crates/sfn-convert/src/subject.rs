//! A definition by what people call it: a file, a state machine in a template, an ARN.

use std::path::Path;

use asl::Json;
use sfn_aws::{Aws, Call, Settings, alias, state_machine};

use crate::sources::{Files, Map, Source, convert};

/// A definition of a file, or of the state machine `name` in it: its logical id or label.
///
/// # Errors
/// Why there is none.
pub fn of_file(path: &Path, name: Option<&str>, text: &str, files: Files<'_>) -> Result<Json, String> {
    let is_configuration = path.extension().is_some_and(|extension| extension == "tf");
    let own = if is_configuration { crate::configuration::definitions(text)? } else { Vec::new() };
    let (others, failures) = match convert(&Source { path, text, files }, &Map::new()) {
        Ok(converted) => {
            let definitions = converted.definitions().into_iter().map(|(name, json)| (name.to_owned(), json));
            (definitions.collect(), converted.failures)
        }
        Err(_) if !own.is_empty() => (Vec::new(), Vec::new()),
        Err(reason) => return Err(reason),
    };
    only(own.into_iter().chain(others).collect(), name, &failures)
}

/// The only definition, or the only one of this name.
fn only(mut definitions: Vec<(String, Json)>, name: Option<&str>, failures: &[String]) -> Result<Json, String> {
    let names: Vec<String> = definitions.iter().map(|(name, _)| name.clone()).collect();
    if let Some(name) = name {
        let wanted = crate::sources::label_of(name);
        definitions.retain(|(known, _)| *known == name || *known == wanted);
    }
    match (definitions.len(), definitions.into_iter().next()) {
        (1, Some((_, definition))) => Ok(definition),
        (0, _) if !failures.is_empty() => Err(failures.join("; ")),
        (0, _) => Err(format!("there is no state machine `{}` in it, but {}", name.unwrap_or(""), names.join(", "))),
        _ => Err(format!("it has several state machines: write one of {} behind a `#`", names.join(", "))),
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
