//! Evaluates paths as Jayway JsonPath does, which Step Functions uses.
//!
//! A definite path leads to one value, or to none, which is an error. A path with a wildcard, a filter, a slice,
//! several elements or a deep scan leads to an array of what it finds.
//!
//! Sources: Jayway JsonPath's README; the Amazon States Language specification, "Paths"; executions recorded on
//! AWS.

mod filter;
mod functions;

use std::borrow::Cow;

use asl::jsonpath::{Path, Segment, Step};
use serde_json::{Map, Value};

/// A path that does not lead to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathError {
    /// Jayway's words, such as `No results for path: $['a']`.
    pub message: String,
}

/// Maximum depth of values that a deep scan looks at, so that it cannot exhaust the stack. AWS reads JSON with at
/// most a thousand levels.
const MAX_DEPTH: usize = 1000;

/// Evaluates the steps of a path on the value that its root stands for.
pub(crate) fn evaluate<'a>(path: &Path, root: &'a Value) -> Result<Cow<'a, Value>, PathError> {
    let found = follow(path, root);
    // A path that may find several values finds none, rather than to fail.
    if found.is_err() && is_indefinite(path) {
        return Ok(Cow::Owned(Value::Array(Vec::new())));
    }
    found
}

/// Whether a path can find several values.
fn is_indefinite(path: &Path) -> bool {
    path.segments.iter().any(|segment| {
        !matches!(
            segment.step,
            Step::Member(_) | Step::Element(_) | Step::Members(_) | Step::Function(..)
        )
    }) && !matches!(path.segments.last(), Some(last) if matches!(last.step, Step::Function(..)))
}

fn follow<'a>(path: &Path, root: &'a Value) -> Result<Cow<'a, Value>, PathError> {
    let mut found = Found::One(root);
    for (index, segment) in path.segments.iter().enumerate() {
        found = match &segment.step {
            Step::Function(name, arguments) => {
                let values = found.into_value();
                Found::Computed(functions::apply(name, arguments, &values, root)?)
            }
            step => found.step(step, root, path.segments.get(..=index).unwrap_or(&[]))?,
        };
    }
    Ok(match found {
        Found::One(value) => Cow::Borrowed(value),
        other => Cow::Owned(other.into_value()),
    })
}

/// What the steps so far have found.
enum Found<'a> {
    /// The value of a definite path.
    One(&'a Value),
    /// The values of an indefinite path.
    Many(Vec<Cow<'a, Value>>),
    /// The value of a function or of several members.
    Computed(Value),
}

impl<'a> Found<'a> {
    fn into_value(self) -> Value {
        match self {
            Self::One(value) => value.clone(),
            Self::Many(values) => values.into_iter().map(Cow::into_owned).collect(),
            Self::Computed(value) => value,
        }
    }

    fn step(self, step: &Step, root: &'a Value, so_far: &[Segment]) -> Result<Self, PathError> {
        match (self, step) {
            (Self::One(value), Step::Member(_) | Step::Element(_)) => match child(value, step) {
                Some(inner) => Ok(Self::One(inner)),
                None => Err(missing(value, so_far)),
            },
            (Self::One(value), Step::Members(names)) => members(value, names)
                .map(Self::Computed)
                .ok_or_else(|| missing(value, so_far)),
            (Self::One(value), step) => Ok(Self::Many(
                several(value, step, root)
                    .into_iter()
                    .map(Cow::Borrowed)
                    .collect(),
            )),
            (Self::Many(values), step) => Ok(Self::Many(
                values
                    .into_iter()
                    .flat_map(|value| inner(value, step, root))
                    .collect(),
            )),
            (Self::Computed(value), step) => match inner(Cow::Owned(value), step, root).pop() {
                Some(inner) => Ok(Self::Computed(inner.into_owned())),
                None => Err(missing(&Value::Null, so_far)),
            },
        }
    }
}

/// The value of a member or an element.
fn child<'a>(value: &'a Value, step: &Step) -> Option<&'a Value> {
    match (value, step) {
        (Value::Object(members), Step::Member(name)) => members.get(name),
        (Value::Array(elements), Step::Element(index)) => {
            elements.get(place(*index, elements.len())?)
        }
        _ => None,
    }
}

/// The place of an index that may count from the end.
fn place(index: i64, length: usize) -> Option<usize> {
    match usize::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?),
    }
}

/// An object with several members. Those that are missing are left out.
fn members(value: &Value, names: &[String]) -> Option<Value> {
    let Value::Object(all) = value else {
        return None;
    };
    let chosen = names
        .iter()
        .filter_map(|name| Some((name.clone(), all.get(name)?.clone())));
    Some(Value::Object(chosen.collect::<Map<_, _>>()))
}

/// The values that a step finds in one value.
fn several<'a>(value: &'a Value, step: &Step, root: &'a Value) -> Vec<&'a Value> {
    match (step, value) {
        (Step::Member(_) | Step::Element(_), _) => child(value, step).into_iter().collect(),
        (Step::Elements(indexes), Value::Array(elements)) => indexes
            .iter()
            .filter_map(|index| elements.get(place(*index, elements.len())?))
            .collect(),
        (Step::Slice { start, end }, Value::Array(elements)) => slice(elements, *start, *end),
        (Step::Wildcard, Value::Array(elements)) => elements.iter().collect(),
        (Step::Wildcard, Value::Object(members)) => members.values().collect(),
        (Step::DeepScan, _) => {
            let mut found = Vec::new();
            scan(value, &mut found, 0);
            found
        }
        (Step::Filter(filter), Value::Array(elements)) => elements
            .iter()
            .filter(|element| filter::matches(filter, element, root))
            .collect(),
        // A filter of an object applies to the object itself.
        (Step::Filter(filter), Value::Object(_)) if filter::matches(filter, value, root) => {
            vec![value]
        }
        _ => Vec::new(),
    }
}

/// The values that a step finds in a value that may be computed.
fn inner<'a>(value: Cow<'a, Value>, step: &Step, root: &'a Value) -> Vec<Cow<'a, Value>> {
    if let Step::Members(names) = step {
        return members(&value, names).map(Cow::Owned).into_iter().collect();
    }
    match value {
        Cow::Borrowed(value) => several(value, step, root)
            .into_iter()
            .map(Cow::Borrowed)
            .collect(),
        Cow::Owned(value) => {
            let found = several(&value, step, root).into_iter();
            found.map(|found| Cow::Owned(found.clone())).collect()
        }
    }
}

/// The part of an array between two indexes, which count from the end if they are negative.
fn slice(elements: &[Value], start: Option<i64>, end: Option<i64>) -> Vec<&Value> {
    let length = elements.len() as i64;
    let bound = |index: i64| {
        if index < 0 {
            (length + index).max(0)
        } else {
            index.min(length)
        }
    };
    let (start, end) = (start.map_or(0, bound), end.map_or(length, bound));
    let range = start as usize..end.max(start) as usize;
    elements.get(range).unwrap_or(&[]).iter().collect()
}

/// A value and all values below it, parents first.
fn scan<'a>(value: &'a Value, found: &mut Vec<&'a Value>, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    found.push(value);
    match value {
        Value::Array(elements) => elements
            .iter()
            .for_each(|inner| scan(inner, found, depth + 1)),
        Value::Object(members) => members
            .values()
            .for_each(|inner| scan(inner, found, depth + 1)),
        _ => {}
    }
}

/// The error of a step that does not lead to a value.
fn missing(parent: &Value, steps: &[Segment]) -> PathError {
    let path = written(steps);
    let message = match (steps.last().map(|segment| &segment.step), parent) {
        (Some(Step::Element(index)), Value::Array(elements)) => {
            let before = written(steps.get(..steps.len() - 1).unwrap_or(&[]));
            format!(
                "Index out of bounds when evaluating path {before}[{index}]. Array has {} elements.",
                elements.len()
            )
        }
        // Jayway names the first step that is missing in another way than a later one.
        (Some(Step::Member(_)), Value::Object(_)) if steps.len() > 1 => {
            format!("Missing property in path {path}")
        }
        _ => format!("No results for path: {path}"),
    };
    PathError { message }
}

/// A path in the notation of Jayway: `$['a'][0]`.
fn written(steps: &[Segment]) -> String {
    let steps = steps.iter().map(|segment| match &segment.step {
        Step::Member(name) => format!("['{name}']"),
        Step::Element(index) => format!("[{index}]"),
        Step::Members(names) => format!("['{}']", names.join("','")),
        Step::Wildcard => "[*]".to_owned(),
        Step::DeepScan => "..".to_owned(),
        _ => "[?]".to_owned(),
    });
    format!("${}", steps.collect::<String>())
}

/// A path as AWS names it in causes: `$.a[0]`.
pub(crate) fn dotted(steps: &[Segment]) -> String {
    let steps = steps.iter().map(|segment| match &segment.step {
        Step::Member(name) => format!(".{name}"),
        step => written(&[Segment {
            step: step.clone(),
            span: 0..0,
        }])
        .replacen('$', "", 1),
    });
    format!("${}", steps.collect::<String>())
}

/// Inserts a result into an input at a Reference Path. Objects on the way are created.
pub(crate) fn insert(path: &Path, mut input: Value, result: Value) -> Result<Value, PathError> {
    let mut place = &mut input;
    for segment in &path.segments {
        place = enter(place, &segment.step).ok_or_else(|| PathError {
            message: format!(
                "Unable to apply ReferencePath {} to input",
                written(&path.segments)
            ),
        })?;
    }
    *place = result;
    Ok(input)
}

/// The place of a member or an element. A member that is missing is created.
fn enter<'a>(value: &'a mut Value, step: &Step) -> Option<&'a mut Value> {
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    match (value, step) {
        (Value::Object(members), Step::Member(name)) => {
            Some(members.entry(name.clone()).or_insert(Value::Null))
        }
        (Value::Array(elements), Step::Element(index)) => {
            let place = place(*index, elements.len())?;
            elements.get_mut(place)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(path: &str) -> String {
        let value = json!({
            "a": { "b": [1, 2, 3], "c": "x", "it's": true },
            "items": [
                { "id": 1, "price": 5.5, "tags": ["new"], "name": "ab" },
                { "id": 2, "price": 10, "tags": [], "name": "ba" },
                { "id": 3, "price": 20, "name": "AB" },
            ],
            "limit": 10,
            "null": null,
        });
        let parsed = Path::parse(path).unwrap();
        match evaluate(&parsed, &value) {
            Ok(found) => found.to_string(),
            Err(error) => error.message,
        }
    }

    #[test]
    fn paths_lead_where_jayway_leads() {
        for (path, expected) in [
            ("$.a.c", "\"x\""),
            ("$['a']['it\\'s']", "true"),
            ("$.a.b[0]", "1"),
            ("$.a.b[-1]", "3"),
            ("$.null", "null"),
            ("$.a.b[*]", "[1,2,3]"),
            ("$.a.b[1:]", "[2,3]"),
            ("$.a.b[:-1]", "[1,2]"),
            ("$.a.b[-2:]", "[2,3]"),
            ("$.a.b[5:9]", "[]"),
            ("$.a.b[0,2,7]", "[1,3]"),
            ("$.items[*].id", "[1,2,3]"),
            ("$.items[*].tags[*]", "[\"new\"]"),
            ("$.items[*].nothing", "[]"),
            ("$.nothing[*].id", "[]"),
            ("$.a.nothing[1:]", "[]"),
            ("$.nothing[*].length()", "No results for path: $['nothing']"),
            ("$.items[0]['id','price']", "{\"id\":1,\"price\":5.5}"),
            (
                "$.items[*]['id','nothing']",
                "[{\"id\":1},{\"id\":2},{\"id\":3}]",
            ),
            ("$..id", "[1,2,3]"),
            ("$..b[0]", "[1]"),
            ("$.items[?(@.price < 10)].id", "[1]"),
            ("$.items[?(@.price <= $.limit)].id", "[1,2]"),
            ("$.items[?(@.tags)].id", "[1,2]"),
            ("$.items[?(!@.tags)].id", "[3]"),
            ("$.items[?(@.name =~ /a.*/i)].id", "[1,3]"),
            ("$.items[?(@.name =~ /a/)].id", "[]"),
            ("$.items[?(@.id in [1, 3] && @.price > 6)].id", "[3]"),
            ("$.items[?(@.id nin [1, 3])].id", "[2]"),
            ("$.items[?(@.tags contains 'new')].id", "[1]"),
            ("$.items[?(@.tags empty true)].id", "[2]"),
            ("$.items[?(@.tags size 1)].id", "[1]"),
            ("$.items[?(@.id == 1 || @.id == 3)].id", "[1,3]"),
            ("$.items[?(@.price == 10.0)].id", "[2]"),
            ("$.items[?(@.id == '1')].id", "[]"),
            ("$.a.b.length()", "3"),
            ("$.a.b.max()", "3.0"),
            ("$.a.b.sum()", "6.0"),
            ("$.a.keys()", "[\"b\",\"c\",\"it's\"]"),
            ("$.x", "No results for path: $['x']"),
            ("$.a.x", "Missing property in path $['a']['x']"),
            (
                "$.a.b[3]",
                "Index out of bounds when evaluating path $['a']['b'][3]. Array has 3 elements.",
            ),
            ("$.a.c.d", "No results for path: $['a']['c']['d']"),
        ] {
            assert_eq!(check(path), expected, "{path}");
        }
    }

    #[test]
    fn results_are_inserted() {
        for (path, input, expected) in [
            ("$", json!({"a": 1}), Some(json!(0))),
            ("$.x", json!({"a": 1}), Some(json!({"a": 1, "x": 0}))),
            ("$.a", json!({"a": 1}), Some(json!({"a": 0}))),
            ("$.x.y", json!({}), Some(json!({"x": {"y": 0}}))),
            ("$.x.y", json!({"x": null}), Some(json!({"x": {"y": 0}}))),
            ("$.x[1]", json!({"x": [1, 2]}), Some(json!({"x": [1, 0]}))),
            ("$.x[2]", json!({"x": [1, 2]}), None),
            ("$.x", json!([1]), None),
            ("$.x.y", json!({"x": "text"}), None),
        ] {
            let parsed = Path::parse(path).unwrap();
            assert_eq!(insert(&parsed, input, json!(0)).ok(), expected, "{path}");
        }
    }
}
