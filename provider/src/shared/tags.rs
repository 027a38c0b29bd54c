//! Tags of the resource, and default tags of the provider.

use std::collections::{BTreeMap, BTreeSet};

use sfn_aws::{OWNER_TAG, Tags};
use tfplugin::model::{Attr, Facts};
use tfplugin::schema::Attribute;
use tfplugin::{Type, Value};

use crate::provider_block::{ProviderBlock, single};

/// Prefix of environment variables with default tags. The key follows.
const DEFAULT_VARIABLES: &str = "TF_AWS_DEFAULT_TAGS_";

/// The attributes `tags` and `tags_all`.
pub fn attributes() -> [Attribute; 2] {
    let empty_is_absent = || Facts {
        empty_is_absent: true,
        ..Facts::default()
    };
    let tags = "Tags of the object. They take precedence over the provider's `default_tags`.";
    let all = "All tags of the object, with those of the provider's `default_tags`.";
    [
        Attribute::optional("tags", Type::map(Type::String), tags).with_facts(empty_is_absent()),
        Attribute::computed("tags_all", Type::map(Type::String), all).with_facts(empty_is_absent()),
    ]
}

/// Settings of the provider block for the tags of all resources.
#[derive(Debug, Clone, Default)]
pub struct TagRules {
    /// Tags of all resources.
    pub defaults: Tags,
    /// Whether some of them are unknown.
    unknown: bool,
    ignored_keys: Vec<String>,
    ignored_prefixes: Vec<String>,
}

impl TagRules {
    /// The settings of the provider block and the environment. The block takes precedence.
    pub fn of(block: &ProviderBlock) -> Self {
        let mut defaults: Tags = std::env::vars()
            .filter_map(|(name, value)| {
                Some((name.strip_prefix(DEFAULT_VARIABLES)?.to_owned(), value))
            })
            .collect();
        let written = single(&block.default_tags).map(|default| &default.tags);
        defaults.extend(
            written
                .and_then(Attr::known)
                .into_iter()
                .flatten()
                .map(|(key, value)| (key.clone(), value.clone())),
        );
        let ignored = single(&block.ignore_tags);
        Self {
            defaults,
            unknown: block.default_tags.is_unknown() || written.is_some_and(Attr::is_unknown),
            ignored_keys: words(
                ignored.map(|ignored| &ignored.keys),
                "TF_AWS_IGNORE_TAGS_KEYS",
            ),
            ignored_prefixes: words(
                ignored.map(|ignored| &ignored.key_prefixes),
                "TF_AWS_IGNORE_TAGS_KEY_PREFIXES",
            ),
        }
    }

    /// Whether a tag is managed elsewhere: by AWS, as the owner tag, or ignored by the provider
    /// block.
    fn ignores(&self, key: &str) -> bool {
        key.starts_with("aws:")
            || key == OWNER_TAG
            || self.ignored_keys.iter().any(|ignored| ignored == key)
            || self
                .ignored_prefixes
                .iter()
                .any(|prefix| key.starts_with(prefix))
    }

    fn visible(&self, tags: Tags) -> Tags {
        tags.into_iter()
            .filter(|(key, _)| !self.ignores(key))
            .collect()
    }
}

/// The elements of a set, or of an environment variable with a comma-separated list.
fn words(set: Option<&Attr<BTreeSet<String>>>, variable: &str) -> Vec<String> {
    if let Some(words) = set.and_then(Attr::known) {
        return words.iter().cloned().collect();
    }
    let listed = std::env::var(variable).unwrap_or_else(|_| String::new());
    listed
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The planned `tags_all`. Unknown while a part is. Tags with the value null are omitted.
pub fn all(config: &Value, rules: &TagRules) -> Value {
    let tags = config.get("tags");
    if rules.unknown || !tags.is_wholly_known() {
        return Value::Unknown;
    }
    let mut all = rules.defaults.clone();
    all.extend(tags.string_map());
    rules.visible(all).into()
}

/// `tags` and `tags_all` for an object with these tags. A tag belongs to the resource if it is
/// configured, or if neither the state nor the defaults contain it.
pub fn of_object(found: Tags, prior: &Value, rules: &TagRules) -> (Value, Value) {
    let found = rules.visible(found);
    let (written, before) = (
        prior.get("tags").string_map(),
        prior.get("tags_all").string_map(),
    );
    let is_own = |key: &String, value: &String| match (
        written.contains_key(key),
        before.contains_key(key),
    ) {
        (true, _) => true,
        // The tag came from the defaults, which may have changed since.
        (false, true) => false,
        (false, false) => rules.defaults.get(key) != Some(value),
    };
    let mut own: BTreeMap<String, String> = found
        .iter()
        .filter(|(key, value)| is_own(key, value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    // Configured tags that are ignored are kept as configured.
    own.extend(written.into_iter().filter(|(key, _)| rules.ignores(key)));
    // AWS does not distinguish no tags from an empty map. The configured value is kept.
    let own = if own.is_empty() && prior.get("tags").is_null() {
        Value::Null
    } else {
        own.into()
    };
    (own, found.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(entries: &[(&str, &str)]) -> Tags {
        entries
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn check(
        found: &[(&str, &str)],
        written: &[(&str, &str)],
        all: &[(&str, &str)],
        expected: &[(&str, &str)],
    ) {
        let rules = TagRules {
            defaults: tags(&[("team", "shop"), ("env", "new")]),
            ..TagRules::default()
        };
        let prior = Value::object([
            ("tags", tags(written).into()),
            ("tags_all", tags(all).into()),
        ]);
        let (own, everything) = of_object(tags(found), &prior, &rules);
        assert_eq!(own, tags(expected).into(), "{found:?}");
        assert_eq!(everything, tags(found).into());
    }

    #[test]
    fn own_tags_are_told_from_defaults() {
        let all = [("own", "1"), ("team", "shop"), ("env", "old")];
        // A default that has changed is not a tag of the resource.
        check(&all, &[("own", "1")], &all, &[("own", "1")]);
        // A configured tag belongs to the resource, even if it equals the default.
        check(
            &all,
            &[("own", "1"), ("team", "shop")],
            &all,
            &[("own", "1"), ("team", "shop")],
        );
        // Another tool added a tag, and a configured tag was changed.
        check(
            &[("own", "2"), ("x", "y")],
            &[("own", "1")],
            &all,
            &[("own", "2"), ("x", "y")],
        );
        // In an import, default tags are not tags of the resource.
        check(&[("team", "shop"), ("x", "y")], &[], &[], &[("x", "y")]);
    }
}
