//! Why a case ends before its execution.

use std::fmt;

use crate::yaml;

/// Why a case could not be run to its end, such as a missing mock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The problem.
    pub message: String,
    /// The answer to add to the case.
    pub add: Option<Box<Addition>>,
}

/// An answer to add to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// The part of the case: `mocks` or `datasets`.
    pub part: &'static str,
    /// The state whose mock starts the workflow of the state. `None` for the workflow of the case.
    pub starter: Option<String>,
    /// Name of the state.
    pub state: String,
    /// The member of the answer, such as `payload`, and an example of its value.
    pub member: (&'static str, &'static str),
    /// Description of the value. Can be empty.
    pub comment: String,
}

impl Stop {
    /// The same, about the workflow that a state starts.
    pub(crate) fn of_workflow(self, starter: &str) -> Self {
        let message = format!("the workflow that `{starter}` starts: {}", self.message);
        let add = self.add.map(|mut add| {
            add.starter = Some(starter.to_owned());
            add
        });
        Self { message, add }
    }
}

impl From<String> for Stop {
    fn from(message: String) -> Self {
        Self { message, add: None }
    }
}

/// The message, with the answer to add as a test file in YAML has it.
impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let Some(add) = &self.add else {
            return Ok(());
        };
        let Addition {
            part,
            starter,
            state,
            member: (name, example),
            comment,
        } = &**add;
        let comment = match comment.as_str() {
            "" => String::new(),
            comment => format!("   # {comment}"),
        };
        let state = yaml::key(state);
        let place = match starter {
            Some(starter) => format!(" to the mock of `{starter}`"),
            None => String::new(),
        };
        write!(
            f,
            ". Add{place}:\n\n    {part}:\n      {state}:\n        {name}: {example}{comment}\n"
        )
    }
}
