//! Source folders with files that cannot be read, and unusual names of activities.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

use super::runs::{apply_errors, plan_errors};
use super::{assert_empty, assert_success, aws, workspace};

const CODE: &str = "def handler(event, context):\n    return event\n";

fn function(name: &str) -> String {
    format!(
        r#"
resource "sfn_lambda_function" "{name}" {{
  function_name = "{name}"
  source_dir    = "${{path.module}}/{name}"
  handler       = "main.handler"
  runtime       = "python3.13"
  role          = "arn:aws:iam::123456789012:role/theirs"
}}
"#
    )
}

/// Folders that cannot be packaged, with the text that the error contains.
const BROKEN: [(&str, &str); 5] = [
    ("dangling", "dangling/lib/link.py"),
    ("loop", "loop/lib/self"),
    ("unreadable", "unreadable/socket"),
    ("empty", "/empty"),
    ("file", "/file"),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_named() {
    let aws = aws().await;
    let configuration: String = BROKEN.iter().map(|(name, _)| function(name)).collect();
    let workspace = workspace(&aws, &configuration);
    for name in ["dangling", "loop", "unreadable"] {
        workspace.write(&format!("{name}/main.py"), CODE).unwrap();
        workspace
            .write(&format!("{name}/lib/__init__.py"), "")
            .unwrap();
    }
    let folder = workspace.path();
    symlink("nowhere.py", folder.join("dangling/lib/link.py")).unwrap();
    symlink("..", folder.join("loop/lib/self")).unwrap();
    // A socket cannot be opened as a file, not even by root.
    let _socket = UnixListener::bind(folder.join("unreadable/socket")).unwrap();
    std::fs::create_dir_all(folder.join("empty/inner")).unwrap();
    workspace.write("file", CODE).unwrap();
    let errors = plan_errors(&workspace).await;
    for (name, named) in BROKEN {
        let address = format!("sfn_lambda_function.{name}");
        let error = errors.iter().find(|error| error.address == address);
        error
            .unwrap_or_else(|| panic!("{name} is planned: {errors:#?}"))
            .assert_says(&[named]);
    }
    assert_eq!(errors.len(), BROKEN.len(), "{errors:#?}");
}

/// Links to existing files and folders, and names in any script, are packaged.
#[tokio::test(flavor = "multi_thread")]
async fn links_and_names_of_any_script_are_code() {
    let aws = aws().await;
    let workspace = workspace(&aws, &function("odd"));
    workspace.write("odd/main.py", CODE).unwrap();
    workspace.write("odd/ünïcode/日本.py", "A = 1\n").unwrap();
    workspace.write("shared/helper.py", "B = 1\n").unwrap();
    symlink(
        "../shared/helper.py",
        workspace.path().join("odd/helper.py"),
    )
    .unwrap();
    symlink("../shared", workspace.path().join("odd/shared")).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    for (file, before) in [
        ("odd/ünïcode/日本.py", "A = 1\n"),
        ("shared/helper.py", "B = 1\n"),
    ] {
        workspace.write(file, "C = 2\n").unwrap();
        assert_eq!(
            workspace.plan().await.unwrap().code,
            2,
            "{file} is part of the code"
        );
        workspace.write(file, before).unwrap();
        assert_empty(&workspace.plan().await.unwrap());
    }
}

/// Names that CreateActivity accepts: 1 to 80 characters without white space, brackets, wildcards, control characters
/// and the special characters of [`REFUSED`] (API reference, CreateActivity).
const TAKEN: [&str; 6] = [
    "plain-Name_1",
    "a.b+c=d@e",
    "it's!",
    "übermäßig",
    "日本語",
    "(round)",
];

/// Characters that CreateActivity rejects, as HCL escapes.
const REFUSED: [&str; 26] = [
    " ", "\\t", "\\n", "<", ">", "{", "}", "[", "]", "?", "*", "\\\"", "#", "%", "\\\\", "^", "|",
    "~", "`", "$", "&", ",", ";", ":", "/", "\\u0001",
];

fn activity(number: usize, name: &str) -> String {
    format!("resource \"sfn_activity\" \"a{number}\" {{\n  name = \"{name}\"\n}}\n\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_activities_follow_the_rule_of_aws() {
    let aws = aws().await;
    let longest = "x".repeat(80);
    let taken: String = TAKEN
        .iter()
        .copied()
        .chain([longest.as_str()])
        .enumerate()
        .map(|(number, name)| activity(number, name))
        .collect();
    let good = workspace(&aws, &taken);
    assert_eq!(apply_errors(&good).await.len(), 0);
    assert_empty(&good.plan().await.unwrap());

    let too_long = "x".repeat(81);
    let names: Vec<String> = REFUSED
        .iter()
        .map(|part| format!("a{part}b"))
        .chain([too_long, String::new()])
        .collect();
    let refused: String = names
        .iter()
        .enumerate()
        .map(|(number, name)| activity(number, name))
        .collect();
    let bad = workspace(&aws, &refused);
    let errors = plan_errors(&bad).await;
    for (number, name) in names.iter().enumerate() {
        let address = format!("sfn_activity.a{number}");
        assert!(
            errors.iter().any(|error| error.address == address),
            "`{name}` is taken: {errors:#?}"
        );
    }
}
