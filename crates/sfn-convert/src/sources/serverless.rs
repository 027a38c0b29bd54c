//! Converts files of the Serverless Framework with the plugin `serverless-step-functions`.
//!
//! Sources: Serverless Framework documentation, "Variables"; README of serverless-step-functions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use asl::Format;
use asl::{Json, JsonPointer, Members, PathBuilder};
use tfplugin::Value;

use super::cloudformation::{encryption, unique};
use super::intrinsic::{Template, pseudo_parameter};
use super::left_out::left_out;
use super::note::Note;
use super::{Converted, Map, Source, Variable, relative};
use crate::machine::{Definition, Machine};

/// Maximum depth of variables that refer to other variables, which limits circular references.
const MAX_DEPTH: usize = 16;

/// Settings of a state machine that are converted or have a note of their own. Other settings are named in a note.
const KEPT: [&str; 15] = [
    "definition",
    "encryptionConfig.KmsDataKeyReusePeriodSeconds",
    "encryptionConfig.KmsKeyId",
    "encryptionConfig.Type",
    "id",
    "inheritGlobalTags",
    "loggingConfig.destinations",
    "loggingConfig.includeExecutionData",
    "loggingConfig.level",
    "name",
    "retain",
    "role",
    "tags",
    "tracingConfig.enabled",
    "type",
];

/// Converts a file.
///
/// # Errors
/// When the file has no state machine.
pub fn convert(root: &Json, source: &Source<'_>, map: &Map) -> Result<Converted, String> {
    let mut out = Converted::default();
    let variables = Variables { root, source };
    let resolved = variables.resolve(root, 0, &mut out);
    let machines = resolved
        .get("stepFunctions")
        .and_then(|section| section.get("stateMachines"));
    let machines = machines
        .and_then(Json::as_object)
        .cloned()
        .unwrap_or_default();
    if machines.is_empty() {
        return Err("the file has no `stepFunctions` with `stateMachines`".into());
    }
    let declared: Vec<String> = out.variables.keys().cloned().collect();
    let global_tags = resolved
        .get("provider")
        .and_then(|provider| provider.get("tags"));
    let resources = resolved.get("resources").cloned().unwrap_or(Json::Null);
    let mut template = Template {
        root: &resources,
        map,
        machines: Default::default(),
    };
    let mut labels = BTreeMap::new();
    let is_whole = |machine: &Json| {
        machine
            .get("definition")
            .is_some_and(|definition| definition.get("States").is_some())
    };
    for (key, machine) in machines.iter().filter(|(_, machine)| is_whole(machine)) {
        let id = machine
            .get("id")
            .and_then(Json::as_str)
            .map_or_else(|| logical_id(key), str::to_owned);
        let label = unique(&template, key);
        labels.insert(key, label.clone());
        template.machines.insert(id, label);
    }
    for (key, settings) in &machines {
        let label = labels.get(key).cloned().unwrap_or_default();
        match machine(
            &template,
            key,
            &label,
            &with_tags(settings, global_tags),
            &mut out,
        ) {
            Ok(machine) => out.machines.push(machine),
            Err(reason) => out.failures.push(format!("`{key}`: {reason}")),
        }
    }
    drop_unused(&machines, &declared, &mut out);
    Ok(out)
}

/// The logical ID that the plugin generates for a state machine.
fn logical_id(key: &str) -> String {
    let mut name: String = key.replace('-', "Dash").replace('_', "Underscore");
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!("{name}StepFunctionsStateMachine")
}

/// The settings of a state machine with the tags of `provider.tags`, unless `inheritGlobalTags` is false. Tags of the
/// state machine take precedence.
fn with_tags(settings: &Json, global: Option<&Json>) -> Json {
    let inherits = settings.get("inheritGlobalTags") != Some(&Json::Bool(false));
    let (Some(Json::Object(global)), Json::Object(settings), true) = (global, settings, inherits)
    else {
        return settings.clone();
    };
    let mut tags = global.clone();
    tags.extend(
        settings
            .get("tags")
            .and_then(Json::as_object)
            .cloned()
            .unwrap_or_default(),
    );
    let mut settings = settings.clone();
    settings.insert("tags".to_owned(), Json::Object(tags));
    Json::Object(settings)
}

/// Removes variables that no state machine uses.
fn drop_unused(machines: &Members, declared: &[String], out: &mut Converted) {
    let mut used = BTreeSet::new();
    let mut collect = |value: &Json| {
        value.walk(
            &PathBuilder::Start(&JsonPointer::root()),
            &mut |way, value| {
                let texts = value.as_str().into_iter().chain(way.name());
                let in_texts = texts
                    .flat_map(|text| out.placeholders.pieces(text))
                    .filter_map(|(_, expression)| expression);
                used.extend(in_texts.flat_map(variables));
                if let Json::Number(number) = value {
                    used.extend(
                        out.placeholders
                            .expression(number)
                            .into_iter()
                            .flat_map(variables),
                    );
                }
                true
            },
        );
    };
    collect(&Json::Object(machines.clone()));
    out.machines
        .iter()
        .for_each(|machine| collect(&asl_hcl::any_to_json(machine.settings.get("tags"))));
    let is_unused = |name: &&String| !used.contains(name.as_str());
    let unused: Vec<&String> = declared.iter().filter(is_unused).collect();
    unused.into_iter().for_each(|name| {
        out.variables.remove(name);
    });
}

/// The names of the variables in an expression.
fn variables(expression: &str) -> impl Iterator<Item = String> {
    let rest = expression.split("var.").skip(1);
    rest.map(|rest| {
        rest.chars()
            .take_while(|c| c.is_alphanumeric() || "_-".contains(*c))
            .collect()
    })
}

fn machine(
    template: &Template<'_>,
    key: &str,
    label: &str,
    settings: &Json,
    out: &mut Converted,
) -> Result<Machine, String> {
    let definition = settings
        .get("definition")
        .filter(|definition| definition.get("States").is_some());
    let definition = definition.ok_or("it has no `definition` with `States`")?;
    let definition = template.definition(definition, &Members::default(), out);
    let mut machine = Machine::new(label, Definition::Asl(definition));
    let value = |name: &str, out: &mut Converted| {
        settings.get(name).map(|value| template.value(value, out))
    };
    let name = value("name", out);
    let mut config = Value::object([("name", name.clone().unwrap_or_default())]);
    if let Some(ty) = value("type", out).filter(|ty| ty.as_str() != Some("STANDARD")) {
        config.set("type", ty);
    }
    match value("role", out) {
        Some(role) => config.set("role_arn", role),
        None => {
            config.set("execution_role", Value::object::<String>([]));
            let note = "the generated role is replaced with one that the provider derives from the definition";
            out.notes
                .push(Note::at(place(key), format!("`{key}`: {note}")));
        }
    }
    if let Some(tags @ Json::Object(_)) = settings.get("tags") {
        config.set("tags", template.value(tags, out));
    }
    if let Some(logs) = settings.get("loggingConfig") {
        let mut block = Value::object::<String>([]);
        for (from, to) in [
            ("level", "level"),
            ("includeExecutionData", "include_execution_data"),
        ] {
            block.set(
                to,
                logs.get(from)
                    .map(|value| template.value(value, out))
                    .unwrap_or_default(),
            );
        }
        let destination = logs
            .get("destinations")
            .and_then(Json::as_array)
            .and_then(<[Json]>::first);
        block.set(
            "log_destination",
            destination
                .map(|value| template.value(value, out))
                .unwrap_or_default(),
        );
        if block.get("level").is_null() {
            block.set("level", "OFF");
        }
        config.set("logging_configuration", block);
    }
    if let Some(enabled) = settings
        .get("tracingConfig")
        .and_then(|tracing| tracing.get("enabled"))
    {
        config.set(
            "tracing_configuration",
            Value::object([("enabled", template.value(enabled, out))]),
        );
    }
    config.set(
        "encryption_configuration",
        encryption(template, settings.get("encryptionConfig"), out),
    );
    machine.settings = config;
    out.notes
        .extend(left_out(key, settings, &place(key), &KEPT));
    let note = format!("`{key}`: set `retain: true` before you remove it from the file");
    out.notes.push(Note::at(place(key), note));
    let description = format!("ARN of the existing state machine `{key}`.");
    let arn = out.variable(
        &format!("{label}_arn"),
        Variable {
            description,
            ..Variable::default()
        },
    );
    out.import(&machine.address(), &arn);
    Ok(machine)
}

/// The place of a state machine in the file.
fn place(key: &str) -> JsonPointer {
    JsonPointer::root()
        .join("stepFunctions")
        .join("stateMachines")
        .join(key.to_owned())
}

/// The variables of a file, `${source:address, fallback}`.
struct Variables<'a> {
    root: &'a Json,
    source: &'a Source<'a>,
}

impl Variables<'_> {
    /// Replaces variables in a value with values of this or another file, or with placeholders.
    fn resolve(&self, value: &Json, depth: usize, out: &mut Converted) -> Json {
        match value {
            Json::String(text) => self.text(text, depth, out),
            Json::Array(elements) => Json::Array(
                elements
                    .iter()
                    .map(|element| self.resolve(element, depth, out))
                    .collect(),
            ),
            Json::Object(members) => {
                let member = |(key, value): (&String, &Json)| {
                    let key = match self.text(key, depth, out) {
                        Json::String(key) => key,
                        _ => key.clone(),
                    };
                    (key, self.resolve(value, depth, out))
                };
                Json::Object(members.iter().map(member).collect())
            }
            other => other.clone(),
        }
    }

    fn text(&self, text: &str, depth: usize, out: &mut Converted) -> Json {
        let mut text = pseudo_parameters(text, out);
        let mut from = 0;
        // Innermost variables first, because they can be parts of the addresses of others.
        while let Some((start, end)) = text
            .get(from..)
            .and_then(innermost)
            .map(|(a, b)| (a + from, b + from))
        {
            let inside = text.get(start + 2..end).unwrap_or("").to_owned();
            let is_whole = start == 0 && end + 1 == text.len();
            match self.variable(&inside, depth, out) {
                // Not a variable, such as `${AWS::Region}` in `Fn::Sub`.
                None => from = end,
                Some(value) if is_whole => return value,
                Some(value) => {
                    let value = match value {
                        Json::String(text) => text,
                        Json::Number(number) => {
                            match out.placeholders.expression(&number).map(str::to_owned) {
                                Some(expression) => out.placeholders.text(&expression),
                                None => number.to_string(),
                            }
                        }
                        other => other
                            .to_value()
                            .map(|value| value.to_string())
                            .unwrap_or_default(),
                    };
                    text.replace_range(start..=end, &value);
                }
            }
        }
        Json::String(text)
    }

    /// The value of a variable; `None` if it is not a variable of the Serverless Framework.
    fn variable(&self, inside: &str, depth: usize, out: &mut Converted) -> Option<Json> {
        let (address, fallback) = match inside.split_once(',') {
            Some((address, fallback)) => (address.trim(), Some(fallback.trim())),
            None => (inside.trim(), None),
        };
        let is_variable =
            address.contains(':') && !address.contains("::") || address.starts_with("file(");
        if !is_variable {
            return None;
        }
        if let Some(value) = self.known(address).filter(|_| depth < MAX_DEPTH) {
            return Some(self.resolve(&value, depth + 1, out));
        }
        let default = fallback.and_then(|fallback| self.fallback(fallback, depth, out));
        if let Some(value) = self.selected(address, default.as_ref(), out) {
            return Some(value);
        }
        let name = address
            .split_once(':')
            .map_or(address, |(source, rest)| match source {
                "self" | "opt" | "sls" | "env" | "param" => rest,
                _ => address,
            });
        let is_number = matches!(default, Some(Json::Number(_)));
        let variable = Variable {
            description: format!("Variable `{address}` of the Serverless Framework."),
            default: default.as_ref().and_then(constant),
            ty: is_number.then(|| "number".to_owned()),
        };
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let expression = out.variable(name.trim_matches('_'), variable);
        Some(match is_number {
            true => Json::Number(out.placeholders.number(&expression).into()),
            false => Json::String(out.placeholders.text(&expression)),
        })
    }

    /// The value of a fallback: a literal, or the value at another address.
    fn fallback(&self, fallback: &str, depth: usize, out: &mut Converted) -> Option<Json> {
        let (first, rest) = first_and_rest(fallback);
        let is_quoted = first.starts_with(['\'', '"']);
        if first.contains(':') && !is_quoted {
            let known = self
                .known(first)
                .filter(|_| depth < MAX_DEPTH)
                .map(|value| self.resolve(&value, depth + 1, out));
            return known.or_else(|| self.fallback(rest?, depth, out));
        }
        if let Some(text) = ['\'', '"']
            .iter()
            .find_map(|quote| first.strip_prefix(*quote)?.strip_suffix(*quote))
        {
            return Some(Json::String(text.to_owned()));
        }
        match first {
            "true" => Some(Json::Bool(true)),
            "false" => Some(Json::Bool(false)),
            "null" | "" => None,
            word => Some(
                word.parse()
                    .map_or_else(|_| Json::String(word.to_owned()), Json::Number),
            ),
        }
    }

    /// The value of a map in the file by an unknown key, such as `self:custom.waits.${opt:stage}`.
    fn selected(&self, address: &str, default: Option<&Json>, out: &mut Converted) -> Option<Json> {
        let (map, key) = address.strip_prefix("self:")?.rsplit_once('.')?;
        let pieces = out.placeholders.pieces(key);
        let [(None, Some(key))] = pieces.as_slice() else {
            return None;
        };
        let members = at(self.root, map)?.as_object()?;
        let entries: Option<Vec<String>> = members
            .iter()
            .map(|(name, value)| Some(format!("{} = {}", tfconfig::quoted(name), constant(value)?)))
            .collect();
        let entries = entries?.join(", ");
        let expression = match default.and_then(constant) {
            Some(default) => format!("lookup({{ {entries} }}, {key}, {default})"),
            None => format!("{{ {entries} }}[{key}]"),
        };
        let is_number = members
            .values()
            .all(|value| matches!(value, Json::Number(_)));
        Some(match is_number {
            true => Json::Number(out.placeholders.number(&expression).into()),
            false => Json::String(out.placeholders.text(&expression)),
        })
    }

    /// The value at an address in this or another file.
    fn known(&self, address: &str) -> Option<Json> {
        if let Some(path) = address.strip_prefix("self:") {
            return at(self.root, path).cloned();
        }
        let (file, path) = address.strip_prefix("file(")?.split_once(')')?;
        let path = path.strip_prefix(':').unwrap_or("");
        let text = (self.source.files)(&relative(file)).ok()?;
        let is_json = Path::new(file)
            .extension()
            .is_some_and(|extension| extension == "json")
            || Format::of_text(&text) == Format::Json;
        let parsed = if is_json {
            asl::parse(&text)
        } else {
            asl::parse_yaml_template(&text)
        };
        at(&parsed.ok()?.0.root, path).cloned()
    }
}

/// Splits the first of several fallbacks from the others. Commas inside of quotes do not separate fallbacks.
fn first_and_rest(fallbacks: &str) -> (&str, Option<&str>) {
    let mut quote = None;
    for (at, c) in fallbacks.char_indices() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, ',') => {
                return (
                    fallbacks.get(..at).unwrap_or("").trim(),
                    fallbacks.get(at + 1..).map(str::trim),
                );
            }
            _ => {}
        }
    }
    (fallbacks.trim(), None)
}

/// A literal as an expression.
fn constant(value: &Json) -> Option<String> {
    match value {
        Json::String(text) if !text.contains(['$', '\u{e000}']) => Some(tfconfig::quoted(text)),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Replaces pseudo parameters of the plugin serverless-pseudo-parameters, such as `#{AWS::Region}`, with placeholders.
fn pseudo_parameters(text: &str, out: &mut Converted) -> String {
    let (mut read, mut rest) = (String::new(), text);
    while let Some((before, name, after)) = rest.split_once("#{AWS::").and_then(|(before, from)| {
        let (name, after) = from.split_once('}')?;
        Some((before, name, after))
    }) {
        let expression = pseudo_parameter(name, out);
        read.push_str(before);
        read.push_str(&out.placeholders.text(&expression));
        rest = after;
    }
    read + rest
}

/// The value at a dotted path.
fn at<'a>(root: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.')
        .filter(|name| !name.is_empty())
        .try_fold(root, |value, name| match value {
            Json::Array(elements) => elements.get(name.parse::<usize>().ok()?),
            other => other.get(name),
        })
}

/// The bytes at which the first innermost variable begins and ends.
fn innermost(text: &str) -> Option<(usize, usize)> {
    let end = text
        .match_indices('}')
        .find(|(end, _)| text.get(..*end).is_some_and(|before| before.contains("${")))?
        .0;
    Some((text.get(..end)?.rfind("${")?, end))
}
