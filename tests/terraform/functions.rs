//! Lambda functions.

use super::{assert_empty, assert_says, assert_success, aws, counts, workspace};

fn function(extra: &str) -> String {
    format!(
        r#"
resource "sfn_lambda_function" "f" {{
  function_name = "f"
  source_dir    = "${{path.module}}/code"
  handler       = "main.handler"
  runtime       = "python3.13"
  {extra}
}}
"#
    )
}

const CODE: &str = "def handler(event, context):\n    return event\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_function_lives_and_dies() {
    let aws = aws().await;
    let workspace = workspace(
        &aws,
        &function(
            "execution_role {}\n publish = true\n environment {\n variables = { A = \"b\" }\n }\n tags = { t = \"u\" }",
        ),
    );
    workspace.write("code/main.py", CODE).unwrap();
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let state = workspace
        .resource("sfn_lambda_function.f")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (&state["version"], &state["memory_size"]),
        (&"1".into(), &128.into())
    );
    // Changes of code and settings update the function in place.
    workspace
        .write("code/main.py", &CODE.replace("event\n", "None\n"))
        .unwrap();
    workspace
        .configure(&function(
            "execution_role {}\n publish = true\n timeout = 30\n description = \"d\"",
        ))
        .unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &[
            "~ source_code_hash",
            "~ timeout = 3 -> 30",
            "- environment",
            "0 to add, 1 to change, 0 to destroy",
        ],
    );
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let changed = workspace
        .resource("sfn_lambda_function.f")
        .await
        .unwrap()
        .unwrap();
    assert_ne!(changed["source_code_hash"], state["source_code_hash"]);
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(counts(&aws).await.1, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_by_name_gives_an_empty_plan() {
    let aws = aws().await;
    let first = workspace(&aws, &function("execution_role {}"));
    first.write("code/main.py", CODE).unwrap();
    assert_success(&first.apply().await.unwrap());
    let role = first
        .resource("sfn_lambda_function.f")
        .await
        .unwrap()
        .unwrap()["role"]
        .as_str()
        .unwrap()
        .to_owned();
    let second = workspace(
        &aws,
        &format!(
            "import {{\n  to = sfn_lambda_function.f\n  id = \"f\"\n}}\n{}",
            function(&format!("role = \"{role}\""))
        ),
    );
    second.write("code/main.py", CODE).unwrap();
    assert_says(&second.apply().await.unwrap(), &["1 imported, 0 added"]);
    assert_empty(&second.plan().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_told() {
    let aws = aws().await;
    for (extra, message) in [
        ("", "one of `execution_role` and `role` is required"),
        (
            "execution_role {}\n timeout = 0",
            "`timeout` must be at least 1, got 0",
        ),
        (
            "execution_role {}\n filename = \"x.zip\"",
            "`filename` conflicts with `source_dir`",
        ),
        ("execution_role {}", "could not read the code"),
    ] {
        let workspace = workspace(&aws, &function(extra));
        assert_says(&workspace.plan().await.unwrap(), &[message]);
    }
    // The maximum timeout is checked by AWS, because AWS can raise it.
    let workspace = workspace(&aws, &function("execution_role {}\n timeout = 5400"));
    workspace.write("code/main.py", CODE).unwrap();
    assert_says(
        &workspace.plan().await.unwrap(),
        &["+ timeout = 5400", "1 to add, 0 to change, 0 to destroy"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_file_is_code_as_well() {
    let aws = aws().await;
    let zipped = function("execution_role {}").replace(
        "source_dir    = \"${path.module}/code\"",
        "filename = \"${path.module}/code.zip\"",
    );
    let workspace = workspace(&aws, &zipped);
    workspace.write("main.py", CODE).unwrap();
    let zip = ["-m", "zipfile", "-c", "code.zip", "main.py"];
    let made = std::process::Command::new("python3")
        .args(zip)
        .current_dir(workspace.path())
        .status()
        .unwrap();
    assert!(made.success());
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    let state = workspace
        .resource("sfn_lambda_function.f")
        .await
        .unwrap()
        .unwrap();
    assert!(state["source_code_size"].as_i64().unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_tell_the_calls_and_no_secret() {
    let aws = aws().await;
    let mut workspace = workspace(
        &aws,
        &function(
            "execution_role {}\n environment {\n variables = { TOKEN = \"hunter2-of-the-bank\" }\n }",
        ),
    );
    workspace.set_env("TF_LOG_PROVIDER", "TRACE");
    workspace.set_env("AWS_SECRET_ACCESS_KEY", "secret-of-the-account");
    workspace.write("code/main.py", CODE).unwrap();
    let output = workspace
        .start(&["apply", "-auto-approve", "-no-color"])
        .unwrap()
        .wait_with_output()
        .await
        .unwrap();
    let logs = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{logs}");
    assert!(logs.contains("operation=CreateFunction"), "{logs}");
    assert!(
        !logs.contains("hunter2") && !logs.contains("secret-of-the-account"),
        "{logs}"
    );
}
