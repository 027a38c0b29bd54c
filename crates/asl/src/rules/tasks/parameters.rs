//! The parameters of a task, with the structure that the API defines.

use std::borrow::Cow;

use crate::integration::{Nesting, Operation, Resource, Structure, integration, operation};
use crate::json::{Json, Members};
use crate::model::QueryLanguage;
use crate::pointer::JsonPointer;
use crate::semantic::{Node, SemanticModel};

/// The integration that a task calls.
pub(super) struct Call {
    /// Its name for messages, such as `sqs:sendMessage`.
    pub name: String,
    /// The structures of its parameters and its result.
    pub operation: Cow<'static, Operation>,
    /// The field with the parameters: `Parameters` or `Arguments`.
    pub field: &'static str,
}

impl Call {
    /// Returns the call of a task. `None` if the operation or the query language is not known.
    pub fn of(model: &SemanticModel<'_>, node: &Node<'_>) -> Option<Self> {
        let (operation, called) = match node.resource?.1 {
            Resource::Optimized(called) => (
                integration(called.service, called.operation)?.operation()?,
                called,
            ),
            Resource::Sdk(called) => (
                Cow::Borrowed(operation(called.service, called.operation)?),
                called,
            ),
            _ => return None,
        };
        let field = match model.language_of(node)? {
            QueryLanguage::JSONPath => "Parameters",
            QueryLanguage::JSONata => "Arguments",
        };
        Some(Self {
            name: format!("{}:{}", called.service, called.operation),
            operation,
            field,
        })
    }

    /// Returns the parameters of the task, with the structure that the operation requires.
    pub fn request<'n>(&self, node: &'n Node<'_>) -> Option<Given<'n>> {
        let Some(Json::Object(members)) = node.value.get(self.field) else {
            return None;
        };
        let structure = self.operation.request?;
        Some(Given {
            path: String::new(),
            at: node.at.join(self.field),
            members,
            structure,
        })
    }
}

/// An object in the parameters.
pub(super) struct Given<'n> {
    /// Its path, such as `NetworkConfiguration.AwsvpcConfiguration`. Empty for the parameters as a whole.
    pub path: String,
    pub at: JsonPointer,
    pub members: &'n Members,
    pub structure: Structure,
}

impl<'n> Given<'n> {
    /// Calls `visit` for it and for each object in it.
    pub fn walk(&self, visit: &mut dyn FnMut(&Given<'n>)) {
        visit(self);
        for (key, value) in self.members {
            let known = self.structure.name(plain(key));
            if let Some((nesting, structure)) = known.and_then(|known| self.structure.inner(known))
            {
                let dot = if self.path.is_empty() { "" } else { "." };
                let path = format!("{}{dot}{}", self.path, plain(key));
                walk(&path, structure, nesting, value, &self.at.join(key), visit);
            }
        }
    }
}

fn walk<'n>(
    path: &str,
    structure: Structure,
    nesting: Nesting,
    value: &'n Json,
    at: &JsonPointer,
    visit: &mut dyn FnMut(&Given<'n>),
) {
    match (nesting, value) {
        (Nesting::Single, Json::Object(members)) => {
            Given {
                path: path.to_owned(),
                at: at.clone(),
                members,
                structure,
            }
            .walk(visit);
        }
        (Nesting::List, Json::Array(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                walk(
                    path,
                    structure,
                    Nesting::Single,
                    element,
                    &at.join(index),
                    visit,
                );
            }
        }
        (Nesting::Map, Json::Object(members)) => {
            for (key, value) in members {
                walk(
                    path,
                    structure,
                    Nesting::Single,
                    value,
                    &at.join(key),
                    visit,
                );
            }
        }
        _ => {}
    }
}

/// The name of a member without the suffix `.$`.
pub(super) fn plain(key: &str) -> &str {
    key.strip_suffix(".$").unwrap_or(key)
}
