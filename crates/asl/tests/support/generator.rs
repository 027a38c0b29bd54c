//! Random valid definitions, from the schema of the language.

use std::collections::BTreeSet;

use asl::model::QueryLanguage;
use asl::schema::{FieldSchema, FieldType, Language, ObjectSchema};
use asl::{Json, Members};

/// A generator of definitions. The same seed generates the same definition.
pub struct Generator {
    state: u64,
    names: usize,
    comparisons: usize,
    machine_language: QueryLanguage,
    /// The fields that were written so far, as `Object.Field`.
    pub covered: BTreeSet<String>,
}

/// Fields with transitions and scopes, which the generator writes separately.
const FLOW: [&str; 9] = [
    "Next",
    "End",
    "Default",
    "Branches",
    "ItemProcessor",
    "Iterator",
    "Choices",
    "QueryLanguage",
    "Catch",
];

/// Fields of which exactly one is required.
const WAITS: [&str; 4] = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];

const DEPTH: usize = 3;

impl Generator {
    /// Creates a generator with a seed.
    pub fn new(seed: u64) -> Self {
        let machine_language = if seed.is_multiple_of(2) {
            QueryLanguage::JSONPath
        } else {
            QueryLanguage::JSONata
        };
        Self {
            state: seed.wrapping_mul(2) | 1,
            names: 0,
            comparisons: usize::try_from(seed % 1_000).unwrap_or_default() * 7,
            machine_language,
            covered: BTreeSet::new(),
        }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.state >> 33) as usize) % limit
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A state machine.
    pub fn definition(&mut self) -> Json {
        let mut members = Members::default();
        if self.machine_language == QueryLanguage::JSONata || self.chance(50) {
            members.insert(
                "QueryLanguage".into(),
                format!("{:?}", self.machine_language).into(),
            );
            self.covered.insert("Definition.QueryLanguage".into());
        }
        for field in &Language::get().definition.fields {
            if !FLOW.contains(&field.name.as_str())
                && field.shape != FieldType::States
                && field.name != "StartAt"
                && self.chance(40)
            {
                self.write("Definition", field, self.machine_language, &mut members);
            }
        }
        self.scope(0, &mut members);
        self.covered
            .extend(["Definition.StartAt", "Definition.States"].map(str::to_owned));
        Json::Object(members)
    }

    /// Adds `StartAt` and `States` of a sequence of states.
    fn scope(&mut self, depth: usize, members: &mut Members) {
        let count = 1 + self.below(3);
        let names: Vec<String> = (0..count)
            .map(|_| {
                self.names += 1;
                let decoration = ["", " ä", "/x", " \"q\""][self.below(4)];
                format!("S{}{decoration}", self.names)
            })
            .collect();
        members.insert("StartAt".into(), names[0].as_str().into());
        let states = names.iter().enumerate().map(|(index, name)| {
            let state = self.state(depth, &names, index);
            (name.clone(), state)
        });
        let states: Members = states.collect();
        members.insert("States".into(), Json::Object(states));
    }

    fn state(&mut self, depth: usize, names: &[String], index: usize) -> Json {
        let next = names.get(index + 1);
        let types: &[&str] = match (next, depth < DEPTH) {
            (Some(_), true) => &[
                "Task", "Pass", "Wait", "Choice", "Parallel", "Map", "Parallel", "Map",
            ],
            (Some(_), false) => &["Task", "Pass", "Wait", "Choice"],
            (None, true) => &["Task", "Pass", "Wait", "Succeed", "Fail", "Parallel", "Map"],
            (None, false) => &["Task", "Pass", "Wait", "Succeed", "Fail"],
        };
        let object = Language::get()
            .state(types[self.below(types.len())])
            .unwrap();
        let mut members = Members::from_iter([("Type".to_owned(), object.name.as_str().into())]);
        let mut language = self.machine_language;
        if self.chance(20) {
            language = QueryLanguage::JSONata;
            members.insert("QueryLanguage".into(), "JSONata".into());
            self.covered
                .insert(format!("{}.QueryLanguage", object.name));
        }
        let waits = match language {
            QueryLanguage::JSONPath => WAITS[self.below(4)],
            QueryLanguage::JSONata => ["Seconds", "Timestamp"][self.below(2)],
        };
        for field in &object.fields {
            let name = field.name.as_str();
            let wanted = match name {
                _ if FLOW.contains(&name) => false,
                _ if object.name == "Wait" && WAITS.contains(&name) => name == waits,
                "Parameters" | "Arguments" if object.name == "Task" => true,
                _ => field.required || self.chance(35),
            };
            if wanted {
                self.write(&object.name, field, language, &mut members);
            }
        }
        self.flow(object, depth, names, next, language, &mut members);
        Json::Object(members)
    }

    /// Adds the transitions and scopes of a state.
    fn flow(
        &mut self,
        object: &'static ObjectSchema,
        depth: usize,
        names: &[String],
        next: Option<&String>,
        language: QueryLanguage,
        members: &mut Members,
    ) {
        let covered = |generator: &mut Self, field: &str| {
            generator.covered.insert(format!("{}.{field}", object.name))
        };
        match object.name.as_str() {
            "Parallel" => {
                let branches = (0..=self.below(2))
                    .map(|_| self.container("Branch", depth))
                    .collect();
                members.insert("Branches".into(), Json::Array(branches));
                covered(self, "Branches");
            }
            "Map" => {
                let (field, kind) = if self.chance(70) {
                    ("ItemProcessor", "ItemProcessor")
                } else {
                    ("Iterator", "ItemProcessor")
                };
                let container = self.container(kind, depth);
                members.insert(field.into(), container);
                covered(self, field);
            }
            "Choice" => {
                let target = next.cloned().unwrap_or_default();
                let rules = (0..2 + self.below(5))
                    .map(|_| self.rule(&target, language))
                    .collect();
                members.insert("Choices".into(), Json::Array(rules));
                covered(self, "Choices");
                if self.chance(60) {
                    members.insert("Default".into(), target.into());
                    covered(self, "Default");
                }
            }
            _ => {}
        }
        if object.field("Catch").is_some() && self.chance(40) {
            let target = names[self.below(names.len())].clone();
            let catcher = self.object("Catcher", language, &[("Next", target.into())]);
            members.insert("Catch".into(), Json::Array(vec![catcher]));
            covered(self, "Catch");
        }
        if object.field("End").is_some() {
            match next {
                Some(next) => members.insert("Next".into(), next.as_str().into()),
                None => members.insert("End".into(), Json::Bool(true)),
            };
            covered(self, if next.is_some() { "Next" } else { "End" });
        }
    }

    fn container(&mut self, kind: &str, depth: usize) -> Json {
        let mut members = Members::default();
        for field in &Language::get().object(kind).unwrap().fields {
            if !["StartAt", "States"].contains(&field.name.as_str()) && self.chance(50) {
                self.write(kind, field, self.machine_language, &mut members);
            }
        }
        self.scope(depth + 1, &mut members);
        self.covered
            .extend([format!("{kind}.StartAt"), format!("{kind}.States")]);
        Json::Object(members)
    }

    fn rule(&mut self, target: &str, language: QueryLanguage) -> Json {
        let mut members = Members::from_iter([("Next".to_owned(), target.into())]);
        self.covered.insert("ChoiceRule.Next".into());
        for field in ["Comment", "Output", "Assign"] {
            let field = Language::get()
                .object("ChoiceRule")
                .unwrap()
                .field(field)
                .unwrap();
            if self.chance(30) {
                self.write("ChoiceRule", field, language, &mut members);
            }
        }
        if language == QueryLanguage::JSONata {
            let condition = if self.chance(50) {
                Json::Bool(true)
            } else {
                "{% $states.input.x = 1 %}".into()
            };
            members.insert("Condition".into(), condition);
            self.covered.insert("ChoiceRule.Condition".into());
        } else {
            self.condition("ChoiceRule", 0, &mut members);
        }
        Json::Object(members)
    }

    fn condition(&mut self, owner: &str, depth: usize, members: &mut Members) {
        let nested = depth < 2 && self.chance(if depth == 0 { 25 } else { 60 });
        let field = if nested {
            ["And", "Or", "Not"][self.below(3)]
        } else {
            "Variable"
        };
        self.covered.insert(format!("{owner}.{field}"));
        let inner = |generator: &mut Self| {
            let mut inner = Members::default();
            if generator.chance(30) {
                inner.insert("Comment".into(), "c".into());
                generator.covered.insert("Comparison.Comment".into());
            }
            generator.condition("Comparison", depth + 1, &mut inner);
            Json::Object(inner)
        };
        let value = match field {
            "Not" => inner(self),
            "Variable" => {
                let comparisons: Vec<&FieldSchema> = Language::get()
                    .object("Comparison")
                    .unwrap()
                    .fields
                    .iter()
                    .filter(|field| {
                        !["Comment", "Variable", "And", "Or", "Not"].contains(&field.name.as_str())
                    })
                    .collect();
                let turn = self.comparisons;
                self.comparisons += 1;
                let comparison = comparisons[turn % comparisons.len()];
                self.write(owner, comparison, QueryLanguage::JSONPath, members);
                "$.v".into()
            }
            _ => Json::Array((0..2 + self.below(2)).map(|_| inner(self)).collect()),
        };
        members.insert(field.into(), value);
    }

    /// Writes a field, unless the query language does not have it, or it conflicts with another field.
    fn write(
        &mut self,
        owner: &str,
        field: &FieldSchema,
        language: QueryLanguage,
        members: &mut Members,
    ) {
        let twin = field.shape == FieldType::String
            && field
                .name
                .strip_suffix("Path")
                .is_some_and(|name| members.contains_key(name));
        if twin || field.language.is_some_and(|only| only != language) {
            return;
        }
        let needs_another = match (owner, field.name.as_str()) {
            ("Map", "Parameters") => members.contains_key("ItemSelector"),
            ("ResultWriter", "Resource") => true,
            _ => false,
        };
        let value = self
            .particular(owner, field, language, members)
            .or_else(|| self.value(field, language));
        if let Some(value) = value.filter(|_| !needs_another) {
            members.insert(field.name.clone(), value);
            self.covered.insert(format!("{owner}.{}", field.name));
        }
        if let ("ResultWriter", "Parameters" | "Arguments") = (owner, field.name.as_str()) {
            members.insert("Resource".into(), "arn:aws:states:::s3:putObject".into());
            self.covered.insert("ResultWriter.Resource".into());
        }
    }

    /// A value for a field that does not accept all values of its type.
    fn particular(
        &mut self,
        owner: &str,
        field: &FieldSchema,
        language: QueryLanguage,
        members: &Members,
    ) -> Option<Json> {
        let object = |pairs: Vec<(&str, Json)>| {
            Json::Object(
                pairs
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect(),
            )
        };
        Some(match (owner, field.name.as_str()) {
            (_, "Credentials") => {
                object(vec![("RoleArn", "arn:aws:iam::123456789012:role/r".into())])
            }
            (_, "Label") => {
                self.names += 1;
                format!("label-{}", self.names).into()
            }
            (_, "Assign") => {
                self.names += 1;
                let value = self.open(language, 1);
                object(vec![(&format!("v{}", self.names), value)])
            }
            ("Task", "TimeoutSeconds") => Json::Number(1_000.into()),
            ("Task", "Parameters" | "Arguments") => {
                let (required, optional) = match members
                    .get("Resource")
                    .and_then(Json::as_str)
                    .unwrap_or_default()
                {
                    text if text.ends_with("sns:publish") => ("Message", "Subject"),
                    _ => ("FunctionName", "Payload"),
                };
                let value = self.open(language, 1);
                object(vec![(required, value), (optional, self.open(language, 1))])
            }
            ("ItemReader", "Resource") => "arn:aws:states:::s3:listObjectsV2".into(),
            ("ItemReader", "ReaderConfig") => return Some(self.reader_config(language)),
            (_, "ProcessorConfig") => {
                self.covered.extend(
                    ["ProcessorConfig.Mode", "ProcessorConfig.ExecutionType"].map(str::to_owned),
                );
                if self.chance(50) {
                    object(vec![("Mode", "INLINE".into())])
                } else {
                    object(vec![
                        ("Mode", "DISTRIBUTED".into()),
                        ("ExecutionType", "STANDARD".into()),
                    ])
                }
            }
            _ => return None,
        })
    }

    /// A valid combination of the options of a reader.
    fn reader_config(&mut self, language: QueryLanguage) -> Json {
        let headers = Json::Array(vec!["a".into(), "b".into()]);
        let pairs: Vec<(&str, Json)> = match self.below(4) {
            0 => vec![
                ("InputType", "CSV".into()),
                ("CSVDelimiter", "TAB".into()),
                ("CSVHeaderLocation", "GIVEN".into()),
                ("CSVHeaders", headers),
            ],
            1 => vec![
                ("InputType", "JSON".into()),
                ("ItemsPointer", "/items".into()),
                ("MaxItems", Json::Number(5.into())),
            ],
            2 => vec![
                ("InputType", "JSONL".into()),
                ("Transformation", "LOAD_AND_FLATTEN".into()),
            ],
            _ => vec![("ManifestType", "S3_INVENTORY".into())],
        };
        let path = language == QueryLanguage::JSONPath && pairs.len() == 1;
        let path = path.then(|| ("MaxItemsPath", "$.p".into()));
        let pairs = pairs.into_iter().chain(path);
        Json::Object(
            pairs
                .map(|(key, value)| {
                    self.covered.insert(format!("ReaderConfig.{key}"));
                    (key.to_owned(), value)
                })
                .collect(),
        )
    }

    fn value(&mut self, field: &FieldSchema, language: QueryLanguage) -> Option<Json> {
        let name = field.name.as_str();
        Some(match &field.shape {
            FieldType::NullableString if self.chance(20) => Json::Null,
            FieldType::String | FieldType::NullableString => match name {
                "Resource" => [
                    "arn:aws:states:::sns:publish",
                    "arn:aws:states:::lambda:invoke",
                    "arn:aws:lambda:eu-west-1:123456789012:function:f:live",
                ][self.below(3)]
                .into(),
                _ if name.starts_with("Timestamp") && !name.ends_with("Path") => {
                    "2026-01-01T00:00:00Z".into()
                }
                _ if name.ends_with("Path") => "$.p".into(),
                _ => [
                    "text",
                    "with \"quotes\" and ${not} %{a template}",
                    "ünï\ncode",
                ][self.below(3)]
                .into(),
            },
            FieldType::Enum(words) => words[self.below(words.len())].as_str().into(),
            FieldType::Boolean | FieldType::BooleanOrExpression => Json::Bool(self.chance(50)),
            FieldType::Integer
            | FieldType::IntegerOrExpression
            | FieldType::Number
            | FieldType::NumberOrExpression => {
                let either = matches!(
                    field.shape,
                    FieldType::IntegerOrExpression | FieldType::NumberOrExpression
                );
                if either && language == QueryLanguage::JSONata && self.chance(40) {
                    "{% $states.input.n %}".into()
                } else if matches!(
                    field.shape,
                    FieldType::Number | FieldType::NumberOrExpression
                ) && self.chance(50)
                {
                    Json::Number("1.25".parse().unwrap())
                } else {
                    let minimum = field.minimum.unwrap_or(0);
                    Json::Number((minimum + i64::try_from(self.below(60)).unwrap()).into())
                }
            }
            FieldType::Strings => Json::Array(
                (0..=self.below(2))
                    .map(|n| format!("Error{n}").into())
                    .collect(),
            ),
            FieldType::Json => self.open(language, 0),
            FieldType::Object(kind) => self.object(kind, language, &[]),
            FieldType::Objects(kind) => Json::Array(
                (0..=self.below(2))
                    .map(|_| self.object(kind, language, &[]))
                    .collect(),
            ),
            FieldType::States => return None,
        })
    }

    fn object(&mut self, kind: &str, language: QueryLanguage, given: &[(&str, Json)]) -> Json {
        let mut members: Members = given
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        self.covered
            .extend(given.iter().map(|(name, _)| format!("{kind}.{name}")));
        let before = members.len();
        for field in &Language::get().object(kind).unwrap().fields {
            if !members.contains_key(&field.name) && (field.required || self.chance(50)) {
                self.write(kind, field, language, &mut members);
            }
        }
        if kind == "ResultWriter"
            && !members.contains_key("WriterConfig")
            && !members.contains_key("Resource")
        {
            members.insert(
                "WriterConfig".into(),
                self.object("WriterConfig", language, &[]),
            );
        }
        if kind == "ItemBatcher" && !members.keys().any(|key| key.starts_with("Max")) {
            members.insert("MaxItemsPerBatch".into(), Json::Number(7.into()));
        }
        // An empty block would be lost.
        if members.len() == before {
            let first = Language::get()
                .object(kind)
                .unwrap()
                .fields
                .iter()
                .find(|f| f.language.is_none_or(|l| l == language))
                .unwrap();
            self.write(kind, first, language, &mut members);
        }
        Json::Object(members)
    }

    /// Any JSON except `null` at the top level.
    fn open(&mut self, language: QueryLanguage, depth: usize) -> Json {
        match self.below(if depth < 3 { 8 } else { 5 }) {
            0 => Json::Bool(true),
            1 => Json::Number(
                ["0", "-7", "12345678901234567890", "0.1", "1e3"][self.below(5)]
                    .parse()
                    .unwrap(),
            ),
            2 => "plain ${text}".into(),
            3 if language == QueryLanguage::JSONata => "{% $states.input %}".into(),
            4 if depth > 0 => Json::Null,
            5 => Json::Array(
                (0..self.below(3))
                    .map(|_| self.open(language, depth + 1))
                    .collect(),
            ),
            _ => {
                let keys = ["a", "b.$", "C d", "TopicArn"];
                let value = |generator: &mut Self, key: &str| {
                    if key.ends_with(".$") {
                        "$.x".into()
                    } else {
                        generator.open(language, depth + 1)
                    }
                };
                Json::Object(
                    (0..self.below(4))
                        .map(|n| (keys[n].to_owned(), value(self, keys[n])))
                        .collect(),
                )
            }
        }
    }
}

/// All fields of the language, as `Object.Field`.
pub fn all_fields() -> BTreeSet<String> {
    let language = Language::get();
    let objects = language
        .states
        .iter()
        .chain([&language.definition])
        .chain(language.objects());
    objects
        .flat_map(|object| {
            object
                .fields
                .iter()
                .map(|field| format!("{}.{}", object.name, field.name))
        })
        .collect()
}
