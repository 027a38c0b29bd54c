//! Identities: what tells an object from all others of its kind.

use tfplugin::schema::{IdentityAttribute, IdentitySchema};
use tfplugin::{Diagnostics, ImportKey, Present, Private, Type, Value};

/// The schema of an identity that is this attribute.
pub fn schema(name: &str, description: &str) -> IdentitySchema {
    schema_of(&[(name, description, true)])
}

/// The schema of an identity of several attributes, with whether an import has to give them.
pub fn schema_of(attributes: &[(&str, &str, bool)]) -> IdentitySchema {
    let attribute = |(name, description, required): &(&str, &str, bool)| IdentityAttribute {
        name: (*name).into(),
        ty: Type::String,
        required_for_import: *required,
        description: (*description).into(),
    };
    IdentitySchema { version: 0, attributes: attributes.iter().map(attribute).collect() }
}

/// The identity of an object in this state; `None` where there is no object yet.
pub fn of(state: &Value, name: &str) -> Option<Value> {
    of_all(state, &[name])
}

/// The same for an identity of several attributes, of which the first is always there.
pub fn of_all(state: &Value, names: &[&str]) -> Option<Value> {
    let first = state.get(names.first()?);
    (!first.is_null()).then(|| Value::object(names.iter().map(|name| (*name, state.get(name).clone()))))
}

/// A state as Terraform keeps it, with the identity that is these attributes.
pub fn present(state: Value, names: &[&str]) -> Present {
    let identity = of_all(&state, names);
    Present { state, private: Private::new(), identity, warnings: Diagnostics::default() }
}

/// What an import names, by its id or by its identity.
pub fn imported(key: ImportKey, name: &str) -> String {
    match key {
        ImportKey::Id(id) => id,
        ImportKey::Identity(identity) => identity.get(name).as_str().unwrap_or_default().to_owned(),
    }
}

/// A name that nothing else has: a prefix, and 26 digits of time and chance.
pub fn made_up_name(prefix: Option<&str>) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let chance = u64::from(now.subsec_nanos()) ^ (u64::from(std::process::id()) << 20);
    format!(
        "{}{:014}{:012}",
        prefix.unwrap_or("terraform-"),
        now.as_millis() % 100_000_000_000_000,
        chance % 1_000_000_000_000
    )
}
