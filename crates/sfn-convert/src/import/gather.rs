//! Reads a state machine and its related objects from AWS.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use asl::Json;
use asl::references::{Kind, external_references};
use tfplugin::{ImportKey, Value};
use tokio::sync::OnceCell;

use super::targets::{Target, listed};
use super::{Aws, With, said};
use crate::files::write_whole;

/// Placeholder for the folder of the configuration, `path.module`.
pub const MODULE: &str = "\u{e000}module\u{e001}";

/// Resource type of functions.
pub const FUNCTION: &str = "sfn_lambda_function";
/// Resource type of log groups.
pub const LOG_GROUP: &str = "sfn_cloudwatch_log_group";

/// An object with its generated configuration.
#[derive(Debug, Clone)]
pub struct Object {
    /// ARN of the object.
    pub arn: String,
    /// Name of the object.
    pub name: String,
    /// Configuration of the object.
    pub config: Value,
}

/// A state machine with the objects to write with it.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// The state machine. Its configuration has the states as blocks, or `definition`.
    pub machine: Object,
    /// The definition; `None` if it is not valid JSON.
    pub definition: Option<Json>,
    /// Aliases of the state machine.
    pub aliases: Vec<Object>,
    /// The functions that it calls and the log group that it writes to, with their resource types.
    pub related: Vec<(&'static str, Arc<Object>)>,
    /// ARNs of the objects that could not be read, with the reasons.
    pub failures: Vec<(String, String)>,
}

/// Reads a state machine and the objects that `with` includes.
///
/// # Errors
/// When the state machine cannot be read.
pub async fn machine(
    aws: &Aws,
    target: &Target,
    with: With,
    related: &Related,
) -> Result<Gathered, String> {
    let (machine, state) = import(aws, "sfn_state_machine", &target.arn).await?;
    let definition = state
        .get("asl")
        .as_str()
        .and_then(|text| asl::parse(text).ok())
        .map(|(document, _)| document.root);
    let mut gathered = Gathered {
        machine,
        definition,
        aliases: Vec::new(),
        related: Vec::new(),
        failures: Vec::new(),
    };
    if with.aliases {
        aliases(aws, target, &mut gathered).await;
    }
    if with.log_groups {
        let group = gathered
            .machine
            .config
            .get("logging_configuration")
            .text("log_destination")
            .to_owned();
        if !group.is_empty() {
            related
                .add(aws, LOG_GROUP, group.trim_end_matches(":*"), &mut gathered)
                .await;
        }
    }
    if with.functions {
        let called = gathered
            .definition
            .as_ref()
            .map(external_references)
            .unwrap_or_default();
        let functions = called
            .into_iter()
            .filter(|used| used.kind == Kind::Function);
        let mut arns: Vec<String> = functions
            .filter_map(|used| function_arn(&used.id, &target.arn))
            .collect();
        arns.sort();
        arns.dedup();
        for arn in arns {
            related.add(aws, FUNCTION, &arn, &mut gathered).await;
        }
    }
    Ok(gathered)
}

/// Imports an object with the provider. Returns its configuration and its state.
async fn import(aws: &Aws, ty: &str, arn: &str) -> Result<(Object, Value), String> {
    let resource = aws.resource(ty)?;
    let present = resource
        .import(ImportKey::Id(arn.to_owned()), &aws.cx)
        .await;
    let state = present.map_err(|diagnostics| said(&diagnostics))?.state;
    let config = resource.configuration(&state).await;
    let name = ["name", "function_name"]
        .into_iter()
        .find_map(|name| state.get(name).as_str())
        .unwrap_or("");
    let name = name.to_owned();
    Ok((
        Object {
            arn: arn.to_owned(),
            name,
            config,
        },
        state,
    ))
}

async fn aliases(aws: &Aws, target: &Target, gathered: &mut Gathered) {
    let config = Value::object([
        ("state_machine_arn", Value::from(target.arn.as_str())),
        ("region", target.region.as_str().into()),
    ]);
    let found = match listed(aws, "sfn_alias", config).await {
        Ok(found) => found,
        Err(diagnostics) => {
            return gathered
                .failures
                .push((target.arn.clone(), said(&diagnostics)));
        }
    };
    for alias in found {
        let arn = alias.identity.text("arn");
        match import(aws, "sfn_alias", arn).await {
            Ok((object, _)) => gathered.aliases.push(object),
            Err(reason) => gathered.failures.push((arn.to_owned(), reason)),
        }
    }
}

type Cell = Arc<OnceCell<Result<Arc<Object>, String>>>;

/// Objects that several state machines can share. Each is read once.
#[derive(Debug)]
pub struct Related {
    folder: PathBuf,
    read: Mutex<HashMap<String, Cell>>,
}

impl Related {
    /// Creates the cache. The code of functions is written below this folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            read: Mutex::default(),
        }
    }

    async fn add(&self, aws: &Aws, ty: &'static str, arn: &str, gathered: &mut Gathered) {
        let cell = self
            .read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(arn.to_owned())
            .or_default()
            .clone();
        match cell.get_or_init(|| self.object(aws, ty, arn)).await {
            Ok(object) => gathered.related.push((ty, object.clone())),
            Err(reason) => gathered.failures.push((arn.to_owned(), reason.clone())),
        }
    }

    async fn object(&self, aws: &Aws, ty: &str, arn: &str) -> Result<Arc<Object>, String> {
        if ty == FUNCTION {
            return self.function(aws, arn).await;
        }
        import(aws, ty, arn)
            .await
            .map(|(object, _)| Arc::new(object))
    }

    async fn function(&self, aws: &Aws, arn: &str) -> Result<Arc<Object>, String> {
        let (mut object, _) = import(aws, FUNCTION, arn).await?;
        if object.config.get("image_uri").is_null() {
            let code = aws
                .provider
                .function_code(arn, &aws.cx)
                .await
                .map_err(|diagnostics| said(&diagnostics))?;
            let code = code.ok_or("AWS returned no code for the function")?;
            let region = arn.split(':').nth(3).filter(|region| *region != aws.region);
            let stem = region.map_or_else(
                || object.name.clone(),
                |region| format!("{}_{region}", object.name),
            );
            let file = self.code_file(&stem, &code);
            write_whole(&self.folder.join(&file), &code)?;
            object.config.set("filename", format!("{MODULE}/{file}"));
        }
        Ok(Arc::new(object))
    }
}

impl Related {
    /// The file for the code: an existing file with the same content, or a new one. Existing files are never replaced.
    fn code_file(&self, stem: &str, code: &[u8]) -> String {
        let numbered = (2..).map(|number| format!("functions/{stem}_{number}.zip"));
        let is_free = |file: &String| match std::fs::read(self.folder.join(file)) {
            Ok(content) => content == code,
            Err(_) => true,
        };
        std::iter::once(format!("functions/{stem}.zip"))
            .chain(numbered)
            .find(is_free)
            .unwrap_or_default()
    }
}

/// The ARN, without version, of a function as a state names it; `None` for a function of another account.
fn function_arn(id: &str, machine: &str) -> Option<String> {
    let own: Vec<&str> = machine.split(':').collect();
    let [_, partition, _, region, account, ..] = own.as_slice() else {
        return None;
    };
    let parts: Vec<&str> = id.split(':').collect();
    let (of, name) = match parts.as_slice() {
        [
            "arn",
            _,
            "lambda",
            of_region,
            of_account,
            "function",
            name,
            ..,
        ] => {
            if of_region != region {
                return (of_account == account).then(|| parts.get(..7).unwrap_or(&[]).join(":"));
            }
            (*of_account, *name)
        }
        [of_account, "function", name, ..] => (*of_account, *name),
        [name] | [name, _] => (*account, *name),
        _ => return None,
    };
    (of == *account && !name.is_empty())
        .then(|| format!("arn:{partition}:lambda:{region}:{account}:function:{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_known_by_their_arn() {
        let machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:m";
        let function = "arn:aws:lambda:eu-west-1:123456789012:function:f";
        for id in [
            "f",
            "f:live",
            "123456789012:function:f",
            function,
            &format!("{function}:1"),
        ] {
            assert_eq!(function_arn(id, machine).as_deref(), Some(function), "{id}");
        }
        let elsewhere = "arn:aws:lambda:us-east-1:123456789012:function:f";
        assert_eq!(function_arn(elsewhere, machine).as_deref(), Some(elsewhere));
        for id in [
            "arn:aws:lambda:eu-west-1:210987654321:function:f",
            "210987654321:function:f",
            "",
        ] {
            assert_eq!(function_arn(id, machine), None, "{id}");
        }
    }
}
