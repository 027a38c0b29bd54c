//! The data flow of each state, as `TestState` returns it.
//!
//! Source: the Step Functions API reference, "InspectionData".

use std::rc::Rc;
use std::time::Duration;

use crate::machine::StateId;
use crate::{Data, Failure};

use super::Execution;
use super::thread::{Key, Thread};

/// The data flow of a state.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the names are those of the API reference")]
pub struct Inspection {
    pub state: Rc<str>,
    /// The type of the state, such as `Task`.
    pub ty: &'static str,
    /// Whether the state uses JSONata.
    pub jsonata: bool,
    /// The event with which the state was entered.
    pub entered: u64,
    pub input: Option<Data>,
    pub after_input_path: Option<Data>,
    pub after_parameters: Option<Data>,
    pub after_arguments: Option<Data>,
    pub after_items_path: Option<Data>,
    pub after_item_selector: Option<Data>,
    pub after_item_batcher: Option<Data>,
    pub result: Option<Data>,
    pub after_result_selector: Option<Data>,
    pub after_result_path: Option<Data>,
    pub max_concurrency: Option<u64>,
    pub tolerated_failure_count: Option<u64>,
    pub tolerated_failure_percentage: Option<f64>,
    pub output: Option<Data>,
    pub next: Option<Rc<str>>,
    pub failure: Option<Failure>,
    pub error_details: Option<ErrorDetails>,
    /// The context object.
    pub context: Option<Data>,
    /// The variables before the state.
    pub variables: Option<Data>,
    /// How often the state was retried.
    pub retries: u64,
}

/// Which retrier or catcher was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names are those of the API reference")]
pub struct ErrorDetails {
    pub catch_index: Option<usize>,
    pub retry_index: Option<usize>,
    pub retry_backoff: Option<Duration>,
}

impl Inspection {
    /// The values of the data flow by their names in the API reference, in the order in which they are made.
    pub fn values(&self) -> impl Iterator<Item = (&'static str, &Data)> {
        let values = [
            ("input", &self.input),
            ("afterInputPath", &self.after_input_path),
            ("afterParameters", &self.after_parameters),
            ("afterArguments", &self.after_arguments),
            ("afterItemsPath", &self.after_items_path),
            ("afterItemSelector", &self.after_item_selector),
            ("result", &self.result),
            ("afterResultSelector", &self.after_result_selector),
            ("afterResultPath", &self.after_result_path),
        ];
        values
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_ref()?)))
    }

    pub(super) fn retried(&mut self, index: usize, delay: Duration) {
        self.error_details = Some(ErrorDetails {
            retry_index: Some(index),
            retry_backoff: Some(delay),
            catch_index: None,
        });
    }

    pub(super) fn exhausted(&mut self, index: usize) {
        self.error_details = Some(ErrorDetails {
            retry_index: Some(index),
            ..ErrorDetails::default()
        });
    }

    pub(super) fn caught(&mut self, index: usize) {
        self.error_details = Some(ErrorDetails {
            catch_index: Some(index),
            ..ErrorDetails::default()
        });
    }
}

impl Execution {
    pub(super) fn begin_inspection(&mut self, key: Key) {
        if !self.start.inspect {
            return;
        }
        let machine = Rc::clone(&self.machine);
        let Some(thread) = self.thread_mut(key) else {
            return;
        };
        let Some(state) = machine.state(thread.state) else {
            return;
        };
        thread.inspection = Some(Box::new(Inspection {
            state: Rc::clone(&state.name),
            ty: state.type_name(),
            jsonata: state.language == asl::model::QueryLanguage::JSONata,
            entered: thread.entered,
            input: Some(thread.input.clone()),
            ..Inspection::default()
        }));
    }

    /// Notes a part of the data flow, if it is kept.
    pub(super) fn inspect(&mut self, key: Key, note: impl FnOnce(&mut Inspection, &Thread)) {
        let Some(thread) = self.thread_mut(key) else {
            return;
        };
        if let Some(mut inspection) = thread.inspection.take() {
            note(&mut inspection, thread);
            thread.inspection = Some(inspection);
        }
    }

    pub(super) fn end_inspection(&mut self, key: Key, output: &Data, next: Option<StateId>) {
        let next = next.and_then(|next| self.machine.state(next));
        let next = next.map(|state| Rc::clone(&state.name));
        self.inspect_scope(key);
        let Some(thread) = self.thread_mut(key) else {
            return;
        };
        if let Some(mut inspection) = thread.inspection.take() {
            inspection.output = Some(output.clone());
            inspection.next = next;
            self.inspections.push(*inspection);
        }
    }

    /// Notes what expressions of the state can read besides its data.
    fn inspect_scope(&mut self, key: Key) {
        if !self.start.inspect {
            return;
        }
        let context = self.context(key).map(|context| Data::new(context.all()));
        self.inspect(key, |inspection, thread| {
            inspection.context = context;
            inspection.variables = Some(Data::new(thread.variables.all()));
            inspection.retries = thread.retry_count;
        });
    }

    pub(super) fn fail_inspection(&mut self, key: Key, failure: &Failure) {
        self.inspect_scope(key);
        let Some(thread) = self.thread_mut(key) else {
            return;
        };
        if let Some(mut inspection) = thread.inspection.take() {
            inspection.failure = Some(failure.clone());
            self.inspections.push(*inspection);
        }
    }
}
