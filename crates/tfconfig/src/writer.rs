//! Values as configuration, by their schema.

use std::collections::{BTreeMap, HashMap};

use tfplugin::Value;
use tfplugin::schema::{Block, NestedBlock, Nesting};

use crate::body::{Body, STEP, aligned};
use crate::expression::{here_document, key};
use crate::quoted;
use crate::references::References;

/// The longest line that a list or object is put on.
const WIDTH: usize = 100;

/// In which order the members of objects were written, which Terraform's values do not keep.
#[derive(Debug, Clone, Default)]
pub struct KeyOrder {
    by_keys: HashMap<Vec<String>, Vec<String>>,
}

impl KeyOrder {
    /// Remembers an object by its keys; the first with the same keys counts.
    pub fn insert(&mut self, keys: Vec<String>) {
        let mut sorted = keys.clone();
        sorted.sort();
        self.by_keys.entry(sorted).or_insert(keys);
    }

    fn sorted<'a>(&self, entries: &'a BTreeMap<String, Value>) -> Vec<(&'a String, &'a Value)> {
        let keys: Vec<String> = entries.keys().cloned().collect();
        match self.by_keys.get(&keys) {
            Some(order) => order.iter().filter_map(|key| entries.get_key_value(key)).collect(),
            None => entries.iter().collect(),
        }
    }
}

/// One of the labelled blocks of a body, in the order in which they are to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labelled {
    /// The name of the block.
    pub block: String,
    /// Its label.
    pub label: String,
    /// What is said above it; nothing if empty.
    pub comment: String,
}

/// Writes values as configuration.
#[derive(Debug)]
pub struct Writer<'a> {
    /// What is written as an expression.
    pub references: &'a References,
    /// The order of members.
    pub order: KeyOrder,
    /// The order of labelled blocks; those it does not name follow in the order of the schema.
    pub labelled: &'a [Labelled],
    /// An attribute of the resource itself whose expression is given, laid out for its place.
    pub given: Option<(&'a str, String)>,
}

impl<'a> Writer<'a> {
    /// A writer that puts expressions in the place of these texts.
    pub fn new(references: &'a References) -> Self {
        Self { references, order: KeyOrder::default(), labelled: &[], given: None }
    }

    /// The content of a block of this schema that is `level` blocks deep. Null attributes are left out, and so are the
    /// attributes that only the provider sets.
    pub fn body(&self, schema: &Block, value: &Value, level: usize) -> Body {
        let mut body = Body::default();
        let indent = level * STEP;
        for attribute in schema.attributes.iter().filter(|attribute| attribute.required || attribute.optional) {
            let value = value.get(&attribute.name);
            let given = self.given.as_ref().filter(|(name, _)| level == 1 && *name == attribute.name);
            if let Some((name, expression)) = given {
                body.attribute(*name, expression.as_str());
            } else if !value.is_null() {
                body.attribute(&attribute.name, self.attribute(&attribute.name, value, indent));
            }
        }
        for nested in &schema.blocks {
            self.nested(nested, value.get(&nested.name), level, &mut body);
        }
        for labelled in self.labelled.iter().filter(|_| level == 1) {
            if let Some(nested) = schema.nested(&labelled.block).filter(|nested| nested.nesting == Nesting::Map) {
                let content = value.get(&labelled.block).get(&labelled.label);
                if !content.is_null() {
                    body.blank();
                    body.comment(&labelled.comment);
                    self.labelled(nested, &labelled.label, content, level, &mut body);
                }
            }
        }
        body
    }

    fn nested(&self, nested: &NestedBlock, value: &Value, level: usize, body: &mut Body) {
        match nested.nesting {
            Nesting::Single if !value.is_null() => {
                body.spaced_block(&nested.name, self.body(&nested.block, value, level + 1));
            }
            Nesting::List | Nesting::Set => {
                for element in value.as_list().unwrap_or_default() {
                    body.spaced_block(&nested.name, self.body(&nested.block, element, level + 1));
                }
            }
            Nesting::Map => {
                for (label, element) in value.as_map().into_iter().flatten() {
                    let placed = |labelled: &Labelled| labelled.block == nested.name && labelled.label == *label;
                    if level != 1 || !self.labelled.iter().any(placed) {
                        body.blank();
                        self.labelled(nested, label, element, level, body);
                    }
                }
            }
            Nesting::Single => {}
        }
    }

    fn labelled(&self, nested: &NestedBlock, label: &str, value: &Value, level: usize, body: &mut Body) {
        // `terraform fmt` drops labels with these characters.
        if !label.contains(['$', '%']) {
            body.block(format!("{} {}", nested.name, quoted(label)), self.body(&nested.block, value, level + 1));
            return;
        }
        let mut dynamic = Body::default();
        dynamic.attribute("for_each", format!("[{}]", quoted(label)));
        dynamic.attribute("labels", format!("[{}.value]", nested.name));
        dynamic.spaced_block("content", self.body(&nested.block, value, level + 2));
        body.block(format!("dynamic {}", quoted(&nested.name)), dynamic);
    }

    /// The value of an attribute, laid out for a line that is this far from the margin.
    fn attribute(&self, name: &str, value: &Value, indent: usize) -> String {
        if let Some(text) = value.as_str().filter(|text| text.contains('\n'))
            && self.references.string(text) == quoted(text)
            && let Some(document) = here_document(text, indent)
        {
            return document;
        }
        self.expression(value, indent, name.len() + 3)
    }

    /// An expression on a line with this margin, after `used` columns.
    pub fn expression(&self, value: &Value, indent: usize, used: usize) -> String {
        match value.plain() {
            Value::Null | Value::Unknown | Value::Typed(_) => "null".to_owned(),
            Value::Bool(flag) => flag.to_string(),
            Value::Number(number) => {
                let text = number.to_string();
                self.references.get(&text).map_or(text.clone(), str::to_owned)
            }
            Value::String(text) => self.references.string(text),
            Value::List(elements) => self.list(elements, indent, used),
            Value::Map(entries) => self.object(&self.order.sorted(entries), indent, used),
        }
    }

    fn list(&self, elements: &[Value], indent: usize, used: usize) -> String {
        let on_one_line = || {
            let written: Vec<String> = elements.iter().map(|element| self.expression(element, indent, used)).collect();
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
            let written =
                entries.iter().map(|(name, value)| format!("{} = {}", self.key(name), self.expression(value, 0, 0)));
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
        let lines = aligned(written.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let lines: String = lines.into_iter().map(|line| format!("{margin}{line}\n")).collect();
        format!("{{\n{lines}{}}}", " ".repeat(indent))
    }

    /// The key of an object, in which there may be references as well.
    fn key(&self, name: &str) -> String {
        let written = self.references.string(name);
        if written == quoted(name) { key(name) } else { format!("({written})") }
    }
}

/// Whether a value is an object or list that is not empty.
fn holds_entries(value: &Value) -> bool {
    value.as_map().is_some_and(|entries| !entries.is_empty())
        || value.as_list().is_some_and(|elements| !elements.is_empty())
}
