//! Test files.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use asl::{Document, Format, JsonPointer, PathBuilder, line_and_column};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Expect;

/// A test file: `*.sfntest.yaml` or `*.sfntest.json`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Tests of an AWS Step Functions workflow")]
pub struct TestFile {
    /// The workflow to test: a definition such as `order.asl.json`, or `FILE#NAME` for a state machine in a template
    /// or `.tf` file. Relative to the folder of the test file.
    pub workflow: String,
    /// Answers of the tasks in all cases that have no answer of their own for the state.
    #[serde(default)]
    pub mocks: IndexMap<String, Mocks>,
    /// The cases by name.
    pub cases: IndexMap<String, CaseFile>,
}

/// A case.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// Input of the execution. Defaults to `{}`.
    #[serde(default = "empty")]
    pub input: Value,
    /// Answers of the tasks by the name of their state: one for all calls, or a list with one for each call.
    #[serde(default)]
    pub mocks: IndexMap<String, Mocks>,
    /// Datasets that item readers read, by the name of their Map state.
    #[serde(default)]
    pub datasets: IndexMap<String, Dataset>,
    /// Expectations of the execution.
    #[serde(default)]
    pub expect: Expect,
    /// Start time, in RFC 3339 format. Defaults to `2026-01-01T00:00:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Seed of random numbers and UUIDs. Defaults to `0`.
    #[serde(default)]
    pub seed: u64,
    /// Whether the execution is an Express execution, which ends after five minutes. Defaults to `false`.
    #[serde(default)]
    pub express: bool,
}

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}

/// The answers of a state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Mocks {
    // First, because serde would read a list as the fields of a mock.
    /// The answers of the first call, the second call, and so on.
    Each(Vec<Mock>),
    /// The answer of all calls.
    All(Box<Mock>),
}

/// An answer of a task. Exactly one of `return`, `payload`, `throw`, `never`, `command` and `function` is required.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mock {
    /// Result of the task, as the service returns it.
    #[serde(
        default,
        rename = "return",
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub result: Option<Value>,
    /// Result of the function that `lambda:invoke` calls. The other members of the response are added.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub payload: Option<Value>,
    /// Error with which the task fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throw: Option<Throw>,
    /// Whether the task never ends, so that only a timeout ends the state.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub never: bool,
    /// Program that reads the input of the task from standard input, and writes the result to standard output, both
    /// as JSON. An exit code other than 0 fails the task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    /// Folder with the code of a Lambda function in Python or Node.js.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<PathBuf>,
    /// Handler of the function, such as `main.handler`. Defaults to `index.handler`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// Runtime of the function, such as `python3.12` or `nodejs22.x`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime: Option<String>,
    /// Environment variables of the function or program.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub environment: IndexMap<String, String>,
    /// Time until the task ends, such as `2s` or `5m`. Takes no real time. Defaults to `0s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Time>,
    /// Response of the service to the call, if the task waits for a job or a task token after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted: Option<Value>,
    /// Answers by the index of the item of the Map state around the state, in place of an answer for all items.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub items: IndexMap<String, Mocks>,
    /// How the result is compared with the response of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validate: Option<Validate>,
}

/// How the result of a mock is compared with the response of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Validate {
    /// All members must have the right type, and the required ones must be present.
    Strict,
    /// The members that are present must have the right type.
    Present,
    /// Not at all.
    None,
}

/// An error of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Throw {
    /// Name of the error.
    pub error: String,
    /// Cause of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

impl Throw {
    /// The failure of the task.
    pub(crate) fn failure(&self) -> asl_run::Failure {
        asl_run::Failure {
            error: Some(self.error.clone()),
            cause: self.cause.clone(),
        }
    }
}

/// What an item reader reads. Exactly one of `file`, `folder`, `content` and `throw` is required.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dataset {
    /// File with the content of the object. Relative to the folder of the test file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// Folder with the objects of the bucket. The key of an object is the path of its file in the folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    /// Content of the object: a string with its text, or another value that the object has as JSON.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub content: Option<Value>,
    /// Error with which the reading fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throw: Option<Throw>,
}

impl Dataset {
    /// The dataset in a file, or in a folder.
    pub fn at(path: PathBuf) -> Self {
        if path.is_dir() {
            Self {
                folder: Some(path),
                ..Self::default()
            }
        } else {
            Self {
                file: Some(path),
                ..Self::default()
            }
        }
    }
}

/// A duration, such as `500ms`, `2s`, `5m` or `1h`, or a number of seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct Time(pub Duration);

impl From<Time> for String {
    fn from(Time(duration): Time) -> Self {
        format!("{}ms", duration.as_millis())
    }
}

impl JsonSchema for Time {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A duration, such as `500ms`, `2s`, `5m` or `1h`, or a number of seconds.",
            "type": ["string", "number"],
            "pattern": "^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$"
        })
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let read = match &value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => seconds(text),
            _ => None,
        };
        let duration = read.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        duration.map(Self).ok_or_else(|| {
            serde::de::Error::custom(format!("a duration such as `2s` is expected, got {value}"))
        })
    }
}

fn seconds(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 5] = [
        ("ms", 0.001),
        ("s", 1.0),
        ("m", 60.0),
        ("h", 3600.0),
        ("d", 86_400.0),
    ];
    let (number, factor) = UNITS
        .iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))?;
    Some(number.trim().parse::<f64>().ok()? * factor)
}

/// A member that is present, even if it is `null`.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// The cases of a test file.
#[derive(Debug, Clone)]
pub struct Suite {
    /// The workflow, as the file names it.
    pub workflow: String,
    /// The line of the workflow.
    pub line: usize,
    /// The cases, in their order.
    pub cases: Vec<Case>,
    /// Errors in the file.
    pub problems: Vec<Problem>,
}

/// A case of a test file.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// Its line, from 1.
    pub line: usize,
    /// The case.
    pub file: CaseFile,
    /// The answers of the tasks for which the case has none.
    pub shared: Rc<IndexMap<String, Mocks>>,
    /// The lines of its mocks by the name of the state.
    pub mock_lines: IndexMap<String, usize>,
    /// Whether to keep the data flow of each state.
    pub inspect: bool,
}

impl Case {
    /// A case with an input only.
    pub fn new(input: Value) -> Self {
        Self {
            name: "run".to_owned(),
            line: 1,
            file: CaseFile {
                input,
                ..CaseFile::default()
            },
            shared: Rc::default(),
            mock_lines: IndexMap::new(),
            inspect: false,
        }
    }

    /// A case with an input, and with mocks as a test file has them. Programs are not allowed.
    ///
    /// # Errors
    /// The error in a mock, with the name of its state.
    pub fn without_programs(input: Value, mocks: Value) -> Result<Self, String> {
        let mut case = Self::new(input);
        let mocks = match mocks {
            Value::Null => return Ok(case),
            Value::Object(mocks) => mocks,
            _ => return Err("the mocks must be an object with the names of states".to_owned()),
        };
        for (state, mocks) in mocks {
            let wrong = |message: String| format!("mock of `{state}`: {message}");
            let root = JsonPointer::root();
            check_mocks(&asl::Json::from(mocks.clone()), &PathBuilder::Start(&root))
                .map_err(|(_, message)| wrong(message))?;
            let read: Mocks =
                serde_json::from_value(mocks).map_err(|error| wrong(error.to_string()))?;
            if read.has_program() {
                return Err(wrong(
                    "programs cannot run here: use `return` or `payload`".to_owned(),
                ));
            }
            case.file.mocks.insert(state, read);
        }
        Ok(case)
    }

    /// Sets the answer of all calls of a state.
    pub fn mock(&mut self, state: &str, mock: Mock) {
        let mocks = Mocks::All(Box::new(mock));
        self.file.mocks.insert(state.to_owned(), mocks);
    }
}

impl Mocks {
    fn has_program(&self) -> bool {
        match self {
            Self::Each(mocks) => mocks.iter().any(Mock::has_program),
            Self::All(mock) => mock.has_program(),
        }
    }
}

impl Mock {
    fn has_program(&self) -> bool {
        let items = self.items.values().any(Mocks::has_program);
        self.command.is_some() || self.function.is_some() || items
    }

    /// An answer with a result that is not compared with the response of the service.
    pub fn result(result: Value) -> Self {
        Self {
            result: Some(result),
            validate: Some(Validate::None),
            ..Self::default()
        }
    }
}

/// An error in a test file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// The error.
    pub message: String,
}

/// Reads a test file.
pub fn read(text: &str, format: Format) -> Suite {
    let parsed = match format {
        Format::Json => asl::parse(text),
        Format::Yaml => asl::parse_yaml(text),
    };
    let mut suite = Suite {
        workflow: String::new(),
        line: 1,
        cases: Vec::new(),
        problems: Vec::new(),
    };
    match parsed {
        Ok((document, problems)) => {
            let problems = problems.iter().map(|problem| at(text, problem));
            suite.problems.extend(problems);
            Reader {
                text,
                document: &document,
            }
            .suite(&mut suite);
        }
        Err(problem) => suite.problems.push(at(text, &problem)),
    }
    suite
}

fn at(text: &str, error: &asl::TextError) -> Problem {
    Problem {
        line: line_and_column(text, &error.span).0,
        message: error.message.clone(),
    }
}

struct Reader<'a> {
    text: &'a str,
    document: &'a Document,
}

impl Reader<'_> {
    fn line(&self, place: &JsonPointer) -> usize {
        line_and_column(self.text, &self.document.label_span(place)).0
    }

    fn suite(&self, suite: &mut Suite) {
        let start = JsonPointer::root();
        let root = PathBuilder::Start(&start);
        let mut problem = |place: &JsonPointer, message: String| {
            suite.problems.push(Problem {
                line: self.line(place),
                message,
            });
        };
        let Some(members) = self.document.root.as_object() else {
            return problem(
                &JsonPointer::root(),
                "a test file has `workflow` and `cases`".to_owned(),
            );
        };
        for name in members
            .keys()
            .filter(|name| !["workflow", "mocks", "cases"].contains(&name.as_str()))
        {
            let place = PathBuilder::Member(&root, name).pointer();
            problem(
                &place,
                format!("unknown field `{name}`, expected `workflow`, `mocks` or `cases`"),
            );
        }
        match members.get("workflow").and_then(asl::Json::as_str) {
            Some(workflow) => {
                let place = PathBuilder::Member(&root, "workflow").pointer();
                suite.line = self.line(&place);
                suite.workflow = workflow.to_owned();
            }
            None => problem(&JsonPointer::root(), "`workflow` is required".to_owned()),
        }
        let Some(cases) = members.get("cases").and_then(asl::Json::as_object) else {
            return problem(&JsonPointer::root(), "`cases` is required".to_owned());
        };
        let mut shared = IndexMap::new();
        for (state, mocks) in members_of(members.get("mocks")) {
            let at_mocks = PathBuilder::Member(&root, "mocks");
            let way = PathBuilder::Member(&at_mocks, state);
            match check_mocks(mocks, &way).and_then(|()| part(mocks, &way)) {
                Ok(mocks) => {
                    shared.insert(state.clone(), mocks);
                }
                Err((place, message)) => problem(&place, message),
            }
        }
        let shared = Rc::new(shared);
        let at_cases = PathBuilder::Member(&root, "cases");
        for (name, case) in cases {
            let way = PathBuilder::Member(&at_cases, name);
            match self.case(name, case, &shared, &way) {
                Ok(case) => suite.cases.push(case),
                Err((place, message)) => problem(&place, message),
            }
        }
    }

    fn case(
        &self,
        name: &str,
        case: &asl::Json,
        shared: &Rc<IndexMap<String, Mocks>>,
        way: &PathBuilder<'_>,
    ) -> Result<Case, (JsonPointer, String)> {
        // The parts are read one after another, so that an error has the line of its part.
        let mut mock_lines = IndexMap::new();
        let at_mocks = PathBuilder::Member(way, "mocks");
        for (state, mocks) in members_of(case.get("mocks")) {
            let place = PathBuilder::Member(&at_mocks, state);
            mock_lines.insert(state.clone(), self.line(&place.pointer()));
            check_mocks(mocks, &place)?;
        }
        let at_datasets = PathBuilder::Member(way, "datasets");
        for (state, dataset) in members_of(case.get("datasets")) {
            check_dataset(dataset, &PathBuilder::Member(&at_datasets, state))?;
        }
        if let Some(expect) = case.get("expect") {
            part::<Expect>(expect, &PathBuilder::Member(way, "expect"))?;
        }
        Ok(Case {
            name: name.to_owned(),
            line: self.line(&way.pointer()),
            file: part(case, way)?,
            shared: Rc::clone(shared),
            mock_lines,
            inspect: false,
        })
    }
}

fn members_of(json: Option<&asl::Json>) -> impl Iterator<Item = (&String, &asl::Json)> {
    json.and_then(asl::Json::as_object).into_iter().flatten()
}

/// Reads a part of the file.
fn part<T: serde::de::DeserializeOwned>(
    json: &asl::Json,
    way: &PathBuilder<'_>,
) -> Result<T, (JsonPointer, String)> {
    let value = json.to_value().unwrap_or(Value::Null);
    serde_json::from_value(value).map_err(|error| (way.pointer(), error.to_string()))
}

fn check_mocks(mocks: &asl::Json, way: &PathBuilder<'_>) -> Result<(), (JsonPointer, String)> {
    if let Some(list) = mocks.as_array() {
        for (index, mock) in list.iter().enumerate() {
            check_mock(mock, &PathBuilder::Element(way, index))?;
        }
        return Ok(());
    }
    check_mock(mocks, way)
}

fn check_mock(mock: &asl::Json, way: &PathBuilder<'_>) -> Result<(), (JsonPointer, String)> {
    if let Some(items) = mock.get("items").and_then(asl::Json::as_object) {
        let at_items = PathBuilder::Member(way, "items");
        for (index, mocks) in items {
            let place = PathBuilder::Member(&at_items, index);
            if index.parse::<usize>().is_err() {
                let message = format!("the index of an item is expected, got `{index}`");
                return Err((place.pointer(), message));
            }
            check_mocks(mocks, &place)?;
        }
        return Ok(());
    }
    let read: Mock = part(mock, way)?;
    let answers = [
        read.result.is_some(),
        read.payload.is_some(),
        read.throw.is_some(),
        read.never,
        read.command.is_some(),
        read.function.is_some(),
    ];
    match answers.iter().filter(|given| **given).count() {
        1 => Ok(()),
        _ => Err((
            way.pointer(),
            "exactly one of `return`, `payload`, `throw`, `never`, `command` and `function` is required"
                .to_owned(),
        )),
    }
}

fn check_dataset(dataset: &asl::Json, way: &PathBuilder<'_>) -> Result<(), (JsonPointer, String)> {
    let read: Dataset = part(dataset, way)?;
    let sources = [
        read.file.is_some(),
        read.folder.is_some(),
        read.content.is_some(),
        read.throw.is_some(),
    ];
    match sources.iter().filter(|given| **given).count() {
        1 => Ok(()),
        _ => Err((
            way.pointer(),
            "exactly one of `file`, `folder`, `content` and `throw` is required".to_owned(),
        )),
    }
}
