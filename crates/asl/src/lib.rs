//! The Amazon States Language: model, syntax, checks, rendering, policy.
//!
//! Pure: no file, network, clock, environment or thread. Input is text or a value, output a value and a list of
//! diagnostics, and nothing panics on any input.

pub mod check;
pub mod cost;
mod diagnostic;
pub mod diagram;
pub mod diff;
mod expression;

pub mod flat;
pub mod flow;
pub mod graph;
pub mod integration;
pub mod intrinsic;
mod json;
pub mod jsonata;
pub mod jsonpath;
pub mod model;
mod pointer;
pub mod policy;
pub mod rules;
pub mod shape;
mod subject;
pub mod substitution;
mod syntax;
pub mod template;
pub mod variables;
pub mod wiring;

pub use diagnostic::{AwsAnswer, Diagnostic, Fix, Inside, Related, Selection, Severity, did_you_mean};
pub use expression::SyntaxError;
pub use json::{Json, Members};
pub use pointer::{Pointer, Token, Way};
pub use subject::Subject;
pub use syntax::{Document, parse, parse_unfilled, parse_yaml, parse_yaml_template, parse_yaml_unfilled};
