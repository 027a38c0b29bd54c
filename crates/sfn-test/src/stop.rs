//! Why a case ends before its execution.

use std::fmt;

/// Why a case could not be run to its end, such as a missing mock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// What is wrong.
    pub message: String,
    /// What to add to the case.
    pub add: Option<Addition>,
}

/// An answer to add to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// The part of the case: `mocks` or `datasets`.
    pub part: &'static str,
    /// Name of the state.
    pub state: String,
    /// The member of the answer, such as `payload`, and an example of its value.
    pub member: (&'static str, &'static str),
    /// What the value is. Can be empty.
    pub comment: String,
}

impl Stop {
    /// The same, with what it belongs to.
    pub(crate) fn within(self, what: &str) -> Self {
        let message = format!("{what}: {}", self.message);
        Self { message, ..self }
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
        let Some(Addition {
            part,
            state,
            member: (name, example),
            comment,
        }) = &self.add
        else {
            return Ok(());
        };
        let comment = match comment.as_str() {
            "" => String::new(),
            comment => format!("   # {comment}"),
        };
        write!(
            f,
            ". Add:\n\n    {part}:\n      {state}:\n        {name}: {example}{comment}\n"
        )
    }
}
