//! ASL → blocks.

use asl::check::{Form, MachineType, check};
use asl::shape::{Field, Language, Object, Shape};
use asl::{Json, Members, Selection};
use tfplugin::Value;

use crate::convert::{from_json, object_from_json, to_json};
use crate::lambda;
use crate::schema::{STATE_BLOCKS, is_block};
use crate::to_asl::to_asl;

/// The blocks and top-level attributes that describe a definition, so that they describe it exactly; what of `prior`
/// says the same is kept as it was written.
///
/// # Errors
/// Why blocks cannot hold the definition.
pub fn from_asl(definition: &Json, prior: &Value) -> Result<Value, String> {
    let flat = asl::flat::flatten(definition).ok_or_else(|| why_not_flat(definition))?;
    let members = flat.as_object().ok_or("it is no JSON object")?;
    let language = Language::get();
    let mut value = Value::object::<String>([]);
    for field in language.definition.fields.iter().filter(|field| field.shape != Shape::States) {
        let attribute = match members.get(&field.name) {
            Some(json) => from_json(&field.shape, json).ok_or_else(|| format!("`{}` cannot be held", field.name))?,
            None => Value::Null,
        };
        value.set(&field.hcl, attribute);
    }
    let jsonata = members.get("QueryLanguage").and_then(Json::as_str) == Some("JSONata");
    let states = members.get("States").and_then(Json::as_object).ok_or("it has no states")?;
    for (block, object) in STATE_BLOCKS.iter() {
        let mut entries = Vec::new();
        for (name, state) in states {
            if state.get("Type").and_then(Json::as_str) == Some(object.name.as_str()) {
                let held = state_block(object, state, jsonata, prior.get(block).get(name));
                let held = held.ok_or_else(|| {
                    let field =
                        unheld(object, state).map_or_else(|| "a value".to_owned(), |field| format!("`{field}`"));
                    format!("no block can hold {field} of the state `{name}`")
                })?;
                entries.push((name.clone(), held));
            }
        }
        value.set(block, Value::object(entries));
    }
    if to_asl(&value).json.same_meaning(&flat) {
        Ok(value)
    } else {
        Err("a block would not say exactly the same".into())
    }
}

/// Why the states of a definition cannot stand side by side.
fn why_not_flat(definition: &Json) -> String {
    let reasons = ["unreachable-state", "two-scopes", "duplicate-state-name"].map(str::to_owned).to_vec();
    let selection = Selection { select: reasons, ..Selection::default() };
    let findings = check(definition, Form::Nested, MachineType::Unknown);
    let found = findings.into_iter().find(|finding| selection.keeps(finding));
    found.map_or_else(|| "something stands in the place of a state that is none".to_owned(), |finding| finding.message)
}

/// The field of a state that no block can hold.
fn unheld<'a>(object: &Object, state: &'a Json) -> Option<&'a str> {
    let is_held = |(name, json): &(&String, &Json)| match object.field(name) {
        Some(field) => field.shape == Shape::States || from_json(&field.shape, json).is_some(),
        None => *name == "Type",
    };
    state.as_object()?.iter().find(|member| !is_held(member)).map(|(name, _)| name.as_str())
}

fn state_block(object: &'static Object, state: &Json, jsonata: bool, prior: &Value) -> Option<Value> {
    let own = state.get("QueryLanguage").and_then(Json::as_str);
    let jsonata = own.map_or(jsonata, |language| language == "JSONata");
    let plain = |state: &Json| {
        let mut members: Members = state.as_object()?.clone();
        members.shift_remove("Type");
        object_from_json(object, &Json::Object(members))
    };
    let sugar = if object.name == "Task" { lambda::recognise(state, jsonata) } else { None };
    let mut block = match sugar {
        Some((sugar, rest)) => {
            let mut block = plain(&rest)?;
            block.set("lambda", sugar);
            block
        }
        None => plain(state)?,
    };
    keep_equal_fields(object, prior, &mut block);
    if prior.is_null() {
        return Some(block);
    }
    // The same state may be written with or without sugar: what was written before stays where it still fits.
    [prior.clone(), with_prior_sugar(object, prior, state, &block)]
        .into_iter()
        .find(|candidate| describes(object, candidate, state, jsonata))
        .or(Some(block))
}

/// The block with the sugar, or the lack of it, that was written before.
fn with_prior_sugar(object: &'static Object, prior: &Value, state: &Json, block: &Value) -> Value {
    let mut members = state.as_object().cloned().unwrap_or_default();
    members.shift_remove("Type");
    let unsugared = object_from_json(object, &Json::Object(members));
    let mut candidate = block.clone();
    let sugar = prior.get("lambda");
    match unsugared {
        Some(unsugared) if sugar.is_null() => {
            candidate = unsugared;
            keep_equal_fields(object, prior, &mut candidate);
        }
        _ => {
            candidate.set("lambda", sugar.clone());
            for name in ["resource", "parameters", "arguments"] {
                candidate.set(name, Value::Null);
            }
        }
    }
    candidate
}

/// Whether a block describes this state.
fn describes(object: &Object, block: &Value, state: &Json, jsonata: bool) -> bool {
    let name = object.name.to_lowercase();
    let mut config = Value::object([(name, Value::object([("it", block.clone())]))]);
    config.set("query_language", if jsonata { "JSONata" } else { "JSONPath" });
    let flat = to_asl(&config);
    flat.json.get("States").and_then(|states| states.get("it")).is_some_and(|it| it.same_meaning(state))
}

/// Keeps what `prior` says in other words, such as a list in place of a tuple, wherever it says the same as `value`;
/// both are whole configurations.
pub fn keep_equal(prior: &Value, value: &mut Value) {
    for field in &Language::get().definition.fields {
        keep_equal_field(field, prior, value);
    }
    for (block, object) in STATE_BLOCKS.iter() {
        let Some(labels) = value.get(block).as_map().map(|states| states.keys().cloned().collect::<Vec<_>>()) else {
            continue;
        };
        let mut states = value.get(block).plain().clone();
        for label in labels {
            let mut state = states.get(&label).plain().clone();
            keep_equal_fields(object, prior.get(block).get(&label), &mut state);
            states.set(&label, state);
        }
        value.set(block, states);
    }
}

fn keep_equal_fields(object: &Object, prior: &Value, block: &mut Value) {
    if prior.is_null() {
        return;
    }
    for field in &object.fields {
        keep_equal_field(field, prior, block);
    }
    let (before, after) = (prior.get("lambda").get("payload"), block.get("lambda").get("payload"));
    if same(&Shape::Json, before, after) {
        let (before, mut sugar) = (before.clone(), block.get("lambda").plain().clone());
        sugar.set("payload", before);
        block.set("lambda", sugar);
    }
}

fn keep_equal_field(field: &Field, prior: &Value, block: &mut Value) {
    let (before, after) = (prior.get(&field.hcl), block.get(&field.hcl));
    if field.shape == Shape::States || before == after {
        return;
    }
    let object = match &field.shape {
        Shape::Object(name) | Shape::Objects(name) if is_block(field) => Language::get().object(name),
        _ => None,
    };
    let kept = match (object, before.as_list(), after.as_list()) {
        (Some(object), Some(befores), Some(afters)) => {
            let mut afters = afters.to_vec();
            for (before, after) in befores.iter().zip(&mut afters) {
                keep_equal_fields(object, before, after);
            }
            Value::List(afters)
        }
        (Some(object), ..) => {
            let mut after = after.plain().clone();
            if after.is_null() {
                return;
            }
            keep_equal_fields(object, before, &mut after);
            after
        }
        (None, ..) if same(&field.shape, before, after) => before.clone(),
        (None, ..) => return,
    };
    block.set(&field.hcl, kept);
}

/// Whether both are there and say the same.
fn same(shape: &Shape, before: &Value, after: &Value) -> bool {
    match (to_json(shape, before), to_json(shape, after)) {
        (Some(before), Some(after)) => before.same_meaning(&after),
        _ => false,
    }
}
