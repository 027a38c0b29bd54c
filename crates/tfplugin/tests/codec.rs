//! All values survive encoding and decoding.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use tfplugin::codec::{decode, decode_json, decode_value, encode, encode_json, encode_value};
use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting};
use tfplugin::{Number, Type, Typed, Value};

/// A block with difficult parts: dynamic attributes in labelled and repeated blocks.
fn block() -> Block {
    let inner = Block {
        attributes: vec![
            Attribute::optional("any", Type::Dynamic, ""),
            Attribute::optional("text", Type::String, ""),
            Attribute::optional("names", Type::list(Type::String), ""),
        ],
        ..Block::default()
    };
    let labelled = Block {
        attributes: inner.attributes.clone(),
        blocks: vec![
            NestedBlock::new("retry", Nesting::List, inner.clone()),
            NestedBlock::new("only", Nesting::Single, inner.clone()),
        ],
        ..Block::default()
    };
    let plain = Block {
        attributes: vec![Attribute::optional("n", Type::Number, "")],
        ..Block::default()
    };
    Block {
        attributes: vec![
            Attribute::optional("any", Type::Dynamic, ""),
            Attribute::optional("tags", Type::map(Type::String), ""),
            Attribute::optional("number", Type::Number, ""),
            Attribute::nested(
                "object",
                Nesting::Single,
                vec![Attribute::optional("flag", Type::Bool, "")],
                "",
            ),
        ],
        blocks: vec![
            NestedBlock::new("task", Nesting::Map, labelled),
            NestedBlock::new("rule", Nesting::List, inner.clone()),
            NestedBlock::new("single", Nesting::Single, inner),
            NestedBlock::new("plain", Nesting::Set, plain),
        ],
        ..Block::default()
    }
}

fn number() -> impl Strategy<Value = Value> {
    let exact = prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        any::<f64>().prop_filter_map("finite", |float| Number::try_from(float).ok()),
        "-?[1-9][0-9]{20,40}\\.[0-9]{1,30}[1-9]".prop_map(|text| text.parse().unwrap()),
    ];
    exact.prop_map(Value::Number)
}

fn leaf(known: bool) -> BoxedStrategy<Value> {
    let known_leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        number(),
        "\\PC{0,8}".prop_map(Value::from)
    ];
    if known {
        known_leaf.boxed()
    } else {
        prop_oneof![9 => known_leaf, 1 => Just(Value::Unknown)].boxed()
    }
}

/// A value of a dynamic attribute, as a literal in HCL.
fn open(known: bool) -> impl Strategy<Value = Value> {
    prop_oneof![8 => leaf(known), 1 => Just(Value::Null)].prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec(("[a-z$.]{1,5}", inner), 0..4).prop_map(Value::object),
        ]
    })
}

/// The same value as decoded, with its type.
fn typed(value: Value) -> Value {
    match value {
        Value::Null | Value::Unknown => value,
        value => Value::Typed(Box::new(Typed {
            ty: Type::of(&value),
            value,
        })),
    }
}

fn text(known: bool) -> impl Strategy<Value = Value> {
    let unknown = if known {
        Just(Value::Null).boxed()
    } else {
        Just(Value::Unknown).boxed()
    };
    prop_oneof![4 => "\\PC{0,8}".prop_map(Value::from), 1 => Just(Value::Null), 1 => unknown]
}

fn inner(known: bool) -> impl Strategy<Value = Value> {
    let names = prop_oneof![
        Just(Value::Null),
        prop::collection::vec(text(known), 0..3).prop_map(Value::List)
    ];
    (open(known), text(known), names).prop_map(|(any, text, names)| {
        Value::object([("any", typed(any)), ("text", text), ("names", names)])
    })
}

fn labelled(known: bool) -> impl Strategy<Value = Value> {
    (
        inner(known),
        prop::collection::vec(inner(known), 0..3),
        prop::option::of(inner(known)),
    )
        .prop_map(|(mut value, retry, only)| {
            value.set("retry", Value::List(retry));
            value.set("only", only.unwrap_or_default());
            value
        })
}

fn whole(known: bool) -> impl Strategy<Value = Value> {
    let tags = prop::collection::vec(("[a-z]{1,3}", text(known)), 0..3).prop_map(Value::object);
    let plain = prop::collection::vec(number().prop_map(|n| Value::object([("n", n)])), 0..2)
        .prop_map(Value::List);
    let tasks =
        prop::collection::vec(("[A-Z][a-z]{0,3}", labelled(known)), 0..3).prop_map(Value::object);
    (
        (
            open(known),
            tags,
            prop_oneof![Just(Value::Null), number()],
            prop::option::of(any::<bool>()),
        ),
        (
            tasks,
            prop::collection::vec(inner(known), 0..3),
            prop::option::of(inner(known)),
            plain,
        ),
    )
        .prop_map(|((any, tags, number, flag), (task, rule, single, plain))| {
            Value::object([
                ("any", typed(any)),
                ("tags", tags),
                ("number", number),
                (
                    "object",
                    flag.map_or(Value::Null, |flag| {
                        Value::object([("flag", Value::from(flag))])
                    }),
                ),
                ("task", task),
                ("rule", Value::List(rule)),
                ("single", single.unwrap_or_default()),
                ("plain", plain),
            ])
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn msgpack_keeps_everything(value in whole(false)) {
        let bytes = encode(&value, &block());
        let again = decode(&bytes, &block()).unwrap();
        prop_assert_eq!(&again, &value);
        prop_assert_eq!(encode(&again, &block()), bytes);
    }

    #[test]
    fn state_json_keeps_what_is_known(value in whole(true)) {
        let json = encode_json(&value, &block());
        prop_assert_eq!(decode_json(&json, &block()).unwrap(), value);
    }

    #[test]
    fn no_bytes_bring_it_down(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes, &block());
        let _ = decode_json(&bytes, &block());
    }
}

#[test]
fn wire_forms_of_terraform_are_read() {
    let object = Type::Object(BTreeMap::from([("n".to_owned(), Type::Number)]));
    let decoded = |bytes: &[u8], ty: &Type| decode_value(bytes, ty).unwrap();
    // Null, unknown and refined unknown.
    assert_eq!(decoded(&[0xc0], &Type::String), Value::Null);
    assert_eq!(decoded(&[0xd4, 0, 0], &Type::String), Value::Unknown);
    assert_eq!(
        decoded(&[0xc7, 3, 12, 0x81, 1, 0xc2], &Type::String),
        Value::Unknown
    );
    // A number as text, as an integer and as a float.
    assert_eq!(
        decoded(b"\xa30.1", &Type::Number),
        Value::Number("0.1".parse().unwrap())
    );
    assert_eq!(
        decoded(&[0x81, 0xa1, b'n', 0xff], &object)
            .get("n")
            .as_i64(),
        Some(-1)
    );
    assert_eq!(
        decoded(&[0xcb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0], &Type::Number),
        Value::Number("0.5".parse().unwrap())
    );
    // A number that a float cannot represent is encoded as text, and others as floats.
    assert_eq!(
        encode_value(&Value::Number("0.1".parse().unwrap()), &Type::Number),
        b"\xa30.1"
    );
    assert_eq!(
        encode_value(&Value::Number("0.5".parse().unwrap()), &Type::Number)[0],
        0xcb
    );
    // A dynamic value contains its type.
    let bytes = encode_value(&Value::from("x"), &Type::Dynamic);
    assert_eq!(bytes, b"\x92\xc4\x08\"string\"\xa1x");
}

#[test]
fn maps_keep_their_order_and_are_equal_in_any() {
    let number = |number: i64| Value::from(number);
    let (ab, ba) = (
        [("a", number(1)), ("b", number(2))],
        [("b", number(2)), ("a", number(1))],
    );
    let keys = |value: &Value| value.as_map().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(Value::object(ab.clone()), Value::object(ba.clone()));
    assert_eq!(keys(&Value::object(ba.clone())), ["b", "a"]);
    let numbers = Type::map(Type::Number);
    assert_eq!(
        keys(
            &decode_value(
                &encode_value(&Value::object(ba.clone()), &numbers),
                &numbers
            )
            .unwrap()
        ),
        ["b", "a"]
    );
    // Attributes of an object are encoded in the order of its type, so that equal objects have
    // equal bytes.
    assert_eq!(
        encode_value(&Value::object(ba), &Type::Dynamic),
        encode_value(&Value::object(ab), &Type::Dynamic)
    );
}

#[test]
fn a_state_of_an_older_schema_is_filled_in() {
    let state = br#"{"any":null,"gone":"x","task":{"value":{"A":{"any":1,"text":"t"}},"type":["object",{"A":["object",{"any":"number","text":"string"}]}]},"rule":{"value":[],"type":["tuple",[]]}}"#;
    let value = decode_json(state, &block()).unwrap();
    let task = value.get("task").get("A");
    assert_eq!(
        (task.get("text").as_str(), task.get("any").as_i64()),
        (Some("t"), Some(1))
    );
    assert!(
        task.get("names").is_null() && task.get("only").is_null() && value.get("gone").is_null()
    );
}

#[test]
fn absurd_numbers_are_refused() {
    assert!("1e999999999".parse::<Number>().is_err());
    assert!("x".parse::<Number>().is_err());
    assert_eq!("2.0".parse::<Number>().unwrap(), Number::from(2_i64));
}
