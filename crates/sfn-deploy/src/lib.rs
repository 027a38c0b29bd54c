//! Gradual deployments: moves the traffic of an alias to another version in steps, watches the new
//! version, and moves it back if something is wrong.
//!
//! The progress is kept in the alias itself: each step writes the weights and a [`Record`] in the
//! description with one call. A deployment whose process was killed is resumed or rolled back by
//! the next one (decision 0023).
//!
//! The steps of `CANARY` and `LINEAR` are those of AWS CloudFormation (CloudFormation template
//! reference, "AWS::StepFunctions::StateMachineAlias DeploymentPreference").

mod checks;
mod deployment;
pub mod duration;
mod limits;
mod progress;
mod random;
mod reason;
mod record;
mod replay;
mod strategy;
mod target;
mod targets;

pub use checks::{Check, Smoke, Subject, end_of};
pub use deployment::{Clock, Deployment, Description, Failure, Outcome};
pub use limits::{Limits, alarm_name};
pub use progress::Progress;
pub use reason::Reason;
pub use record::{LONGEST_DESCRIPTION, Record};
pub use replay::{REPLAY_TIMEOUT, Replay, ReplayedExecution, all_skipped, replay_last};
pub use strategy::{Shift, Step, Strategy, StrategyError};
pub use target::{Alias, Route, Routing, Traffic};
pub use targets::{FunctionAlias, StateMachineAlias, version_of};
