//! The server as an editor uses it: messages over a pipe, and files as they are after its edits.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod client;
#[path = "client/editing.rs"]
mod editing;

use std::fmt::Write as _;

use client::Client;
use serde_json::{Value, json};

const ORDER: &str = r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:states:::dynamodb:getItem",
      "Parameters": { "TableName": "Orders", "Key": { "id": { "S.$": "$.id" } } },
      "Assign": { "total.$": "$.total" },
      "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Fail" }],
      "Next": "Each"
    },
    "Each": {
      "Type": "Map",
      "ItemProcessor": {
        "StartAt": "Pack",
        "States": { "Pack": { "Type": "Pass", "End": true } }
      },
      "Next": "Done"
    },
    "Done": { "Type": "Succeed" },
    "Fail": { "Type": "Fail" }
  }
}
"#;

const MODULE: &str = r#"variable "fast" {
  type = bool
}

resource "sfn_state_machine" "order" {
  name     = "order"
  start_at = local.first

  execution_role {
    resources = {
      Charge = ["*"]
    }
  }

  task "Charge" {
    resource = "arn:aws:states:::dynamodb:getItem"
    assign   = { total = "{% $states.result.Item.total.N %}" }
    catch {
      error_equals = ["States.ALL"]
      next         = "Fail"
    }
    next = var.fast ? "Done" : "Charge"
  }

  succeed "Done" {}
  fail "Fail" {}
}
"#;

const LOCALS: &str = "locals {\n  first = \"Charge\"\n  other = \"Charge\"\n}\n";

/// Completes at `‸` in a file and returns the words, up to twelve.
fn complete(client: &mut Client, name: &str, text: &str) -> String {
    let position = client.open(name, text);
    let items = client.ask("textDocument/completion", position);
    let items = items.as_array().unwrap();
    let words: Vec<&str> = items
        .iter()
        .map(|item| item["textEdit"]["newText"].as_str().unwrap())
        .collect();
    let shown = words
        .iter()
        .take(12)
        .map(|word| word.trim_end_matches(": "))
        .collect::<Vec<_>>()
        .join(" | ");
    if words.len() > 12 {
        format!("{} words: {shown} …", words.len())
    } else {
        shown
    }
}

#[test]
fn words_complete_what_is_typed() {
    let mut client = Client::start(&[]);
    let state = |inside: &str| {
        format!(
            "{{\n  \"StartAt\": \"A\",\n  \"States\": {{\n    \"A\": {{\n      {inside}\n    }},\n    \"B\": {{ \"Type\": \"Succeed\" }},\n    \"C d\": {{}}\n  }}\n}}\n"
        )
    };
    let task = |inside: &str| {
        state(&format!(
            "\"Type\": \"Task\",\n      \"Resource\": \"arn:aws:states:::aws-sdk:sqs:receiveMessage\",\n      {inside}"
        ))
    };
    let mut said = String::new();
    let cases = [
        ("next", "a.asl.json", state(r#""Type": "Pass", "Next": "‸""#)),
        ("next in an unclosed string", "a.asl.json", state(r#""Type": "Pass", "Next": "‸"#)),
        ("next without quotes", "a.asl.json", state(r#""Type": "Pass", "Next": ‸"#)),
        ("catch", "a.asl.json", state(r#""Type": "Task", "Catch": [{"Next": "‸"}]"#)),
        ("start", "a.asl.json", state("").replace("\"A\",", "\"‸\",")),
        ("branch", "a.asl.json", state(r#""Type": "Parallel", "Branches": [{"StartAt": "‸", "States": {"X": {}}}]"#)),
        ("type", "a.asl.json", state(r#""Type": "‸""#)),
        ("fields of a state without a type", "a.asl.json", state("\"‸\"")),
        ("fields of a wait", "a.asl.json", state(r#""Type": "Wait", "Next": "B", "‸""#)),
        ("fields without quotes", "a.asl.json", state("\"Type\": \"Wait\",\n      ‸")),
        ("fields of a retrier", "a.asl.json", state(r#""Type": "Task", "Retry": [{"MaxAttempts": 3, "‸"}]"#)),
        ("names of states", "a.asl.json", "{\"States\": {\"‸\"}}".to_owned()),
        ("an empty file", "a.asl.json", "{\n  \"‸\"\n}".to_owned()),
        ("query language", "a.asl.json", "{\"StartAt\": \"A\", \"QueryLanguage\": \"‸\"}".to_owned()),
        ("end", "a.asl.json", state(r#""Type": "Pass", "End": ‸"#)),
        ("resource", "a.asl.json", state(r#""Type": "Task", "Resource": "‸""#)),
        ("operations of a service", "a.asl.json", state(r#""Type": "Task", "Resource": "arn:aws:states:::aws-sdk:codestarnotifications:‸""#)),
        ("parameters", "a.asl.json", task(r#""Parameters": {"QueueUrl": "x", "‸"}"#)),
        ("parameters of an integration", "a.asl.json", state(r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"‸"}"#)),
        ("parameters in parameters", "a.asl.json", state(r#""Type": "Task", "Resource": "arn:aws:states:::ecs:runTask", "Parameters": {"NetworkConfiguration": {"AwsvpcConfiguration": {"‸"}}}"#)),
        ("states", "a.asl.json", task(r#""Output": "{% $states.‸ %}""#)),
        ("context", "a.asl.json", task(r#""Output": "{% $states.context.Execution.‸""#)),
        ("result", "a.asl.json", task(r#""Output": "{% $uppercase($states.result.Messages.‸""#)),
        ("result of nothing", "a.asl.json", task(r#""Output": "{% $states.result.Nothing.‸""#)),
        ("variables", "a.asl.json", task(r#""Assign": {"total": 1}, "Output": "{% $‸""#)),
        ("paths", "a.asl.json", task(r#""Assign": {"total": 1}, "InputPath": "$‸""#)),
        ("context in paths", "a.asl.json", task(r#""InputPath": "$$.Map.Item.‸""#)),
        ("texts", "a.asl.json", task(r#""Comment": "‸""#)),
        ("yaml", "a.asl.yaml", "StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: ‸\n  B:\n    Type: Succeed\n".to_owned()),
        ("fields in yaml", "a.asl.yaml", "StartAt: A\nStates:\n  A:\n    Type: Wait\n    ‸\n  B:\n    Type: Succeed\n".to_owned()),
        ("a list in yaml", "a.asl.yaml", "StartAt: A\nStates:\n  A:\n    Type: Choice\n    Choices:\n      - Next: ‸\n  B:\n    Type: Succeed\n".to_owned()),
        ("a template", "t.yaml", "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Definition:\n        StartAt: A\n        States:\n          A:\n            Type: Pass\n            Next: ‸\n          B: {}\n".to_owned()),
        ("other yaml", "t.yaml", "a:\n  b: ‸\n".to_owned()),
        ("next in terraform", "main.tf", MODULE.replace("\"Fail\"\n", "\"‸\"\n")),
        ("start in terraform", "main.tf", MODULE.replace("local.first", "\"‸")),
        ("a condition in terraform", "main.tf", MODULE.replace("\"Done\" :", "\"‸\" :")),
        ("result in terraform", "main.tf", MODULE.replace("$states.result.Item", "$states.result.‸")),
        ("variables in terraform", "main.tf", MODULE.replace("$states.result.Item", "$t‸")),
        ("arguments in terraform", "main.tf", MODULE.replace("    next = var", "    ‸ = var")),
        ("other strings in terraform", "main.tf", MODULE.replace("\"order\"\n", "\"‸\"\n")),
        ("states in values", "main.tf", "resource \"sfn_state_machine\" \"a\" {\n  start_at = \"‸\"\n  states = {\n    A = { type = \"pass\" }\n    \"B c\" = { type = \"pass\" }\n  }\n}\n".to_owned()),
        ("other resources", "main.tf", "resource \"aws_x\" \"a\" {\n  next = \"‸\"\n}\n".to_owned()),
    ];
    for (title, name, text) in cases {
        let words = complete(&mut client, name, &text);
        let _ = writeln!(said, "{title}: {words}");
    }
    insta::assert_snapshot!(said);
    client.end();
}

#[test]
fn every_prefix_of_a_file_is_served() {
    let mut client = Client::start(&[]);
    for (name, text) in [("a.asl.json", ORDER), ("main.tf", MODULE)] {
        for (end, _) in text.char_indices().step_by(3) {
            let position = client.open(name, &format!("{}‸", &text[..end]));
            for method in [
                "textDocument/completion",
                "textDocument/hover",
                "textDocument/definition",
            ] {
                client.ask(method, position.clone());
            }
            client.ask(
                "textDocument/documentSymbol",
                json!({ "textDocument": position["textDocument"] }),
            );
        }
    }
    client.end();
}

#[test]
fn findings_are_published_with_their_places_and_repairs() {
    let mut client = Client::start(&[(
        "sfn.toml",
        "[validate]\nignore = [\"ASL7\"]\nlevel = \"lint\"\n",
    )]);
    let mut said = String::new();
    let broken_in_terraform = MODULE
        .replace("next         = \"Fail\"", "next         = \"Fial\"")
        .replace("  name  ", "  nmae  ");
    for (name, text) in [
        (
            "wrong.asl.json",
            ORDER.replace("\"Next\": \"Done\"", "\"Next\": \"Dne\""),
        ),
        ("right.asl.json", ORDER.to_owned()),
        (
            "broken.asl.json",
            ORDER.replace("\"Next\": \"Done\"", "\"Next\": "),
        ),
        ("package.json", "{\"name\": \"x\"}".to_owned()),
        // What is wrong with the configuration itself, terraform-ls reports.
        ("main.tf", broken_in_terraform),
        ("syntax.tf", MODULE.replace("start_at =", "start_at")),
    ] {
        client.open(name, &text);
        let published = client.published(name);
        let _ = writeln!(said, "{name}:");
        for finding in published["diagnostics"].as_array().unwrap() {
            let (range, href) = (
                &finding["range"],
                finding["codeDescription"]["href"].as_str().unwrap(),
            );
            let place = format!(
                "{}:{}-{}",
                range["start"]["line"], range["start"]["character"], range["end"]["character"]
            );
            let page = href.rsplit('#').next().unwrap();
            let _ = writeln!(
                said,
                "  {place} {} {} {} ({page})",
                finding["severity"], finding["code"], finding["message"]
            );
            let uri = client.uri(name);
            let asked = json!({ "textDocument": { "uri": uri }, "range": range, "context": { "diagnostics": [] } });
            for action in client
                .ask("textDocument/codeAction", asked)
                .as_array()
                .unwrap()
            {
                let edits = client.applied(&action["edit"]);
                let _ = writeln!(
                    said,
                    "    {}: {}",
                    action["title"],
                    edits[0]
                        .1
                        .lines()
                        .filter(|line| !text.contains(line))
                        .collect::<Vec<_>>()
                        .join("\n")
                );
            }
        }
    }
    insta::assert_snapshot!(said);
    // The settings are read again when a file is saved.
    client.write("sfn.toml", "[validate]\nignore = [\"ASL2\"]\n");
    client.save("wrong.asl.json");
    assert_eq!(client.published("wrong.asl.json")["diagnostics"], json!([]));
    client.write("sfn.toml", "[validate]\nignore = [\"nothing\"]\n");
    client.save("wrong.asl.json");
    assert_eq!(client.shown(), "there is no rule `nothing`");
    client.close("wrong.asl.json");
    assert_eq!(client.published("wrong.asl.json")["diagnostics"], json!([]));
    client.end();
}

/// The places of a finding are those of the text that was checked.
#[test]
fn repairs_are_not_offered_for_another_text() {
    let mut client = Client::start(&[]);
    let wrong = ORDER.replace("\"Next\": \"Done\"", "\"Next\": \"Dne\"");
    client.open("a.asl.json", &wrong);
    client.published("a.asl.json");
    let shifted = format!("\n\n{wrong}");
    client.open("a.asl.json", &shifted);
    let range =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 40, "character": 0 } });
    let asked = json!({ "textDocument": { "uri": client.uri("a.asl.json") }, "range": range, "context": { "diagnostics": [] } });
    let actions = client.ask("textDocument/codeAction", asked);
    for action in actions.as_array().unwrap() {
        let edits = client.applied(&action["edit"]);
        assert_eq!(edits[0].1, shifted.replace("Dne", "Done"));
    }
    client.end();
}

#[test]
fn names_lead_to_states() {
    let mut client = Client::start(&[("main.tf", MODULE), ("locals.tf", LOCALS)]);
    let mut said = String::new();
    for (name, text) in [
        (
            "a.asl.json",
            ORDER.replace("\"Next\": \"Each\"", "\"Next\": \"E‸ach\""),
        ),
        (
            "a.asl.json",
            ORDER.replace("\"StartAt\": \"Pack\"", "\"StartAt\": \"Pack‸\""),
        ),
        (
            "a.asl.json",
            ORDER.replace("\"Charge\": {", "\"‸Charge\": {"),
        ),
        ("a.asl.json", ORDER.replace("\"Succeed\"", "\"Suc‸ceed\"")),
        (
            "main.tf",
            MODULE.replace("task \"Charge\"", "task \"Char‸ge\""),
        ),
        ("main.tf", MODULE.replace("? \"Done\"", "? \"Do‸ne\"")),
        (
            "main.tf",
            MODULE.replace("      Charge =", "      Ch‸arge ="),
        ),
        ("main.tf", MODULE.replace("  next = var", "  ne‸xt = var")),
        (
            "main.tf",
            MODULE.replace("name     = \"order\"", "name     = \"or‸der\""),
        ),
    ] {
        let mut position = client.open(name, &text);
        let definition = client.ask("textDocument/definition", position.clone());
        let hover = client.ask("textDocument/hover", position.clone());
        let highlights = client.ask("textDocument/documentHighlight", position.clone());
        position["context"] = json!({ "includeDeclaration": true });
        let references = client.ask("textDocument/references", position);
        let place = |location: &Value| {
            let name = location["uri"]
                .as_str()
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap()
                .to_owned();
            let start = &location["range"]["start"];
            format!("{name}:{}:{}", start["line"], start["character"])
        };
        let places: Vec<String> = references.as_array().unwrap().iter().map(place).collect();
        let definition = if definition.is_null() {
            "nothing".to_owned()
        } else {
            place(&definition)
        };
        let line = text
            .lines()
            .find(|line| line.contains('‸'))
            .unwrap()
            .trim()
            .to_owned();
        let count = highlights.as_array().unwrap().len();
        let _ = writeln!(
            said,
            "{line}\n  state: {definition}\n  all: {}\n  here: {count}",
            places.join(" ")
        );
        let _ = writeln!(
            said,
            "  hover: {}",
            hover["contents"]["value"]
                .as_str()
                .unwrap_or("")
                .replace("\n\n", " / ")
        );
    }
    insta::assert_snapshot!(said);
    client.end();
}

#[test]
fn a_state_is_renamed_wherever_it_is_named() {
    let escaped = ORDER.replace("\"StartAt\": \"Charge\"", "\"StartAt\": \"\\u0043harge\"");
    let yaml = "StartAt: Charge\nStates:\n  Charge:\n    Type: Pass\n    Next: 'Done'\n  Done:\n    Type: Choice\n    Choices:\n      - Next: Charge\n    Default: \"Charge\"\n";
    let template = "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: |\n        {\"StartAt\": \"Charge\", \"States\": {\"Charge\": {\"Type\": \"Pass\", \"End\": true}}}\n";
    let encoded = "resource \"aws_sfn_state_machine\" \"a\" {\n  definition = jsonencode({\n    StartAt = \"Charge\"\n    States  = { Charge = { Type = \"Pass\", End = true } }\n  })\n}\n";
    let here = "resource \"sfn_state_machine\" \"a\" {\n  definition = <<-EOT\n    {\"StartAt\": \"Charge\", \"States\": {\"Charge\": {\"Type\": \"Task\", \"Resource\": \"${var.x}\", \"End\": true}}}\n  EOT\n}\n";
    let mut client = Client::start(&[("main.tf", MODULE), ("locals.tf", LOCALS)]);
    let mut said = String::new();
    for (name, text, new) in [
        ("a.asl.json", escaped.as_str(), "Charge card"),
        ("a.asl.yaml", yaml, "Charge: now"),
        ("a.asl.yaml", yaml, "it's"),
        ("t.yaml", template, "Pay"),
        ("main.tf", MODULE, "Charge card"),
        ("encoded.tf", encoded, "Pay now"),
        ("here.tf", here, "Pay now"),
    ] {
        let at = text
            .find("Charge\": {")
            .or_else(|| text.find("Charge\" {"))
            .or_else(|| text.find("Charge:\n"));
        let at = at.or_else(|| text.find("Charge = {")).unwrap();
        let mut position = client.open(name, &format!("{}‸{}", &text[..at], &text[at..]));
        let placeholder = client.ask("textDocument/prepareRename", position.clone());
        assert_eq!(placeholder["placeholder"], "Charge", "{name}");
        position["newName"] = json!(new);
        let edit = client.ask("textDocument/rename", position);
        for (name, changed) in client.applied(&edit) {
            let _ = writeln!(said, "=== {name}: {new}");
            for line in changed
                .lines()
                .filter(|line| line.contains(&new.replace('\'', "''")) || line.contains(new))
            {
                let _ = writeln!(said, "{line}");
            }
            // Another local value of the same text is not a name of the state.
            let rest = changed.replace("other = \"Charge\"", "");
            assert!(!rest.contains("Charge\""), "{changed}");
        }
    }
    insta::assert_snapshot!(said);
    client.end();
}

#[test]
fn impossible_renames_are_refused() {
    let mut client = Client::start(&[("locals.tf", "locals {\n")]);
    let mut said = String::new();
    let charge = ORDER.replace("\"Charge\": {", "\"Ch‸arge\": {");
    for (name, text, new) in [
        ("a.asl.json", charge.as_str(), "Done"),
        ("a.asl.json", &charge, ""),
        ("a.asl.json", &charge, &"x".repeat(81)),
        ("a.asl.json", &charge, "a\"b"),
        ("a.asl.json", &charge, "${x}"),
        (
            "a.asl.json",
            &charge.replace("\"StartAt\": \"Charge\",", "\"StartAt\": "),
            "New",
        ),
        (
            "a.asl.json",
            "{\"StartAt\": \"N‸o\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}",
            "New",
        ),
        (
            "a.asl.json",
            "{\"Start‸At\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}",
            "New",
        ),
        // A file of the module cannot be read.
        (
            "main.tf",
            &MODULE.replace("task \"Charge\"", "task \"C‸harge\""),
            "New",
        ),
    ] {
        let mut position = client.open(name, text);
        position["newName"] = json!(new);
        let error = client.fail("textDocument/rename", position);
        let _ = writeln!(said, "{new:.9}: {}", error.replace(client.folder(), ""));
    }
    // Another workflow takes the name from the same local value.
    let other = MODULE.replace("\"order\" {", "\"other\" {");
    for (name, text) in [("other.tf", other.as_str()), ("locals.tf", LOCALS)] {
        client.open(name, text);
    }
    let mut position = client.open(
        "main.tf",
        &MODULE.replace("task \"Charge\"", "task \"C‸harge\""),
    );
    position["newName"] = json!("New");
    assert_eq!(
        client.fail("textDocument/rename", position),
        "`sfn_state_machine.other` uses the same local value as the name of a state: give it a local value of its own first"
    );
    // The same name in another scope is another state.
    let mut position = client.open("a.asl.json", &charge);
    position["newName"] = json!("Pack");
    assert!(client.ask("textDocument/rename", position)["changes"].is_object());
    insta::assert_snapshot!(said);
    client.end();
}

#[test]
fn outlines_and_lenses_show_workflows() {
    fn show(symbols: &Value, depth: usize, said: &mut String) {
        for symbol in symbols.as_array().unwrap_or(&Vec::new()) {
            let (name, detail) = (
                symbol["name"].as_str().unwrap(),
                symbol["detail"].as_str().unwrap(),
            );
            let _ = writeln!(
                said,
                "{}{name} ({detail}) line {}",
                "  ".repeat(depth),
                symbol["selectionRange"]["start"]["line"]
            );
            show(&symbol["children"], depth + 1, said);
        }
    }
    let template = format!(
        "{{\"Resources\": {{\"M\": {{\"Type\": \"AWS::StepFunctions::StateMachine\", \"Properties\": {{\"Definition\": {ORDER}}}}}}}}}"
    );
    let mut client = Client::start(&[]);
    let mut said = String::new();
    for (name, text) in [
        ("a.asl.json", ORDER),
        ("t.json", &template),
        ("main.tf", MODULE),
        ("other.json", "{}"),
    ] {
        client.open(name, text);
        let document = json!({ "textDocument": { "uri": client.uri(name) } });
        let _ = writeln!(said, "=== {name}");
        show(
            &client.ask("textDocument/documentSymbol", document.clone()),
            0,
            &mut said,
        );
        let lenses = client.ask("textDocument/codeLens", document);
        for lens in lenses.as_array().unwrap() {
            let command = &lens["command"];
            let graph = client.ask(
                "workspace/executeCommand",
                json!({ "command": command["command"], "arguments": command["arguments"] }),
            );
            let _ = writeln!(
                said,
                "{} at line {}\n{}",
                command["title"],
                lens["range"]["start"]["line"],
                graph.as_str().unwrap()
            );
        }
    }
    insta::assert_snapshot!(said);
    for arguments in [
        json!([]),
        json!(["file:///nowhere", 0]),
        json!([client.uri("a.asl.json"), 7]),
    ] {
        let error = client.fail(
            "workspace/executeCommand",
            json!({ "command": "sfn.graph", "arguments": arguments }),
        );
        assert_eq!(
            error,
            "the arguments are the file and the position of a workflow"
        );
    }
    assert_eq!(
        client.fail("workspace/executeCommand", json!({ "command": "x" })),
        "`x` is not a command of this server"
    );
    client.end();
}

#[test]
fn hover_explains_fields_and_rules() {
    let mut client = Client::start(&[]);
    let mut said = String::new();
    for (name, text) in [
        ("a.asl.json", ORDER.replace("\"Catch\"", "\"Ca‸tch\"")),
        (
            "a.asl.json",
            ORDER.replace("\"ErrorEquals\"", "\"‸ErrorEquals\""),
        ),
        (
            "a.asl.json",
            ORDER.replace("\"TableName\"", "\"Tab‸leName\""),
        ),
        (
            "a.asl.json",
            ORDER.replace("\"Next\": \"Done\"", "\"Next\": \"D‸ne\""),
        ),
        (
            "a.asl.yaml",
            "StartAt: A\nStates:\n  A:\n    Type: Wait\n    Sec‸onds: 1\n    End: true\n"
                .to_owned(),
        ),
    ] {
        let position = client.open(name, &text);
        client.published(name);
        let hover = client.ask("textDocument/hover", position);
        let _ = writeln!(
            said,
            "=== {}\n{}",
            text.lines().find(|line| line.contains('‸')).unwrap().trim(),
            hover["contents"]["value"].as_str().unwrap_or("nothing")
        );
    }
    insta::assert_snapshot!(said);
    client.end();
}

/// terraform-ls completes and explains the arguments and blocks of `.tf` files: there is no second answer for them.
#[test]
fn arguments_and_blocks_of_terraform_are_left_to_terraform_ls() {
    let mut client = Client::start(&[]);
    for line in MODULE.lines().filter(|line| !line.is_empty()) {
        let name = line.trim_start().split([' ', '=']).next().unwrap();
        // A member of `resources` is the name of a state.
        if name.is_empty() || name == "Charge" {
            continue;
        }
        let marked = line.replacen(name, &format!("{}‸{}", &name[..1], &name[1..]), 1);
        let position = client.open("main.tf", &MODULE.replacen(line, &marked, 1));
        client.published("main.tf");
        assert_eq!(
            client.ask("textDocument/completion", position.clone()),
            json!([]),
            "{line}"
        );
        assert_eq!(
            client.ask("textDocument/hover", position),
            Value::Null,
            "{line}"
        );
    }
    client.end();
}

#[test]
fn positions_are_counted_as_the_client_counts() {
    let text = "{\"Comment\": \"𝄞ü\", \"StartAt\": \"Nowhere\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}";
    let before = text.split("\"Nowhere").next().unwrap();
    let (bytes, units) = (before.len(), before.encode_utf16().count());
    for (encodings, expected) in [
        (json!(["utf-16"]), units),
        (json!(["utf-8", "utf-16"]), bytes),
        (Value::Null, units),
    ] {
        let mut client = Client::start_with(
            &[],
            &json!({ "general": { "positionEncodings": encodings } }),
        );
        client.open("a.asl.json", text);
        let published = client.published("a.asl.json");
        assert_eq!(
            published["diagnostics"][0]["range"]["start"]["character"],
            expected
        );
        client.end();
    }
}

#[test]
fn requests_out_of_order_are_refused() {
    let mut client = Client::silent();
    assert_eq!(
        client.fail("textDocument/hover", json!({})),
        "`initialize` is the first request"
    );
    client.initialize(&json!({}));
    assert_eq!(
        client.fail("initialize", json!({})),
        "`initialize` is not supported"
    );
    assert_eq!(
        client.fail("textDocument/foldingRange", json!({})),
        "`textDocument/foldingRange` is not supported"
    );
    assert!(
        client
            .fail("textDocument/hover", json!({}))
            .contains("missing field")
    );
    // A file that is not open has nothing to say.
    let position = json!({ "textDocument": { "uri": "file:///x" }, "position": { "line": 0, "character": 0 } });
    assert_eq!(
        client.ask("textDocument/hover", position.clone()),
        Value::Null
    );
    client.ask("shutdown", Value::Null);
    assert_eq!(
        client.fail("textDocument/hover", position),
        "the server is shut down"
    );
    client.end();
    // A client that goes away ends the server.
    assert_eq!(Client::start(&[]).abandon(), sfn_lsp::End::Abandoned);
}
