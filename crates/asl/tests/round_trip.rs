//! Generated definitions, and invalid texts.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

#[path = "support/generator.rs"]
mod generator;

use asl::flat::{flatten, nest};
use asl::linter::Linter;
use asl::model::Definition;
use asl::{Diagnostic, Severity};
use asl::{Form, MachineType};
use generator::{Generator, all_fields};
use proptest::prelude::*;

/// The findings for which AWS rejects the definition.
fn errors(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    findings
        .into_iter()
        .filter(|finding| finding.severity == Severity::Error)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn definitions_survive_model_text_and_flat_form(seed in any::<u64>()) {
        let definition = Generator::new(seed).definition();
        let value = definition.to_value().unwrap();
        prop_assert_eq!(errors(Linter::new(MachineType::Standard).check(&definition, Form::Nested)), vec![]);

        // through the typed model
        let typed: Definition = serde_json::from_value(value.clone()).unwrap();
        let again = asl::Json::from(serde_json::to_value(&typed).unwrap());
        prop_assert!(again.same_meaning(&definition), "{}", value);

        // through text
        let text = serde_json::to_string_pretty(&value).unwrap();
        let (document, findings) = Linter::new(MachineType::Standard).check_text(&text);
        prop_assert!(document.unwrap().root.same_meaning(&definition) && errors(findings).is_empty());

        // through the flat form, which is checked by the same rules
        let flat = flatten(&definition).unwrap();
        prop_assert_eq!(errors(Linter::new(MachineType::Standard).check(&flat, Form::Flat)), vec![]);
        prop_assert!(nest(&flat).unwrap().same_meaning(&definition));
    }

    #[test]
    fn no_text_brings_it_down(text in "\\PC{0,60}") {
        let _ = Linter::new(MachineType::Standard).check_text(&text);
    }

    #[test]
    fn no_broken_definition_brings_it_down(seed in any::<u64>(), cut in 0.0..1.0, junk in "[{}\\[\\]\",:0-9a-z]{0,3}") {
        let text = Generator::new(seed).definition().to_value().unwrap().to_string();
        let at = (0..=text.len()).rev().find(|at| text.is_char_boundary(*at) && *at as f64 <= cut * text.len() as f64).unwrap();
        let _ = Linter::new(MachineType::Standard).check_text(&format!("{}{junk}{}", &text[..at], &text[at..]));
        let _ = Linter::new(MachineType::Standard).check_text(&text[..at]);
    }
}

#[test]
fn the_generator_leaves_no_field_out() {
    let mut missing = all_fields();
    for seed in 0..300 {
        let mut generator = Generator::new(seed);
        generator.definition();
        missing.retain(|field| !generator.covered.contains(field));
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    let bomb = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let (document, findings) = Linter::new(MachineType::Standard).check_text(&bomb);
    assert!(document.is_none());
    assert_eq!(
        findings[0].message,
        "arrays and objects are nested more than 128 deep"
    );
}

#[test]
fn ten_thousand_states_are_checked() {
    let states: Vec<String> = (0..10_000)
        .map(|n| format!(r#""S{n}":{{"Type":"Pass","Next":"S{}"}}"#, n + 1))
        .collect();
    let text = format!(
        r#"{{"StartAt":"S0","States":{{{},"S10000":{{"Type":"Succeed"}}}}}}"#,
        states.join(",")
    );
    let (_, findings) = Linter::new(MachineType::Standard).check_text(&text);
    assert_eq!(findings, []);
}
