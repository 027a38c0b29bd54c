//! Identities of objects, and generated names.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tfplugin::model::Attr;
use tfplugin::schema::{IdentityAttribute, IdentitySchema};
use tfplugin::{Type, Value};

use super::managed::IdentityPart;

/// The schema of an identity.
pub fn schema(parts: &[IdentityPart]) -> IdentitySchema {
    let attribute = |part: &IdentityPart| IdentityAttribute {
        name: part.name.into(),
        ty: Type::String,
        required_for_import: part.required,
        description: part.description.into(),
    };
    IdentitySchema {
        version: 0,
        attributes: parts.iter().map(attribute).collect(),
    }
}

/// The identity of an object in this state. `None` if the object does not exist yet.
pub fn of_all(state: &Value, names: &[&str]) -> Option<Value> {
    let first = state.get(names.first()?);
    (!first.is_null())
        .then(|| Value::object(names.iter().map(|name| (*name, state.get(name).clone()))))
}

/// A unique name: a prefix, and 26 digits from the time, the process and a counter.
pub fn unique_name(prefix: Option<&str>) -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| now.as_millis());
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let process = u64::from(std::process::id());
    format!(
        "{}{:014}{:07}{:05}",
        prefix.unwrap_or("terraform-"),
        now % 100_000_000_000_000,
        process % 10_000_000,
        count % 100_000
    )
}

/// The planned name: the configured one, the one of the state if the prefix is the same, or
/// unknown.
pub fn planned_name(
    planned: &Attr<String>,
    prefix: &Attr<String>,
    prior_prefix: Option<&Attr<String>>,
) -> Attr<String> {
    match prior_prefix {
        // A null prefix belongs to a name that was configured or generated before.
        Some(before) if !prefix.is_null() && before != prefix => Attr::Unknown,
        _ => planned.clone(),
    }
}

/// The name of a new object: the configured one, or a generated one.
pub fn name_or_generated(name: &Attr<String>, prefix: &Attr<String>) -> String {
    name.text()
        .map_or_else(|| unique_name(prefix.text()), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_names_differ_in_one_tick_of_the_clock() {
        let names: std::collections::HashSet<String> =
            (0..1000).map(|_| unique_name(Some("p-"))).collect();
        assert_eq!(names.len(), 1000);
        assert!(
            names
                .iter()
                .all(|name| name.len() == 28 && name.starts_with("p-"))
        );
    }
}
