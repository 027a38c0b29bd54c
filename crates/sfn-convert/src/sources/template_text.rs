//! Reads JSON definitions with placeholders `${…}`: Terraform expressions, as `sfn render` writes them, and names
//! outside of quotes, as in SAM and template files.

use asl::Json;
use hcl_edit::expr::Expression;

use super::intrinsic::Quotes;
use super::terraform::{NUMBERS, encoded};
use crate::Placeholders;

/// First names of Terraform addresses, besides resource types.
const ROOTS: [&str; 9] = [
    "var",
    "local",
    "data",
    "module",
    "path",
    "each",
    "count",
    "terraform",
    "self",
];

/// Prefix of an expression that was written in `jsonencode(…)`. [`settle`] removes it.
const ENCODED: &str = "jsonencode ";

/// Maximum length of an expression, in bytes. The limit keeps texts with many unclosed `${` linear.
const LONGEST: usize = 4_096;

/// Replaces expressions with placeholders. Names outside of quotes become variables, names inside of quotes are kept.
pub fn read(
    text: &str,
    placeholders: &mut Placeholders,
    variable: &mut dyn FnMut(&str) -> String,
) -> String {
    let (mut written, mut rest, mut quotes) = (String::new(), text, Quotes::default());
    while let Some((before, from)) = rest.split_once("${") {
        quotes.read(before);
        written.push_str(before);
        let Some(end) = end_of_expression(from, quotes.inside) else {
            written.push_str("${");
            rest = from;
            continue;
        };
        let expression = from.get(..end).unwrap_or("").trim();
        written.push_str(&placeholder(
            expression,
            quotes.inside,
            placeholders,
            variable,
        ));
        rest = from.get(end + 1..).unwrap_or("");
    }
    written + rest
}

fn placeholder(
    expression: &str,
    is_quoted: bool,
    placeholders: &mut Placeholders,
    variable: &mut dyn FnMut(&str) -> String,
) -> String {
    let parsed = expression.parse::<Expression>().ok();
    let is_reference = parsed.as_ref().is_some_and(is_reference);
    match (parsed.as_ref().and_then(encoded), is_quoted) {
        (_, true) if is_reference => placeholders.text(expression),
        (_, true) => format!("${{{expression}}}"),
        (Some(Expression::Variable(name)), false) => {
            let value = variable(name.as_str());
            format!("\"{}\"", placeholders.text(&format!("{ENCODED}{value}")))
        }
        (Some(value), false) => {
            let value = value.to_string();
            format!(
                "\"{}\"",
                placeholders.text(&format!("{ENCODED}{}", value.trim()))
            )
        }
        (None, false) if is_reference => placeholders.number(expression).to_string(),
        (None, false) if tfconfig::is_identifier(expression) => {
            let expression = variable(expression);
            placeholders.number(&expression).to_string()
        }
        (None, false) => format!("${{{expression}}}"),
    }
}

/// The byte of the closing brace of an expression.
fn end_of_expression(text: &str, is_quoted: bool) -> Option<usize> {
    let end = text
        .char_indices()
        .map(|(at, _)| at)
        .take_while(|at| *at <= LONGEST)
        .last()?;
    let text = text.get(..end + 1).or_else(|| text.get(..end))?;
    if is_quoted {
        return text
            .find(['}', '"'])
            .filter(|end| text.get(*end..).is_some_and(|rest| rest.starts_with('}')));
    }
    let (mut depth, mut quotes) = (1_usize, Quotes::default());
    for (at, c) in text.char_indices() {
        quotes.read(c.encode_utf8(&mut [0; 4]));
        match c {
            '{' if !quotes.inside => depth += 1,
            '}' if !quotes.inside => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Whether a text contains a Terraform expression in `${…}` that [`read`] would replace.
pub fn has_expression(text: &str) -> bool {
    let expressions = text
        .split("${")
        .skip(1)
        .filter_map(|rest| rest.split_once('}'));
    let mut parsed =
        expressions.filter_map(|(expression, _)| expression.trim().parse::<Expression>().ok());
    parsed.any(|expression| is_reference(&expression))
}

/// Whether an expression can be written unchanged in a module.
fn is_reference(expression: &Expression) -> bool {
    match expression {
        Expression::Traversal(traversal) => {
            let root = traversal
                .expr
                .as_variable()
                .map_or("", |name| name.as_str());
            ROOTS.contains(&root) || root.contains('_')
        }
        // A bare name is a variable of the template.
        Expression::FuncCall(call) => !call
            .args
            .iter()
            .any(|argument| matches!(argument, Expression::Variable(_))),
        Expression::Conditional(_) | Expression::BinaryOp(_) | Expression::ForExpr(_) => true,
        Expression::Parenthesis(inner) => is_reference(inner.inner()),
        _ => false,
    }
}

/// Keeps expressions outside of quotes as numbers only in fields that contain numbers. In other fields, the value of
/// the expression is JSON text and is decoded, except for own variables, which contain the value itself.
pub fn settle(
    value: Json,
    name: &str,
    placeholders: &mut Placeholders,
    is_own: &dyn Fn(&str) -> bool,
) -> Json {
    match value {
        Json::Number(number) if !NUMBERS.contains(name) => {
            let expression = placeholders.expression(&number).map(|expression| {
                if expression.strip_prefix("var.").is_some_and(is_own) {
                    expression.to_owned()
                } else {
                    format!("jsondecode({expression})")
                }
            });
            match expression {
                Some(expression) => Json::String(placeholders.text(&expression)),
                None => Json::Number(number),
            }
        }
        Json::String(text) => {
            let encoded = match placeholders.pieces(&text).as_slice() {
                [(None, Some(expression))] => expression.strip_prefix(ENCODED).map(str::to_owned),
                _ => None,
            };
            match encoded {
                Some(expression) if NUMBERS.contains(name) => {
                    Json::Number(placeholders.number(&expression).into())
                }
                Some(expression) => Json::String(placeholders.text(&expression)),
                None => Json::String(text),
            }
        }
        Json::Array(elements) => Json::Array(
            elements
                .into_iter()
                .map(|element| settle(element, "", placeholders, is_own))
                .collect(),
        ),
        Json::Object(members) => {
            let settled = members.into_iter().map(|(key, value)| {
                let value = settle(value, &key, placeholders, is_own);
                (key, value)
            });
            Json::Object(settled.collect())
        }
        other => other,
    }
}
