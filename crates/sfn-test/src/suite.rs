//! Test files.

use std::rc::Rc;

use asl::{Document, Format, JsonPointer, PathBuilder, line_and_column};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::Expect;
use crate::mock::{Dataset, Items, Mock, Mocks};

/// A test file: `*.sfntest.yaml` or `*.sfntest.json`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Tests of an AWS Step Functions workflow")]
pub struct TestFile {
    /// The workflow to test: a definition such as `order.asl.json`, or `FILE#NAME` for a state machine in a template
    /// or `.tf` file, relative to the folder of the test file, or the ARN of a state machine on AWS.
    pub workflow: String,
    /// Answers of the tasks in all cases that have no answer of their own for the state.
    #[serde(default)]
    pub mocks: IndexMap<String, Mocks>,
    /// The cases by name.
    pub cases: IndexMap<String, CaseFile>,
}

/// A case.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with the case, such as `input` and `mocks`"
)]
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
    #[serde(default)]
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
    /// The lines of its mocks and datasets by the name of the state.
    pub lines: IndexMap<String, usize>,
    /// Whether to keep the data flow of each state.
    pub inspect: bool,
    /// Its expectations as they are written.
    pub expect: Option<Value>,
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
            lines: IndexMap::new(),
            inspect: false,
            expect: None,
        }
    }

    /// Adds mocks as a test file has them. Those that read files are not allowed.
    ///
    /// # Errors
    /// The error in a mock, with the name of its state.
    pub fn add_mocks(&mut self, mocks: Value) -> Result<(), String> {
        for (state, mocks) in of_states(mocks, "mocks")? {
            let wrong = |message: String| format!("mock of `{state}`: {message}");
            let read: Mocks = read_checked(mocks, check_mocks).map_err(wrong)?;
            if read.reads_files() {
                let message =
                    "programs and other workflows cannot run here: use `return` or `payload`";
                return Err(wrong(message.to_owned()));
            }
            self.file.mocks.insert(state, read);
        }
        Ok(())
    }

    /// Adds datasets as a test file has them. Those that read files are not allowed.
    ///
    /// # Errors
    /// The error in a dataset, with the name of its state.
    pub fn add_datasets(&mut self, datasets: Value) -> Result<(), String> {
        for (state, dataset) in of_states(datasets, "datasets")? {
            let wrong = |message: String| format!("dataset of `{state}`: {message}");
            let read: Dataset = read_checked(dataset, check_dataset).map_err(wrong)?;
            if matches!(read, Dataset::File(_) | Dataset::Folder(_)) {
                let message = "files cannot be read here: use `content`, such as `content = file(\"orders.csv\")`";
                return Err(wrong(message.to_owned()));
            }
            self.file.datasets.insert(state, read);
        }
        Ok(())
    }

    /// Sets the answer of all calls of a state.
    pub fn mock(&mut self, state: &str, mock: Mock) {
        let mocks = Mocks::All(Box::new(mock));
        self.file.mocks.insert(state.to_owned(), mocks);
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
        let (mut shared, mut lines) = (IndexMap::new(), IndexMap::new());
        for (state, mocks) in members_of(members.get("mocks")) {
            let at_mocks = PathBuilder::Member(&root, "mocks");
            let way = PathBuilder::Member(&at_mocks, state);
            lines.insert(state.clone(), self.line(&way.pointer()));
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
            match self.case(name, case, (&shared, &lines), &way) {
                Ok(case) => suite.cases.push(case),
                Err((place, message)) => problem(&place, message),
            }
        }
    }

    fn case(
        &self,
        name: &str,
        case: &asl::Json,
        (shared, lines): (&Rc<IndexMap<String, Mocks>>, &IndexMap<String, usize>),
        way: &PathBuilder<'_>,
    ) -> Result<Case, (JsonPointer, String)> {
        // The parts are read one after another, so that an error has the line of its part.
        let mut lines = lines.clone();
        let at_mocks = PathBuilder::Member(way, "mocks");
        for (state, mocks) in members_of(case.get("mocks")) {
            let place = PathBuilder::Member(&at_mocks, state);
            lines.insert(state.clone(), self.line(&place.pointer()));
            check_mocks(mocks, &place)?;
        }
        let at_datasets = PathBuilder::Member(way, "datasets");
        for (state, dataset) in members_of(case.get("datasets")) {
            let place = PathBuilder::Member(&at_datasets, state);
            lines.insert(state.clone(), self.line(&place.pointer()));
            check_dataset(dataset, &place)?;
        }
        if let Some(expect) = case.get("expect") {
            part::<Expect>(expect, &PathBuilder::Member(way, "expect"))?;
        }
        Ok(Case {
            name: name.to_owned(),
            line: self.line(&way.pointer()),
            file: part(case, way)?,
            shared: Rc::clone(shared),
            lines,
            inspect: false,
            expect: case.get("expect").and_then(asl::Json::to_value),
        })
    }
}

/// The members of an object with the names of states. None for null.
fn of_states(value: Value, what: &str) -> Result<serde_json::Map<String, Value>, String> {
    match value {
        Value::Null => Ok(serde_json::Map::new()),
        Value::Object(members) => Ok(members),
        _ => Err(format!(
            "the {what} must be an object with the names of states"
        )),
    }
}

/// A check of a part of the file. The error has its place.
type Check = fn(&asl::Json, &PathBuilder<'_>) -> Result<(), (JsonPointer, String)>;

/// Reads a value after a check with better messages.
fn read_checked<T: serde::de::DeserializeOwned>(value: Value, check: Check) -> Result<T, String> {
    let root = JsonPointer::root();
    check(&asl::Json::from(value.clone()), &PathBuilder::Start(&root))
        .map_err(|(_, message)| message)?;
    serde_json::from_value(value).map_err(|error| error.to_string())
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
    let Some(items) = mock.get("items") else {
        // Those of a workflow that the task starts.
        let at_mocks = PathBuilder::Member(way, "mocks");
        for (state, mocks) in members_of(mock.get("mocks")) {
            check_mocks(mocks, &PathBuilder::Member(&at_mocks, state))?;
        }
        return part::<Mock>(mock, way).map(drop);
    };
    let at_items = PathBuilder::Member(way, "items");
    for (index, mocks) in members_of(Some(items)) {
        check_mocks(mocks, &PathBuilder::Member(&at_items, index))?;
    }
    part::<Items>(mock, way).map(drop)
}

fn check_dataset(dataset: &asl::Json, way: &PathBuilder<'_>) -> Result<(), (JsonPointer, String)> {
    if dataset.as_object().is_none_or(|members| members.len() != 1) {
        let message = "exactly one of `file`, `folder`, `content` and `throw` is required";
        return Err((way.pointer(), message.to_owned()));
    }
    part::<Dataset>(dataset, way).map(drop)
}
