//! Identities of one attribute: what tells an object from all others of its kind.

use tfplugin::schema::{IdentityAttribute, IdentitySchema};
use tfplugin::{ImportKey, Type, Value};

/// The schema of an identity that is this attribute.
pub fn schema(name: &str, description: &str) -> IdentitySchema {
    let attribute = IdentityAttribute {
        name: name.into(),
        ty: Type::String,
        required_for_import: true,
        description: description.into(),
    };
    IdentitySchema { version: 0, attributes: vec![attribute] }
}

/// The identity of an object in this state; `None` where there is no object yet.
pub fn of(state: &Value, name: &str) -> Option<Value> {
    let value = state.get(name);
    (!value.is_null()).then(|| Value::object([(name, value.clone())]))
}

/// What an import names, by its id or by its identity.
pub fn imported(key: ImportKey, name: &str) -> String {
    match key {
        ImportKey::Id(id) => id,
        ImportKey::Identity(identity) => identity.get(name).as_str().unwrap_or_default().to_owned(),
    }
}
