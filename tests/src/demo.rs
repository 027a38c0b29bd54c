//! The demo: the typical workflow of a user from end to end. `cargo xtask demo` shows it, and the tests run it.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use local_aws::LocalAws;
use sfn_aws::{Aws, Call, Settings, execution};
use tokio_util::sync::CancellationToken;

use crate::terraform::{self, Terraform};
use crate::{Outcome, Workspace};

const EXAMPLE: &str = "workflows/order-processing";

const ORDER: &str = r#"{"orderId":"o-1001","card":"4242424242424242","items":[{"sku":"book","quantity":2,"price":12.5},{"sku":"pen","quantity":1,"price":1.2}]}"#;

/// Runs the demo with the provider of this build.
///
/// # Errors
/// When a step fails.
pub async fn run(keep: bool) -> io::Result<()> {
    title(1, "start an AWS on this machine");
    println!("with {}", Terraform::at(terraform::chosen()?)?);
    let log = std::env::temp_dir().join(format!("sfn-demo-{}.log", std::process::id()));
    let aws = LocalAws::start(&log).await?;
    println!("listening on {}", aws.url());
    let topic = aws.create_topic("orders").await?;

    title(2, "plan and apply the order-processing workflow");
    let mut workspace = Workspace::of_example(&aws, EXAMPLE)?;
    workspace.set_env("TF_VAR_topic_arn", &topic);
    println!("examples/{EXAMPLE}: typed HCL, four Lambda functions in Python\n");
    let applied = expect("apply", workspace.apply().await?)?;
    show_lines(&applied, &["Creation complete", "Plan:", "Apply complete"]);

    title(3, "execute it with an order");
    let arn = output(&workspace).await?;
    execute(&aws, &arn).await?;

    title(4, "plan again: nothing has changed");
    show_lines(&expect("plan", workspace.plan().await?)?, &["No changes."]);

    title(5, "edit one retry, and see the one line");
    edit_retry(&workspace.path().join("main.tf"))?;
    let plan = workspace.plan().await?;
    if plan.code != 2 {
        return Err(io::Error::other(format!(
            "the edit made no change:\n{}",
            plan.text
        )));
    }
    show_lines(&plan, &["~ max_attempts", "Plan:"]);
    expect("apply", workspace.apply().await?)?;

    title(6, "import the state machine into an empty folder");
    import(&aws, &arn).await?;

    if keep {
        return leave_running(aws, workspace, &arn).await;
    }
    title(7, "destroy everything");
    show_lines(
        &expect("destroy", workspace.destroy().await?)?,
        &["Destroy complete"],
    );
    drop(aws);
    println!("\nDone. The configuration is in examples/{EXAMPLE}.");
    Ok(())
}

fn title(number: u8, text: &str) {
    println!(
        "\n{number}. {text}\n{}",
        "─".repeat(text.chars().count() + 3)
    );
}

fn expect(doing: &str, outcome: Outcome) -> io::Result<Outcome> {
    if outcome.is_success() {
        return Ok(outcome);
    }
    Err(io::Error::other(format!(
        "terraform {doing} failed:\n{}",
        outcome.text
    )))
}

/// Prints the lines that contain one of these words.
fn show_lines(outcome: &Outcome, words: &[&str]) {
    for line in outcome
        .text
        .lines()
        .filter(|line| words.iter().any(|word| line.contains(word)))
    {
        println!("{}", line.trim_end());
    }
}

async fn output(workspace: &Workspace) -> io::Result<String> {
    let outcome = expect(
        "output",
        workspace
            .terraform(&["output", "-raw", "state_machine_arn"])
            .await?,
    )?;
    Ok(outcome.stdout.trim().to_owned())
}

async fn execute(aws: &LocalAws, arn: &str) -> io::Result<()> {
    let settings = Settings {
        region: Some(local_aws::REGION.into()),
        access_key: Some(local_aws::ACCOUNT.into()),
        secret_key: Some("test".into()),
        endpoints: [("sfn".to_owned(), aws.url())].into(),
        ..Settings::default()
    };
    let (client, call) = (
        Aws::new(settings),
        Call::new(Duration::from_mins(1), CancellationToken::new()),
    );
    println!("input   {ORDER}");
    let execution = execution::start(&client, &call, arn, "order", ORDER)
        .await
        .map_err(io::Error::other)?;
    let ended = execution::wait(&client, &call, &execution)
        .await
        .map_err(io::Error::other)?;
    for event in execution::history(&client, &call, &execution)
        .await
        .map_err(io::Error::other)?
    {
        let time = event
            .timestamp
            .split('T')
            .nth(1)
            .unwrap_or("")
            .trim_end_matches('Z');
        println!(
            "  {:<12}  {:<24} {}",
            time.get(..12).unwrap_or(time),
            event.kind,
            event.state.unwrap_or_default()
        );
    }
    println!("status  {}", ended.status);
    println!("output  {}", ended.output.as_deref().unwrap_or("none"));
    if ended.status == "SUCCEEDED" {
        return Ok(());
    }
    let cause = ended.cause.or(ended.error).unwrap_or_default();
    Err(io::Error::other(format!(
        "the execution did not succeed: {cause}"
    )))
}

fn edit_retry(main: &Path) -> io::Result<()> {
    let before = fs::read_to_string(main)?;
    let after = before.replacen("max_attempts     = 3", "max_attempts     = 5", 1);
    if after == before {
        return Err(io::Error::other(
            "main.tf has no `max_attempts = 3` to edit",
        ));
    }
    fs::write(main, after)
}

async fn import(aws: &LocalAws, arn: &str) -> io::Result<()> {
    let workspace = Workspace::new(aws)?;
    workspace.configure(&terraform::import_to_generate(
        "sfn_state_machine.order",
        arn,
    ))?;
    let generated = workspace
        .terraform(&["plan", "-no-color", "-generate-config-out=generated.tf"])
        .await?;
    show_lines(&expect("plan", generated)?, &["Plan:"]);
    let written = fs::read_to_string(workspace.path().join("generated.tf"))?;
    let first: Vec<&str> = written
        .lines()
        .skip_while(|line| !line.contains("choice \""))
        .take(9)
        .collect();
    println!(
        "generated.tf has {} lines, among them:\n{}",
        written.lines().count(),
        first.join("\n")
    );
    workspace.configure(&terraform::import("sfn_state_machine.order", arn))?;
    expect("apply", workspace.apply().await?)?;
    show_lines(&expect("plan", workspace.plan().await?)?, &["No changes."]);
    Ok(())
}

async fn leave_running(aws: LocalAws, mut workspace: Workspace, arn: &str) -> io::Result<()> {
    workspace.keep();
    title(7, "left running, until Ctrl-C");
    println!("cd {}", workspace.path().display());
    for (name, value) in workspace.env() {
        println!("export {name}='{value}'");
    }
    println!(
        "\n{} plan\naws stepfunctions describe-state-machine --state-machine-arn {arn}",
        workspace.program()?.display()
    );
    std::future::pending::<()>().await;
    drop(aws);
    Ok(())
}
