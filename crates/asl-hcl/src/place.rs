//! The attribute for a place in the ASL.

use asl::schema::{FieldSchema, FieldType, Language, ObjectSchema};
use asl::{JsonPointer, Segment};
use tfplugin::{AttributePath, Step};

use crate::schema::{DEFINITION, is_block};
use crate::state_path::{StatePath, is_in_states};
use crate::to_asl::{Flat, Origin};

/// The path for a pointer, and the type of the object if the path is its block.
type End = (StatePath, Option<&'static ObjectSchema>);

impl Flat {
    /// The attribute for a place in the flat definition, or the nearest enclosing one. In the argument
    /// `states`, the path leads into its value.
    pub fn path(&self, pointer: &JsonPointer) -> Option<AttributePath> {
        let (path, object) = self.end(pointer)?;
        Some(match object {
            // An object in a value has its own path.
            Some(object) if !path.is_in_states() => self.header(object, path.into_path()),
            _ => path.into_path(),
        })
    }

    /// Returns the path of a state: of its block, or of its member of the argument `states`.
    pub fn state_path(&self, name: &str) -> Option<AttributePath> {
        Some(self.origins.get(name)?.path.clone().into_path())
    }

    fn end(&self, pointer: &JsonPointer) -> Option<End> {
        match pointer.tokens() {
            [states, name, rest @ ..] if states == "States" => {
                Some(inside_state(self.origins.get(&**name)?, rest))
            }
            [first, rest @ ..] => {
                let field = Language::get().definition.field(first)?;
                Some(inside_field(field, rest, StatePath::in_machine(&field.hcl)))
            }
            [] => None,
        }
    }

    /// The path for a place for which Terraform shows a line: [`Flat::path`], limited to the state in the
    /// argument `states`, and to one step into any other argument.
    pub fn line_path(&self, pointer: &JsonPointer) -> Option<AttributePath> {
        let (path, object) = self.end(pointer)?;
        Some(match object {
            Some(object) if !path.is_in_states() => self.header(object, path.into_path()),
            _ => path.into_line_path(),
        })
    }

    /// The place in the argument `states` as text. `None` for other places. The line that Terraform shows is
    /// that of the argument if its value is set elsewhere.
    pub fn place_in_states(&self, pointer: &JsonPointer) -> Option<String> {
        self.path(pointer)
            .filter(is_in_states)
            .map(|path| path.to_string())
    }

    /// Returns the path of an attribute of a block that is not set. Terraform finds the line of an attribute
    /// but not of a block, and shows the first line of the block for an attribute that is not set.
    fn header(&self, object: &ObjectSchema, path: AttributePath) -> AttributePath {
        let block = path
            .steps()
            .iter()
            .fold(&self.config, |value, step| match step {
                Step::Attribute(name) | Step::Key(name) => value.get(name),
                Step::Index(index) => {
                    let items = value.as_list().unwrap_or(&[]);
                    usize::try_from(*index)
                        .ok()
                        .and_then(|index| items.get(index))
                        .unwrap_or(value)
                }
            });
        let unwritten = object.fields.iter().find(|field| {
            !is_block(field) && field.shape != FieldType::States && block.get(&field.hcl).is_null()
        });
        match unwritten {
            Some(field) => path.attribute(field.hcl.clone()),
            None => path,
        }
    }

    /// The names of all states.
    pub fn state_names(&self) -> impl Iterator<Item = &str> {
        self.origins.keys().map(String::as_str)
    }
}

fn inside_state(origin: &Origin, tokens: &[Segment]) -> End {
    let path = origin.path.clone();
    let (Some(object), Some((first, rest))) = (origin.object, tokens.split_first()) else {
        return (path, origin.object);
    };
    let sugar = path.clone().member("lambda");
    let end = match &**first {
        "Resource" if origin.lambda => sugar.member("function_arn"),
        "Parameters" | "Arguments" if origin.lambda => match rest.split_first() {
            Some((name, inner)) if name != "FunctionName" => {
                into_open_value(inner, sugar.member("payload"))
            }
            _ => sugar.member("function_arn"),
        },
        "Retry" if origin.retriers_before > 0 => {
            let Some((index, inner)) = rest.split_first() else {
                return (path, Some(object));
            };
            let index = index.parse::<usize>().unwrap_or(0);
            match index.checked_sub(origin.retriers_before) {
                Some(index) => {
                    let written = [first.clone(), Segment::from(index)];
                    let tokens: Vec<Segment> =
                        written.into_iter().chain(inner.iter().cloned()).collect();
                    return inside(object, &tokens, path);
                }
                None => sugar.member("retry_service_exceptions"),
            }
        }
        // In a value, the type of the state is a member.
        "Type" if path.is_in_states() => path.member("type"),
        _ => return inside(object, tokens, path),
    };
    (end, None)
}

fn inside(object: &'static ObjectSchema, tokens: &[Segment], path: StatePath) -> End {
    let Some((first, rest)) = tokens.split_first() else {
        return (path, Some(object));
    };
    match object.field(first) {
        // The states of an embedded workflow are in its JSON.
        Some(field) if field.shape == FieldType::States => (path.member(DEFINITION), None),
        Some(field) => inside_field(field, rest, path.member(&field.hcl)),
        None => (path, Some(object)),
    }
}

fn inside_field(field: &FieldSchema, tokens: &[Segment], path: StatePath) -> End {
    match (&field.shape, tokens) {
        (FieldType::Object(name), tokens) if is_block(field) => {
            match Language::get().object(name) {
                Some(object) => inside(object, tokens, path),
                None => (path, None),
            }
        }
        (FieldType::Objects(name), [index, rest @ ..]) if is_block(field) => {
            match (Language::get().object(name), index.parse()) {
                (Some(object), Ok(index)) => inside(object, rest, path.index(index)),
                _ => (path, None),
            }
        }
        (FieldType::Object(name) | FieldType::Objects(name), tokens) => {
            (into_condition(name, tokens, path), None)
        }
        (FieldType::Strings | FieldType::Json, tokens) => (into_open_value(tokens, path), None),
        _ => (path, None),
    }
}

/// The path into an attribute that contains objects of the language with their names in HCL.
fn into_condition(name: &str, tokens: &[Segment], path: StatePath) -> StatePath {
    let Some((first, rest)) = tokens.split_first() else {
        return path;
    };
    if let Ok(index) = first.parse() {
        return into_condition(name, rest, path.inner_index(index));
    }
    let fields = Language::get()
        .object(name)
        .map(|object| object.fields.as_slice())
        .unwrap_or(&[]);
    let Some(known) = fields.iter().find(|field| *field.name == **first) else {
        return into_open_value(tokens, path);
    };
    let path = path.inner_key(&known.hcl);
    match &known.shape {
        FieldType::Object(name) | FieldType::Objects(name) => into_condition(name, rest, path),
        _ => into_open_value(rest, path),
    }
}

/// The path into an attribute that contains any value.
fn into_open_value(tokens: &[Segment], path: StatePath) -> StatePath {
    tokens.iter().fold(path, |path, token| match token.parse() {
        Ok(index) => path.inner_index(index),
        Err(_) => path.inner_key(token),
    })
}
