//! The schema of the language, derived from the JSON Schema of the model. The blocks, the rules and the
//! reference use it.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use foldhash::fast::RandomState;

use heck::ToSnakeCase as _;
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::Value;

use crate::model::{self, QueryLanguage};

/// Schema of an object of the language, such as a state of one type, a retrier or a branch.
#[derive(Debug, Clone)]
pub struct ObjectSchema {
    /// Name of the type, such as `Task` or `Retrier`.
    pub name: String,
    /// Description, as Markdown.
    pub description: String,
    /// The fields in the order of the model.
    pub fields: Vec<FieldSchema>,
    /// The positions of the fields by their names.
    by_name: HashMap<String, usize, RandomState>,
}

impl ObjectSchema {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&FieldSchema> {
        self.fields.get(*self.by_name.get(name)?)
    }
}

/// Schema of a field.
#[derive(Debug, Clone)]
pub struct FieldSchema {
    /// The field's name in ASL, such as `TimeoutSeconds`.
    pub name: String,
    /// The name in HCL of the attribute or block, such as `timeout_seconds`.
    pub hcl: String,
    /// Description, as Markdown.
    pub description: String,
    /// Type of the value.
    pub shape: FieldType,
    /// Whether it is required.
    pub required: bool,
    /// Kind of expression in it.
    pub reads: ExpressionKind,
    /// The query language, if only one of them has the field.
    pub language: Option<QueryLanguage>,
    /// Minimum of a number.
    pub minimum: Option<i64>,
    /// Maximum of a number.
    pub maximum: Option<i64>,
    /// Minimum number of elements.
    pub min_items: Option<usize>,
}

/// Kind of the expressions in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpressionKind {
    /// No expression.
    Nothing,
    /// A path to any number of values.
    Path,
    /// A path to exactly one value.
    ReferencePath,
    /// A path to the place at which a result is inserted.
    ResultPath,
    /// A path or an intrinsic function.
    PathOrIntrinsic,
    /// In JSONPath, a payload template. In JSONata, expressions at any depth.
    Template,
    /// In JSONata, expressions at any depth.
    Expression,
}

/// Type of the value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    /// A string.
    String,
    /// A string or `null`.
    NullableString,
    /// One of these strings.
    Enum(Vec<String>),
    /// A boolean.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A boolean or a JSONata expression.
    BooleanOrExpression,
    /// A whole number or a JSONata expression.
    IntegerOrExpression,
    /// A number or a JSONata expression.
    NumberOrExpression,
    /// An array of strings.
    Strings,
    /// Any JSON value.
    Json,
    /// An object of the type with this name.
    Object(String),
    /// An array of objects of the type with this name.
    Objects(String),
    /// States by name.
    States,
}

/// Schema of the Amazon States Language.
#[derive(Debug)]
pub struct Language {
    /// The state machine itself.
    pub definition: ObjectSchema,
    /// One object for each state type, in the order of the specification. The name is the value of `Type`.
    pub states: Vec<ObjectSchema>,
    objects: BTreeMap<String, ObjectSchema>,
}

impl Language {
    /// Returns the schema of the language, which is created on first use.
    pub fn get() -> &'static Self {
        static LANGUAGE: LazyLock<Language> = LazyLock::new(Language::read);
        &LANGUAGE
    }

    /// The schema of a state of this type.
    pub fn state(&self, ty: &str) -> Option<&ObjectSchema> {
        self.states.iter().find(|state| state.name == ty)
    }

    /// The schema of a type that fields refer to.
    pub fn object(&self, name: &str) -> Option<&ObjectSchema> {
        self.objects.get(name)
    }

    /// The schemas of all types that fields refer to.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectSchema> {
        self.objects.values()
    }

    /// Whether an object can contain objects of the same type, at any depth.
    pub fn is_recursive(&self, name: &str) -> bool {
        fn reaches(language: &Language, from: &str, target: &str, seen: &mut Vec<String>) -> bool {
            let Some(object) = language.object(from) else {
                return false;
            };
            object.fields.iter().any(|field| match &field.shape {
                FieldType::Object(next) | FieldType::Objects(next) => {
                    next == target
                        || (!seen.contains(next) && {
                            seen.push(next.clone());
                            reaches(language, next, target, seen)
                        })
                }
                _ => false,
            })
        }
        reaches(self, name, name, &mut Vec::new())
    }

    fn read() -> Self {
        let mut generator = SchemaSettings::draft2020_12().into_generator();
        let mut states = Vec::new();
        add_state::<model::Task>(&mut generator, &mut states, "Task");
        add_state::<model::Pass>(&mut generator, &mut states, "Pass");
        add_state::<model::Choice>(&mut generator, &mut states, "Choice");
        add_state::<model::Wait>(&mut generator, &mut states, "Wait");
        add_state::<model::Parallel>(&mut generator, &mut states, "Parallel");
        add_state::<model::Map>(&mut generator, &mut states, "Map");
        add_state::<model::Succeed>(&mut generator, &mut states, "Succeed");
        add_state::<model::Fail>(&mut generator, &mut states, "Fail");
        let definition = object(
            "Definition",
            generator.subschema_for::<model::Definition>().as_value(),
        );
        let objects = generator
            .definitions()
            .iter()
            .map(|(name, schema)| (name.clone(), object(name, schema)));
        Self {
            definition,
            objects: objects.collect(),
            states,
        }
    }
}

fn add_state<T: JsonSchema>(
    generator: &mut SchemaGenerator,
    states: &mut Vec<ObjectSchema>,
    name: &str,
) {
    let reference = generator.subschema_for::<T>();
    let schema = definition_of(generator, &reference).unwrap_or_default();
    states.push(object(name, &schema));
}

fn definition_of(generator: &SchemaGenerator, reference: &Schema) -> Option<Value> {
    let name = reference.get("$ref")?.as_str()?.rsplit('/').next()?;
    generator.definitions().get(name).cloned()
}

/// Returns the JSON Schema of the language, for editors.
pub fn json_schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<model::Definition>()
        .to_value();
    leave_out_null(&mut schema);
    schema
}

/// Removes `null` from the types of optional fields. A field can be absent, but only fields with `x-null`
/// accept `null`.
fn leave_out_null(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if !members.contains_key("x-null") && !members.contains_key("const") {
                let is_null = |value: &Value| {
                    value == "null" || value.get("type").is_some_and(|ty| ty == "null")
                };
                for key in ["type", "anyOf"] {
                    if let Some(Value::Array(choices)) = members.get_mut(key) {
                        choices.retain(|choice| !is_null(choice));
                    }
                }
            }
            members.values_mut().for_each(leave_out_null);
        }
        Value::Array(elements) => elements.iter_mut().for_each(leave_out_null),
        _ => {}
    }
}

/// A text of the schema, in one line.
fn text(schema: &Value, key: &str) -> String {
    let text = schema.get(key).and_then(Value::as_str).unwrap_or("");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn object(name: &str, schema: &Value) -> ObjectSchema {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let fields =
        properties.map(|(key, property)| field(key, property, required.contains(&key.as_str())));
    let fields: Vec<FieldSchema> = fields.collect();
    let by_name = fields
        .iter()
        .enumerate()
        .map(|(position, field)| (field.name.clone(), position))
        .collect();
    ObjectSchema {
        name: name.to_owned(),
        description: text(schema, "description"),
        fields,
        by_name,
    }
}

fn field(name: &str, property: &Value, required: bool) -> FieldSchema {
    let number = |key: &str| {
        property
            .get(key)
            .and_then(Value::as_f64)
            .map(|number| number as i64)
    };
    let block = text(property, "x-block");
    let shape = shape(property);
    FieldSchema {
        name: name.to_owned(),
        hcl: if block.is_empty() {
            name.to_snake_case()
        } else {
            block
        },
        description: text(property, "description"),
        reads: reads(property, &shape),
        shape,
        required,
        language: match text(property, "x-language").as_str() {
            "JSONPath" => Some(QueryLanguage::JSONPath),
            "JSONata" => Some(QueryLanguage::JSONata),
            _ => None,
        },
        minimum: number("minimum"),
        maximum: number("maximum"),
        min_items: property
            .get("minItems")
            .and_then(Value::as_u64)
            .and_then(|items| usize::try_from(items).ok()),
    }
}

/// The name of the type that a `$ref` refers to, also in an optional field.
fn reference(schema: &Value) -> Option<String> {
    if let Some(path) = schema.get("$ref").and_then(Value::as_str) {
        return path.rsplit('/').next().map(str::to_owned);
    }
    schema.get("anyOf")?.as_array()?.iter().find_map(reference)
}

/// The values of an enumeration, in either form of the JSON Schema of a Rust enum.
fn words(schema: &Value) -> Option<Vec<String>> {
    let strings = |list: &Value, key: Option<&str>| {
        let items = list.as_array()?.iter();
        let words: Vec<String> = items
            .filter_map(|item| {
                key.map_or(Some(item), |key| item.get(key))?
                    .as_str()
                    .map(str::to_owned)
            })
            .collect();
        (!words.is_empty()).then_some(words)
    };
    schema
        .get("enum")
        .and_then(|list| strings(list, None))
        .or_else(|| strings(schema.get("oneOf")?, Some("const")))
        .or_else(|| schema.get("anyOf")?.as_array()?.iter().find_map(words))
}

fn reads(property: &Value, shape: &FieldType) -> ExpressionKind {
    match (text(property, "x-reads").as_str(), shape) {
        ("path", _) => ExpressionKind::Path,
        ("reference-path", _) => ExpressionKind::ReferencePath,
        ("result-path", _) => ExpressionKind::ResultPath,
        ("path-or-intrinsic", _) => ExpressionKind::PathOrIntrinsic,
        ("template", _) => ExpressionKind::Template,
        ("expression", _) => ExpressionKind::Expression,
        (
            _,
            FieldType::BooleanOrExpression
            | FieldType::IntegerOrExpression
            | FieldType::NumberOrExpression,
        ) => ExpressionKind::Expression,
        _ => ExpressionKind::Nothing,
    }
}

fn shape(schema: &Value) -> FieldType {
    if let Some(words) = words(schema) {
        return FieldType::Enum(words);
    }
    if let Some(name) = reference(schema) {
        return FieldType::Object(name);
    }
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => return FieldType::Json,
    };
    let has = |name| types.contains(&name);
    match (has("integer"), has("number"), has("boolean"), has("string")) {
        (true, _, _, true) => FieldType::IntegerOrExpression,
        (_, true, _, true) => FieldType::NumberOrExpression,
        (_, _, true, true) => FieldType::BooleanOrExpression,
        (true, ..) => FieldType::Integer,
        (_, true, ..) => FieldType::Number,
        (_, _, true, _) => FieldType::Boolean,
        (.., true) if schema.get("x-null").is_some() => FieldType::NullableString,
        (.., true) => FieldType::String,
        _ if has("array") => match schema.get("items").and_then(reference) {
            Some(name) => FieldType::Objects(name),
            None => FieldType::Strings,
        },
        _ => FieldType::States,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_is_read_off_the_model() {
        let language = Language::get();
        let mut lines = Vec::new();
        let objects = language
            .states
            .iter()
            .chain([&language.definition])
            .chain(language.objects.values());
        for object in objects.filter(|object| object.name != "Comparison") {
            lines.push(format!("{}:", object.name));
            for field in &object.fields {
                lines.push(format!(
                    "  {} = {} {:?}{}{}{}",
                    field.hcl,
                    field.name,
                    field.shape,
                    if field.required { " required" } else { "" },
                    field
                        .language
                        .map_or(String::new(), |language| format!(" {language:?}")),
                    match (field.minimum, field.maximum) {
                        (None, None) => String::new(),
                        (min, max) => format!(" {min:?}..{max:?}"),
                    },
                ));
            }
        }
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn only_conditions_contain_their_own_kind() {
        let language = Language::get();
        let recursive: Vec<_> = language
            .objects
            .keys()
            .filter(|name| language.is_recursive(name))
            .collect();
        assert_eq!(recursive, ["Comparison"]);
    }
}
