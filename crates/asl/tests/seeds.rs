//! The workflows of the original guide, if they exist, with their findings.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read files, and measure time"
)]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use asl::linter::{Linter, has_errors};
use asl::{Diagnostic, Severity};
use asl::{MachineType, line_and_column};

/// Completes a fragment, which is states, one state, or lists of a state, to a definition in which all targets exist.
fn whole(text: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    let members = value.as_object().unwrap();
    let states = if members.contains_key("States") {
        return text.to_owned();
    } else if members.contains_key("Type") {
        let goes_on = members.contains_key("Next") || members.contains_key("End");
        let state = text.trim().trim_end_matches('}');
        let state = if goes_on {
            text.to_owned()
        } else {
            format!("{state}, \"End\": true}}")
        };
        format!("\"Fragment\": {state}")
    } else if members.contains_key("Retry") || members.contains_key("Catch") {
        let function = "arn:aws:lambda:eu-west-1:123456789012:function:f";
        let inner = text.trim().trim_start_matches('{').trim_end_matches('}');
        format!(
            "\"Fragment\": {{\"Type\": \"Task\", \"Resource\": \"{function}\", \"Next\": \"End\", {inner}}}"
        )
    } else {
        text.trim()
            .trim_start_matches('{')
            .trim_end_matches('}')
            .to_owned()
    };
    let names: serde_json::Value = serde_json::from_str(&format!("{{{states}}}")).unwrap();
    let names = names.as_object().unwrap();
    let mut targets = Vec::new();
    collect_targets(&serde_json::Value::Object(names.clone()), &mut targets);
    targets.retain(|target| !names.contains_key(target));
    targets.sort();
    targets.dedup();
    let ends: String = targets
        .iter()
        .map(|target| format!(", \"{target}\": {{\"Type\": \"Succeed\"}}"))
        .collect();
    format!(
        "{{\"StartAt\": \"{}\", \"States\": {{{states}{ends}}}}}",
        names.keys().next().unwrap()
    )
}

fn collect_targets(value: &serde_json::Value, targets: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            for (key, inner) in members {
                match (key.as_str(), inner.as_str()) {
                    ("Next" | "Default", Some(target)) => targets.push(target.to_owned()),
                    ("Branches", _) => {}
                    _ => collect_targets(inner, targets),
                }
            }
        }
        serde_json::Value::Array(elements) => elements
            .iter()
            .for_each(|inner| collect_targets(inner, targets)),
        _ => {}
    }
}

fn line(text: &str, finding: &Diagnostic) -> String {
    let (line, column) = finding
        .span
        .as_ref()
        .map_or((0, 0), |span| line_and_column(text, span));
    format!(
        "{:?} {} {line}:{column} {}: {}\n    {}",
        finding.severity, finding.code, finding.pointer, finding.message, finding.help
    )
}

#[test]
fn seeds_have_their_verdict() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/seeds");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("skipped: the workflows of the guide do not exist");
        return;
    };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "json")
    });
    files.sort();
    let mut said = String::new();
    for file in &files {
        let text = whole(&fs::read_to_string(file).unwrap());
        let (_, findings) = Linter::new(MachineType::Standard).check_text(&text);
        let name = file.file_name().unwrap().to_string_lossy();
        let verdict = if has_errors(&findings) {
            "refuted"
        } else {
            "works"
        };
        let _ = writeln!(said, "== {name}: {verdict}");
        for finding in findings.iter().filter(|finding| {
            finding.severity != Severity::Lint || finding.code.starts_with("ASL6")
        }) {
            let _ = writeln!(said, "{}", line(&text, finding));
        }
    }
    insta::assert_snapshot!(said);
}
