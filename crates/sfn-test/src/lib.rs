//! Tests of workflows: reads test files, runs their cases offline, and compares what happens with what is expected.
//!
//! The state machine runs in `asl-run`. Tasks are answered by mocks, or by programs that a mock names.

mod answers;
mod child;
mod coverage;
mod datasets;
mod disproved;
mod expect;
mod marks;
mod mock;
mod mock_config;
mod program;
mod recorded;
mod replay;
mod runner;
mod stop;
mod suite;
mod time;
mod update;
pub mod yaml;

pub use coverage::{Coverage, Item, ItemKind};
pub use expect::{Difference, End, Expect, same};
pub use mock::{Dataset, Mock};
pub use mock_config::read as read_mock_config;
pub use recorded::case_of;
pub use replay::{Replayed, replay};
pub use runner::{CaseRun, RecordedCall, Surroundings, check_name, run};
pub use stop::{Addition, Stop};
pub use suite::{Case, Problem, Suite, TestFile, read};
pub use update::{expectations, with_expectations};
