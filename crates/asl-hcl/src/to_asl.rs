//! Converts blocks and states as values to ASL.

use std::collections::HashMap;

use asl::schema::{FieldType, Language, ObjectSchema};
use asl::{Json, Members};
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Value};

use crate::convert::{object_to_json, to_json};
use crate::lambda::Lambda;
use crate::schema::{DEFINITION, STATE_BLOCKS, STATES};
use crate::state_path::StatePath;
use crate::states;

/// A definition in the flat form, with the blocks of its states.
#[derive(Debug)]
pub struct Flat {
    /// The definition.
    pub json: Json,
    /// Problems of the blocks.
    pub diagnostics: Diagnostics,
    pub(crate) origins: HashMap<String, Origin>,
    /// The configuration.
    pub(crate) config: Value,
}

/// The origin of a state in the configuration.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(crate) path: StatePath,
    /// The type of the state. `None` if it is unknown.
    pub(crate) object: Option<&'static ObjectSchema>,
    /// Whether the state has `lambda`.
    pub(crate) lambda: bool,
    /// Number of retriers that `lambda` adds before the configured ones.
    pub(crate) retriers_before: usize,
}

impl Origin {
    /// The origin of an unknown or invalid state.
    fn unknown(path: StatePath) -> Self {
        Self {
            path,
            object: None,
            lambda: false,
            retriers_before: 0,
        }
    }

    /// The origin of a state of this type, by its arguments.
    fn of(path: StatePath, object: &'static ObjectSchema, block: &Value) -> Self {
        let sugar = block.get("lambda");
        let lambda = !sugar.is_null();
        let sugar = Lambda::read(sugar).filter(|_| lambda);
        let retriers_before =
            usize::from(sugar.is_some_and(|sugar| sugar.retry_service_exceptions));
        Self {
            path,
            object: Some(object),
            lambda,
            retriers_before,
        }
    }
}

/// Whether any state is, or may be, in a block or in `states`.
pub fn has_states(config: &Value) -> bool {
    let in_blocks = STATE_BLOCKS.iter().any(|(block, _)| {
        let states = config.get(block);
        states.is_unknown() || states.as_map().is_some_and(|states| !states.is_empty())
    });
    in_blocks || !config.get(STATES).is_null()
}

/// Converts the blocks and the argument `states` of a configuration to a definition in the flat form. Unknown
/// values become unknown JSON.
pub fn to_asl(config: &Value) -> Flat {
    let mut flat = Flat {
        json: Json::Null,
        diagnostics: Diagnostics::default(),
        origins: HashMap::new(),
        config: config.clone(),
    };
    let mut members = Members::default();
    for field in &Language::get().definition.fields {
        if let Some(json) = to_json(&field.shape, config.get(&field.hcl))
            .filter(|_| field.shape != FieldType::States)
        {
            members.insert(field.name.clone(), json);
        }
    }
    let jsonata = is_jsonata(members.get("QueryLanguage"), Some(false));
    let mut found = Members::default();
    let mut all_known = true;
    for (block, object) in STATE_BLOCKS.iter() {
        all_known &= !config.get(block).is_unknown();
        for (label, value) in config.get(block).as_map().into_iter().flatten() {
            let path = StatePath::in_block(block, label);
            let state = flat.state(object, value, &path, jsonata);
            flat.add(label, Origin::of(path, object, value), state, &mut found);
        }
    }
    all_known &= flat.add_values(config.get(STATES), jsonata, &mut found);
    // Unknown blocks may contain any states, so the states and their transitions are unknown.
    members.insert(
        "States".into(),
        if all_known {
            Json::Object(found)
        } else {
            Json::Unknown
        },
    );
    flat.json = Json::Object(members);
    flat
}

impl Flat {
    /// Adds the states of the argument `states`. Returns `false` if they are unknown.
    fn add_values(&mut self, value: &Value, jsonata: Option<bool>, found: &mut Members) -> bool {
        let entries = match value.plain() {
            Value::Null => return true,
            Value::Unknown => return false,
            Value::Map(entries) => entries,
            other => {
                let detail = "Write a map of state name to an object with the `type` and the arguments of the state.";
                let message = format!("`{STATES}` is {}, not a map of states", states::kind(other));
                self.diagnostics
                    .push(Diagnostic::error(message, detail).at(AttributePath::root(STATES)));
                // The intended states are not known.
                return false;
            }
        };
        for (name, value) in entries.iter().filter(|(_, value)| !value.is_null()) {
            let path = StatePath::in_states(name);
            match states::read(name, value, &path, &mut self.diagnostics) {
                Some((object, block)) => {
                    let state = self.state(object, &block, &path, jsonata);
                    self.add(name, Origin::of(path, object, &block), state, found);
                }
                None => self.add(name, Origin::unknown(path), Json::Unknown, found),
            }
        }
        true
    }

    /// Adds a state. Reports a name that another state has.
    fn add(&mut self, name: &str, origin: Origin, state: Json, found: &mut Members) {
        if let Some(other) = self.origins.get(name) {
            let object = other
                .object
                .map_or("state", |object| object.name.as_str())
                .to_lowercase();
            let detail = format!(
                "A `{object}` block has the same name, and state names must be unique in the whole state machine. Rename \
                 one of the two."
            );
            self.diagnostics.push(
                origin
                    .path
                    .error(format!("another state is called `{name}`"), &detail),
            );
            return;
        }
        self.origins.insert(name.to_owned(), origin);
        found.insert(name.to_owned(), state);
    }

    /// Converts a block to a state. `jsonata` is whether the query language of the definition is JSONata,
    /// `None` if unknown.
    fn state(
        &mut self,
        object: &'static ObjectSchema,
        block: &Value,
        path: &StatePath,
        jsonata: Option<bool>,
    ) -> Json {
        let lambda = block.get("lambda");
        if block.is_unknown() || lambda.is_unknown() {
            return Json::Unknown;
        }
        let mut plain = block.plain().clone();
        plain.set("lambda", Value::Null);
        let mut members =
            Members::from_iter([("Type".to_owned(), Json::from(object.name.as_str()))]);
        match object_to_json(object, &plain) {
            Json::Object(fields) => members.extend(fields),
            _ => return Json::Unknown,
        }
        self.embed_definitions(object, &plain, &mut members, path);
        if lambda.is_null() {
            return Json::Object(members);
        }
        self.check_lambda(lambda, &members, path);
        let sugar = Lambda::read(lambda).zip(is_jsonata(members.get("QueryLanguage"), jsonata));
        let Some((lambda, jsonata)) = sugar else {
            return Json::Unknown;
        };
        if lambda.needs_arn(&members, jsonata) {
            let detail = "With `result_path`, `result_selector` or `output_path`, the result can be unwrapped only if \
                          `function_arn` is an ARN. Write the ARN, or set `unwrap = false`.";
            let message = "`function_arn` must be an ARN, got a name";
            self.diagnostics.push(
                path.clone()
                    .member("lambda")
                    .member("function_arn")
                    .error(message, detail),
            );
        }
        if lambda.selects_twice(&members, jsonata) {
            let detail = "With `result_path`, `result_selector` or `output_path`, a path in `payload` is rendered as \
                          the `input_path` of the task. Write one path in place of both.";
            let message = "`input_path` conflicts with a path in `payload`";
            self.diagnostics
                .push(path.clone().member("input_path").error(message, detail));
        }
        let Some(mut members) = lambda.expand(members, jsonata) else {
            return Json::Unknown;
        };
        let position = |name: &str| object.fields.iter().position(|field| field.name == name);
        // `Type` is not a field of the object and has no position, so it comes first.
        members.sort_by(|a, _, b, _| position(a).cmp(&position(b)));
        Json::Object(members)
    }

    /// Checks the required arguments of `lambda`, and the arguments that it conflicts with.
    fn check_lambda(&mut self, lambda: &Value, members: &Members, path: &StatePath) {
        if lambda.get("function_arn").is_null() {
            let detail = "Write the ARN of the function to call, or its name.";
            let path = path.clone().member("lambda");
            self.diagnostics
                .push(path.error("`lambda` has no `function_arn`", detail));
        }
        for (field, hcl) in [
            ("Resource", "resource"),
            ("Parameters", "parameters"),
            ("Arguments", "arguments"),
        ] {
            // An unknown value may be absent.
            if members
                .get(field)
                .is_some_and(|value| !matches!(value, Json::Unknown))
            {
                let message = format!("`lambda` conflicts with `{hcl}`");
                let detail =
                    "Move the parameters into `payload` of `lambda`, or remove the `lambda` block.";
                self.diagnostics
                    .push(path.clone().member(hcl).error(message, detail));
            }
        }
    }

    /// Inserts workflows in `definition` arguments into their branches and item processors.
    fn embed_definitions(
        &mut self,
        object: &ObjectSchema,
        block: &Value,
        members: &mut Members,
        path: &StatePath,
    ) {
        for field in &object.fields {
            let inner = block.get(&field.hcl);
            match (&field.shape, members.get_mut(&field.name)) {
                (FieldType::Object(_), Some(Json::Object(slot))) => {
                    self.embed(inner, slot, path.clone().member(&field.hcl));
                }
                (FieldType::Objects(_), Some(Json::Array(slots))) => {
                    for (index, (slot, inner)) in slots
                        .iter_mut()
                        .zip(inner.as_list().unwrap_or(&[]))
                        .enumerate()
                    {
                        if let Json::Object(slot) = slot {
                            self.embed(inner, slot, path.clone().member(&field.hcl).index(index));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn embed(&mut self, block: &Value, slot: &mut Members, path: StatePath) {
        let path = path.member(DEFINITION);
        match block.get(DEFINITION).plain() {
            Value::Unknown => {
                slot.insert("States".into(), Json::Unknown);
                slot.insert("StartAt".into(), Json::Unknown);
            }
            Value::String(text) => match asl::parse(text) {
                Ok((document, _)) => {
                    if slot
                        .get("StartAt")
                        .is_some_and(|start| !matches!(start, Json::Unknown))
                    {
                        let detail = "The `definition` contains its first state. Remove `start_at` or `definition`.";
                        let message = "`definition` conflicts with `start_at`";
                        self.diagnostics.push(path.error(message, detail));
                    }
                    for (key, value) in as_scope(document.root) {
                        slot.entry(key).or_insert(value);
                    }
                }
                Err(finding) => {
                    let detail =
                        "Use the `json` of an `sfn_definition` data source, or `jsonencode`.";
                    self.diagnostics.push(path.error(finding.message, detail));
                }
            },
            _ => {}
        }
    }
}

/// Whether the query language is JSONata, by the `QueryLanguage` of a state or definition. It is inherited by a state
/// that does not set it. `None` if it is unknown.
fn is_jsonata(own: Option<&Json>, inherited: Option<bool>) -> Option<bool> {
    match own {
        None => inherited,
        Some(Json::Unknown) => None,
        Some(language) => Some(language.as_str() == Some("JSONata")),
    }
}

/// Converts a definition to the content of a branch. A scope has no version and no query language, so the
/// query language is set in its states.
fn as_scope(definition: Json) -> Members {
    let Json::Object(mut members) = definition else {
        return Members::default();
    };
    members.shift_remove("Version");
    if let (Some(language), Some(states)) = (
        members.shift_remove("QueryLanguage"),
        members.get_mut("States"),
    ) {
        set_language(states, &language);
    }
    members
}

fn set_language(states: &mut Json, language: &Json) {
    let Json::Object(states) = states else { return };
    for state in states.values_mut() {
        let inside: Vec<_> = asl::semantic::graph::containers(state)
            .into_iter()
            .map(|(at, _)| at)
            .collect();
        let Json::Object(members) = state else {
            continue;
        };
        members
            .entry("QueryLanguage".to_owned())
            .or_insert_with(|| language.clone());
        for at in inside {
            if let Some(inner) = state.at_mut(&at.join("States")) {
                set_language(inner, language);
            }
        }
    }
}
