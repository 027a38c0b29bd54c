//! Started processes end, however their owner ends.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use local_aws::LocalAws;
use rustix::process::{Pid, test_kill_process_group};

/// Set in the process that the test below starts and kills.
const CHILD: &str = "LOCAL_AWS_CHILD";

fn log() -> PathBuf {
    std::env::temp_dir().join(format!("ministack-{}.log", std::process::id()))
}

fn runs(group: i32) -> bool {
    test_kill_process_group(Pid::from_raw(group).unwrap()).is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_ends_it() {
    let aws = LocalAws::start(&log()).await.unwrap();
    let group = aws.process_group();
    assert!(runs(group));
    drop(aws);
    assert!(!runs(group));
}

#[tokio::test(flavor = "multi_thread")]
async fn killing_its_owner_ends_it() {
    if std::env::var_os(CHILD).is_some() {
        let aws = LocalAws::start(&log()).await.unwrap();
        println!("group {}", aws.process_group());
        std::future::pending::<()>().await;
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["killing_its_owner_ends_it", "--exact", "--nocapture"])
        .env(CHILD, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let group = lines
        .map_while(Result::ok)
        .find_map(|line| {
            line.split_once("group ")
                .and_then(|(_, group)| group.parse::<i32>().ok())
        })
        .unwrap();
    assert!(runs(group));
    child.kill().unwrap();
    child.wait().unwrap();
    let start = Instant::now();
    while runs(group) {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "ministack is still running"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
