//! `cargo xtask bench`: time and memory of the provider, compared with resources that need no provider.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use e2e::terraform::{self, Terraform};
use e2e::{HEADER, Workspace};
use local_aws::LocalAws;

use crate::{needs, start};

const SIZES: [usize; 3] = [1, 100, 500];
/// Numbers of state machines in the plans in which the functions do not exist.
const WIRED: [usize; 2] = [100, 200];

/// Prints the size and the start time of the provider, a table of wall time and peak memory, and the time of the wiring
/// check if every state machine has a finding.
///
/// # Errors
/// When the build or a run of Terraform fails, or the start takes too long.
pub async fn run() -> io::Result<()> {
    needs::check()?;
    needs::cargo(&["build", "--release", "--package", "terraform-provider-sfn"])?;
    let binary = release_binary()?;
    println!("{}", Terraform::at(terraform::chosen()?)?);
    println!("binary {:.1} MB", fs::metadata(&binary)?.len() as f64 / 1e6);
    let start = start::measure(&binary)?;
    println!(
        "start  {:.1} ms, at most {} ms",
        start.as_secs_f64() * 1e3,
        start::LIMIT.as_millis()
    );
    println!(
        "{:>5}  {:<16} {:>9} {:>9} {:>9} {:>9}",
        "n", "", "validate", "plan", "apply", "re-plan"
    );
    for size in SIZES {
        let aws = LocalAws::start(&log()).await?;
        measure(
            &aws,
            &binary,
            size,
            "sfn",
            &format!("{HEADER}{}", state_machines(size)),
        )
        .await?;
        measure(&aws, &binary, size, "terraform_data", &data(size)).await?;
    }
    println!("\nplan of state machines whose functions do not exist");
    println!(
        "{:>5}  {:>16} {:>16}",
        "n", "wiring = \"auto\"", "wiring = \"off\""
    );
    for size in WIRED {
        let (auto, off) = (
            wired(&binary, size, "auto").await?,
            wired(&binary, size, "off").await?,
        );
        println!("{size:>5}  {auto:>15.2}s {off:>15.2}s");
    }
    if start > start::LIMIT {
        return Err(io::Error::other(format!(
            "the start takes longer than {} ms",
            start::LIMIT.as_millis()
        )));
    }
    Ok(())
}

/// The time of a plan with this number of state machines and this value of `wiring`, in seconds.
async fn wired(binary: &Path, size: usize, wiring: &str) -> io::Result<f64> {
    let aws = LocalAws::start(&log()).await?;
    let workspace = Workspace::with_provider(&aws, binary)?;
    let checks = format!("provider \"sfn\" {{\n  checks {{\n    wiring = \"{wiring}\"\n  }}\n}}");
    let header = HEADER.replace("provider \"sfn\" {}", &checks);
    workspace.write("main.tf", &format!("{header}{}", state_machines(size)))?;
    let (time, _) = timed(&workspace, &["plan", "-no-color"]).await?;
    Ok(time.as_secs_f64())
}

fn log() -> PathBuf {
    std::env::temp_dir().join(format!("sfn-bench-{}.log", std::process::id()))
}

fn release_binary() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target = program
        .parent()
        .and_then(Path::parent)
        .ok_or_else(|| io::Error::other("no target folder"))?;
    Ok(target.join("release/terraform-provider-sfn"))
}

async fn measure(
    aws: &LocalAws,
    binary: &Path,
    size: usize,
    name: &str,
    configuration: &str,
) -> io::Result<()> {
    let workspace = Workspace::with_provider(aws, binary)?;
    workspace.write("main.tf", configuration)?;
    let runs: [&[&str]; 4] = [
        &["validate", "-no-color"],
        &["plan", "-no-color"],
        &["apply", "-auto-approve", "-no-color"],
        &["plan", "-no-color"],
    ];
    let (mut times, mut peaks) = (String::new(), String::new());
    for arguments in runs {
        let (time, peak) = timed(&workspace, arguments).await?;
        let _ = write!(times, " {:>8.2}s", time.as_secs_f64());
        let _ = write!(peaks, " {:>6.1} MB", peak as f64 / 1e3);
    }
    println!("{size:>5}  {name:<16}{times}");
    if name == "sfn" {
        println!("{:>5}  {:<16}{peaks}", "", "provider's peak");
    }
    Ok(())
}

/// Runs Terraform. Returns the time, and the peak memory of the providers that it starts, in KB.
async fn timed(workspace: &Workspace, arguments: &[&str]) -> io::Result<(Duration, u64)> {
    let start = Instant::now();
    let child = workspace.start(arguments)?;
    let output = child.wait_with_output();
    tokio::pin!(output);
    let mut peak = 0;
    let output = loop {
        tokio::select! {
            output = &mut output => break output?,
            () = tokio::time::sleep(Duration::from_millis(10)) => peak = peak.max(provider_memory()),
        }
    };
    if !output.status.success() {
        return Err(io::Error::other(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ));
    }
    Ok((start.elapsed(), peak))
}

/// The peak memory of the running providers, in KB; 0 on systems without `/proc`.
fn provider_memory() -> u64 {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let memory = processes.filter_map(|process| {
        let status = fs::read_to_string(process.path().join("status")).ok()?;
        let field = |name: &str| {
            status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .map(str::trim)
        };
        field("Name:").filter(|name| name.starts_with("terraform-provi"))?;
        field("VmHWM:")?.split_whitespace().next()?.parse().ok()
    });
    memory.max().unwrap_or(0)
}

fn state_machines(size: usize) -> String {
    (0..size).fold(String::new(), |mut text, number| {
        let _ = write!(
            text,
            r#"
resource "sfn_state_machine" "m{number}" {{
  name     = "m{number}"
  start_at = "Call"
  role_arn = "arn:aws:iam::123456789012:role/bench"
  task "Call" {{
    lambda {{
      function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:f{number}"
      payload      = {{ "id.$" = "$.id", number = {number} }}
    }}
    retry {{
      error_equals = ["Busy"]
      max_attempts = 3
    }}
    next = "Choose"
  }}
  choice "Choose" {{
    rule {{
      variable       = "$.ok"
      boolean_equals = true
      next           = "Done"
    }}
    default = "Rest"
  }}
  wait "Rest" {{
    seconds = 5
    next    = "Call"
  }}
  succeed "Done" {{}}
}}
"#
        );
        text
    })
}

/// The same number of `terraform_data` resources, with similar content.
fn data(size: usize) -> String {
    (0..size).fold(String::new(), |mut text, number| {
        let _ = write!(
            text,
            r#"
resource "terraform_data" "m{number}" {{
  input = {{
    call   = {{ function = "arn:aws:lambda:eu-west-1:123456789012:function:f{number}", payload = {{ "id.$" = "$.id", number = {number} }}, retry = [{{ error_equals = ["Busy"], max_attempts = 3 }}], next = "Choose" }}
    choose = {{ rules = [{{ variable = "$.ok", boolean_equals = true, next = "Done" }}], default = "Rest" }}
    rest   = {{ seconds = 5, next = "Call" }}
  }}
}}
"#
        );
        text
    })
}
