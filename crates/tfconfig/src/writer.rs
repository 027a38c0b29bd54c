//! Writes values as configuration, by their schema.

use tfplugin::Value;
use tfplugin::schema::{Block, NestedBlock, Nesting};

use crate::body::{Body, STEP, aligned};
use crate::expression::{here_document, key};
use crate::quoted;
use crate::references::References;

/// Maximum length of a line with a list or object.
const WIDTH: usize = 100;

/// Writes values as configuration.
#[derive(Debug)]
pub struct Writer<'a> {
    /// Texts that are replaced with expressions.
    pub references: &'a References,
}

impl<'a> Writer<'a> {
    /// Creates a writer that replaces these texts with expressions.
    pub fn new(references: &'a References) -> Self {
        Self { references }
    }

    /// The content of a block with this schema at a nesting level. Omits null attributes and attributes that only the
    /// provider sets. Labelled blocks have the order of their labels in `value`.
    pub fn body(&self, schema: &Block, value: &Value, level: usize) -> Body {
        let mut body = Body::default();
        for attribute in schema
            .attributes
            .iter()
            .filter(|attribute| attribute.required || attribute.optional)
        {
            let value = value.get(&attribute.name);
            if !value.is_null() {
                body.attribute(
                    &attribute.name,
                    self.attribute(&attribute.name, value, level * STEP),
                );
            }
        }
        for nested in &schema.blocks {
            self.nested(nested, value.get(&nested.name), level, &mut body);
        }
        body
    }

    fn nested(&self, nested: &NestedBlock, value: &Value, level: usize, body: &mut Body) {
        match nested.nesting {
            Nesting::Single if !value.is_null() => {
                body.spaced_block(&nested.name, self.body(&nested.block, value, level + 1));
            }
            Nesting::List | Nesting::Set => {
                for element in value.as_list().unwrap_or(&[]) {
                    body.spaced_block(&nested.name, self.body(&nested.block, element, level + 1));
                }
            }
            Nesting::Map => {
                for (label, element) in value.as_map().into_iter().flatten() {
                    body.blank();
                    self.labelled(nested, label, element, level, body);
                }
            }
            Nesting::Single => {}
        }
    }

    /// Adds one labelled block to a body at a nesting level.
    pub fn labelled(
        &self,
        nested: &NestedBlock,
        label: &str,
        value: &Value,
        level: usize,
        body: &mut Body,
    ) {
        // `terraform fmt` drops labels with these characters.
        if !label.contains(['$', '%']) {
            body.block(
                format!("{} {}", nested.name, quoted(label)),
                self.body(&nested.block, value, level + 1),
            );
            return;
        }
        let mut dynamic = Body::default();
        dynamic.attribute("for_each", format!("[{}]", quoted(label)));
        dynamic.attribute("labels", format!("[{}.value]", nested.name));
        dynamic.spaced_block("content", self.body(&nested.block, value, level + 2));
        body.block(format!("dynamic {}", quoted(&nested.name)), dynamic);
    }

    /// The value of an attribute, laid out for a line with this indentation.
    fn attribute(&self, name: &str, value: &Value, indent: usize) -> String {
        if let Some(text) = value.as_str().filter(|text| text.contains('\n'))
            && self.references.string(text) == quoted(text)
            && let Some(document) = here_document(text, indent)
        {
            return document;
        }
        self.expression(value, indent, name.len() + 3)
    }

    /// An expression on a line with this indentation, after `used` columns.
    pub fn expression(&self, value: &Value, indent: usize, used: usize) -> String {
        match value.plain() {
            Value::Null | Value::Unknown | Value::Typed(_) => "null".to_owned(),
            Value::Bool(flag) => flag.to_string(),
            Value::Number(number) => {
                let text = number.to_string();
                self.references
                    .get(&text)
                    .map_or(text.clone(), str::to_owned)
            }
            Value::String(text) => self.references.string(text),
            Value::List(elements) => self.list(elements, indent, used),
            Value::Map(entries) => self.object(&entries.iter().collect::<Vec<_>>(), indent, used),
        }
    }

    /// An expression on one line, as a part of a longer expression.
    pub fn in_line(&self, value: &Value) -> String {
        match value.plain() {
            Value::List(elements) => {
                format!(
                    "[{}]",
                    elements
                        .iter()
                        .map(|element| self.in_line(element))
                        .collect::<Vec<_>>()
                        .join(", ")
                )
            }
            Value::Map(entries) if entries.is_empty() => "{}".to_owned(),
            Value::Map(entries) => {
                let entry = |(name, value): (&String, &Value)| {
                    format!("{} = {}", self.key(name), self.in_line(value))
                };
                format!(
                    "{{ {} }}",
                    entries.iter().map(entry).collect::<Vec<_>>().join(", ")
                )
            }
            other => self.expression(other, 0, 0),
        }
    }

    fn list(&self, elements: &[Value], indent: usize, used: usize) -> String {
        let on_one_line = || {
            let written: Vec<String> = elements
                .iter()
                .map(|element| self.expression(element, indent, used))
                .collect();
            format!("[{}]", written.join(", "))
        };
        if !elements.iter().any(holds_entries) || elements.len() == 1 {
            let line = on_one_line();
            if indent + used + line.len() <= WIDTH && !line.contains('\n') || elements.is_empty() {
                return line;
            }
        }
        let margin = " ".repeat(indent + STEP);
        let written = elements.iter().map(|element| {
            let element = self.expression(element, indent + STEP, 0);
            format!("{margin}{element},\n")
        });
        format!("[\n{}{}]", written.collect::<String>(), " ".repeat(indent))
    }

    fn object(&self, entries: &[(&String, &Value)], indent: usize, used: usize) -> String {
        if entries.is_empty() {
            return "{}".to_owned();
        }
        if !entries.iter().any(|(_, value)| holds_entries(value)) {
            let written = entries.iter().map(|(name, value)| {
                format!("{} = {}", self.key(name), self.expression(value, 0, 0))
            });
            let line = format!("{{ {} }}", written.collect::<Vec<_>>().join(", "));
            if indent + used + line.len() <= WIDTH && !line.contains('\n') && entries.len() <= 4 {
                return line;
            }
        }
        let inner = indent + STEP;
        let written: Vec<(String, String)> = entries
            .iter()
            .map(|(name, value)| {
                let name = self.key(name);
                let value = self.expression(value, inner, name.len() + 3);
                (name, value)
            })
            .collect();
        let margin = " ".repeat(inner);
        let lines = aligned(
            written
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        let lines: String = lines
            .into_iter()
            .map(|line| format!("{margin}{line}\n"))
            .collect();
        format!("{{\n{lines}{}}}", " ".repeat(indent))
    }

    /// The key of an object, which can contain references.
    fn key(&self, name: &str) -> String {
        let written = self.references.string(name);
        if written == quoted(name) {
            key(name)
        } else {
            format!("({written})")
        }
    }
}

/// Whether a value is a non-empty object or list.
fn holds_entries(value: &Value) -> bool {
    value.as_map().is_some_and(|entries| !entries.is_empty())
        || value.as_list().is_some_and(|elements| !elements.is_empty())
}
