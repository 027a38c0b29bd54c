//! The score as a text.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use crate::case::Case;
use crate::compare::{FIELDS, Verdict};

/// Cases in which AWS does not do what its documentation says: the reason, and whether the
/// content of a case is such a case.
type AtOdds = (&'static str, fn(&Case) -> bool);

/// All differences between AWS and its documentation that the records show.
const AT_ODDS: &[AtOdds] = &[
    (
        "a missed heartbeat is States.Timeout; documented is States.HeartbeatTimeout",
        |case| {
            let error = case.expected.error.as_deref();
            error == Some("States.Timeout") && contains(case, "\"HeartbeatSeconds")
        },
    ),
    (
        "States.ALL catches States.DataLimitExceeded; documented is that it does not",
        |case| {
            let output = case.expected.output.as_ref().map(ToString::to_string);
            output.is_some_and(|output| output.contains(DATA_LIMIT)) && !contains(case, DATA_LIMIT)
        },
    ),
    (
        "the context object has no RedriveCount, which came in November 2023",
        |case| case.recorded.contains("-2023,") && contains(case, "\"$$\""),
    ),
    (
        "MapStateExited follows MapRunStarted since November 2024; before, and here, MapRunSucceeded",
        |case| {
            let events = case.expected.events.as_deref().unwrap_or_default();
            let id = |ty: &str| {
                events
                    .iter()
                    .find(|event| event["type"] == ty)
                    .map(|event| &event["id"])
            };
            let exited = events
                .iter()
                .find(|event| event["type"] == "MapStateExited");
            exited
                .zip(id("MapRunStarted"))
                .is_some_and(|(exited, id)| &exited["previousEventId"] == id)
        },
    ),
    ("the value that decides is masked in the record", |case| {
        case.expected.status.as_deref() == Some("FAILED")
            && case
                .input
                .as_ref()
                .is_some_and(|input| input.to_string().contains("<timestamp>"))
    }),
];

const DATA_LIMIT: &str = "\"States.DataLimitExceeded\"";

/// Whether the definition of a case contains a text.
fn contains(case: &Case, text: &str) -> bool {
    case.definition.to_string().contains(text)
}

/// A number of right ones of a total.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    right: usize,
    total: usize,
}

impl Count {
    fn add(&mut self, right: Option<bool>) {
        self.right += usize::from(right == Some(true));
        self.total += usize::from(right.is_some());
    }

    /// Percentage, rounded down.
    fn percentage(self) -> String {
        match (self.right * 1000).checked_div(self.total) {
            Some(share) => format!("{}.{}", share / 10, share % 10),
            None => "-".to_owned(),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.total {
            0 => formatter.pad("-"),
            total => formatter.pad(&format!("{}/{total}", self.right)),
        }
    }
}

/// The counts of a group.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    result: Count,
    types: Count,
    history: Count,
    test_state: Count,
}

impl Counts {
    fn add(&mut self, case: &Case, verdict: &Verdict) {
        // A refused request has no result.
        self.result.add(case.runnable.then_some(verdict.result));
        self.types.add(verdict.types);
        self.history.add(verdict.history);
        self.test_state.add(verdict.test_state);
    }
}

/// The table of the verdicts on the cases that can be run.
pub fn table(verdicts: &[(&Case, Verdict)]) -> String {
    let mut all = Counts::default();
    verdicts
        .iter()
        .for_each(|(case, verdict)| all.add(case, verdict));
    let parts = [
        groups(verdicts, &all),
        fields(verdicts),
        failing(verdicts),
        at_odds(verdicts, AT_ODDS),
        last_line(&all),
    ];
    parts.join("\n")
}

fn groups(verdicts: &[(&Case, Verdict)], all: &Counts) -> String {
    let mut groups: BTreeMap<&str, Counts> = BTreeMap::new();
    for (case, verdict) in verdicts {
        groups.entry(&case.group).or_default().add(case, verdict);
    }
    let mut text = format!(
        "{:<16} {:>5} {:>9} {:>11} {:>9} {:>10}\n",
        "group", "cases", "result", "event types", "histories", "test_state"
    );
    for (group, counts) in groups.into_iter().chain([("all", *all)]) {
        let Counts {
            result,
            types,
            history,
            test_state,
        } = counts;
        let cases = result.total;
        let row = format_args!(
            "{group:<16} {cases:>5} {result:>9} {types:>11} {history:>9} {test_state:>10}"
        );
        writeln!(text, "{row}").unwrap();
    }
    text
}

/// Whether a difference is one of a field or of a value in it.
fn is_of(difference: &str, field: &str) -> bool {
    let rest = difference.strip_prefix(field);
    rest.is_some_and(|rest| rest.starts_with([':', '.', '[']))
}

fn fields(verdicts: &[(&Case, Verdict)]) -> String {
    let mut text = format!("{:<16} {:>5}\n", "field", "wrong");
    for field in FIELDS.into_iter().chain(["no result"]) {
        let is_wrong = |verdict: &Verdict| {
            let mut differences = verdict.differences.iter();
            differences.any(|difference| is_of(difference, field))
        };
        let wrong = verdicts
            .iter()
            .filter(|(_, verdict)| is_wrong(verdict))
            .count();
        writeln!(text, "{field:<16} {wrong:>5}").unwrap();
    }
    text
}

/// The first difference of each case that is not as recorded.
pub fn differences(verdicts: &[(&Case, Verdict)]) -> String {
    let wrong = verdicts.iter().filter(|(_, verdict)| !verdict.is_right());
    let rows = wrong.filter_map(|(case, verdict)| Some(row(case, verdict.differences.first()?)));
    rows.collect()
}

/// The number of a case in its group, which its file begins with.
fn short_id(case: &Case) -> &str {
    let name = case.file.rsplit('/').next().unwrap_or_default();
    name.split(['-', '.']).next().unwrap_or(name)
}

fn row(case: &Case, rest: &str) -> String {
    format!("{:<16} {} {rest}\n", case.group, short_id(case))
}

fn failing(verdicts: &[(&Case, Verdict)]) -> String {
    let wrong = verdicts.iter().filter(|(_, verdict)| !verdict.is_right());
    // The differences quote the records, which are not part of the score.
    let rows = wrong.map(|(case, _)| row(case, "").trim_end().to_owned() + "\n");
    format!("failing\n{}", rows.collect::<String>())
}

fn at_odds(verdicts: &[(&Case, Verdict)], reasons: &[AtOdds]) -> String {
    let mut text = "at odds with AWS's documentation\n".to_owned();
    for (reason, applies) in reasons {
        let cases = verdicts.iter().filter(|(case, _)| applies(case));
        text.extend(cases.map(|(case, _)| row(case, reason)));
    }
    text
}

fn last_line(all: &Counts) -> String {
    format!(
        "runnable {}: result {} %, event types {} %, histories {} %, test_state {} %",
        all.result.total,
        all.result.percentage(),
        all.types.percentage(),
        all.history.percentage(),
        all.test_state.percentage(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn case(file: &str, definition: &str) -> Case {
        let group = file.split('/').next();
        serde_json::from_value(json!({
            "key": "0", "file": file, "id": "x", "kind": "choice", "group": group,
            "class": "pure", "runnable": true, "definition": definition, "expected": {},
        }))
        .unwrap()
    }

    #[test]
    fn percentages_are_rounded_down() {
        for (right, total, text) in [
            (2, 3, "66.6"),
            (3, 3, "100.0"),
            (1999, 2000, "99.9"),
            (0, 7, "0.0"),
            (0, 0, "-"),
        ] {
            assert_eq!(Count { right, total }.percentage(), text);
        }
    }

    #[test]
    fn the_table_has_groups_fields_and_failing_cases() {
        let cases = [case("b/02-x.json", ""), case("a/1.json", "")];
        let wrong = Verdict {
            result: false,
            types: Some(true),
            history: Some(false),
            test_state: None,
            differences: vec!["output.a: expected 1 got 2".to_owned()],
        };
        let right = Verdict {
            result: true,
            types: None,
            history: None,
            test_state: None,
            differences: Vec::new(),
        };
        let table = table(&[(&cases[0], wrong), (&cases[1], right)]);
        insta::assert_snapshot!(table, @r"
        group            cases    result event types histories test_state
        a                    1       1/1           -         -          -
        b                    1       0/1         1/1       0/1          -
        all                  2       1/2         1/1       0/1          -

        field            wrong
        status               0
        output               1
        error                0
        cause                0
        no result            0

        failing
        b                02

        at odds with AWS's documentation

        runnable 2: result 50.0 %, event types 100.0 %, histories 0.0 %, test_state - %
        ");
    }

    #[test]
    fn cases_at_odds_are_found_by_content() {
        let cases = [case("g/1-x.json", "a"), case("g/2-x.json", "b")];
        let verdicts = cases
            .each_ref()
            .map(|case| (case, Verdict::without_result(case, "x")));
        let reasons: [AtOdds; 1] = [("is a", |case| case.definition == "a")];
        let text = at_odds(&verdicts, &reasons);
        assert_eq!(
            text.lines().collect::<Vec<_>>()[1..],
            ["g                1 is a"]
        );
    }
}
