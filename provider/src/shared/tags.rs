//! Tags: those of the resource and those that the provider gives everything.

use std::collections::{BTreeMap, BTreeSet};

use sfn_aws::{OWNER_TAG, Tags};
use tfplugin::model::{Attr, Facts};
use tfplugin::schema::Attribute;
use tfplugin::{Type, Value};

use crate::provider_block::{ProviderBlock, single};

/// What variables with default tags begin with; the key follows.
const DEFAULT_VARIABLES: &str = "TF_AWS_DEFAULT_TAGS_";

/// The two attributes.
pub fn attributes() -> [Attribute; 2] {
    let empty_is_absent = || Facts { empty_is_absent: true, ..Facts::default() };
    let tags = "Tags of the object. They take precedence over the provider's `default_tags`.";
    let all = "All tags of the object, with those of the provider's `default_tags`.";
    [
        Attribute::optional("tags", Type::map(Type::String), tags).with_facts(empty_is_absent()),
        Attribute::computed("tags_all", Type::map(Type::String), all).with_facts(empty_is_absent()),
    ]
}

/// What the provider block configures for the tags of everything.
#[derive(Debug, Clone, Default)]
pub struct TagRules {
    /// Tags that everything gets.
    pub defaults: Tags,
    /// Whether some of them are not known yet.
    unknown: bool,
    ignored_keys: Vec<String>,
    ignored_prefixes: Vec<String>,
}

impl TagRules {
    /// The rules of the provider block and of the environment, of which the block wins.
    pub fn of(block: &ProviderBlock) -> Self {
        let mut defaults: Tags = std::env::vars()
            .filter_map(|(name, value)| Some((name.strip_prefix(DEFAULT_VARIABLES)?.to_owned(), value)))
            .collect();
        let written = single(&block.default_tags).map(|default| &default.tags);
        defaults.extend(
            written.and_then(Attr::known).into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())),
        );
        let ignored = single(&block.ignore_tags);
        Self {
            defaults,
            unknown: block.default_tags.is_unknown() || written.is_some_and(Attr::is_unknown),
            ignored_keys: words(ignored.map(|ignored| &ignored.keys), "TF_AWS_IGNORE_TAGS_KEYS"),
            ignored_prefixes: words(ignored.map(|ignored| &ignored.key_prefixes), "TF_AWS_IGNORE_TAGS_KEY_PREFIXES"),
        }
    }

    /// Whether a tag is managed elsewhere: by AWS, as this provider's own mark, or ignored by the provider block.
    fn ignores(&self, key: &str) -> bool {
        key.starts_with("aws:")
            || key == OWNER_TAG
            || self.ignored_keys.iter().any(|ignored| ignored == key)
            || self.ignored_prefixes.iter().any(|prefix| key.starts_with(prefix))
    }

    fn visible(&self, tags: Tags) -> Tags {
        tags.into_iter().filter(|(key, _)| !self.ignores(key)).collect()
    }
}

/// The words of a set or, without one, of a variable that lists them with commas.
fn words(set: Option<&Attr<BTreeSet<String>>>, variable: &str) -> Vec<String> {
    if let Some(words) = set.and_then(Attr::known) {
        return words.iter().cloned().collect();
    }
    let listed = std::env::var(variable).unwrap_or_else(|_| String::new());
    listed.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What `tags_all` will be; unknown while a part is. Tags whose value is null are absent.
pub fn all(config: &Value, rules: &TagRules) -> Value {
    let tags = config.get("tags");
    if rules.unknown || !tags.is_wholly_known() {
        return Value::Unknown;
    }
    let mut all = rules.defaults.clone();
    all.extend(tags.string_map());
    rules.visible(all).into()
}

/// What `tags` and `tags_all` are for an object that has these tags. A tag is the resource's own where it is written, or
/// where neither the state nor the defaults have it.
pub fn of_object(found: Tags, prior: &Value, rules: &TagRules) -> (Value, Value) {
    let found = rules.visible(found);
    let (written, before) = (prior.get("tags").string_map(), prior.get("tags_all").string_map());
    let is_own = |key: &String, value: &String| match (written.contains_key(key), before.contains_key(key)) {
        (true, _) => true,
        // It came from the defaults, which may be others by now.
        (false, true) => false,
        (false, false) => rules.defaults.get(key) != Some(value),
    };
    let mut own: BTreeMap<String, String> = found
        .iter()
        .filter(|(key, value)| is_own(key, value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    // What is written and is to be ignored stays as it was written.
    own.extend(written.into_iter().filter(|(key, _)| rules.ignores(key)));
    // No tags and an empty map of tags are the same to AWS: what was written stays.
    let own = if own.is_empty() && prior.get("tags").is_null() { Value::Null } else { own.into() };
    (own, found.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(entries: &[(&str, &str)]) -> Tags {
        entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn check(found: &[(&str, &str)], written: &[(&str, &str)], all: &[(&str, &str)], expected: &[(&str, &str)]) {
        let rules = TagRules { defaults: tags(&[("team", "shop"), ("env", "new")]), ..TagRules::default() };
        let prior = Value::object([("tags", tags(written).into()), ("tags_all", tags(all).into())]);
        let (own, everything) = of_object(tags(found), &prior, &rules);
        assert_eq!(own, tags(expected).into(), "{found:?}");
        assert_eq!(everything, tags(found).into());
    }

    #[test]
    fn own_tags_are_told_from_defaults() {
        let all = [("own", "1"), ("team", "shop"), ("env", "old")];
        // A default that has changed is still no tag of the resource.
        check(&all, &[("own", "1")], &all, &[("own", "1")]);
        // A tag that is written is the resource's own, even where it equals the default.
        check(&all, &[("own", "1"), ("team", "shop")], &all, &[("own", "1"), ("team", "shop")]);
        // Another tag was added by somebody else, and a written one was changed.
        check(&[("own", "2"), ("x", "y")], &[("own", "1")], &all, &[("own", "2"), ("x", "y")]);
        // In an import the defaults are no tags of the resource.
        check(&[("team", "shop"), ("x", "y")], &[], &[], &[("x", "y")]);
    }
}
