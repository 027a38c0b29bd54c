//! `sfn test --aws`: compares the states of cases with those of AWS.

use std::time::Duration;

use asl::Json;
use asl_run::Inspection;
use serde_json::Value;
use sfn_aws::test_state::{Mock, StateTest, TestedState, test_state};
use sfn_test::{CaseRun, Difference, same};

use crate::Failure;
use crate::aws::{Session, call};

/// Maximum time of a test of a state.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Tests states with the API `TestState`.
pub struct Tester(Session);

impl Tester {
    /// A tester with the credentials of a profile or the environment.
    pub fn new(profile: Option<&str>) -> Result<Self, Failure> {
        Session::new(None, profile).map(Self)
    }

    /// The states of a run that end otherwise on AWS.
    ///
    /// States with branches or items are left out, because their inner states are tested on their own, and states
    /// that wait, because `TestState` waits.
    pub fn differences(&self, definition: &Json, run: &CaseRun) -> Result<Vec<Difference>, String> {
        let definition = definition
            .to_value()
            .ok_or("the definition has parts that only Terraform can compute: use `--plan`")?
            .to_string();
        let mut found = Vec::new();
        for inspection in run.inspections.iter().filter(|one| is_tested(one)) {
            let test = request(&definition, inspection);
            let answer = self
                .0
                .run(test_state(&self.0.aws, &call(TIMEOUT), &test))
                .map_err(|error| format!("state `{}`: {error}", inspection.state))?;
            found.extend(compared(inspection, &answer));
        }
        Ok(found)
    }
}

fn is_tested(inspection: &Inspection) -> bool {
    !["Parallel", "Map", "Wait"].contains(&inspection.ty)
}

fn request(definition: &str, inspection: &Inspection) -> StateTest {
    let json = |data: Option<&asl_run::Data>| {
        data.map_or_else(|| "{}".to_owned(), |data| data.value().to_string())
    };
    let is_task = inspection.ty == "Task";
    let failure = inspection.failure.as_ref().filter(|_| is_task);
    let failure = failure.map(|failure| Mock::Error {
        error: failure.error.clone(),
        cause: failure.cause.clone(),
    });
    let result = inspection.result.as_ref().filter(|_| is_task);
    StateTest {
        definition: definition.to_owned(),
        state: inspection.state.to_string(),
        input: json(inspection.input.as_ref()),
        mock: result
            .map(|result| Mock::Result(result.value().to_string()))
            .or(failure),
        retries: i32::try_from(inspection.retries).unwrap_or(i32::MAX),
        context: json(inspection.context.as_ref()),
        variables: json(inspection.variables.as_ref()),
    }
}

/// The differences between a state here and on AWS.
fn compared(inspection: &Inspection, answer: &TestedState) -> Vec<Difference> {
    let state = &inspection.state;
    let mut found = Vec::new();
    let mut differ = |what: &str, here: String, there: String| {
        if here != there {
            found.push(Difference {
                what: format!("{what} of `{state}` on AWS"),
                expected: here,
                actual: there,
            });
        }
    };
    let error = inspection.failure.as_ref();
    let none = || "none".to_owned();
    differ(
        "error",
        error.map_or_else(none, |failure| failure.name().to_owned()),
        answer.error.clone().unwrap_or_else(none),
    );
    differ(
        "next state",
        inspection
            .next
            .as_ref()
            .map_or_else(none, ToString::to_string),
        answer.next.clone().unwrap_or_else(none),
    );
    if let Some(here) = inspection.output.as_ref().map(asl_run::Data::value) {
        let there = answer.output.as_deref();
        let there: Option<Value> = there.and_then(|text| serde_json::from_str(text).ok());
        if !there.as_ref().is_some_and(|there| same(here, there)) {
            let there = there.map_or_else(none, |there| there.to_string());
            differ("output", here.to_string(), there);
        }
    }
    found
}
