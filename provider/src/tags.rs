//! Tags: those of the resource and those that the provider gives everything.

use std::collections::BTreeMap;

use sfn_aws::{OWNER_TAG, Tags};
use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting};
use tfplugin::{Type, Value};

/// What variables with default tags begin with; the key follows.
const DEFAULT_VARIABLES: &str = "TF_AWS_DEFAULT_TAGS_";

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

/// What the provider block says of the tags of everything.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Tags that everything gets.
    pub defaults: Tags,
    keys: Vec<String>,
    prefixes: Vec<String>,
}

impl Rules {
    /// The rules of the provider block and of the environment, of which the block wins.
    pub fn of(config: &Value) -> Self {
        let first = |name: &str| config.get(name).as_list().and_then(<[Value]>::first).cloned().unwrap_or_default();
        let (default, ignored) = (first("default_tags"), first("ignore_tags"));
        let mut defaults: Tags = std::env::vars()
            .filter_map(|(name, value)| Some((name.strip_prefix(DEFAULT_VARIABLES)?.to_owned(), value)))
            .collect();
        defaults.extend(default.get("tags").string_map());
        Self {
            defaults,
            keys: words(ignored.get("keys"), "TF_AWS_IGNORE_TAGS_KEYS"),
            prefixes: words(ignored.get("key_prefixes"), "TF_AWS_IGNORE_TAGS_KEY_PREFIXES"),
        }
    }

    /// Whether a tag is somebody else's: AWS's, this provider's own mark, or one to be ignored.
    fn ignores(&self, key: &str) -> bool {
        key.starts_with("aws:")
            || key == OWNER_TAG
            || self.keys.iter().any(|ignored| ignored == key)
            || self.prefixes.iter().any(|prefix| key.starts_with(prefix))
    }

    fn visible(&self, tags: Tags) -> Tags {
        tags.into_iter().filter(|(key, _)| !self.ignores(key)).collect()
    }
}

/// The words of a set or, without one, of a variable that lists them with commas.
fn words(set: &Value, variable: &str) -> Vec<String> {
    if !set.is_null() {
        return set.strings();
    }
    let listed = std::env::var(variable).unwrap_or_default();
    listed.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The block with the tags that are somebody else's.
pub fn ignore_block() -> NestedBlock {
    let set = |name: &str, description: &str| Attribute::optional(name, Type::set(Type::String), description);
    let attributes = vec![
        set("keys", "Keys. Also `TF_AWS_IGNORE_TAGS_KEYS`, with commas."),
        set("key_prefixes", "What keys begin with. Also `TF_AWS_IGNORE_TAGS_KEY_PREFIXES`, with commas."),
    ];
    let description = "Tags that somebody else sets, which are neither shown nor removed.".into();
    let block = Block { attributes, description, ..Block::default() };
    NestedBlock { max_items: 1, ..NestedBlock::new("ignore_tags", Nesting::List, block) }
}

/// What `tags_all` will be; unknown while a part is.
pub fn all(config: &Value, rules: &Rules) -> Value {
    let tags = config.get("tags");
    if !tags.is_wholly_known() {
        return Value::Unknown;
    }
    let mut all = rules.defaults.clone();
    all.extend(tags.string_map());
    rules.visible(all).into()
}

/// What `tags` and `tags_all` are for an object that has these tags: what the defaults give is not the resource's own.
pub fn of_object(found: Tags, prior: &Value, rules: &Rules) -> (Value, Value) {
    let found = rules.visible(found);
    let mut own: BTreeMap<String, String> = found
        .iter()
        .filter(|(key, value)| {
            let written = !prior.get("tags").get(key).is_null();
            written || rules.defaults.get(*key) != Some(*value)
        })
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    // What is written and is to be ignored stays as it was written.
    own.extend(prior.get("tags").string_map().into_iter().filter(|(key, _)| rules.ignores(key)));
    // No tags and an empty map of tags are the same to AWS: what was written stays.
    let own = if own.is_empty() && prior.get("tags").is_null() { Value::Null } else { own.into() };
    (own, found.into())
}
