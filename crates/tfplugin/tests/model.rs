//! Derived models, and the behavior of their flags.

use std::collections::{BTreeMap, BTreeSet};

use tfplugin::model::{Attr, Model, Problem};
use tfplugin::schema::Nesting;
use tfplugin::{AttributePath, Value};

/// A thing.
#[derive(Debug, Clone, PartialEq, Model)]
struct Thing {
    /// Name of the thing.
    #[tf(required, replace, validate = lower_case)]
    name: Attr<String>,
    /// Kind.
    #[tf(optional, computed, name = "type", default = "PLAIN", one_of = ["PLAIN", "FANCY"])]
    kind: Attr<String>,
    /// Size.
    #[tf(optional, absent = 3, between = 1..=9)]
    size: Attr<i32>,
    /// Count.
    #[tf(optional)]
    count: Attr<i32>,
    /// Share.
    #[tf(optional)]
    share: Attr<f64>,
    /// Text.
    #[tf(optional, conflicts = ["file"])]
    text: Attr<String>,
    /// File.
    #[tf(optional, equal = same_ending)]
    file: Attr<String>,
    /// Words.
    #[tf(optional)]
    words: Attr<BTreeSet<String>>,
    /// Tags.
    #[tf(optional)]
    tags: Attr<BTreeMap<String, String>>,
    /// Identifier.
    #[tf(computed)]
    id: Attr<String>,
    /// Inner.
    #[tf(block)]
    inner: Attr<Inner>,
    /// Mark.
    #[tf(block, present)]
    mark: Attr<Inner>,
    /// Items.
    #[tf(block, min = 0, max = 2, any_order)]
    item: Attr<Vec<Inner>>,
    #[tf(flatten)]
    rest: Rest,
}

/// Content of a thing.
#[derive(Debug, Clone, PartialEq, Model)]
struct Inner {
    /// Value.
    #[tf(optional)]
    value: Attr<String>,
}

/// The rest.
#[derive(Debug, Clone, PartialEq, Model)]
struct Rest {
    /// Secret.
    #[tf(optional, sensitive, deprecated = "Use another one.")]
    secret: Attr<String>,
}

fn lower_case(text: &str) -> Result<(), Problem> {
    if text.chars().any(char::is_uppercase) {
        Err(Problem::new("upper case", "Use lower case."))
    } else {
        Ok(())
    }
}

fn same_ending(a: &Value, b: &Value) -> bool {
    let end = |value: &Value| {
        value
            .as_str()
            .and_then(|text| text.rsplit('/').next())
            .map(str::to_owned)
    };
    end(a) == end(b)
}

/// A value of the schema. Attributes that are not given are null, and blocks are missing.
fn value<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let mut value = Thing::from_value(&Value::Null).to_value();
    entries
        .into_iter()
        .for_each(|(name, entry)| value.set(name, entry));
    value
}

fn list<const N: usize>(texts: [&str; N]) -> Value {
    Value::List(texts.map(Value::from).to_vec())
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::object(entries)
}

#[test]
fn the_schema_comes_from_the_struct() {
    let block = Thing::block();
    let described: Vec<(&str, &str)> = block
        .attributes
        .iter()
        .map(|attribute| (attribute.name.as_str(), attribute.description.as_str()))
        .collect();
    assert_eq!(
        described,
        [
            (
                "name",
                "Name of the thing. Changing this forces a new resource."
            ),
            (
                "type",
                "Kind. Valid values: `PLAIN`, `FANCY`. Defaults to `PLAIN`."
            ),
            ("size", "Size. Must be between 1 and 9. Defaults to `3`."),
            ("count", "Count."),
            ("share", "Share."),
            ("text", "Text. Conflicts with `file`."),
            ("file", "File."),
            ("words", "Words."),
            ("tags", "Tags."),
            ("id", "Identifier."),
            ("secret", "Secret."),
        ]
    );
    let flags = |name: &str| {
        let attribute = block.attribute(name).unwrap();
        (attribute.required, attribute.optional, attribute.computed)
    };
    assert_eq!(flags("name"), (true, false, false));
    assert_eq!(
        (flags("type"), flags("size"), flags("id")),
        (
            (false, true, true),
            (false, true, false),
            (false, false, true)
        )
    );
    let secret = block.attribute("secret").unwrap();
    assert!(secret.sensitive && secret.deprecation == "Use another one.");
    let nested: Vec<_> = block
        .blocks
        .iter()
        .map(|nested| (nested.name.as_str(), nested.nesting, nested.max_items))
        .collect();
    assert_eq!(
        nested,
        [
            ("inner", Nesting::Single, 0),
            ("mark", Nesting::Single, 0),
            ("item", Nesting::List, 2)
        ]
    );
    assert_eq!(block.description, "A thing.");
}

#[test]
fn values_are_read_and_written() {
    let read = |entries| Thing::from_value(&entries);
    let thing = read(value([
        ("name", "a".into()),
        ("size", 4.into()),
        ("text", "".into()),
        ("file", Value::Unknown),
        (
            "words",
            Value::List(vec!["b".into(), Value::Null, "".into(), "a".into()]),
        ),
        ("tags", object([("x", "".into()), ("y", Value::Null)])),
        ("inner", object([("value", Value::Unknown)])),
        ("item", Value::List(vec![object([("value", "v".into())])])),
    ]));
    assert_eq!((thing.name.text(), thing.size), (Some("a"), Attr::Known(4)));
    // An empty text counts as not set, and so do null and empty elements. An empty text in a map is
    // a value.
    assert_eq!((&thing.text, &thing.file), (&Attr::Null, &Attr::Unknown));
    assert_eq!(
        thing.words,
        Attr::Known(BTreeSet::from(["a".to_owned(), "b".to_owned()]))
    );
    assert_eq!(
        thing.tags,
        Attr::Known(BTreeMap::from([("x".to_owned(), String::new())]))
    );
    assert_eq!(
        thing.inner,
        Attr::Known(Inner {
            value: Attr::Unknown
        })
    );
    assert_eq!(
        (thing.mark.is_null(), thing.item.known().map(Vec::len)),
        (true, Some(1))
    );
    assert_eq!(Thing::from_value(&thing.to_value()), thing);
    assert!(
        read(value([("words", Value::List(vec![Value::Unknown]))]))
            .words
            .is_unknown()
    );
    assert!(thing.name.get().is_ok() && thing.text.get().is_err());
}

#[test]
fn single_values_and_conflicts_are_checked_once_they_are_known() {
    let check = |config: Value, expected: &[(&str, &str)]| {
        let found = Thing::block().check(&config);
        let found: Vec<(String, String)> = found
            .iter()
            .map(|found| {
                (
                    found.path.as_ref().unwrap().to_string(),
                    found.summary.clone(),
                )
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        assert_eq!(found, expected);
    };
    check(
        value([
            ("name", "a".into()),
            ("type", "FANCY".into()),
            ("size", 9.into()),
        ]),
        &[],
    );
    check(
        value([
            ("name", "A".into()),
            ("type", "FANCI".into()),
            ("size", 10.into()),
        ]),
        &[
            ("name", "upper case"),
            ("type", "unsupported value `FANCI`"),
            ("size", "`size` must be between 1 and 9, got 10"),
        ],
    );
    check(
        value([("size", "1.5".parse::<tfplugin::Number>().unwrap().into())]),
        &[("size", "`size` must be between 1 and 9, got 1.5")],
    );
    // A number that does not fit the type of the field is an error, and not unknown.
    let number = |text: &str| value([("count", text.parse::<tfplugin::Number>().unwrap().into())]);
    check(number("2147483647"), &[]);
    let range = "`count` must be a whole number between -2147483648 and 2147483647, got";
    for text in ["30.5", "2147483648"] {
        check(number(text), &[("count", &format!("{range} {text}"))]);
    }
    let share = value([("share", "1e400".parse::<tfplugin::Number>().unwrap().into())]);
    assert_eq!(Thing::block().check(&share).iter().count(), 1);
    check(
        value([("share", "0.5".parse::<tfplugin::Number>().unwrap().into())]),
        &[],
    );
    check(
        value([("text", "t".into()), ("file", "f".into())]),
        &[("text", "`text` conflicts with `file`")],
    );
    for other in [Value::Null, Value::Unknown, "".into()] {
        check(value([("text", "t".into()), ("file", other.clone())]), &[]);
        check(
            value([
                ("text", other.clone()),
                ("file", "f".into()),
                ("type", other.clone()),
                ("size", Value::Unknown),
            ]),
            &[],
        );
    }
    let fancy = Thing::block().check(&value([("type", "FANCI".into())]));
    assert_eq!(
        fancy.iter().next().unwrap().detail,
        "Did you mean `FANCY`? Valid values are `PLAIN` and `FANCY`."
    );
}

#[test]
fn a_new_object_gets_its_defaults() {
    let planned = Thing::block().plan(None, &value([("name", "a".into()), ("text", "".into())]));
    assert_eq!(planned.requires_replace, []);
    assert_eq!(planned.value.get("type"), &"PLAIN".into());
    assert_eq!(
        (planned.value.get("id"), planned.value.get("size")),
        (&Value::Unknown, &Value::Null)
    );
    assert_eq!(planned.value.get("text"), &"".into());
}

#[test]
fn a_change_is_planned_by_what_it_means() {
    let state = value([
        ("name", "a".into()),
        ("type", "PLAIN".into()),
        ("id", "1".into()),
        ("file", "x/f".into()),
    ]);
    let plan = |config: Value| Thing::block().plan(Some(&state), &config);
    // An equal value in another form keeps its form.
    let same = plan(value([("name", "a".into()), ("file", "y/f".into())]));
    assert_eq!(same.value, state);
    let other = plan(value([
        ("name", "b".into()),
        ("file", "g".into()),
        ("type", "FANCY".into()),
    ]));
    assert_eq!(other.requires_replace, [AttributePath::root("name")]);
    assert_eq!(
        (other.value.get("file"), other.value.get("type")),
        (&"g".into(), &"FANCY".into())
    );
    let unknown = plan(value([("name", Value::Unknown)]));
    assert_eq!(
        (unknown.value.get("name"), unknown.requires_replace.len()),
        (&Value::Unknown, 1)
    );
    // If an argument is removed, Terraform only accepts null.
    assert_eq!(
        plan(value([("name", "a".into())])).value.get("file"),
        &Value::Null
    );
}

#[test]
fn a_written_default_replaces_another_value() {
    let state = value([
        ("name", "a".into()),
        ("type", "FANCY".into()),
        ("size", 9.into()),
        ("id", "1".into()),
    ]);
    let check = |name: &str, written: Value, expected: Value, is_changed: bool| {
        let planned = Thing::block()
            .plan(
                Some(&state),
                &value([("name", "a".into()), (name, written.clone())]),
            )
            .value;
        assert_eq!(planned.get(name), &expected, "{name} = {written:?}");
        let attribute = Thing::block().attribute(name).cloned().unwrap();
        assert_eq!(
            !attribute.is_same(state.get(name), planned.get(name)),
            is_changed,
            "{name} = {written:?}"
        );
    };
    check("type", "PLAIN".into(), "PLAIN".into(), true);
    check("type", Value::Null, "PLAIN".into(), true);
    // An empty value also counts as the default.
    check("type", "".into(), "".into(), true);
    check("type", "FANCY".into(), "FANCY".into(), false);
    check("type", Value::Unknown, Value::Unknown, true);
    check("size", 3.into(), 3.into(), true);
    check("size", Value::Null, Value::Null, true);
}

#[test]
fn what_was_written_stays_where_it_means_the_same() {
    let check = |name: &str, written: Value, found: Value, is_kept: bool| {
        let (before, now) = (
            value([(name, written.clone())]),
            value([(name, found.clone())]),
        );
        let kept = Thing::block().keep_written(&before, &now);
        assert_eq!(
            kept.get(name),
            if is_kept { &written } else { &found },
            "{name}: {written:?} and {found:?}"
        );
    };
    check("text", "".into(), Value::Null, true);
    check("text", "".into(), "t".into(), false);
    check("size", Value::Null, 3.into(), true);
    check("size", Value::Null, 4.into(), false);
    // A computed value that is not set yet is taken as read.
    check("type", Value::Null, "PLAIN".into(), false);
    check("file", "x/f".into(), "f".into(), true);
    check("file", "x/f".into(), "g".into(), false);
    check("words", list(["b", "a"]), list(["a", "b"]), true);
    check("words", list(["b", ""]), list(["b"]), true);
    check("words", list(["a", "a"]), list(["a", "b"]), false);
    check(
        "tags",
        object([("x", "1".into()), ("y", Value::Null)]),
        object([("x", "1".into())]),
        true,
    );
    check("tags", object([("x", "".into())]), object([]), false);
    check("inner", object([("value", "".into())]), Value::Null, true);
    check("inner", object([("value", "v".into())]), Value::Null, false);
    // An empty block with `present` differs from no block.
    check("mark", object([("value", Value::Null)]), Value::Null, false);
    let items =
        |texts: [&str; 2]| Value::List(texts.map(|text| object([("value", text.into())])).to_vec());
    check("item", items(["a", "b"]), items(["b", "a"]), true);
    check("item", items(["a", "b"]), items(["b", "c"]), false);
}

#[test]
fn an_imported_object_has_no_more_than_a_person_would_write() {
    let nothing = object([("value", "".into())]);
    let found = value([
        ("name", "a".into()),
        ("type", "PLAIN".into()),
        ("size", 3.into()),
        ("words", list([])),
        ("text", "t".into()),
        ("id", "1".into()),
        ("inner", nothing.clone()),
        ("mark", nothing),
    ]);
    let mark = object([("value", Value::Null)]);
    let kept = [
        ("name", "a".into()),
        ("type", "PLAIN".into()),
        ("text", "t".into()),
        ("id", "1".into()),
        ("mark", mark),
    ];
    assert_eq!(Thing::block().imported(&found), value(kept));
}

#[test]
fn what_was_unknown_is_filled_in() {
    let planned = value([
        ("name", "a".into()),
        ("id", Value::Unknown),
        ("inner", object([("value", Value::Unknown)])),
    ]);
    let found = value([
        ("name", "A".into()),
        ("id", "1".into()),
        ("inner", object([("value", "v".into())])),
    ]);
    let filled = Thing::block().fill_unknown(&planned, &found);
    assert_eq!(
        (filled.get("name"), filled.get("id")),
        (&"a".into(), &"1".into())
    );
    assert_eq!(filled.get("inner").get("value"), &"v".into());
    let failed = Thing::block().fill_unknown(&planned, &planned);
    assert!(failed.is_wholly_known() && failed.get("id").is_null());
}

#[test]
fn generated_configuration_has_what_a_person_would_write() {
    let state = value([
        ("name", "a".into()),
        ("type", "PLAIN".into()),
        ("size", 3.into()),
        ("text", "".into()),
        ("file", "f".into()),
        ("id", "1".into()),
        ("inner", object([("value", Value::Null)])),
        ("mark", object([("value", Value::Null)])),
    ]);
    let mark = object([("value", Value::Null)]);
    assert_eq!(
        Thing::block().configuration(&state),
        value([("name", "a".into()), ("file", "f".into()), ("mark", mark)])
    );
}
