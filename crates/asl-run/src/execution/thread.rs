//! Threads: the states of one scope that run one after another.

use std::rc::Rc;

use crate::context::{ContextObject, Item};
use crate::machine::StateId;
use crate::view::Variables;
use crate::{Data, Failure, Moment};

use super::fork::Fork;
use super::inspection::Inspection;
use super::task::{Reply, TaskWork};
use super::{Execution, ROOT};

/// Names a thread. A key outlives its thread: the epoch tells threads apart that had the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    place: usize,
    epoch: u64,
}

/// The next action of a thread.
#[derive(Debug)]
pub(super) enum Turn {
    /// Enters its state.
    Enter,
    /// Does the work of its state again, after a retrier waited.
    Work,
    /// Begins the task that it scheduled.
    Begin,
    /// Its task was submitted.
    Submitted(Data),
    /// Its task has an answer, if it is still the attempt of this number.
    Answered(u64, Reply),
    /// Its task has waited too long, if it is still the attempt of this number.
    TaskTimeout(u64),
    /// The time of a Wait state is over.
    Waited,
    /// The time of the whole execution, or of a child execution, is over.
    ExecutionTimeout,
    /// The history of a child execution is full.
    HistoryFull,
    /// Reads the items of a distributed Map state.
    Read,
    /// Ends with an error, which its parent handles.
    Fail(Failure),
}

/// The thread that waits for a thread, and the index of the branch or the iteration there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parent {
    pub key: Key,
    pub index: usize,
}

/// States that run one after another.
#[derive(Debug)]
pub(super) struct Thread {
    epoch: u64,
    /// The execution whose history has its events.
    pub run: usize,
    pub state: StateId,
    /// The raw input of the state.
    pub input: Data,
    /// The input after `InputPath`.
    pub selected: Data,
    pub variables: Rc<Variables>,
    /// The last event.
    pub last: u64,
    /// The event with which the state was entered, and the one before it.
    pub entered: u64,
    pub before_entered: u64,
    pub entered_at: Moment,
    /// How often each retrier of the state was used.
    pub retries: Vec<u64>,
    pub retry_count: u64,
    /// Number of the current attempt, for timers of earlier ones.
    pub attempt: u64,
    pub parent: Option<Parent>,
    pub item: Option<Rc<Item>>,
    pub token: Option<Rc<str>>,
    /// Whether the thread is ready to enter its state.
    pub enters: bool,
    pub work: Work,
    pub inspection: Option<Box<Inspection>>,
}

/// What the state of a thread waits for.
#[derive(Debug)]
pub(super) enum Work {
    Nothing,
    Task(Box<TaskWork>),
    Fork(Box<Fork>),
}

impl Thread {
    pub(super) fn new(run: usize, state: StateId, input: Data, variables: Rc<Variables>) -> Self {
        Self {
            epoch: 0,
            run,
            state,
            selected: input.clone(),
            input,
            variables,
            last: 0,
            entered: 0,
            before_entered: 0,
            entered_at: Moment(0),
            retries: Vec::new(),
            retry_count: 0,
            attempt: 0,
            parent: None,
            item: None,
            token: None,
            enters: false,
            work: Work::Nothing,
            inspection: None,
        }
    }

    /// The thread has entered its state with an event.
    pub(super) fn entered(&mut self, id: u64, before: u64, now: Moment, retriers: usize) {
        self.entered = id;
        self.before_entered = before;
        self.entered_at = now;
        self.retries.clear();
        self.retries.resize(retriers, 0);
        self.retry_count = 0;
        self.attempt += 1;
        self.token = None;
        self.work = Work::Nothing;
    }
}

impl Execution {
    pub(super) fn spawn(&mut self, thread: Thread) -> Key {
        self.epoch += 1;
        let epoch = self.epoch;
        let place = self.free.pop().unwrap_or_else(|| {
            self.threads.push(None);
            self.threads.len() - 1
        });
        if let Some(slot) = self.threads.get_mut(place) {
            *slot = Some(Thread { epoch, ..thread });
        }
        Key { place, epoch }
    }

    pub(super) fn is_alive(&self, key: Key) -> bool {
        self.thread(key).is_some()
    }

    pub(super) fn thread(&self, key: Key) -> Option<&Thread> {
        let thread = self.threads.get(key.place)?.as_ref()?;
        (thread.epoch == key.epoch).then_some(thread)
    }

    pub(super) fn thread_mut(&mut self, key: Key) -> Option<&mut Thread> {
        let thread = self.threads.get_mut(key.place)?.as_mut()?;
        (thread.epoch == key.epoch).then_some(thread)
    }

    /// Removes a thread that has ended.
    pub(super) fn remove(&mut self, key: Key) -> Option<Thread> {
        if !self.is_alive(key) {
            return None;
        }
        self.free.push(key.place);
        self.threads.get_mut(key.place)?.take()
    }

    /// Whether a timer still means what it meant when it was set.
    pub(super) fn is_due(&self, key: Key, turn: &Turn) -> bool {
        match turn {
            Turn::TaskTimeout(attempt) | Turn::Answered(attempt, _) => self
                .thread(key)
                .is_some_and(|thread| thread.attempt == *attempt),
            _ => true,
        }
    }

    /// The context object of the state of a thread.
    pub(super) fn context(&self, key: Key) -> Option<ContextObject> {
        let thread = self.thread(key)?;
        let run = self
            .runs
            .get(&thread.run)
            .or_else(|| self.runs.get(&ROOT))?;
        let state = self.machine.state(thread.state)?;
        Some(ContextObject {
            execution: Rc::clone(&run.info),
            state: Rc::clone(&state.name),
            entered: thread.entered_at,
            retry_count: state.can_retry().then_some(thread.retry_count),
            token: thread.token.clone(),
            item: thread.item.clone(),
            given: self
                .single
                .as_ref()
                .and_then(|single| single.context.clone()),
        })
    }
}
