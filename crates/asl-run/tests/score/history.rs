//! Recorded histories against those of a run.
//!
//! A record of parallel branches lost the numbers and the order of their events, and some events
//! that end a Parallel state. Each such event must have a counterpart of its own between the
//! events with numbers around it, and only ends of Parallel states can be left over there.

use std::mem;
use std::ops::Range;

use serde_json::{Value, json};

use crate::matching::{Matcher, cause, difference, parsed};

/// Events that records of parallel branches can lack.
const ENDS: [&str; 4] = [
    "ParallelStateAborted",
    "ParallelStateExited",
    "ParallelStateFailed",
    "ParallelStateSucceeded",
];

/// Members of the details of events that are JSON texts on AWS, and values in the record.
const TEXTS: [&str; 3] = ["input", "output", "parameters"];

/// The differences of the types of events.
pub fn types(matcher: Matcher<'_>, recorded: &[Value], actual: &[Value]) -> Vec<String> {
    let only_type = |event: &Value| json!({ "type": event["type"] });
    align(matcher, recorded, actual, &only_type, &only_type)
}

/// The differences of whole events.
pub fn whole(matcher: Matcher<'_>, recorded: &[Value], actual: &[Value]) -> Vec<String> {
    let read_actual = |event: &Value| readable(event, parsed);
    let read_recorded = |event: &Value| readable(event, Value::clone);
    align(matcher, recorded, actual, &read_recorded, &read_actual)
}

/// An event without its time, and with values in place of JSON texts.
fn readable(event: &Value, text: fn(&Value) -> Value) -> Value {
    let mut event = event.clone();
    let Some(members) = event.as_object_mut() else {
        return event;
    };
    members.shift_remove("timestamp");
    let details = members
        .iter_mut()
        .filter(|(name, _)| name.ends_with("EventDetails"));
    for (name, value) in details
        .filter_map(|(_, details)| details.as_object_mut())
        .flatten()
    {
        match name.as_str() {
            name if TEXTS.contains(&name) => *value = text(value),
            "cause" => *value = cause(value),
            "assignedVariables" => parse_members(value),
            _ => {}
        }
    }
    event
}

/// Replaces JSON texts in the members of an object. Records have both texts and values there.
pub fn parse_members(value: &mut Value) {
    for value in value
        .as_object_mut()
        .into_iter()
        .flat_map(serde_json::Map::values_mut)
    {
        *value = parsed(value);
    }
}

/// An event of a parallel branch, without its number.
fn unnumbered(event: &Value) -> Value {
    let mut event = event.clone();
    if let Some(members) = event.as_object_mut() {
        members.shift_remove("id");
        members.shift_remove("previousEventId");
    }
    event
}

/// Compares each event with its counterpart.
fn align(
    matcher: Matcher<'_>,
    recorded: &[Value],
    actual: &[Value],
    read_recorded: &dyn Fn(&Value) -> Value,
    read_actual: &dyn Fn(&Value) -> Value,
) -> Vec<String> {
    let actual: Vec<_> = actual.iter().map(read_actual).collect();
    let mut found = Vec::new();
    let mut loose = Vec::new();
    let mut next = 0;
    for event in recorded {
        let Some(id) = event["id"].as_u64() else {
            loose.push(unnumbered(&read_recorded(event)));
            continue;
        };
        if !loose.is_empty() {
            let end = next.max(id as usize - 1);
            found.extend(block(matcher, &mem::take(&mut loose), &actual, next..end));
            next = end;
        }
        let at = format!("event {id}");
        found.extend(matcher.optional(&at, Some(&read_recorded(event)), actual.get(next)));
        next += 1;
    }
    if !loose.is_empty() {
        found.extend(block(
            matcher,
            &loose,
            &actual,
            next..actual.len().max(next),
        ));
        next = actual.len();
    }
    let surplus = actual.iter().enumerate().skip(next);
    found.extend(
        surplus
            .map(|(index, event)| difference(&format!("event {}", index + 1), None, Some(event))),
    );
    found
}

/// Compares events without numbers with a range of the actual ones.
fn block(
    matcher: Matcher<'_>,
    loose: &[Value],
    actual: &[Value],
    range: Range<usize>,
) -> Vec<String> {
    let end = range.end.min(actual.len());
    let begin = range.start.min(end);
    let candidates: Vec<_> = actual[begin..end].iter().map(unnumbered).collect();
    let mut pairs = Pairs::new(matcher, loose, &candidates);
    let missing: Vec<_> = (0..loose.len())
        .filter(|index| !pairs.place(*index))
        .collect();
    let mut left = pairs.left();
    let mut found = Vec::new();
    for event in missing.into_iter().map(|index| &loose[index]) {
        let like = left
            .iter()
            .position(|index| candidates[*index]["type"] == event["type"]);
        let like = like.map(|position| left.remove(position));
        let at = match like {
            Some(index) => format!("event {}", begin + index + 1),
            None => format!("events {} to {}", range.start + 1, range.end),
        };
        found.extend(matcher.optional(&at, Some(event), like.map(|index| &candidates[index])));
    }
    let is_end = |index: &usize| ENDS.iter().any(|end| candidates[*index]["type"] == **end);
    let surplus = left.into_iter().filter(|index| !is_end(index));
    found.extend(surplus.map(|index| {
        difference(
            &format!("event {}", begin + index + 1),
            None,
            Some(&candidates[index]),
        )
    }));
    found
}

/// Pairs of recorded and actual events, as many as possible.
struct Pairs<'a> {
    matcher: Matcher<'a>,
    recorded: &'a [Value],
    actual: &'a [Value],
    /// The recorded event of each actual one.
    owners: Vec<Option<usize>>,
}

impl<'a> Pairs<'a> {
    fn new(matcher: Matcher<'a>, recorded: &'a [Value], actual: &'a [Value]) -> Self {
        let owners = vec![None; actual.len()];
        Self {
            matcher,
            recorded,
            actual,
            owners,
        }
    }

    /// Finds a counterpart of a recorded event.
    fn place(&mut self, recorded: usize) -> bool {
        self.place_without(recorded, &mut vec![false; self.actual.len()])
    }

    /// Takes a counterpart from another event if that one has an alternative.
    fn place_without(&mut self, recorded: usize, tried: &mut [bool]) -> bool {
        for index in 0..self.actual.len() {
            let same = || {
                self.matcher
                    .same(&self.recorded[recorded], &self.actual[index])
            };
            if tried[index] || !same() {
                continue;
            }
            tried[index] = true;
            let is_free = match self.owners[index] {
                None => true,
                Some(owner) => self.place_without(owner, tried),
            };
            if is_free {
                self.owners[index] = Some(recorded);
                return true;
            }
        }
        false
    }

    /// The actual events without a recorded one.
    fn left(&self) -> Vec<usize> {
        let owners = self.owners.iter().enumerate();
        owners
            .filter(|(_, owner)| owner.is_none())
            .map(|(index, _)| index)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: Value, previous: u64, ty: &str, output: Value) -> Value {
        json!({
            "timestamp": "timestamp",
            "id": id,
            "previousEventId": previous,
            "type": ty,
            "someEventDetails": { "output": output, "outputDetails": { "truncated": false } },
        })
    }

    fn differences(recorded: &[Value], actual: &[Value]) -> Vec<String> {
        let wildcards = ["date".to_owned()];
        whole(Matcher::new(&wildcards), recorded, actual)
    }

    #[test]
    fn each_member_of_an_event_counts() {
        let recorded = [event(json!(1), 0, "A", json!({ "a": "date" }))];
        for (actual, result) in [
            (event(json!(1), 0, "A", json!("{\"a\":\"2020\"}")), None),
            (
                event(json!(2), 0, "A", json!("{\"a\":1}")),
                Some("event 1.id"),
            ),
            (
                event(json!(1), 1, "A", json!("{\"a\":1}")),
                Some("event 1.previousEventId"),
            ),
            (
                event(json!(1), 0, "B", json!("{\"a\":1}")),
                Some("event 1.type"),
            ),
            (
                event(json!(1), 0, "A", json!("[]")),
                Some("event 1.someEventDetails.output"),
            ),
            (
                event(json!(1), 0, "A", json!("{\"a\"")),
                Some("event 1.someEventDetails.output"),
            ),
        ] {
            let found = differences(&recorded, std::slice::from_ref(&actual));
            let place = found
                .first()
                .and_then(|found| Some(found.split_once(": ")?.0));
            assert_eq!(place, result, "{actual} {found:?}");
        }
    }

    #[test]
    fn missing_and_surplus_events_are_found() {
        let events = [1, 2].map(|id| event(json!(id), id - 1, "A", json!("1")));
        let recorded = [1, 2].map(|id| event(json!(id), id - 1, "A", json!(1)));
        assert!(differences(&recorded, &events).is_empty());
        assert!(differences(&recorded, &events[..1])[0].ends_with("got nothing"));
        assert!(differences(&recorded[..1], &events)[0].contains("expected nothing"));
    }

    #[test]
    fn variables_and_causes_are_texts_or_values() {
        let details = |variable: Value, cause: Value| {
            json!({ "id": 1, "type": "A", "aEventDetails": {
                "assignedVariables": { "a": variable }, "cause": cause,
            }})
        };
        let actual = details(json!("[1, \"x\"]"), json!("{\"a\":1}"));
        for (variable, cause, result) in [
            (json!([1, "x"]), json!({ "a": 1 }), true),
            (json!("[1,\"x\"]"), json!("{\"a\": 1}"), true),
            (json!([1, "date"]), json!({ "a": "date" }), true),
            (json!("[1,\"y\"]"), json!({ "a": 1 }), false),
            (json!([1, "x"]), json!("text"), false),
        ] {
            let recorded = details(variable, cause);
            let found = differences(&[recorded], std::slice::from_ref(&actual));
            assert_eq!(found.is_empty(), result, "{found:?}");
        }
    }

    /// The record of two branches between the events 1 and 5, of which one event is not recorded.
    fn branches() -> [Value; 4] {
        [
            event(json!(1), 0, "Started", json!(0)),
            event(json!([0]), 0, "Inner", json!("date")),
            event(json!([0]), 0, "Inner", json!(2)),
            event(json!(5), 3, "Exited", json!(0)),
        ]
    }

    /// A run with these events at 2 to 4.
    fn run(inner: [(&str, &str); 3]) -> Vec<Value> {
        let inner = (2..).zip(inner);
        let inner = inner.map(|(id, (ty, output))| event(json!(id), 1, ty, json!(output)));
        let first = event(json!(1), 0, "Started", json!("0"));
        let last = event(json!(5), 3, "Exited", json!("0"));
        [first].into_iter().chain(inner).chain([last]).collect()
    }

    #[test]
    fn events_without_numbers_have_no_order() {
        let end = ("ParallelStateSucceeded", "0");
        for (inner, found) in [
            ([("Inner", "1"), ("Inner", "2"), end], 0),
            ([("Inner", "2"), ("Inner", "1"), end], 0),
            ([end, ("Inner", "2"), ("Inner", "2")], 0),
            ([("Inner", "1"), ("Inner", "1"), end], 1),
            ([("Inner", "2"), ("Other", "1"), end], 2),
            ([("Inner", "2"), ("Inner", "1"), ("Inner", "1")], 1),
        ] {
            let differences = differences(&branches(), &run(inner));
            assert_eq!(differences.len(), found, "{inner:?} {differences:?}");
        }
    }

    #[test]
    fn types_ignore_all_other_members() {
        let matcher = Matcher::new(&[]);
        let end = ("ParallelStateFailed", "0");
        for (inner, found) in [
            ([("Inner", "7"), end, ("Inner", "8")], 0),
            ([("Inner", "7"), end, end], 1),
            ([("Inner", "7"), ("Other", "8"), end], 2),
        ] {
            let differences = types(matcher, &branches(), &run(inner));
            assert_eq!(differences.len(), found, "{inner:?} {differences:?}");
        }
    }
}
