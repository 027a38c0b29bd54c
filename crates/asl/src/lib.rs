//! The Amazon States Language: model, syntax, checks, rendering, policy.
//!
//! Pure: no file, network, clock, environment or thread. Input is text or a value, output a value and a list of
//! diagnostics, and nothing panics on any input.

pub mod check;
mod diagnostic;
pub mod flat;
pub mod graph;
mod json;
pub mod model;
mod pointer;
pub mod policy;
pub mod rules;
pub mod shape;
mod syntax;

pub use diagnostic::{Diagnostic, Fix, Related, Severity, did_you_mean};
pub use json::Json;
pub use pointer::Pointer;
pub use syntax::{Document, parse};
