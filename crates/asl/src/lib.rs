//! The Amazon States Language: model, syntax, rules, diagrams, costs and policies.
//!
//! The crate does no I/O and uses no clock, environment or threads. Functions take a text or a value and
//! return a value and a list of diagnostics. They do not panic on any input.

pub mod context;
pub mod cost;
mod diagnostic;
pub mod diagram;
pub mod diff;
mod expression;
pub mod flat;
pub mod integration;
pub mod intrinsic;
mod json;
pub mod jsonata;
pub mod jsonpath;
pub mod linter;
pub mod model;
mod pointer;
pub mod policy;
pub mod references;
pub mod rules;
pub mod schema;
pub mod semantic;
pub mod substitution;
mod suggest;
mod syntax;
pub mod template;

pub use diagnostic::{AwsAnswer, Diagnostic, Fix, Inside, Related, Severity};
pub use expression::SyntaxError;
pub use json::{Json, Members};
pub use pointer::{JsonPointer, PathBuilder, Segment};
pub use rules::selector::RuleFilter;
pub use semantic::SemanticModel;
pub use semantic::kind::{Form, MachineType};
pub use suggest::did_you_mean;
pub use syntax::{
    Document, Format, Parsed, TextError, TextErrorKind, line_and_column, parse, parse_unfilled,
    parse_yaml, parse_yaml_template, parse_yaml_unfilled,
};
