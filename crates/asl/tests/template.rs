//! Definitions in YAML and in templates, with the places of their findings.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read files, and measure time"
)]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use asl::Format;
use asl::Severity;
use asl::linter::Linter;
use asl::{MachineType, line_and_column};

#[test]
fn definitions_are_found_where_they_stand() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/templates");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut said = String::new();
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        let checked =
            Linter::new(MachineType::Standard).check_file(&text, Format::of_text(&text), false);
        let name = file.file_name().unwrap().to_string_lossy();
        let _ = writeln!(
            said,
            "== {name}: {} definitions, files {:?}",
            checked.definitions, checked.files
        );
        for finding in checked
            .findings
            .iter()
            .filter(|finding| finding.severity != Severity::Lint)
        {
            let span = finding.span.clone().unwrap();
            let (line, column) = line_and_column(&text, &span);
            let excerpt = text.get(span).unwrap().replace('\n', "⏎");
            let _ = writeln!(
                said,
                "{line}:{column} `{excerpt}` {} {}: {}",
                finding.code, finding.pointer, finding.message
            );
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

/// YAML as it is used in practice, and the equivalent JSON.
#[test]
fn yaml_means_what_its_readers_take_it_for() {
    for (yaml, json) in [
        // Merge keys: members of the mapping take precedence, in any order, and so does the first mapping of a list.
        (
            "a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  x: 3\n",
            r#"{"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 2}}"#,
        ),
        (
            "a: &a {x: 1, y: 2}\nb:\n  x: 3\n  <<: *a\n",
            r#"{"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 2}}"#,
        ),
        (
            "a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc: {<<: [*a, *b], z: 4}\n",
            r#"{"a": {"x": 1}, "b": {"x": 2, "y": 3}, "c": {"x": 1, "y": 3, "z": 4}}"#,
        ),
        // Numbers of YAML 1.2.
        (
            "[+5, 007, -012, .5, 1., 0x1F, 0o17, 1e3, -.5e-1, 1_000, 1.2.3, 0xG, '5', .]",
            r#"[5, 7, -12, 0.5, 1, 31, 15, 1e3, -0.5e-1, "1_000", "1.2.3", "0xG", "5", "."]"#,
        ),
        // Booleans of YAML 1.1 only in templates.
        ("a: [yes, Off, 'no']", r#"{"a": ["yes", "Off", "no"]}"#),
        (
            "Resources: [yes, Off, 'no']",
            r#"{"Resources": [true, false, "no"]}"#,
        ),
        // Lines in brackets and quotes at the column of their key.
        (
            "a:\n  b: [\n  1,\n{x: 2\n}\n  ]\n  c: 3\n",
            r#"{"a": {"b": [1, {"x": 2}], "c": 3}}"#,
        ),
        (
            "a:\n  b: \"one\ntwo\\\n\nthree\"\n  c: 'x\n\ny'\n",
            r#"{"a": {"b": "one two\nthree", "c": "x\ny"}}"#,
        ),
        (
            "\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\nc: 'z'\r\n",
            r#"{"a": 1, "b": "x\ny\n", "c": "z"}"#,
        ),
    ] {
        let (document, findings) =
            asl::parse_yaml(yaml).unwrap_or_else(|error| panic!("{yaml}: {}", error.message));
        assert!(
            document
                .root
                .same_meaning(&asl::parse(json).unwrap().0.root),
            "{yaml}: {:?}",
            document.root
        );
        assert_eq!(findings, [], "{yaml}");
    }
    // All parsers reject tabs.
    assert!(asl::parse_yaml("a:\n\tb: 1\n").is_err());
    assert_eq!(
        asl::parse_yaml("a: &a {x: 1}\nb: {<<: *a, x: 2, x: 3}")
            .unwrap()
            .1
            .len(),
        1
    );
}

/// Placeholders are unknown values of any kind, in any place of a value.
#[test]
fn placeholders_are_values_that_are_not_known() {
    let unknown = |root: &asl::Json, path: &[&str]| {
        let at: asl::JsonPointer = path.iter().map(|step| (*step).to_owned()).collect();
        assert_eq!(
            root.at(&at),
            Some(&asl::Json::Unknown),
            "{path:?} in {root:?}"
        );
    };
    let json = asl::parse_unfilled(
        r#"{"a": ${A}, "b": [1, ${jsonencode({x = "}"})}], "c": "${C}", "d": {${K}: 1}}"#,
    );
    let root = json.unwrap().0.root;
    for path in [&["a"][..], &["b", "1"], &["d"]] {
        unknown(&root, path);
    }
    assert_eq!(root.get("c").and_then(asl::Json::as_str), Some("${C}"));
    for yaml in [
        "a: ${A}\nb: [1, x]\nc: x-${C}\n",
        "{a: ${A}, b: [1, x], c: 'x-${C}'}",
    ] {
        let root = asl::parse_yaml_unfilled(yaml).unwrap().0.root;
        unknown(&root, &["a"]);
        assert_eq!(root.get("c").and_then(asl::Json::as_str), Some("x-${C}"));
    }
    // After other values, also those in brackets, a placeholder in a list is an element, and one in an object
    // is a value.
    let root =
        asl::parse_unfilled(r#"{"a": [{"x": 1}, ${E}, [2], ${F}], "b": {"c": [3]}, "d": ${D}}"#)
            .unwrap()
            .0
            .root;
    for path in [&["a", "1"][..], &["a", "3"], &["d"]] {
        unknown(&root, path);
    }
    assert_eq!(
        root.get("b")
            .and_then(|b| b.get("c")?.as_array())
            .map(<[asl::Json]>::len),
        Some(1)
    );
    // AWS accepts none of them without substitution.
    assert!(asl::parse(r#"{"a": ${A}}"#).is_err());
    assert!(
        asl::parse_unfilled(r#"{"a": ${}}"#).is_err()
            && asl::parse_unfilled(r#"{"a" ${A}}"#).is_err()
    );
}
