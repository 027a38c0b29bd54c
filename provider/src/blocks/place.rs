//! From a place in the ASL to the attribute it came from.

use asl::Pointer;
use asl::shape::{Field, Language, Object, Shape};
use tfplugin::AttributePath;

use super::schema::is_block;
use super::to_asl::{Flat, Origin};

impl Flat {
    /// The attribute or block that a place in the flat definition came from; the nearest one around it where the place
    /// has none of its own.
    pub fn path(&self, pointer: &Pointer) -> Option<AttributePath> {
        match pointer.tokens() {
            [states, name, rest @ ..] if states == "States" => {
                let origin = self.origins.get(name)?;
                let start = AttributePath::root(origin.block.clone()).key(name.clone());
                Some(inside_state(origin, rest, start))
            }
            [first, rest @ ..] => {
                let field = Language::get()
                    .definition
                    .fields
                    .iter()
                    .find(|field| field.name == *first)?;
                Some(inside_field(field, rest, AttributePath::root(field.hcl.clone())))
            }
            [] => None,
        }
    }

    /// The names of all states.
    pub fn state_names(&self) -> impl Iterator<Item = &str> {
        self.origins.keys().map(String::as_str)
    }
}

fn inside_state(origin: &Origin, tokens: &[String], path: AttributePath) -> AttributePath {
    let Some((first, rest)) = tokens.split_first() else {
        return path;
    };
    let sugar = path.clone().attribute("lambda");
    match first.as_str() {
        "Resource" if origin.lambda => sugar.attribute("function_arn"),
        "Parameters" | "Arguments" if origin.lambda => match rest.split_first() {
            Some((name, _)) if name == "FunctionName" => sugar.attribute("function_arn"),
            Some((_, inner)) => into_open_value(inner, sugar.attribute("payload")),
            None => sugar,
        },
        "Retry" if origin.retriers_before > 0 => match rest.split_first() {
            Some((index, inner)) => {
                let index = index.parse::<usize>().unwrap_or_default();
                match index.checked_sub(origin.retriers_before) {
                    Some(index) => {
                        let tokens: Vec<String> = [first.clone(), index.to_string()]
                            .into_iter()
                            .chain(inner.iter().cloned())
                            .collect();
                        inside(origin.object, &tokens, path)
                    }
                    None => sugar.attribute("retry_service_exceptions"),
                }
            }
            None => path,
        },
        _ => inside(origin.object, tokens, path),
    }
}

fn inside(object: &Object, tokens: &[String], path: AttributePath) -> AttributePath {
    let Some((first, rest)) = tokens.split_first() else {
        return path;
    };
    match object.fields.iter().find(|field| field.name == *first) {
        // The states of an embedded workflow stand in its JSON.
        Some(field) if field.shape == Shape::States => path.attribute("definition"),
        Some(field) => inside_field(field, rest, path.attribute(field.hcl.clone())),
        None => path,
    }
}

fn inside_field(field: &Field, tokens: &[String], path: AttributePath) -> AttributePath {
    match (&field.shape, tokens) {
        (Shape::Object(name), tokens) if is_block(field) => match Language::get().object(name) {
            Some(object) => inside(object, tokens, path),
            None => path,
        },
        (Shape::Objects(name), [index, rest @ ..]) if is_block(field) => {
            match (Language::get().object(name), index.parse()) {
                (Some(object), Ok(index)) => inside(object, rest, path.index(index)),
                _ => path,
            }
        }
        (Shape::Object(name) | Shape::Objects(name), tokens) => into_condition(name, tokens, path),
        (Shape::Strings | Shape::Json, tokens) => into_open_value(tokens, path),
        _ => path,
    }
}

/// Into an attribute that holds objects of the language under their names in HCL.
fn into_condition(name: &str, tokens: &[String], path: AttributePath) -> AttributePath {
    let Some((first, rest)) = tokens.split_first() else {
        return path;
    };
    if let Ok(index) = first.parse() {
        return into_condition(name, rest, path.index(index));
    }
    let fields = Language::get()
        .object(name)
        .map(|object| object.fields.as_slice())
        .unwrap_or_default();
    match fields.iter().find(|field| field.name == *first) {
        Some(field) => into_condition(name, rest, path.key(field.hcl.clone())),
        None => path.key(first.clone()),
    }
}

fn into_open_value(tokens: &[String], path: AttributePath) -> AttributePath {
    tokens.iter().fold(path, |path, token| match token.parse() {
        Ok(index) => path.index(index),
        Err(_) => path.key(token.clone()),
    })
}
