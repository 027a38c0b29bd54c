//! Writes a state machine as configuration.

use std::collections::BTreeMap;

use asl::{Json, JsonPointer};
use asl_hcl::{STATE_BLOCKS, any_from_json, from_asl};
use tfconfig::{Body, References, Writer, quoted};
use tfplugin::Value;

use crate::placeholders::Placeholders;
use crate::{schemas, workflow};

/// Type of the resource.
pub const TYPE: &str = "sfn_state_machine";

/// Placeholder for the definition while the attributes are written.
const DEFINITION: &str = "\u{e000}definition\u{e001}";

/// Definition of a state machine.
#[derive(Debug, Clone)]
pub enum Definition {
    /// ASL, to be converted to blocks.
    Asl(Json),
    /// ASL. The settings contain its blocks.
    Blocks(Json),
    /// An expression that only Terraform can evaluate, with the reason why it was not converted.
    Expression(String, String),
}

/// A state machine to write.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Label of the resource.
    pub label: String,
    /// Definition of the state machine.
    pub definition: Definition,
    /// The other attributes and blocks, in the schema of the provider.
    pub settings: Value,
    /// Comments above the states in the source, by the names of the states.
    pub comments: BTreeMap<String, String>,
    /// Meta-arguments and comments of the resource.
    pub beside: Beside,
}

/// Meta-arguments of a resource, which Terraform itself reads, and comments.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// Meta-arguments before the other attributes, such as `count`.
    pub first: Body,
    /// Meta-arguments after the other attributes, such as `lifecycle`.
    pub last: Body,
    /// Comments on attributes and blocks, by their names.
    pub comments: Vec<(String, String)>,
}

impl Beside {
    /// Adds the meta-arguments and comments to the content of a resource.
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
        // In reverse, because each comment at the top is inserted before the previous one.
        for (name, comment) in self.comments.iter().rev() {
            body.comment_on(name, comment);
        }
        body
    }
}

/// A written state machine.
#[derive(Debug, Clone)]
pub struct Written {
    /// Content of the resource.
    pub body: Body,
    /// Why the definition is not in blocks; `None` if it is.
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

    /// Address of the resource.
    pub fn address(&self) -> String {
        format!("{TYPE}.{}", self.label)
    }

    /// Adds the resource to a file.
    ///
    /// Returns why the definition is not in blocks; `None` if it is.
    pub fn write(&self, references: &References, file: &mut Body) -> Option<String> {
        let Written { body, reason } = self.content(references);
        file.spaced_block(format!("resource \"{TYPE}\" {}", quoted(&self.label)), body);
        reason
    }

    fn content(&self, references: &References) -> Written {
        match &self.definition {
            Definition::Asl(definition) => match in_blocks_of_lambda(definition) {
                Ok(blocks) => {
                    let mut value = self.settings.clone();
                    value.set("definition", Value::Null);
                    for (name, held) in blocks.as_map().into_iter().flatten() {
                        value.set(name, held.clone());
                    }
                    self.in_blocks(definition, &value, references)
                }
                Err(reason) => self.whole(as_text(definition, references), reason, references),
            },
            Definition::Blocks(definition) => {
                self.in_blocks(definition, &self.settings, references)
            }
            Definition::Expression(expression, reason) => {
                self.whole(expression.clone(), reason.clone(), references)
            }
        }
    }

    /// The resource with a block for each state, in reading order.
    fn in_blocks(&self, definition: &Json, value: &Value, references: &References) -> Written {
        let (schema, writer) = (schemas::resource(TYPE), Writer::new(references));
        let is_setting = |name: &str| !STATE_BLOCKS.iter().any(|(block, _)| block == name);
        let settings = value
            .as_map()
            .into_iter()
            .flatten()
            .filter(|(name, _)| is_setting(name));
        let settings = Value::object(settings.map(|(name, value)| (name.clone(), value.clone())));
        let mut content = writer.body(schema, &settings, 1);
        for state in workflow::in_reading_order(definition, &self.comments) {
            let held = value.get(&state.block).get(&state.label);
            if let Some(nested) = schema.nested(&state.block).filter(|_| !held.is_null()) {
                content.blank();
                content.comment(&state.comment);
                writer.labelled(nested, &state.label, held, 1, &mut content);
            }
        }
        Written {
            body: self.beside.around(content),
            reason: None,
        }
    }

    /// The resource with an expression for its `definition`.
    fn whole(&self, expression: String, reason: String, references: &References) -> Written {
        let mut references = references.clone();
        references.insert(DEFINITION, expression);
        let mut value = self.settings.clone();
        value.set("definition", DEFINITION);
        let mut body = Body::default();
        body.comment(&format!("Not in blocks: {reason}."));
        body.extend(self.beside.around(Writer::new(&references).body(
            schemas::resource(TYPE),
            &value,
            1,
        )));
        Written {
            body,
            reason: Some(reason),
        }
    }
}

/// The blocks of a definition. If both the partition of `lambda:invoke` and the function are expressions, the `lambda`
/// block is used, which takes the partition from the ARN of the function.
fn in_blocks_of_lambda(definition: &Json) -> Result<Value, String> {
    let mut plain = definition.clone();
    let mut names = Vec::new();
    take_partitions(&mut plain, &mut names);
    if !names.is_empty()
        && let Ok(blocks) = from_asl(&plain, &Value::Null)
        && names
            .iter()
            .all(|name| !blocks.get("task").get(name).get("lambda").is_null())
    {
        return Ok(blocks);
    }
    from_asl(definition, &Value::Null)
}

/// Replaces the partitions of `lambda:invoke` that are expressions with `aws`, and collects the names of their states.
fn take_partitions(scope: &mut Json, names: &mut Vec<String>) {
    let is_expression =
        |text: &str| text.starts_with(Placeholders::OPEN) && text.ends_with(Placeholders::CLOSE);
    let Some(Json::Object(states)) = scope.at_mut(&JsonPointer::root().join("States")) else {
        return;
    };
    for (name, state) in states {
        let passed = state.get("Parameters").or_else(|| state.get("Arguments"));
        let function = passed
            .and_then(|passed| passed.get("FunctionName")?.as_str())
            .unwrap_or("");
        let resource = state.get("Resource").and_then(Json::as_str).unwrap_or("");
        let parts = resource
            .strip_prefix("arn:")
            .and_then(|rest| rest.split_once(":states:::lambda:invoke"));
        if let Some((partition, pattern)) = parts
            && is_expression(partition)
            && is_expression(function)
        {
            let resource = format!("arn:aws:states:::lambda:invoke{pattern}");
            names.push(name.clone());
            if let Json::Object(members) = state {
                members.insert("Resource".to_owned(), Json::from(resource.as_str()));
            }
        }
        for (inside, _) in asl::semantic::graph::containers(&state.clone()) {
            if let Some(scope) = state.at_mut(&inside) {
                take_partitions(scope, names);
            }
        }
    }
}

/// A definition as an expression for `definition`.
fn as_text(definition: &Json, references: &References) -> String {
    match any_from_json(definition) {
        Some(value) => format!(
            "jsonencode({})",
            Writer::new(references).expression(&value, 2, 24)
        ),
        None => {
            let text = definition
                .to_value()
                .map(|value| value.to_string())
                .unwrap_or_default();
            references.string(&text)
        }
    }
}
