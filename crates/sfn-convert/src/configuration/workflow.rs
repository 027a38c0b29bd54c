//! The workflow of a resource or data source, with the places of its values in the configuration.

use std::ops::Range;

use asl::template::{Located, locate};
use asl::{Form, Json, JsonPointer};
use asl_hcl::Flat;
use tfconfig::reader::{Configuration, Declared, Literal, Template};
use tfplugin::{AttributePath, Value};

use super::{DEFINITION, is_ours, machine_type, schema, unknown};

/// The workflow of a resource or data source.
#[derive(Debug)]
pub struct Workflow<'c> {
    /// The definition. Values that only Terraform can compute are unknown.
    pub root: Json,
    /// The layout of the definition.
    pub form: Form,
    pub(super) declared: Declared<'c>,
    pub(super) source: Source<'c>,
    /// The names of the states whose permissions `execution_role` narrows.
    narrowed: Vec<String>,
}

/// How a workflow is written.
#[derive(Debug)]
pub(super) enum Source<'c> {
    /// As blocks, or as values of the argument `states`.
    Blocks(Box<Flat>),
    /// As `jsonencode(…)`.
    Encoded,
    /// As a string or here document, with the definition in it if it can be parsed.
    Text(Template<'c>, Option<Box<Located>>),
}

/// Returns the workflows of a file, in their order.
pub fn workflows<'c>(configuration: &'c Configuration<'c>) -> impl Iterator<Item = Workflow<'c>> {
    configuration.declared().filter_map(|declared| {
        let read = declared.read(&schema(&declared)?, &mut unknown);
        Workflow::of(declared, &read.value)
    })
}

impl<'c> Workflow<'c> {
    /// The workflow that a block with this value declares.
    pub(super) fn of(declared: Declared<'c>, value: &Value) -> Option<Self> {
        let nested = |root: Json, source: Source<'c>| Self {
            root,
            form: Form::Nested,
            declared,
            source,
            narrowed: Vec::new(),
        };
        if let Some(encoded) = declared.encoded(DEFINITION, &mut unknown) {
            return Some(nested(asl_hcl::any_to_json(&encoded), Source::Encoded));
        }
        if let Some(template) = declared.template(DEFINITION, &mut unknown) {
            let text = template.text.as_deref().unwrap_or("");
            let located = locate(text, asl::Format::Json, machine_type(value))
                .into_iter()
                .next();
            let root = located
                .as_ref()
                .map_or(Json::Unknown, |located| located.root.clone());
            return Some(nested(root, Source::Text(template, located.map(Box::new))));
        }
        if !is_ours(&declared) || !asl_hcl::has_states(value) {
            return None;
        }
        let flat = asl_hcl::to_asl(value);
        let resources = value.get("execution_role").get("resources").as_map();
        let narrowed = resources
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect();
        Some(Self {
            root: flat.json.clone(),
            form: Form::Flat,
            declared,
            source: Source::Blocks(Box::new(flat)),
            narrowed,
        })
    }

    /// Returns the address of the resource or data source, such as `data.sfn_definition.order`.
    pub fn address(&self) -> String {
        let kind = if self.declared.is_data { "data." } else { "" };
        format!("{kind}{}.{}", self.declared.ty, self.declared.name)
    }

    /// Returns the bytes of the type and labels of the block.
    pub fn header_span(&self) -> Range<usize> {
        self.declared.span(&AttributePath::default())
    }

    /// Returns the bytes of the name of a state at this place, without quotes; `None` if it is not written as it is.
    pub fn name_letters(&self, state: &JsonPointer) -> Option<Range<usize>> {
        match &self.source {
            Source::Blocks(_) => self.declared.label_span(&self.state_path(state)?),
            Source::Encoded => self.declared.label_span(&in_definition(state)),
            Source::Text(template, located) => {
                let text = template.text.as_deref()?;
                let letters = located.as_ref()?.name_letters(text, state)?;
                self.same(template, text, letters)
            }
        }
    }

    /// Returns the bytes of a state at this place, with its name.
    pub fn state_span(&self, state: &JsonPointer) -> Range<usize> {
        match &self.source {
            Source::Blocks(_) => self.state_path(state).map_or_else(
                || self.header_span(),
                |path| self.declared.whole_span(&path),
            ),
            Source::Encoded => self.declared.whole_span(&in_definition(state)),
            Source::Text(template, located) => match (&template.text, located) {
                (Some(text), Some(located)) => template.span(&located.span(text, state)),
                _ => self.header_span(),
            },
        }
    }

    /// Returns the strings that the value at a place may be.
    pub fn literals(&self, pointer: &JsonPointer) -> Vec<Literal> {
        match &self.source {
            Source::Blocks(flat) => flat
                .path(pointer)
                .map(|path| self.declared.literals(&path))
                .unwrap_or_default(),
            Source::Encoded => self.declared.literals(&in_definition(pointer)),
            Source::Text(template, located) => {
                let literal = || {
                    let text = template.text.as_deref()?;
                    let span = self.same(
                        template,
                        text,
                        located.as_ref()?.string_letters(text, pointer)?,
                    )?;
                    Some(Literal::Written {
                        text: self.root.at(pointer)?.as_str()?.to_owned(),
                        span,
                    })
                };
                literal().into_iter().collect()
            }
        }
    }

    /// Returns the names of states that are the names of members elsewhere in the block, with their bytes: in `resources` of
    /// `execution_role`.
    pub fn members_named_after_states(&self) -> Vec<(&str, Range<usize>)> {
        let resources = AttributePath::root("execution_role").attribute("resources");
        let member = |name: &'_ String| {
            self.declared
                .label_span(&resources.clone().key(name.as_str()))
        };
        self.narrowed
            .iter()
            .filter_map(|name| Some((name.as_str(), member(name)?)))
            .collect()
    }

    fn state_path(&self, state: &JsonPointer) -> Option<AttributePath> {
        match (&self.source, state.tokens()) {
            (Source::Blocks(flat), [_, name]) => flat.state_path(name),
            _ => None,
        }
    }

    /// The bytes of the configuration for letters of a template, if they are the same there.
    fn same(
        &self,
        template: &Template<'_>,
        text: &str,
        letters: Range<usize>,
    ) -> Option<Range<usize>> {
        let span = template.span(&letters);
        (self.declared.text(span.clone()) == text.get(letters)).then_some(span)
    }
}

/// The path of a place in the argument with the whole definition.
pub(super) fn in_definition(pointer: &JsonPointer) -> AttributePath {
    pointer.tokens().iter().fold(
        AttributePath::root(DEFINITION),
        |path, segment| match segment.parse() {
            Ok(index) => path.index(index),
            Err(_) => path.key(&**segment),
        },
    )
}
