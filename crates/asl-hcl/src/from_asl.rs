//! Converts ASL to blocks and states as values.

use asl::linter::Linter;
use asl::schema::{FieldSchema, FieldType, Language, ObjectSchema};
use asl::{Form, MachineType};
use asl::{Json, Members, RuleFilter};
use tfplugin::{Diagnostics, Value};

use crate::convert::{from_json, object_from_json, to_json};
use crate::lambda;
use crate::schema::{STATE_BLOCKS, STATES, has_lambda, is_block};
use crate::state_path::StatePath;
use crate::states;
use crate::to_asl::to_asl;

/// Returns the blocks and top-level attributes that describe a definition exactly. Values of `prior` with the
/// same meaning are kept. A state in the `states` of `prior` stays there, and any other state becomes a
/// block. Members are in the order of the definition.
///
/// # Errors
/// Why blocks cannot describe the definition.
pub fn from_asl(definition: &Json, prior: &Value) -> Result<Value, String> {
    let flat = asl::flat::flatten(definition).ok_or_else(|| why_not_flat(definition))?;
    let members = flat.as_object().ok_or("it is not a JSON object")?;
    let language = Language::get();
    let mut value = Value::object::<String>([]);
    for field in language
        .definition
        .fields
        .iter()
        .filter(|field| field.shape != FieldType::States)
    {
        let attribute = match members.get(&field.name) {
            Some(json) => from_json(&field.shape, json)
                .ok_or_else(|| format!("no argument can hold `{}`", field.name))?,
            None => Value::Null,
        };
        value.set(&field.hcl, attribute);
    }
    let jsonata = members.get("QueryLanguage").and_then(Json::as_str) == Some("JSONata");
    let found = members
        .get("States")
        .and_then(Json::as_object)
        .ok_or("it has no states")?;
    let in_value = prior.get(STATES);
    for (block, object) in STATE_BLOCKS.iter() {
        let mut entries = Vec::new();
        for (name, state) in found
            .iter()
            .filter(|(name, _)| in_value.get(name).is_null())
        {
            if state.get("Type").and_then(Json::as_str) == Some(object.name.as_str()) {
                let held = state_block(object, state, jsonata, prior.get(block).get(name));
                entries.push((
                    name.clone(),
                    held.ok_or_else(|| why_not_held(object, name, state))?,
                ));
            }
        }
        value.set(block, Value::object(entries));
    }
    value.set(STATES, states_in_value(in_value, found, jsonata)?);
    if to_asl(&value).json.same_meaning(&flat) {
        Ok(value)
    } else {
        Err("blocks cannot describe it exactly".into())
    }
}

/// The value of `states` for a definition. It is `written` itself if none of its states has changed. States that the
/// definition no longer contains are omitted.
fn states_in_value(written: &Value, found: &Members, jsonata: bool) -> Result<Value, String> {
    let Some(before) = written.as_map() else {
        return Ok(Value::Null);
    };
    let mut is_same = true;
    let mut entries = Vec::new();
    for (name, entry) in before {
        let Some(state) = found.get(name).filter(|_| !entry.is_null()) else {
            // A null is not a state and is kept.
            if entry.is_null() {
                entries.push((name.clone(), Value::Null));
            } else {
                is_same = false;
            }
            continue;
        };
        if describes(STATES, entry, state, jsonata) {
            entries.push((name.clone(), states::typed_entry(written, name)));
        } else {
            is_same = false;
            entries.push((name.clone(), changed_entry(name, entry, state, jsonata)?));
        }
    }
    Ok(if is_same {
        written.clone()
    } else {
        Value::object(entries)
    })
}

/// The entry of `states` for a changed state.
fn changed_entry(
    name: &str,
    written: &Value,
    state: &Json,
    jsonata: bool,
) -> Result<Value, String> {
    let ty = state.get("Type").and_then(Json::as_str).unwrap_or("");
    let object = Language::get()
        .state(ty)
        .ok_or_else(|| format!("no block supports the type of the state `{name}`"))?;
    let before = states::read(
        name,
        written,
        &StatePath::in_states(name),
        &mut Diagnostics::default(),
    );
    let before = before
        .filter(|(before, _)| before.name == object.name)
        .map_or(Value::Null, |(_, block)| block);
    let block = state_block(object, state, jsonata, &before)
        .ok_or_else(|| why_not_held(object, name, state))?;
    Ok(states::write(object, &block, written, &before))
}

/// Returns the error for a state with a field that no block can hold.
fn why_not_held(object: &ObjectSchema, name: &str, state: &Json) -> String {
    let field =
        unheld(object, state).map_or_else(|| "a value".to_owned(), |field| format!("`{field}`"));
    format!("no block can hold {field} of the state `{name}`")
}

/// Returns why a definition has no flat form.
fn why_not_flat(definition: &Json) -> String {
    let reasons = [
        "unreachable-state",
        "state-in-two-scopes",
        "duplicate-state-name",
    ]
    .map(str::to_owned)
    .to_vec();
    let linter = Linter::new(MachineType::Unknown).with_filter(RuleFilter {
        select: reasons,
        ..RuleFilter::default()
    });
    let found = linter.check(definition, Form::Nested).into_iter().next();
    found.map_or_else(
        || "a state is not an object".to_owned(),
        |finding| finding.message,
    )
}

/// The field of a state that no block can hold.
fn unheld<'a>(object: &ObjectSchema, state: &'a Json) -> Option<&'a str> {
    let is_held = |(name, json): &(&String, &Json)| match object.field(name) {
        Some(field) => field.shape == FieldType::States || from_json(&field.shape, json).is_some(),
        None => *name == "Type",
    };
    state
        .as_object()?
        .iter()
        .find(|member| !is_held(member))
        .map(|(name, _)| name.as_str())
}

fn state_block(
    object: &'static ObjectSchema,
    state: &Json,
    jsonata: bool,
    prior: &Value,
) -> Option<Value> {
    let own = state.get("QueryLanguage").and_then(Json::as_str);
    let jsonata = own.map_or(jsonata, |language| language == "JSONata");
    let plain = |state: &Json| {
        let mut members: Members = state.as_object()?.clone();
        members.shift_remove("Type");
        object_from_json(object, &Json::Object(members))
    };
    let sugar = if has_lambda(object) {
        lambda::recognise(state, jsonata)
    } else {
        None
    };
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
    // The same state can have a `lambda` block or not. The prior form is kept if it still describes the state.
    [
        prior.clone(),
        with_prior_sugar(object, prior, state, &block),
    ]
    .into_iter()
    .find(|candidate| describes(&object.name.to_lowercase(), candidate, state, jsonata))
    .or(Some(block))
}

/// The block with the `lambda` block of `prior`, or without one as in `prior`.
fn with_prior_sugar(
    object: &'static ObjectSchema,
    prior: &Value,
    state: &Json,
    block: &Value,
) -> Value {
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

/// Whether a value of this argument, the name of a block or `states`, describes a state.
fn describes(argument: &str, written: &Value, state: &Json, jsonata: bool) -> bool {
    let mut config = Value::object([(argument, Value::object([("it", written.clone())]))]);
    config.set(
        "query_language",
        if jsonata { "JSONata" } else { "JSONPath" },
    );
    let flat = to_asl(&config);
    flat.json
        .get("States")
        .and_then(|states| states.get("it"))
        .is_some_and(|it| it.same_meaning(state))
}

/// Replaces values with those of `prior` that have the same meaning, such as a list in place of a tuple. Both
/// are complete configurations. The argument `states` is kept as a whole or not at all, because Terraform
/// accepts only the configured and the prior value of an attribute.
pub fn keep_equal(prior: &Value, value: &mut Value) {
    let language = value.get("query_language");
    if let (Some(before), Some(after)) = (
        meaning(prior.get(STATES), language),
        meaning(value.get(STATES), language),
    ) && before.same_meaning(&after)
    {
        value.set(STATES, prior.get(STATES).clone());
    }
    for field in &Language::get().definition.fields {
        keep_equal_field(field, prior, value);
    }
    for (block, object) in STATE_BLOCKS.iter() {
        let Some(labels) = value
            .get(block)
            .as_map()
            .map(|states| states.keys().cloned().collect::<Vec<_>>())
        else {
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

/// Converts the value of `states` to ASL. Returns `None` if the value is null, or if a part of it is unknown
/// or invalid.
fn meaning(value: &Value, language: &Value) -> Option<Json> {
    if value.is_null() {
        return None;
    }
    let flat = to_asl(&Value::object([
        (STATES, value.clone()),
        ("query_language", language.clone()),
    ]));
    flat.json
        .get("States")
        .filter(|states| states.is_known() && flat.diagnostics.is_empty())
        .cloned()
}

fn keep_equal_fields(object: &ObjectSchema, prior: &Value, block: &mut Value) {
    if prior.is_null() {
        return;
    }
    for field in &object.fields {
        keep_equal_field(field, prior, block);
    }
    let (before, after) = (
        prior.get("lambda").get("payload"),
        block.get("lambda").get("payload"),
    );
    if same(&FieldType::Json, before, after) {
        let (before, mut sugar) = (before.clone(), block.get("lambda").plain().clone());
        sugar.set("payload", before);
        block.set("lambda", sugar);
    }
}

fn keep_equal_field(field: &FieldSchema, prior: &Value, block: &mut Value) {
    let (before, after) = (prior.get(&field.hcl), block.get(&field.hcl));
    if field.shape == FieldType::States || before == after {
        return;
    }
    let object = match &field.shape {
        FieldType::Object(name) | FieldType::Objects(name) if is_block(field) => {
            Language::get().object(name)
        }
        _ => None,
    };
    let kept = match (object, before.as_list(), after.as_list()) {
        (Some(object), Some(before), Some(afters)) => {
            let mut afters = afters.to_vec();
            for (before, after) in before.iter().zip(&mut afters) {
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

/// Whether both values are set and have the same meaning.
fn same(shape: &FieldType, before: &Value, after: &Value) -> bool {
    match (to_json(shape, before), to_json(shape, after)) {
        (Some(before), Some(after)) => before.same_meaning(&after),
        _ => false,
    }
}
