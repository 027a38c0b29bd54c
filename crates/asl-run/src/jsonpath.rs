//! Evaluates paths as Step Functions does, which uses an early version 2 of Jayway JsonPath.
//!
//! A definite path leads to one value, or to none, which is an error. A path with a wildcard, a filter, a slice,
//! several elements or a deep scan leads to an array of what it finds, which may be empty.
//!
//! Sources: executions recorded on AWS; Jayway JsonPath's README and behavior; error messages of AWS in
//! awsdocs/aws-step-functions-developer-guide#5 and aws/aws-cdk#29473.

mod filter;

use std::borrow::Cow;

use asl::jsonpath::{Path, Segment, Step};
use serde_json::{Map, Value};

use filter::Scope;

/// A path that does not lead to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathError {
    /// Jayway's words, such as `No results for path: $['a']`.
    pub message: String,
}

impl PathError {
    fn new(message: String) -> Self {
        Self { message }
    }
}

/// Maximum number of values that a step finds. Repeated deep scans find far more values than the input has. A
/// payload of 256 KiB has fewer.
const MAX_FOUND: usize = 1_000_000;

/// Evaluates the steps of a path on the value that its root stands for.
pub(crate) fn evaluate<'a>(path: &Path, root: &'a Value) -> Result<Cow<'a, Value>, PathError> {
    let steps = &path.segments;
    let inner = steps.split_last().map_or(&[][..], |(_, inner)| inner);
    if let Some(at) = inner
        .iter()
        .position(|segment| matches!(segment.step, Step::Members(_)))
    {
        let path = written(steps.get(..=at).unwrap_or(steps));
        return Err(PathError::new(format!(
            "Multi properties can only be used as path leafs: {path}"
        )));
    }
    follow(steps, root, &Scope::new(steps, root)?)
}

/// Evaluates steps, possibly those of a path in a filter.
fn follow<'a>(
    steps: &[Segment],
    start: &'a Value,
    scope: &Scope<'_, 'a>,
) -> Result<Cow<'a, Value>, PathError> {
    if steps.iter().all(|segment| is_definite(&segment.step)) {
        one(steps, start)
    } else {
        many(steps, start, scope).map(Cow::Owned)
    }
}

/// Whether a step leads to one value. Several members at the end of a path are one object.
fn is_definite(step: &Step) -> bool {
    matches!(
        step,
        Step::Member(_) | Step::Element(_) | Step::Members(_) | Step::Function(..)
    )
}

/// The value of a definite path.
fn one<'a>(steps: &[Segment], start: &'a Value) -> Result<Cow<'a, Value>, PathError> {
    let mut value = start;
    for (index, segment) in steps.iter().enumerate() {
        let next = match &segment.step {
            Step::Members(names) => match members(value, names) {
                Some(object) => return Ok(Cow::Owned(object)),
                None => None,
            },
            step => child(value, step),
        };
        value = next.ok_or_else(|| missing(value, steps, index))?;
    }
    Ok(Cow::Borrowed(value))
}

/// The array of the values of an indefinite path. A step that does not apply to a value finds nothing: AWS
/// evaluates `$.items[*]` on `{}` to an empty array.
fn many<'a>(
    steps: &[Segment],
    start: &'a Value,
    scope: &Scope<'_, 'a>,
) -> Result<Value, PathError> {
    let mut found = vec![start];
    let mut rest = steps;
    while let Some((segment, after)) = rest.split_first() {
        rest = after;
        let mut next = Vec::new();
        match (&segment.step, after) {
            (Step::Members(names), _) => {
                let objects = found.into_iter().filter_map(|value| members(value, names));
                return Ok(objects.collect());
            }
            (Step::DeepScan, [target, after @ ..]) => {
                for value in found {
                    scan(value, &target.step, after.is_empty(), scope, &mut next)?;
                }
                // The members are chosen in the objects that the scan has found.
                if !matches!(target.step, Step::Members(_)) {
                    rest = after;
                }
            }
            (step, _) => {
                for value in found {
                    several(value, step, scope, &mut next);
                    limit(&next)?;
                }
            }
        }
        found = next;
    }
    Ok(found.into_iter().cloned().collect())
}

fn limit(found: &[&Value]) -> Result<(), PathError> {
    if found.len() > MAX_FOUND {
        return Err(PathError::new(format!(
            "The path finds more than {MAX_FOUND} values"
        )));
    }
    Ok(())
}

/// The value of a member or an element.
fn child<'a>(value: &'a Value, step: &Step) -> Option<&'a Value> {
    match (value, step) {
        (Value::Object(members), Step::Member(name)) => members.get(name),
        // AWS has no functions: they are names.
        (Value::Object(members), Step::Function(name, arguments)) => {
            members.get(&format!("{name}({arguments})"))
        }
        (Value::Array(elements), Step::Element(index)) => element(elements, *index),
        _ => None,
    }
}

/// The element at an index, which counts from the end if it is negative.
fn element(elements: &[Value], index: i64) -> Option<&Value> {
    elements.get(place(index, elements.len())?)
}

fn place(index: i64, length: usize) -> Option<usize> {
    match usize::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?),
    }
}

/// An object with several members. Those that are missing are left out, as Jayway does without the option
/// `REQUIRE_PROPERTIES`.
fn members(value: &Value, names: &[String]) -> Option<Value> {
    let all = value.as_object()?;
    let chosen = names
        .iter()
        .filter_map(|name| Some((name.clone(), all.get(name)?.clone())));
    Some(Value::Object(chosen.collect::<Map<_, _>>()))
}

/// Adds the values that a step finds in one value.
fn several<'a>(value: &'a Value, step: &Step, scope: &Scope<'_, 'a>, found: &mut Vec<&'a Value>) {
    match (step, value) {
        (Step::Elements(indexes), Value::Array(elements)) => {
            found.extend(indexes.iter().filter_map(|index| element(elements, *index)));
        }
        (Step::Slice { start, end }, Value::Array(elements)) => {
            slice(elements, *start, *end, found);
        }
        (Step::Wildcard, Value::Array(elements)) => found.extend(elements),
        (Step::Wildcard, Value::Object(members)) => found.extend(members.values()),
        (Step::Filter(filter), Value::Array(elements)) => {
            found.extend(
                elements
                    .iter()
                    .filter(|element| scope.matches(filter, element)),
            );
        }
        // A filter of an object applies to the object itself.
        (Step::Filter(filter), Value::Object(_)) => {
            found.extend(scope.matches(filter, value).then_some(value));
        }
        _ => found.extend(child(value, step)),
    }
}

/// Adds the part of an array between two indexes. Only a slice with one end counts from the end of the array:
/// between two indexes Jayway takes each index for itself, so that `[1:-1]` finds nothing.
fn slice<'a>(
    elements: &'a [Value],
    start: Option<i64>,
    end: Option<i64>,
    found: &mut Vec<&'a Value>,
) {
    let length = i64::try_from(elements.len()).unwrap_or(i64::MAX);
    let from_end = |index: i64| {
        if index < 0 {
            length.saturating_add(index).max(0)
        } else {
            index
        }
    };
    let (start, end) = match (start, end) {
        (Some(start), Some(end)) => (start.max(-length), end),
        (start, end) => (start.map_or(0, from_end), end.map_or(length, from_end)),
    };
    found.extend((start..end.min(length)).filter_map(|index| element(elements, index)));
}

/// Adds the values that a step finds in a value and in all values below it, parents first.
fn scan<'a>(
    value: &'a Value,
    target: &Step,
    is_last: bool,
    scope: &Scope<'_, 'a>,
    found: &mut Vec<&'a Value>,
) -> Result<(), PathError> {
    // A list in place of recursion: values may be deeply nested.
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(elements) => {
                let applies = match target {
                    Step::Wildcard | Step::Element(_) | Step::Elements(_) | Step::Slice { .. } => {
                        true
                    }
                    Step::Filter(filter) => scope.matches(filter, value),
                    _ => false,
                };
                // Before another step, Jayway takes all elements of an array.
                match applies {
                    true if is_last => several(value, target, scope, found),
                    true => found.extend(elements),
                    false => {}
                }
                open.extend(elements.iter().rev());
            }
            Value::Object(all) => {
                match target {
                    Step::Members(names) => {
                        let has_all = names.iter().all(|name| all.contains_key(name));
                        found.extend(has_all.then_some(value));
                    }
                    step => several(value, step, scope, found),
                }
                open.extend(all.values().rev());
            }
            _ => {}
        }
        limit(found)?;
    }
    Ok(())
}

/// The error of a step of a definite path that does not lead to a value.
fn missing(parent: &Value, steps: &[Segment], index: usize) -> PathError {
    let before = written(steps.get(..index).unwrap_or(steps));
    let rest = steps.get(index..).unwrap_or(&[]);
    let step = rest.first().map(fragment).unwrap_or_default();
    let is_element = matches!(
        rest,
        [
            Segment {
                step: Step::Element(_),
                ..
            },
            ..
        ]
    );
    PathError::new(match parent {
        Value::Null if is_element => format!("The path {before} is null"),
        Value::Array(_) if is_element => format!("No results for path: {}", written(steps)),
        _ if is_element => {
            let rest: String = rest.iter().map(fragment).collect();
            format!("Filter: {rest} can only be applied to arrays. Current context is: {parent}")
        }
        Value::Object(_) if rest.len() > 1 => format!("Missing property in path {before}{step}"),
        Value::Object(_) => format!("No results for path: {before}{step}"),
        _ => format!("Property {step} not found in path {before}"),
    })
}

/// A path in the notation of Jayway: `$['a'][0]`.
fn written(steps: &[Segment]) -> String {
    format!("${}", steps.iter().map(fragment).collect::<String>())
}

/// A path as AWS names it in causes: `$.a[0]`.
pub(crate) fn dotted(steps: &[Segment]) -> String {
    let steps = steps.iter().map(|segment| match &segment.step {
        Step::Member(name) => format!(".{name}"),
        _ => fragment(segment),
    });
    format!("${}", steps.collect::<String>())
}

fn fragment(segment: &Segment) -> String {
    match &segment.step {
        Step::Member(name) => format!("['{name}']"),
        Step::Function(name, arguments) => format!("['{name}({arguments})']"),
        Step::Members(names) => format!("['{}']", names.join("', '")),
        Step::Element(index) => format!("[{index}]"),
        Step::Elements(indexes) => {
            let indexes: Vec<String> = indexes.iter().map(ToString::to_string).collect();
            format!("[{}]", indexes.join(","))
        }
        Step::Slice { start, end } => {
            let bound = |index: &Option<i64>| index.map(|index| index.to_string());
            let (start, end) = (
                bound(start).unwrap_or_default(),
                bound(end).unwrap_or_default(),
            );
            format!("[{start}:{end}]")
        }
        Step::Wildcard => "[*]".to_owned(),
        Step::DeepScan => "..".to_owned(),
        Step::Filter(_) => "[?]".to_owned(),
    }
}

/// Inserts a result into an input at a Reference Path. Objects on the way are created.
pub(crate) fn insert(path: &Path, mut input: Value, result: Value) -> Result<Value, PathError> {
    let mut steps = path.segments.iter().map(|segment| &segment.step);
    let is_root = path.segments.is_empty();
    if !is_root && (input.is_null() || !can_enter(&input, &mut steps)) {
        // The words of AWS.
        return Err(PathError::new(format!(
            "Unable to apply ReferencePath {} to input {input}",
            dotted(&path.segments)
        )));
    }
    let mut place = Some(&mut input);
    for segment in &path.segments {
        place = place.and_then(|place| enter(place, &segment.step));
    }
    if let Some(place) = place {
        *place = result;
    }
    Ok(input)
}

/// Whether a value has the places of these steps, or they can be created.
fn can_enter<'a>(value: &Value, steps: &mut impl Iterator<Item = &'a Step>) -> bool {
    let mut value = Some(value);
    for step in steps {
        value = match (value, step) {
            (None | Some(Value::Null | Value::Object(_)), Step::Member(name)) => {
                value.and_then(|value| value.get(name))
            }
            (Some(Value::Array(elements)), Step::Element(index)) => {
                match element(elements, *index) {
                    None => return false,
                    found => found,
                }
            }
            _ => return false,
        };
    }
    true
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
    fn paths_lead_where_aws_leads() {
        for (path, expected) in [
            ("$.a.c", "\"x\""),
            ("$['a']['it\\'s']", "true"),
            ("$.a.b[0]", "1"),
            ("$.a.b[-1]", "3"),
            ("$.null", "null"),
            ("$.a.b[*]", "[1,2,3]"),
            ("$.a[*]", "[[1,2,3],\"x\",true]"),
            ("$.a.b[1:]", "[2,3]"),
            ("$.a.b[:-1]", "[1,2]"),
            ("$.a.b[-2:]", "[2,3]"),
            ("$.a.b[0:2]", "[1,2]"),
            ("$.a.b[5:9]", "[]"),
            ("$.a.b[-9:9]", "[1,2,3,1,2,3]"),
            ("$.a.b[1:-1]", "[]"),
            ("$.a.b[-9223372036854775808:]", "[1,2,3]"),
            ("$.a.b[0,2,7]", "[1,3]"),
            ("$.items[*].id", "[1,2,3]"),
            ("$.items[*].tags[*]", "[\"new\"]"),
            ("$.items[*].nothing", "[]"),
            ("$.items[0]['id','price']", "{\"id\":1,\"price\":5.5}"),
            (
                "$.items[*]['id','nothing']",
                "[{\"id\":1},{\"id\":2},{\"id\":3}]",
            ),
            ("$..id", "[1,2,3]"),
            ("$..b[0]", "[1]"),
            ("$..['b','c']", "[{\"b\":[1,2,3],\"c\":\"x\"}]"),
            (
                "$.items..[0]",
                "[{\"id\":1,\"price\":5.5,\"tags\":[\"new\"],\"name\":\"ab\"},\"new\"]",
            ),
            ("$.items..[0].id", "[1,2,3]"),
            ("$..[?(@.id == 1)].name", "[\"ab\"]"),
        ] {
            assert_eq!(check(path), expected, "{path}");
        }
    }

    #[test]
    fn filters_choose_as_on_aws() {
        for (filter, expected) in [
            ("@.price < 10", "[1]"),
            ("@.price <= $.limit", "[1,2]"),
            ("@.tags", "[1,2]"),
            ("!@.tags", "[3]"),
            ("@.name =~ /a.*/i", "[1,3]"),
            ("@.name =~ /a/", "[]"),
            ("@.name =~ /a$|b\\n?/m", "[]"),
            ("@.name =~ / a b #x/x", "[1]"),
            ("@.id in [1, 3] && @.price > 6", "[3]"),
            ("@.id nin [1, 3]", "[2]"),
            ("@.tags nin [1]", "[1,2,3]"),
            ("@.tags subsetof ['new', 'old']", "[1,2]"),
            ("@.tags anyof ['new', 'old']", "[1]"),
            ("@.tags noneof ['new', 'old']", "[2]"),
            ("@.tags contains 'new'", "[1]"),
            ("@.name contains 'b'", "[1,2]"),
            ("@.tags empty true", "[2]"),
            ("@.tags empty false", "[1]"),
            ("@.price empty 5", "[]"),
            ("@.tags size 1", "[1]"),
            ("@.id == 1 || @.id == 3", "[1,3]"),
            ("!(@.id == 1) && (@.id == 1 || @.id == 3)", "[3]"),
            ("@.price == 10.0", "[2]"),
            ("@.id == '1'", "[1]"),
            ("@.name==ab", "[1]"),
            ("@.name != 'ab'", "[2,3]"),
            ("@.tags[0] == 'new'", "[1]"),
            ("@.name == null", "[]"),
            ("@.tags[?(@ == 'new')] size 1", "[1]"),
            ("@.id ~ 1", "The filter `@.id ~ 1` is not supported"),
            (
                "@.id =~ /(?=a)/",
                "The pattern `(?=a)` of a filter is not supported",
            ),
        ] {
            assert_eq!(
                check(&format!("$.items[?({filter})].id")),
                expected,
                "{filter}"
            );
        }
    }

    #[test]
    fn errors_are_those_of_aws() {
        for (path, expected) in [
            ("$.x", "No results for path: $['x']"),
            ("$.a.x", "No results for path: $['a']['x']"),
            ("$.x.y.z", "Missing property in path $['x']"),
            ("$.a.x.y", "Missing property in path $['a']['x']"),
            ("$.a.b[3]", "No results for path: $['a']['b'][3]"),
            ("$.a.c.d", "Property ['d'] not found in path $['a']['c']"),
            ("$.null.x", "Property ['x'] not found in path $['null']"),
            ("$.null[0]", "The path $['null'] is null"),
            (
                "$.limit[0].x",
                "Filter: [0]['x'] can only be applied to arrays. Current context is: 10",
            ),
            (
                "$.a.b.length()",
                "Property ['length()'] not found in path $['a']['b']",
            ),
            (
                "$['a','limit'].b",
                "Multi properties can only be used as path leafs: $['a', 'limit']",
            ),
            // Not in a path that may find several values.
            ("$.x[*]", "[]"),
            ("$.x.y[*].z", "[]"),
            ("$.limit[1:].x", "[]"),
            ("$.a.c[?(@.x)]", "[]"),
        ] {
            assert_eq!(check(path), expected, "{path}");
        }
    }

    #[test]
    fn definite_paths_do_not_copy() {
        let value = json!({ "a": [{ "b": [1] }] });
        let path = Path::parse("$.a[0].b").unwrap();
        assert!(matches!(evaluate(&path, &value), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn deep_values_and_many_results_end() {
        let mut value = json!(1);
        for _ in 0..500 {
            value = json!({ "a": [value] });
        }
        let find = |path: &str| evaluate(&Path::parse(path).unwrap(), &value).map(|_| ());
        assert!(find("$..a").is_ok());
        assert!(find("$..*..*..*..*").is_err());
    }

    #[test]
    fn results_are_inserted() {
        for (path, input, expected) in [
            ("$", json!({"a": 1}), Ok(json!(0))),
            ("$", json!(null), Ok(json!(0))),
            ("$.x", json!({"a": 1}), Ok(json!({"a": 1, "x": 0}))),
            ("$.a", json!({"a": 1}), Ok(json!({"a": 0}))),
            ("$.x.y", json!({}), Ok(json!({"x": {"y": 0}}))),
            ("$.x.y", json!({"x": null}), Ok(json!({"x": {"y": 0}}))),
            ("$.x[1]", json!({"x": [1, 2]}), Ok(json!({"x": [1, 0]}))),
            ("$.x[0].y", json!({"x": [{}]}), Ok(json!({"x": [{"y": 0}]}))),
            (
                "$.x[2]",
                json!({"x": [1, 2]}),
                Err("$.x[2] to input {\"x\":[1,2]}"),
            ),
            ("$.x[0]", json!({}), Err("$.x[0] to input {}")),
            ("$.x", json!([1]), Err("$.x to input [1]")),
            ("$.x", json!(null), Err("$.x to input null")),
            ("$['x y']", json!("text"), Err("$.x y to input \"text\"")),
            (
                "$.x.y",
                json!({"x": "text"}),
                Err("$.x.y to input {\"x\":\"text\"}"),
            ),
        ] {
            let parsed = Path::parse(path).unwrap();
            let found = insert(&parsed, input, json!(0)).map_err(|error| error.message);
            let expected = expected.map_err(|rest| format!("Unable to apply ReferencePath {rest}"));
            assert_eq!(found, expected, "{path}");
        }
    }
}
