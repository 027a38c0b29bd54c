//! Answers of tasks and datasets, as test files have them.

use std::path::PathBuf;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::time::Time;

/// The answers of a state.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Mocks {
    // First, because serde would read a list as the fields of a mock.
    /// The answers of the first call, the second call, and so on.
    Each(Vec<Mock>),
    /// Answers by the item of the Map state around the state.
    Items(Items),
    /// The answer of all calls.
    All(Box<Mock>),
}

/// The answers of the calls of a state, for one item.
pub(crate) enum Calls<'a> {
    /// The answers of the first call, the second call, and so on.
    Each(&'a [Mock]),
    /// The answer of all calls.
    All(&'a Mock),
}

/// Answers by item.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Items {
    /// Answers by the index of the item of the Map state around the state. With nested Map states, the outer index
    /// is first.
    #[serde(deserialize_with = "by_index")]
    #[schemars(with = "IndexMap<String, Mocks>")]
    pub items: IndexMap<usize, Mocks>,
}

/// Reads indexes from the names of members. An untagged enum cannot have numbers as keys.
fn by_index<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<IndexMap<usize, Mocks>, D::Error> {
    let items = Value::deserialize(deserializer)?;
    if !items.is_object() {
        let message = "answers by the index of the item are expected, such as `{ 0: …, 1: … }`";
        return Err(serde::de::Error::custom(message));
    }
    let items: IndexMap<String, Mocks> =
        serde_json::from_value(items).map_err(serde::de::Error::custom)?;
    let items = items.into_iter().map(|(index, mocks)| {
        let index = index.parse().map_err(|_| {
            serde::de::Error::custom(format!("the index of an item is expected, got `{index}`"))
        })?;
        Ok((index, mocks))
    });
    items.collect()
}

impl Mocks {
    /// How many indexes of items select an answer.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Self::Items(Items { items }) => 1 + items.values().map(Self::depth).max().unwrap_or(0),
            Self::Each(_) | Self::All(_) => 0,
        }
    }

    /// The answers for an item, by its indexes in nested Map states.
    pub(crate) fn of_items(&self, indexes: &[usize]) -> Option<Calls<'_>> {
        match self {
            Self::Each(mocks) => Some(Calls::Each(mocks)),
            Self::All(mock) => Some(Calls::All(mock)),
            Self::Items(Items { items }) => {
                let (index, rest) = indexes.split_first()?;
                items.get(index)?.of_items(rest)
            }
        }
    }

    /// Whether an answer is given by a program or another workflow.
    pub(crate) fn reads_files(&self) -> bool {
        match self {
            Self::Each(mocks) => mocks.iter().any(Mock::reads_files),
            Self::Items(Items { items }) => items.values().any(Self::reads_files),
            Self::All(mock) => mock.reads_files(),
        }
    }
}

/// An answer of a task.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(try_from = "MockFile")]
#[schemars(with = "MockFile")]
pub struct Mock {
    /// Result of the task.
    pub result: MockResult,
    /// Time until the task ends. Defaults to `0s`.
    pub after: Time,
    /// Response of the service to the call, if the task waits for a job or a task token after it.
    pub submitted: Option<Value>,
    /// How the result is compared with the response of the service.
    pub validate: Validate,
}

/// The result of a task.
#[derive(Debug, Clone, PartialEq)]
pub enum MockResult {
    /// The result, as the service returns it.
    Return(Value),
    /// The result of the function that `lambda:invoke` calls.
    Payload(Value),
    /// The task fails.
    Throw(Throw),
    /// The service rejects the call, before the task waits for a job or a task token.
    Reject(Throw),
    /// The task does not end.
    Never,
    /// A program returns the result.
    Program(Program),
    /// The workflow that the task starts runs.
    Workflow(Box<Child>),
}

/// A workflow that a task starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Child {
    /// The workflow, as in a test file.
    pub workflow: String,
    /// Answers of its tasks.
    pub mocks: IndexMap<String, Mocks>,
    /// Datasets that its item readers read.
    pub datasets: IndexMap<String, Dataset>,
}

/// A program that answers a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The code to run.
    pub code: Code,
    /// Environment variables.
    pub environment: IndexMap<String, String>,
}

/// The code of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// A program with its arguments.
    Command(Vec<String>),
    /// The handler of a Lambda function.
    Function(Function),
}

/// A Lambda function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Folder with the code.
    pub folder: PathBuf,
    /// Handler, such as `main.handler`.
    pub handler: String,
    /// Runtime, such as `python3.12`.
    pub runtime: String,
}

impl Mock {
    /// An answer that is compared with the response of the service.
    pub fn new(result: MockResult) -> Self {
        Self {
            result,
            after: Time::default(),
            submitted: None,
            validate: Validate::Strict,
        }
    }

    /// An answer with a result that is not compared with the response of the service.
    pub fn unchecked(result: Value) -> Self {
        Self {
            validate: Validate::None,
            ..Self::new(MockResult::Return(result))
        }
    }

    fn reads_files(&self) -> bool {
        matches!(
            self.result,
            MockResult::Program(_) | MockResult::Workflow(_)
        )
    }
}

/// An answer of a task. Exactly one of `return`, `payload`, `throw`, `reject`, `never`, `command`, `function` and
/// `workflow` is required.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with the answer, such as `return`"
)]
#[schemars(rename = "Mock")]
struct MockFile {
    /// Result of the task, as the service returns it.
    #[serde(default, rename = "return", deserialize_with = "present")]
    result: Option<Value>,
    /// Result of the function that `lambda:invoke` calls. The other members of the response are added.
    #[serde(default, deserialize_with = "present")]
    payload: Option<Value>,
    /// Error with which the task fails.
    throw: Option<Throw>,
    /// Error with which the service rejects the call, for a task that would then wait for a job or a task token.
    reject: Option<Throw>,
    /// Whether the task never ends, so that only a timeout ends the state.
    #[serde(default)]
    never: bool,
    /// Program that reads the input of the task from standard input, and writes the result to standard output, both
    /// as JSON. An exit code other than 0 fails the task.
    command: Option<Vec<String>>,
    /// Folder with the code of a Lambda function in Python or Node.js.
    function: Option<PathBuf>,
    /// Handler of the function, such as `main.handler`. Defaults to `index.handler`.
    handler: Option<String>,
    /// Runtime of the function, such as `python3.12` or `nodejs22.x`. Defaults to `python3`.
    runtime: Option<String>,
    /// Workflow that the task starts with `states:startExecution`, as `workflow` of a test file. It runs with the input
    /// of the task, and answers with its end.
    workflow: Option<String>,
    /// Answers of the tasks of `workflow`.
    #[serde(default)]
    mocks: IndexMap<String, Mocks>,
    /// Datasets of `workflow`.
    #[serde(default)]
    datasets: IndexMap<String, Dataset>,
    /// Environment variables of the function or program.
    #[serde(default)]
    environment: IndexMap<String, String>,
    /// Time until the task ends, such as `2s` or `5m`. Takes no real time. Defaults to `0s`.
    #[serde(default)]
    after: Time,
    /// Response of the service to the call, if the task waits for a job or a task token after it.
    submitted: Option<Value>,
    /// How the result is compared with the response of the service. Defaults to `STRICT`.
    #[serde(default)]
    validate: Validate,
}

impl TryFrom<MockFile> for Mock {
    type Error = &'static str;

    fn try_from(file: MockFile) -> Result<Self, Self::Error> {
        if file.function.is_none() && (file.handler.is_some() || file.runtime.is_some()) {
            return Err("`handler` and `runtime` are for `function`");
        }
        let has_program = file.function.is_some() || file.command.is_some();
        if !has_program && !file.environment.is_empty() {
            return Err("`environment` is for `function` and `command`");
        }
        let has_parts = !(file.mocks.is_empty() && file.datasets.is_empty());
        if file.workflow.is_none() && has_parts {
            return Err("`mocks` and `datasets` are for `workflow`");
        }
        let (mocks, datasets) = (file.mocks, file.datasets);
        let child = file.workflow.map(|workflow| {
            MockResult::Workflow(Box::new(Child {
                workflow,
                mocks,
                datasets,
            }))
        });
        let (handler, runtime) = (file.handler, file.runtime);
        let function = file.function.map(|folder| {
            Code::Function(Function {
                folder,
                handler: handler.unwrap_or_else(|| "index.handler".to_owned()),
                runtime: runtime.unwrap_or_else(|| "python3".to_owned()),
            })
        });
        let environment = file.environment;
        let program = |code: Code| {
            let environment = environment.clone();
            MockResult::Program(Program { code, environment })
        };
        let given = [
            file.result.map(MockResult::Return),
            file.payload.map(MockResult::Payload),
            file.throw.map(MockResult::Throw),
            file.reject.map(MockResult::Reject),
            file.never.then_some(MockResult::Never),
            file.command.map(Code::Command).map(program),
            function.map(program),
            child,
        ];
        let mut given = given.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(result), None) => Ok(Self {
                result,
                after: file.after,
                submitted: file.submitted,
                validate: file.validate,
            }),
            _ => Err(
                "exactly one of `return`, `payload`, `throw`, `reject`, `never`, `command`, `function` and `workflow` is required",
            ),
        }
    }
}

/// How the result of a mock is compared with the response of the service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Validate {
    /// All members must have the right type, and the required ones must be present.
    #[default]
    Strict,
    /// The members that are present must have the right type.
    Present,
    /// Not at all.
    None,
}

/// An error of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `error`, and optionally `cause`"
)]
pub struct Throw {
    /// Name of the error.
    pub error: String,
    /// Cause of the error.
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

/// The dataset of an item reader. Exactly one of `file`, `folder`, `content` and `throw` is required.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dataset {
    /// File with the content of the object. Relative to the folder of the test file.
    File(PathBuf),
    /// Folder with the objects of the bucket. The key of an object is the path of its file in the folder.
    Folder(PathBuf),
    /// Content of the object: a string with its text, or another value that the object has as JSON.
    Content(Value),
    /// Error with which the reading fails.
    Throw(Throw),
}

impl Dataset {
    /// The dataset in a file, or in a folder.
    pub fn at(path: PathBuf) -> Self {
        if path.is_dir() {
            Self::Folder(path)
        } else {
            Self::File(path)
        }
    }
}

/// Reads a member that is present, even if it is `null`.
pub(crate) fn present<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mock_has_one_answer() {
        const ONE: &str = "exactly one of";
        for (mock, error) in [
            (json!({ "return": null }), ""),
            (json!({ "never": true, "after": "2s" }), ""),
            (
                json!({ "command": ["cat"], "environment": { "A": "1" } }),
                "",
            ),
            (json!({}), ONE),
            (json!({ "never": false }), ONE),
            (json!({ "return": 1, "payload": 1 }), ONE),
            (json!({ "command": ["cat"], "function": "f" }), ONE),
            (
                json!({ "command": ["cat"], "handler": "a.b" }),
                "are for `function`",
            ),
            (
                json!({ "never": true, "environment": { "A": "1" } }),
                "is for `function`",
            ),
            (json!({ "reject": { "error": "E" } }), ""),
            (
                json!({ "workflow": "a.asl.json", "mocks": { "A": { "return": 1 } } }),
                "",
            ),
            (
                json!({ "return": 1, "mocks": { "A": { "return": 1 } } }),
                "are for `workflow`",
            ),
        ] {
            match serde_json::from_value::<Mock>(mock.clone()) {
                Ok(_) => assert_eq!(error, "", "{mock}"),
                Err(found) => assert!(
                    !error.is_empty() && found.to_string().contains(error),
                    "{mock}: {found}"
                ),
            }
        }
    }
}
