//! Coverage of workflows.

use sfn_test::ItemKind;

use asl::diagram::svg;

use super::Report;
use crate::output::page;
use crate::output::xml::escaped;

/// The coverage as human-readable text.
pub fn text(report: &Report) -> String {
    let mut text = "\ncoverage\n".to_owned();
    for (workflow, coverage) in report.coverage() {
        let (reached, all) = coverage.reached();
        text += &format!(
            "  {workflow}: {:.1} % ({reached} of {all})\n",
            coverage.percent()
        );
        for item in coverage.missed() {
            text += &match item.kind {
                ItemKind::State => format!("      not reached: {}\n", item.state),
                kind => format!("      not reached: {} {kind}\n", item.state),
            };
        }
    }
    text
}

/// The coverage as a page with the graph of each workflow.
pub fn html(report: &Report) -> String {
    let mut body = String::new();
    for (workflow, coverage) in report.coverage() {
        let suite = report
            .suites
            .iter()
            .find(|suite| suite.workflow_path() == workflow);
        let Some(suite) = suite else { continue };
        let (reached, all) = coverage.reached();
        body += &format!(
            "<h2>{}</h2>\n<p><meter min=\"0\" max=\"{all}\" value=\"{reached}\"></meter> {:.1} % ({reached} of {all})</p>\n",
            escaped(&workflow),
            coverage.percent()
        );
        body += &page::figure(&svg(&suite.definition, &coverage.marks()));
        let missed = coverage.missed().map(|item| match item.kind {
            ItemKind::State => vec![item.state.clone(), "the state".to_owned()],
            kind => vec![item.state.clone(), kind.to_string()],
        });
        let missed: Vec<_> = missed.collect();
        if !missed.is_empty() {
            body += &page::table(&["State", "Not reached"], &missed);
        }
    }
    page::page("Coverage", &body)
}

/// The coverage in the format of `lcov`: a state is a line, and its rules, retriers and catchers are branches.
///
/// Only definitions in files of their own have lines.
pub fn lcov(report: &Report) -> String {
    let mut text = String::new();
    for file in files(report) {
        text += &format!("TN:\nSF:{}\n", file.path);
        for line in &file.lines {
            text += &format!("DA:{},{}\n", line.number, line.hits);
            for (index, branch) in line.branches.iter().enumerate() {
                text += &format!("BRDA:{},0,{index},{branch}\n", line.number);
            }
        }
        text += "end_of_record\n";
    }
    text
}

/// The coverage in the format of Cobertura, with the lines and branches that `lcov` has.
///
/// Source: <https://github.com/cobertura/cobertura>, `coverage-04.dtd`.
pub fn cobertura(report: &Report) -> String {
    let files = files(report);
    let all = files
        .iter()
        .fold(Rates::default(), |all, file| all + file.rates());
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<coverage {all} {} complexity=\"0\" version=\"1\" timestamp=\"0\">\n  <sources><source>.</source></sources>\n  <packages>\n    <package name=\"workflows\" {all} complexity=\"0\">\n      <classes>\n",
        all.counts()
    );
    for file in &files {
        let path = escaped(&file.path);
        text += &format!(
            "        <class name=\"{path}\" filename=\"{path}\" {} complexity=\"0\">\n          <methods/>\n          <lines>\n",
            file.rates()
        );
        for line in &file.lines {
            text += &format!("            {}\n", line.cobertura());
        }
        text += "          </lines>\n        </class>\n";
    }
    text + "      </classes>\n    </package>\n  </packages>\n</coverage>\n"
}

/// The coverage of a definition in a file of its own.
struct File {
    path: String,
    lines: Vec<Line>,
}

/// A state in a file.
struct Line {
    number: usize,
    /// How often the state was reached.
    hits: usize,
    /// How often its rules, retriers and catchers were reached.
    branches: Vec<usize>,
}

/// Numbers of lines and branches: those that were reached, and all.
#[derive(Clone, Copy, Default)]
struct Rates {
    lines: (usize, usize),
    branches: (usize, usize),
}

/// The definitions in files of their own, each once.
fn files(report: &Report) -> Vec<File> {
    let mut files = Vec::new();
    for (workflow, coverage) in report.coverage() {
        let suite = report
            .suites
            .iter()
            .find(|suite| suite.workflow_path() == workflow);
        let Some((path, lines)) = suite.and_then(|suite| suite.lines.as_ref()) else {
            continue;
        };
        let line = |(state, number): &(String, usize)| {
            let mut line = Line {
                number: *number,
                hits: 0,
                branches: Vec::new(),
            };
            let items = coverage.items.iter();
            for (item, count) in items.filter(|(item, _)| item.state == *state) {
                match item.kind {
                    ItemKind::State => line.hits = *count,
                    _ => line.branches.push(*count),
                }
            }
            line
        };
        files.push(File {
            path: path.to_string_lossy().into_owned(),
            lines: lines.iter().map(line).collect(),
        });
    }
    files
}

impl File {
    fn rates(&self) -> Rates {
        let lines = self.lines.iter().map(Line::rates);
        lines.fold(Rates::default(), |all, line| all + line)
    }
}

impl Line {
    fn rates(&self) -> Rates {
        let reached = self.branches.iter().filter(|count| **count > 0).count();
        Rates {
            lines: (usize::from(self.hits > 0), 1),
            branches: (reached, self.branches.len()),
        }
    }

    fn cobertura(&self) -> String {
        let Self { number, hits, .. } = self;
        let branches = self.rates().branches;
        if branches.1 == 0 {
            return format!("<line number=\"{number}\" hits=\"{hits}\" branch=\"false\"/>");
        }
        format!(
            "<line number=\"{number}\" hits=\"{hits}\" branch=\"true\" condition-coverage=\"{:.0}% ({}/{})\"/>",
            rate(branches) * 100.0,
            branches.0,
            branches.1
        )
    }
}

impl Rates {
    fn counts(self) -> String {
        format!(
            "lines-covered=\"{}\" lines-valid=\"{}\" branches-covered=\"{}\" branches-valid=\"{}\"",
            self.lines.0, self.lines.1, self.branches.0, self.branches.1
        )
    }
}

impl std::ops::Add for Rates {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let add = |a: (usize, usize), b: (usize, usize)| (a.0 + b.0, a.1 + b.1);
        Self {
            lines: add(self.lines, other.lines),
            branches: add(self.branches, other.branches),
        }
    }
}

impl std::fmt::Display for Rates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (lines, branches) = (rate(self.lines), rate(self.branches));
        write!(f, "line-rate=\"{lines:.4}\" branch-rate=\"{branches:.4}\"")
    }
}

/// The share that was reached, from 0 to 1.
fn rate((reached, all): (usize, usize)) -> f64 {
    if all == 0 {
        1.0
    } else {
        reached as f64 / all as f64
    }
}
