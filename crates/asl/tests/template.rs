//! Definitions in YAML and in templates, with the places of what is said about them.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use asl::Severity;
use asl::check::{MachineType, line_and_column};
use asl::template::{Format, check_file};

#[test]
fn definitions_are_found_where_they_stand() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/templates");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut said = String::new();
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        let checked = check_file(&text, Format::of(&text), MachineType::Standard);
        let name = file.file_name().unwrap().to_string_lossy();
        let _ = writeln!(said, "== {name}: {} definitions, files {:?}", checked.definitions, checked.files);
        for finding in checked.findings.iter().filter(|finding| finding.severity != Severity::Lint) {
            let span = finding.span.clone().unwrap();
            let (line, column) = line_and_column(&text, &span);
            let excerpt = text.get(span).unwrap().replace('\n', "⏎");
            let _ =
                writeln!(said, "{line}:{column} `{excerpt}` {} {}: {}", finding.code, finding.pointer, finding.message);
            if let Some(fix) = &finding.fix {
                let replaced = fix.span.clone().and_then(|span| text.get(span));
                let _ = writeln!(said, "    fix: {replaced:?} -> {}", fix.replacement);
            }
        }
    }
    insta::assert_snapshot!(said);
}

#[test]
fn aliases_cannot_grow_without_bounds() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..20 {
        let before = level - 1;
        let list = format!("*a{before}, ").repeat(10);
        let _ = writeln!(text, "a{level}: &a{level} [{list}]");
    }
    let error = asl::parse_yaml(&text).unwrap_err();
    assert_eq!(error.message, "aliases make the document too large");
    let deep = "[".repeat(5_000);
    assert!(asl::parse_yaml(&deep).is_err());
    assert!(asl::parse_yaml("a: *nothing").is_err());
}
