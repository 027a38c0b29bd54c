//! No input makes a check panic: saved inputs, and mutations of them for `FUZZ_SECONDS` for each target. An
//! input that fails is printed. Saved in the folder of its target, it becomes a test.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read files, and measure time"
)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

use std::fs;
use std::path::Path;

use asl::Format;
use asl::intrinsic::Call;
use asl::jsonpath::Path as JsonPath;
use asl::linter::Linter;
use asl::{Form, MachineType};
use fuzzing::fuzz;

fn seeds(target: &str) -> Vec<String> {
    fuzzing::seeds(env!("CARGO_MANIFEST_DIR"), target)
}

/// The definitions of the cases of the rules.
fn definitions() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let texts = fs::read_dir(folder)
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    texts
        .flat_map(|text| {
            text.lines()
                .filter(|line| line.starts_with('{'))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn definitions_in_json() {
    fuzz("json", &definitions(), |text| {
        let (document, findings) = Linter::new(MachineType::Standard).check_text(text);
        for finding in &findings {
            let span = finding.span.clone().unwrap();
            assert!(
                text.get(span.clone()).is_some(),
                "{span:?} is not a part of the text"
            );
        }
        if let Some(document) = document {
            Linter::new(MachineType::Express).check(&document.root, Form::Nested);
            Linter::new(MachineType::Unknown).check(&document.root, Form::Flat);
            assert!(asl::diff::diff(&document.root, &document.root).is_empty());
            asl::diagram::svg(&document.root, &asl::diagram::Marks::default());
            if let Some(flat) = asl::flat::flatten(&document.root) {
                assert!(
                    asl::flat::nest(&flat).is_some_and(|again| again.same_meaning(&document.root))
                );
            }
        }
    });
}

#[test]
fn definitions_in_yaml_and_templates() {
    fuzz("yaml", &seeds("yaml"), |text| {
        // Tags become functions, and the rest is the same.
        assert_eq!(
            asl::parse_yaml(text).is_ok(),
            asl::parse_yaml_template(text).is_ok()
        );
        for format in [Format::Yaml, Format::Json] {
            for finding in Linter::new(MachineType::Standard)
                .check_file(text, format, true)
                .findings
            {
                let span = finding.span.clone().unwrap();
                assert!(
                    text.get(span.clone()).is_some(),
                    "{span:?} is not a part of the text"
                );
            }
        }
    });
}

#[test]
fn paths() {
    fuzz(
        "jsonpath",
        &seeds("jsonpath"),
        |text| match JsonPath::parse(text) {
            Ok(path) => assert!(
                path.segments
                    .iter()
                    .all(|segment| text.get(segment.span.clone()).is_some())
            ),
            Err(error) => assert!(text.get(error.span.clone()).is_some(), "{:?}", error.span),
        },
    );
}

#[test]
fn intrinsic_functions() {
    fuzz("intrinsic", &seeds("intrinsic"), |text| {
        match Call::parse(text) {
            Ok(call) => assert!(
                call.calls()
                    .iter()
                    .all(|call| text.get(call.span.clone()).is_some())
            ),
            Err(error) => assert!(text.get(error.span.clone()).is_some(), "{:?}", error.span),
        }
    });
}

#[test]
fn jsonata() {
    fuzz(
        "jsonata",
        &seeds("jsonata"),
        |text| match asl::jsonata::parse(text) {
            Ok(tree) => tree.walk(&mut |node| {
                assert!(text.get(node.span.clone()).is_some(), "{:?}", node.span);
            }),
            Err(error) => assert!(text.get(error.span.clone()).is_some(), "{:?}", error.span),
        },
    );
}
