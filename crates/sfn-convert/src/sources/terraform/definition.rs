//! Reads definitions from Terraform expressions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use asl::schema::{FieldType, Language};
use asl::{Json, Members};
use hcl_edit::Decorate as _;
use hcl_edit::expr::{Expression, FuncCall, Object, ObjectKey, TraversalOperator};
use hcl_edit::structure::Body as Parsed;
use hcl_edit::template::{Element, StringTemplate, Template};
use hcl_edit::visit_mut::{VisitMut, visit_expr_mut};

use super::Reader;
use super::comments::comments;
use crate::definition;
use crate::machine::Definition;
use crate::sources::intrinsic::Quotes;
use crate::sources::relative;

/// Maximum depth of local values that refer to other local values.
const MAX_DEPTH: usize = 16;

/// Names of fields that contain any JSON. Expressions in them are kept.
pub static OPEN: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let fields = || {
        let language = Language::get();
        let objects = language
            .states
            .iter()
            .chain([&language.definition])
            .chain(language.objects());
        objects.flat_map(|object| &object.fields)
    };
    let structured: BTreeSet<&str> = fields()
        .filter(|field| !matches!(field.shape, FieldType::Json))
        .map(|field| field.name.as_str())
        .collect();
    fields()
        .map(|field| field.name.as_str())
        .filter(|name| !structured.contains(name))
        .collect()
});

/// Fields that contain names of states.
const TRANSITIONS: [&str; 3] = ["StartAt", "Next", "Default"];

/// Names of fields that contain numbers. Expressions in them are numbers.
pub static NUMBERS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let language = Language::get();
    let objects = language
        .states
        .iter()
        .chain([&language.definition])
        .chain(language.objects());
    let fields = objects.flat_map(|object| &object.fields);
    let is_number = |shape: &FieldType| {
        matches!(
            shape,
            FieldType::Integer
                | FieldType::Number
                | FieldType::IntegerOrExpression
                | FieldType::NumberOrExpression
        )
    };
    fields
        .filter(|field| is_number(&field.shape))
        .map(|field| field.name.as_str())
        .collect()
});

impl Reader<'_> {
    /// The definition of an expression, or the expression itself if its value is not known.
    pub(super) fn definition(&mut self, expression: &Expression) -> Definition {
        let read = match expression {
            Expression::FuncCall(call) if is_call(call, "jsonencode") => {
                match call.args.iter().next() {
                    Some(argument) => self.json(argument, 0),
                    None => Err("`jsonencode` has no argument".into()),
                }
            }
            other => self.text(other, 0).and_then(|text| {
                let document = definition::document(&text, asl::Format::Json)?;
                self.check_numbers(&document.root)?;
                Ok(document.root)
            }),
        };
        match read {
            Ok(definition) if definition.get("States").is_some() => Definition::Asl(definition),
            Ok(_) => Definition::Expression(
                self.written(expression),
                "only Terraform can evaluate the states".into(),
            ),
            Err(reason) => Definition::Expression(self.written(expression), reason),
        }
    }

    /// The JSON value of an expression.
    fn json(&mut self, expression: &Expression, depth: usize) -> Result<Json, String> {
        Ok(match expression {
            Expression::Null(_) => Json::Null,
            Expression::Bool(flag) => Json::Bool(*flag.value()),
            Expression::Number(_) => {
                let text = self.written(expression);
                Json::Number(
                    text.parse()
                        .map_err(|_| format!("`{text}` is not a JSON number"))?,
                )
            }
            Expression::UnaryOp(_) => match self.written(expression).parse() {
                Ok(number) => Json::Number(number),
                Err(_) => Json::String(self.placeholder(expression)),
            },
            Expression::String(text) => Json::String(text.as_str().to_owned()),
            Expression::StringTemplate(template) => {
                Json::String(self.elements(template.iter(), &mut None)?)
            }
            Expression::HeredocTemplate(_) => Json::String(self.placeholder(expression)),
            Expression::Array(elements) => Json::Array(
                elements
                    .iter()
                    .map(|element| self.json(element, depth))
                    .collect::<Result<_, _>>()?,
            ),
            Expression::Object(object) => Json::Object(self.members(object, depth)?),
            // Other expressions may need the parentheses to continue on the next line.
            Expression::Parenthesis(inner) if is_value(inner.inner()) => {
                self.json(inner.inner(), depth)?
            }
            Expression::FuncCall(call)
                if is_call(call, "yamldecode") || is_call(call, "jsondecode") =>
            {
                let argument = call
                    .args
                    .iter()
                    .next()
                    .ok_or("a function has no argument")?;
                let text = self.text(argument, depth)?;
                let parsed = if is_call(call, "yamldecode") {
                    asl::parse_yaml(&text)
                } else {
                    asl::parse(&text)
                };
                parsed
                    .map_err(|finding| definition::said(&text, &finding))?
                    .0
                    .root
            }
            other => match self
                .local(other)
                .filter(|local| depth < MAX_DEPTH && is_made_of_parts(local))
            {
                Some(local) => self.json(&local, depth + 1)?,
                None => Json::String(self.placeholder(other)),
            },
        })
    }

    fn members(&mut self, object: &Object, depth: usize) -> Result<Members, String> {
        let mut members = Members::default();
        for (key, value) in object {
            let comment = key.decor().prefix().and_then(|prefix| comments(prefix));
            let key = match key {
                ObjectKey::Ident(name) => name.as_str().to_owned(),
                ObjectKey::Expression(name) => match self.constant(name, 0) {
                    Some(name) => name,
                    None => {
                        return Err(format!(
                            "the name `{}` is an expression",
                            first_line(&self.written(name))
                        ));
                    }
                },
            };
            // Only comments by names of states are used, so other members do not matter.
            if let Some(comment) = comment {
                self.comments.insert(key.clone(), comment);
            }
            let value = value.expr();
            let is_transition = TRANSITIONS.contains(&key.as_str());
            let json = match self.constant(value, 0).filter(|_| is_transition) {
                Some(name) => Json::String(name),
                None => self.json(
                    value,
                    if OPEN.contains(key.as_str()) {
                        MAX_DEPTH
                    } else {
                        depth
                    },
                )?,
            };
            let json = match json {
                Json::String(_) if NUMBERS.contains(key.as_str()) && !is_text(value) => {
                    let written = self.written(value);
                    Json::Number(self.out.placeholders.number(&written).into())
                }
                json => json,
            };
            members.insert(key, json);
        }
        Ok(members)
    }

    /// The text of a constant expression. Follows local values.
    fn constant(&self, expression: &Expression, depth: usize) -> Option<String> {
        match expression {
            Expression::String(text) => Some(text.as_str().to_owned()),
            Expression::Parenthesis(inner) => self.constant(inner.inner(), depth),
            Expression::StringTemplate(template) => template
                .iter()
                .map(|element| match element {
                    Element::Literal(text) => Some(text.as_str().to_owned()),
                    Element::Interpolation(inner) => self.constant(&inner.expr, depth),
                    Element::Directive(_) => None,
                })
                .collect(),
            other => self.constant(&self.local(other).filter(|_| depth < MAX_DEPTH)?, depth + 1),
        }
    }

    /// Checks that expressions outside of quotes are in fields that contain numbers. In other fields, their type is
    /// unknown.
    fn check_numbers(&self, value: &Json) -> Result<(), String> {
        self.out.placeholders.check(value)?;
        let unclear = self
            .out
            .placeholders
            .find(value, &|name| !NUMBERS.contains(name));
        match unclear {
            Some(expression) => Err(format!(
                "the type of `${{{expression}}}`, which is outside of quotes, is unknown"
            )),
            None => Ok(()),
        }
    }

    /// The text of a definition from an expression.
    fn text(&mut self, expression: &Expression, depth: usize) -> Result<String, String> {
        let mut quotes = Some(Quotes::default());
        match expression {
            Expression::String(text) => Ok(text.as_str().to_owned()),
            Expression::StringTemplate(template) => match only_interpolation(template) {
                Some(inner) => self.text(inner, depth),
                None => self.elements(template.iter(), &mut quotes),
            },
            Expression::HeredocTemplate(heredoc) => match self.lines(expression) {
                Some(template) => self.elements(template.iter(), &mut quotes),
                None => self.elements(heredoc.template.iter(), &mut quotes),
            },
            Expression::Parenthesis(inner) => self.text(inner.inner(), depth),
            Expression::FuncCall(call) if is_call(call, "file") => self.file(call),
            Expression::FuncCall(call) if is_call(call, "templatefile") => self.template_file(call),
            other => match self.local(other).filter(|_| depth < MAX_DEPTH) {
                Some(Expression::FuncCall(call)) if is_call(&call, "jsonencode") => {
                    let json = self.json(
                        call.args
                            .iter()
                            .next()
                            .ok_or("`jsonencode` has no argument")?,
                        depth + 1,
                    )?;
                    Ok(json
                        .to_value()
                        .map(|value| value.to_string())
                        .unwrap_or_default())
                }
                Some(local) => self.text(&local, depth + 1),
                None => match self.rendered(other) {
                    Some(template) => self.rendered_text(&template),
                    None => Err(format!(
                        "only Terraform can evaluate `{}`",
                        first_line(&self.written(other))
                    )),
                },
            },
        }
    }

    /// The text of a template. With `quotes` it is JSON, and interpolations outside of strings become numbers.
    fn elements<'e>(
        &mut self,
        elements: impl Iterator<Item = &'e Element>,
        quotes: &mut Option<Quotes>,
    ) -> Result<String, String> {
        let mut text = String::new();
        for element in elements {
            match element {
                Element::Literal(literal) => {
                    if let Some(quotes) = quotes {
                        quotes.read(literal.as_str());
                    }
                    text.push_str(literal.as_str());
                }
                Element::Interpolation(interpolation) => {
                    let is_value = quotes.as_ref().is_some_and(|quotes| !quotes.inside);
                    match encoded(&interpolation.expr).filter(|_| is_value) {
                        Some(value) => text.push_str(&format!("\"{}\"", self.placeholder(value))),
                        None if is_value => {
                            let written = self.written(&interpolation.expr);
                            text.push_str(&self.out.placeholders.number(&written).to_string());
                        }
                        None => text.push_str(&self.placeholder(&interpolation.expr)),
                    }
                }
                Element::Directive(_) => {
                    return Err("the template contains directives (`%{ … }`)".into());
                }
            }
        }
        Ok(text)
    }

    fn file(&mut self, call: &FuncCall) -> Result<String, String> {
        let path = call
            .args
            .iter()
            .next()
            .and_then(path)
            .ok_or("the path of the file is not a literal")?;
        (self.source.files)(&relative(&path))
    }

    /// The text of `templatefile` with the values of its variables.
    fn template_file(&mut self, call: &FuncCall) -> Result<String, String> {
        let text = self.file(call)?;
        let given = call.args.iter().nth(1).and_then(Expression::as_object);
        self.filled(
            &text,
            given.ok_or("the variables of the template are not a literal object")?,
        )
    }

    /// The text of a template with the values of its variables.
    fn filled(&mut self, text: &str, given: &Object) -> Result<String, String> {
        let template: Template = text
            .parse()
            .map_err(|error| format!("the template is not valid: {error}"))?;
        let mut variables = Fill(BTreeMap::new());
        for (key, value) in given {
            let name = match key {
                ObjectKey::Ident(name) => name.as_str(),
                ObjectKey::Expression(name) => name.as_str().unwrap_or(""),
            };
            variables.0.insert(name.to_owned(), value.expr().clone());
        }
        let mut elements: Vec<Element> = template.iter().cloned().collect();
        elements
            .iter_mut()
            .for_each(|element| variables.visit_element_mut(element));
        self.elements(elements.iter(), &mut Some(Quotes::default()))
    }

    /// The `template_file` data source to whose text an expression refers.
    fn rendered(&self, expression: &Expression) -> Option<Parsed> {
        let text = self.written(expression);
        let name = text
            .strip_prefix("data.template_file.")?
            .strip_suffix(".rendered")?;
        self.templates.get(name).cloned()
    }

    fn rendered_text(&mut self, data: &Parsed) -> Result<String, String> {
        let template = data
            .get_attribute("template")
            .map(|attribute| &attribute.value);
        let text = match template {
            Some(Expression::FuncCall(call)) if is_call(call, "file") => self.file(call)?,
            Some(other) => other
                .as_str()
                .map(str::to_owned)
                .ok_or("`template` of `template_file` is not a literal")?,
            None => return Err("`template_file` has no `template`".into()),
        };
        let given = data
            .get_attribute("vars")
            .and_then(|attribute| attribute.value.as_object());
        self.filled(&text, given.unwrap_or(&Object::new()))
    }

    /// The template of an indented heredoc (`<<-`), without the indentation that all lines share.
    fn lines(&self, expression: &Expression) -> Option<Template> {
        let text = self.as_it_stands(expression)?;
        let (_, body) = text.strip_prefix("<<-")?.split_once('\n')?;
        let (body, _) = body.rsplit_once('\n')?;
        let indentation = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let margin = body
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| indentation(&line))
            .min()?;
        let lines: Vec<&str> = body
            .lines()
            .map(|line| line.get(margin..).unwrap_or(""))
            .collect();
        format!("{}\n", lines.join("\n")).parse().ok()
    }

    /// The expression of the local value that `local.name` refers to.
    fn local(&self, expression: &Expression) -> Option<Expression> {
        let traversal = expression.as_traversal()?;
        let is_local = traversal
            .expr
            .as_variable()
            .is_some_and(|name| name.as_str() == "local");
        match traversal.operators.as_slice() {
            [one] if is_local => match one.value() {
                TraversalOperator::GetAttr(name) => self.locals.get(name.as_str()).cloned(),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Replaces variables with their values.
struct Fill(BTreeMap<String, Expression>);

impl VisitMut for Fill {
    fn visit_expr_mut(&mut self, node: &mut Expression) {
        if let Some(given) = node
            .as_variable()
            .and_then(|name| self.0.get(name.as_str()))
        {
            let mut given = given.clone();
            given.decor_mut().clear();
            *node = given;
            return;
        }
        visit_expr_mut(self, node);
    }
}

fn is_call(call: &FuncCall, name: &str) -> bool {
    call.name.namespace.is_empty() && call.name.name.as_str() == name
}

/// Whether an expression can contain states. References to other expressions are kept.
fn is_made_of_parts(expression: &Expression) -> bool {
    matches!(
        expression,
        Expression::Array(_) | Expression::Object(_) | Expression::FuncCall(_)
    )
}

/// Whether an expression means the same without parentheses around it.
fn is_value(expression: &Expression) -> bool {
    match expression {
        Expression::Parenthesis(inner) => is_value(inner.inner()),
        other => {
            is_made_of_parts(other)
                || is_text(other)
                || matches!(other, Expression::Traversal(_) | Expression::Number(_))
        }
    }
}

/// Whether an expression is always a string.
fn is_text(expression: &Expression) -> bool {
    matches!(
        expression,
        Expression::String(_) | Expression::StringTemplate(_) | Expression::HeredocTemplate(_)
    )
}

/// A literal path, relative to the file.
fn path(expression: &Expression) -> Option<String> {
    if let Some(text) = expression.as_str() {
        return Some(text.to_owned());
    }
    let mut path = String::new();
    for element in expression.as_string_template()? {
        match element {
            Element::Literal(text) => path.push_str(text.as_str()),
            Element::Interpolation(inner) if inner.expr.to_string().trim() == "path.module" => {
                path.push('.');
            }
            _ => return None,
        }
    }
    Some(path)
}

/// The argument of `jsonencode(…)`.
pub fn encoded(expression: &Expression) -> Option<&Expression> {
    let call = expression
        .as_func_call()
        .filter(|call| is_call(call, "jsonencode"))?;
    call.args.iter().next()
}

/// The expression of a template without other elements, such as `"${var.name}"`.
fn only_interpolation(template: &StringTemplate) -> Option<&Expression> {
    let mut elements = template.iter();
    match (elements.next(), elements.next()) {
        (Some(Element::Interpolation(inner)), None) => Some(&inner.expr),
        _ => None,
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("")
}
