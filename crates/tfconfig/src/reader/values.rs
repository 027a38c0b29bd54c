//! Converts blocks and expressions to values.

use std::cell::OnceCell;
use std::collections::HashSet;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey, UnaryOperator};
use hcl_edit::structure::{Block, Body};
use hcl_edit::template::Element;
use tfplugin::schema::{Block as Schema, NestedBlock, Nesting};
use tfplugin::{Type, Value};

use super::template::{Kind, Piece, Template};
use super::{Compute, Computed, Configuration, Declared, MAX_DEPTH, Problem};

/// Meta-arguments and blocks that Terraform reads in every resource, and `timeouts`.
const META: [&str; 8] = [
    "count",
    "for_each",
    "depends_on",
    "provider",
    "lifecycle",
    "provisioner",
    "connection",
    "timeouts",
];

/// Maximum number of elements of a `dynamic` block, which limits nested blocks.
const MAX_ELEMENTS: usize = 32;
/// Maximum number of values, because a short text with nested local values can expand to many.
const MAX_VALUES: usize = 200_000;

/// A block that was read.
#[derive(Debug)]
pub struct Read {
    /// Value by the schema. Missing arguments are null.
    pub value: Value,
    /// Errors in the block.
    pub problems: Vec<Problem>,
}

impl<'c> Declared<'c> {
    /// Reads the block by its schema.
    pub fn read(&self, schema: &Schema, compute: Compute<'_>) -> Read {
        let mut reader = Reader::new(self.configuration, compute);
        let value = reader.body(&self.block.body, schema, true);
        Read {
            value,
            problems: reader.problems,
        }
    }

    /// Returns the value that an argument encodes with `jsonencode(…)`.
    pub fn encoded(&self, argument: &str, compute: Compute<'_>) -> Option<Value> {
        let expression = &self.block.body.get_attribute(argument)?.value;
        let mut reader = Reader::new(self.configuration, compute);
        Some(reader.value(argument_of(expression, "jsonencode")?, &Type::Dynamic, 0))
    }

    /// Returns the text of an argument that is a string or heredoc, with computed values for interpolations.
    pub fn template(&self, argument: &str, compute: Compute<'_>) -> Option<Template<'c>> {
        let expression = &self.block.body.get_attribute(argument)?.value;
        let mut reader = Reader::new(self.configuration, compute);
        let whole = expression.span().unwrap_or(0..0);
        let read = match expression {
            Expression::HeredocTemplate(heredoc) => {
                reader.text(heredoc.template.iter(), Kind::Lines, 0)
            }
            Expression::StringTemplate(template) => reader.text(template.iter(), Kind::Quoted, 0),
            Expression::String(text) => {
                // Without the quotes.
                let source = whole.start + 1..whole.end.max(whole.start + 2) - 1;
                let piece = Piece {
                    text: 0..text.as_str().len(),
                    source,
                    kind: Kind::Quoted,
                };
                Some((text.as_str().to_owned(), vec![piece]))
            }
            _ => return None,
        };
        let (text, pieces) = read.unzip();
        Some(Template {
            text,
            source: self.configuration.text,
            whole,
            pieces: pieces.unwrap_or_default(),
            letters: OnceCell::new(),
        })
    }

    /// Returns the path in a call of a function such as `file`, relative to the folder of the configuration.
    pub fn file(&self, argument: &str, function: &str) -> Option<String> {
        let expression = &self.block.body.get_attribute(argument)?.value;
        let path = argument_of(expression, function)?;
        let written = self.configuration.written(path);
        let path = written.strip_prefix('"')?.strip_suffix('"')?;
        let path = path.strip_prefix("${path.module}/").unwrap_or(path);
        (!path.contains("${")).then(|| path.to_owned())
    }
}

/// The first argument of a call of this function.
pub(super) fn argument_of<'e>(
    expression: &'e Expression,
    function: &str,
) -> Option<&'e Expression> {
    let call = match expression {
        Expression::Parenthesis(inner) => return argument_of(inner.inner(), function),
        Expression::FuncCall(call) => call,
        _ => return None,
    };
    let is_function = call.name.namespace.is_empty() && call.name.name.as_str() == function;
    is_function.then(|| call.args.iter().next()).flatten()
}

struct Reader<'r, 'f> {
    configuration: &'r Configuration<'r>,
    compute: Compute<'f>,
    problems: Vec<Problem>,
    /// Iterators of the enclosing `dynamic` blocks, with their objects of `key` and `value`.
    iterators: Vec<(String, Value)>,
    /// Number of expressions that the caller has computed.
    computed: usize,
    /// Number of values that were read.
    values: usize,
}

impl<'r, 'f> Reader<'r, 'f> {
    fn new(configuration: &'r Configuration<'r>, compute: Compute<'f>) -> Self {
        Self {
            configuration,
            compute,
            problems: Vec::new(),
            iterators: Vec::new(),
            computed: 0,
            values: 0,
        }
    }

    fn body(&mut self, body: &Body, schema: &Schema, is_resource: bool) -> Value {
        self.report_unknown(body, schema, is_resource);
        let attributes = schema.attributes.iter().map(|attribute| {
            let written = body.get_attribute(&attribute.name);
            let value = written.map_or(Value::Null, |written| {
                self.value(&written.value, &attribute.value_type(), 0)
            });
            (attribute.name.clone(), value)
        });
        let mut members: Vec<(String, Value)> = attributes.collect();
        for nested in &schema.blocks {
            members.push((nested.name.clone(), self.nested(body, nested)));
        }
        Value::object(members)
    }

    fn nested(&mut self, body: &Body, nested: &NestedBlock) -> Value {
        let mut blocks: Vec<(String, Value)> = Vec::new();
        let mut labels = HashSet::new();
        for block in body.blocks() {
            let label = block.labels.first().map_or("", |label| label.as_str());
            if block.ident.as_str() == nested.name {
                self.report_misplaced(block, nested, label, &labels);
                // The value has no place for a block without a label.
                if nested.nesting == Nesting::Map && block.labels.len() != 1 {
                    continue;
                }
                labels.insert(label.to_owned());
                blocks.push((
                    label.to_owned(),
                    self.body(&block.body, &nested.block, false),
                ));
            } else if block.ident.as_str() == "dynamic" && label == nested.name {
                match self.dynamic(block, nested) {
                    Some(expanded) => blocks.extend(expanded),
                    // Only Terraform can compute the blocks.
                    None => return Value::Unknown,
                }
            }
        }
        match nested.nesting {
            Nesting::Single => blocks
                .into_iter()
                .next()
                .map_or(Value::Null, |(_, value)| value),
            Nesting::List | Nesting::Set => {
                Value::List(blocks.into_iter().map(|(_, value)| value).collect())
            }
            Nesting::Map => Value::object(blocks),
        }
    }

    /// Reports a block without a label, and a duplicate block.
    fn report_misplaced(
        &mut self,
        block: &Block,
        nested: &NestedBlock,
        label: &str,
        before: &HashSet<String>,
    ) {
        let name = &nested.name;
        let message = match nested.nesting {
            Nesting::Map if block.labels.len() != 1 => {
                format!("a `{name}` block must have one label")
            }
            Nesting::Map if before.contains(label) => {
                format!("duplicate `{name}` block with the label `{label}`")
            }
            Nesting::Single if !before.is_empty() => format!("only one `{name}` block is allowed"),
            _ => return,
        };
        self.problems.push(Problem {
            message,
            span: block.ident.span().unwrap_or(0..0),
        });
    }

    /// The blocks of a `dynamic` block with their labels; `None` if its elements or labels are not known.
    fn dynamic(&mut self, block: &Block, nested: &NestedBlock) -> Option<Vec<(String, Value)>> {
        let content = block.body.get_blocks("content").next()?;
        let argument = |name: &str| {
            block
                .body
                .get_attribute(name)
                .map(|argument| &argument.value)
        };
        let iterator = argument("iterator").map_or_else(
            || nested.name.clone(),
            |name| self.configuration.written(name),
        );
        let elements: Vec<(Value, Value)> =
            match self.value(argument("for_each")?, &Type::Dynamic, 0) {
                Value::List(elements) => elements
                    .into_iter()
                    .enumerate()
                    .map(|(index, value)| (Value::from(index as i64), value))
                    .collect(),
                Value::Map(members) => members
                    .into_iter()
                    .map(|(key, value)| (Value::from(key), value))
                    .collect(),
                _ => return None,
            };
        if elements.len() > MAX_ELEMENTS {
            return None;
        }
        let mut blocks = Vec::new();
        for (key, value) in elements {
            self.iterators.push((
                iterator.clone(),
                Value::object([("key", key), ("value", value)]),
            ));
            let label = match argument("labels")
                .and_then(Expression::as_array)
                .and_then(|labels| labels.get(0))
            {
                Some(label) => self.constant(label, 0),
                None => argument("labels").is_none().then(String::new),
            };
            let value = self.body(&content.body, &nested.block, false);
            self.iterators.pop();
            blocks.push((label?, value));
        }
        Some(blocks)
    }

    /// The value of an iterator of a `dynamic` block, or of a member of the iterator.
    fn iterated(&self, expression: &str) -> Option<Value> {
        let (name, path) = expression.split_once('.')?;
        let (_, object) = self
            .iterators
            .iter()
            .rev()
            .find(|(iterator, _)| iterator == name)?;
        let mut value = object;
        for step in path.split('.') {
            value = value.as_map()?.get(step)?;
        }
        Some(value.clone())
    }

    fn report_unknown(&mut self, body: &Body, schema: &Schema, is_resource: bool) {
        let is_meta = |name: &str| is_resource && META.contains(&name);
        for attribute in body.attributes() {
            let name = attribute.key.as_str();
            if schema.attribute(name).is_none() && !is_meta(name) {
                let message = match schema.nested(name) {
                    Some(_) => format!("`{name}` is a block: write it without `=`"),
                    None => format!("an argument named `{name}` is not expected here"),
                };
                self.problems.push(Problem {
                    message,
                    span: attribute.key.span().unwrap_or(0..0),
                });
            }
        }
        for block in body.blocks() {
            let name = block.ident.as_str();
            if schema.nested(name).is_none() && !is_meta(name) && name != "dynamic" {
                let message = match schema.attribute(name) {
                    Some(_) => format!("`{name}` is an argument: write it with `=`"),
                    None => format!("blocks of type `{name}` are not expected here"),
                };
                self.problems.push(Problem {
                    message,
                    span: block.ident.span().unwrap_or(0..0),
                });
            }
        }
    }

    /// The value of an expression for which the schema expects a type.
    fn value(&mut self, expression: &Expression, ty: &Type, depth: usize) -> Value {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Value::Unknown;
        }
        let value = match expression {
            Expression::Null(_) => Value::Null,
            Expression::Bool(flag) => Value::Bool(*flag.value()),
            Expression::Number(_) => self.number(expression, ""),
            Expression::UnaryOp(operation) => {
                match (&operation.operator.value(), &operation.expr) {
                    (UnaryOperator::Neg, number @ Expression::Number(_)) => {
                        self.number(number, "-")
                    }
                    _ => self.computed(expression, ty, false),
                }
            }
            Expression::String(text) => Value::String(text.as_str().to_owned()),
            Expression::StringTemplate(template) => {
                match template.iter().collect::<Vec<_>>().as_slice() {
                    [Element::Interpolation(only)] => return self.value(&only.expr, ty, depth),
                    elements => match self.text(elements.iter().copied(), Kind::Quoted, depth) {
                        Some((text, _)) => Value::String(text),
                        None => self.computed(expression, &Type::String, false),
                    },
                }
            }
            Expression::HeredocTemplate(heredoc) => {
                match self.text(heredoc.template.iter(), Kind::Lines, depth) {
                    Some((text, _)) => Value::String(text),
                    None => self.computed(expression, &Type::String, false),
                }
            }
            Expression::Array(elements) => {
                let element = match ty {
                    Type::List(element) | Type::Set(element) => element.as_ref(),
                    _ => &Type::Dynamic,
                };
                Value::List(
                    elements
                        .iter()
                        .map(|value| self.value(value, element, depth))
                        .collect(),
                )
            }
            Expression::Object(object) => {
                let element = if let Type::Map(element) = ty {
                    element.as_ref()
                } else {
                    &Type::Dynamic
                };
                let mut members = Vec::new();
                for (key, value) in object {
                    let Some(key) = self.key(key, depth) else {
                        return Value::Unknown;
                    };
                    members.push((key, self.value(value.expr(), element, depth)));
                }
                Value::object(members)
            }
            Expression::Parenthesis(inner) => return self.value(inner.inner(), ty, depth),
            other => match self
                .configuration
                .local(other)
                .filter(|_| depth < MAX_DEPTH)
            {
                Some(local) => return self.value(local, ty, depth + 1),
                None => self.computed(other, ty, false),
            },
        };
        converted(value, ty)
    }

    fn number(&self, expression: &Expression, sign: &str) -> Value {
        let text = format!("{sign}{}", self.configuration.written(expression));
        text.parse().map_or(Value::Unknown, Value::Number)
    }

    /// The name of a member; `None` if only Terraform can compute it.
    fn key(&mut self, key: &ObjectKey, depth: usize) -> Option<String> {
        match key {
            ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
            ObjectKey::Expression(name) => self.constant(name, depth),
        }
    }

    /// The text of an expression; `None` if the caller computes a part of it.
    fn constant(&mut self, expression: &Expression, depth: usize) -> Option<String> {
        let before = self.computed;
        let value = self.value(expression, &Type::String, depth);
        value
            .as_str()
            .filter(|_| self.computed == before)
            .map(str::to_owned)
    }

    /// The text of a template, with its parts; `None` if an interpolation is not known, or if there is a directive.
    fn text<'e>(
        &mut self,
        elements: impl Iterator<Item = &'e Element>,
        kind: Kind,
        depth: usize,
    ) -> Option<(String, Vec<Piece>)> {
        let (mut text, mut pieces) = (String::new(), Vec::new());
        for element in elements {
            let start = text.len();
            let kind = match element {
                Element::Literal(literal) => {
                    text.push_str(literal.as_str());
                    kind
                }
                Element::Interpolation(inner) => {
                    text.push_str(&self.interpolated(&inner.expr, depth)?);
                    Kind::Interpolation
                }
                Element::Directive(_) => return None,
            };
            let source = element.span().unwrap_or(0..0);
            pieces.push(Piece {
                text: start..text.len(),
                source,
                kind,
            });
        }
        Some((text, pieces))
    }

    /// The text of an interpolation; `None` for a value that is not known.
    fn interpolated(&mut self, expression: &Expression, depth: usize) -> Option<String> {
        let value = match expression {
            Expression::String(_) | Expression::Number(_) => {
                self.value(expression, &Type::String, depth)
            }
            other => match self
                .configuration
                .local(other)
                .filter(|_| depth < MAX_DEPTH)
            {
                Some(local) => self.value(&local.clone(), &Type::String, depth + 1),
                None => converted(self.computed(other, &Type::String, true), &Type::String),
            },
        };
        match value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    fn computed(&mut self, expression: &Expression, ty: &Type, is_part: bool) -> Value {
        let written = self.configuration.written(expression);
        if let Some(value) = self.iterated(&written) {
            return value;
        }
        self.computed += 1;
        (self.compute)(Computed {
            expression: &written,
            ty,
            is_part,
        })
    }
}

/// Converts a value to the expected type, as Terraform does.
fn converted(value: Value, ty: &Type) -> Value {
    match (ty, &value) {
        (Type::String, Value::Number(number)) => Value::String(number.to_string()),
        (Type::String, Value::Bool(flag)) => Value::String(flag.to_string()),
        (Type::Number, Value::String(text)) => text.parse().map_or(value, Value::Number),
        (Type::Bool, Value::String(text)) => text.parse().map_or(value, Value::Bool),
        _ => value,
    }
}
