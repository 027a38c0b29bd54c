//! Parses JSON, with the place of every value.

use std::ops::Range;

use jsonc_parser::ast::{self, Value as Ast};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions};

use super::placeholder::{Placeholders, has_placeholder};
use super::{Document, MAX_DEPTH, Parsed, Place, TextError, TextErrorKind};
use crate::expression::whole_characters;
use crate::json::{Json, Members};
use crate::pointer::{JsonPointer, PathBuilder};

/// Parses JSON text. A member that occurs twice is reported, and its last value is used, as by AWS.
///
/// # Errors
/// One problem, if the text is not valid JSON.
pub fn parse(text: &str) -> Parsed {
    read(text, &Placeholders::default())
}

/// Parses JSON text with placeholders. Placeholders such as `${Name}` outside of quotes are unknown values.
///
/// # Errors
/// One problem, if the text is not valid JSON for any values of the placeholders.
pub fn parse_unfilled(text: &str) -> Parsed {
    let placeholders = Placeholders::of_json(text);
    if placeholders.is_empty() {
        parse(text)
    } else {
        read(&placeholders.as_json(text), &placeholders)
    }
}

fn read(text: &str, placeholders: &Placeholders) -> Parsed {
    let text_without_mark = text.strip_prefix('\u{feff}').unwrap_or(text);
    let offset = text.len() - text_without_mark.len();
    let fail = |kind: TextErrorKind, message: String, at: usize| {
        let span = whole_characters(text, at + offset..at + offset + 1);
        Box::new(TextError {
            kind,
            message,
            at: JsonPointer::root(),
            span,
        })
    };
    if let Some(at) = too_deep(text_without_mark) {
        return Err(fail(
            TextErrorKind::TooDeep,
            format!("arrays and objects are nested more than {MAX_DEPTH} deep"),
            at,
        ));
    }
    let collect = CollectOptions {
        comments: CommentCollectionStrategy::Off,
        tokens: false,
    };
    let parsed =
        jsonc_parser::parse_to_ast(text_without_mark, &collect, &strict()).map_err(|error| {
            fail(
                TextErrorKind::InvalidJson,
                format!("invalid JSON: {}", lower_first(&error.kind().to_string())),
                error.range().start,
            )
        })?;
    let ast = parsed
        .value
        .ok_or_else(|| fail(TextErrorKind::Blank, "the definition is empty".into(), 0))?;
    let mut reader = Reader {
        errors: Vec::new(),
        offset,
        complete: true,
        placeholders,
    };
    let (root, places) = reader.value(&ast, &PathBuilder::Start(&JsonPointer::root()));
    Ok((
        Document {
            root,
            places,
            complete: reader.complete,
        },
        reader.errors,
    ))
}

fn strict() -> ParseOptions {
    ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

/// The place where the nesting exceeds the limit.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => skip_string(&mut bytes),
            b'{' | b'[' if depth == MAX_DEPTH => return Some(at),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Skips the rest of a string after its first quote.
fn skip_string(bytes: &mut impl Iterator<Item = (usize, u8)>) {
    while let Some((_, byte)) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
}

struct Reader<'p> {
    errors: Vec<TextError>,
    offset: usize,
    complete: bool,
    placeholders: &'p Placeholders,
}

impl Reader<'_> {
    fn span(&self, node: &impl Ranged) -> Range<usize> {
        let range = node.range();
        range.start + self.offset..range.end + self.offset
    }

    fn value(&mut self, ast: &Ast<'_>, at: &PathBuilder<'_>) -> (Json, Place) {
        let mut place = Place {
            value: self.span(ast),
            ..Place::default()
        };
        let value = match ast {
            Ast::NullKeyword(_) => Json::Null,
            Ast::BooleanLit(flag) => Json::Bool(flag.value),
            Ast::StringLit(_) if self.placeholders.begins(place.value.start) => {
                self.complete = false;
                Json::Unknown
            }
            Ast::StringLit(text) => {
                self.complete &= !has_placeholder(&text.value);
                Json::String(text.value.clone().into_owned())
            }
            Ast::NumberLit(number) => {
                // The parser has accepted the number, and numbers keep their text.
                number.value.parse().map_or(Json::Null, Json::Number)
            }
            Ast::Array(array) => {
                let elements = array.elements.iter().enumerate();
                let (values, inner) = elements
                    .map(|(i, e)| self.value(e, &PathBuilder::Element(at, i)))
                    .unzip();
                place.inner = inner;
                Json::Array(values)
            }
            Ast::Object(object) => {
                let (members, inner) = self.object(object, at);
                let is_key = |key: &Place| self.placeholders.begins(key.key.start);
                // The member can have any name and replace another one.
                if inner.iter().any(is_key) {
                    self.complete = false;
                    return (Json::Unknown, place);
                }
                place.inner = inner;
                Json::Object(members)
            }
        };
        (value, place)
    }

    fn object(&mut self, object: &ast::Object<'_>, at: &PathBuilder<'_>) -> (Members, Vec<Place>) {
        let mut members =
            Members::with_capacity_and_hasher(object.properties.len(), <_>::default());
        let mut places: Vec<Place> = Vec::with_capacity(object.properties.len());
        for property in &object.properties {
            let key = property.name.as_str().to_owned();
            let inside = PathBuilder::Member(at, &key);
            let (value, place) = self.value(&property.value, &inside);
            let place = Place {
                key: self.span(&property.name),
                ..place
            };
            let (index, before) = members.insert_full(key, value);
            match before.and_then(|_| places.get_mut(index)) {
                Some(slot) if self.placeholders.begins(place.key.start) => *slot = place,
                Some(slot) => {
                    let name = property.name.as_str();
                    let at = PathBuilder::Member(at, name).pointer();
                    self.errors
                        .push(TextError::duplicate_member(name, at, place.key.clone()));
                    *slot = place;
                }
                None => places.push(place),
            }
        }
        (members, places)
    }
}
