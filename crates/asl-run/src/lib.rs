//! Runs state machines of the Amazon States Language without AWS.
//!
//! The crate does no I/O and uses no clock, environment, thread or random numbers of its own. A
//! [`Machine`] is built from a definition. An [`Execution`] runs it: it asks for answers of tasks and for datasets, and
//! its clock is virtual. The result has the events, IDs and details of an execution on AWS. The one exception is a
//! JSONata expression that does not end: it fails after ten seconds of real time.
//!
//! Sources: the Amazon States Language specification; the Step Functions developer guide; executions recorded on
//! AWS, which `cargo xtask score-run` compares with.

mod choice;
mod clock;
mod context;
mod data;
mod dataset;
mod entropy;
mod execution;
mod failure;
mod fault;
mod history;
mod intrinsic;
mod jsonata;
mod jsonpath;
mod machine;
mod number;
mod template;
pub mod test_state;
mod view;

pub use clock::Moment;
pub use data::Data;
pub use dataset::{ChildResult, Content, Listed, Location};
pub use entropy::{Entropy, Seeded};
pub use execution::{
    Answer, By, Call, CallId, Child, ErrorDetails, Execution, Inspection, MapRun, Outcome, Read,
    ReadId, Reply, Request, Start, Status, Visit,
};
pub use failure::Failure;
pub use history::{Event, EventKind, Iteration, Limits, Service};
pub use jsonata::evaluate as evaluate_jsonata;
pub use machine::{BuildError, Machine};
