//! Programs that answer tasks: any command, and handlers of Lambda functions.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use asl_run::{Call, Failure};
use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::answers::{is_service, of_function};
use crate::mock::{Code, Function, Program};

/// Environment variables of a program.
type Environment = IndexMap<String, String>;

/// Maximum real time of a program.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Maximum real time to read the rest of its output after it has ended. A daemon that it left may hold the pipe.
const DRAIN: Duration = Duration::from_secs(1);

/// Calls a handler of Python and prints its result or its error as the last line.
const PYTHON: &str = r#"
import importlib, json, sys, traceback
name, event, context = sys.argv[1], json.loads(sys.stdin.read()), json.loads(sys.argv[2])
class Context:
    def __init__(self, members):
        self.__dict__.update(members)
    def get_remaining_time_in_millis(self):
        return 60000
sys.path.insert(0, ".")
out, sys.stdout = sys.stdout, sys.stderr
module, _, function = name.rpartition(".")
handler = getattr(importlib.import_module(module.replace("/", ".")), function)
try:
    line = json.dumps({"result": handler(event, Context(context))})
except Exception as error:
    line = json.dumps({"error": {"errorMessage": str(error), "errorType": type(error).__name__,
        "stackTrace": traceback.format_tb(error.__traceback__)[1:]}})
out.write("\n" + line + "\n")
"#;

/// The same for Node.js.
const NODE: &str = r#"
const [name, context] = [process.argv[1], JSON.parse(process.argv[2])];
context.getRemainingTimeInMillis = () => 60000;
const event = JSON.parse(require("fs").readFileSync(0, "utf8"));
const write = (value) => process.stdout.write("\n" + JSON.stringify(value) + "\n");
console.log = console.error;
const dot = name.lastIndexOf(".");
const path = require("path").resolve(name.slice(0, dot));
const load = () => { try { return Promise.resolve(require(path)); } catch (error) {
  if (!["MODULE_NOT_FOUND", "ERR_REQUIRE_ESM"].includes(error.code)) throw error;
  return import(path + ".mjs"); } };
load().then((module) => {
  const handler = module[name.slice(dot + 1)];
  if (typeof handler !== "function") { console.error(name + " is not a function"); process.exit(1); }
  return handler(event, context); })
  .then((result) => write({ result: result === undefined ? null : result }))
  .catch((error) => write({ error: { errorType: error.name, errorMessage: error.message,
    trace: String(error.stack).split("\n") } }));
"#;

/// Runs the program of a mock. The outer error says why it could not run, the inner one is the failure of the task.
pub(crate) fn run(
    program: &Program,
    call: &Call,
    folder: &Path,
) -> Result<Result<Value, Failure>, String> {
    let environment = &program.environment;
    match &program.code {
        Code::Command(words) => command(words, environment, call, folder),
        Code::Function(function) => handler(function, environment, call, folder),
    }
}

fn command(
    words: &[String],
    environment: &Environment,
    call: &Call,
    folder: &Path,
) -> Result<Result<Value, Failure>, String> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(format!("the `command` of `{}` is empty", call.state));
    };
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    let ended = wait(command, environment, call.parameters.value())?;
    if !ended.success {
        let cause = ended.errors.trim().to_owned();
        return Ok(Err(Failure::new("States.TaskFailed", cause)));
    }
    let output = ended.output.trim();
    let result = serde_json::from_str(output).map_err(|error| {
        format!("`{program}` did not write JSON to standard output ({error}): {output}")
    })?;
    Ok(Ok(result))
}

/// Calls the handler of a Lambda function.
fn handler(
    function: &Function,
    environment: &Environment,
    call: &Call,
    folder: &Path,
) -> Result<Result<Value, Failure>, String> {
    let folder = folder.join(&function.folder);
    let (runtime, name) = (function.runtime.as_str(), function.handler.as_str());
    // `lambda:invoke` has the event in `Payload`.
    let event = match is_service(call) {
        true => call
            .parameters
            .value()
            .get("Payload")
            .cloned()
            .unwrap_or_else(|| json!({})),
        false => call.parameters.value().clone(),
    };
    let context = json!({
        "aws_request_id": "00000000-0000-4000-8000-000000000000",
        "awsRequestId": "00000000-0000-4000-8000-000000000000",
        "function_name": folder.file_name().map(|name| name.to_string_lossy().into_owned()),
        "functionName": folder.file_name().map(|name| name.to_string_lossy().into_owned()),
    });
    let (program, option, script) = match runtime {
        runtime if runtime.starts_with("python") => ("python3", "-c", PYTHON),
        runtime if runtime.starts_with("node") => ("node", "-e", NODE),
        other => {
            return Err(format!(
                "the runtime `{other}` of `{}` is neither Python nor Node.js",
                call.state
            ));
        }
    };
    if !folder.is_dir() {
        return Err(format!(
            "the folder {} of the function of `{}` does not exist",
            folder.display(),
            call.state
        ));
    }
    let mut command = Command::new(program);
    command
        .args([option, script, name])
        .arg(context.to_string())
        .current_dir(&folder);
    let ended = wait(command, environment, &event)?;
    let line = ended
        .output
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("");
    let Ok(answer) = serde_json::from_str::<Value>(line) else {
        return Err(format!(
            "the handler `{name}` of `{}` did not start: {}",
            call.state,
            ended.errors.trim()
        ));
    };
    if let Some(error) = answer.get("error") {
        let ty = error
            .get("errorType")
            .and_then(Value::as_str)
            .unwrap_or("Error");
        return Ok(Err(Failure::new(ty, error.to_string())));
    }
    let result = answer.get("result").cloned().unwrap_or(Value::Null);
    Ok(Ok(of_function(result, call)))
}

struct Ended {
    success: bool,
    output: String,
    errors: String,
}

/// Runs a program with an input, and ends it with its children when it takes too long. Children that it leaves are
/// ended, too.
fn wait(mut command: Command, environment: &Environment, input: &Value) -> Result<Ended, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    // The folder of a test file in the current folder is an empty path.
    if command
        .get_current_dir()
        .is_some_and(|folder| folder.as_os_str().is_empty())
    {
        command.current_dir(".");
    }
    command
        .envs(environment)
        // A cache beside the code would change the package of the function.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command
        .spawn()
        .map_err(|error| format!("cannot start `{name}`: {error}"))?;
    let input = input.to_string();
    // Each pipe has a thread, because a program may write before it has read everything.
    let stdin = child.stdin.take();
    thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(input.as_bytes())));
    let (output, errors) = (
        Piped::new(child.stdout.take()),
        Piped::new(child.stderr.take()),
    );
    let ended = until_end(&mut child);
    // A child that it leaves would hold the pipes open.
    end(&mut child);
    let status = ended
        .map_err(|error| format!("cannot wait for `{name}`: {error}"))?
        .ok_or_else(|| format!("`{name}` did not end within {} s", TIMEOUT.as_secs()))?;
    Ok(Ended {
        success: status.success(),
        output: output.text(),
        errors: errors.text(),
    })
}

/// The text of a pipe, as far as it was read.
struct Piped {
    bytes: Arc<Mutex<Vec<u8>>>,
    ended: Receiver<()>,
}

impl Piped {
    /// Reads a pipe in a thread.
    fn new(mut pipe: Option<impl std::io::Read + Send + 'static>) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let (sender, ended) = mpsc::channel();
        let read = Arc::clone(&bytes);
        thread::spawn(move || {
            let mut part = [0; 8192];
            while let Some(pipe) = &mut pipe {
                match pipe.read(&mut part) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => lock(&read).extend(part.iter().take(count)),
                }
            }
            let _ = sender.send(());
        });
        Self { bytes, ended }
    }

    /// The text, at the latest after [`DRAIN`].
    fn text(&self) -> String {
        let _ = self.ended.recv_timeout(DRAIN);
        String::from_utf8_lossy(&lock(&self.bytes)).into_owned()
    }
}

fn lock(bytes: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    bytes.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until a program ends. `None` after its maximum time.
fn until_end(child: &mut Child) -> std::io::Result<Option<ExitStatus>> {
    const POLL: Duration = Duration::from_millis(2);
    for _ in 0..TIMEOUT.as_millis() / POLL.as_millis() {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(POLL);
    }
    Ok(None)
}

/// Ends a program and its children.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}
