//! Distributed Map states: each item, or each batch of items, runs as an execution of its own.
//!
//! Source: the developer guide, "Using Map state in Distributed mode". The events are those of executions
//! recorded on AWS.

use std::rc::Rc;

use serde_json::{Value, json};

use crate::context::ExecutionInfo;
use crate::dataset::{self, ChildResult, Content, Location, Reading, Step};
use crate::fault::Fault;
use crate::history::{EventKind, History};
use crate::machine::{Distributed, Map, Reader, Setting};
use crate::{Data, Event, Failure};

use super::fork::{Fork, ForkKind, MapItem};
use super::limits::last_event;
use super::outcome::Status;
use super::settings;
use super::thread::{Key, Parent, Thread, Turn};
use super::{Execution, Request, Run};

/// Maximum number of child executions of a Map Run that run at the same time.
const CONCURRENCY: usize = 10_000;

/// Names a reading until its content is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReadId(pub(super) u64);

/// A reading of an `ItemReader`.
#[derive(Debug, Clone)]
pub struct Read {
    /// Names the reading in [`Execution::give`].
    pub id: ReadId,
    /// Name of the state.
    pub state: Rc<str>,
    /// The `Resource` of the reader, such as `arn:aws:states:::s3:getObject`.
    pub resource: String,
    /// `Bucket` and `Key`, or `Bucket` and `Prefix`.
    pub parameters: Data,
}

/// A run of a distributed Map state.
#[derive(Debug, Clone)]
pub struct MapRun {
    /// Its ARN.
    pub arn: String,
    /// Name of the state.
    pub state: Rc<str>,
    /// The child executions, by the index of the item. `None` for those that did not run.
    pub children: Vec<Option<Child>>,
    /// The objects that the `ResultWriter` writes, by key.
    pub files: Vec<(String, String)>,
}

/// A child execution.
#[derive(Debug, Clone)]
pub struct Child {
    /// Its result.
    pub result: ChildResult,
    /// Its events, if the data flow is kept.
    pub events: Vec<Event>,
}

/// The Map Run of a thread.
#[derive(Debug)]
pub(super) struct DistributedFork {
    /// Index in the list of Map Runs.
    run: usize,
    label: String,
    uuid: String,
    concurrency: usize,
    tolerance: Tolerance,
    failures: usize,
    /// The dataset, until its items are read.
    dataset: Dataset,
}

/// The dataset of a Map Run.
#[derive(Debug, Default)]
struct Dataset {
    /// `Bucket` of the first reading.
    bucket: Value,
    reading: Option<Reading>,
    /// The object to read next, if the first reading has named it.
    next: Option<Location>,
}

/// How many items may fail.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tolerance {
    count: Option<u64>,
    percentage: Option<f64>,
}

/// The failure of a Map Run in which too many items have failed.
pub(super) fn threshold_exceeded() -> Failure {
    let cause = "The specified tolerated failure threshold was exceeded";
    Failure::new("States.ExceedToleratedFailureThreshold", cause)
}

impl Tolerance {
    /// Whether the state says how many items may fail.
    pub(super) fn is_set(self) -> bool {
        self.count.is_some() || self.percentage.is_some()
    }

    /// Whether too many items have failed.
    pub(super) fn is_exceeded(self, failures: usize, items: usize) -> bool {
        let by_count = self.count.map(|most| failures as u64 > most);
        let share = failures as f64 * 100.0 / items.max(1) as f64;
        let by_percentage = self.percentage.map(|most| share > most);
        match (by_count, by_percentage) {
            (None, None) => failures > 0,
            (count, percentage) => count == Some(true) || percentage == Some(true),
        }
    }
}

impl Execution {
    /// Begins a Map Run.
    pub(super) fn begin_map_run(
        &mut self,
        key: Key,
        map: &Map,
        distributed: &Distributed,
        items: Vec<MapItem>,
        most: usize,
    ) -> Result<(), Fault> {
        let tolerance = self.tolerance(key, distributed)?;
        let uuid = self.entropy.borrow_mut().uuid();
        let label = match &distributed.label {
            Some(label) => label.clone(),
            None => self.entropy.borrow_mut().uuid().replace('-', ""),
        };
        let frame = self.frame_of(key)?;
        let execution = &frame.context.execution;
        let machine = execution
            .machine_id
            .replacen(":stateMachine:", ":mapRun:", 1);
        let arn = format!("{machine}/{label}:{uuid}");
        self.emit(key, EventKind::MapRunStarted { arn: arn.clone() });
        self.map_runs.push(MapRun {
            arn,
            state: Rc::clone(&frame.context.state),
            children: Vec::new(),
            files: Vec::new(),
        });
        let kind = ForkKind::Distributed(Box::new(DistributedFork {
            run: self.map_runs.len() - 1,
            label,
            uuid,
            concurrency: if most == 0 {
                CONCURRENCY
            } else {
                most.min(CONCURRENCY)
            },
            tolerance,
            failures: 0,
            dataset: Dataset::default(),
        }));
        self.set_fork(key, Fork::new(kind, Vec::new(), 0));
        if distributed.reader.is_some() {
            self.ready.push_back((key, Turn::Read));
            return Ok(());
        }
        self.start_items(key, map, distributed, items)
    }

    pub(super) fn tolerance(
        &mut self,
        key: Key,
        distributed: &Distributed,
    ) -> Result<Tolerance, Fault> {
        let frame = self.frame_of(key)?;
        let view = frame.view();
        let count = distributed.tolerated_count.as_ref();
        let count = settings::integer(count, "ToleratedFailureCount", &view)?;
        let count = count.map(|count| {
            u64::try_from(count)
                .map_err(|_| Fault::runtime("ToleratedFailureCount cannot be negative."))
        });
        let percentage = distributed.tolerated_percentage.as_ref();
        let percentage = settings::float(percentage, "ToleratedFailurePercentage", &view)?;
        if percentage.is_some_and(|share| !(0.0..=100.0).contains(&share)) {
            let message = "ToleratedFailurePercentage must be between 0 and 100.";
            return Err(Fault::runtime(message));
        }
        let tolerance = Tolerance {
            count: count.transpose()?,
            percentage,
        };
        self.inspect(key, move |inspection, _| {
            inspection.tolerated_failure_count = tolerance.count;
            inspection.tolerated_failure_percentage = tolerance.percentage;
        });
        Ok(tolerance)
    }

    /// Asks for the dataset of a Map Run, or for an object that it names.
    pub(super) fn read_items(&mut self, key: Key) -> Option<Request> {
        let machine = Rc::clone(&self.machine);
        let (state, map) = self.map_state(key, &machine)?;
        let reader = map.distributed.as_ref()?.reader.as_ref()?;
        let dataset = self.dataset(key)?;
        let (resource, parameters) = match dataset.next.take() {
            Some(object) => {
                let bucket = object
                    .bucket
                    .map_or_else(|| dataset.bucket.clone(), Value::String);
                let parameters = json!({ "Bucket": bucket, "Key": object.key });
                ("arn:aws:states:::s3:getObject", Data::new(parameters))
            }
            None => (
                reader.resource.as_str(),
                self.reader_parameters(key, reader)?,
            ),
        };
        self.next_request += 1;
        let id = self.next_request;
        self.waiting.insert(id, key);
        Some(Request::Read(Read {
            id: ReadId(id),
            state: Rc::clone(&state.name),
            resource: resource.to_owned(),
            parameters,
        }))
    }

    fn dataset(&mut self, key: Key) -> Option<&mut Dataset> {
        match &mut self.fork_mut(key)?.kind {
            ForkKind::Distributed(about) => Some(&mut about.dataset),
            _ => None,
        }
    }

    /// The parameters of the first reading. `None` if they cannot be evaluated, so that the state fails.
    fn reader_parameters(&mut self, key: Key, reader: &Reader) -> Option<Data> {
        let template = reader.payload.as_ref();
        let frame = self.frame(key)?;
        let parameters = template.map(|template| template.evaluate(&frame.view()));
        match parameters.unwrap_or_else(|| Ok(Data::empty())) {
            Ok(parameters) => {
                let bucket = parameters.value().get("Bucket").cloned();
                self.dataset(key)?.bucket = bucket.unwrap_or(Value::Null);
                Some(parameters)
            }
            Err(fault) => {
                self.fault(key, &fault);
                self.go_on(key);
                None
            }
        }
    }

    /// Gives the content of a reading, or the error with which the reading failed.
    pub fn give(&mut self, id: ReadId, content: Result<Content, Failure>) {
        let Some(key) = self.waiting.remove(&id.0).filter(|key| self.is_alive(*key)) else {
            return;
        };
        let machine = Rc::clone(&self.machine);
        let Some((_, map)) = self.map_state(key, &machine) else {
            return;
        };
        let Some(distributed) = &map.distributed else {
            return;
        };
        let items = match content.and_then(|content| self.read_content(key, distributed, content)) {
            Ok(Step::Items(items)) => items.into_iter().map(|value| MapItem {
                value: Data::new(value),
                key: None,
            }),
            Ok(Step::More(object)) => {
                if let Some(dataset) = self.dataset(key) {
                    dataset.next = Some(object);
                }
                return self.ready.push_back((key, Turn::Read));
            }
            Err(failure) => return self.map_run_failed(key, failure),
        };
        if let Err(fault) = self.start_items(key, map, distributed, items.collect()) {
            self.fault(key, &fault);
        }
        // Without items, the state has ended.
        self.go_on(key);
    }

    fn read_content(
        &mut self,
        key: Key,
        distributed: &Distributed,
        content: Content,
    ) -> Result<Step, Failure> {
        let Some(reader) = &distributed.reader else {
            return Ok(Step::Items(Vec::new()));
        };
        let frame = self.frame(key).ok_or_else(Failure::default)?;
        let most = settings::integer(reader.max_items.as_ref(), "MaxItems", &frame.view());
        let most = most.map_err(|fault| Failure::new("States.ItemReaderFailed", fault.message))?;
        let dataset = self.dataset(key).ok_or_else(Failure::default)?;
        let mut reading = match dataset.reading.take() {
            Some(reading) => reading,
            None => Reading::new(&reader.config, most)?,
        };
        let step = reading.give(content)?;
        dataset.reading = Some(reading);
        Ok(step)
    }

    /// Starts the child executions of the first items.
    fn start_items(
        &mut self,
        key: Key,
        map: &Map,
        distributed: &Distributed,
        items: Vec<MapItem>,
    ) -> Result<(), Fault> {
        let items = match &distributed.batcher {
            Some(_) => self.batches(key, map, distributed, items)?,
            None => items,
        };
        let length = items.len();
        let Some(fork) = self.fork_mut(key) else {
            return Ok(());
        };
        fork.items = items;
        fork.pending = length;
        let ForkKind::Distributed(about) = &fork.kind else {
            return Ok(());
        };
        let (run, concurrency) = (about.run, about.concurrency);
        if let Some(run) = self.map_runs.get_mut(run) {
            run.children = vec![None; length];
        }
        if length == 0 {
            self.map_run_done(key);
            return Ok(());
        }
        for _ in 0..concurrency.min(length) {
            self.start_item(key, map)?;
        }
        Ok(())
    }

    /// Groups the items. Each item goes through `ItemSelector` first.
    fn batches(
        &mut self,
        key: Key,
        map: &Map,
        distributed: &Distributed,
        items: Vec<MapItem>,
    ) -> Result<Vec<MapItem>, Fault> {
        let Some(batcher) = &distributed.batcher else {
            return Ok(items);
        };
        let frame = self.frame_of(key)?;
        let view = frame.view();
        let size = |setting: &Option<Setting>, field: &str| -> Result<Option<u64>, Fault> {
            let size = settings::integer(setting.as_ref(), field, &view)?;
            size.map(|size| match u64::try_from(size) {
                Ok(size) if size > 0 => Ok(size),
                _ => Err(Fault::runtime(format!("{field} must be positive."))),
            })
            .transpose()
        };
        let most = size(&batcher.max_items, "MaxItemsPerBatch")?;
        let bytes = size(&batcher.max_bytes, "MaxInputBytesPerBatch")?;
        let input = batcher
            .input
            .as_ref()
            .map(|template| template.evaluate(&view));
        let input = input.transpose()?.map(Data::into_value);
        let mut selected = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            selected.push(self.iteration_input(key, map, index, item)?.1.into_value());
        }
        let batches = dataset::batches(selected, most, bytes, input.as_ref())
            .map_err(|failure| Fault::runtime(failure.cause.unwrap_or_default()))?;
        let batches = batches.into_iter().map(|value| MapItem {
            value: Data::new(value),
            key: None,
        });
        Ok(batches.collect())
    }

    /// Starts the child execution of the next item.
    fn start_item(&mut self, key: Key, map: &Map) -> Result<(), Fault> {
        let Some((index, item)) = self.next_item(key) else {
            return Ok(());
        };
        let batched = map
            .distributed
            .as_ref()
            .is_some_and(|map| map.batcher.is_some());
        let (item, input) = if batched {
            let value = item.value.clone();
            let item = crate::context::Item {
                index,
                value: item.value,
                key: None,
            };
            (Rc::new(item), value)
        } else {
            self.iteration_input(key, map, index, item)?
        };
        let machine = Rc::clone(&self.machine);
        let Some(scope) = machine.scope(map.scope) else {
            return Ok(());
        };
        let Some(child) = self.child(key, index, scope.start, input.clone(), Some(item)) else {
            return Ok(());
        };
        let express = map.distributed.as_ref().is_some_and(|map| map.express);
        let info = self.child_info(key, input.clone(), express);
        let run = self.next_run;
        self.next_run += 1;
        let mut history = History::default();
        let role = info.role.clone();
        history.add(0, self.now, EventKind::ExecutionStarted { input, role });
        self.runs.insert(run, Run { info, history });
        if let Some(thread) = self.thread_mut(child) {
            thread.run = run;
            thread.last = 0;
        }
        if let Some(fork) = self.fork_mut(key) {
            fork.children.insert(index, child);
        }
        self.limit_child(child, express);
        self.ready.push_back((child, Turn::Enter));
        Ok(())
    }

    fn child_info(&mut self, key: Key, input: Data, express: bool) -> Rc<ExecutionInfo> {
        let name = self.entropy.borrow_mut().uuid();
        let now = self.now;
        let label = match self.fork_mut(key).map(|fork| &fork.kind) {
            Some(ForkKind::Distributed(about)) => about.label.clone(),
            _ => String::new(),
        };
        let parent = self
            .thread(key)
            .and_then(|thread| self.runs.get(&thread.run));
        match parent {
            Some(parent) => parent.info.child(&label, name, express, input, now),
            None => Rc::new(ExecutionInfo::of(&self.start)),
        }
    }

    /// A child execution has ended.
    pub(super) fn item_done(
        &mut self,
        ended: &Thread,
        parent: Parent,
        result: Result<Data, Failure>,
    ) {
        let key = parent.key;
        let failed = result.is_err();
        let Some(fork) = self.fork_mut(key) else {
            return;
        };
        fork.children.remove(&parent.index);
        fork.pending -= 1;
        let (pending, items) = (fork.pending, fork.items.len());
        let ForkKind::Distributed(about) = &mut fork.kind else {
            return;
        };
        about.failures += usize::from(failed);
        let exceeded = about.tolerance.is_exceeded(about.failures, items);
        let run = about.run;
        let ended = self.child_of(ended, result);
        if let Some(slot) = self
            .map_runs
            .get_mut(run)
            .and_then(|run| run.children.get_mut(parent.index))
        {
            *slot = ended;
        }
        if failed && exceeded {
            let last = self.thread(key).map_or(0, |thread| thread.last);
            self.abort_children(key, last);
            return self.map_run_failed(key, threshold_exceeded());
        }
        if pending == 0 {
            self.map_run_done(key);
            self.go_on(key);
            return;
        }
        let machine = Rc::clone(&self.machine);
        if let Some((_, map)) = self.map_state(key, &machine)
            && let Err(fault) = self.start_item(key, map)
        {
            self.fault(key, &fault);
            self.go_on(key);
        }
    }

    /// Ends the execution of a child.
    fn child_of(&mut self, ended: &Thread, result: Result<Data, Failure>) -> Option<Child> {
        let mut run = self.runs.remove(&ended.run)?;
        let status = match &result {
            Ok(_) => Status::Succeeded,
            Err(_) => Status::Failed,
        };
        let failure = result.as_ref().err().cloned().unwrap_or_default();
        let event = last_event(status, result.as_ref().ok(), &failure);
        run.history.add(ended.last, self.now, event);
        let events = match self.start.inspect {
            true => run.history.into_events(),
            false => Vec::new(),
        };
        Some(Child {
            result: ChildResult {
                execution_arn: run.info.id.clone(),
                name: run.info.name.clone(),
                machine_arn: run.info.machine_id.clone(),
                input: run.info.input.clone(),
                result,
                started: run.info.started,
                stopped: self.now,
            },
            events,
        })
    }

    /// All items of a Map Run have ended, and not too many have failed.
    fn map_run_done(&mut self, key: Key) {
        let machine = Rc::clone(&self.machine);
        let Some((_, map)) = self.map_state(key, &machine) else {
            return;
        };
        let Some(distributed) = &map.distributed else {
            return;
        };
        let output = match self.map_output(key, distributed) {
            Ok(output) => output,
            Err(fault) => return self.fault(key, &fault),
        };
        let succeeded = self.emit(key, EventKind::MapRunSucceeded);
        self.emit_after(key, succeeded, EventKind::MapStateSucceeded);
        self.work_done(key, output);
    }

    /// The result of a distributed Map state.
    fn map_output(&mut self, key: Key, distributed: &Distributed) -> Result<Data, Fault> {
        let frame = self.frame_of(key)?;
        let (run, uuid) = match self.fork_mut(key).map(|fork| &fork.kind) {
            Some(ForkKind::Distributed(about)) => (about.run, about.uuid.clone()),
            _ => return Ok(Data::empty()),
        };
        let payload = distributed
            .writer
            .as_ref()
            .and_then(|writer| writer.payload.as_ref());
        let payload = payload
            .map(|template| template.evaluate(&frame.view()))
            .transpose()?;
        let config = distributed
            .writer
            .as_ref()
            .and_then(|writer| writer.config.as_ref());
        let Some(run) = self.map_runs.get_mut(run) else {
            return Ok(Data::empty());
        };
        let results: Vec<&ChildResult> = run
            .children
            .iter()
            .flatten()
            .map(|child| &child.result)
            .collect();
        let Some(payload) = payload else {
            return Ok(Data::new(dataset::collected(&results, config)));
        };
        let text = |name: &str| {
            payload
                .value()
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or("")
        };
        let written = dataset::written(
            &run.arn,
            text("Bucket"),
            text("Prefix"),
            &uuid,
            &results,
            config,
        );
        run.files = written.files;
        Ok(Data::new(json!({
            "MapRunArn": run.arn,
            "ResultWriterDetails": { "Bucket": text("Bucket"), "Key": written.manifest },
        })))
    }

    /// The Map Run has failed as a whole.
    pub(super) fn map_run_failed(&mut self, key: Key, failure: Failure) {
        let last = self.emit(key, EventKind::MapRunFailed(failure.clone()));
        self.fork_failed(key, last, failure);
    }
}
