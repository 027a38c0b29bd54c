//! The expressions in the fields of an object.

use crate::intrinsic::Call;
use crate::json::Json;
use crate::jsonata::{self, Delimited};
use crate::jsonpath::Path;
use crate::pointer::{JsonPointer, PathBuilder};
use crate::schema::{ExpressionKind, FieldSchema};

use super::ids::{ExpressionId, Table};
use super::nodes::{Content, Expression};

/// A field whose expressions are parsed.
pub(super) struct ExpressionCollector<'p> {
    pub(super) field: &'static FieldSchema,
    pub(super) at: &'p JsonPointer,
}

impl ExpressionCollector<'_> {
    fn add<'a>(
        &self,
        text: &'a str,
        at: JsonPointer,
        content: Content,
        offset: usize,
        to: &mut Table<ExpressionId, Expression<'a>>,
    ) {
        to.push(Expression {
            text,
            at,
            field: self.field,
            content,
            offset,
        });
    }

    pub(super) fn jsonpath<'a>(
        &self,
        value: &'a Json,
        to: &mut Table<ExpressionId, Expression<'a>>,
    ) {
        let at = || self.at.join(self.field.name.as_str());
        match (self.field.reads, value) {
            (
                ExpressionKind::Path | ExpressionKind::ReferencePath | ExpressionKind::ResultPath,
                Json::String(text),
            ) => {
                self.add(text, at(), Content::Path(Path::parse(text)), 0, to);
            }
            (ExpressionKind::PathOrIntrinsic, Json::String(text)) => {
                self.add(text, at(), path_or_intrinsic(text), 0, to);
            }
            (ExpressionKind::Template, value) => {
                self.template(value, &PathBuilder::Field(self.at, &self.field.name), to);
            }
            _ => {}
        }
    }

    fn template<'a>(
        &self,
        value: &'a Json,
        way: &PathBuilder<'_>,
        to: &mut Table<ExpressionId, Expression<'a>>,
    ) {
        value.walk(way, &mut |way, inner| {
            if let (Some(name), Some(text)) = (way.name(), inner.as_str())
                && name.ends_with(".$")
            {
                self.add(text, way.pointer(), path_or_intrinsic(text), 0, to);
            }
            true
        });
    }

    pub(super) fn jsonata<'a>(
        &self,
        value: &'a Json,
        way: &PathBuilder<'_>,
        to: &mut Table<ExpressionId, Expression<'a>>,
    ) {
        value.walk(way, &mut |way, inner| {
            let Some(text) = inner.as_str() else {
                return true;
            };
            match jsonata::delimited(text) {
                Delimited::Text => {}
                Delimited::Embedded => self.add(text, way.pointer(), Content::Embedded, 0, to),
                Delimited::Unclosed => self.add(text, way.pointer(), Content::Unclosed, 0, to),
                Delimited::Expression(expression, offset) => {
                    let parsed = jsonata::parse(expression);
                    self.add(text, way.pointer(), Content::Jsonata(parsed), offset, to);
                }
            }
            true
        });
    }
}

fn path_or_intrinsic(text: &str) -> Content {
    if Call::looks_like_one(text) {
        Content::Intrinsic(Call::parse(text))
    } else {
        Content::Path(Path::parse(text))
    }
}
