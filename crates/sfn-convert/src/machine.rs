//! A state machine that is to be written.

use std::collections::BTreeMap;

use asl::Json;
use asl_hcl::any_from_json;
use tfconfig::{Body, References, Writer, quoted};
use tfplugin::Value;

use crate::{schemas, workflow};

/// The type of the resource.
pub const TYPE: &str = "sfn_state_machine";

/// What a state machine does.
#[derive(Debug, Clone)]
pub enum Definition {
    /// ASL.
    Asl(Json),
    /// An expression that only Terraform can tell the value of, with the reason why it was left as it is.
    Expression(String, String),
}

/// A state machine that is to be written.
#[derive(Debug, Clone)]
pub struct Machine {
    /// The label of the resource.
    pub label: String,
    /// What it does.
    pub definition: Definition,
    /// Its other attributes and blocks, as the provider has them.
    pub settings: Value,
    /// What its source says above its states.
    pub comments: BTreeMap<String, String>,
    /// What is written beside them.
    pub beside: Beside,
}

/// What Terraform itself reads in a resource.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// What comes first, such as `count`.
    pub first: Body,
    /// What comes last, such as `lifecycle`.
    pub last: Body,
}

impl Beside {
    /// A resource with what is beside its own attributes and blocks.
    pub fn around(&self, content: Body) -> Body {
        let mut body = self.first.clone();
        if !body.is_empty() {
            body.blank();
        }
        body.extend(content);
        if !self.last.is_empty() {
            body.blank();
            body.extend(self.last.clone());
        }
        body
    }
}

/// What has become of a state machine.
#[derive(Debug, Clone)]
pub struct Written {
    /// The content of the resource.
    pub body: Body,
    /// Why the definition is not in blocks; `None` where it is.
    pub reason: Option<String>,
}

impl Machine {
    /// A state machine without other settings.
    pub fn new(label: impl Into<String>, definition: Definition) -> Self {
        Self {
            label: label.into(),
            definition,
            settings: Value::object::<String>([]),
            comments: BTreeMap::new(),
            beside: Beside::default(),
        }
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("{TYPE}.{}", self.label)
    }

    /// Adds the resource to a file.
    ///
    /// Returns why the definition is not in blocks; `None` where it is.
    pub fn write(&self, references: &References, file: &mut Body) -> Option<String> {
        let Written { body, reason } = self.content(references);
        file.spaced_block(format!("resource \"{TYPE}\" {}", quoted(&self.label)), body);
        reason
    }

    fn content(&self, references: &References) -> Written {
        let mut value = self.settings.clone();
        let mut writer = Writer::new(references);
        let mut body = Body::default();
        let mut states = Vec::new();
        let mut written_out = None;
        let reason = match &self.definition {
            Definition::Asl(definition) => {
                writer.order = workflow::key_order(definition);
                match workflow::blocks(definition, &self.comments) {
                    Ok(blocks) => {
                        for (name, held) in blocks.value.as_map().into_iter().flatten() {
                            value.set(name, held.clone());
                        }
                        states = blocks.states;
                        None
                    }
                    Err(reason) => {
                        written_out = Some(as_text(definition, &writer));
                        Some(reason)
                    }
                }
            }
            Definition::Expression(expression, reason) => {
                written_out = Some(expression.clone());
                Some(reason.clone())
            }
        };
        if let (Some(expression), Some(reason)) = (written_out, &reason) {
            body.comment(&format!("Not in blocks: {reason}."));
            writer.given = Some(("definition", expression));
        }
        let writer = Writer { labelled: &states, ..writer };
        body.extend(self.beside.around(writer.body(schemas::resource(TYPE), &value, 1)));
        Written { body, reason }
    }
}

/// A definition as an expression for `definition`.
fn as_text(definition: &Json, writer: &Writer<'_>) -> String {
    match any_from_json(definition) {
        Some(value) => format!("jsonencode({})", writer.expression(&value, 2, 24)),
        None => {
            let text = definition.to_value().map(|value| value.to_string()).unwrap_or_default();
            writer.references.string(&text)
        }
    }
}
