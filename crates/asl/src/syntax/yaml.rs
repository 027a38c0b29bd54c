//! Parses YAML, with the place of every value.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, SpannedEventReceiver, Tag};

use super::indentation::Indented;
use super::placeholder::{Marks, is_complete, is_placeholder};
use super::{Document, MAX_DEPTH, Parsed, Place, TextError, TextErrorKind};
use crate::expression::whole_characters;
use crate::json::{Json, Members};
use crate::pointer::JsonPointer;

/// Maximum number of values including those of aliases, so that no small text can grow without bounds.
const MAX_VALUES: usize = 200_000;

/// Parses the first document of a YAML text. Tags of CloudFormation such as `!Ref` are unknown values. The
/// text of `!Sub` is kept with its placeholders.
///
/// # Errors
/// One problem, if the text is not valid YAML.
pub fn parse_yaml(text: &str) -> Parsed {
    read(text, Reading::Definition)
}

/// Parses YAML text with placeholders. Placeholders such as `${Name}` outside of quotes are unknown values.
///
/// # Errors
/// One problem, if the text is not valid YAML for any values of the placeholders.
pub fn parse_yaml_unfilled(text: &str) -> Parsed {
    read(text, Reading::Unfilled)
}

/// Parses a template, in which tags such as `!Ref` become the functions that they abbreviate.
///
/// # Errors
/// One problem, if the text is not valid YAML.
pub fn parse_yaml_template(text: &str) -> Parsed {
    read(text, Reading::Template)
}

/// How a text is parsed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// A definition.
    Definition,
    /// A definition with placeholders.
    Unfilled,
    /// A template, in which tags are functions.
    Template,
}

fn read(text: &str, reading: Reading) -> Parsed {
    let plain = read_marked(text, reading, None);
    // In flow collections, braces have another meaning.
    match (&plain, Marks::of_yaml(text)) {
        (Err(_), Some((marked, marks))) => read_marked(&marked, reading, Some(marks)).or(plain),
        _ => plain,
    }
}

fn read_marked(text: &str, reading: Reading, marks: Option<Marks>) -> Parsed {
    let mut indented = Indented::of(text);
    loop {
        match read_indented(text, &indented, reading, marks.as_ref()) {
            Err(Unread::Indentation(at, error)) if !indented.indent(at) => return Err(error),
            Err(Unread::Indentation(..)) => {}
            Err(Unread::Other(error)) => return Err(error),
            Ok(read) => return Ok(read),
        }
    }
}

/// Returns whether an error of the parser is about missing indentation in brackets or quotes.
fn is_indentation(message: &str) -> bool {
    matches!(
        message,
        "invalid indentation" | "invalid indentation in quoted scalar"
    ) || message.contains("in flow construct")
}

/// Why a text cannot be parsed.
enum Unread {
    /// The line at this place of the indented text needs more indentation.
    Indentation(usize, Box<TextError>),
    /// Another problem.
    Other(Box<TextError>),
}

fn read_indented(
    text: &str,
    indented: &Indented<'_>,
    reading: Reading,
    marks: Option<&Marks>,
) -> Result<(Document, Vec<TextError>), Unread> {
    let offsets = Offsets::of(indented);
    let fail = |kind: TextErrorKind, message: String, span: Range<usize>| {
        let span = whole_characters(text, span);
        Box::new(TextError {
            kind,
            message,
            at: JsonPointer::root(),
            span,
        })
    };
    let mut builder = Builder {
        reading,
        marks,
        is_template: is_template(text),
        ..Builder::new(text, &offsets)
    };
    if let Err(error) = Parser::new_from_str(&indented.text).load(&mut builder, false) {
        let at = offsets.byte(error.marker().index());
        let failure = fail(
            TextErrorKind::InvalidYaml,
            format!("invalid YAML: {}", error.info()),
            at..at + 1,
        );
        return Err(match is_indentation(error.info()) {
            true => Unread::Indentation(offsets.indented(error.marker().index()), failure),
            false => Unread::Other(failure),
        });
    }
    if let Some((kind, message, span)) = builder.failure {
        return Err(Unread::Other(fail(kind, message.to_owned(), span)));
    }
    match builder.root {
        Some((root, places)) => Ok((
            Document {
                complete: is_complete(&root),
                root,
                places,
            },
            builder.errors,
        )),
        None => Err(Unread::Other(fail(
            TextErrorKind::InvalidYaml,
            "the definition is empty".to_owned(),
            0..0,
        ))),
    }
}

/// Whether a text is a template of CloudFormation, which uses YAML 1.1.
fn is_template(text: &str) -> bool {
    text.lines()
        .any(|line| line.starts_with("Resources:") || line.starts_with("AWSTemplateFormatVersion:"))
}

/// Converts the places of the parser, in characters of the indented text, to places in bytes of the original text.
struct Offsets<'i> {
    table: Option<Vec<usize>>,
    indented: &'i Indented<'i>,
}

impl<'i> Offsets<'i> {
    fn of(indented: &'i Indented<'i>) -> Self {
        let text = &indented.text;
        let table = (!text.is_ascii()).then(|| {
            text.char_indices()
                .map(|(at, _)| at)
                .chain([text.len()])
                .collect()
        });
        Self { table, indented }
    }

    /// The place in bytes of the indented text.
    fn indented(&self, index: usize) -> usize {
        self.table.as_ref().map_or(index, |table| {
            table.get(index).or(table.last()).copied().unwrap_or(0)
        })
    }

    fn byte(&self, index: usize) -> usize {
        self.indented.original(self.indented(index))
    }

    fn span(&self, span: Span) -> Range<usize> {
        let at = |marker: Marker| self.byte(marker.index());
        at(span.start)..at(span.end)
    }
}

/// A value that is being parsed.
struct Open {
    kind: OpenKind,
    places: Vec<Place>,
    start: usize,
    anchor: usize,
    tag: Meaning,
    /// Number of values before it.
    before: usize,
}

enum OpenKind {
    Sequence(Vec<Json>),
    Mapping {
        members: Members,
        key: Option<(String, Range<usize>)>,
        merged: HashSet<String>,
    },
}

/// Meaning of a tag.
#[derive(Clone, PartialEq, Eq)]
enum Meaning {
    /// No tag with a meaning.
    Itself,
    /// A string, even if it looks like another value.
    Text,
    /// A text with placeholders: the value, or the first element of a list.
    Substituted,
    /// A value that is only known when CloudFormation deploys the template.
    Later,
    /// The argument of a function of CloudFormation.
    Function(String),
}

fn meaning(tag: Option<&Cow<'_, Tag>>, functions: bool) -> Meaning {
    match tag {
        None => Meaning::Itself,
        Some(tag) if tag.handle == "!" && functions => {
            Meaning::Function(match tag.suffix.as_str() {
                name @ ("Ref" | "Condition") => name.to_owned(),
                name => format!("Fn::{name}"),
            })
        }
        Some(tag) if tag.handle == "!" => match tag.suffix.as_str() {
            "Sub" => Meaning::Substituted,
            _ => Meaning::Later,
        },
        Some(tag) if tag.suffix == "str" => Meaning::Text,
        Some(_) => Meaning::Itself,
    }
}

struct Builder<'t> {
    text: &'t str,
    offsets: &'t Offsets<'t>,
    open: Vec<Open>,
    anchors: HashMap<usize, (Json, Place, usize)>,
    values: usize,
    root: Option<(Json, Place)>,
    failure: Option<(TextErrorKind, &'static str, Range<usize>)>,
    errors: Vec<TextError>,
    reading: Reading,
    /// Markers that replace placeholders.
    marks: Option<&'t Marks>,
    /// Whether it is a template of CloudFormation.
    is_template: bool,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str, offsets: &'t Offsets<'t>) -> Self {
        Self {
            text,
            offsets,
            open: Vec::new(),
            anchors: HashMap::new(),
            values: 0,
            root: None,
            failure: None,
            errors: Vec::new(),
            reading: Reading::Definition,
            marks: None,
            is_template: false,
        }
    }

    fn fail(&mut self, kind: TextErrorKind, message: &'static str, span: Range<usize>) {
        self.failure.get_or_insert((kind, message, span));
    }

    fn opened(&mut self, kind: OpenKind, place: Range<usize>, anchor: usize, tag: Meaning) {
        if self.open.len() >= MAX_DEPTH {
            self.fail(
                TextErrorKind::TooDeep,
                "arrays and objects are nested more than 128 deep",
                place.clone(),
            );
        }
        let before = self.values;
        self.open.push(Open {
            kind,
            places: Vec::new(),
            start: place.start,
            anchor,
            tag,
            before,
        });
    }

    /// Adds a complete value, with `count` values that were not counted yet.
    fn value(&mut self, value: Json, place: Place, count: usize) {
        self.values += count;
        if self.values > MAX_VALUES {
            let span = place.value.clone();
            self.fail(
                TextErrorKind::TooDeep,
                "aliases make the document too large",
                span,
            );
            return;
        }
        let pointer = self.pointer();
        let Some(open) = self.open.last_mut() else {
            self.root.get_or_insert((value, place));
            return;
        };
        let OpenKind::Mapping {
            members,
            key,
            merged,
        } = &mut open.kind
        else {
            if let OpenKind::Sequence(values) = &mut open.kind {
                values.push(value);
                open.places.push(place);
            }
            return;
        };
        match key.take() {
            None => *key = Some((key_text(&value), place.value)),
            Some((name, _)) if name == "<<" => {
                let places = &mut open.places;
                merge(&value, &place, &mut |name, value, place| {
                    // Members of the mapping itself and earlier merged members take precedence.
                    if !members.contains_key(name) {
                        merged.insert(name.to_owned());
                        members.insert(name.to_owned(), value.clone());
                        places.push(place.clone());
                    }
                });
            }
            Some((name, span)) => {
                if members.contains_key(&name) && !merged.remove(&name) {
                    self.errors.push(TextError::duplicate_member(
                        &name,
                        pointer.join(&name),
                        span.clone(),
                    ));
                }
                let place = Place { key: span, ..place };
                let (index, before) = members.insert_full(name, value);
                match before.and_then(|_| open.places.get_mut(index)) {
                    Some(slot) => *slot = place,
                    None => open.places.push(place),
                }
            }
        }
    }

    /// Converts an unquoted scalar (YAML 1.2, core schema, as far as JSON has it; in templates also the
    /// booleans of YAML 1.1).
    fn plain(&self, text: &str) -> Json {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Json::Null,
            "true" | "True" | "TRUE" => Json::Bool(true),
            "false" | "False" | "FALSE" => Json::Bool(false),
            "yes" | "Yes" | "YES" | "on" | "On" | "ON" if self.is_template => Json::Bool(true),
            "no" | "No" | "NO" | "off" | "Off" | "OFF" if self.is_template => Json::Bool(false),
            text if self.reading == Reading::Unfilled && is_placeholder(text) => Json::Unknown,
            text => number(text).map_or_else(|| Json::String(text.to_owned()), Json::Number),
        }
    }

    /// Adds a value that aliases can refer to.
    fn anchored(&mut self, value: Json, place: Place, anchor: usize, count: usize, inside: usize) {
        if anchor > 0 {
            self.anchors
                .insert(anchor, (value.clone(), place.clone(), count + inside));
        }
        self.value(value, place, count);
    }

    /// The place of the value that is being parsed, for messages.
    fn pointer(&self) -> JsonPointer {
        let around = self
            .open
            .split_last()
            .map(|(_, around)| around)
            .unwrap_or(&[]);
        let steps = around.iter().map(|open| match &open.kind {
            OpenKind::Sequence(values) => values.len().to_string(),
            OpenKind::Mapping { key, .. } => key
                .as_ref()
                .map(|(name, _)| name.clone())
                .unwrap_or_default(),
        });
        steps.collect()
    }

    fn close(&mut self, end: usize) {
        let Some(Open {
            kind,
            places,
            start,
            anchor,
            tag,
            before,
        }) = self.open.pop()
        else {
            return;
        };
        let value = match kind {
            OpenKind::Sequence(values) => Json::Array(values),
            OpenKind::Mapping { members, .. } => Json::Object(members),
        };
        // The parser returns the beginning of the next block as the end of a block.
        let written = self.text.get(start..end).unwrap_or("");
        let span = start..start + written.trim_end().len();
        let (value, place) = match (tag, value) {
            (Meaning::Substituted, Json::Array(values)) => {
                let first = values.into_iter().next().unwrap_or(Json::Unknown);
                (
                    first,
                    Place {
                        inner: Vec::new(),
                        ..places.into_iter().next().unwrap_or_default()
                    },
                )
            }
            (Meaning::Later, _) => (
                Json::Unknown,
                Place {
                    value: span,
                    ..Place::default()
                },
            ),
            (Meaning::Function(name), value) => {
                let argument = Place {
                    value: span.clone(),
                    inner: places,
                    ..Place::default()
                };
                (
                    function(name, value),
                    Place {
                        value: span,
                        inner: vec![argument],
                        ..Place::default()
                    },
                )
            }
            (_, value) => (
                value,
                Place {
                    value: span,
                    inner: places,
                    ..Place::default()
                },
            ),
        };
        let inside = self.values - before;
        self.anchored(value, place, anchor, 1, inside);
    }
}

/// Adds the members of the mapping, or of the list of mappings, of a merge key (YAML 1.1, "Merge Key
/// Language-Independent Type").
fn merge(value: &Json, place: &Place, add: &mut impl FnMut(&str, &Json, &Place)) {
    match value {
        Json::Object(members) => {
            for ((name, value), place) in members.iter().zip(&place.inner) {
                add(name, value, place);
            }
        }
        Json::Array(values) => values
            .iter()
            .zip(&place.inner)
            .for_each(|(value, place)| merge(value, place, add)),
        _ => {}
    }
}

/// A call of a CloudFormation function in its long form.
fn function(name: String, argument: Json) -> Json {
    Json::Object(Members::from_iter([(name, argument)]))
}

fn key_text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        Json::Bool(flag) => flag.to_string(),
        _ => "null".to_owned(),
    }
}

impl<'input> SpannedEventReceiver<'input> for Builder<'_> {
    fn on_event(&mut self, event: Event<'input>, span: Span) {
        if self.failure.is_some() {
            return;
        }
        let place = self.offsets.span(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let text = match self.marks.as_ref().and_then(|marks| marks.unmarked(&text)) {
                    Some(unmarked) => Cow::Owned(unmarked),
                    None => text,
                };
                let is_key = matches!(
                    self.open.last(),
                    Some(Open {
                        kind: OpenKind::Mapping { key: None, .. },
                        ..
                    })
                );
                let value = match meaning(tag.as_ref(), self.reading == Reading::Template) {
                    Meaning::Later => Json::Unknown,
                    Meaning::Function(name) => {
                        let inner = vec![Place {
                            value: place.clone(),
                            ..Place::default()
                        }];
                        let value = function(name, Json::String(text.into_owned()));
                        return self.anchored(
                            value,
                            Place {
                                value: place,
                                inner,
                                ..Place::default()
                            },
                            anchor,
                            2,
                            0,
                        );
                    }
                    Meaning::Itself if style == ScalarStyle::Plain && !is_key => self.plain(&text),
                    _ => Json::String(text.into_owned()),
                };
                self.anchored(
                    value,
                    Place {
                        value: place,
                        ..Place::default()
                    },
                    anchor,
                    1,
                    0,
                );
            }
            Event::SequenceStart(anchor, tag) => {
                self.opened(
                    OpenKind::Sequence(Vec::new()),
                    place,
                    anchor,
                    meaning(tag.as_ref(), self.reading == Reading::Template),
                );
            }
            Event::MappingStart(anchor, tag) => {
                let kind = OpenKind::Mapping {
                    members: Members::default(),
                    key: None,
                    merged: HashSet::new(),
                };
                self.opened(
                    kind,
                    place,
                    anchor,
                    meaning(tag.as_ref(), self.reading == Reading::Template),
                );
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(place.end),
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned() {
                Some((value, inner, count)) => self.value(
                    value,
                    Place {
                        value: place,
                        ..inner
                    },
                    count,
                ),
                None => self.fail(
                    TextErrorKind::InvalidYaml,
                    "the alias refers to an unknown anchor",
                    place,
                ),
            },
            _ => {}
        }
    }
}

/// A number of YAML, which can have a sign, leading zeros, no digits before or after the point, and octal or
/// hexadecimal digits.
fn number(text: &str) -> Option<serde_json::Number> {
    let radix = |digits: &str, radix| u64::from_str_radix(digits, radix).ok().map(Into::into);
    let is_plain = |digits: &str| digits.chars().all(|c| c.is_ascii_alphanumeric());
    match (text.strip_prefix("0o"), text.strip_prefix("0x")) {
        (Some(digits), _) if is_plain(digits) => return radix(digits, 8),
        (_, Some(digits)) if is_plain(digits) => return radix(digits, 16),
        _ => {}
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let mantissa = digits.len()
        - digits
            .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
            .len();
    let (mantissa, exponent) = digits.split_at(mantissa);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}{exponent}")
        .parse()
        .ok()
}
