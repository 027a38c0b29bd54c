//! The data flow of a state: from its raw input to its output.
//!
//! Sources: the Amazon States Language specification, "Input and Output Processing" and "Data"; the developer
//! guide, "Processing input and output in Step Functions".

use std::rc::Rc;

use asl::model::QueryLanguage;
use serde_json::Value;

use crate::context::ContextObject;
use crate::data::MAX_DEPTH;
use crate::fault::{DATA_LIMIT, Fault, RUNTIME};
use crate::history::EventKind;
use crate::machine::{Choice, RuleCondition, Selection, Setting, State, StateId, Text, Wait};
use crate::template::Template;
use crate::view::{Variables, View};
use crate::{Data, Failure, Moment, jsonpath};

use super::outcome::Status;
use super::thread::{Key, Turn};
use super::{By, Execution, Visit};

/// Maximum size of an input or output, in bytes.
///
/// Source: the developer guide, "Quotas related to task executions".
pub(super) const MAX_PAYLOAD: usize = 262_144;

/// The values that the expressions of a state can read. It holds them, so that a [`View`] can borrow them while
/// the execution changes.
pub(super) struct Frame {
    pub input: Data,
    pub selected: Data,
    pub variables: Rc<Variables>,
    pub context: ContextObject,
    now: Moment,
    entropy: Rc<std::cell::RefCell<dyn crate::Entropy>>,
}

impl Frame {
    /// A view in which `$` is the input after `InputPath`.
    pub(super) fn view(&self) -> View<'_> {
        View {
            root: &self.selected,
            input: &self.input,
            result: None,
            error_output: None,
            context: &self.context,
            variables: &self.variables,
            now: self.now,
            entropy: &self.entropy,
        }
    }
}

/// Output and variables of a state that ends.
pub(super) struct Ended {
    pub output: Data,
    pub assigned: Vec<(String, Data)>,
}

impl Ended {
    fn is_too_deep(&self) -> bool {
        let mut assigned = self.assigned.iter().map(|(_, value)| value);
        self.output.is_too_deep() || assigned.any(Data::is_too_deep)
    }
}

impl Execution {
    /// The values that the expressions of a thread's state can read.
    pub(super) fn frame(&self, key: Key) -> Option<Frame> {
        let thread = self.thread(key)?;
        Some(Frame {
            input: thread.input.clone(),
            selected: thread.selected.clone(),
            variables: Rc::clone(&thread.variables),
            context: self.context(key)?,
            now: self.now,
            entropy: Rc::clone(&self.entropy),
        })
    }

    /// The frame of a thread that is known to be alive.
    pub(super) fn frame_of(&self, key: Key) -> Result<Frame, Fault> {
        self.frame(key)
            .ok_or_else(|| Fault::runtime("The state has ended."))
    }

    /// Applies `InputPath`.
    pub(super) fn select_input(&mut self, key: Key, state: &State) -> Result<(), Fault> {
        let selected = match &state.input_path {
            Selection::Whole => self.thread(key).map(|thread| thread.input.clone()),
            selection => {
                let frame = self.frame_of(key)?;
                let view = frame.view();
                Some(select(selection, &view.at(&frame.input))?)
            }
        };
        if let (Some(thread), Some(selected)) = (self.thread_mut(key), selected) {
            thread.selected = selected;
        }
        self.inspect(key, |inspection, thread| {
            inspection.after_input_path = Some(thread.selected.clone());
        });
        Ok(())
    }

    /// The value of `Parameters` or `Arguments`, or what the state processes without them.
    pub(super) fn payload(&mut self, key: Key, state: &State) -> Result<Data, Fault> {
        let frame = self.frame_of(key)?;
        let payload = match &state.payload {
            Some(template) => template.evaluate(&frame.view())?,
            None => frame.selected,
        };
        let jsonata = state.language == QueryLanguage::JSONata;
        let kept = payload.clone();
        let given = state.payload.is_some();
        self.inspect(key, move |inspection, _| {
            if !jsonata {
                inspection.after_parameters = Some(kept);
            } else if given {
                inspection.after_arguments = Some(kept);
            }
        });
        Ok(payload)
    }

    pub(super) fn pass(
        &mut self,
        key: Key,
        state: &State,
        result: Option<&Data>,
    ) -> Result<(), Fault> {
        if state.language == QueryLanguage::JSONata {
            return self.finish(key, state, None);
        }
        let payload = self.payload(key, state)?;
        if let Some(result) = result.cloned() {
            self.inspect(key, move |inspection, _| inspection.result = Some(result));
        }
        self.finish(key, state, Some(result.cloned().unwrap_or(payload)))
    }

    /// Ends the state of a thread with a result.
    pub(super) fn complete(&mut self, key: Key, result: Option<Data>) {
        let machine = Rc::clone(&self.machine);
        let state = self
            .thread(key)
            .and_then(|thread| machine.state(thread.state));
        if let Some(state) = state
            && let Err(fault) = self.finish(key, state, result)
        {
            self.fault(key, &fault);
        }
    }

    fn finish(&mut self, key: Key, state: &State, result: Option<Data>) -> Result<(), Fault> {
        let frame = self.frame_of(key)?;
        let ended = match state.language {
            QueryLanguage::JSONPath => self.jsonpath_output(key, &frame, state, result)?,
            QueryLanguage::JSONata => {
                let view = View {
                    result: result.as_ref(),
                    ..frame.view()
                };
                let output = match &state.output {
                    Some(template) => template.evaluate(&view)?,
                    None => result.clone().unwrap_or_else(|| frame.input.clone()),
                };
                let assigned = assign(state.assign.as_ref(), &view)?;
                Ended { output, assigned }
            }
        };
        self.exit(key, ended, state.next, By::Next);
        Ok(())
    }

    fn jsonpath_output(
        &mut self,
        key: Key,
        frame: &Frame,
        state: &State,
        result: Option<Data>,
    ) -> Result<Ended, Fault> {
        let view = frame.view();
        let has_result = result.is_some();
        let result = result.unwrap_or_else(|| frame.selected.clone());
        let result = match &state.result_selector {
            Some(selector) => selector.evaluate(&view.at(&result))?,
            None => result,
        };
        let assigned = assign(state.assign.as_ref(), &view.at(&result))?;
        let combined = match &state.result_path {
            Selection::Whole => result.clone(),
            Selection::Nothing => frame.input.clone(),
            Selection::Part(field) => combine(field, &frame.input, result.clone())?,
        };
        let output = select(&state.output_path, &view.at(&combined))?;
        self.inspect(key, move |inspection, _| {
            if has_result {
                inspection.after_result_selector = Some(result);
                inspection.after_result_path = Some(combined);
            }
        });
        Ok(Ended { output, assigned })
    }

    pub(super) fn choose(&mut self, key: Key, state: &State, choice: &Choice) -> Result<(), Fault> {
        let frame = self.frame_of(key)?;
        for (index, rule) in choice.rules.iter().enumerate() {
            if !is_true(&frame, &rule.condition, index)? {
                continue;
            }
            let output = rule.output.as_ref().or(state.output.as_ref());
            let ended = choice_result(&frame, state, output, rule.assign.as_ref())?;
            self.exit(key, ended, Some(rule.next), By::Rule(index));
            return Ok(());
        }
        let Some(default) = choice.default else {
            // Documented as `States.NoChoiceMatched`; AWS fails with `States.Runtime`.
            let message =
                "Failed to transition out of the state. The state does not point to a next state.";
            return Err(Fault::runtime(message));
        };
        let ended = choice_result(&frame, state, state.output.as_ref(), state.assign.as_ref())?;
        self.exit(key, ended, Some(default), By::Default);
        Ok(())
    }

    pub(super) fn wait(&mut self, key: Key, wait: &Wait) -> Result<(), Fault> {
        let frame = self.frame_of(key)?;
        let until = match wait {
            Wait::Seconds(setting) => {
                let seconds = super::settings::seconds(setting, &frame.view())?;
                self.now + std::time::Duration::from_secs(seconds)
            }
            Wait::Timestamp(setting) => super::settings::timestamp(setting, &frame.view())?,
        };
        self.set_timer(key, until, Turn::Waited);
        Ok(())
    }

    pub(super) fn fail_state(
        &mut self,
        key: Key,
        _state: &State,
        error: Option<&Text>,
        cause: Option<&Text>,
    ) -> Result<(), Fault> {
        let frame = self.frame_of(key)?;
        let text = |text: Option<&Text>| -> Result<Option<String>, Fault> {
            let Some(text) = text else { return Ok(None) };
            let value = text_value(text, &frame)?;
            match value.value() {
                Value::String(text) => Ok(Some(text.clone())),
                other => Err(Fault::runtime(format!(
                    "The {} field must be a string, but was: {other}",
                    text.field
                ))),
            }
        };
        let failure = Failure {
            error: text(error)?,
            cause: text(cause)?,
        };
        self.scope_failed(key, failure);
        Ok(())
    }

    /// Leaves the state of a thread.
    pub(super) fn exit(&mut self, key: Key, ended: Ended, next: Option<StateId>, by: By) {
        let machine = Rc::clone(&self.machine);
        let Some(state) = self
            .thread(key)
            .and_then(|thread| machine.state(thread.state))
        else {
            return;
        };
        if ended.output.size() > MAX_PAYLOAD {
            let failure = too_large(&state.name);
            return self.scope_failed(key, failure);
        }
        if ended.is_too_deep() {
            let cause = format!(
                "The state '{}' has data that is nested more than {MAX_DEPTH} deep.",
                state.name
            );
            return self.scope_failed(key, Failure::new(RUNTIME, cause));
        }
        self.visited.push(Visit {
            state: Rc::clone(&state.name),
            next: next
                .and_then(|next| machine.state(next))
                .map(|next| Rc::clone(&next.name)),
            by,
        });
        self.end_inspection(key, &ended.output, next);
        if self.single.is_some() {
            return self.end_single(
                key,
                Status::Succeeded,
                Some(ended.output),
                Failure::default(),
            );
        }
        self.emit(
            key,
            EventKind::StateExited {
                ty: state.type_name(),
                name: Rc::clone(&state.name),
                output: ended.output.clone(),
                assigned: ended.assigned.clone(),
            },
        );
        let Some(thread) = self.thread_mut(key) else {
            return;
        };
        if !ended.assigned.is_empty() {
            let variables = Rc::make_mut(&mut thread.variables);
            for (name, value) in ended.assigned {
                variables.set(name, value);
            }
        }
        match next {
            Some(next) => {
                thread.state = next;
                thread.input = ended.output;
                thread.enters = true;
            }
            None => self.scope_done(key, ended.output),
        }
    }
}

/// The failure of a result that is too large. `what` is the state or the task.
pub(super) fn too_large(what: &str) -> Failure {
    let cause = format!(
        "The state/task '{what}' returned a result with a size exceeding the maximum number of bytes service limit."
    );
    Failure::new(DATA_LIMIT, cause)
}

fn text_value(text: &Text, frame: &Frame) -> Result<Data, Fault> {
    text.value.evaluate(&frame.view())
}

/// The part that `InputPath` or `OutputPath` selects. `$` is the root of the view.
fn select(selection: &Selection, view: &View<'_>) -> Result<Data, Fault> {
    match selection {
        Selection::Whole => Ok(view.root.clone()),
        Selection::Nothing => Ok(Data::empty()),
        Selection::Part(field) => view.path_data(&field.path).map_err(|error| {
            Fault::runtime(format!("Invalid path '{}' : {}", field.text, error.message))
        }),
    }
}

/// Inserts a result into the input at `ResultPath`.
pub(super) fn combine(
    field: &crate::template::PathField,
    input: &Data,
    result: Data,
) -> Result<Data, Fault> {
    jsonpath::insert(&field.path, input.value().clone(), result.into_value())
        .map(Data::new)
        .map_err(|error| Fault {
            error: "States.ResultPathMatchFailure",
            ..Fault::runtime(error.message)
        })
}

/// The variables of an `Assign`. All expressions read the variables as they were before.
pub(super) fn assign(
    assign: Option<&Template>,
    view: &View<'_>,
) -> Result<Vec<(String, Data)>, Fault> {
    let Some(template) = assign else {
        return Ok(Vec::new());
    };
    match template {
        Template::Object(members) => members
            .iter()
            .map(|(name, value)| Ok((name.clone(), value.evaluate(view)?)))
            .collect(),
        other => match other.evaluate(view)?.into_value() {
            Value::Object(members) => Ok(members
                .into_iter()
                .map(|(name, value)| (name, Data::new(value)))
                .collect()),
            _ => Ok(Vec::new()),
        },
    }
}

fn choice_result(
    frame: &Frame,
    state: &State,
    output: Option<&Template>,
    assigns: Option<&Template>,
) -> Result<Ended, Fault> {
    let view = frame.view();
    let assigned = assign(assigns, &view)?;
    let output = match (state.language, output) {
        (QueryLanguage::JSONata, Some(template)) => template.evaluate(&view)?,
        (QueryLanguage::JSONata, None) => frame.input.clone(),
        (QueryLanguage::JSONPath, _) => select(&state.output_path, &view)?,
    };
    Ok(Ended { output, assigned })
}

/// Whether the condition of a rule is true.
fn is_true(frame: &Frame, condition: &RuleCondition, index: usize) -> Result<bool, Fault> {
    let view = frame.view();
    match condition {
        RuleCondition::Comparison(condition) => condition.matches(&|path| view.path(path)),
        RuleCondition::Condition(Setting::Fixed(value)) => Ok(value == &Value::Bool(true)),
        RuleCondition::Condition(Setting::Path(field)) => {
            Ok(field.evaluate(&view)?.value() == &Value::Bool(true))
        }
        RuleCondition::Condition(Setting::Query(field)) => {
            let mut field = field.clone();
            field.field = format!("Choices[{index}]/Condition");
            match field.evaluate(&view)? {
                Value::Bool(matches) => Ok(matches),
                other => Err(field.unexpected("boolean", &other)),
            }
        }
    }
}
