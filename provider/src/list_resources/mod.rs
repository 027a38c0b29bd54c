//! List resources of `terraform query`. Each file is named after its type, without `sfn_`.

mod activity;
mod alias;
mod lambda_function;
mod state_machine;

use tfplugin::{ListResource, Value};

use crate::session::ProviderContext;
use crate::shared::data_source::{FoundObject, SearchListResource};

/// All list resources.
pub fn all(provider: &ProviderContext) -> Vec<Box<dyn ListResource>> {
    vec![
        Box::new(SearchListResource::<activity::Activities>::new(provider)),
        Box::new(SearchListResource::<alias::Aliases>::new(provider)),
        Box::new(SearchListResource::<lambda_function::Functions>::new(
            provider,
        )),
        Box::new(SearchListResource::<state_machine::StateMachines>::new(
            provider,
        )),
    ]
}

/// An object whose identity is its ARN.
fn by_arn(arn: String, name: String) -> FoundObject {
    let identity = Value::object([("arn", Value::from(arn.as_str()))]);
    FoundObject {
        id: arn,
        identity,
        name,
    }
}
