//! The files of recorded executions.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A recorded execution, or a recorded call of `TestState`.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// Path of the file in the folder.
    #[serde(default)]
    pub file: String,
    /// Kind of the record.
    pub kind: Kind,
    /// Group of the table.
    pub group: String,
    /// When it was recorded, as `DD-MM-YYYY, HH:MM:SS`.
    #[serde(default)]
    pub recorded: String,
    /// Requirements of a run, such as answers of tasks.
    pub class: String,
    /// Whether an interpreter can run it.
    pub runnable: bool,
    /// The state machine, or the state of `TestState`.
    pub definition: Value,
    /// Input. `null` is an input too.
    #[serde(default, deserialize_with = "present")]
    pub input: Option<Value>,
    /// `STANDARD` or `EXPRESS`.
    pub machine_type: Option<String>,
    /// Answers of the calls, in the order in which they were scheduled.
    #[serde(default)]
    pub mocks: Vec<Mock>,
    /// Objects that the run reads from S3.
    #[serde(default)]
    pub s3: Vec<Object>,
    /// Texts in place of values that differ in each run.
    #[serde(default)]
    pub wildcards: Vec<String>,
    /// Arguments of `TestState`.
    #[serde(default)]
    pub arguments: Value,
    /// The response of AWS.
    pub expected: Expected,
}

/// Texts in place of values that differ in each run, in all records.
const MASKS: [&str; 3] = ["<timestamp>", "<test_aws_account_id>", "<<task_token>:1>"];

impl Case {
    /// Whether `TestState` refused the request.
    pub fn is_refusal(&self) -> bool {
        self.kind == Kind::TestState && self.class == "refused"
    }
}

/// Kind of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An execution with its history.
    Execution,
    /// The result of one comparison.
    Choice,
    /// The result of a synchronous Express execution.
    ExpressSync,
    /// The result of an asynchronous Express execution.
    ExpressAsync,
    /// A response of `TestState`.
    TestState,
    /// A kind that no interpreter runs.
    #[serde(other)]
    Other,
}

/// The answer of a call.
#[derive(Debug, Deserialize)]
pub struct Mock {
    /// Name of the state.
    pub state: String,
    /// What the call sent.
    #[serde(default, deserialize_with = "present")]
    pub parameters: Option<Value>,
    /// What the service returned before the task completed.
    pub submitted: Option<Value>,
    /// How the call ended. A call that was cut off has none.
    pub outcome: Option<Outcome>,
}

/// How a call ended.
#[derive(Debug, Deserialize)]
pub struct Outcome {
    /// The result.
    #[serde(default, deserialize_with = "present")]
    pub output: Option<Value>,
    /// The error.
    pub error: Option<String>,
    /// The cause of the error: a text, or the object that was JSON text.
    pub cause: Option<Value>,
    /// Present if the call timed out.
    pub timeout: Option<Value>,
}

/// An object in S3.
#[derive(Debug, Deserialize)]
pub struct Object {
    /// Key.
    pub key: String,
    /// Content.
    pub body: String,
}

/// The response of AWS.
#[derive(Debug, Default, Deserialize)]
pub struct Expected {
    /// Status of the execution.
    pub status: Option<String>,
    /// Output. `null` is an output too.
    #[serde(default, deserialize_with = "present")]
    pub output: Option<Value>,
    /// Error.
    pub error: Option<String>,
    /// Cause: a text, or the object that was JSON text.
    pub cause: Option<Value>,
    /// History.
    pub events: Option<Vec<Value>>,
    /// Response of `TestState`.
    pub response: Option<Value>,
}

/// A member that is present, even if it is `null`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Reads the cases of a folder, sorted by file.
pub fn read(folder: &Path) -> Vec<Case> {
    let mut files = match fs::read_to_string(folder.join("index.jsonl")) {
        Ok(index) => index.lines().map(|line| listed(folder, line)).collect(),
        Err(_) => found(folder),
    };
    files.sort();
    files.iter().map(|file| read_file(folder, file)).collect()
}

/// The file of a line of the index.
fn listed(folder: &Path, line: &str) -> PathBuf {
    let line: Value = serde_json::from_str(line).expect("a line of the index is JSON");
    folder.join(line["file"].as_str().expect("a line names its file"))
}

/// All JSON files below a folder.
fn found(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => found(&path),
            false
                if path
                    .extension()
                    .is_some_and(|extension| extension == "json") =>
            {
                vec![path]
            }
            false => Vec::new(),
        })
        .collect()
}

fn read_file(folder: &Path, path: &Path) -> Case {
    let text = fs::read_to_string(path).unwrap();
    let mut case: Case = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{} is invalid: {error}", path.display()));
    let file = path.strip_prefix(folder).unwrap_or(path);
    case.file = file.to_string_lossy().into_owned();
    // Masks that the list of a record does not have.
    case.wildcards.extend(MASKS.map(str::to_owned));
    case
}
