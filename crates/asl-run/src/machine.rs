//! A state machine that is ready to run: expressions are parsed, and names of states are resolved.

mod build;

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use asl::model::{self, QueryLanguage};
use serde_json::Value;

use crate::By;
use crate::Data;
use crate::choice::Condition;
use crate::template::{PathField, QueryField, Template};

pub use build::BuildError;

/// Index of a state in [`Machine::states`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct StateId(pub(crate) usize);

/// Index of a scope in [`Machine::scopes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ScopeId(pub(crate) usize);

/// A state machine that is ready to run.
#[derive(Debug)]
pub struct Machine {
    pub(crate) states: Vec<State>,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) root: ScopeId,
    pub(crate) timeout: Option<Duration>,
}

/// States that run one after another: the state machine, a branch, or the states for an item.
#[derive(Debug)]
pub(crate) struct Scope {
    pub start: StateId,
}

/// A state.
#[derive(Debug)]
pub(crate) struct State {
    pub name: Rc<str>,
    pub language: QueryLanguage,
    pub input_path: Selection,
    /// `Parameters` or `Arguments`.
    pub payload: Option<Template>,
    pub result_selector: Option<Template>,
    pub result_path: Selection,
    pub output_path: Selection,
    /// `Output`.
    pub output: Option<Template>,
    pub assign: Option<Template>,
    pub retry: Vec<model::Retrier>,
    pub catch: Vec<Catcher>,
    /// The next state. `None` ends the scope.
    pub next: Option<StateId>,
    pub kind: Kind,
}

/// A path that selects a part, with `null` for nothing.
#[derive(Debug)]
pub(crate) enum Selection {
    /// The whole value.
    Whole,
    /// `null`.
    Nothing,
    /// A part.
    Part(PathField),
}

/// A value of a setting.
#[derive(Debug)]
pub(crate) enum Setting {
    /// A constant.
    Fixed(Value),
    /// The value of a JSONata expression.
    Query(QueryField),
    /// The value that a path leads to.
    Path(PathField),
}

/// A catcher.
#[derive(Debug)]
pub(crate) struct Catcher {
    pub errors: Vec<String>,
    pub result_path: Selection,
    pub output: Option<Template>,
    pub assign: Option<Template>,
    pub next: StateId,
}

/// The type of a state, with its fields.
#[derive(Debug)]
pub(crate) enum Kind {
    Task(Box<Task>),
    Pass {
        result: Option<Data>,
    },
    Choice(Choice),
    Wait(Wait),
    Parallel {
        branches: Vec<ScopeId>,
    },
    Map(Box<Map>),
    Succeed,
    Fail {
        error: Option<Text>,
        cause: Option<Text>,
    },
}

/// The error or the cause of a Fail state.
#[derive(Debug)]
pub(crate) struct Text {
    /// The field, such as `CausePath`.
    pub field: &'static str,
    pub value: Template,
}

#[derive(Debug)]
pub(crate) struct Task {
    pub resource: Resource,
    pub credentials: Option<Template>,
    pub timeout: Option<Setting>,
    pub heartbeat: Option<Setting>,
}

/// The resource that a Task state calls, as events name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    /// A Lambda function by its ARN.
    Function(Rc<str>),
    /// An activity by its ARN.
    Activity(Rc<str>),
    /// An operation of a service.
    Service {
        /// The service, such as `sqs` or `aws-sdk:s3`.
        kind: Rc<str>,
        /// The operation with the pattern, such as `sendMessage.waitForTaskToken`.
        operation: Rc<str>,
        pattern: Pattern,
        /// The whole ARN.
        arn: Rc<str>,
    },
}

/// How a Task state waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// For the response.
    Response,
    /// For the end of the job.
    Sync,
    /// For a task token.
    Token,
}

#[derive(Debug)]
pub(crate) struct Choice {
    pub rules: Vec<Rule>,
    pub default: Option<StateId>,
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub condition: RuleCondition,
    pub output: Option<Template>,
    pub assign: Option<Template>,
    pub next: StateId,
}

#[derive(Debug)]
pub(crate) enum RuleCondition {
    /// Comparisons of values that paths lead to.
    Comparison(Condition),
    /// A JSONata expression, or a constant.
    Condition(Setting),
}

#[derive(Debug)]
pub(crate) enum Wait {
    Seconds(Setting),
    Timestamp(Setting),
}

#[derive(Debug)]
pub(crate) struct Map {
    pub scope: ScopeId,
    pub distributed: Option<Distributed>,
    pub items_path: Option<PathField>,
    /// `Items`: JSONata.
    pub items: Option<Template>,
    /// `ItemSelector`, or `Parameters`, which it replaced.
    pub item_selector: Option<Template>,
    pub max_concurrency: Option<Setting>,
}

/// The settings of a distributed Map state.
#[derive(Debug)]
pub(crate) struct Distributed {
    pub express: bool,
    pub label: Option<String>,
    pub reader: Option<Reader>,
    pub batcher: Option<Batcher>,
    pub writer: Option<Writer>,
    pub tolerated_count: Option<Setting>,
    pub tolerated_percentage: Option<Setting>,
}

#[derive(Debug)]
pub(crate) struct Reader {
    pub resource: String,
    pub payload: Option<Template>,
    pub config: model::ReaderConfig,
    pub max_items: Option<Setting>,
}

#[derive(Debug)]
pub(crate) struct Batcher {
    pub input: Option<Template>,
    pub max_items: Option<Setting>,
    pub max_bytes: Option<Setting>,
}

#[derive(Debug)]
pub(crate) struct Writer {
    pub payload: Option<Template>,
    pub config: Option<model::WriterConfig>,
}

impl Machine {
    /// The names of the states, in the order of the definition.
    pub fn state_names(&self) -> impl Iterator<Item = &str> + Clone {
        self.states.iter().map(|state| &*state.name)
    }

    /// All ways on from each state: [`By::Next`] for the state itself, and the rules, retriers and catchers.
    pub fn transitions(&self) -> impl Iterator<Item = (&str, By)> {
        self.states.iter().flat_map(|state| {
            let rules = match &state.kind {
                Kind::Choice(choice) => choice.rules.len(),
                _ => 0,
            };
            let default = matches!(
                &state.kind,
                Kind::Choice(Choice {
                    default: Some(_),
                    ..
                })
            );
            let ways = std::iter::once(By::Next)
                .chain((0..rules).map(By::Rule))
                .chain(default.then_some(By::Default))
                .chain((0..state.retry.len()).map(By::Retrier))
                .chain((0..state.catch.len()).map(By::Catcher));
            ways.map(|by| (&*state.name, by))
        })
    }

    pub(crate) fn state(&self, id: StateId) -> Option<&State> {
        self.states.get(id.0)
    }

    pub(crate) fn scope(&self, id: ScopeId) -> Option<&Scope> {
        self.scopes.get(id.0)
    }
}

impl State {
    /// Whether the type of the state has retriers.
    pub(crate) fn can_retry(&self) -> bool {
        matches!(
            self.kind,
            Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_)
        )
    }

    /// The first word of the types of its events, such as `Task`.
    pub(crate) fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Task(_) => "Task",
            Kind::Pass { .. } => "Pass",
            Kind::Choice(_) => "Choice",
            Kind::Wait(_) => "Wait",
            Kind::Parallel { .. } => "Parallel",
            Kind::Map(_) => "Map",
            Kind::Succeed => "Succeed",
            Kind::Fail { .. } => "Fail",
        }
    }
}

/// The states by name while a machine is built.
type Names = HashMap<String, StateId>;
