//! The definitions that each rule accepts and rejects, in `rules/`, with the findings as snapshots.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read files, and measure time"
)]
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

use asl::linter::Linter;
use asl::references::{
    ExternalReference, FunctionInfo, KnownReference, ResourceInfo, external_references,
};
use asl::rules::{rule_named, rules};
use asl::{Diagnostic, Json, Severity};
use asl::{Form, MachineType, line_and_column};

/// The findings about a text, in a readable form.
fn report(text: &str, findings: &[Diagnostic]) -> String {
    let mut report = String::new();
    for finding in findings {
        let place = finding.span.as_ref().map_or(String::new(), |span| {
            let (line, column) = line_and_column(text, span);
            let excerpt: String = text
                .get(span.clone())
                .unwrap_or_default()
                .chars()
                .take(40)
                .collect();
            format!(" {line}:{column} `{}`", excerpt.replace('\n', " "))
        });
        let _ = writeln!(
            report,
            "{:?} {} {}{place}",
            finding.severity, finding.code, finding.pointer
        );
        let _ = writeln!(report, "  {}", finding.message);
        if !finding.help.is_empty() {
            let _ = writeln!(report, "  help: {}", finding.help);
        }
        if let Some(aws) = &finding.aws {
            let _ = writeln!(
                report,
                "  AWS: {} at {}",
                aws.code,
                aws.location().unwrap_or_else(|| "null".into())
            );
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
    if report.is_empty() {
        "nothing".into()
    } else {
        report
    }
}

/// A definition and whether a rule accepts it. The file of a rule has its cases one after the other, each
/// under a line that says `accepts` or `rejects` and may say `EXPRESS` or `flat`. A state alone stands for a
/// state machine of it.
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
            let machine = if words.contains(&"EXPRESS") {
                MachineType::Express
            } else {
                MachineType::Standard
            };
            let form = if words.contains(&"flat") {
                Form::Flat
            } else {
                Form::Nested
            };
            cases.push(Case {
                accepts: verdict == "accepts",
                machine,
                form,
                text: String::new(),
            });
        } else {
            let case = cases.last_mut().expect("a file begins with a verdict");
            case.text.push_str(line);
            case.text.push('\n');
        }
    }
    cases
        .iter_mut()
        .for_each(|case| case.text = in_a_machine(&case.text));
    cases
}

/// Rules whose input is not a definition. They have their own tests.
const WITHOUT_CASES: [&str; 3] = [
    "definition-too-large",
    "invalid-configuration",
    "role-denied",
];

/// The examples in the documentation of a rule: reported definitions and their replacements.
fn documented(documentation: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut heading = "";
    let mut blocks = documentation.split("```");
    while let (Some(before), Some(block)) = (blocks.next(), blocks.next()) {
        heading = before
            .lines()
            .rfind(|line| line.starts_with("## "))
            .unwrap_or(heading);
        let (info, text) = block.split_once('\n').expect("a fence has lines");
        let mut words = info.split(' ');
        if words.next() != Some("json") {
            continue;
        }
        let words: Vec<&str> = words.collect();
        cases.push(Case {
            accepts: match heading {
                "## Example" => false,
                "## Use instead" => true,
                _ => panic!("{heading} has an example"),
            },
            machine: if words.contains(&"express") {
                MachineType::Express
            } else {
                MachineType::Standard
            },
            form: if words.contains(&"flat") {
                Form::Flat
            } else {
                Form::Nested
            },
            text: in_a_machine(text),
        });
    }
    cases
}

/// A state machine with a single state. Any other text is not changed.
fn in_a_machine(text: &str) -> String {
    match text
        .trim_start_matches(|c: char| c == '{' || c.is_whitespace())
        .starts_with("\"Type\"")
    {
        true => format!(
            "{{\"StartAt\": \"A\", \"States\": {{\"A\": {}}}}}\n",
            text.trim()
        ),
        false => text.to_owned(),
    }
}

/// The status of the functions of the examples in AWS. Functions with other names than these are healthy.
fn known(reference: &ExternalReference) -> ResourceInfo {
    let name = reference.id.split(':').nth(6).unwrap_or(&reference.id);
    let healthy = FunctionInfo {
        state: "Active".into(),
        runtime: Some("python3.13".into()),
        timeout_seconds: Some(3),
        durable_timeout_seconds: None,
        reserved_concurrency: None,
    };
    ResourceInfo::Function(match name {
        "charge-removed" => return ResourceInfo::Missing,
        "charge-failed" => FunctionInfo {
            state: "Failed".into(),
            ..healthy
        },
        "charge-python38" => FunctionInfo {
            runtime: Some("python3.8".into()),
            ..healthy
        },
        "charge-durable" => FunctionInfo {
            durable_timeout_seconds: Some(600),
            ..healthy
        },
        "charge-slow" => FunctionInfo {
            timeout_seconds: Some(900),
            ..healthy
        },
        _ => healthy,
    })
}

impl Case {
    /// The findings of all rules, including those about permissions and functions.
    fn findings(&self) -> Vec<Diagnostic> {
        let linter = Linter::new(self.machine).with_policy();
        if self.form == Form::Flat {
            return linter.check(&asl::parse(&self.text).unwrap().0.root, Form::Flat);
        }
        let (document, mut findings) = linter.check_text(&self.text);
        for reference in document
            .iter()
            .flat_map(|document| external_references(&document.root))
        {
            let info = known(&reference);
            let known = KnownReference {
                reference: &reference,
                info: &info,
                publishes: true,
            };
            findings.extend(linter.check_reference(&known));
        }
        findings
    }
}

#[test]
fn what_is_to_be_used_instead_has_no_other_mistake() {
    let mut wrong = String::new();
    for rule in rules() {
        let accepted = documented(&rule.documentation())
            .into_iter()
            .filter(|case| case.accepts);
        for case in accepted {
            let findings = case
                .findings()
                .into_iter()
                .filter(|finding| finding.severity != Severity::Lint);
            let findings: Vec<_> = findings.collect();
            if !findings.is_empty() {
                let _ = writeln!(wrong, "{}: {}", rule.name, report(&case.text, &findings));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn each_rule_is_documented_alike() {
    for rule in rules() {
        let documentation = rule.documentation();
        let headings: Vec<&str> = documentation
            .lines()
            .filter(|line| line.starts_with("## "))
            .collect();
        let expected = [
            "## What it does",
            "## Why is this bad?",
            "## Example",
            "## Use instead",
            "## References",
        ];
        assert_eq!(headings, expected, "{}", rule.name);
        let summary = rule.summary();
        assert!(
            summary.starts_with("Checks for ") && summary.len() <= 120,
            "{}: {summary}",
            rule.name
        );
        assert!(
            documentation.contains("https://"),
            "{} has no reference",
            rule.name
        );
    }
}

#[test]
fn names_select_one_rule_each() {
    let names: Vec<&str> = rules()
        .flat_map(|rule| {
            [rule.code, rule.name]
                .into_iter()
                .chain(rule.aliases.iter().copied())
        })
        .collect();
    for name in &names {
        assert_eq!(
            names.iter().filter(|other| other == &name).count(),
            1,
            "{name}"
        );
        assert!(rule_named(name).is_some(), "{name}");
    }
    assert_eq!(
        rule_named("heartbeat").map(|rule| rule.name),
        Some("heartbeat-not-shorter-than-timeout")
    );
}

#[test]
fn each_rule_accepts_and_rejects() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let mut wrong = String::new();
    for rule in rules() {
        let mut cases = documented(&rule.documentation());
        let file = folder.join(format!("{}.txt", rule.name));
        // The examples of a rule are cases. A file has more cases.
        cases.extend(
            fs::read_to_string(&file)
                .iter()
                .flat_map(|text| crate::cases(text)),
        );
        if WITHOUT_CASES.contains(&rule.name) {
            assert!(cases.is_empty(), "{} has cases", rule.name);
            continue;
        }
        for accepts in [true, false] {
            assert!(
                cases.iter().any(|case| case.accepts == accepts),
                "{} accepts or rejects nothing",
                rule.name
            );
        }
        let mut said = String::new();
        for case in &cases {
            let findings: Vec<_> = case
                .findings()
                .into_iter()
                .filter(|finding| finding.code == rule.code)
                .collect();
            if findings.is_empty() != case.accepts {
                let _ = writeln!(
                    wrong,
                    "{}: {}{}",
                    rule.name,
                    case.text,
                    report(&case.text, &findings)
                );
            }
            if !case.accepts {
                let _ = writeln!(said, "{}{}", case.text, report(&case.text, &findings));
            }
        }
        insta::with_settings!({ snapshot_path => "snapshots/rules" }, { insta::assert_snapshot!(rule.name, said) });
    }
    assert!(wrong.is_empty(), "judged otherwise:\n{wrong}");
    let names: Vec<&str> = rules().map(|rule| rule.name).collect();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy();
        assert!(names.contains(&name.as_ref()), "{name} is not a rule");
    }
}

/// The codes of the findings that are errors.
fn errors(findings: Vec<Diagnostic>) -> Vec<&'static str> {
    let errors = findings
        .into_iter()
        .filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.code).collect()
}

#[test]
fn unknown_values_silence_only_what_reads_them() {
    let text = r#"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:lambda:eu-west-1:123456789012:function:f","TimeoutSeconds":0,"Next":"B"},"B":{"Type":"Succeed"}}}"#;
    let (document, findings) = Linter::new(MachineType::Standard).check_text(text);
    assert_eq!(errors(findings), ["ASL1004"]);
    let unknown = |path: &[&str]| {
        let mut root = document.as_ref().unwrap().root.clone();
        let slot = path.iter().fold(&mut root, |value, key| match value {
            Json::Object(members) => members.get_mut(*key).unwrap(),
            _ => unreachable!("an object"),
        });
        *slot = Json::Unknown;
        errors(Linter::new(MachineType::Standard).check(&root, Form::Nested))
    };
    assert_eq!(
        unknown(&["States", "A", "TimeoutSeconds"]),
        Vec::<&str>::new()
    );
    // With an unknown transition, any state may be reachable, and the timeout is still reported.
    assert_eq!(unknown(&["States", "A", "Next"]), ["ASL1004"]);
    assert_eq!(unknown(&["StartAt"]), ["ASL1004"]);
    assert_eq!(unknown(&["States", "A"]), Vec::<&str>::new());
    assert_eq!(unknown(&["States"]), Vec::<&str>::new());
}

#[test]
fn size_is_counted_in_characters() {
    let definition = |characters: usize| "é".repeat(characters);
    let linter = Linter::new(MachineType::Standard);
    assert!(linter.check_size(&definition(1_048_576)).is_empty());
    let findings = linter.check_size(&definition(1_048_577));
    assert_eq!(
        findings[0].message,
        "the definition must have at most 1048576 characters, got 1048577"
    );
}

#[test]
fn causes_come_before_consequences_and_warnings_have_no_codes_of_rejections() {
    let text = r#"{"StartAt": "A", "States": {"C": {"Type": "Pass", "End": true}, "A": {"Type": "Pass", "Parameters": {"x.$": "States.MathAdd(1, '1')"}, "Next": "Nowhere"}}}"#;
    let checked = Linter::new(MachineType::Standard).check_file(text, asl::Format::Json, true);
    let codes: Vec<_> = checked
        .findings
        .iter()
        .map(|finding| (finding.code, finding.aws.is_some()))
        .collect();
    assert_eq!(
        codes,
        [("ASL3006", false), ("ASL2001", true), ("ASL2002", true)]
    );
    let (_, findings) = Linter::new(MachineType::Standard).check_text(text);
    let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["ASL2001", "ASL3006", "ASL2002"]);
}

#[test]
fn a_state_named_states_has_its_name_in_messages() {
    let text = r#"{"StartAt": "States", "States": {"States": {"Type": "Parallel", "Branches": [{"StartAt": "States.", "States": {"States.": {"Type": "Pass"}}}]}}}"#;
    let (_, findings) = Linter::new(MachineType::Standard).check_text(text);
    let messages: Vec<_> = findings
        .iter()
        .filter(|finding| finding.code == "ASL2005")
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "state `States` has neither `Next` nor `End`",
            "state `States.` has neither `Next` nor `End`"
        ]
    );
}
