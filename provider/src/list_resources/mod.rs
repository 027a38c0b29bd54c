//! `list` blocks of `terraform query`: what there is to be imported.

mod activity;
mod alias;
mod function;
mod state_machine;

use tfplugin::schema::{Attribute, Block, Schema};
use tfplugin::{
    Context, Diagnostic, Diagnostics, ImportKey, ListRequest, ListResource, Listed, Listing, Resource, Type, Value,
};

use crate::configuration::Shared;

/// The attribute.
const REGION: &str = "region";

/// All list resources.
pub fn all(shared: &Shared) -> Vec<Box<dyn ListResource>> {
    vec![
        Box::new(activity::Activities::new(shared.clone())),
        Box::new(alias::Aliases::new(shared.clone())),
        Box::new(function::Functions::new(shared.clone())),
        Box::new(state_machine::StateMachines::new(shared.clone())),
    ]
}

/// The schema of a search with these attributes, and with the region to search in.
fn schema(mut attributes: Vec<Attribute>, description: &str) -> Schema {
    let region = "Region to search in; that of the provider block if absent.";
    attributes.push(Attribute::optional(REGION, Type::String, region));
    Schema { version: 0, block: Block { attributes, description: description.into(), ..Block::default() } }
}

/// What the provider knows for the region of a search.
fn within(shared: &Shared, config: &Value) -> Shared {
    shared.in_region(config.get(REGION).as_str().map(str::to_owned))
}

/// An object that was found.
struct Object {
    /// What imports it.
    arn: String,
    identity: Value,
    name: String,
}

/// Tells of an object, with its state where that was asked for; `false` when no more are wanted. One that cannot be read
/// is told of without.
async fn push(resource: &dyn Resource, object: Object, request: &ListRequest, found: &Listing, cx: &Context) -> bool {
    let mut listed =
        Listed { identity: object.identity, display_name: object.name, state: None, warnings: Diagnostics::default() };
    if request.include_resource {
        match resource.import(ImportKey::Id(object.arn), cx).await {
            Ok(present) => (listed.state, listed.warnings) = (Some(present.state), present.warnings),
            Err(diagnostics) => {
                let warning = |said: &Diagnostic| Diagnostic::warning(said.summary.clone(), said.detail.clone());
                listed.warnings = diagnostics.iter().map(warning).collect();
            }
        }
    }
    found.push(listed).await
}
