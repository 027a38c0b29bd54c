//! The data sources, one file each.

mod activity;
mod alias;
mod definition;
mod execution;
mod function;
mod state_machine;
mod state_machines;
mod versions;

use sfn_aws::Call;
use tfplugin::{AttributePath, DataSource, Diagnostic, Diagnostics, Type, Value};

use crate::configuration::{Configured, Shared};
use crate::messages;
use crate::regional::Regional;

/// All data sources.
pub fn all(shared: &Shared) -> Vec<Box<dyn DataSource>> {
    vec![
        Box::new(Regional::new(activity::Activity::new, shared)),
        Box::new(Regional::new(alias::Alias::new, shared)),
        Box::new(definition::Definition::new(shared.clone())),
        Box::new(Regional::new(execution::Execution::new, shared)),
        Box::new(Regional::new(function::Function::new, shared)),
        Box::new(Regional::new(state_machine::StateMachine::new, shared)),
        Box::new(Regional::new(state_machines::StateMachines::new, shared)),
        Box::new(Regional::new(versions::Versions::new, shared)),
    ]
}

/// The type of an object with these attributes.
fn object<const N: usize>(attributes: [(&str, Type); N]) -> Type {
    Type::Object(attributes.into_iter().map(|(name, ty)| (name.to_owned(), ty)).collect())
}

/// An object is named by exactly one of two attributes.
fn either(config: &Value, first: &str, second: &str) -> Diagnostics {
    let message = match (config.get(first).is_null(), config.get(second).is_null()) {
        (true, true) => format!("neither `{first}` nor `{second}` is there"),
        (false, false) => format!("both `{first}` and `{second}` are there"),
        _ => return Diagnostics::default(),
    };
    Diagnostic::error(message, "Write one of the two.").at(AttributePath::root(first)).into()
}

/// The ARN that is written, or that of the written name in the account and region in use; and the attribute it is from.
///
/// # Errors
/// When the account is not known.
async fn arn_of(
    configured: &Configured,
    call: &Call,
    config: &Value,
    kind: &str,
) -> Result<(String, &'static str), Diagnostics> {
    if let Some(arn) = config.get("arn").as_str() {
        return Ok((arn.to_owned(), "arn"));
    }
    let name = config.get("name").as_str().unwrap_or_default();
    let identity = configured.aws.identity(call).await;
    let identity = identity.map_err(|error| messages::of_aws(&format!("look for `{name}`"), &error))?;
    let Some(account) = &identity.account else {
        let detail = "Write the `arn`, or remove `skip_requesting_account_id` from the provider block.";
        return Err(Diagnostic::error("the account is not known", detail).at(AttributePath::root("name")).into());
    };
    Ok((format!("arn:{}:states:{}:{account}:{kind}:{name}", identity.partition, identity.region), "name"))
}

/// That there is no such object.
fn missing(kind: &str, arn: &str, attribute: &str) -> Diagnostics {
    let detail = "Check the account, the region and the name.";
    Diagnostic::error(format!("there is no {kind} `{arn}`"), detail).at(AttributePath::root(attribute)).into()
}
