//! Batches of items.

use serde_json::{Map, Value};

use crate::{Data, Failure};

/// Largest size of a batch, and of the input of an execution, in bytes.
///
/// Source: the developer guide, "ItemBatcher (Map)", `MaxInputBytesPerBatch`.
const MOST_BYTES: u64 = 262_144;

/// Groups items. Each batch is the input of a child execution.
///
/// A batch has fewer items than `most` if they would take more than `bytes`. The size is that of
/// the input as JSON text without whitespace.
///
/// Source: the developer guide, "ItemBatcher (Map)". `BatchInput` comes first in executions
/// recorded on AWS.
pub(crate) fn batches(
    items: Vec<Value>,
    most: Option<u64>,
    bytes: Option<u64>,
    input: Option<&Value>,
) -> Result<Vec<Value>, Failure> {
    let most = most.map_or(usize::MAX, |most| {
        usize::try_from(most).unwrap_or(usize::MAX)
    });
    let bytes = bytes.unwrap_or(MOST_BYTES).min(MOST_BYTES) as usize;
    let empty = Data::new(batch(Vec::new(), input)).size();
    let mut batches = Vec::new();
    let mut group = Vec::new();
    let mut size = empty;
    for (index, item) in items.into_iter().enumerate() {
        let item = Data::new(item);
        let alone = empty.saturating_add(item.size());
        fits(alone, bytes, index)?;
        // With the comma between two items.
        let grown = size.saturating_add(1).saturating_add(item.size());
        if !group.is_empty() && (group.len() >= most || grown > bytes) {
            batches.push(batch(std::mem::take(&mut group), input));
        }
        size = if group.is_empty() { alone } else { grown };
        group.push(item.into_value());
    }
    if !group.is_empty() {
        batches.push(batch(group, input));
    }
    Ok(batches)
}

/// Checks that a batch with a single item is not too large.
fn fits(size: usize, bytes: usize, index: usize) -> Result<(), Failure> {
    if size <= bytes {
        return Ok(());
    }
    let cause = format!(
        "A batch with only the item at index {index} has {size} bytes, and can have {bytes}."
    );
    Err(Failure::new("States.DataLimitExceeded", cause))
}

fn batch(items: Vec<Value>, input: Option<&Value>) -> Value {
    let mut members = Map::with_capacity(2);
    if let Some(input) = input {
        members.insert("BatchInput".to_owned(), input.clone());
    }
    members.insert("Items".to_owned(), Value::Array(items));
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn items_are_grouped() {
        // `{"Items":[1,2]}` has 15 bytes.
        for (count, most, bytes, expected) in [
            (0, Some(2), None, Ok("")),
            (3, None, None, Ok("1,2,3")),
            (3, Some(1), None, Ok("1 2 3")),
            (5, Some(2), None, Ok("1,2 3,4 5")),
            (4, Some(u64::MAX), Some(u64::MAX), Ok("1,2,3,4")),
            (4, None, Some(15), Ok("1,2 3,4")),
            (4, None, Some(16), Ok("1,2 3,4")),
            (4, Some(3), Some(17), Ok("1,2,3 4")),
            (3, Some(3), Some(13), Ok("1 2 3")),
            (
                3,
                None,
                Some(12),
                Err("A batch with only the item at index 0 has 13 bytes, and can have 12."),
            ),
        ] {
            let items = (1..=count).map(Value::from).collect();
            let found = batches(items, most, bytes, None).map(|batches| {
                let group = |batch: &Value| {
                    let text = batch["Items"].to_string();
                    text.trim_matches(['[', ']']).to_owned()
                };
                batches.iter().map(group).collect::<Vec<_>>().join(" ")
            });
            let expected = expected.map(str::to_owned);
            let expected =
                expected.map_err(|cause| Failure::new("States.DataLimitExceeded", cause));
            assert_eq!(found, expected, "{count} {most:?} {bytes:?}");
        }
    }

    #[test]
    fn batches_have_the_input() {
        let input = json!({"run": 7});
        let found = batches(vec![json!("a"), json!("b")], Some(1), None, Some(&input)).unwrap();
        let texts: Vec<_> = found.iter().map(Value::to_string).collect();
        let expected = [
            r#"{"BatchInput":{"run":7},"Items":["a"]}"#,
            r#"{"BatchInput":{"run":7},"Items":["b"]}"#,
        ];
        assert_eq!(texts, expected);
        let fits = batches(
            vec![json!("a")],
            None,
            Some(texts[0].len() as u64),
            Some(&input),
        );
        assert!(fits.is_ok());
        let small = texts[0].len() as u64 - 1;
        assert!(batches(vec![json!("a")], None, Some(small), Some(&input)).is_err());
    }
}
