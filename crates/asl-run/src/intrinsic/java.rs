//! The order of the hash sets of Java, in which AWS returns the elements of `States.ArrayUnique`.
//!
//! AWS returns `[false, true]` for `[true, false]` and `[[2,1], [1,2]]` for `[[1,2], [2,1]]`: the
//! order of the hashes in a table of 16 places. The hashes are specified by the documentation of
//! the Java platform: `String.hashCode`, `List.hashCode`, `Map.hashCode` and those of the boxed
//! numbers.

use std::collections::HashMap;

use serde_json::{Number, Value};

/// The smallest table.
const MIN_TABLE: usize = 16;

/// The different values, in the order of their places in a hash set. Equal places keep the given
/// order.
pub(super) fn distinct(values: &[Value]) -> Vec<&Value> {
    let table = (values.len() * 4 / 3 + 1)
        .max(MIN_TABLE)
        .next_power_of_two();
    let mut seen: HashMap<i32, Vec<&Value>> = HashMap::new();
    let mut placed: Vec<(usize, &Value)> = Vec::new();
    for value in values {
        let hash = hash(value);
        let others = seen.entry(hash).or_default();
        if !others.iter().any(|other| equal(other, value)) {
            others.push(value);
            let spread = hash.cast_unsigned() ^ (hash.cast_unsigned() >> 16);
            placed.push((spread as usize & (table - 1), value));
        }
    }
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, value)| value).collect()
}

fn hash(value: &Value) -> i32 {
    match value {
        Value::Null => 0,
        Value::Bool(true) => 1231,
        Value::Bool(false) => 1237,
        Value::Number(number) => hash_of_number(number),
        Value::String(text) => hash_of_text(text),
        Value::Array(elements) => elements.iter().fold(1, |sum: i32, element| {
            sum.wrapping_mul(31).wrapping_add(hash(element))
        }),
        Value::Object(members) => members.iter().fold(0, |sum: i32, (name, member)| {
            sum.wrapping_add(hash_of_text(name) ^ hash(member))
        }),
    }
}

fn hash_of_text(text: &str) -> i32 {
    text.encode_utf16().fold(0, |sum: i32, unit| {
        sum.wrapping_mul(31).wrapping_add(i32::from(unit))
    })
}

fn hash_of_number(number: &Number) -> i32 {
    match number.as_i64() {
        Some(whole) => match i32::try_from(whole) {
            Ok(small) => small,
            Err(_) => folded(whole.cast_unsigned()),
        },
        None => folded(number.as_f64().unwrap_or(f64::INFINITY).to_bits()),
    }
}

fn folded(bits: u64) -> i32 {
    ((bits ^ (bits >> 32)) as u32).cast_signed()
}

/// Whether two values are equal for Java: 1 and 1.0 are not, because they have different types.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => match (left.as_i64(), right.as_i64()) {
            (None, None) => left.as_f64() == right.as_f64(),
            (left, right) => left == right,
        },
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let same =
                |name: &str, left: &Value| right.get(name).is_some_and(|right| equal(left, right));
            left.len() == right.len() && left.iter().all(|(name, left)| same(name, left))
        }
        (left, right) => left == right,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn elements_have_the_order_of_their_hashes() {
        for (given, expected) in [
            (json!([true, false, true, false]), json!([false, true])),
            (json!([[1, 2], [1, 2], [2, 1]]), json!([[2, 1], [1, 2]])),
            (json!([null, null, 1, null]), json!([null, 1])),
            (json!([1, "1", 1, "01"]), json!([1, "1", "01"])),
            (json!([1, 1.0]), json!([1.0, 1])),
            (
                json!([{"a": 1, "b": 2}, {"b": 2, "a": 1}]),
                json!([{"a": 1, "b": 2}]),
            ),
            (json!([20, 3, 3, 17]), json!([17, 3, 20])),
            (json!([{}, [], "", 0]), json!([{}, "", 0, []])),
            (json!([]), json!([])),
        ] {
            let distinct: Value = distinct(given.as_array().unwrap())
                .into_iter()
                .cloned()
                .collect();
            assert_eq!(distinct, expected, "{given}");
        }
    }
}
