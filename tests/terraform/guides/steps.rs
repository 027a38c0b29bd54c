//! Reads the blocks of a guide, and runs its commands.

use std::fs;

use e2e::{Outcome, Workspace, repository};
use local_aws::LocalAws;
use serde_json::json;

use crate::{assert_empty, assert_success, aws};

/// A step of a guide.
pub enum Step {
    /// Writes a file with this content.
    Write(String, String),
    /// Runs a line in the shell.
    Run(String),
    /// Expects these lines in the output of the previous command.
    Expect(String),
    /// Runs a line in the shell, which may fail, and expects this output.
    Show(String, String),
}

/// A fenced block of a guide.
pub struct Fence {
    pub language: String,
    /// The line before the block; empty if another block is before it.
    pub before: String,
    pub body: String,
}

impl Fence {
    /// The last quoted word of the line before the block.
    fn quoted(&self) -> Option<&str> {
        let (rest, _) = self.before.rsplit_once('`')?;
        rest.rsplit_once('`').map(|(_, quoted)| quoted)
    }
}

pub fn fences(guide: &str) -> Vec<Fence> {
    let text =
        fs::read_to_string(repository().join("docs/guides").join(guide)).expect("the guide exists");
    let (mut fences, mut before) = (Vec::new(), String::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            if !line.is_empty() {
                before = line.to_owned();
            }
            continue;
        };
        let body: String = lines
            .by_ref()
            .take_while(|line| *line != "```")
            .map(|line| format!("{line}\n"))
            .collect();
        fences.push(Fence {
            language: language.to_owned(),
            before: std::mem::take(&mut before),
            body,
        });
    }
    fences
}

/// The steps of a guide. A fenced block after the name of a file is the content of the file.
pub fn steps(guide: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for fence in fences(guide) {
        let Fence {
            language,
            before,
            body,
        } = &fence;
        match (language.as_str(), fence.quoted()) {
            ("shell", _) => steps.extend(body.lines().map(|line| Step::Run(line.to_owned()))),
            ("console", _) => steps.extend(transcript(body)),
            ("text", _) => steps.extend(body.lines().map(|line| Step::Expect(line.to_owned()))),
            (_, Some(file))
                if file.contains('.')
                    && (before.ends_with(':') || before.contains(&format!("`{file}` gives"))) =>
            {
                steps.push(Step::Write(file.to_owned(), body.clone()));
            }
            _ => {}
        }
    }
    steps
}

/// The commands of a transcript, each with the output below it.
pub fn transcript(body: &str) -> Vec<Step> {
    let commands = body.split("$ ").filter(|command| !command.is_empty());
    let step = |command: &str| {
        let (line, output) = command.split_once('\n').unwrap_or((command, ""));
        Step::Show(line.to_owned(), output.to_owned())
    };
    commands.map(step).collect()
}

/// The complete configurations of a guide with their files: Terraform blocks, and other files after them.
pub fn configurations(guide: &str) -> Vec<Vec<(String, String)>> {
    let mut configurations: Vec<Vec<(String, String)>> = Vec::new();
    for fence in fences(guide) {
        match (
            fence.quoted().filter(|_| fence.before.ends_with("`:")),
            fence.language.as_str(),
        ) {
            (Some(file), _) => {
                let configuration = configurations
                    .last_mut()
                    .expect("a file belongs to a configuration");
                configuration.push((file.to_owned(), fence.body.clone()));
            }
            (None, "terraform") => configurations.push(vec![("main.tf".to_owned(), fence.body)]),
            _ => {}
        }
    }
    configurations
}

/// Applies each configuration of a guide in a folder of its own, checks the statements of the guide, and destroys it.
pub async fn check(
    guide: &str,
    count: usize,
    promises: impl AsyncFn(usize, &LocalAws, &Workspace),
) {
    let aws = aws().await;
    let configurations = configurations(guide);
    assert_eq!(configurations.len(), count, "{guide}");
    for (number, files) in configurations.iter().enumerate() {
        let workspace = Workspace::new(&aws).unwrap();
        for (name, content) in files {
            workspace.write(name, content).unwrap();
        }
        assert_success(
            &workspace
                .terraform(&["validate", "-no-color"])
                .await
                .unwrap(),
        );
        assert_success(&workspace.apply().await.unwrap());
        assert_empty(&workspace.plan().await.unwrap());
        promises(number, &aws, &workspace).await;
        assert_success(&workspace.destroy().await.unwrap());
    }
}

/// Walks through a guide. `other` handles commands of tools that are not installed.
pub async fn walk(
    guide: &str,
    aws: &LocalAws,
    workspace: &mut Workspace,
    other: impl AsyncFn(&str) -> bool,
) {
    let mut said = String::new();
    let mut commands = 0;
    for step in steps(guide) {
        match step {
            Step::Write(file, content) => workspace.write(&file, &content).expect("it is written"),
            Step::Expect(line) => {
                let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(
                    words(&said).contains(&words(&line)),
                    "{guide}: `{line}` is not in:\n{said}"
                );
            }
            Step::Show(line, output) => {
                commands += 1;
                let shown = run(&line, aws, workspace, &other).await.text;
                // Terraform draws a frame around messages.
                let words = |text: &str| {
                    text.replace(['│', '╷', '╵'], " ")
                        .split_whitespace()
                        .collect::<Vec<_>>()
                        .join(" ")
                };
                let is_shown = words(&shown).contains(&words(&output));
                assert!(
                    is_shown,
                    "{guide}: `{line}` shows:\n{shown}\nnot:\n{output}"
                );
            }
            Step::Run(line) => {
                commands += 1;
                let outcome = run(&line, aws, workspace, &other).await;
                assert!(
                    outcome.is_success(),
                    "{guide}: `{line}` failed ({}):\n{}",
                    outcome.code,
                    outcome.text
                );
                said = outcome.text;
            }
        }
    }
    assert!(commands > 2, "{guide} has hardly any commands");
}

/// Runs a line if its program is available.
pub async fn run(
    line: &str,
    aws: &LocalAws,
    workspace: &mut Workspace,
    other: &impl AsyncFn(&str) -> bool,
) -> Outcome {
    let words: Vec<&str> = line.split_whitespace().collect();
    let option = |name: &str| {
        words
            .iter()
            .position(|word| *word == name)
            .map(|at| words[at + 1])
    };
    let read = |file: &str| {
        fs::read_to_string(workspace.path().join(file))
            .unwrap_or_else(|error| panic!("{file}: {error}"))
    };
    let done = Outcome {
        code: 0,
        text: String::new(),
        stdout: String::new(),
    };
    match words.as_slice() {
        // The provider of this build needs no installation, and modules are local folders.
        ["terraform", "init"] => workspace
            .terraform(&["get", "-no-color"])
            .await
            .expect("terraform runs"),
        ["terraform", rest @ ..] => {
            let mut arguments = vec![rest[0], "-no-color"];
            arguments.extend(&rest[1..]);
            arguments.extend(
                ["apply", "destroy"]
                    .contains(&rest[0])
                    .then_some("-auto-approve"),
            );
            workspace
                .terraform(&arguments)
                .await
                .expect("terraform runs")
        }
        ["sfn", rest @ ..] => workspace.sfn(rest).await.expect("sfn runs"),
        ["cd", folder] => {
            workspace.enter(folder).expect("there is the folder");
            done
        }
        ["sed", ..] => {
            let output = std::process::Command::new("sh")
                .args(["-c", line])
                .current_dir(workspace.path())
                .output();
            assert!(output.expect("sh runs").status.success(), "`{line}` failed");
            done
        }
        ["aws", "stepfunctions", "create-state-machine", ..] => {
            let definition = read(
                option("--definition")
                    .unwrap()
                    .trim_start_matches("file://"),
            );
            let body = json!({ "name": option("--name"), "definition": definition, "roleArn": option("--role-arn") });
            aws.call("AWSStepFunctions.CreateStateMachine", &body)
                .await
                .expect("it is created");
            done
        }
        ["aws", "stepfunctions", "start-execution", ..] => {
            let input = option("--input").unwrap().trim_matches('\'');
            let arn = option("--state-machine-arn");
            let body = json!({ "stateMachineArn": arn, "name": option("--name"), "input": input });
            aws.call("AWSStepFunctions.StartExecution", &body)
                .await
                .expect("it is started");
            done
        }
        ["aws", "stepfunctions", "describe-execution", ..] => {
            let text = ended(aws, option("--execution-arn").unwrap()).await;
            Outcome { text, ..done }
        }
        _ if other(line).await => done,
        ["aws", "cloudformation", "deploy", ..] => {
            let template = read(option("--template-file").unwrap());
            let form = [
                ("Action", "CreateStack"),
                ("Version", "2010-05-15"),
                ("StackName", option("--stack-name").unwrap()),
                ("TemplateBody", &template),
                ("Capabilities.member.1", "CAPABILITY_NAMED_IAM"),
            ];
            aws.query("cloudformation", &encoded(&form))
                .await
                .expect("the stack is made");
            stack_is(aws, option("--stack-name").unwrap(), "CREATE_COMPLETE").await;
            done
        }
        ["aws", "cloudformation", "delete-stack", ..] => {
            let form = [
                ("Action", "DeleteStack"),
                ("Version", "2010-05-15"),
                ("StackName", option("--stack-name").unwrap()),
            ];
            aws.query("cloudformation", &encoded(&form))
                .await
                .expect("the stack goes");
            stack_is(aws, option("--stack-name").unwrap(), "DELETE_COMPLETE").await;
            done
        }
        _ => panic!("no step runs `{line}`"),
    }
}

/// Waits until an execution has ended, and returns its status.
pub async fn ended(aws: &LocalAws, arn: &str) -> String {
    for _ in 0..100 {
        let found = aws
            .call(
                "AWSStepFunctions.DescribeExecution",
                &json!({ "executionArn": arn }),
            )
            .await
            .unwrap();
        match found["status"].as_str() {
            Some("RUNNING") => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
            status => return status.unwrap_or_default().to_owned(),
        }
    }
    panic!("{arn} does not end");
}

/// Encodes a form as browsers do.
pub fn encoded(form: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        text.bytes()
            .map(|byte| format!("%{byte:02X}"))
            .collect::<String>()
    };
    form.iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

/// Waits until a stack has this status or is deleted.
pub async fn stack_is(aws: &LocalAws, name: &str, status: &str) {
    let form = [
        ("Action", "DescribeStacks"),
        ("Version", "2010-05-15"),
        ("StackName", name),
    ];
    let mut said = String::new();
    for _ in 0..100 {
        said = aws
            .query("cloudformation", &encoded(&form))
            .await
            .unwrap_or_else(|error| error.to_string());
        if said.contains(status) || (status == "DELETE_COMPLETE" && said.contains("does not exist"))
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the stack {name} is not {status}: {said}");
}
