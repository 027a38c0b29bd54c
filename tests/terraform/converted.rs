//! Converts definitions to configuration with the same meaning.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use asl::Format;
use asl::MachineType;
use asl::linter::{Linter, has_errors};
use asl_hcl::any_from_json;
use e2e::{HEADER, Workspace, repository};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use sfn_convert::definition;
use tfconfig::{Body, References};

use crate::{assert_success, aws};

/// The valid definitions below a folder, with their types: those of an index of verdicts, or all if there is no index.
fn valid_definitions(folder: &Path) -> Vec<(String, String, String)> {
    let index = fs::read_to_string(folder.join("index.jsonl")).unwrap_or_default();
    let indexed = index.lines().filter_map(|line| {
        let entry: Value = serde_json::from_str(line).ok()?;
        let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        (text("verdict") == "valid").then(|| (text("file"), text("state_machine_type")))
    });
    let mut entries: Vec<(String, String)> = indexed.collect();
    if index.is_empty() {
        let files = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        entries = files
            .filter(|file| file.ends_with(".json"))
            .map(|file| (file, "STANDARD".to_owned()))
            .collect();
        entries.sort();
    }
    let mut found = Vec::new();
    for (file, kind) in entries {
        let Ok(text) = fs::read_to_string(folder.join(&file)) else {
            continue;
        };
        let machine = MachineType::named(&kind).unwrap_or_default();
        if matches!(Linter::new(machine).check_text(&text), (Some(_), findings) if !has_errors(&findings))
        {
            found.push((file, text, kind));
        }
    }
    found
}

/// Converts and plans all definitions in one run. Returns the reasons why blocks could not represent some of them.
async fn check(definitions: &[(String, String, String)]) -> BTreeMap<String, String> {
    let aws = aws().await;
    let workspace = Workspace::new(&aws).expect("the provider is built");
    workspace.write("versions.tf", HEADER).unwrap();
    let mut kept_whole = BTreeMap::new();
    for (number, (file, text, kind)) in definitions.iter().enumerate() {
        let mut machine = definition::read(text, Format::Json, &format!("m{number}")).expect(file);
        machine.settings.set("type", kind.as_str());
        let mut body = Body::default();
        if let Some(reason) = machine.write(&References::default(), &mut body) {
            kept_whole.insert(file.clone(), reason);
        }
        workspace
            .write(&format!("m{number}.tf"), &body.render())
            .unwrap();
    }
    let formatted = workspace
        .terraform(&["fmt", "-check", "-diff"])
        .await
        .unwrap();
    assert!(
        formatted.is_success(),
        "terraform fmt would write it otherwise:\n{}",
        formatted.text
    );
    let planned = workspace
        .terraform(&["plan", "-out=plan", "-no-color"])
        .await
        .unwrap();
    assert_success(&planned);
    let shown = workspace
        .terraform(&["show", "-json", "plan"])
        .await
        .unwrap();
    let plan: Value = serde_json::from_str(shown.stdout.trim()).unwrap();
    let resources = plan["planned_values"]["root_module"]["resources"]
        .as_array()
        .unwrap();
    let rendered: BTreeMap<&str, &str> = resources
        .iter()
        .filter_map(|resource| {
            Some((
                resource["name"].as_str()?,
                resource["values"]["asl"].as_str()?,
            ))
        })
        .collect();
    for (number, (file, text, _)) in definitions.iter().enumerate() {
        let planned = rendered
            .get(format!("m{number}").as_str())
            .unwrap_or_else(|| panic!("{file} is not planned"));
        let (before, after) = (asl::parse(text).unwrap().0, asl::parse(planned).unwrap().0);
        assert!(
            before.root.same_meaning(&after.root),
            "{file} means something else:\n{planned}"
        );
    }
    kept_whole
}

#[tokio::test]
async fn own_definitions_mean_the_same_in_blocks() {
    let definitions = valid_definitions(&repository().join("tests/definitions"));
    let files = fs::read_dir(repository().join("tests/definitions"))
        .unwrap()
        .count();
    assert_eq!((definitions.len(), files), (9, 9), "all of them are valid");
    let kept_whole = check(&definitions).await;
    assert_eq!(
        kept_whole.keys().map(String::as_str).collect::<Vec<_>>(),
        ["an-empty-retry.asl.json"]
    );
}

#[tokio::test]
async fn every_valid_definition_of_the_collection_means_the_same_in_blocks() {
    let corpus: PathBuf = repository().join("../shared/corpus");
    if !corpus.join("index.jsonl").exists() {
        println!("skipped: the corpus of definitions is not installed");
        return;
    }
    let definitions = valid_definitions(&corpus);
    let kept_whole = check(&definitions).await;
    let mut score = format!(
        "{} valid definitions mean the same after a plan: {} as blocks, {} as `definition`:\n",
        definitions.len(),
        definitions.len() - kept_whole.len(),
        kept_whole.len()
    );
    for (file, reason) in &kept_whole {
        score.push_str(&format!("  {file}: {reason}\n"));
    }
    insta::assert_snapshot!(score);
}

/// Any JSON value, with strings that need escapes.
fn value() -> impl Strategy<Value = Value> {
    let text = proptest::collection::vec(
        prop_oneof![
            4 => "[a-c ]{0,3}",
            1 => prop::sample::select(vec![
                "$", "%", "{", "}", "${", "%{", "$${", "\"", "\\", "\n", "\r", "\t", "\u{1}", "\u{7f}", "\u{2028}", "é", "🙂", "EOT", "#", "//",
                "<<", "=", "\n\n", " \n", "null", "\u{e000}",
            ])
            .prop_map(str::to_owned),
        ],
        0..6,
    )
    .prop_map(|parts| parts.concat());
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => (-1_000_000_i64..1_000_000).prop_map(Value::from),
        1 => (-1_000_i64..1_000).prop_map(|number| json!(number as f64 / 8.0)),
        4 => text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((text.clone(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

#[tokio::test]
async fn whatever_a_value_is_terraform_reads_the_same() {
    let aws = aws().await;
    let workspace = Workspace::new(&aws).unwrap();
    let mut runner = TestRunner::deterministic();
    let values: Vec<Value> = (0..400)
        .map(|_| value().new_tree(&mut runner).unwrap().current())
        .collect();
    let attribute = tfplugin::schema::Attribute::optional("value", tfplugin::Type::Dynamic, "");
    let schema = tfplugin::schema::Block {
        attributes: vec![attribute],
        ..Default::default()
    };
    let references = References::default();
    let mut file = Body::default();
    for (number, value) in values.iter().enumerate() {
        let value = any_from_json(&asl::Json::from(value.clone())).unwrap();
        let content = tfplugin::Value::object([("value", value)]);
        let mut body = tfconfig::Writer::new(&references).body(&schema, &content, 1);
        if body.is_empty() {
            body.attribute("value", "null");
        }
        file.spaced_block(format!("output \"o{number}\""), body);
    }
    workspace.write("main.tf", &file.render()).unwrap();
    let formatted = workspace
        .terraform(&["fmt", "-check", "-diff"])
        .await
        .unwrap();
    assert!(
        formatted.is_success(),
        "terraform fmt would write it otherwise:\n{}",
        formatted.text
    );
    assert_success(&workspace.apply().await.unwrap());
    let outputs = workspace.terraform(&["output", "-json"]).await.unwrap();
    let outputs: Value = serde_json::from_str(outputs.stdout.trim()).unwrap();
    for (number, value) in values.iter().enumerate() {
        // Terraform does not keep outputs that are null.
        let read = outputs
            .get(format!("o{number}"))
            .map_or(&Value::Null, |output| &output["value"]);
        let (written, read) = (
            asl::Json::from(value.clone()),
            asl::Json::from(read.clone()),
        );
        assert!(written.same_meaning(&read), "{value:#} became {read:?}");
    }
}

#[tokio::test]
async fn what_other_tools_had_is_valid_configuration() {
    let aws = aws().await;
    let sources = repository().join("crates/sfn-convert/tests/sources");
    for (file, code) in [
        ("cloudformation/template.yaml", 2),
        ("sam/template.yaml", 2),
        ("serverless/serverless.yml", 2),
        ("terraform/main.tf", 0),
    ] {
        let workspace = Workspace::new(&aws).unwrap();
        workspace.write("versions.tf", HEADER).unwrap();
        let source = sources.join(file);
        let map = ["--map", "ChargeFunction.Arn=var.charge"];
        let arguments = [
            &["convert", source.to_str().unwrap(), "--out", "converted.tf"][..],
            &map,
        ]
        .concat();
        let converted = workspace.sfn(&arguments).await.unwrap();
        assert_eq!(converted.code, code, "{file}: {}", converted.text);
        let formatted = workspace
            .terraform(&["fmt", "-check", "-diff"])
            .await
            .unwrap();
        assert!(
            formatted.is_success(),
            "{file}: terraform fmt would write it otherwise:\n{}",
            formatted.text
        );
        // The configuration refers to resources of hashicorp/aws, which is not installed here.
        if file != "terraform/main.tf" {
            workspace
                .write(
                    "charge.tf",
                    "variable \"charge\" {\n  default = \"arn:aws:lambda:eu-west-1:123456789012:function:f\"\n}\n",
                )
                .unwrap();
            assert_success(
                &workspace
                    .terraform(&["validate", "-no-color"])
                    .await
                    .unwrap(),
            );
        }
    }
}

/// The sources in the tests of the conversion, without Terraform files, which need other providers.
fn sources() -> Vec<PathBuf> {
    let folder = repository().join("crates/sfn-convert/tests/sources");
    let kinds = ["cloudformation", "sam", "serverless"];
    let files = kinds
        .iter()
        .flat_map(|kind| fs::read_dir(folder.join(kind)).unwrap());
    let mut files: Vec<PathBuf> = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn what_other_tools_have_becomes_valid_configuration() {
    let aws = aws().await;
    let mut count = 0;
    for path in sources() {
        let name = path
            .strip_prefix(repository().join("crates/sfn-convert/tests/sources"))
            .unwrap()
            .to_owned();
        let folder = path.parent().unwrap().to_owned();
        let files = move |file: &Path| {
            fs::read_to_string(folder.join(file)).map_err(|error| error.to_string())
        };
        let text = fs::read_to_string(&path).unwrap();
        let source = sfn_convert::sources::Source {
            path: &path,
            text: &text,
            files: &files,
        };
        // Definition files next to a template are not sources of their own.
        let map = sfn_convert::sources::Map::from([(
            "ChargeFunction.Arn".to_owned(),
            "\"charge\"".to_owned(),
        )]);
        let Ok(mut converted) = sfn_convert::sources::convert(&source, &map) else {
            continue;
        };
        let workspace = Workspace::new(&aws).expect("the provider is built");
        workspace.write("versions.tf", HEADER).unwrap();
        workspace.write("main.tf", &converted.render(&map)).unwrap();
        let validated = workspace
            .terraform(&["validate", "-no-color"])
            .await
            .unwrap();
        assert!(
            validated.is_success(),
            "{}:\n{}\n{}",
            name.display(),
            validated.text,
            converted.render(&map)
        );
        let formatted = workspace
            .terraform(&["fmt", "-check", "-diff"])
            .await
            .unwrap();
        assert!(
            formatted.is_success(),
            "{}: terraform fmt would write:\n{}",
            name.display(),
            formatted.text
        );
        count += 1;
    }
    assert!(count >= 6, "{count}");
}
