//! States as values: converts the argument `states` to the equivalent blocks and back.
//!
//! Terraform converts the attributes of a block to the types of the schema and rejects unknown attributes. A
//! dynamic value is not converted, so this module does both.

use asl::did_you_mean;
use asl::schema::{FieldSchema, FieldType, ObjectSchema};
use tfplugin::schema::Nesting;
use tfplugin::{Diagnostics, Number, Type, Typed, Value};

use crate::schema::{
    DEFINITION, STATE_BLOCKS, has_lambda, holds_workflow, inner, lambda_block, type_words,
};
use crate::state_path::StatePath;

/// The argument of a state that names its type.
const TYPE: &str = "type";
/// The block of a task that calls a function.
const LAMBDA: &str = "lambda";

/// Reads a state: its type, and its arguments as in the block of that type. Returns `None` if the state or
/// its type is unknown, or if it is invalid, which is added to the diagnostics.
pub(crate) fn read(
    name: &str,
    value: &Value,
    path: &StatePath,
    diagnostics: &mut Diagnostics,
) -> Option<(&'static ObjectSchema, Value)> {
    let mut reader = Reader { diagnostics };
    match value.plain() {
        Value::Unknown => None,
        Value::Map(_) => {
            let object = reader.state_type(name, value.get(TYPE), path)?;
            Some((object, reader.arguments(object, value, path, true)))
        }
        other => {
            let message = format!("state `{name}` is {}, not an object", kind(other));
            reader.error(
                path.clone(),
                message,
                "Write an object with the `type` and the arguments of the state.",
            );
            None
        }
    }
}

/// The state type with this name, as a block or in ASL.
fn type_named(word: &str) -> Option<&'static ObjectSchema> {
    let named = STATE_BLOCKS
        .iter()
        .find(|(block, object)| block == word || object.name == word);
    named.map(|(_, object)| *object)
}

/// Returns the kind of the value, as error messages name it.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value.plain() {
        Value::Null | Value::Typed(_) => "null",
        Value::Unknown => "unknown",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::List(_) => "a list",
        Value::Map(_) => "an object",
    }
}

struct Reader<'a> {
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn error(&mut self, path: StatePath, message: String, detail: &str) {
        self.diagnostics.push(path.error(message, detail));
    }

    fn state_type(
        &mut self,
        name: &str,
        word: &Value,
        path: &StatePath,
    ) -> Option<&'static ObjectSchema> {
        let list = format!("Write one of {}.", type_words());
        match word.plain() {
            Value::Unknown => {}
            Value::Null => self.error(
                path.clone(),
                format!("state `{name}` has no `{TYPE}`"),
                &list,
            ),
            Value::String(word) => {
                if let Some(object) = type_named(word) {
                    return Some(object);
                }
                let guess =
                    did_you_mean(word, STATE_BLOCKS.iter().map(|(block, _)| block.as_str()));
                let hint =
                    guess.map_or_else(String::new, |guess| format!("Did you mean `{guess}`? "));
                self.error(
                    path.clone().member(TYPE),
                    format!("unsupported state type `{word}`"),
                    &(hint + &list),
                );
            }
            other => self.error(
                path.clone().member(TYPE),
                format!("`{TYPE}` is {}, not a string", kind(other)),
                &list,
            ),
        }
        None
    }

    /// Reads the arguments of a state, or of an object in it. Null is absent.
    fn arguments(
        &mut self,
        object: &'static ObjectSchema,
        value: &Value,
        path: &StatePath,
        is_state: bool,
    ) -> Value {
        let mut block = Value::object::<String>([]);
        for (name, member) in value
            .as_map()
            .into_iter()
            .flatten()
            .filter(|(_, member)| !member.is_null())
        {
            let path = path.clone().member(name);
            match (name.as_str(), argument(object, name)) {
                (TYPE, _) if is_state => {}
                (_, Some(field)) => block.set(name, self.argument(field, member, &path)),
                (LAMBDA, None) if is_state && has_lambda(object) => {
                    block.set(name, self.lambda(member, path));
                }
                (DEFINITION, None) if holds_workflow(object) => {
                    block.set(name, self.typed(name, &Type::String, member, path));
                }
                _ => {
                    let of_asl = object.field(name).map(|field| field.hcl.as_str());
                    let guess = of_asl.or_else(|| did_you_mean(name, names(object, is_state)));
                    self.unsupported(name, guess, path);
                }
            }
        }
        block
    }

    fn argument(&mut self, field: &FieldSchema, value: &Value, path: &StatePath) -> Value {
        match (inner(field), value.plain()) {
            (Some((object, Nesting::Single)), Value::Map(_)) => {
                self.arguments(object, value, path, false)
            }
            (Some((object, Nesting::List)), Value::List(items)) => {
                let items = items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| match item.plain() {
                        Value::Map(_) => {
                            self.arguments(object, item, &path.clone().index(index), false)
                        }
                        other => other.clone(),
                    });
                Value::List(items.collect())
            }
            // The type check already reports a value that is not an object.
            (Some(_), other) => other.clone(),
            (None, other) => converted(&field.shape, other),
        }
    }

    fn lambda(&mut self, value: &Value, path: StatePath) -> Value {
        let entries = match value.plain() {
            Value::Map(entries) => entries,
            Value::Unknown => return Value::Unknown,
            other => {
                let message = format!("`{LAMBDA}` is {}, not an object", kind(other));
                self.error(
                    path,
                    message,
                    "Write an object with the `function_arn` of the function to call.",
                );
                return Value::Null;
            }
        };
        let attributes = lambda_block().attributes;
        let mut block = Value::object::<String>([]);
        for (name, member) in entries.iter().filter(|(_, member)| !member.is_null()) {
            let path = path.clone().member(name);
            match attributes.iter().find(|attribute| attribute.name == *name) {
                Some(attribute) => block.set(
                    name,
                    self.typed(name, &attribute.value_type(), member, path),
                ),
                None => {
                    let known = attributes.iter().map(|attribute| attribute.name.as_str());
                    self.unsupported(name, did_you_mean(name, known), path);
                }
            }
        }
        block
    }

    /// Reads the value of an argument that ASL does not have, so that the rules do not check its type.
    fn typed(&mut self, name: &str, ty: &Type, value: &Value, path: StatePath) -> Value {
        let (value, wanted) = match ty {
            Type::String => (as_text(value.plain()), "a string"),
            Type::Bool => (as_flag(value.plain()), "a boolean"),
            _ => return value.plain().clone(),
        };
        if matches!(
            (ty, &value),
            (_, Value::Unknown) | (Type::String, Value::String(_)) | (Type::Bool, Value::Bool(_))
        ) {
            return value;
        }
        self.error(
            path,
            format!("`{name}` is {}, not {wanted}", kind(&value)),
            &format!("Write {wanted}."),
        );
        Value::Null
    }

    fn unsupported(&mut self, name: &str, guess: Option<&str>, path: StatePath) {
        let hint = guess.map_or_else(String::new, |guess| format!(" Did you mean `{guess}`?"));
        let detail = format!("An argument named `{name}` is not expected here.{hint}");
        self.error(path, format!("unsupported argument `{name}`"), &detail);
    }
}

/// The field of an argument.
fn argument<'a>(object: &'a ObjectSchema, name: &str) -> Option<&'a FieldSchema> {
    object
        .fields
        .iter()
        .find(|field| field.hcl == name && field.shape != FieldType::States)
}

/// The names of the arguments of a state, or of an object in it.
fn names(object: &'static ObjectSchema, is_state: bool) -> Vec<&'static str> {
    let fields = object
        .fields
        .iter()
        .filter(|field| field.shape != FieldType::States);
    let others = [
        (TYPE, is_state),
        (LAMBDA, is_state && has_lambda(object)),
        (DEFINITION, holds_workflow(object)),
    ];
    let others = others
        .into_iter()
        .filter(|(_, is_there)| *is_there)
        .map(|(name, _)| name);
    fields
        .map(|field| field.hcl.as_str())
        .chain(others)
        .collect()
}

/// Converts a value as Terraform does for an attribute of a block.
fn converted(shape: &FieldType, value: &Value) -> Value {
    match (shape, value) {
        (FieldType::String | FieldType::NullableString | FieldType::Enum(_), _) => as_text(value),
        (FieldType::Boolean, _) => as_flag(value),
        (FieldType::Integer | FieldType::Number, _) => as_number(value),
        (FieldType::Strings, Value::List(items)) => {
            Value::List(items.iter().map(|item| as_text(item.plain())).collect())
        }
        _ => value.clone(),
    }
}

fn as_text(value: &Value) -> Value {
    match value {
        Value::Bool(flag) => flag.to_string().into(),
        Value::Number(number) => number.to_string().into(),
        other => other.clone(),
    }
}

fn as_flag(value: &Value) -> Value {
    match value.as_str() {
        Some("true" | "1") => true.into(),
        Some("false" | "0") => false.into(),
        _ => value.clone(),
    }
}

fn as_number(value: &Value) -> Value {
    value
        .as_str()
        .and_then(|text| text.parse::<Number>().ok())
        .map_or_else(|| value.clone(), Value::from)
}

/// The value of a state in `states`, with its type.
pub(crate) fn typed_entry(states: &Value, name: &str) -> Value {
    let ty = match states {
        Value::Typed(typed) => match &typed.ty {
            Type::Object(attributes) => attributes.get(name),
            Type::Map(element) => Some(element.as_ref()),
            _ => None,
        },
        _ => None,
    };
    match (ty, states.get(name)) {
        (Some(ty), value) if *ty != Type::Dynamic && !matches!(value, Value::Typed(_)) => {
            Value::Typed(Box::new(Typed {
                ty: ty.clone(),
                value: value.clone(),
            }))
        }
        (_, value) => value.clone(),
    }
}

/// Writes a state as a value of `states`. `written` is its previous value there, and `before` the equivalent
/// block. Values that are equal in `block` and `before` are kept as in `written`.
pub(crate) fn write(
    object: &'static ObjectSchema,
    block: &Value,
    written: &Value,
    before: &Value,
) -> Value {
    let word = written.get(TYPE);
    let is_same = word
        .as_str()
        .and_then(type_named)
        .is_some_and(|before| before.name == object.name);
    let (mut block, mut before) = (block.clone(), before.clone());
    block.set(
        TYPE,
        if is_same {
            word.clone()
        } else {
            object.name.to_lowercase().into()
        },
    );
    before.set(TYPE, word.clone());
    members(Some(object), &block, written, &before)
}

/// Writes the members of an object, first those of `written` in their order. Null values and empty lists of
/// `written` are kept.
fn members(
    object: Option<&'static ObjectSchema>,
    block: &Value,
    written: &Value,
    before: &Value,
) -> Value {
    let mut entries = Value::object::<String>([]);
    for (name, value) in written.as_map().into_iter().flatten() {
        if !block.get(name).is_null() {
            entries.set(name, member(object, name, block, written, before));
        } else if value.is_null() || value.as_list().is_some_and(<[Value]>::is_empty) {
            entries.set(name, value.clone());
        }
    }
    for (name, value) in block.as_map().into_iter().flatten() {
        if !value.is_null() && entries.get(name).is_null() {
            entries.set(name, member(object, name, block, written, before));
        }
    }
    entries
}

fn member(
    object: Option<&'static ObjectSchema>,
    name: &str,
    block: &Value,
    written: &Value,
    before: &Value,
) -> Value {
    let (after, written, before) = (block.get(name), written.get(name), before.get(name));
    let field = object.and_then(|object| argument(object, name));
    match field.and_then(inner) {
        _ if after == before && !written.is_null() => written.clone(),
        Some((object, Nesting::List)) => {
            let nth = |list: &Value, index: usize| {
                list.as_list()
                    .and_then(|list| list.get(index))
                    .cloned()
                    .unwrap_or_default()
            };
            let elements = after.as_list().unwrap_or(&[]).iter().enumerate();
            let elements = elements.map(|(index, after)| {
                let (written, before) = (nth(written, index), nth(before, index));
                let is_same = *after == before && !written.is_null();
                if is_same {
                    written
                } else {
                    members(Some(object), after, &written, &before)
                }
            });
            Value::List(elements.collect())
        }
        Some((object, _)) => members(Some(object), after, written, before),
        None if name == LAMBDA => members(None, after, written, before),
        None => after.clone(),
    }
}
