//! Converts Terraform files with the Step Functions resources of hashicorp/aws.

mod comments;
mod definition;
mod elsewhere;

use std::collections::{BTreeMap, BTreeSet};

use comments::comment_on;
pub use definition::{NUMBERS, OPEN, encoded};
use elsewhere::{Find, PREFIX, convertible, rename_elsewhere, renamed};
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body as Parsed, Structure};
use hcl_edit::{Decorate as _, Span as _};
use tfconfig::{Body, quoted};
use tfplugin::Value;
use tfplugin::schema::{Block as Schema, Nesting};

use super::frame::{Frame, Part};
use super::note::Note;
use super::{Converted, Map, Resource, Source};
use crate::machine::{Beside, Definition, Machine};
use crate::schemas;

/// Types of the resources to convert.
const TYPES: [&str; 3] = ["aws_sfn_state_machine", "aws_sfn_alias", "aws_sfn_activity"];

/// Converts a file.
///
/// # Errors
/// When the file is not valid Terraform configuration, or has no Step Functions resource.
pub fn convert(source: &Source<'_>, _: &Map) -> Result<Converted, String> {
    let body: Parsed = source
        .text
        .parse()
        .map_err(|error| format!("not valid Terraform configuration: {error}"))?;
    let converted = convertible(&body);
    let mut reader = Reader {
        converted: &converted,
        locals: locals(&body),
        templates: templates(&body),
        comments: BTreeMap::new(),
        frame: Frame {
            text: source.text.to_owned(),
            ..Frame::default()
        },
        source,
        out: Converted::default(),
    };
    for block in body
        .blocks()
        .filter(|block| block.ident.as_str() == "resource")
    {
        let labels: Vec<&str> = block
            .labels
            .iter()
            .map(hcl_edit::structure::BlockLabel::as_str)
            .collect();
        let [ty, label] = labels.as_slice() else {
            continue;
        };
        if TYPES.contains(ty) {
            reader.resource(ty, label, block);
        }
    }
    let Reader {
        mut out, mut frame, ..
    } = reader;
    if out.machines.is_empty() && out.resources.is_empty() && out.failures.is_empty() {
        return Err(
            "it has no `aws_sfn_state_machine`, `aws_sfn_alias` or `aws_sfn_activity`".into(),
        );
    }
    rename_elsewhere(&body, &converted, source.text, &mut frame, &mut out);
    if !requires_provider(&body) {
        let note =
            "add `sfn` to the `required_providers` of the module, unless another file has it";
        out.notes.push(Note::new(note));
    }
    out.frame = Some(frame);
    Ok(out)
}

/// The `template_file` data sources, by name.
fn templates(body: &Parsed) -> BTreeMap<String, Parsed> {
    let named = |block: &Block| match block.labels.as_slice() {
        [ty, name] if block.ident.as_str() == "data" && ty.as_str() == "template_file" => {
            Some((name.as_str().to_owned(), block.body.clone()))
        }
        _ => None,
    };
    body.blocks().filter_map(named).collect()
}

/// Whether `required_providers` in the file contains `sfn`.
fn requires_provider(body: &Parsed) -> bool {
    let of_terraform = body
        .blocks()
        .filter(|block| block.ident.as_str() == "terraform");
    let mut required = of_terraform.flat_map(|block| block.body.get_blocks("required_providers"));
    required.any(|block| block.body.has_attribute("sfn"))
}

fn locals(body: &Parsed) -> BTreeMap<String, Expression> {
    let blocks = body
        .blocks()
        .filter(|block| block.ident.as_str() == "locals");
    let attributes = blocks.flat_map(|block| block.body.attributes());
    attributes
        .map(|attribute| (attribute.key.as_str().to_owned(), attribute.value.clone()))
        .collect()
}

struct Reader<'a> {
    /// Addresses of the resources to convert.
    converted: &'a BTreeSet<String>,
    locals: BTreeMap<String, Expression>,
    templates: BTreeMap<String, Parsed>,
    /// Comments above the states of the current state machine.
    comments: BTreeMap<String, String>,
    frame: Frame,
    source: &'a Source<'a>,
    out: Converted,
}

impl Reader<'_> {
    fn resource(&mut self, ty: &str, label: &str, block: &Block) {
        let ours = ty.trim_start_matches("aws_");
        let schema = schemas::resource(ours);
        let mut beside = Beside::default();
        let mut value = self.attributes(schema, &block.body, &mut beside);
        let from = format!("{ty}.{label}");
        let Some(span) = block.span() else {
            self.out
                .failures
                .push(format!("`{from}`: its place in the file is not known"));
            return;
        };
        if !tfconfig::is_identifier(label) {
            self.out
                .failures
                .push(format!("`{from}`: invalid resource name"));
            return;
        }
        if block.body.has_attribute("provider") {
            let note = format!(
                "`{from}`: `provider` is left out: set it to a configuration of `sfn` if needed"
            );
            let start = block.span().map_or(0, |span| span.start);
            self.out
                .notes
                .push(Note::in_text(self.source.text, start, note));
        }
        if ours == "sfn_state_machine" {
            let definition = match block.body.get_attribute("definition") {
                Some(attribute) if ignores_definition(&block.body) => {
                    let reason = "`ignore_changes` includes `definition`".to_owned();
                    Definition::Expression(self.written(&attribute.value), reason)
                }
                Some(attribute) => self.definition(&attribute.value.clone()),
                None => {
                    self.out
                        .failures
                        .push(format!("`{from}`: it has no definition"));
                    return;
                }
            };
            value.set("definition", Value::Null);
            let mut machine = Machine::new(label, definition);
            (machine.settings, machine.beside) = (value, beside);
            machine.comments = std::mem::take(&mut self.comments);
            self.frame
                .parts
                .push((span, Part::Machine(self.out.machines.len())));
            self.out.machines.push(machine);
        } else {
            self.frame
                .parts
                .push((span, Part::Resource(self.out.resources.len())));
            self.out.resources.push(Resource {
                ty: ours.into(),
                label: label.into(),
                value,
                beside,
            });
        }
        self.out.moved(&from, &format!("{ours}.{label}"));
    }

    /// Reads the attributes and blocks of the schema. Others are kept unchanged in `beside`.
    fn attributes(&mut self, schema: &Schema, body: &Parsed, beside: &mut Beside) -> Value {
        let mut value = Value::object::<String>([]);
        let mut lists: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for structure in body {
            beside.comments.extend(comment_on(structure));
            match structure {
                Structure::Attribute(attribute) => {
                    let name = attribute.key.as_str();
                    if schema
                        .attribute(name)
                        .is_some_and(|known| known.optional || known.required)
                    {
                        value.set(name, self.expression(&attribute.value));
                    } else if name != "provider" {
                        beside.first.attribute(name, self.written(&attribute.value));
                    }
                }
                Structure::Block(block) => match schema.nested(block.ident.as_str()) {
                    Some(nested) => {
                        let inner =
                            self.attributes(&nested.block, &block.body, &mut Beside::default());
                        match nested.nesting {
                            Nesting::Single => value.set(&nested.name, inner),
                            _ => lists.entry(nested.name.clone()).or_default().push(inner),
                        }
                    }
                    None => {
                        let labels = block
                            .labels
                            .iter()
                            .map(|label| format!(" {}", quoted(label.as_str())));
                        let header =
                            format!("{}{}", block.ident.as_str(), labels.collect::<String>());
                        let body = self.raw(&block.body);
                        beside.last.spaced_block(header, body);
                    }
                },
            }
        }
        for (name, list) in lists {
            value.set(&name, Value::List(list));
        }
        value
    }

    /// A block with the new addresses of converted resources.
    fn raw(&self, body: &Parsed) -> Body {
        let mut written_body = Body::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    written_body.attribute(attribute.key.as_str(), self.written(&attribute.value));
                }
                Structure::Block(block) => {
                    let labels = block
                        .labels
                        .iter()
                        .map(|label| format!(" {}", quoted(label.as_str())));
                    let header = format!("{}{}", block.ident.as_str(), labels.collect::<String>());
                    written_body.spaced_block(header, self.raw(&block.body));
                }
            }
            if let Some((name, comment)) = comment_on(structure) {
                written_body.comment_on(&name, &comment);
            }
        }
        written_body
    }

    /// An expression as a value: a literal string, or a placeholder.
    fn expression(&mut self, expression: &Expression) -> Value {
        match expression {
            Expression::String(text) => text.as_str().into(),
            other => self.placeholder(other).into(),
        }
    }

    /// The placeholder of an expression.
    fn placeholder(&mut self, expression: &Expression) -> String {
        let written = self.written(expression);
        self.out.placeholders.text(&written)
    }

    /// The text of an expression with the new addresses of converted resources.
    fn written(&self, expression: &Expression) -> String {
        let own = || {
            let (text, start) = (self.as_it_stands(expression)?, expression.span()?.start);
            let mut places =
                Find::new(self.converted, self.source.text).in_expression(expression)?;
            places.sort_by_key(|place| std::cmp::Reverse(place.start));
            let mut text = text;
            for place in places {
                let at = place.start.checked_sub(start)?;
                text.get(at..at + PREFIX.len())
                    .filter(|prefix| *prefix == PREFIX)?;
                text.replace_range(at..at + PREFIX.len(), "");
            }
            Some(text)
        };
        own().unwrap_or_else(|| {
            let mut expression = expression.clone();
            expression.decor_mut().clear();
            renamed(&expression.to_string(), self.converted)
        })
    }

    /// The text of an expression in the file; `None` for an expression from another file.
    fn as_it_stands(&self, expression: &Expression) -> Option<String> {
        let text = self.source.text.get(expression.span()?)?;
        let parsed: Expression = text.parse().ok()?;
        let is_same = parsed.to_string().trim() == expression.to_string().trim();
        is_same.then(|| text.trim_end().to_owned())
    }
}

/// Whether `ignore_changes` includes `definition`, because another tool changes it.
fn ignores_definition(body: &Parsed) -> bool {
    let ignored = body
        .get_blocks("lifecycle")
        .filter_map(|block| block.body.get_attribute("ignore_changes"));
    let is_definition = |expression: &Expression| {
        let text = expression.to_string();
        matches!(text.trim().trim_matches('"'), "definition" | "all")
    };
    ignored.into_iter().any(|attribute| match &attribute.value {
        Expression::Array(names) => names.iter().any(is_definition),
        other => is_definition(other),
    })
}
