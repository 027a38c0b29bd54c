//! JSONata as Step Functions evaluates it: version 2.0.6, without `$eval`, with the functions of AWS.
//!
//! The engine is behind [`Query`], so that it can be replaced.
//!
//! Source: the developer guide, "Transforming data with JSONata in Step Functions".

mod direct;
mod engine;
mod functions;

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Map, Value};

use crate::data::Found;
use crate::{Data, Entropy, Moment};

pub(crate) use engine::Converted;

/// An expression that can be evaluated.
pub(crate) trait Query: std::fmt::Debug {
    /// Evaluates the expression. `None` is JSONata's undefined.
    fn evaluate(&self, scope: &QueryScope<'_>) -> Result<Option<Value>, String>;
}

/// What an expression can read.
pub(crate) struct QueryScope<'a> {
    /// `$states.input`.
    pub input: &'a Data,
    /// `$states.result`, where there is one.
    pub result: Option<&'a Data>,
    /// `$states.errorOutput`, where there is one.
    pub error_output: Option<&'a Data>,
    /// `$states.context`, made when an expression needs it.
    pub context: &'a dyn Fn() -> Converted,
    /// Looks up a list of member names in `$states.context`.
    pub member_of_context: &'a dyn Fn(&[String]) -> Found<'a>,
    /// The value of a variable of the workflow.
    pub variable: &'a dyn Fn(&str) -> Option<Data>,
    /// The time that `$now()` and `$millis()` return.
    pub now: Moment,
    /// The source of `$random()` and `$uuid()`.
    pub entropy: &'a Rc<RefCell<dyn Entropy>>,
}

/// Parses an expression, without its delimiters.
///
/// # Errors
/// What is wrong with the expression.
pub(crate) fn parse(text: &str) -> Result<Rc<dyn Query>, String> {
    engine::Expression::parse(text).map(|expression| Rc::new(expression) as Rc<dyn Query>)
}

/// Evaluates an expression, without its delimiters, as a state does. `input` is the value of `$`, and the bindings are
/// variables. The time is the start of 2026, and random numbers are always the same.
///
/// # Errors
/// What is wrong with the expression, or what failed, with the code of JSONata where it has one.
pub fn evaluate(
    expression: &str,
    input: Option<&Value>,
    bindings: &Map<String, Value>,
) -> Result<Option<Value>, String> {
    engine::evaluate(expression, input, bindings)
}
