//! From a place in the ASL to the attribute it came from.

use asl::shape::{Field, Language, Object, Shape};
use asl::{Pointer, Token};
use tfplugin::{AttributePath, Step};

use crate::schema::is_block;
use crate::to_asl::{Flat, Origin};

/// Where a walk along a pointer ended, and the object whose block that is.
type End = (AttributePath, Option<&'static Object>);

impl Flat {
    /// The attribute that a place in the flat definition came from; the nearest one around it where the place has none
    /// of its own.
    pub fn path(&self, pointer: &Pointer) -> Option<AttributePath> {
        let (path, object) = match pointer.tokens() {
            [states, name, rest @ ..] if states == "States" => {
                let origin = self.origins.get(&**name)?;
                inside_state(origin, rest, AttributePath::root(origin.block.clone()).key(name.to_string()))
            }
            [first, rest @ ..] => {
                let field = Language::get().definition.field(first)?;
                inside_field(field, rest, AttributePath::root(field.hcl.clone()))
            }
            [] => return None,
        };
        Some(match object {
            Some(object) => self.header(object, path),
            None => path,
        })
    }

    /// Terraform finds the line of an attribute, not of a block; for an attribute that is not written it shows the line
    /// on which its block begins.
    fn header(&self, object: &Object, path: AttributePath) -> AttributePath {
        let block = path.steps().iter().fold(&self.config, |value, step| match step {
            Step::Attribute(name) | Step::Key(name) => value.get(name),
            Step::Index(index) => {
                let items = value.as_list().unwrap_or_default();
                usize::try_from(*index).ok().and_then(|index| items.get(index)).unwrap_or(value)
            }
        });
        let unwritten = object
            .fields
            .iter()
            .find(|field| !is_block(field) && field.shape != Shape::States && block.get(&field.hcl).is_null());
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

fn inside_state(origin: &Origin, tokens: &[Token], path: AttributePath) -> End {
    let Some((first, rest)) = tokens.split_first() else {
        return (path, Some(origin.object));
    };
    let sugar = path.clone().attribute("lambda");
    let end = match &**first {
        "Resource" if origin.lambda => sugar.attribute("function_arn"),
        "Parameters" | "Arguments" if origin.lambda => match rest.split_first() {
            Some((name, inner)) if name != "FunctionName" => into_open_value(inner, sugar.attribute("payload")),
            _ => sugar.attribute("function_arn"),
        },
        "Retry" if origin.retriers_before > 0 => {
            let Some((index, inner)) = rest.split_first() else {
                return (path, Some(origin.object));
            };
            let index = index.parse::<usize>().unwrap_or_default();
            match index.checked_sub(origin.retriers_before) {
                Some(index) => {
                    let written = [first.clone(), Token::from(index)];
                    let tokens: Vec<Token> = written.into_iter().chain(inner.iter().cloned()).collect();
                    return inside(origin.object, &tokens, path);
                }
                None => sugar.attribute("retry_service_exceptions"),
            }
        }
        _ => return inside(origin.object, tokens, path),
    };
    (end, None)
}

fn inside(object: &'static Object, tokens: &[Token], path: AttributePath) -> End {
    let Some((first, rest)) = tokens.split_first() else {
        return (path, Some(object));
    };
    match object.field(first) {
        // The states of an embedded workflow stand in its JSON.
        Some(field) if field.shape == Shape::States => (path.attribute("definition"), None),
        Some(field) => inside_field(field, rest, path.attribute(field.hcl.clone())),
        None => (path, Some(object)),
    }
}

fn inside_field(field: &Field, tokens: &[Token], path: AttributePath) -> End {
    match (&field.shape, tokens) {
        (Shape::Object(name), tokens) if is_block(field) => match Language::get().object(name) {
            Some(object) => inside(object, tokens, path),
            None => (path, None),
        },
        (Shape::Objects(name), [index, rest @ ..]) if is_block(field) => {
            match (Language::get().object(name), index.parse()) {
                (Some(object), Ok(index)) => inside(object, rest, path.index(index)),
                _ => (path, None),
            }
        }
        (Shape::Object(name) | Shape::Objects(name), tokens) => (into_condition(name, tokens, path), None),
        (Shape::Strings | Shape::Json, tokens) => (into_open_value(tokens, path), None),
        _ => (path, None),
    }
}

/// Into an attribute that holds objects of the language under their names in HCL.
fn into_condition(name: &str, tokens: &[Token], path: AttributePath) -> AttributePath {
    match tokens.first().map(|first| (first, first.parse())) {
        Some((_, Ok(index))) => path.index(index),
        Some((first, Err(_))) => {
            let fields = Language::get().object(name).map(|object| object.fields.as_slice()).unwrap_or_default();
            let known = fields.iter().find(|field| *field.name == **first);
            path.key(known.map_or_else(|| first.to_string(), |field| field.hcl.clone()))
        }
        None => path,
    }
}

/// Into an attribute that holds any value: one step, which is as far as Terraform follows a path to a line.
fn into_open_value(tokens: &[Token], path: AttributePath) -> AttributePath {
    match tokens.first().map(|first| (first, first.parse())) {
        Some((_, Ok(index))) => path.index(index),
        Some((first, Err(_))) => path.key(first.to_string()),
        None => path,
    }
}
