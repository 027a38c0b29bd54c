//! The ASL of a workflow, with placeholders for what only Terraform can compute.

use asl::Json;
use tfconfig::reader::{Computed, Configuration, Declared};
use tfplugin::{Type, Value};

use super::{DEFINITION, FILE_FUNCTIONS, is_ours, schema};
use crate::Placeholders;

/// A workflow of a configuration in ASL.
#[derive(Debug)]
pub struct Rendered {
    /// The name of the resource or data source.
    pub name: String,
    /// Whether it is of this provider.
    pub is_own: bool,
    /// Its definition, in which a string is an expression where only Terraform can compute the value; or why there is none.
    pub definition: Result<Json, String>,
    /// The definition as text. Outside of quotes it has `${…}` in place of numbers, and of values of which the type is not known.
    pub text: String,
}

/// Renders all workflows of a file.
///
/// # Errors
/// Where the file does not follow the grammar of HCL.
pub fn render(text: &str) -> Result<Vec<Rendered>, String> {
    let configuration = Configuration::parse(text).map_err(|problem| {
        let (line, column) = asl::line_and_column(text, &problem.span);
        format!("line {line}, column {column}: {}", problem.message)
    })?;
    let rendered = configuration.declared().filter_map(|declared| {
        let mut placeholders = Placeholders::default();
        let definition = definition(&declared, &mut placeholders)?;
        let text = definition.as_ref().map_or_else(|_| String::new(), |root| text_of(root, &placeholders, 0));
        let definition = definition.map(|root| readable(&root, &placeholders));
        Some(Rendered { name: declared.name.to_owned(), is_own: is_ours(&declared), definition, text })
    });
    Ok(rendered.collect())
}

/// The definition of a resource; `None` for one that has none.
fn definition(declared: &Declared<'_>, placeholders: &mut Placeholders) -> Option<Result<Json, String>> {
    let schema = schema(declared)?;
    if let Some(function) = FILE_FUNCTIONS.iter().find(|function| declared.file(DEFINITION, function).is_some()) {
        return Some(Err(format!("its definition is in the file that `{function}` names")));
    }
    let mut compute = |computed: Computed<'_>| placeholder(computed, placeholders);
    if let Some(encoded) = declared.encoded(DEFINITION, &mut compute) {
        return Some(known(asl_hcl::any_to_json(&encoded)));
    }
    if let Some(Value::String(text)) = declared.template(DEFINITION, &mut compute) {
        return Some(asl::parse(&text).map(|(document, _)| document.root).map_err(|error| error.message));
    }
    let read = declared.read(&schema, &mut compute);
    if let [problem, ..] = read.problems.as_slice()
        && is_ours(declared)
    {
        return Some(Err(problem.message.clone()));
    }
    if !asl_hcl::has_states(&read.value) {
        return Some(Err("it has no states".to_owned()));
    }
    let flat = asl_hcl::to_asl(&read.value);
    if let Some(problem) = flat.diagnostics.iter().find(|problem| problem.is_error()) {
        return Some(Err(problem.summary.clone()));
    }
    Some(known(flat.json).and_then(|flat| {
        let is_apart = "a state belongs to no branch or to two: `sfn validate` shows which";
        asl::flat::nest(&flat).ok_or_else(|| is_apart.to_owned())
    }))
}

fn known(root: Json) -> Result<Json, String> {
    match root.is_known() {
        true => Ok(root),
        false => Err("only Terraform knows its states".to_owned()),
    }
}

/// The placeholder of an expression. Where the type may be any, its JSON is put there.
fn placeholder(computed: Computed<'_>, placeholders: &mut Placeholders) -> Value {
    match computed.ty {
        Type::Number => Value::from(i64::try_from(placeholders.number(computed.expression)).unwrap_or(0)),
        Type::String => Value::from(placeholders.text(computed.expression)),
        Type::Dynamic if !computed.is_part => {
            Value::from(placeholders.text(&format!("jsonencode({})", computed.expression)))
        }
        _ => Value::Unknown,
    }
}

/// How a string with placeholders is written.
enum Written {
    /// As a JSON string with `${…}` in it.
    Quoted(String),
    /// As an expression.
    Expression(String),
}

fn written(text: &str, placeholders: &Placeholders) -> Written {
    let pieces = placeholders.pieces(text);
    if let [(None, Some(expression))] = pieces.as_slice()
        && expression.starts_with("jsonencode(")
    {
        return Written::Expression((*expression).to_owned());
    }
    // Quotes inside of an interpolation would end the string for whoever reads it as JSON.
    if pieces.iter().any(|(_, expression)| expression.is_some_and(|it| it.contains(['"', '\\', '\n']))) {
        return Written::Expression(format!("jsonencode({})", placeholders.references().string(text)));
    }
    let piece = |(literal, expression): &(Option<&str>, Option<&str>)| match (literal, expression) {
        (Some(literal), _) => (*literal).to_owned(),
        (None, expression) => format!("${{{}}}", expression.unwrap_or("")),
    };
    Written::Quoted(pieces.iter().map(piece).collect())
}

/// The definition with expressions as they are written in configuration, as [`crate::sources::Converted::definitions`] has them.
fn readable(value: &Json, placeholders: &Placeholders) -> Json {
    match value {
        Json::String(text) => match placeholders.pieces(text).as_slice() {
            [(None, Some(expression))] => {
                let encoded = expression.strip_prefix("jsonencode(").and_then(|rest| rest.strip_suffix(')'));
                Json::String(encoded.unwrap_or(expression).to_owned())
            }
            pieces if pieces.iter().any(|(_, expression)| expression.is_some()) => {
                Json::String(placeholders.references().string(text))
            }
            _ => value.clone(),
        },
        Json::Number(number) => placeholders.expression(number).map_or_else(|| value.clone(), Json::from),
        Json::Array(elements) => Json::Array(elements.iter().map(|element| readable(element, placeholders)).collect()),
        Json::Object(members) => {
            Json::Object(members.iter().map(|(key, value)| (key.clone(), readable(value, placeholders))).collect())
        }
        other => other.clone(),
    }
}

/// The definition as text.
fn text_of(value: &Json, placeholders: &Placeholders, depth: usize) -> String {
    let indentation = "  ".repeat(depth + 1);
    let lines = |items: Vec<String>, open: char, close: char| match items.is_empty() {
        true => format!("{open}{close}"),
        false => {
            let body = items.iter().map(|item| format!("{indentation}{item}")).collect::<Vec<_>>().join(",\n");
            format!("{open}\n{body}\n{}{close}", "  ".repeat(depth))
        }
    };
    match value {
        Json::String(text) => match written(text, placeholders) {
            Written::Quoted(text) => quoted(&text),
            Written::Expression(expression) => format!("${{{expression}}}"),
        },
        Json::Number(number) => match placeholders.expression(number) {
            Some(expression) => format!("${{{expression}}}"),
            None => number.to_string(),
        },
        Json::Array(elements) => {
            lines(elements.iter().map(|element| text_of(element, placeholders, depth + 1)).collect(), '[', ']')
        }
        Json::Object(members) => {
            let member = |(key, value): (&String, &Json)| {
                format!("{}: {}", quoted(key), text_of(value, placeholders, depth + 1))
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
