//! Each rule by what it accepts and what it says: definitions in `rules/`, findings as snapshots.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use asl::check::{Form, MachineType, check, check_text, line_and_column};
use asl::{Diagnostic, Json};

/// The findings about a text, as a person reads them.
fn report(text: &str, findings: &[Diagnostic]) -> String {
    let mut report = String::new();
    for finding in findings {
        let place = finding.span.as_ref().map_or(String::new(), |span| {
            let (line, column) = line_and_column(text, span);
            let excerpt: String = text.get(span.clone()).unwrap_or_default().chars().take(40).collect();
            format!(" {line}:{column} `{}`", excerpt.replace('\n', " "))
        });
        let _ = writeln!(report, "{:?} {} {}{place}", finding.severity, finding.code, finding.pointer);
        let _ = writeln!(report, "  {}", finding.message);
        if !finding.help.is_empty() {
            let _ = writeln!(report, "  help: {}", finding.help);
        }
        for related in &finding.related {
            let _ = writeln!(report, "  {}: {}", related.pointer, related.message);
        }
        if let Some(fix) = &finding.fix {
            let _ = writeln!(
                report,
                "  fix: {} {} -> {}",
                fix.pointer,
                if fix.is_key { "key" } else { "value" },
                fix.replacement
            );
        }
    }
    if report.is_empty() { "nothing".into() } else { report }
}

#[test]
fn rules_say_what_is_wrong_and_where() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut said = String::new();
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let findings = if name.ends_with(".flat.json") {
            check(&asl::parse(&text).unwrap().0.root, Form::Flat, MachineType::Standard)
        } else {
            check_text(&text, MachineType::Standard).1
        };
        let _ = writeln!(said, "== {name}\n{}", report(&text, &findings));
    }
    insta::assert_snapshot!(said);
    for rule in asl::rules::RULES.iter().filter(|rule| rule.name != "too-large" && !rule.code.starts_with("ASL4")) {
        assert!(said.contains(rule.code), "no case for {} {}", rule.code, rule.name);
    }
    assert!(said.contains("nothing"));
}

#[test]
fn unknown_values_silence_only_what_reads_them() {
    let text = r#"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"r","TimeoutSeconds":0,"Next":"B"},"B":{"Type":"Succeed"}}}"#;
    let (document, findings) = check_text(text, MachineType::Standard);
    assert_eq!(findings.len(), 1);
    let unknown = |path: &[&str]| {
        let mut root = document.as_ref().unwrap().root.clone();
        let slot = path.iter().fold(&mut root, |value, key| match value {
            Json::Object(members) => members.get_mut(*key).unwrap(),
            _ => unreachable!("an object"),
        });
        *slot = Json::Unknown;
        check(&root, Form::Nested, MachineType::Standard).into_iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(unknown(&["States", "A", "TimeoutSeconds"]), Vec::<&str>::new());
    // With an unknown transition any state may be reached, and the timeout is as wrong as before.
    assert_eq!(unknown(&["States", "A", "Next"]), ["ASL1004"]);
    assert_eq!(unknown(&["StartAt"]), ["ASL1004"]);
    assert_eq!(unknown(&["States", "A"]), Vec::<&str>::new());
    assert_eq!(unknown(&["States"]), Vec::<&str>::new());
}

#[test]
fn size_is_counted_in_characters() {
    let definition = |characters: usize| "é".repeat(characters);
    assert!(asl::rules::too_large::check_text(&definition(1_048_576)).is_none());
    let finding = asl::rules::too_large::check_text(&definition(1_048_577)).unwrap();
    assert_eq!(finding.message, "the definition has 1048577 characters, and AWS takes at most 1048576");
}
