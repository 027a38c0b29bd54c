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
use asl::{Diagnostic, Json, Severity};

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
        if let Some(aws) = &finding.aws {
            let _ = writeln!(report, "  AWS: {} at {}", aws.code, aws.location().unwrap_or_else(|| "null".into()));
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

/// A definition and whether a rule accepts it. The file of a rule has its cases one after the other, each under a line
/// that says `accepts` or `rejects` and may say `EXPRESS` or `flat`. A state alone stands for a state machine of it.
struct Case {
    accepts: bool,
    machine: MachineType,
    form: Form,
    text: String,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        if let Some(verdict @ ("accepts" | "rejects")) = words.first().copied() {
            let machine = if words.contains(&"EXPRESS") { MachineType::Express } else { MachineType::Standard };
            let form = if words.contains(&"flat") { Form::Flat } else { Form::Nested };
            cases.push(Case { accepts: verdict == "accepts", machine, form, text: String::new() });
        } else {
            let case = cases.last_mut().expect("a file begins with a verdict");
            case.text.push_str(line);
            case.text.push('\n');
        }
    }
    for case in &mut cases {
        if case.text.starts_with("{\"Type\"") || case.text.starts_with("{ \"Type\"") {
            case.text = format!("{{\"StartAt\": \"A\", \"States\": {{\"A\": {}}}}}\n", case.text.trim());
        }
    }
    cases
}

impl Case {
    fn findings(&self) -> Vec<Diagnostic> {
        match self.form {
            Form::Nested => check_text(&self.text, self.machine).1,
            Form::Flat => check(&asl::parse(&self.text).unwrap().0.root, Form::Flat, self.machine),
        }
    }
}

/// Rules that are looked at where a text is read, a policy derived, or AWS asked.
const ELSEWHERE: [&str; 9] = [
    "too-large",
    "any-resource",
    "unknown-permissions",
    "missing-object",
    "function-not-ready",
    "retired-runtime",
    "function-timeout",
    "unpublished-function",
    "role-denied",
];

#[test]
fn each_rule_accepts_and_rejects() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let mut wrong = String::new();
    for rule in asl::rules::RULES.iter().filter(|rule| !ELSEWHERE.contains(&rule.name)) {
        let file = folder.join(format!("{}.txt", rule.name));
        let text = fs::read_to_string(&file).unwrap_or_else(|_| panic!("there is no {}", file.display()));
        let cases = cases(&text);
        for accepts in [true, false] {
            assert!(cases.iter().any(|case| case.accepts == accepts), "{} accepts or rejects nothing", rule.name);
        }
        let mut said = String::new();
        for case in &cases {
            let findings: Vec<_> = case.findings().into_iter().filter(|finding| finding.code == rule.code).collect();
            if findings.is_empty() != case.accepts {
                let _ = writeln!(wrong, "{}: {}{}", rule.name, case.text, report(&case.text, &findings));
            }
            if !case.accepts {
                let _ = writeln!(said, "{}{}", case.text, report(&case.text, &findings));
            }
        }
        insta::with_settings!({ snapshot_path => "snapshots/rules" }, { insta::assert_snapshot!(rule.name, said) });
    }
    assert!(wrong.is_empty(), "judged otherwise:\n{wrong}");
    let names: Vec<&str> = asl::rules::RULES.iter().map(|rule| rule.name).collect();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy();
        assert!(names.contains(&name.as_ref()), "{name} is no rule");
    }
}

/// The codes of the findings that are errors.
fn errors(findings: Vec<Diagnostic>) -> Vec<&'static str> {
    let errors = findings.into_iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.code).collect()
}

#[test]
fn unknown_values_silence_only_what_reads_them() {
    let text = r#"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:lambda:eu-west-1:123456789012:function:f","TimeoutSeconds":0,"Next":"B"},"B":{"Type":"Succeed"}}}"#;
    let (document, findings) = check_text(text, MachineType::Standard);
    assert_eq!(errors(findings), ["ASL1004"]);
    let unknown = |path: &[&str]| {
        let mut root = document.as_ref().unwrap().root.clone();
        let slot = path.iter().fold(&mut root, |value, key| match value {
            Json::Object(members) => members.get_mut(*key).unwrap(),
            _ => unreachable!("an object"),
        });
        *slot = Json::Unknown;
        errors(check(&root, Form::Nested, MachineType::Standard))
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
