//! Tests of workflows: reads test files, runs their cases offline, and compares what happens with what is expected.
//!
//! The state machine runs in `asl-run`. Tasks are answered by mocks, or by programs that a mock names.

mod answers;
mod coverage;
mod datasets;
mod expect;
mod mock_config;
mod program;
mod runner;
mod suite;

pub use coverage::{Coverage, Item, ItemKind};
pub use expect::{Difference, Expect};
pub use mock_config::read as read_mock_config;
pub use runner::{CaseRun, RecordedCall, run};
pub use suite::{Case, Dataset, Mock, Problem, Suite, TestFile, Throw, read};
