//! Reads Terraform configuration: blocks as values by their schema, with the place of each value.
//!
//! Expressions that only Terraform can compute, such as references to resources and function calls, are passed to the
//! caller, which provides their value. Local values of the same file are resolved.

mod literals;
mod places;
mod template;
mod values;

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};
use tfplugin::{Type, Value};

pub use literals::Literal;
pub use template::Template;
pub use values::Read;

/// Maximum depth of references between local values.
const MAX_DEPTH: usize = 16;

/// A file of configuration.
#[derive(Debug)]
pub struct Configuration<'t> {
    text: &'t str,
    body: Body,
    locals: BTreeMap<String, Expression>,
    /// The positions of labelled blocks in the block around them, by the place of that block, type and label.
    labelled: OnceCell<HashMap<(usize, String, String), usize>>,
}

/// An error in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Message, which begins with a lowercase letter and has no final period.
    pub message: String,
    /// The bytes of the text with the error.
    pub span: Range<usize>,
}

/// A resource or data source.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'c> {
    /// Whether it is a data source.
    pub is_data: bool,
    /// Type, such as `sfn_state_machine`.
    pub ty: &'c str,
    /// Name.
    pub name: &'c str,
    block: &'c Block,
    configuration: &'c Configuration<'c>,
}

/// An expression that only Terraform can compute.
#[derive(Debug, Clone, Copy)]
pub struct Computed<'e> {
    /// Text of the expression.
    pub expression: &'e str,
    /// Type that the schema expects; [`Type::Dynamic`] for any type.
    pub ty: &'e Type,
    /// Whether the expression is a part of a longer string.
    pub is_part: bool,
}

/// Provides the value of a computed expression.
pub type Compute<'f> = &'f mut dyn FnMut(Computed<'_>) -> Value;

impl Declared<'_> {
    /// Returns the bytes of the file at a place.
    pub fn text(&self, span: Range<usize>) -> Option<&str> {
        self.configuration.text.get(span)
    }
}

impl<'t> Configuration<'t> {
    /// Parses a file.
    ///
    /// # Errors
    /// When the text is not valid HCL.
    pub fn parse(text: &'t str) -> Result<Self, Problem> {
        // The replacement has the same length, so that places do not change.
        let readable = text.replacen('\u{feff}', "   ", usize::from(text.starts_with('\u{feff}')));
        let body: Body = readable.parse().map_err(|error: hcl_edit::parser::Error| {
            let at = error.location().offset().min(text.len());
            Problem {
                message: error.message().to_lowercase(),
                span: at..(at + 1).min(text.len()),
            }
        })?;
        let locals = body
            .blocks()
            .filter(|block| block.ident.as_str() == "locals");
        let locals = locals.flat_map(|block| block.body.attributes());
        let locals = locals
            .map(|local| (local.key.as_str().to_owned(), local.value.clone()))
            .collect();
        Ok(Self {
            text,
            body,
            locals,
            labelled: OnceCell::new(),
        })
    }

    /// Resources and data sources, in the order of the file.
    pub fn declared(&self) -> impl Iterator<Item = Declared<'_>> {
        self.body.blocks().filter_map(|block| {
            let is_data = match block.ident.as_str() {
                "resource" => false,
                "data" => true,
                _ => return None,
            };
            let [ty, name] = block.labels.as_slice() else {
                return None;
            };
            Some(Declared {
                is_data,
                ty: ty.as_str(),
                name: name.as_str(),
                block,
                configuration: self,
            })
        })
    }

    /// The text of an expression.
    fn written(&self, expression: &Expression) -> String {
        let text = expression.span().and_then(|span| self.text.get(span));
        text.map_or_else(|| expression.to_string(), str::to_owned)
            .trim()
            .to_owned()
    }

    /// The first block with this type and label in a block at the top level.
    fn labelled<'c>(&self, around: &'c Block, ty: &str, label: &str) -> Option<&'c Block> {
        let labelled = self.labelled.get_or_init(|| {
            let mut found = HashMap::new();
            for around in self.body.blocks() {
                for (position, inner) in around.body.iter().enumerate() {
                    let Some(block) = inner
                        .as_block()
                        .filter(|block| block.ident.as_str() != "dynamic")
                    else {
                        continue;
                    };
                    let [label] = block.labels.as_slice() else {
                        continue;
                    };
                    let key = (
                        start_of(around),
                        block.ident.as_str().to_owned(),
                        label.as_str().to_owned(),
                    );
                    found.entry(key).or_insert(position);
                }
            }
            found
        });
        let position = labelled.get(&(start_of(around), ty.to_owned(), label.to_owned()))?;
        around.body.get(*position)?.as_block()
    }

    /// The local value that an expression refers to.
    fn local(&self, expression: &Expression) -> Option<&Expression> {
        let text = self.written(expression);
        self.locals.get(text.strip_prefix("local.")?)
    }
}

/// The byte at which a block begins.
fn start_of(block: &Block) -> usize {
    block.ident.span().map_or(0, |span| span.start)
}
