//! What the expressions of a state can read.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use asl::intrinsic::Call;
use asl::jsonpath::{Path, Root};
use serde_json::{Map, Value};

use crate::context::ContextObject;
use crate::fault::{Fault, INTRINSIC};
use crate::jsonata::{Query, QueryScope};
use crate::jsonpath::{self, PathError};
use crate::{Data, Entropy, Failure, Moment, intrinsic};

/// The variables of a scope. An inner scope can read those of the outer ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables {
    own: BTreeMap<String, Data>,
    outer: Option<Rc<Variables>>,
}

impl Variables {
    /// The variables of a scope inside of another one.
    pub(crate) fn inside(outer: &Rc<Variables>) -> Self {
        Self {
            own: BTreeMap::new(),
            outer: Some(Rc::clone(outer)),
        }
    }

    /// The value of a variable.
    pub(crate) fn get(&self, name: &str) -> Option<&Data> {
        let outer = || self.outer.as_deref()?.get(name);
        self.own.get(name).or_else(outer)
    }

    /// All variables, as an object.
    pub(crate) fn all(&self) -> Value {
        let outer = self.outer.as_deref().map(Self::all);
        let mut all = outer.unwrap_or_else(|| Value::Object(Map::new()));
        for (name, value) in &self.own {
            if let Some(all) = all.as_object_mut() {
                all.insert(name.clone(), value.value().clone());
            }
        }
        all
    }

    /// Sets a variable.
    pub(crate) fn set(&mut self, name: String, value: Data) {
        self.own.insert(name, value);
    }
}

/// What the expressions of a state can read at one point of its data flow.
pub(crate) struct View<'a> {
    /// The value that `$` stands for in a path.
    pub root: &'a Data,
    /// `$states.input`.
    pub input: &'a Data,
    /// `$states.result`.
    pub result: Option<&'a Data>,
    /// `$states.errorOutput`.
    pub error_output: Option<&'a Data>,
    /// The context object.
    pub context: &'a ContextObject,
    /// The variables.
    pub variables: &'a Variables,
    /// The time.
    pub now: Moment,
    /// Random numbers.
    pub entropy: &'a Rc<RefCell<dyn Entropy>>,
}

impl View<'_> {
    /// The same view with another value for `$` in paths.
    pub(crate) fn at<'b>(&'b self, root: &'b Data) -> View<'b> {
        View { root, ..*self }
    }

    /// The value of a path.
    pub(crate) fn path(&self, path: &Path) -> Result<Cow<'_, Value>, PathError> {
        match &path.root {
            Root::Input => jsonpath::evaluate(path, self.root.value()),
            Root::Context => self.context.resolve(path),
            Root::Variable(name) => match self.variables.get(name) {
                Some(value) => jsonpath::evaluate(path, value.value()),
                None => Err(PathError {
                    message: format!("The variable '${name}' is not set"),
                }),
            },
        }
    }

    /// The value of a path as shared data. Whole values are not copied.
    pub(crate) fn path_data(&self, path: &Path) -> Result<Data, PathError> {
        if path.segments.is_empty() {
            match &path.root {
                Root::Input => return Ok(self.root.clone()),
                Root::Variable(name) => {
                    if let Some(value) = self.variables.get(name) {
                        return Ok(value.clone());
                    }
                }
                Root::Context => {}
            }
        }
        self.path(path).map(|value| Data::new(value.into_owned()))
    }

    /// The value of an intrinsic function. `text` is the function as written.
    ///
    /// Documented as `States.IntrinsicFailure`; AWS fails with `States.Runtime`.
    pub(crate) fn call(&self, call: &Call, text: &str) -> Result<Value, Fault> {
        let resolve = |path: &Path| match self.path(path) {
            Ok(value) => Ok(value.into_owned()),
            Err(_) => Err(Failure::new(INTRINSIC, self.missing_argument(path))),
        };
        let mut entropy = self.entropy.borrow_mut();
        intrinsic::evaluate(call, &resolve, &mut *entropy).map_err(|failure| {
            Fault::runtime(format!(
                "The function '{text}' had the following error: {}",
                failure.cause.unwrap_or_default()
            ))
        })
    }

    fn missing_argument(&self, path: &Path) -> String {
        let steps = jsonpath::dotted(&path.segments);
        format!(
            "The JsonPath argument for the field '{steps}' could not be found in the input '{}'",
            self.root.value()
        )
    }

    /// The value of a JSONata expression. `None` is undefined.
    pub(crate) fn query(&self, query: &dyn Query) -> Result<Option<Value>, String> {
        query.evaluate(&QueryScope {
            input: self.input,
            result: self.result,
            error_output: self.error_output,
            context: &|| self.context.converted(),
            member_of_context: &|names| self.context.get(names),
            variable: &|name| self.variables.get(name).cloned(),
            now: self.now,
            entropy: self.entropy,
        })
    }
}
