//! Terraform files with the Step Functions resources of hashicorp/aws.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use asl::shape::{Language, Shape};
use asl::{Json, Members};
use hcl_edit::Decorate as _;
use hcl_edit::expr::{Expression, FuncCall, Object, ObjectKey, TraversalOperator};
use hcl_edit::structure::{Block, Body as Parsed, Structure};
use hcl_edit::template::{Element, Template};
use hcl_edit::visit_mut::{VisitMut, visit_expr_mut};
use tfconfig::{Body, quoted};
use tfplugin::Value;
use tfplugin::schema::{Block as Schema, Nesting};

use super::intrinsic::Quotes;
use super::{Converted, Map, Resource, Source, relative};
use crate::definition;
use crate::machine::{Beside, Definition, Machine};
use crate::schemas;

/// The types that become ours, without their prefix.
const TYPES: [&str; 3] = ["aws_sfn_state_machine", "aws_sfn_alias", "aws_sfn_activity"];

/// How often a local value may lead to another.
const MAX_DEPTH: usize = 16;

/// Converts a file.
///
/// # Errors
/// That it is no configuration, or has no resource of Step Functions.
pub fn convert(source: &Source<'_>, _: &Map) -> Result<Converted, String> {
    let body: Parsed = source.text.parse().map_err(|error| format!("it is no configuration: {error}"))?;
    let mut reader = Reader { locals: locals(&body), source, out: Converted::default() };
    for block in body.blocks().filter(|block| block.ident.as_str() == "resource") {
        let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
        let [ty, label] = labels.as_slice() else { continue };
        if TYPES.contains(ty) {
            reader.resource(ty, label, block);
        }
    }
    let mut out = reader.out;
    if out.machines.is_empty() && out.resources.is_empty() && out.failures.is_empty() {
        return Err("it has no `aws_sfn_state_machine`, `aws_sfn_alias` or `aws_sfn_activity`".into());
    }
    let others = references_elsewhere(&body);
    if !others.is_empty() {
        let list = others.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        out.notes.push(format!("the rest of the file refers to {list}: write it without `aws_`"));
    }
    Ok(out)
}

fn locals(body: &Parsed) -> BTreeMap<String, Expression> {
    let blocks = body.blocks().filter(|block| block.ident.as_str() == "locals");
    let attributes = blocks.flat_map(|block| block.body.attributes());
    attributes.map(|attribute| (attribute.key.as_str().to_owned(), attribute.value.clone())).collect()
}

/// What the blocks that are not converted refer to.
fn references_elsewhere(body: &Parsed) -> BTreeSet<String> {
    struct Find(BTreeSet<String>);
    impl VisitMut for Find {
        fn visit_expr_mut(&mut self, node: &mut Expression) {
            if let Expression::Traversal(traversal) = node
                && let Some(ty) = traversal.expr.as_variable().filter(|ty| TYPES.contains(&ty.as_str()))
                && let Some(TraversalOperator::GetAttr(label)) = traversal.operators.first().map(|first| first.value())
            {
                self.0.insert(format!("{}.{}", ty.as_str(), label.as_str()));
            }
            visit_expr_mut(self, node);
        }
    }
    let mut find = Find(BTreeSet::new());
    for block in body.blocks() {
        let converted = block.labels.first().is_some_and(|ty| TYPES.contains(&ty.as_str()));
        if !converted {
            find.visit_block_mut(&mut block.clone());
        }
    }
    find.0
}

/// The names of fields that hold numbers: what stands there as an expression is one.
static NUMBERS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let language = Language::get();
    let objects = language.states.iter().chain([&language.definition]).chain(language.objects());
    let fields = objects.flat_map(|object| &object.fields);
    let is_number = |shape: &Shape| {
        matches!(shape, Shape::Integer | Shape::Number | Shape::IntegerOrExpression | Shape::NumberOrExpression)
    };
    fields.filter(|field| is_number(&field.shape)).map(|field| field.name.as_str()).collect()
});

struct Reader<'a> {
    locals: BTreeMap<String, Expression>,
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
        if !tfconfig::is_identifier(label) {
            self.out.failures.push(format!("`{from}`: Terraform takes no such name"));
            return;
        }
        if block.body.has_attribute("provider") {
            self.out.notes.push(format!("`{from}`: its `provider` is left out: write that of `sfn`"));
        }
        if ours == "sfn_state_machine" {
            let definition = match block.body.get_attribute("definition") {
                Some(attribute) => self.definition(&attribute.value.clone()),
                None => {
                    self.out.failures.push(format!("`{from}`: it has no definition"));
                    return;
                }
            };
            value.set("definition", Value::Null);
            let mut machine = Machine::new(label, definition);
            (machine.settings, machine.beside) = (value, beside);
            self.out.machines.push(machine);
        } else {
            self.out.resources.push(Resource { ty: ours.into(), label: label.into(), value, beside });
        }
        self.out.moved(&from, &format!("{ours}.{label}"));
    }

    /// The attributes and blocks that our schema has; all else goes beside them as it is.
    fn attributes(&mut self, schema: &Schema, body: &Parsed, beside: &mut Beside) -> Value {
        let mut value = Value::object::<String>([]);
        let mut lists: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let name = attribute.key.as_str();
                    if schema.attribute(name).is_some_and(|known| known.optional || known.required) {
                        value.set(name, self.expression(&attribute.value));
                    } else if name != "provider" {
                        beside.first.attribute(name, written(&attribute.value));
                    }
                }
                Structure::Block(block) => match schema.nested(block.ident.as_str()) {
                    Some(nested) => {
                        let inner = self.attributes(&nested.block, &block.body, &mut Beside::default());
                        match nested.nesting {
                            Nesting::Single => value.set(&nested.name, inner),
                            _ => lists.entry(nested.name.clone()).or_default().push(inner),
                        }
                    }
                    None => {
                        let labels = block.labels.iter().map(|label| format!(" {}", quoted(label.as_str())));
                        let header = format!("{}{}", block.ident.as_str(), labels.collect::<String>());
                        beside.last.spaced_block(header, raw(&block.body));
                    }
                },
            }
        }
        for (name, list) in lists {
            value.set(&name, Value::List(list));
        }
        value
    }

    /// An expression as a value: a string without interpolation, or a placeholder.
    fn expression(&mut self, expression: &Expression) -> Value {
        match expression {
            Expression::String(text) => text.as_str().into(),
            other => self.out.placeholders.text(&written(other)).into(),
        }
    }

    /// The definition that an expression gives, as far as it can be told.
    fn definition(&mut self, expression: &Expression) -> Definition {
        let read = match expression {
            Expression::FuncCall(call) if is_call(call, "jsonencode") => match call.args.iter().next() {
                Some(argument) => self.json(argument, 0),
                None => Err("`jsonencode` has no argument".into()),
            },
            other => self.text(other, 0).and_then(|text| {
                let document = definition::document(&text, asl::template::Format::Json)?;
                Ok(document.root)
            }),
        };
        match read {
            Ok(definition) if definition.get("States").is_some() => Definition::Asl(definition),
            Ok(_) => Definition::Expression(written(expression), "only Terraform knows its states".into()),
            Err(reason) => Definition::Expression(written(expression), reason),
        }
    }

    /// An expression that makes JSON.
    fn json(&mut self, expression: &Expression, depth: usize) -> Result<Json, String> {
        Ok(match expression {
            Expression::Null(_) => Json::Null,
            Expression::Bool(flag) => Json::Bool(*flag.value()),
            Expression::Number(_) => {
                let text = written(expression);
                Json::Number(text.parse().map_err(|_| format!("`{text}` is no number of JSON"))?)
            }
            Expression::UnaryOp(_) => match written(expression).parse() {
                Ok(number) => Json::Number(number),
                Err(_) => Json::String(self.out.placeholders.text(&written(expression))),
            },
            Expression::String(text) => Json::String(text.as_str().to_owned()),
            Expression::StringTemplate(template) => Json::String(self.elements(template.iter(), &mut None)?),
            Expression::HeredocTemplate(_) => Json::String(self.out.placeholders.text(&written(expression))),
            Expression::Array(elements) => {
                Json::Array(elements.iter().map(|element| self.json(element, depth)).collect::<Result<_, _>>()?)
            }
            Expression::Object(object) => Json::Object(self.members(object, depth)?),
            Expression::Parenthesis(inner) => self.json(inner.inner(), depth)?,
            Expression::FuncCall(call) if is_call(call, "yamldecode") || is_call(call, "jsondecode") => {
                let argument = call.args.iter().next().ok_or("a function has no argument")?;
                let text = self.text(argument, depth)?;
                let parsed = if is_call(call, "yamldecode") { asl::parse_yaml(&text) } else { asl::parse(&text) };
                parsed.map_err(|finding| definition::said(&text, &finding))?.0.root
            }
            other => match self.local(other).filter(|local| depth < MAX_DEPTH && is_made_of_parts(local)) {
                Some(local) => self.json(&local, depth + 1)?,
                None => Json::String(self.out.placeholders.text(&written(other))),
            },
        })
    }

    fn members(&mut self, object: &Object, depth: usize) -> Result<Members, String> {
        let mut members = Members::default();
        for (key, value) in object {
            let key = match key {
                ObjectKey::Ident(name) => name.as_str().to_owned(),
                ObjectKey::Expression(Expression::String(name)) => name.as_str().to_owned(),
                ObjectKey::Expression(Expression::StringTemplate(template)) => {
                    self.elements(template.iter(), &mut None)?
                }
                ObjectKey::Expression(other) => self.out.placeholders.text(&written(other)),
            };
            let value = value.expr();
            let json = match self.json(value, depth)? {
                Json::String(_) if NUMBERS.contains(key.as_str()) && !is_text(value) => {
                    Json::Number(self.out.placeholders.number(&written(value)).into())
                }
                json => json,
            };
            members.insert(key, json);
        }
        Ok(members)
    }

    /// An expression that makes the text of a definition.
    fn text(&mut self, expression: &Expression, depth: usize) -> Result<String, String> {
        let mut quotes = Some(Quotes::default());
        match expression {
            Expression::String(text) => Ok(text.as_str().to_owned()),
            Expression::StringTemplate(template) => self.elements(template.iter(), &mut quotes),
            Expression::HeredocTemplate(heredoc) => self.elements(heredoc.template.iter(), &mut quotes),
            Expression::Parenthesis(inner) => self.text(inner.inner(), depth),
            Expression::FuncCall(call) if is_call(call, "file") => self.file(call),
            Expression::FuncCall(call) if is_call(call, "templatefile") => self.template_file(call),
            other => match self.local(other).filter(|_| depth < MAX_DEPTH) {
                Some(Expression::FuncCall(call)) if is_call(&call, "jsonencode") => {
                    let json = self.json(call.args.iter().next().ok_or("`jsonencode` has no argument")?, depth + 1)?;
                    Ok(json.to_value().map(|value| value.to_string()).unwrap_or_default())
                }
                Some(local) => self.text(&local, depth + 1),
                None => Err(format!("only Terraform knows the value of `{}`", first_line(&written(other)))),
            },
        }
    }

    /// The text of a template; with `quotes` it is JSON, in which what is not inside of a string becomes a number.
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
                    let expression = written(&interpolation.expr);
                    match quotes {
                        Some(quotes) if !quotes.inside => {
                            text.push_str(&self.out.placeholders.number(&expression).to_string());
                        }
                        _ => text.push_str(&self.out.placeholders.text(&expression)),
                    }
                }
                Element::Directive(_) => return Err("it is a template with `%{ … }`".into()),
            }
        }
        Ok(text)
    }

    fn file(&mut self, call: &FuncCall) -> Result<String, String> {
        let path = call.args.iter().next().and_then(path).ok_or("the path of its file is not written out")?;
        (self.source.files)(&relative(&path))
    }

    /// A file in which variables stand, with what the call gives for them.
    fn template_file(&mut self, call: &FuncCall) -> Result<String, String> {
        let text = self.file(call)?;
        let template: Template = text.parse().map_err(|error| format!("its template is none: {error}"))?;
        let given = call.args.iter().nth(1).and_then(Expression::as_object);
        let given = given.ok_or("the variables of its template are not written out")?;
        let mut variables = Fill(BTreeMap::new());
        for (key, value) in given {
            let name = match key {
                ObjectKey::Ident(name) => name.as_str(),
                ObjectKey::Expression(name) => name.as_str().unwrap_or_default(),
            };
            variables.0.insert(name.to_owned(), value.expr().clone());
        }
        let mut elements: Vec<Element> = template.iter().cloned().collect();
        elements.iter_mut().for_each(|element| variables.visit_element_mut(element));
        self.elements(elements.iter(), &mut Some(Quotes::default()))
    }

    /// What `local.name` stands for.
    fn local(&self, expression: &Expression) -> Option<Expression> {
        let traversal = expression.as_traversal()?;
        let is_local = traversal.expr.as_variable().is_some_and(|name| name.as_str() == "local");
        match traversal.operators.as_slice() {
            [one] if is_local => match one.value() {
                TraversalOperator::GetAttr(name) => self.locals.get(name.as_str()).cloned(),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Puts what is given in the place of variables.
struct Fill(BTreeMap<String, Expression>);

impl VisitMut for Fill {
    fn visit_expr_mut(&mut self, node: &mut Expression) {
        if let Some(given) = node.as_variable().and_then(|name| self.0.get(name.as_str())) {
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

/// Whether an expression may have states in it; others are better referred to.
fn is_made_of_parts(expression: &Expression) -> bool {
    matches!(expression, Expression::Array(_) | Expression::Object(_) | Expression::FuncCall(_))
}

/// Whether an expression is a string for certain.
fn is_text(expression: &Expression) -> bool {
    matches!(expression, Expression::String(_) | Expression::StringTemplate(_) | Expression::HeredocTemplate(_))
}

/// A path that is written out, relative to the file.
fn path(expression: &Expression) -> Option<String> {
    if let Some(text) = expression.as_str() {
        return Some(text.to_owned());
    }
    let mut path = String::new();
    for element in expression.as_string_template()?.iter() {
        match element {
            Element::Literal(text) => path.push_str(text.as_str()),
            Element::Interpolation(inner) if written(&inner.expr) == "path.module" => path.push('.'),
            _ => return None,
        }
    }
    Some(path)
}

/// A block as it is, under our names.
fn raw(body: &Parsed) -> Body {
    let mut written_body = Body::default();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                written_body.attribute(attribute.key.as_str(), written(&attribute.value));
            }
            Structure::Block(block) => {
                let labels = block.labels.iter().map(|label| format!(" {}", quoted(label.as_str())));
                let header = format!("{}{}", block.ident.as_str(), labels.collect::<String>());
                written_body.spaced_block(header, raw(&block.body));
            }
        }
    }
    written_body
}

/// An expression as text, with our names for the resources that are converted.
fn written(expression: &Expression) -> String {
    let mut expression = expression.clone();
    expression.decor_mut().clear();
    let text = expression.to_string();
    let mut renamed = String::new();
    let mut rest = text.as_str();
    while let Some(at) = TYPES.iter().filter_map(|ty| rest.find(&format!("{ty}."))).min() {
        let (before, from) = rest.split_at(at);
        let part_of_more = before.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
        renamed.push_str(before);
        renamed.push_str(if part_of_more { "aws_" } else { "" });
        rest = from.strip_prefix("aws_").unwrap_or(from);
    }
    renamed + rest
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
