//! Renders a workflow as an ASL definition, with placeholders for values that only Terraform can compute.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use asl::Json;
use asl::schema::{FieldSchema, FieldType, Language};
use tfconfig::References;
use tfconfig::reader::{Computed, Configuration, Declared};
use tfplugin::{Type, Value};

use super::{DEFINITION, FILE_FUNCTIONS, is_ours, schema};
use crate::Placeholders;
use crate::sources::{OPEN, template_text};

/// A rendered workflow.
#[derive(Debug)]
pub struct Rendered {
    /// Name of the resource or data source.
    pub name: String,
    /// Address, such as `data.sfn_definition.order`.
    pub address: String,
    /// The definition, or why it cannot be rendered. Values that only Terraform can compute are strings with their
    /// expressions.
    pub definition: Result<Json, String>,
    /// The definition as text. Numbers and values of unknown type are `${…}` without quotes.
    pub text: String,
}

/// Renders all workflows of a file.
///
/// # Errors
/// When the file is not valid HCL.
pub fn render(text: &str) -> Result<Vec<Rendered>, String> {
    let configuration = Configuration::parse(text).map_err(|problem| {
        let (line, column) = asl::line_and_column(text, &problem.span);
        format!("line {line}, column {column}: {}", problem.message)
    })?;
    let rendered = configuration.declared().filter_map(|declared| {
        let mut placeholders = Placeholders::default();
        let definition = definition(&declared, &mut placeholders)?;
        let references = placeholders.references();
        let text = definition.as_ref().map_or_else(
            |_| String::new(),
            |root| text_of(root, &placeholders, references, 0),
        );
        let definition = definition.map(|root| readable(&root, &placeholders, references));
        let kind = if declared.is_data { "data." } else { "" };
        let address = format!("{kind}{}.{}", declared.ty, declared.name);
        Some(Rendered {
            name: declared.name.to_owned(),
            address,
            definition,
            text,
        })
    });
    Ok(rendered.collect())
}

/// The definition of a resource; `None` for a resource without a workflow.
fn definition(
    declared: &Declared<'_>,
    placeholders: &mut Placeholders,
) -> Option<Result<Json, String>> {
    let schema = schema(declared)?;
    if let Some(function) = FILE_FUNCTIONS
        .iter()
        .find(|function| declared.file(DEFINITION, function).is_some())
    {
        return Some(Err(format!(
            "the definition is in a separate file that `{function}` reads"
        )));
    }
    let mut compute = |computed: Computed<'_>| placeholder(computed, placeholders);
    if let Some(encoded) = declared.encoded(DEFINITION, &mut compute) {
        return Some(known(asl_hcl::any_to_json(&encoded)));
    }
    let mut written = |computed: Computed<'_>| Value::from(format!("${{{}}}", computed.expression));
    let template = declared.template(DEFINITION, &mut written);
    if let Some(text) = template.and_then(|template| template.text) {
        let text = template_text::read(&text, placeholders, &mut |name| name.to_owned());
        let parsed = asl::parse(&text).map_err(|error| error.message);
        return Some(parsed.map(|(document, _)| {
            template_text::settle(document.root, "", placeholders, &|_| false)
        }));
    }
    let read = declared.read(&schema, &mut compute);
    if let [problem, ..] = read.problems.as_slice()
        && is_ours(declared)
    {
        return Some(Err(problem.message.clone()));
    }
    if !asl_hcl::has_states(&read.value) {
        return Some(Err("the workflow has no states".to_owned()));
    }
    let flat = asl_hcl::to_asl(&read.value);
    if let Some(problem) = flat.diagnostics.iter().find(|problem| problem.is_error()) {
        return Some(Err(problem.summary.clone()));
    }
    Some(known(flat.json).and_then(|flat| nested(&flat)))
}

/// Nests each state in its scope.
fn nested(flat: &Json) -> Result<Json, String> {
    let is_apart = "a state belongs to two branches: run `sfn validate` for details";
    let nested = asl::flat::nest(flat).ok_or(is_apart)?;
    let placed = asl::semantic::graph::state_names(&nested);
    let lost = asl::semantic::graph::state_names(flat)
        .into_iter()
        .find(|name| !placed.contains(name));
    match lost {
        Some(name) => Err(format!(
            "no transition with a literal target leads to the state `{name}`"
        )),
        None if has_computed_objects(&nested) => Err(
            "a list of blocks is known only after Terraform evaluates the configuration".to_owned(),
        ),
        None => Ok(nested),
    }
}

/// Names of the fields that contain objects of the language.
static OBJECTS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let language = Language::get();
    let objects = language
        .states
        .iter()
        .chain([&language.definition])
        .chain(language.objects());
    let is_object =
        |field: &&FieldSchema| matches!(field.shape, FieldType::Object(_) | FieldType::Objects(_));
    objects
        .flat_map(|object| &object.fields)
        .filter(is_object)
        .map(|field| field.name.as_str())
        .collect()
});

/// Whether an expression is the value of a field that contains objects of the language. Members of these objects have
/// other names in HCL, so the value of the expression is not ASL.
fn has_computed_objects(value: &Json) -> bool {
    match value {
        Json::Object(members) => members.iter().any(|(name, value)| {
            let is_computed = OBJECTS.contains(name.as_str()) && matches!(value, Json::String(_));
            is_computed || (!OPEN.contains(name.as_str()) && has_computed_objects(value))
        }),
        Json::Array(elements) => elements.iter().any(has_computed_objects),
        _ => false,
    }
}

fn known(root: Json) -> Result<Json, String> {
    match root.is_known() {
        true => Ok(root),
        false => {
            let parts = "such as a boolean, the name of a member or a `dynamic` block";
            Err(format!(
                "a part is known only after Terraform evaluates the configuration, {parts}"
            ))
        }
    }
}

/// The placeholder of an expression. If any type is possible, the placeholder is the JSON of the value.
fn placeholder(computed: Computed<'_>, placeholders: &mut Placeholders) -> Value {
    match computed.ty {
        Type::Number => {
            Value::from(i64::try_from(placeholders.number(computed.expression)).unwrap_or(0))
        }
        Type::String => Value::from(placeholders.text(computed.expression)),
        Type::Dynamic if !computed.is_part => {
            Value::from(placeholders.text(&format!("jsonencode({})", computed.expression)))
        }
        _ => Value::Unknown,
    }
}

/// Notation of a string with placeholders.
enum Written {
    /// A JSON string that contains `${…}`.
    Quoted(String),
    /// An expression.
    Expression(String),
}

fn written(text: &str, placeholders: &Placeholders, references: &References) -> Written {
    let pieces = placeholders.pieces(text);
    if let [(None, Some(expression))] = pieces.as_slice()
        && expression.starts_with("jsonencode(")
    {
        return Written::Expression((*expression).to_owned());
    }
    // A JSON parser would end the string at a quote inside an interpolation, and a literal that looks like an
    // expression would become one.
    let is_split =
        |expression: Option<&str>| expression.is_some_and(|it| it.contains(['"', '\\', '\n']));
    let is_misread = |literal: Option<&str>| literal.is_some_and(template_text::has_expression);
    if pieces
        .iter()
        .any(|(literal, expression)| is_split(*expression) || is_misread(*literal))
    {
        return Written::Expression(format!("jsonencode({})", references.string(text)));
    }
    let piece = |(literal, expression): &(Option<&str>, Option<&str>)| match (literal, expression) {
        (Some(literal), _) => (*literal).to_owned(),
        (None, expression) => format!("${{{}}}", expression.unwrap_or("")),
    };
    Written::Quoted(pieces.iter().map(piece).collect())
}

/// The definition with expressions as in configuration, like [`crate::sources::Converted::definitions`].
fn readable(value: &Json, placeholders: &Placeholders, references: &References) -> Json {
    match value {
        Json::String(text) => match placeholders.pieces(text).as_slice() {
            [(None, Some(expression))] => {
                let encoded = expression
                    .strip_prefix("jsonencode(")
                    .and_then(|rest| rest.strip_suffix(')'));
                Json::String(encoded.unwrap_or(expression).to_owned())
            }
            pieces if pieces.iter().any(|(_, expression)| expression.is_some()) => {
                Json::String(references.string(text))
            }
            _ => value.clone(),
        },
        Json::Number(number) => placeholders
            .expression(number)
            .map_or_else(|| value.clone(), Json::from),
        Json::Array(elements) => Json::Array(
            elements
                .iter()
                .map(|element| readable(element, placeholders, references))
                .collect(),
        ),
        Json::Object(members) => Json::Object(
            members
                .iter()
                .map(|(key, value)| (key.clone(), readable(value, placeholders, references)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// The definition as text.
fn text_of(
    value: &Json,
    placeholders: &Placeholders,
    references: &References,
    depth: usize,
) -> String {
    let indentation = "  ".repeat(depth + 1);
    let lines = |items: Vec<String>, open: char, close: char| match items.is_empty() {
        true => format!("{open}{close}"),
        false => {
            let body = items
                .iter()
                .map(|item| format!("{indentation}{item}"))
                .collect::<Vec<_>>()
                .join(",\n");
            format!("{open}\n{body}\n{}{close}", "  ".repeat(depth))
        }
    };
    match value {
        Json::String(text) => match written(text, placeholders, references) {
            Written::Quoted(text) => quoted(&text),
            Written::Expression(expression) => format!("${{{expression}}}"),
        },
        Json::Number(number) => match placeholders.expression(number) {
            Some(expression) => format!("${{{expression}}}"),
            None => number.to_string(),
        },
        Json::Array(elements) => lines(
            elements
                .iter()
                .map(|element| text_of(element, placeholders, references, depth + 1))
                .collect(),
            '[',
            ']',
        ),
        Json::Object(members) => {
            let member = |(key, value): (&String, &Json)| {
                format!(
                    "{}: {}",
                    quoted(key),
                    text_of(value, placeholders, references, depth + 1)
                )
            };
            lines(members.iter().map(member).collect(), '{', '}')
        }
        Json::Bool(flag) => flag.to_string(),
        Json::Null | Json::Unknown => "null".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
