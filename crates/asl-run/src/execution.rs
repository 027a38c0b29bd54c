//! The execution of a state machine.
//!
//! An execution does no I/O and has no clock. It runs until it needs something, which [`Execution::advance`] returns
//! as a [`Request`]: the answer of a task, the content of a dataset, or that time passes. Whoever drives it
//! answers and calls `next` again.
//!
//! A [`Thread`] runs the states of one scope, one after another: the state machine, a branch of a Parallel state,
//! or the states for an item of a Map state. A thread whose state waits is neither ready nor has a turn; a timer
//! or the end of its children gives it one.

mod distributed;
mod flow;
mod fork;
mod inspection;
mod limits;
mod outcome;
mod recovery;
mod settings;
mod single;
mod task;
mod thread;

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use crate::context::ExecutionInfo;
use crate::history::{EventKind, History};
use crate::machine::{Kind, Machine, State};
use crate::view::Variables;
use crate::{Data, Entropy, Failure, Moment, Seeded};

pub use distributed::{Child, MapRun, Read, ReadId};
pub use inspection::{ErrorDetails, Inspection};
pub use outcome::{Outcome, Status};
pub use task::{Answer, Call, CallId, Reply};

use limits::{history_full, timed_out};
use thread::{Key, Thread, Turn};

/// How an execution is started.
#[derive(Debug, Clone)]
pub struct Start {
    /// Input of the execution.
    pub input: Value,
    /// Name of the execution.
    pub name: String,
    /// Name of the state machine.
    pub machine: String,
    /// Region.
    pub region: String,
    /// Account ID.
    pub account: String,
    /// ARN of the execution role.
    pub role: String,
    /// Start time.
    pub time: Moment,
    /// Whether the execution is an Express execution.
    pub express: bool,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Whether to keep the data flow of each state.
    pub inspect: bool,
    /// Whether the context object has `RedriveCount`. Tests of a single state have none.
    pub redrivable: bool,
    /// Variables that are set at the start. Only tests of a single state have some.
    pub variables: Vec<(String, Value)>,
    /// Maximum number of states that the execution may enter, so that an endless workflow ends.
    pub max_states: u64,
}

/// How a single state is tested.
#[derive(Debug, Clone, Default)]
pub(crate) struct Single {
    /// How a Task, Parallel or Map state ends.
    pub mock: Option<Reply>,
    /// The context object.
    pub context: Option<Data>,
    /// How often the retrier that has the error was used before.
    pub retries: u64,
    /// How many items of a Map state fail.
    pub failed_items: Option<u64>,
    /// The items that the reader of a Map state reads.
    pub items: Option<Value>,
}

impl Default for Start {
    fn default() -> Self {
        Self {
            input: Value::Object(serde_json::Map::new()),
            name: "execution".to_owned(),
            machine: "machine".to_owned(),
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
            role: "arn:aws:iam::000000000000:role/role".to_owned(),
            time: Moment(0),
            express: false,
            seed: 0,
            inspect: false,
            redrivable: true,
            variables: Vec::new(),
            max_states: 10_000_000,
        }
    }
}

/// A request of an execution to its caller.
#[derive(Debug)]
pub enum Request {
    /// The answer of a task: call [`Execution::answer`].
    Call(Call),
    /// The content of a dataset: call [`Execution::give`].
    Read(Read),
    /// That time passes until a moment. The clock of the execution is already there.
    Wait(Moment),
    /// Nothing: the execution has ended.
    Ended,
}

/// A running execution, or a child execution of a distributed Map state.
#[derive(Debug)]
struct Run {
    info: Rc<ExecutionInfo>,
    history: History,
}

/// An execution of a state machine.
pub struct Execution {
    machine: Rc<Machine>,
    start: Start,
    /// Only the first state runs, as `TestState` does.
    single: Option<Single>,
    /// The execution itself, and the child executions that are running.
    runs: HashMap<usize, Run>,
    next_run: usize,
    threads: Vec<Option<Thread>>,
    free: Vec<usize>,
    epoch: u64,
    /// The thread of the execution itself.
    root: Option<Key>,
    ready: VecDeque<(Key, Turn)>,
    timers: BinaryHeap<Reverse<Timer>>,
    sequence: u64,
    now: Moment,
    entropy: Rc<RefCell<dyn Entropy>>,
    waiting: HashMap<u64, Key>,
    next_request: u64,
    inspections: Vec<Inspection>,
    map_runs: Vec<distributed::MapRun>,
    states_entered: u64,
    visited: Vec<Visit>,
    outcome: Option<Outcome>,
}

/// A state that was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Name of the state.
    pub state: Rc<str>,
    /// The state it went to, if it has ended. `None` if the branch or the workflow ended with it.
    pub next: Option<Rc<str>>,
    /// The transition to the next state.
    pub by: By,
}

impl Visit {
    /// Whether the state works again, and has not ended.
    pub fn is_retry(&self) -> bool {
        matches!(self.by, By::Retrier(_))
    }
}

/// The kind of a transition from a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// `Next`, or the end of the state.
    Next,
    /// A rule of a Choice state, by its index.
    Rule(usize),
    /// `Default` of a Choice state.
    Default,
    /// A catcher, by its index.
    Catcher(usize),
    /// A retrier, by its index: the state runs again.
    Retrier(usize),
    /// None: the state has failed, and no catcher has the error.
    Failure,
}

/// When a thread has its next turn.
#[derive(Debug)]
struct Timer {
    time: Moment,
    /// Timers of the same moment go off in the order in which they were set.
    sequence: u64,
    key: Key,
    turn: Turn,
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        self.sequence == other.sequence
    }
}

impl Eq for Timer {}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.time, self.sequence).cmp(&(other.time, other.sequence))
    }
}

/// The run of the execution itself.
const ROOT: usize = 0;

impl Execution {
    /// Starts an execution.
    pub fn new(machine: Rc<Machine>, start: Start) -> Self {
        Self::begin_with(machine, start, None)
    }

    /// Starts a test of the first state.
    pub(crate) fn of_state(machine: Rc<Machine>, start: Start, single: Single) -> Self {
        Self::begin_with(machine, start, Some(single))
    }

    fn begin_with(machine: Rc<Machine>, start: Start, single: Option<Single>) -> Self {
        let info = Rc::new(ExecutionInfo::of(&start));
        let now = start.time;
        let mut execution = Self {
            entropy: Rc::new(RefCell::new(Seeded::new(start.seed))),
            machine,
            runs: HashMap::new(),
            next_run: ROOT + 1,
            threads: Vec::new(),
            free: Vec::new(),
            epoch: 0,
            root: None,
            ready: VecDeque::new(),
            timers: BinaryHeap::new(),
            sequence: 0,
            now,
            waiting: HashMap::new(),
            next_request: 0,
            inspections: Vec::new(),
            map_runs: Vec::new(),
            states_entered: 0,
            visited: Vec::new(),
            outcome: None,
            start,
            single,
        };
        execution.begin(info);
        execution
    }

    fn begin(&mut self, info: Rc<ExecutionInfo>) {
        let mut history = History::default();
        let input = info.input.clone();
        let role = info.role.clone();
        let started = EventKind::ExecutionStarted {
            input: input.clone(),
            role,
        };
        history.add(0, self.now, started);
        self.runs.insert(ROOT, Run { info, history });
        let mut variables = Variables::default();
        for (name, value) in std::mem::take(&mut self.start.variables) {
            variables.set(name, Data::new(value));
        }
        let root = self.machine.root;
        let Some(scope) = self.machine.scope(root) else {
            return;
        };
        let thread = Thread::new(ROOT, scope.start, input, Rc::new(variables));
        let key = self.spawn(thread);
        self.root = Some(key);
        self.ready.push_back((key, Turn::Enter));
        let limit = self.time_limit();
        self.set_timer(key, limit, Turn::ExecutionTimeout);
    }

    /// Runs until the execution needs something or has ended.
    pub fn advance(&mut self) -> Request {
        loop {
            if self.outcome.is_some() {
                return Request::Ended;
            }
            if let Some((key, turn)) = self.ready.pop_front() {
                if let Some(request) = self.turn(key, turn) {
                    return request;
                }
                continue;
            }
            let Some(Reverse(timer)) = self.timers.pop() else {
                self.stuck();
                continue;
            };
            if !self.is_alive(timer.key) || !self.is_due(timer.key, &timer.turn) {
                continue;
            }
            let passes = timer.time > self.now;
            self.now = self.now.max(timer.time);
            self.ready.push_back((timer.key, timer.turn));
            self.add_due();
            if passes {
                return Request::Wait(self.now);
            }
        }
    }

    /// Gives a turn to all threads whose timers go off now.
    fn add_due(&mut self) {
        while self
            .timers
            .peek()
            .is_some_and(|Reverse(timer)| timer.time <= self.now)
        {
            if let Some(Reverse(timer)) = self.timers.pop()
                && self.is_due(timer.key, &timer.turn)
            {
                self.ready.push_back((timer.key, timer.turn));
            }
        }
    }

    /// Ends an execution in which nothing can happen any more. Only an answer that was never given leads here.
    fn stuck(&mut self) {
        let failure = Failure::new("States.Runtime", "A task was not answered.");
        self.end_root(Status::Failed, None, failure);
    }

    /// The time of the execution.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// The result, once the execution has ended.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// The events so far.
    pub fn events(&self) -> &[crate::Event] {
        self.runs.get(&ROOT).map_or(&[], |run| run.history.events())
    }

    /// The states that were entered, in the order in which they ended.
    pub fn visits(&self) -> &[Visit] {
        &self.visited
    }

    /// The data flow of the states that have ended, if it is kept.
    pub fn inspections(&self) -> &[Inspection] {
        &self.inspections
    }

    /// The runs of distributed Map states.
    pub fn map_runs(&self) -> &[distributed::MapRun] {
        &self.map_runs
    }

    fn turn(&mut self, key: Key, turn: Turn) -> Option<Request> {
        // Another turn may have ended the attempt in the meantime.
        if !self.is_alive(key) || !self.is_due(key, &turn) {
            return None;
        }
        match turn {
            Turn::Enter => self.run_states(key),
            Turn::Work => {
                self.work(key);
                self.go_on(key)
            }
            Turn::Begin => return self.begin_task(key),
            Turn::Submitted(output) => {
                self.task_submitted(key, output);
                None
            }
            Turn::Answered(_, reply) => {
                self.task_answered(key, reply);
                self.go_on(key)
            }
            Turn::TaskTimeout(_) => {
                self.task_timed_out(key);
                self.go_on(key)
            }
            Turn::Waited => {
                self.complete(key, None);
                self.go_on(key)
            }
            Turn::ExecutionTimeout if self.root == Some(key) => {
                self.execution_timed_out();
                None
            }
            Turn::ExecutionTimeout => {
                self.end_child(key, timed_out());
                None
            }
            Turn::HistoryFull => {
                self.end_child(key, history_full());
                None
            }
            Turn::Read => return self.read_items(key),
            Turn::Fail(failure) => {
                self.child_failed(key, failure);
                None
            }
        };
        None
    }

    /// Runs the states of a thread that is ready to enter its next one.
    fn go_on(&mut self, key: Key) -> Option<()> {
        let enters = self.thread(key).is_some_and(|thread| thread.enters);
        if enters {
            self.run_states(key)
        } else {
            Some(())
        }
    }

    /// Runs states one after another until one waits or the thread ends.
    fn run_states(&mut self, key: Key) -> Option<()> {
        loop {
            let thread = self.thread_mut(key)?;
            thread.enters = false;
            if !self.enter(key) {
                return None;
            }
            self.work(key);
            if !self.thread(key).is_some_and(|thread| thread.enters) {
                return None;
            }
        }
    }

    /// Enters the state of a thread. Returns whether the execution goes on.
    fn enter(&mut self, key: Key) -> bool {
        self.states_entered += 1;
        if self.states_entered > self.start.max_states {
            let cause = format!(
                "The execution entered more than {} states.",
                self.start.max_states
            );
            self.end_root(Status::Failed, None, Failure::new("States.Runtime", cause));
            return false;
        }
        let machine = Rc::clone(&self.machine);
        let Some(thread) = self.thread_mut(key) else {
            return false;
        };
        let Some(state) = machine.state(thread.state) else {
            return false;
        };
        let before = thread.last;
        let event = EventKind::StateEntered {
            ty: state.type_name(),
            name: Rc::clone(&state.name),
            input: thread.input.clone(),
        };
        let id = self.emit(key, event);
        let now = self.now;
        if let Some(thread) = self.thread_mut(key) {
            thread.entered(id, before, now, state.retry.len());
        }
        self.begin_inspection(key);
        self.outcome.is_none() && !self.is_history_full(key)
    }

    /// Does what the state of a thread does.
    fn work(&mut self, key: Key) {
        let machine = Rc::clone(&self.machine);
        let Some(state) = self
            .thread(key)
            .and_then(|thread| machine.state(thread.state))
        else {
            return;
        };
        if let Err(fault) = self.work_of(key, state) {
            self.fault(key, &fault);
        }
    }

    fn work_of(&mut self, key: Key, state: &State) -> Result<(), crate::fault::Fault> {
        self.select_input(key, state)?;
        match &state.kind {
            Kind::Pass { result } => self.pass(key, state, result.as_ref()),
            Kind::Succeed => {
                self.complete(key, None);
                Ok(())
            }
            Kind::Choice(choice) => self.choose(key, state, choice),
            Kind::Wait(wait) => self.wait(key, wait),
            Kind::Fail { error, cause } => {
                self.fail_state(key, state, error.as_ref(), cause.as_ref())
            }
            Kind::Task(task) => self.schedule(key, state, task),
            Kind::Parallel { branches } => self.fork_branches(key, state, branches),
            Kind::Map(map) => self.map(key, state, map),
        }
    }

    /// Adds an event to the history of a thread.
    fn emit(&mut self, key: Key, kind: EventKind) -> u64 {
        let previous = self.thread(key).map_or(0, |thread| thread.last);
        let id = self.emit_after(key, previous, kind);
        if let Some(thread) = self.thread_mut(key) {
            thread.last = id;
        }
        id
    }

    /// Adds an event that follows another one than the last of the thread, and leaves the last one as it is.
    fn emit_after(&mut self, key: Key, previous: u64, kind: EventKind) -> u64 {
        let run = self.thread(key).map_or(ROOT, |thread| thread.run);
        let now = self.now;
        // Nothing happens after the last event.
        if self.outcome.is_some() {
            return 0;
        }
        let most = crate::history::MAX_EVENTS - 1;
        let Some(history) = self.runs.get_mut(&run).map(|run| &mut run.history) else {
            return 0;
        };
        let count = history.events().len() as u64;
        // A child execution ends in its next turn.
        if run != ROOT && count >= most {
            return count;
        }
        let id = history.add(previous, now, kind);
        if id >= most && run == ROOT {
            self.too_many_events();
        } else if id >= most
            && let Some(child) = self.child_around(key)
        {
            self.ready.push_back((child, Turn::HistoryFull));
        }
        id
    }

    fn set_timer(&mut self, key: Key, time: Moment, turn: Turn) {
        self.sequence += 1;
        self.timers.push(Reverse(Timer {
            time,
            sequence: self.sequence,
            key,
            turn,
        }));
    }

    fn after(&mut self, key: Key, delay: Duration, turn: Turn) {
        self.set_timer(key, self.now + delay, turn);
    }
}
