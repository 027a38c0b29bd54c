//! Converts files that declare state machines to configuration of the provider.

mod alias;
mod choice;
mod cloudformation;
mod deployment;
mod frame;
mod intrinsic;
mod left_out;
mod note;
mod serverless;
mod tags;
pub mod template_text;
mod terraform;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use asl::Format;
use asl::Json;
use heck::ToSnakeCase as _;
use tfconfig::{Body, References, Writer, quoted};
use tfplugin::Value;

use crate::definition;
use crate::machine::{Beside, Definition, Machine};
use crate::placeholders::Placeholders;
use crate::schemas;
use frame::Frame;
use intrinsic::Template;
pub use note::Note;
pub(crate) use terraform::OPEN;

/// Reads files that a file references, relative to its folder.
pub type Files<'a> = &'a dyn Fn(&Path) -> Result<String, String>;

/// A file to convert.
pub struct Source<'a> {
    /// Path of the file, which determines its format.
    pub path: &'a Path,
    /// Text of the file.
    pub text: &'a str,
    /// Reader of referenced files.
    pub files: Files<'a>,
}

/// Expressions that replace texts: ARNs, and names in a template such as `Charge.Arn`.
pub type Map = BTreeMap<String, String>;

/// A variable of the converted configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Variable {
    description: String,
    /// An expression.
    default: Option<String>,
    /// An expression.
    ty: Option<String>,
}

/// A resource other than a state machine.
#[derive(Debug, Clone)]
struct Resource {
    ty: String,
    label: String,
    value: Value,
    beside: Beside,
}

impl Resource {
    fn write(&self, references: &References, file: &mut Body) {
        let writer = Writer::new(references);
        let body = self
            .beside
            .around(writer.body(schemas::resource(&self.ty), &self.value, 1));
        file.spaced_block(
            format!("resource {} {}", quoted(&self.ty), quoted(&self.label)),
            body,
        );
    }
}

/// Configuration that was converted from a file.
#[derive(Debug, Default)]
pub struct Converted {
    /// The state machines.
    pub machines: Vec<Machine>,
    resources: Vec<Resource>,
    /// `moved` and `import` blocks.
    blocks: Vec<(String, Body)>,
    variables: BTreeMap<String, Variable>,
    /// Expressions of the ARNs of the existing state machines, by label.
    arns: BTreeMap<String, String>,
    placeholders: Placeholders,
    /// The file around the resources, if they are converted in place.
    frame: Option<Frame>,
    /// Notes about parts that were left out, and about steps for the user.
    pub notes: Vec<Note>,
    /// State machines that could not be converted, with the reasons.
    pub failures: Vec<String>,
}

/// Converts a file.
///
/// # Errors
/// When the file contains nothing to convert.
pub fn convert(source: &Source<'_>, map: &Map) -> Result<Converted, String> {
    let extension = source
        .path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or("");
    if extension == "tf" {
        return terraform::convert(source, map);
    }
    let format = match extension {
        "json" => Format::Json,
        "yaml" | "yml" => Format::Yaml,
        _ => Format::of_text(source.text),
    };
    let document = match format {
        Format::Json => asl::parse(source.text),
        Format::Yaml => asl::parse_yaml_template(source.text),
    };
    let stem = source
        .path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("");
    let name = stem
        .split('.')
        .next()
        .filter(|name| !name.is_empty() && *name != "-")
        .unwrap_or("workflow");
    let document = match document {
        Ok((document, _)) => document,
        // A definition may only be valid JSON after its placeholders are replaced.
        Err(_) if source.text.contains("${") => return alone(source.text, format, name, map),
        Err(finding) => return Err(definition::said(source.text, &finding)),
    };
    let root = &document.root;
    let mut converted = if root.get("Resources").is_some() {
        cloudformation::convert(root, source, map)?
    } else if root.get("stepFunctions").is_some() || root.get("service").is_some() {
        serverless::convert(root, source, map)?
    } else {
        alone(source.text, format, name, map)?
    };
    converted
        .notes
        .iter_mut()
        .for_each(|note| note.find_line(source.text, &document));
    Ok(converted)
}

/// Reserved names of variables (Terraform documentation, "Input variables").
const RESERVED: [&str; 8] = [
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "locals",
    "providers",
    "source",
    "version",
];

/// Converts a single definition, in which `${Name}` can be the placeholder of a template.
fn alone(text: &str, format: Format, name: &str, map: &Map) -> Result<Converted, String> {
    let mut out = Converted::default();
    let template = Template {
        root: &Json::Null,
        map,
        machines: BTreeMap::new(),
    };
    let reference = |name: &String| {
        (
            name.clone(),
            Json::Object(
                [("Ref".to_owned(), Json::from(name.as_str()))]
                    .into_iter()
                    .collect(),
            ),
        )
    };
    let text = template.filled_text(
        text,
        &map.keys().map(reference).collect(),
        format == Format::Json,
        &mut out,
    );
    let text = if format == Format::Json {
        unfilled(&text, &mut out)
    } else {
        text
    };
    let mut machine = definition::read(&text, format, name)?;
    if let Definition::Asl(root) = machine.definition {
        out.placeholders.check(&root)?;
        let variables: BTreeSet<String> = out.variables.keys().cloned().collect();
        let root = template_text::settle(root, "", &mut out.placeholders, &|name| {
            variables.contains(name)
        });
        machine.definition = Definition::Asl(root);
    }
    out.machines.push(machine);
    let names = intrinsic::names(&text);
    if !names.is_empty() {
        let list = names
            .iter()
            .map(|name| format!("`${{{name}}}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let note =
            format!("placeholders were kept: {list}; use `--map NAME=EXPRESSION` to replace them");
        out.notes.push(Note::new(note));
    }
    Ok(out)
}

/// Replaces expressions with placeholders. Names outside of quotes become variables.
fn unfilled(text: &str, out: &mut Converted) -> String {
    let mut placeholders = std::mem::take(&mut out.placeholders);
    let text = template_text::read(text, &mut placeholders, &mut |name| {
        let description = format!("Value of `${{{name}}}` in the definition.");
        out.variable(
            name,
            Variable {
                description,
                ty: Some("any".to_owned()),
                ..Variable::default()
            },
        )
    });
    out.placeholders = placeholders;
    text
}

impl Converted {
    /// Renders the configuration.
    pub fn render(&mut self, map: &Map) -> String {
        let mut references = self.placeholders.references().clone();
        for (text, expression) in map.iter().filter(|(text, _)| text.starts_with("arn:")) {
            references.insert(text.as_str(), expression.as_str());
        }
        if let Some(frame) = self.frame.take() {
            let text = frame.render(self, &references);
            self.frame = Some(frame);
            return text;
        }
        let mut file = Body::default();
        for (name, variable) in &self.variables {
            let mut body = Body::default();
            body.attribute("description", quoted(&variable.description));
            body.attribute("type", variable.ty.as_deref().unwrap_or("string"));
            if let Some(default) = &variable.default {
                body.attribute("default", default.as_str());
            }
            file.spaced_block(format!("variable {}", quoted(name)), body);
        }
        for index in 0..self.machines.len() {
            self.write_machine(index, &references, &mut file);
        }
        for resource in &self.resources {
            resource.write(&references, &mut file);
        }
        for (header, body) in &self.blocks {
            file.spaced_block(header.as_str(), body.clone());
        }
        file.render()
    }

    fn write_machine(&mut self, index: usize, references: &References, file: &mut Body) {
        let Some(machine) = self.machines.get(index) else {
            return;
        };
        if let Some(reason) = machine.write(references, file) {
            self.notes.push(Note::new(format!(
                "`{}` is not in blocks: {reason}",
                machine.address()
            )));
        }
    }

    /// The definitions that are ASL, by the labels of their state machines. Unknown values are expressions in braces.
    pub fn definitions(&self) -> Vec<(&str, Json)> {
        let references = self.placeholders.references();
        let shown = |machine: &'_ Machine| match &machine.definition {
            Definition::Asl(definition) | Definition::Blocks(definition) => {
                Some(readable(definition, references))
            }
            Definition::Expression(..) => None,
        };
        self.machines
            .iter()
            .filter_map(|machine| Some((machine.label.as_str(), shown(machine)?)))
            .collect()
    }

    fn import(&mut self, to: &str, id: &str) {
        let mut body = Body::default();
        body.attribute("to", to);
        body.attribute("id", id);
        self.blocks.push(("import".into(), body));
    }

    fn moved(&mut self, from: &str, to: &str) {
        let mut body = Body::default();
        body.attribute("from", from);
        body.attribute("to", to);
        self.blocks.push(("moved".into(), body));
    }

    /// Declares a variable, and returns its expression.
    fn variable(&mut self, name: &str, variable: Variable) -> String {
        let label = label_of(name);
        let label = if RESERVED.contains(&label.as_str()) {
            format!("{label}_value")
        } else {
            label
        };
        let is_free = |name: &String| {
            self.variables
                .get(name)
                .is_none_or(|known| *known == variable)
        };
        let numbered = (2..).map(|number| format!("{label}_{number}"));
        let name = std::iter::once(label.clone())
            .chain(numbered)
            .find(is_free)
            .unwrap_or_default();
        self.variables.insert(name.clone(), variable);
        format!("var.{name}")
    }
}

/// The label of a resource with this name.
pub fn label_of(name: &str) -> String {
    tfconfig::label(&name.to_snake_case())
}

/// Replaces placeholders in a definition with their expressions.
fn readable(value: &Json, references: &References) -> Json {
    match value {
        Json::String(text) => {
            let expression = references.string(text);
            if expression == quoted(text) {
                value.clone()
            } else {
                Json::String(expression)
            }
        }
        Json::Number(number) => match references.get(&number.to_string()) {
            Some(expression) => Json::String(expression.to_owned()),
            None => value.clone(),
        },
        Json::Array(elements) => Json::Array(
            elements
                .iter()
                .map(|element| readable(element, references))
                .collect(),
        ),
        Json::Object(members) => Json::Object(
            members
                .iter()
                .map(|(key, value)| (key.clone(), readable(value, references)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// A path without `.` components.
fn relative(path: &str) -> PathBuf {
    Path::new(path)
        .components()
        .filter(|part| !matches!(part, std::path::Component::CurDir))
        .collect()
}
