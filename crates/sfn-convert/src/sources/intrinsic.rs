//! Converts CloudFormation functions to Terraform expressions.
//!
//! Sources: CloudFormation template reference, "Intrinsic functions" and "Pseudo parameters".

use std::collections::BTreeMap;

use asl::{Json, JsonPointer, Members, PathBuilder};
use tfconfig::quoted;
use tfplugin::Value;

use super::terraform::{NUMBERS, OPEN};
use super::{Converted, Map, Variable};

/// The template that functions refer to.
pub struct Template<'a> {
    /// Root of the template.
    pub root: &'a Json,
    /// Expressions that replace names.
    pub map: &'a Map,
    /// Labels of the state machines by their logical IDs.
    pub machines: BTreeMap<String, String>,
}

/// Maximum depth of conditions that refer to other conditions.
const MAX_CONDITIONS: usize = 16;
/// Maximum length of a condition that is written as an expression, in bytes.
const LONGEST_CONDITION: usize = 2_000;

/// The field of a definition that contains a value.
#[derive(Clone, Copy)]
struct Field<'n> {
    name: &'n str,
    /// Whether the field is, or is inside of, a field for any JSON.
    is_open: bool,
}

/// The condition of a value that is absent in one case, the value, and whether it is present if the condition is false.
pub fn without_value(value: &Json) -> Option<(&str, &Json, bool)> {
    let ("Fn::If", argument) = function(value)? else {
        return None;
    };
    match argument.as_array()? {
        [Json::String(condition), yes, no] if is_no_value(no) => Some((condition, yes, false)),
        [Json::String(condition), yes, no] if is_no_value(yes) => Some((condition, no, true)),
        _ => None,
    }
}

/// A value with placeholders as an expression on one line.
fn in_line(value: &Json, out: &Converted) -> String {
    let references = out.placeholders.references();
    asl_hcl::any_from_json(value).map_or_else(
        || "null".to_owned(),
        |value| tfconfig::Writer::new(references).in_line(&value),
    )
}

/// The function and its argument, if a value is a function call.
pub fn function(value: &Json) -> Option<(&str, &Json)> {
    let mut members = value.as_object()?.iter();
    let (name, argument) = members.next()?;
    let is_function = name == "Ref" || name.starts_with("Fn::");
    (members.next().is_none() && is_function).then_some((name.as_str(), argument))
}

/// Whether a value is `AWS::NoValue`.
pub fn is_no_value(value: &Json) -> bool {
    matches!(function(value), Some(("Ref", Json::String(name))) if name == "AWS::NoValue")
}

impl Template<'_> {
    /// A value as an expression.
    pub fn expression(&self, value: &Json, out: &mut Converted) -> String {
        match value {
            Json::Array(elements) => {
                let elements: Vec<_> = elements
                    .iter()
                    .map(|element| self.expression(element, out))
                    .collect();
                format!("[{}]", elements.join(", "))
            }
            Json::Object(members) if function(value).is_none() => {
                let member = |(key, value): (&String, &Json)| {
                    format!("{} = {}", quoted(key), self.expression(value, out))
                };
                format!(
                    "{{ {} }}",
                    members.iter().map(member).collect::<Vec<_>>().join(", ")
                )
            }
            Json::Number(number) => number.to_string(),
            Json::Bool(flag) => flag.to_string(),
            Json::Null | Json::Unknown => "null".into(),
            Json::String(_) | Json::Object(_) => {
                let text = self.text(value, out);
                out.placeholders.references().string(&text)
            }
        }
    }

    /// A value as a text with placeholders for expressions.
    pub fn text(&self, value: &Json, out: &mut Converted) -> String {
        match (value, function(value)) {
            (Json::String(text), _) => text.clone(),
            (Json::Number(number), _) => number.to_string(),
            (Json::Bool(flag), _) => flag.to_string(),
            (_, Some(("Fn::Sub", argument))) => self.substituted(argument, out),
            (_, Some(("Fn::Join", Json::Array(parts))))
                if matches!(parts.as_slice(), [Json::String(_), Json::Array(_)]) =>
            {
                let [Json::String(delimiter), Json::Array(parts)] = parts.as_slice() else {
                    return String::new();
                };
                let parts: Vec<_> = parts.iter().map(|part| self.text(part, out)).collect();
                parts.join(delimiter)
            }
            (_, Some((name, argument))) => {
                let expression = self.call(name, argument, out);
                out.placeholders.text(&expression)
            }
            _ => {
                let expression = self.expression(value, out);
                out.placeholders.text(&expression)
            }
        }
    }

    /// A function call as an expression, or as a variable if Terraform has no equivalent.
    fn call(&self, name: &str, argument: &Json, out: &mut Converted) -> String {
        let arguments = argument.as_array().unwrap_or(&[]);
        match (name, argument, arguments) {
            ("Ref", Json::String(name), _) => self.reference(name, out),
            ("Fn::GetAtt", Json::String(path), _) => {
                let (resource, attribute) = path.split_once('.').unwrap_or((path, "Ref"));
                self.attribute(resource, attribute, out)
            }
            ("Fn::GetAtt", _, [Json::String(resource), Json::String(attribute)]) => {
                self.attribute(resource, attribute, out)
            }
            ("Fn::If", _, [Json::String(condition), yes, no]) => {
                let condition = self.condition(condition, out);
                let is_composite = |value: &Json| match value {
                    Json::Array(_) => true,
                    Json::Object(_) => function(value).is_none_or(|(name, _)| name == "Fn::If"),
                    _ => false,
                };
                // Terraform converts both results to one type, which would change numbers in objects and lists to
                // strings.
                let is_any =
                    is_composite(yes) && !is_no_value(yes) || is_composite(no) && !is_no_value(no);
                let (yes, no) = (self.or_null(yes, out), self.or_null(no, out));
                match is_any {
                    true => {
                        format!("jsondecode({condition} ? jsonencode({yes}) : jsonencode({no}))")
                    }
                    false => format!("{condition} ? {yes} : {no}"),
                }
            }
            ("Fn::FindInMap", _, [Json::String(map), first, second])
                if self.mapping(map).is_some() =>
            {
                self.find_in_map(map, first, second, out)
            }
            ("Fn::Select", _, [index, list]) => {
                format!(
                    "element({}, {})",
                    self.expression(list, out),
                    self.text(index, out)
                )
            }
            ("Fn::Split", _, [delimiter, text]) => {
                format!(
                    "split({}, {})",
                    self.expression(delimiter, out),
                    self.expression(text, out)
                )
            }
            ("Fn::Join", _, [delimiter, list]) => {
                format!(
                    "join({}, {})",
                    self.expression(delimiter, out),
                    self.expression(list, out)
                )
            }
            ("Fn::Base64", value, _) => format!("base64encode({})", self.expression(value, out)),
            ("Fn::ImportValue", value, _) => {
                let mut words = Vec::new();
                value.walk(&PathBuilder::Start(&JsonPointer::root()), &mut |_, part| {
                    words.extend(part.as_str().map(str::to_owned));
                    true
                });
                let name = words.join("-");
                let description = format!("Value of the export `{name}` of another stack.");
                out.variable(
                    &name,
                    Variable {
                        description,
                        ..Variable::default()
                    },
                )
            }
            _ => {
                let words: Vec<&str> = arguments.iter().filter_map(Json::as_str).collect();
                let text = argument
                    .to_value()
                    .map(|value| value.to_string())
                    .unwrap_or_default();
                let name = format!("{}_{}", name.trim_start_matches("Fn::"), words.join("_"));
                let description = format!("Value of `{}` in the template.", text.replace('`', "'"));
                out.variable(
                    &name,
                    Variable {
                        description,
                        ..Variable::default()
                    },
                )
            }
        }
    }

    /// A condition of the template as an expression, or as a variable if Terraform has no equivalent.
    pub fn condition(&self, name: &str, out: &mut Converted) -> String {
        self.root
            .get("Conditions")
            .and_then(|conditions| conditions.get(name))
            .and_then(|condition| self.tested(condition, MAX_CONDITIONS, out))
            .filter(|condition| condition.len() <= LONGEST_CONDITION)
            .unwrap_or_else(|| {
                let description = format!("Condition `{name}` of the template.");
                out.variable(
                    name,
                    Variable {
                        description,
                        ty: Some("bool".into()),
                        ..Variable::default()
                    },
                )
            })
    }

    fn tested(&self, condition: &Json, depth: usize, out: &mut Converted) -> Option<String> {
        if let Some(name) = condition.get("Condition").and_then(Json::as_str) {
            let named = self.root.get("Conditions")?.get(name)?;
            return self.tested(named, depth.checked_sub(1)?, out);
        }
        let (name, argument) = function(condition)?;
        let arguments = argument.as_array()?;
        let mut joined = |operator: &str| {
            let mut parts = Vec::new();
            let mut length = 0;
            for part in arguments {
                let part = self.tested(part, depth.checked_sub(1)?, out)?;
                length += part.len();
                parts.push(part);
                if length > LONGEST_CONDITION {
                    return None;
                }
            }
            Some(format!("({})", parts.join(operator)))
        };
        match (name, arguments) {
            ("Fn::And", _) => joined(" && "),
            ("Fn::Or", _) => joined(" || "),
            ("Fn::Not", [inner]) => Some(format!(
                "!{}",
                self.tested(inner, depth.checked_sub(1)?, out)?
            )),
            ("Fn::Equals", [left, right]) => Some(format!(
                "({} == {})",
                self.compared(left, out),
                self.compared(right, out)
            )),
            _ => None,
        }
    }

    /// A value as a string, because CloudFormation compares strings.
    fn compared(&self, value: &Json, out: &mut Converted) -> String {
        match value {
            Json::Number(number) => quoted(&number.to_string()),
            Json::Bool(flag) => quoted(&flag.to_string()),
            value => match function(value) {
                Some((name, argument)) if self.is_number(name, argument) => {
                    format!("tostring({})", self.expression(value, out))
                }
                _ => self.expression(value, out),
            },
        }
    }

    fn mapping(&self, name: &str) -> Option<&Members> {
        self.root.get("Mappings")?.get(name)?.as_object()
    }

    /// `Fn::FindInMap` of a mapping in the template.
    fn find_in_map(&self, map: &str, first: &Json, second: &Json, out: &mut Converted) -> String {
        let Some(mapping) = self.mapping(map) else {
            return "null".to_owned();
        };
        let inner = |inner: &Json, out: &mut Converted| match second {
            Json::String(name) => inner.get(name).map(|value| self.expression(value, out)),
            second => Some(format!(
                "{}[{}]",
                self.expression(inner, out),
                self.expression(second, out)
            )),
        };
        if let Json::String(name) = first {
            return mapping
                .get(name)
                .and_then(|found| inner(found, out))
                .unwrap_or_else(|| "null".to_owned());
        }
        let entries = mapping
            .iter()
            .filter_map(|(key, value)| Some(format!("{} = {}", quoted(key), inner(value, out)?)));
        let entries: Vec<_> = entries.collect();
        format!(
            "{{ {} }}[{}]",
            entries.join(", "),
            self.expression(first, out)
        )
    }

    fn or_null(&self, value: &Json, out: &mut Converted) -> String {
        if is_no_value(value) {
            "null".to_owned()
        } else {
            self.expression(value, out)
        }
    }

    /// The value of `Ref`.
    fn reference(&self, name: &str, out: &mut Converted) -> String {
        if let Some(expression) = self.map.get(name) {
            return expression.clone();
        }
        if let Some(label) = self.machines.get(name) {
            return format!("sfn_state_machine.{label}.arn");
        }
        if let Some(pseudo) = name.strip_prefix("AWS::") {
            return pseudo_parameter(pseudo, out);
        }
        match self
            .root
            .get("Parameters")
            .and_then(|parameters| parameters.get(name))
        {
            Some(parameter) => out.variable(name, of_parameter(name, parameter)),
            None => self.attribute(name, "Ref", out),
        }
    }

    /// An attribute of a resource.
    fn attribute(&self, resource: &str, attribute: &str, out: &mut Converted) -> String {
        let name = format!("{resource}.{attribute}");
        if let Some(expression) = self.map.get(&name) {
            return expression.clone();
        }
        if let Some(label) = self.machines.get(resource) {
            let attribute = match attribute {
                "Name" => "name",
                "StateMachineRevisionId" => "revision_id",
                _ => "arn",
            };
            return format!("sfn_state_machine.{label}.{attribute}");
        }
        let ty = self
            .root
            .get("Resources")
            .and_then(|all| all.get(resource)?.get("Type")?.as_str());
        let of = ty.map_or_else(|| "not declared in the file".to_owned(), str::to_owned);
        let (name, description) = match attribute {
            "Ref" => (
                resource.to_owned(),
                format!("Value of `Ref` for `{resource}` ({of})."),
            ),
            _ => (
                format!("{resource}_{attribute}"),
                format!("Attribute `{attribute}` of `{resource}` ({of})."),
            ),
        };
        out.variable(
            &name,
            Variable {
                description,
                ..Variable::default()
            },
        )
    }

    /// The text of `Fn::Sub`.
    fn substituted(&self, argument: &Json, out: &mut Converted) -> String {
        let (text, own) = match argument {
            Json::Array(parts) => (
                parts.first().and_then(Json::as_str),
                parts.get(1).and_then(Json::as_object),
            ),
            other => (other.as_str(), None),
        };
        fill(text.unwrap_or(""), |name| {
            Some(
                match (name.strip_prefix('!'), own.and_then(|own| own.get(name))) {
                    (Some(literal), _) => format!("${{{literal}}}"),
                    (None, Some(value)) => self.text(value, out),
                    (None, None) => {
                        let expression = match name.split_once('.') {
                            Some((resource, attribute)) => self.attribute(resource, attribute, out),
                            None => self.reference(name, out),
                        };
                        out.placeholders.text(&expression)
                    }
                },
            )
        })
    }

    /// The value of an attribute.
    pub fn value(&self, value: &Json, out: &mut Converted) -> Value {
        match value {
            value if is_no_value(value) => Value::Null,
            Json::Bool(flag) => (*flag).into(),
            Json::Number(_) => asl_hcl::any_from_json(value).unwrap_or_default(),
            Json::Null | Json::Unknown => Value::Null,
            value if function(value).is_some() => self.text(value, out).into(),
            Json::String(text) => text.as_str().into(),
            Json::Array(elements) => Value::List(
                elements
                    .iter()
                    .map(|element| self.value(element, out))
                    .collect(),
            ),
            Json::Object(members) => Value::object(
                members
                    .iter()
                    .map(|(key, value)| (key.clone(), self.value(value, out))),
            ),
        }
    }

    /// A definition that is an object of the template, with placeholders for functions and substitutions.
    pub fn definition(&self, value: &Json, substitutions: &Members, out: &mut Converted) -> Json {
        self.field(
            value,
            Field {
                name: "",
                is_open: false,
            },
            substitutions,
            out,
        )
    }

    fn field(
        &self,
        value: &Json,
        field: Field<'_>,
        substitutions: &Members,
        out: &mut Converted,
    ) -> Json {
        if let Some((name, argument)) = function(value) {
            let is_number = self.is_number(name, argument);
            if !is_number && (field.is_open || !NUMBERS.contains(field.name)) {
                return Json::String(self.text(value, out));
            }
            let expression = self.call(name, argument, out);
            let is_text = name == "Ref" && !is_number;
            let expression = if is_text {
                format!("tonumber({expression})")
            } else {
                expression
            };
            return Json::Number(out.placeholders.number(&expression).into());
        }
        match value {
            Json::String(text) => Json::String(self.filled(text, substitutions, out)),
            Json::Array(elements) => self.elements(elements, field, substitutions, out),
            Json::Object(members) => self.fields(members, field, substitutions, out),
            other => other.clone(),
        }
    }

    fn elements(
        &self,
        elements: &[Json],
        field: Field<'_>,
        substitutions: &Members,
        out: &mut Converted,
    ) -> Json {
        let there: Vec<&Json> = elements
            .iter()
            .filter(|element| !is_no_value(element))
            .collect();
        if !there.iter().any(|element| without_value(element).is_some()) {
            return Json::Array(
                there
                    .into_iter()
                    .map(|it| self.field(it, field, substitutions, out))
                    .collect(),
            );
        }
        let lists: Vec<String> = there
            .into_iter()
            .map(|element| match without_value(element) {
                Some((condition, present, is_negated)) => {
                    let condition = self.condition(condition, out);
                    let present = Json::Array(vec![self.field(present, field, substitutions, out)]);
                    let (yes, no) = (in_line(&present, out), "[]".to_owned());
                    let (yes, no) = if is_negated { (no, yes) } else { (yes, no) };
                    format!("{condition} ? {yes} : {no}")
                }
                None => in_line(
                    &Json::Array(vec![self.field(element, field, substitutions, out)]),
                    out,
                ),
            })
            .collect();
        Json::String(
            out.placeholders
                .text(&format!("concat({})", lists.join(", "))),
        )
    }

    fn fields(
        &self,
        members: &Members,
        field: Field<'_>,
        substitutions: &Members,
        out: &mut Converted,
    ) -> Json {
        let (mut kept, mut optional) = (Members::default(), Vec::new());
        for (key, value) in members.iter().filter(|(_, value)| !is_no_value(value)) {
            let name = self.filled(key, substitutions, out);
            let inner = Field {
                name: key,
                is_open: field.is_open || OPEN.contains(key.as_str()),
            };
            match without_value(value).filter(|_| field.is_open) {
                Some((condition, present, is_negated)) => {
                    let condition = self.condition(condition, out);
                    let present = self.field(present, inner, substitutions, out);
                    let present = Json::Object(Members::from_iter([(name, present)]));
                    let (yes, no) = (in_line(&present, out), "{}".to_owned());
                    let (yes, no) = if is_negated { (no, yes) } else { (yes, no) };
                    optional.push(format!("{condition} ? {yes} : {no}"));
                }
                None => {
                    let value = self.field(value, inner, substitutions, out);
                    kept.insert(name, value);
                }
            }
        }
        let kept = Json::Object(kept);
        if optional.is_empty() {
            return kept;
        }
        // `merge` omits the member. A conditional with `null` would keep the member with the value null.
        let parts: Vec<String> = [in_line(&kept, out)].into_iter().chain(optional).collect();
        Json::String(
            out.placeholders
                .text(&format!("merge({})", parts.join(", "))),
        )
    }

    /// Whether a function returns a number.
    fn is_number(&self, name: &str, argument: &Json) -> bool {
        let parameter = argument.as_str().filter(|_| name == "Ref");
        let ty = parameter.and_then(|name| {
            self.root
                .get("Parameters")?
                .get(name)?
                .get("Type")?
                .as_str()
        });
        ty == Some("Number")
    }

    fn filled(&self, text: &str, substitutions: &Members, out: &mut Converted) -> String {
        fill(text, |name| {
            substitutions.get(name).map(|value| self.text(value, out))
        })
    }

    /// The text of a definition with its substitutions. Placeholders outside of JSON strings become numbers.
    pub fn filled_text(
        &self,
        text: &str,
        substitutions: &Members,
        is_json: bool,
        out: &mut Converted,
    ) -> String {
        let mut filled = String::new();
        let mut rest = text;
        let mut quotes = Quotes::default();
        while let Some((before, name, after)) = next(rest) {
            quotes.read(before);
            filled.push_str(before);
            match substitutions.get(name) {
                None => filled.push_str(&format!("${{{name}}}")),
                Some(value) if is_json && !quotes.inside => {
                    let expression = self.expression(value, out);
                    filled.push_str(&out.placeholders.number(&expression).to_string());
                }
                Some(value) => filled.push_str(&self.text(value, out)),
            }
            rest = after;
        }
        filled + rest
    }
}

/// Tracks whether a place in JSON text is inside of a string.
#[derive(Debug, Default)]
pub struct Quotes {
    /// Whether the place is inside of a string.
    pub inside: bool,
    escaped: bool,
}

impl Quotes {
    /// Moves to the end of the next part of the text.
    pub fn read(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                _ if self.escaped => self.escaped = false,
                '\\' if self.inside => self.escaped = true,
                '"' => self.inside = !self.inside,
                _ => {}
            }
        }
    }
}

/// The names in `${…}` that a template can replace.
pub fn names(text: &str) -> Vec<&str> {
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':'))
    };
    let (mut names, mut rest) = (Vec::new(), text);
    while let Some((_, name, after)) = next(rest) {
        if is_name(name) && !names.contains(&name) {
            names.push(name);
        }
        rest = after;
    }
    names
}

/// The first name in `${…}`, with the text before and after it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("${")?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// Replaces the names in `${…}` for which `value` returns a text.
fn fill(text: &str, mut value: impl FnMut(&str) -> Option<String>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, name, after)) = next(rest) {
        filled.push_str(before);
        filled.push_str(&value(name).unwrap_or_else(|| format!("${{{name}}}")));
        rest = after;
    }
    filled + rest
}

/// A pseudo parameter such as `AWS::Region`, by its name without `AWS::`.
pub fn pseudo_parameter(name: &str, out: &mut Converted) -> String {
    let (name, description, default) = match name {
        "Region" => ("region", "Region of the state machines.", None),
        "AccountId" => ("account_id", "AWS account ID of the state machines.", None),
        "Partition" => (
            "partition",
            "AWS partition: `aws`, `aws-cn` or `aws-us-gov`.",
            Some("\"aws\""),
        ),
        "URLSuffix" => (
            "url_suffix",
            "Domain of the AWS endpoints.",
            Some("\"amazonaws.com\""),
        ),
        "StackName" => (
            "stack_name",
            "Name of the former CloudFormation stack.",
            None,
        ),
        "StackId" => ("stack_id", "ARN of the former CloudFormation stack.", None),
        other => (other, "Pseudo parameter of the template.", None),
    };
    out.variable(
        name,
        Variable {
            description: description.into(),
            default: default.map(str::to_owned),
            ty: None,
        },
    )
}

fn of_parameter(name: &str, parameter: &Json) -> Variable {
    let text = |key: &str| parameter.get(key).and_then(Json::as_str);
    let kind = text("Type").unwrap_or("String");
    let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
    let default = parameter
        .get("Default")
        .filter(|_| !kind.starts_with("AWS::SSM::"))
        .map(|default| {
            let text = match default {
                Json::String(text) => text.clone(),
                Json::Number(number) => number.to_string(),
                Json::Bool(flag) => flag.to_string(),
                _ => String::new(),
            };
            match kind {
                "Number" if text.parse::<serde_json::Number>().is_ok() => text,
                _ if is_list => {
                    let items: Vec<_> = text.split(',').map(|item| quoted(item.trim())).collect();
                    format!("[{}]", items.join(", "))
                }
                _ => quoted(&text),
            }
        });
    let ty = match kind {
        "Number" => Some("number".to_owned()),
        _ if is_list => Some("list(string)".to_owned()),
        _ => None,
    };
    let description = text("Description").map_or_else(
        || format!("Parameter `{name}` of the template."),
        str::to_owned,
    );
    Variable {
        description,
        default,
        ty,
    }
}
