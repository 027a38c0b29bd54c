//! The score with executions recorded on AWS, if the folder with them exists.
//!
//! `EXECUTIONS` names another folder than `shared/executions` next to the workspace.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read files and the environment"
)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

mod case;
mod compare;
mod drive;
mod history;
mod matching;
mod table;

use std::any::Any;
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use case::Case;
use compare::{Verdict, judge};

/// The folder with the recorded executions, and whether it is the default one.
fn folder() -> (PathBuf, bool) {
    match env::var_os("EXECUTIONS") {
        Some(folder) => (folder.into(), false),
        None => {
            let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
            (crate_folder.join("../../../shared/executions"), true)
        }
    }
}

/// The message of a panic.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown message".to_owned())
}

/// Runs a case and compares its result.
fn score(case: &Case) -> Verdict {
    match catch_unwind(AssertUnwindSafe(|| drive::run(case))) {
        Ok(Ok(actual)) => judge(case, &actual),
        Ok(Err(text)) => Verdict::without_result(case, &text),
        Err(panic) => Verdict::without_result(case, &format!("panic: {}", message(&*panic))),
    }
}

#[test]
fn recorded_executions() {
    let (folder, is_default) = folder();
    if !folder.is_dir() && is_default {
        println!("skipped: {} does not exist", folder.display());
        return;
    }
    let cases = case::read(&folder);
    let scored = cases
        .iter()
        .filter(|case| case.runnable || case.is_refusal());
    let verdicts: Vec<_> = scored.map(|case| (case, score(case))).collect();
    let table = table::table(&verdicts);
    println!("{}\n{table}", table::differences(&verdicts));
    if is_default {
        insta::assert_snapshot!("score", table);
    }
}
