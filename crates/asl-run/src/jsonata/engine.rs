//! The engine: `jsonata-core`.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use asl::jsonata::{Kind, Node};
use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError, EvaluatorOptions};
use jsonata_core::value::JValue;
use serde_json::{Map, Number, Value};

use super::direct::Direct;
use super::{Query, QueryScope, functions};
use crate::data::{Found, MAX_DEPTH};
use crate::{Entropy, Moment, Seeded};

/// The longest sequence that an expression may make, so that `[1..1e7]` cannot exhaust the memory.
const MAX_SEQUENCE: usize = 1_000_000;

/// How long an expression may take, in milliseconds of real time, so that an endless recursion ends.
const MAX_TIME: u64 = 10_000;

/// A value as the engine reads it. Copies are cheap.
#[derive(Debug, Clone)]
pub(crate) struct Converted(pub(super) JValue);

impl Converted {
    /// An object with these members.
    pub(crate) fn object(members: impl IntoIterator<Item = (&'static str, Converted)>) -> Self {
        let members = members.into_iter();
        Self(JValue::object(
            members
                .map(|(name, value)| (name.to_owned(), value.0))
                .collect(),
        ))
    }

    /// A string.
    pub(crate) fn text(text: &str) -> Self {
        Self(JValue::string(text))
    }

    /// A number.
    pub(crate) fn number(number: f64) -> Self {
        Self(JValue::Number(number))
    }
}

impl From<&Value> for Converted {
    fn from(value: &Value) -> Self {
        Self(to_engine(value))
    }
}

pub(super) fn to_engine(value: &Value) -> JValue {
    match value {
        Value::Null => JValue::Null,
        Value::Bool(flag) => JValue::Bool(*flag),
        Value::Number(number) => JValue::Number(number.as_f64().unwrap_or(f64::MAX)),
        Value::String(text) => JValue::string(text.as_str()),
        Value::Array(elements) => JValue::array(elements.iter().map(to_engine).collect()),
        Value::Object(members) => JValue::object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), to_engine(value)))
                .collect(),
        ),
    }
}

/// The JSON value of a result. `None` for undefined, and for functions and regular expressions, which JSON
/// does not have.
pub(super) fn from_engine(value: &JValue) -> Option<Value> {
    Some(match value {
        JValue::Null => Value::Null,
        JValue::Bool(flag) => Value::Bool(*flag),
        JValue::Number(number) => from_number(*number),
        JValue::String(text) => Value::String(text.to_string()),
        JValue::Array(elements) => elements.iter().filter_map(from_engine).collect(),
        JValue::Object(members) => Value::Object(
            members
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), from_engine(value)?)))
                .collect::<Map<_, _>>(),
        ),
        JValue::Undefined | JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => {
            return None;
        }
    })
}

/// Whether arrays and objects are nested more than `limit` deep.
fn is_deeper(value: &JValue, limit: usize) -> bool {
    let inside = |value| limit == 0 || is_deeper(value, limit - 1);
    match value {
        JValue::Array(elements) => elements.iter().any(inside),
        JValue::Object(members) => members.values().any(inside),
        _ => false,
    }
}

/// A number of JavaScript. Whole numbers have no fraction in JSON.
pub(super) fn from_number(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        return Value::from(number as i64);
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// A parsed expression, with the names that it uses.
#[derive(Debug)]
pub(super) struct Expression {
    direct: Option<Direct>,
    ast: AstNode,
    /// Members of `$states` that it reads.
    states: States,
    /// Other variables that it reads.
    variables: Vec<String>,
    /// Functions that the engine does not have as AWS does.
    functions: Vec<&'static str>,
}

/// Which members of `$states` an expression reads.
#[derive(Debug, Default)]
struct States {
    input: bool,
    result: bool,
    error_output: bool,
    context: bool,
}

impl Expression {
    /// Parses an expression. The parser of `asl` reports what AWS rejects, the engine's makes what is evaluated.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let node = asl::jsonata::parse(text).map_err(|error| error.message)?;
        let ast = jsonata_core::parser::parse(text).map_err(|error| error.to_string())?;
        let mut names = Names::default();
        names.collect(&node);
        Ok(Self {
            direct: Direct::of(&node),
            ast,
            states: names.states(),
            variables: names.variables,
            functions: names.functions,
        })
    }

    fn run(
        &self,
        context: Context,
        input: &JValue,
        now: Moment,
        entropy: &Rc<RefCell<dyn Entropy>>,
    ) -> Result<Option<Value>, String> {
        let options = EvaluatorOptions {
            max_sequence_length: Some(MAX_SEQUENCE),
            timeout_ms: Some(MAX_TIME),
            ..EvaluatorOptions::default()
        };
        let mut evaluator = Evaluator::with_options(context, options);
        for name in &self.functions {
            functions::register(&mut evaluator, name, now, entropy)
                .map_err(|error| message(&error))?;
        }
        // The engine panics on some expressions, such as a date picture with a component of 20 digits.
        let evaluated = catch_unwind(AssertUnwindSafe(|| evaluator.evaluate(&self.ast, input)))
            .map_err(|_| "The expression cannot be evaluated".to_owned())?;
        match evaluated {
            Ok(value) if is_deeper(&value, MAX_DEPTH) => {
                Err(format!("The result is nested more than {MAX_DEPTH} deep"))
            }
            Ok(value) => Ok(from_engine(&value)),
            Err(error) => Err(message(&error)),
        }
    }

    fn context(&self, scope: &QueryScope<'_>) -> Context {
        let mut context = Context::new();
        let states = self.states.bind(scope);
        if let Some(states) = states {
            context.bind("states".to_owned(), states.0);
        }
        for name in &self.variables {
            if let Some(value) = (scope.variable)(name) {
                context.bind(name.clone(), value.converted().0.clone());
            }
        }
        context
    }
}

impl States {
    fn bind(&self, scope: &QueryScope<'_>) -> Option<Converted> {
        let part = |used: bool, name, value: Option<Converted>| {
            value.filter(|_| used).map(|value| (name, value))
        };
        let data = |data: Option<&crate::Data>| data.map(|data| data.converted().clone());
        let members: Vec<_> = [
            part(self.input, "input", data(Some(scope.input))),
            self.context.then(|| ("context", (scope.context)())),
            part(self.result, "result", data(scope.result)),
            part(self.error_output, "errorOutput", data(scope.error_output)),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!members.is_empty()).then(|| Converted::object(members))
    }
}

impl Query for Expression {
    fn evaluate(&self, scope: &QueryScope<'_>) -> Result<Option<Value>, String> {
        match self.direct.as_ref().map(|direct| direct.evaluate(scope)) {
            Some(Found::Value(value)) => return Ok(Some(value.into_owned())),
            Some(Found::Nothing) => return Ok(None),
            Some(Found::Several) | None => {}
        }
        self.run(
            self.context(scope),
            &JValue::Undefined,
            scope.now,
            scope.entropy,
        )
    }
}

/// Evaluates an expression on its own.
pub(super) fn evaluate(
    text: &str,
    input: Option<&Value>,
    bindings: &Map<String, Value>,
) -> Result<Option<Value>, String> {
    const START_OF_2026: Moment = Moment(1_767_225_600_000);
    // The errors of the engine's parser have codes.
    jsonata_core::parser::parse(text).map_err(|error| error.to_string())?;
    let mut context = Context::new();
    for (name, value) in bindings {
        context.bind(name.clone(), to_engine(value));
    }
    let entropy: Rc<RefCell<dyn Entropy>> = Rc::new(RefCell::new(Seeded::new(0)));
    let input = input.map_or(JValue::Undefined, to_engine);
    Expression::parse(text)?.run(context, &input, START_OF_2026, &entropy)
}

/// The message of an error, with its code, as JSONata 2.0.6 has it: `T1006: Attempted to invoke a non-function`.
pub(super) fn message(error: &EvaluatorError) -> String {
    const NO_FUNCTION: &str = "T1006: Attempted to invoke a non-function";
    let message = error.message();
    // Later versions add the name.
    if message.starts_with(NO_FUNCTION) {
        return NO_FUNCTION.to_owned();
    }
    message.to_owned()
}

/// Evaluates an expression of our own with the engine's functions.
pub(super) fn call(text: &str, arguments: &[(&str, JValue)]) -> Result<JValue, EvaluatorError> {
    let ast = jsonata_core::parser::parse(text)
        .map_err(|error| EvaluatorError::EvaluationError(error.to_string()))?;
    let mut context = Context::new();
    for (name, value) in arguments {
        context.bind((*name).to_owned(), value.clone());
    }
    Evaluator::with_context(context).evaluate(&ast, &JValue::Undefined)
}

/// The names in an expression.
#[derive(Default)]
struct Names {
    /// Members of `$states` by name.
    members: Vec<String>,
    /// How often `$states` occurs, and how often a member follows it.
    states: (usize, usize),
    variables: Vec<String>,
    functions: Vec<&'static str>,
}

impl Names {
    fn collect(&mut self, node: &Node) {
        node.walk(&mut |part| match &part.kind {
            Kind::Path(left, right) => {
                if let (Kind::Variable(name), Kind::Name(member)) = (&left.kind, &right.kind)
                    && name == "states"
                {
                    self.states.1 += 1;
                    self.members.push(member.clone());
                }
            }
            Kind::Variable(name) if name == "states" => self.states.0 += 1,
            Kind::Variable(name) => {
                if let Some(function) = functions::named(name) {
                    self.functions.push(function);
                }
                if !name.is_empty() && name != "$" && !self.variables.contains(name) {
                    self.variables.push(name.clone());
                }
            }
            _ => {}
        });
        self.functions.dedup();
    }

    fn states(&self) -> States {
        // `$states` itself, or a computed member, reads all of it.
        let all = self.states.0 > self.states.1;
        let reads = |name: &str| all || self.members.iter().any(|member| member == name);
        States {
            input: reads("input"),
            result: reads("result"),
            error_output: reads("errorOutput"),
            context: reads("context"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::Data;
    use crate::jsonata::QueryScope;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(|number| json!(number)),
            "[a-c]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::vec(("[ab]", inner), 0..3)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// Expressions that the engine does not evaluate have the value that it would give them.
        #[test]
        fn direct_expressions_are_those_of_the_engine(
            value in values(),
            names in prop::collection::vec("[ab]", 0..4),
        ) {
            let text = ["$states.input"].into_iter().chain(names.iter().map(String::as_str));
            let text = text.collect::<Vec<_>>().join(".");
            let direct = Expression::parse(&text).unwrap();
            prop_assert!(direct.direct.is_some());
            let engine = Expression { direct: None, ..Expression::parse(&text).unwrap() };
            let input = Data::new(value);
            let entropy: Rc<RefCell<dyn Entropy>> = Rc::new(RefCell::new(Seeded::new(0)));
            let scope = QueryScope {
                input: &input,
                result: None,
                error_output: None,
                context: &|| Converted::number(0.0),
                member_of_context: &|_| Found::Nothing,
                variable: &|_| None,
                now: Moment(0),
                entropy: &entropy,
            };
            prop_assert_eq!(direct.evaluate(&scope), engine.evaluate(&scope), "{}", text);
        }
    }
}
