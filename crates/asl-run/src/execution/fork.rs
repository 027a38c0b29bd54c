//! Parallel states and inline Map states.
//!
//! Source: the developer guide, "Parallel workflow state", "Using Map state in Inline mode". The order and the
//! links of the events are those of executions recorded on AWS.

use std::collections::BTreeMap;
use std::rc::Rc;

use asl::model::QueryLanguage;
use serde_json::{Map as Members, Value, json};

use crate::context::Item;
use crate::fault::{Fault, QUERY};
use crate::history::{EventKind, Iteration};
use crate::machine::{Kind, Map, ScopeId, State};
use crate::template::Template;
use crate::view::Variables;
use crate::{Data, Failure};

use super::distributed::DistributedFork;
use super::flow::Frame;
use super::recovery::Problem;
use super::settings;
use super::thread::{Key, Parent, Thread, Turn, Work};
use super::{Execution, ROOT};

/// Maximum number of iterations of an inline Map state that run at the same time.
const INLINE_CONCURRENCY: usize = 40;

/// The branches or iterations that a thread waits for.
#[derive(Debug)]
pub(super) struct Fork {
    pub kind: ForkKind,
    /// The results by index.
    pub results: Vec<Option<Data>>,
    /// The running children by index, which is the order in which they were started.
    pub children: BTreeMap<usize, Key>,
    /// The items of a Map state.
    pub items: Vec<MapItem>,
    /// Index of the next item.
    pub next: usize,
    /// Number of children that have not ended.
    pub pending: usize,
}

#[derive(Debug)]
pub(super) enum ForkKind {
    Parallel,
    Map,
    Distributed(Box<DistributedFork>),
}

/// An item of a Map state.
#[derive(Debug, Clone)]
pub(super) struct MapItem {
    pub value: Data,
    /// The name of the member, if the Map state processes an object.
    pub key: Option<Rc<str>>,
}

impl MapItem {
    fn of(value: Value) -> Self {
        Self {
            value: Data::new(value),
            key: None,
        }
    }
}

impl Execution {
    pub(super) fn fork_branches(
        &mut self,
        key: Key,
        state: &State,
        branches: &[ScopeId],
    ) -> Result<(), Fault> {
        let input = self.payload(key, state)?;
        if self.is_mocked() {
            self.mocked(key);
            return Ok(());
        }
        self.emit(key, EventKind::ParallelStateStarted);
        let Some(last) = self.thread(key).map(|thread| thread.last) else {
            return Ok(());
        };
        let mut fork = Fork::new(ForkKind::Parallel, Vec::new(), branches.len());
        fork.pending = branches.len();
        let machine = Rc::clone(&self.machine);
        for (index, scope) in branches.iter().enumerate() {
            let Some(scope) = machine.scope(*scope) else {
                continue;
            };
            if let Some(child) = self.child(key, index, scope.start, input.clone(), None) {
                self.set_last(child, last);
                fork.children.insert(index, child);
                self.ready.push_back((child, Turn::Enter));
            }
        }
        self.set_fork(key, fork);
        Ok(())
    }

    pub(super) fn map(&mut self, key: Key, state: &State, map: &Map) -> Result<(), Fault> {
        let frame = self.frame_of(key)?;
        let view = frame.view();
        let items = match map.distributed.as_ref().and_then(|map| map.reader.as_ref()) {
            Some(_) => Vec::new(),
            None => self.items(key, state, map, &frame)?,
        };
        let most = settings::integer(map.max_concurrency.as_ref(), "MaxConcurrency", &view)?;
        let most = most.map_or(0, |most| usize::try_from(most).unwrap_or(0));
        self.inspect(key, move |inspection, _| {
            inspection.max_concurrency = Some(most as u64);
        });
        if self.is_mocked() {
            return self.mocked_map(key, map, &items);
        }
        let length = items.len();
        self.emit(key, EventKind::MapStateStarted { length });
        if let Some(distributed) = &map.distributed {
            return self.begin_map_run(key, map, distributed, items, most);
        }
        let mut fork = Fork::new(ForkKind::Map, items, length);
        fork.pending = length;
        self.set_fork(key, fork);
        let Some(last) = self.thread(key).map(|thread| thread.last) else {
            return Ok(());
        };
        if length == 0 {
            self.join(key, last);
            return Ok(());
        }
        let most = if most == 0 {
            INLINE_CONCURRENCY
        } else {
            most.min(INLINE_CONCURRENCY)
        };
        for _ in 0..most.min(length) {
            self.iterate(key, last)?;
        }
        Ok(())
    }

    /// The items of a Map state.
    fn items(
        &mut self,
        key: Key,
        state: &State,
        map: &Map,
        frame: &Frame,
    ) -> Result<Vec<MapItem>, Fault> {
        let view = frame.view();
        let found = match (&map.items, &map.items_path) {
            (Some(template), _) => template.evaluate(&view)?,
            (None, Some(field)) => view.path_data(&field.path).map_err(|error| {
                Fault::runtime(format!("Invalid path '{}' : {}", field.text, error.message))
            })?,
            (None, None) if state.language == QueryLanguage::JSONata => frame.input.clone(),
            (None, None) => frame.selected.clone(),
        };
        let kept = found.clone();
        let path = map.items_path.is_some();
        self.inspect(key, move |inspection, _| {
            if path {
                inspection.after_items_path = Some(kept);
            }
        });
        match found.value() {
            Value::Array(_) => Ok(elements(found)),
            Value::Object(members) if map.distributed.is_some() => Ok(entries(members)),
            other => Err(match (&map.items, state.language) {
                (Some(Template::Jsonata(field)), _) => field.unexpected("array", other),
                (_, QueryLanguage::JSONata) => Fault {
                    error: QUERY,
                    ..Fault::runtime(format!("Map state input must be an array but was: {other}"))
                },
                (_, QueryLanguage::JSONPath) => Fault::runtime(format!(
                    "Reference path \"{}\" must point to array.",
                    map.items_path.as_ref().map_or("$", |field| &field.text)
                )),
            }),
        }
    }

    /// Starts the next iteration of an inline Map state. Its first event follows another one.
    fn iterate(&mut self, key: Key, previous: u64) -> Result<(), Fault> {
        let machine = Rc::clone(&self.machine);
        let Some((state, map)) = self.map_state(key, &machine) else {
            return Ok(());
        };
        let Some((index, item)) = self.next_item(key) else {
            return Ok(());
        };
        let (item, input) = self.iteration_input(key, map, index, item)?;
        let Some(scope) = machine.scope(map.scope) else {
            return Ok(());
        };
        let event = EventKind::MapIterationStarted(Iteration {
            name: Rc::clone(&state.name),
            index,
        });
        let started = self.emit_after(key, previous, event);
        if let Some(child) = self.child(key, index, scope.start, input, Some(item)) {
            self.set_last(child, started);
            if let Some(fork) = self.fork_mut(key) {
                fork.children.insert(index, child);
            }
            self.ready.push_back((child, Turn::Enter));
        }
        Ok(())
    }

    pub(super) fn map_state<'m>(
        &self,
        key: Key,
        machine: &'m crate::Machine,
    ) -> Option<(&'m State, &'m Map)> {
        let state = machine.state(self.thread(key)?.state)?;
        match &state.kind {
            Kind::Map(map) => Some((state, map)),
            _ => None,
        }
    }

    /// Takes the next item of a Map state.
    pub(super) fn next_item(&mut self, key: Key) -> Option<(usize, MapItem)> {
        let fork = self.fork_mut(key)?;
        let index = fork.next;
        let item = fork.items.get(index)?.clone();
        fork.next += 1;
        Some((index, item))
    }

    /// The input of an iteration, and its item in the context object.
    pub(super) fn iteration_input(
        &mut self,
        key: Key,
        map: &Map,
        index: usize,
        item: MapItem,
    ) -> Result<(Rc<Item>, Data), Fault> {
        let item = Rc::new(Item {
            index,
            value: item.value,
            key: item.key,
        });
        let Some(template) = &map.item_selector else {
            let input = item.value.clone();
            return Ok((item, input));
        };
        let mut frame = self.frame_of(key)?;
        frame.context.item = Some(Rc::clone(&item));
        let input = template.evaluate(&frame.view())?;
        if index == 0 {
            let kept = input.clone();
            self.inspect(key, move |inspection, _| {
                inspection.after_item_selector = Some(kept);
            });
        }
        Ok((item, input))
    }

    /// A thread for a branch or an iteration.
    pub(super) fn child(
        &mut self,
        key: Key,
        index: usize,
        start: crate::machine::StateId,
        input: Data,
        item: Option<Rc<Item>>,
    ) -> Option<Key> {
        let parent = self.thread(key)?;
        let variables = Rc::new(Variables::inside(&parent.variables));
        let mut thread = Thread::new(parent.run, start, input, variables);
        thread.item = item.or_else(|| parent.item.clone());
        thread.parent = Some(Parent { key, index });
        Some(self.spawn(thread))
    }

    pub(super) fn set_last(&mut self, key: Key, last: u64) {
        if let Some(thread) = self.thread_mut(key) {
            thread.last = last;
        }
    }

    pub(super) fn set_fork(&mut self, key: Key, fork: Fork) {
        if let Some(thread) = self.thread_mut(key) {
            thread.work = Work::Fork(Box::new(fork));
        }
    }

    pub(super) fn fork_mut(&mut self, key: Key) -> Option<&mut Fork> {
        match &mut self.thread_mut(key)?.work {
            Work::Fork(fork) => Some(fork),
            _ => None,
        }
    }

    /// A branch or an iteration has ended.
    pub(super) fn child_done(&mut self, child: Key, parent: Parent, output: Data) {
        let Some(ended) = self.remove(child) else {
            return;
        };
        let key = parent.key;
        let Some(fork) = self.fork_mut(key) else {
            return;
        };
        if matches!(fork.kind, ForkKind::Distributed(_)) {
            return self.item_done(&ended, parent, Ok(output));
        }
        if let Some(slot) = fork.results.get_mut(parent.index) {
            *slot = Some(output);
        }
        fork.children.remove(&parent.index);
        fork.pending -= 1;
        let (pending, is_map) = (fork.pending, matches!(fork.kind, ForkKind::Map));
        let mut last = ended.last;
        if is_map {
            last = self.emit_iteration(
                key,
                parent.index,
                ended.last,
                EventKind::MapIterationSucceeded,
            );
            if pending > 0
                && let Err(fault) = self.iterate(key, ended.last)
            {
                self.fault(key, &fault);
                self.go_on(key);
                return;
            }
        }
        if pending == 0 {
            self.join(key, last);
            self.go_on(key);
        }
    }

    fn emit_iteration(
        &mut self,
        key: Key,
        index: usize,
        previous: u64,
        event: fn(Iteration) -> EventKind,
    ) -> u64 {
        let state = self.thread(key).map(|thread| thread.state);
        let name = state.and_then(|state| self.machine.state(state));
        let Some(name) = name.map(|state| Rc::clone(&state.name)) else {
            return 0;
        };
        self.emit_after(key, previous, event(Iteration { name, index }))
    }

    /// All branches or iterations have ended.
    fn join(&mut self, key: Key, last: u64) {
        let Some(fork) = self.fork_mut(key) else {
            return;
        };
        let results = std::mem::take(&mut fork.results);
        let event = match fork.kind {
            ForkKind::Parallel => EventKind::ParallelStateSucceeded,
            ForkKind::Map | ForkKind::Distributed(_) => EventKind::MapStateSucceeded,
        };
        self.emit_after(key, last, event);
        self.set_last(key, last);
        let outputs = results
            .into_iter()
            .map(|result| result.map_or(Value::Null, Data::into_value));
        let output = Data::new(outputs.collect());
        self.work_done(key, output);
    }

    /// The work of a state has a result.
    pub(super) fn work_done(&mut self, key: Key, output: Data) {
        let kept = output.clone();
        self.inspect(key, move |inspection, _| inspection.result = Some(kept));
        if let Some(thread) = self.thread_mut(key) {
            thread.work = Work::Nothing;
        }
        self.complete(key, Some(output));
    }

    /// A branch or an iteration has failed.
    pub(super) fn child_failed(&mut self, child: Key, failure: Failure) {
        let Some(parent) = self.thread(child).and_then(|thread| thread.parent) else {
            return;
        };
        let key = parent.key;
        let aborted = self.aborted_event(child);
        let Some(ended) = self.remove(child) else {
            return;
        };
        let Some(fork) = self.fork_mut(key) else {
            return;
        };
        if matches!(fork.kind, ForkKind::Distributed(_)) {
            return self.item_done(&ended, parent, Err(failure));
        }
        fork.children.remove(&parent.index);
        let is_map = matches!(fork.kind, ForkKind::Map);
        if is_map {
            self.emit_iteration(key, parent.index, ended.last, EventKind::MapIterationFailed);
        }
        if let Some(event) = aborted {
            self.emit_after(key, ended.last, event);
        }
        self.abort_children(key, ended.last);
        self.fork_failed(key, ended.last, failure);
    }

    /// The fork of a thread has failed with an event.
    pub(super) fn fork_failed(&mut self, key: Key, last: u64, failure: Failure) {
        self.set_last(key, last);
        if let Some(thread) = self.thread_mut(key) {
            thread.work = Work::Nothing;
        }
        let problem = Problem::from(failure);
        if self.retry(key, &problem) {
            return;
        }
        let machine = Rc::clone(&self.machine);
        let state = self
            .thread(key)
            .and_then(|thread| machine.state(thread.state));
        match state.map(|state| &state.kind) {
            Some(Kind::Map(_)) => self.emit(key, EventKind::MapStateFailed),
            _ => self.emit(key, EventKind::ParallelStateFailed),
        };
        self.catch(key, problem);
        self.go_on(key);
    }

    /// The event that says that the running state of a thread is aborted. Some types of states have none.
    fn aborted_event(&self, key: Key) -> Option<EventKind> {
        let state = self.machine.state(self.thread(key)?.state)?;
        matches!(
            state.kind,
            Kind::Task(_) | Kind::Wait(_) | Kind::Parallel { .. } | Kind::Map(_)
        )
        .then(|| EventKind::StateAborted {
            ty: state.type_name(),
        })
    }

    /// Aborts the branches or iterations that are running.
    pub(super) fn abort_children(&mut self, key: Key, last: u64) {
        let Some(fork) = self.fork_mut(key) else {
            return;
        };
        let is_map = matches!(fork.kind, ForkKind::Map);
        let children = std::mem::take(&mut fork.children);
        for (index, child) in children {
            if is_map {
                self.emit_iteration(key, index, last, EventKind::MapIterationAborted);
            }
            self.abort_children(child, last);
            let same_run = self.thread(child).map(|thread| thread.run)
                == self.thread(key).map(|thread| thread.run);
            if let Some(event) = self.aborted_event(child).filter(|_| same_run) {
                self.emit_after(key, last, event);
            }
            let run = self.remove(child).map_or(ROOT, |thread| thread.run);
            if !same_run {
                self.runs.remove(&run);
            }
        }
    }
}

impl Fork {
    pub(super) fn new(kind: ForkKind, items: Vec<MapItem>, length: usize) -> Self {
        Self {
            kind,
            results: vec![None; length],
            children: BTreeMap::new(),
            items,
            next: 0,
            pending: 0,
        }
    }
}

/// The elements of an array as items. They are moved if nothing else holds the array.
fn elements(array: Data) -> Vec<MapItem> {
    match array.into_value() {
        Value::Array(elements) => elements.into_iter().map(MapItem::of).collect(),
        _ => Vec::new(),
    }
}

/// The members of an object as items.
///
/// Source: the developer guide, "Map state processing modes": a distributed Map state processes an object as
/// key-value pairs.
fn entries(members: &Members<String, Value>) -> Vec<MapItem> {
    members
        .iter()
        .map(|(name, value)| MapItem {
            value: Data::new(json!({ "Key": name, "Value": value })),
            key: Some(name.as_str().into()),
        })
        .collect()
}
