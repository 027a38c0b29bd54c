//! What users copy is formatted and valid.

use std::path::PathBuf;

use e2e::{Workspace, repository};

use super::{assert_success, aws};

fn folders_with_configurations(below: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(repository().join("examples").join(below)).unwrap() {
        let path = entry.unwrap().path();
        let has_configuration =
            std::fs::read_dir(&path).unwrap().any(|file| file.unwrap().path().extension().is_some_and(|e| e == "tf"));
        if has_configuration {
            found.push(path);
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_are_formatted_and_valid() {
    let aws = aws().await;
    let examples = repository().join("examples");
    let workspace = Workspace::new(&aws).unwrap();
    let format = ["fmt", "-check", "-recursive", examples.to_str().unwrap()];
    assert_success(&workspace.terraform(&format).await.unwrap());
    let mut checked = 0;
    for group in ["resources", "data-sources", "functions", "workflows"] {
        for folder in folders_with_configurations(group) {
            let example = folder.strip_prefix(&examples).unwrap();
            let workspace = Workspace::of_example(&aws, example.to_str().unwrap()).unwrap();
            if !workspace.path().join("versions.tf").exists() {
                workspace.write("versions.tf", e2e::HEADER).unwrap();
            }
            assert_success(&workspace.terraform(&["validate", "-no-color"]).await.unwrap());
            checked += 1;
        }
    }
    assert!(checked >= 16, "only {checked} examples were found");
}
