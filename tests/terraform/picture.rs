//! The picture of the README: a plan with a mistake, drawn from what Terraform prints.

use std::fmt::Write as _;
use std::fs;

use e2e::{Workspace, repository};

use crate::{assert_says, aws};

const FILE: &str = "docs/images/plan.svg";
/// Environment variable with which the test writes the picture.
const UPDATE: &str = "UPDATE_PICTURE";

const CONFIGURATION: &str = r#"
resource "sfn_state_machine" "order" {
  name     = "order-processing"
  start_at = "ChargeCard"

  execution_role {}

  task "ChargeCard" {
    resource = "arn:aws:states:::dynamodb:putItem"
    parameters = {
      TableName = "payments"
      Item      = { id = { "S.$" = "$.orderId" } }
    }
    timeout_seconds = 10
    next            = "Shiped"
  }

  succeed "Shipped" {}
}
"#;

/// Size of a character and of a line, in pixels.
const WIDTH: usize = 8;
const HEIGHT: usize = 19;

#[tokio::test]
async fn the_picture_shows_what_terraform_prints() {
    let aws = aws().await;
    let workspace = Workspace::new(&aws).unwrap();
    workspace.configure(CONFIGURATION).unwrap();
    let plan = workspace.terraform(&["plan"]).await.unwrap();
    assert_says(
        &plan,
        &["there is no state `Shiped`", "Did you mean `Shipped`?"],
    );
    // Without the warning about the provider of this build, which has colors here.
    let lines: Vec<&str> = plan.text.lines().collect();
    let error = lines
        .iter()
        .position(|line| line.contains("Error:"))
        .unwrap();
    let drawn = drawing(&format!(
        "$ terraform plan\n{}",
        lines[error - 1..].join("\n").trim_end()
    ));
    let path = repository().join(FILE);
    if std::env::var_os(UPDATE).is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &drawn).unwrap();
    }
    let is_same = fs::read_to_string(&path).is_ok_and(|written| written == drawn);
    assert!(
        is_same,
        "{FILE} shows something else: run the test with {UPDATE}=1\n{}",
        plan.text
    );
}

/// Draws a text with the colors of a terminal.
fn drawing(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let plain = |line: &str| {
        line.split('\u{1b}')
            .map(|part| {
                part.split_once('m')
                    .map_or(part, |(_, rest)| rest)
                    .chars()
                    .count()
            })
            .sum::<usize>()
    };
    let columns = lines
        .iter()
        .map(|line| plain(line))
        .max()
        .unwrap_or(0)
        .max(72);
    let (width, height) = ((columns + 4) * WIDTH, (lines.len() + 2) * HEIGHT);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" role=\"img\" aria-label=\"A plan that shows a misspelled state at its line\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#1e1e2e\"/>\n\
         <g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, monospace\" font-size=\"13.3\" fill=\"#cdd6f4\" xml:space=\"preserve\">\n"
    );
    for (number, line) in lines.iter().enumerate() {
        let (x, y) = (2 * WIDTH, (number + 2) * HEIGHT - 4);
        let _ = writeln!(svg, "<text x=\"{x}\" y=\"{y}\">{}</text>", spans(line));
    }
    svg + "</g>\n</svg>\n"
}

/// The parts of a line with their colors.
fn spans(line: &str) -> String {
    let (mut spans, mut style) = (String::new(), String::new());
    for (index, part) in line.split("\u{1b}[").enumerate() {
        let (code, text) = if index == 0 {
            ("", part)
        } else {
            part.split_once('m').unwrap_or(("", part))
        };
        match code {
            "" => {}
            "0" => style.clear(),
            "1" => style += " font-weight=\"bold\"",
            "4" => style += " text-decoration=\"underline\"",
            "31" => style += " fill=\"#f38ba8\"",
            "32" => style += " fill=\"#a6e3a1\"",
            "33" => style += " fill=\"#f9e2af\"",
            "36" => style += " fill=\"#89dceb\"",
            "90" => style += " fill=\"#7f849c\"",
            _ => {}
        }
        let text = text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        match (text.is_empty(), style.is_empty()) {
            (true, _) => {}
            (false, true) => spans += &text,
            (false, false) => {
                let _ = write!(spans, "<tspan{style}>{text}</tspan>");
            }
        }
    }
    spans
}
