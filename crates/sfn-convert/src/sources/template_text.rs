//! Definitions in JSON with `${…}` for what is filled in later: expressions of Terraform, as `sfn render` writes them, and names outside
//! of quotes, as SAM and template files have them.

use asl::Json;
use hcl_edit::expr::Expression;

use super::intrinsic::Quotes;
use super::terraform::{NUMBERS, encoded};
use super::{Converted, Variable};

/// What an address of Terraform begins with, beside the type of a resource.
const ROOTS: [&str; 9] = ["var", "local", "data", "module", "path", "each", "count", "terraform", "self"];

/// What stands before an expression whose value is put into the text as JSON, until it is known which field it is for.
const ENCODED: &str = "jsonencode ";

/// Puts placeholders in the place of expressions, and of names outside of quotes, which become variables. A name inside of quotes
/// stays as it is.
pub fn read(text: &str, out: &mut Converted) -> String {
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
        written.push_str(&placeholder(expression, quotes.inside, out));
        rest = from.get(end + 1..).unwrap_or("");
    }
    written + rest
}

fn placeholder(expression: &str, is_quoted: bool, out: &mut Converted) -> String {
    let parsed = expression.parse::<Expression>().ok();
    let is_reference = parsed.as_ref().is_some_and(is_reference);
    match (parsed.as_ref().and_then(encoded), is_quoted) {
        (_, true) if is_reference => out.placeholders.text(expression),
        (_, true) => format!("${{{expression}}}"),
        (Some(value), false) => {
            let value = value.to_string();
            format!("\"{}\"", out.placeholders.text(&format!("{ENCODED}{}", value.trim())))
        }
        (None, false) if is_reference => out.placeholders.number(expression).to_string(),
        (None, false) if tfconfig::is_identifier(expression) => {
            let description = format!("Value of `${{{expression}}}` in the definition.");
            let variable = Variable { description, ty: Some("any".to_owned()), ..Variable::default() };
            let expression = out.variable(expression, variable);
            out.placeholders.number(&expression).to_string()
        }
        (None, false) => format!("${{{expression}}}"),
    }
}

/// The end of an expression: the brace that closes it.
fn end_of_expression(text: &str, is_quoted: bool) -> Option<usize> {
    if is_quoted {
        return text.find(['}', '"']).filter(|end| text.get(*end..).is_some_and(|rest| rest.starts_with('}')));
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

/// Whether an expression can be written in a module as it is.
fn is_reference(expression: &Expression) -> bool {
    match expression {
        Expression::Traversal(traversal) => {
            let root = traversal.expr.as_variable().map_or("", |name| name.as_str());
            ROOTS.contains(&root) || root.contains('_')
        }
        Expression::FuncCall(_) | Expression::Conditional(_) | Expression::BinaryOp(_) | Expression::ForExpr(_) => true,
        Expression::Parenthesis(inner) => is_reference(inner.inner()),
        _ => false,
    }
}

/// The definition in which expressions outside of quotes are numbers only where the language has numbers. Anywhere else Terraform
/// would read what the expression gives as JSON; a variable that was made for a name has the value itself.
pub fn settle(value: Json, name: &str, out: &mut Converted) -> Json {
    match value {
        Json::Number(number) if !NUMBERS.contains(name) => {
            let expression = out.placeholders.expression(&number).map(|expression| {
                let is_own = expression.strip_prefix("var.").is_some_and(|name| out.variables.contains_key(name));
                if is_own { expression.to_owned() } else { format!("jsondecode({expression})") }
            });
            match expression {
                Some(expression) => Json::String(out.placeholders.text(&expression)),
                None => Json::Number(number),
            }
        }
        Json::String(text) => {
            let encoded = match out.placeholders.pieces(&text).as_slice() {
                [(None, Some(expression))] => expression.strip_prefix(ENCODED).map(str::to_owned),
                _ => None,
            };
            match encoded {
                Some(expression) if NUMBERS.contains(name) => Json::Number(out.placeholders.number(&expression).into()),
                Some(expression) => Json::String(out.placeholders.text(&expression)),
                None => Json::String(text),
            }
        }
        Json::Array(elements) => Json::Array(elements.into_iter().map(|element| settle(element, "", out)).collect()),
        Json::Object(members) => {
            let settled = members.into_iter().map(|(key, value)| {
                let value = settle(value, &key, out);
                (key, value)
            });
            Json::Object(settled.collect())
        }
        other => other,
    }
}
