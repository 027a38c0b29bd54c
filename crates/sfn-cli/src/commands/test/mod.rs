//! `sfn test`.

mod aws;
mod from;
mod watch;

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use asl::{Format as TextFormat, Json};
use asl_run::Machine;
use clap::ValueEnum;
use serde_json::Value;
use sfn_convert::subject;
use sfn_test::{
    Case, CaseRun, Coverage, Difference, Problem, Suite, Surroundings, expectations,
    with_expectations,
};

use crate::aws::{call, runtime};
use crate::commands::convert::beside;
use crate::commands::test::aws::Tester;
use crate::input::{self, Input, file_and_name};
use crate::output::tests::{self, CaseReport, Report, SuiteReport, Summary};
use crate::{Exit, Failure, print, tell};

/// Arguments of `sfn test`.
#[derive(clap::Args)]
pub struct Args {
    /// Test files and folders. Defaults to the current folder.
    pub paths: Vec<PathBuf>,
    /// Run only cases whose name contains this text.
    #[arg(short = 'k', value_name = "TEXT")]
    pub filter: Option<String>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Also write the results to a file in JUnit's format.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Report the states and transitions that the cases reach.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub coverage: Option<CoverageFormat>,
    /// File for the coverage. Defaults to standard output.
    #[arg(long, value_name = "FILE", requires = "coverage")]
    pub coverage_file: Option<PathBuf>,
    /// Fail if a workflow has a lower coverage, in percent.
    #[arg(long, value_name = "PERCENT")]
    pub fail_under: Option<f64>,
    /// Workflow that the cases of `MockConfigFile.json` and `--from` run: `FILE` or `FILE#NAME`. Defaults to the
    /// definition or state machine with the name in the file.
    #[arg(long, value_name = "FILE")]
    pub workflow: Option<String>,
    /// Plan or state of Terraform, as `terraform show -json` prints it, with the definitions of the workflows in `.tf`
    /// files.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Print a test file that repeats an execution: its ARN, or a file with the output of `aws stepfunctions
    /// get-execution-history`.
    #[arg(
        long,
        value_name = "ARN|FILE",
        conflicts_with_all = ["paths", "filter", "junit", "coverage", "plan", "update", "watch", "aws"]
    )]
    pub from: Option<String>,
    /// Write what happens as the expectations of cases that fail, and of cases without expectations.
    #[arg(long)]
    pub update: bool,
    /// Run the tests again each time that a file in their folders changes.
    #[arg(long)]
    pub watch: bool,
    /// Also test each state with the API `TestState`, and fail if it ends otherwise on AWS. Results of tasks come from
    /// the mocks.
    #[arg(long)]
    pub aws: bool,
    /// AWS profile for `--from` and `--aws`.
    #[arg(long)]
    pub profile: Option<String>,
}

/// Output format.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Format {
    /// Human-readable text.
    Text,
    /// JSON document.
    Json,
    /// Annotations of GitHub Actions.
    Github,
}

/// Format of the coverage.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum CoverageFormat {
    /// Human-readable text.
    Text,
    /// `lcov.info`, by the lines of definitions.
    Lcov,
    /// XML of Cobertura, by the lines of definitions.
    Cobertura,
    /// A page with the graph of each workflow.
    Html,
}

/// Name of the mock configuration file of Step Functions Local.
const MOCK_CONFIG: &str = "MockConfigFile.json";

/// Runs the command.
pub fn run(arguments: &Args) -> Result<Exit, Failure> {
    if let Some(from) = &arguments.from {
        let (workflow, profile) = (arguments.workflow.as_deref(), arguments.profile.as_deref());
        return from::run(from, workflow, profile);
    }
    if arguments.watch {
        let written = [&arguments.junit, &arguments.coverage_file].into_iter();
        let written: Vec<&Path> = written.flatten().map(PathBuf::as_path).collect();
        return watch::run(&arguments.paths, &written, || run_once(arguments));
    }
    run_once(arguments)
}

/// The options and data that all test files share.
struct Setup<'a> {
    arguments: &'a Args,
    /// The plan or state of Terraform.
    plan: Option<Value>,
    /// Tests the states on AWS.
    tester: Option<Tester>,
}

fn run_once(arguments: &Args) -> Result<Exit, Failure> {
    let files = files(&arguments.paths)?;
    if files.is_empty() {
        return Err(
            "no test files found: their names end in `.sfntest.yaml` or `.sfntest.json`".to_owned(),
        );
    }
    let mut setup = Setup {
        arguments,
        plan: plan(arguments.plan.as_deref())?,
        tester: None,
    };
    if arguments.update {
        if files.iter().any(|file| file.path.as_os_str() == "-") {
            return Err("`--update` writes files, and cannot write standard input".to_owned());
        }
        update(&files, &run_all(&files, &setup))?;
    }
    if arguments.aws {
        setup.tester = Some(Tester::new(arguments.profile.as_deref())?);
    }
    let suites = run_all(&files, &setup);
    let mut report = Report { suites };
    if let Some(filter) = &arguments.filter
        && report.cases().next().is_none()
        && report.suites.iter().all(|suite| suite.problems.is_empty())
    {
        return Err(format!("no case has `{filter}` in its name"));
    }
    report.suites.sort_by(|a, b| a.path.cmp(&b.path));
    print(&match arguments.format {
        Format::Text => tests::text(&report),
        Format::Json => tests::json(&report),
        Format::Github => tests::github(&report),
    })?;
    if let Some(path) = &arguments.junit {
        write(path, &tests::junit(&report))?;
    }
    if let Some(format) = arguments.coverage {
        let text = match format {
            CoverageFormat::Text => tests::coverage_text(&report),
            CoverageFormat::Lcov => tests::coverage_lcov(&report),
            CoverageFormat::Cobertura => tests::coverage_cobertura(&report),
            CoverageFormat::Html => tests::coverage_html(&report),
        };
        match &arguments.coverage_file {
            Some(path) => write(path, &text)?,
            None => print(&text)?,
        }
    }
    exit(&report, arguments)
}

/// Writes the new expectations of cases into their files.
fn update(files: &[Input], suites: &[SuiteReport]) -> Result<(), Failure> {
    for file in files {
        let suites = suites.iter().filter(|suite| suite.path == file.path);
        let cases = suites.flat_map(|suite| &suite.cases);
        let changes: Vec<_> = cases
            .filter_map(|case| Some((&case.name, case.update.as_ref()?)))
            .collect();
        if changes.is_empty() {
            continue;
        }
        let (old, _) = file.read()?;
        let mut text = old.clone();
        for (name, expect) in changes {
            let format = TextFormat::of(&file.path.to_string_lossy(), &text);
            match with_expectations(&text, format, name, expect) {
                Some(changed) => {
                    tell("note", &format!("updated the expectations of `{name}`"));
                    text = changed;
                }
                None => tell(
                    "warning",
                    &format!(
                        "cannot write the expectations of `{name}` to {}",
                        file.path.display()
                    ),
                ),
            }
        }
        if text != old {
            write(&file.path, &text)?;
        }
    }
    Ok(())
}

fn exit(report: &Report, arguments: &Args) -> Result<Exit, Failure> {
    let mut exit = Exit::Clean;
    if let Some(least) = arguments.fail_under {
        for (workflow, coverage) in report.coverage() {
            if coverage.percent() < least {
                let percent = coverage.percent();
                tell(
                    "error",
                    &format!(
                        "the coverage of {workflow} is {percent:.1} %, which is below {least} %"
                    ),
                );
                exit = Exit::Findings;
            }
        }
    }
    if report.cases().any(|case| !case.is_right()) {
        exit = Exit::Findings;
    }
    if report.suites.iter().any(|suite| !suite.problems.is_empty())
        || report.cases().any(|case| case.problem.is_some())
    {
        exit = Exit::Failed;
    }
    Ok(exit)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// The test files of the paths.
fn files(paths: &[PathBuf]) -> Result<Vec<Input>, Failure> {
    let is_test = |input: &Input| {
        let name = input
            .path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let is_suite = [".sfntest.yaml", ".sfntest.yml", ".sfntest.json"]
            .iter()
            .any(|end| name.ends_with(end));
        is_suite || name == MOCK_CONFIG || input.named
    };
    Ok(input::collect(paths, &[])?
        .into_iter()
        .filter(is_test)
        .collect())
}

/// Runs the files side by side.
fn run_all(files: &[Input], setup: &Setup<'_>) -> Vec<SuiteReport> {
    let workers = thread::available_parallelism()
        .map_or(1, std::num::NonZero::get)
        .min(files.len());
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (next, sender) = (&next, sender.clone());
            scope.spawn(move || {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for suite in run_file(file, setup) {
                        let _ = sender.send(suite);
                    }
                }
            });
        }
        drop(sender);
        receiver.iter().collect()
    })
}

/// Runs a test file. A mock configuration file has a suite for each state machine.
fn run_file(file: &Input, setup: &Setup<'_>) -> Vec<SuiteReport> {
    let path = &file.path;
    let text = match file.read() {
        Ok((text, _)) => text,
        Err(message) => return vec![SuiteReport::broken(path, 1, message)],
    };
    if path.file_name().is_some_and(|name| name == MOCK_CONFIG) {
        return match sfn_test::read_mock_config(&text) {
            Err(message) => vec![SuiteReport::broken(path, 1, message)],
            Ok(machines) => machines
                .into_iter()
                .map(|(machine, cases)| {
                    let workflow = workflow_of(path, &machine, setup.arguments);
                    let suite = Suite {
                        workflow,
                        line: 1,
                        cases,
                        problems: Vec::new(),
                    };
                    run_suite(path, suite, setup)
                })
                .collect(),
        };
    }
    let format = TextFormat::of(&path.to_string_lossy(), &text);
    vec![run_suite(path, sfn_test::read(&text, format), setup)]
}

/// The workflow of a state machine in a mock configuration file, relative to the folder of the file.
fn workflow_of(path: &Path, machine: &str, arguments: &Args) -> String {
    if let Some(workflow) = &arguments.workflow {
        let (file, name) = file_and_name(workflow);
        let file = std::path::absolute(file).unwrap_or_else(|_| PathBuf::from(file));
        let name = name.map_or_else(String::new, |name| format!("#{name}"));
        return format!("{}{name}", file.display());
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let names = ["asl.json", "asl.yaml", "asl.yml", "json"].map(|end| format!("{machine}.{end}"));
    let found = names.iter().find(|name| folder.join(name).exists());
    if let Some(name) = found {
        return name.clone();
    }
    let templates = ["template.yaml", "template.yml", "template.json", "main.tf"];
    let template = templates.iter().find(|name| folder.join(name).exists());
    template.map_or_else(
        || format!("{machine}.asl.json"),
        |name| format!("{name}#{machine}"),
    )
}

fn run_suite(path: &Path, suite: Suite, setup: &Setup<'_>) -> SuiteReport {
    let mut report = SuiteReport {
        path: path.to_path_buf(),
        workflow: suite.workflow.clone(),
        problems: suite.problems,
        cases: Vec::new(),
        coverage: Coverage::default(),
        lines: None,
        definition: Json::Unknown,
        disproved: Vec::new(),
    };
    if suite.workflow.is_empty() {
        return report;
    }
    let plan = setup.plan.as_ref();
    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    let found = match workflow(&folder, &suite.workflow, plan) {
        Ok(found) => found,
        Err(message) => {
            report.problems.push(Problem {
                line: suite.line,
                message,
            });
            return report;
        }
    };
    let machine = Rc::new(found.machine);
    let mut coverage = Coverage::of(&machine);
    report.lines = found.lines;
    let definition = found.definition;
    let on_aws = |run: &CaseRun| match &setup.tester {
        Some(tester) => tester.differences(&definition, run),
        None => Ok(Vec::new()),
    };
    let is_wanted = |case: &&Case| {
        setup
            .arguments
            .filter
            .as_ref()
            .is_none_or(|text| case.name.contains(text.as_str()))
    };
    let mut cases = suite.cases;
    cases.retain(|case| is_wanted(&case));
    for case in &mut cases {
        case.inspect = setup.tester.is_some();
        let around = Surroundings {
            folder: &folder,
            load: &|argument| Ok(workflow(&folder, argument, plan)?.machine),
        };
        let case = run_case(&machine, case, &around, path, &mut coverage, &on_aws);
        report.cases.push(case);
    }
    let disproved = coverage.disproved(&definition).into_iter();
    report.disproved = disproved
        .map(|(state, finding)| {
            format!(
                "{} at `{state}` is disproved by the cases: {}. Use `ignore_diagnostics` for it",
                finding.code, finding.message
            )
        })
        .collect();
    report.coverage = coverage;
    report.definition = definition;
    report
}

fn run_case(
    machine: &Rc<Machine>,
    case: &Case,
    around: &Surroundings<'_>,
    path: &Path,
    coverage: &mut Coverage,
    on_aws: &dyn Fn(&CaseRun) -> Result<Vec<Difference>, String>,
) -> CaseReport {
    let is_mock_config = path.file_name().is_some_and(|name| name == MOCK_CONFIG);
    let mut report = CaseReport {
        name: case.name.clone(),
        line: case.line,
        problem: None,
        differences: Vec::new(),
        update: None,
        run: None,
    };
    match sfn_test::run(Rc::clone(machine), case, around, &mut |_| {}) {
        Ok(run) => {
            report.problem = run.problem.as_ref().map(ToString::to_string);
            // A mock configuration file expects nothing.
            if run.problem.is_none() && !is_mock_config {
                report.differences = case.file.expect.differences(&run);
                let is_old = case.expect.is_none() || !report.differences.is_empty();
                report.update = is_old.then(|| {
                    let wrong = &report.differences;
                    expectations(case.expect.as_ref(), wrong, &run)
                });
            }
            if report.problem.is_none() {
                match on_aws(&run) {
                    Ok(differences) => report.differences.extend(differences),
                    Err(message) => report.problem = Some(message),
                }
            }
            coverage.add(&run.visits);
            report.run = Some(Summary::of(&run));
        }
        Err(problem) => {
            report.line = problem.line;
            report.problem = Some(problem.message);
        }
    }
    report
}

/// A workflow to run.
pub struct Workflow {
    /// Its definition. What Terraform must compute is unknown.
    pub definition: Json,
    /// Its state machine.
    pub machine: Machine,
    /// The file of the definition and the lines of its states, if it is a file of its own.
    pub lines: Option<(PathBuf, Vec<(String, usize)>)>,
}

/// Reads a plan or state of Terraform.
pub fn plan(path: Option<&Path>) -> Result<Option<Value>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let (text, _) = Input::named(path).read()?;
    serde_json::from_str(&text).map(Some).map_err(|_| {
        format!(
            "{}: not the output of `terraform show -json`",
            path.display()
        )
    })
}

/// Reads a workflow: `FILE` or `FILE#NAME`, relative to a folder. Those of `.tf` files are in the plan, if there is one.
pub fn workflow(folder: &Path, argument: &str, plan: Option<&Value>) -> Result<Workflow, String> {
    if argument.starts_with("arn:") {
        return workflow_of_arn(argument);
    }
    let joined = folder.join(argument).to_string_lossy().into_owned();
    let (path, name) = file_and_name(&joined);
    let path = PathBuf::from(path);
    let (text, content) = Input::named(&path).read()?;
    let is_configuration = matches!(content, sfn_convert::Content::Configuration);
    let json = match plan.filter(|_| is_configuration) {
        Some(plan) => subject::of_plan(plan, name),
        None => subject::of_file(&path, name, &text, &beside(&path, false)),
    };
    let json = json.map_err(|reason| format!("{argument}: {reason}"))?;
    let machine = Machine::build(&filled(&json))
        .map_err(|error| format!("{argument}: {error}. Run `sfn validate` for more"))?;
    let is_own = name.is_none() && !is_configuration;
    Ok(Workflow {
        definition: json,
        machine,
        lines: is_own.then(|| (path, lines(&text))),
    })
}

/// Reads the definition of a state machine, version or alias on AWS.
fn workflow_of_arn(arn: &str) -> Result<Workflow, String> {
    const TIMEOUT: Duration = Duration::from_mins(1);
    let definition = runtime()?.block_on(subject::of_arn(arn, None, &call(TIMEOUT)));
    let definition = definition.map_err(|reason| format!("{arn}: {reason}"))?;
    let machine =
        Machine::build(&filled(&definition)).map_err(|error| format!("{arn}: {error}"))?;
    Ok(Workflow {
        definition,
        machine,
        lines: None,
    })
}

/// The definition with a text in place of what Terraform must compute.
fn filled(json: &Json) -> Value {
    match json {
        Json::Unknown => Value::String("${unknown}".to_owned()),
        Json::Array(elements) => elements.iter().map(filled).collect(),
        Json::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), filled(value)))
                .collect(),
        ),
        known => known.to_value().unwrap_or(Value::Null),
    }
}

/// The lines of the states of a definition.
fn lines(text: &str) -> Vec<(String, usize)> {
    let parsed = match TextFormat::of_text(text) {
        TextFormat::Json => asl::parse(text),
        TextFormat::Yaml => asl::parse_yaml(text),
    };
    let Ok((document, _)) = parsed else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    let root = asl::JsonPointer::root();
    let start = asl::PathBuilder::Start(&root);
    document.root.walk(&start, &mut |place, value| {
        if let Some(states) = value.get("States").and_then(Json::as_object) {
            let at_states = asl::PathBuilder::Member(place, "States");
            for name in states.keys() {
                let pointer = asl::PathBuilder::Member(&at_states, name).pointer();
                let line = asl::line_and_column(text, &document.label_span(&pointer)).0;
                lines.push((name.clone(), line));
            }
        }
        true
    });
    lines
}
