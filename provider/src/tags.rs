//! Tags: those of the resource and those that the provider gives everything.

use std::collections::BTreeMap;

use sfn_aws::{OWNER_TAG, Tags};
use tfplugin::schema::Attribute;
use tfplugin::{Type, Value};

/// The two attributes.
pub fn attributes() -> [Attribute; 2] {
    [
        Attribute::optional("tags", Type::map(Type::String), "Tags; they win over the provider's `default_tags`."),
        Attribute::computed(
            "tags_all",
            Type::map(Type::String),
            "All tags, with those of the provider's `default_tags`.",
        ),
    ]
}

/// What `tags_all` will be; unknown while a part is.
pub fn all(config: &Value, defaults: &Tags) -> Value {
    let tags = config.get("tags");
    if !tags.is_wholly_known() {
        return Value::Unknown;
    }
    let mut all = defaults.clone();
    all.extend(tags.string_map());
    all.into()
}

/// The tags of an object, without those that AWS and this provider keep for themselves.
pub fn visible(tags: Tags) -> Tags {
    tags.into_iter().filter(|(key, _)| !key.starts_with("aws:") && key != OWNER_TAG).collect()
}

/// What `tags` and `tags_all` are for an object that has these tags: what the defaults give is not the resource's own.
pub fn of_object(found: &Tags, prior: &Value, defaults: &Tags) -> (Value, Value) {
    let own: BTreeMap<String, String> = found
        .iter()
        .filter(|(key, value)| {
            let written = !prior.get("tags").get(key).is_null();
            written || defaults.get(*key) != Some(*value)
        })
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    // No tags and an empty map of tags are the same to AWS: what was written stays.
    let own = if own.is_empty() && prior.get("tags").is_null() { Value::Null } else { own.into() };
    (own, found.clone().into())
}
