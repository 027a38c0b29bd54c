//! An alias in memory, and deployments of it.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use sfn_aws::alarm::AlarmState;
use sfn_aws::metrics::Counts;
use sfn_aws::{AwsError, AwsErrorKind, Call};
use sfn_deploy::{
    Alias, Clock, Deployment, Description, Failure, Limits, Outcome, Progress, Record, Route,
    Routing, Shift, Strategy, Traffic,
};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub const MINUTE: Duration = Duration::from_mins(1);

/// Calls that fail, by their names, and from when to when.
pub type Faults = Vec<(&'static str, Duration, Duration, AwsErrorKind)>;

/// An alias in memory, and what happens around it.
pub struct World {
    pub begun: Instant,
    pub routing: Mutex<Option<Routing>>,
    /// Time and routes of each write.
    pub writes: Mutex<Vec<(Duration, String)>>,
    /// Time and name of each call.
    pub calls: Mutex<Vec<(Duration, &'static str)>>,
    /// The traffic of each look at the executions.
    pub asked: Mutex<Vec<Traffic>>,
    /// When the alarm is raised.
    pub alarm: Option<Duration>,
    /// Executions of the new version per minute that end, and that fail.
    pub executions: (u64, u64),
    /// Routings that another process writes.
    pub others: Mutex<Vec<(Duration, Option<Routing>)>>,
    pub faults: Faults,
    /// Name and number of the call after which the process is killed.
    pub kill_after: Option<(&'static str, usize)>,
    pub killed: Notify,
}

impl World {
    pub fn new() -> Self {
        Self {
            begun: Instant::now(),
            routing: Mutex::new(Some(routes(&[("6", 100)]))),
            writes: Mutex::default(),
            calls: Mutex::default(),
            asked: Mutex::default(),
            alarm: None,
            executions: (100, 0),
            others: Mutex::default(),
            faults: Vec::new(),
            kill_after: None,
            killed: Notify::new(),
        }
    }

    pub fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Changes of others that are due.
    fn settle(&self) {
        let now = self.now();
        let mut others = self.others.lock().unwrap();
        while others.first().is_some_and(|(time, _)| *time <= now) {
            let mut routing = self.routing.lock().unwrap();
            let kept = routing
                .as_ref()
                .and_then(|routing| routing.description.clone());
            let other = others.remove(0).1;
            *routing = other.map(|mut other| {
                // AWS keeps a description that is not sent.
                if other.description.is_none() {
                    other.description = kept;
                }
                other
            });
        }
    }

    /// Counts a call. Returns its error.
    fn enter(&self, name: &'static str) -> Result<(), AwsError> {
        let now = self.now();
        self.calls.lock().unwrap().push((now, name));
        self.settle();
        let fault = self
            .faults
            .iter()
            .find(|(call, from, to, _)| *call == name && (*from..*to).contains(&now));
        match fault {
            Some((.., kind)) => Err(AwsError {
                code: (*kind == AwsErrorKind::NotFound).then(|| "ResourceNotFound".to_owned()),
                ..AwsError::of(*kind, "Fault", "the call failed")
            }),
            None => Ok(()),
        }
    }

    /// Ends a call. Does not return if the process is killed.
    async fn leave(&self) {
        let last = {
            let calls = self.calls.lock().unwrap();
            let name = calls.last().map_or("", |(_, name)| name);
            let count = calls.iter().filter(|(_, other)| *other == name).count();
            (name, count)
        };
        if self.kill_after == Some(last) {
            self.killed.notify_one();
            std::future::pending::<()>().await;
        }
    }

    /// The routes, and whether a record is left.
    pub fn state(&self) -> (String, bool) {
        let routing = self.routing.lock().unwrap();
        let routing = routing.as_ref().expect("the alias exists");
        let (_, record) = Record::split(routing.description.as_deref());
        (short(routing), record.is_some())
    }

    pub fn written(&self) -> Vec<String> {
        let writes = self.writes.lock().unwrap();
        writes.iter().map(|(_, routes)| routes.clone()).collect()
    }
}

#[async_trait]
impl Alias for World {
    fn title(&self) -> String {
        "alias `live`".into()
    }

    async fn read(&self, _call: &Call) -> Result<Option<Routing>, AwsError> {
        self.enter("read")?;
        self.leave().await;
        Ok(self.routing.lock().unwrap().clone())
    }

    async fn write(&self, _call: &Call, routing: &Routing) -> Result<(), AwsError> {
        self.enter("write")?;
        let time = self.now();
        self.writes.lock().unwrap().push((time, short(routing)));
        *self.routing.lock().unwrap() = Some(routing.clone());
        self.leave().await;
        Ok(())
    }

    async fn counts(
        &self,
        _call: &Call,
        version: &str,
        traffic: Traffic,
    ) -> Result<Counts, AwsError> {
        self.enter("counts")?;
        self.leave().await;
        assert!(["6", "7", "8"].contains(&version), "{version}");
        self.asked.lock().unwrap().push(traffic);
        let is_all = self.state().0 == format!("{version}:100");
        assert_eq!(traffic.all_since.is_some(), is_all, "{traffic:?}");
        let minutes = self.now().as_secs() / 60;
        Ok(Counts {
            ended: minutes * self.executions.0,
            failed: minutes * self.executions.1,
        })
    }

    async fn alarms(&self, _call: &Call, names: &[String]) -> Result<Vec<AlarmState>, AwsError> {
        self.enter("alarms")?;
        self.leave().await;
        let now = self.now();
        let state = |name: &String| AlarmState {
            name: name.clone(),
            is_raised: self.alarm.is_some_and(|time| time <= now),
        };
        Ok(names
            .iter()
            .filter(|name| *name != "gone")
            .map(state)
            .collect())
    }
}

pub fn routes(routes: &[(&str, i32)]) -> Routing {
    let route = |(version, weight): &(&str, i32)| Route {
        version: (*version).to_owned(),
        weight: *weight,
    };
    Routing::new(Some("Live orders".into()), routes.iter().map(route))
}

/// The routes, such as `6:90 7:10`.
pub fn short(routing: &Routing) -> String {
    let route = |route: &Route| format!("{}:{}", route.version, route.weight);
    let routes: Vec<String> = routing.routes().iter().map(route).collect();
    routes.join(" ")
}

pub fn canary() -> Strategy {
    let shift = Shift::Canary {
        percentage: 10,
        interval: 5 * MINUTE,
    };
    Strategy::new(shift, 10 * MINUTE).unwrap()
}

pub fn linear() -> Strategy {
    let shift = Shift::Linear {
        percentage: 33,
        interval: 2 * MINUTE,
    };
    Strategy::new(shift, 2 * MINUTE).unwrap()
}

pub fn limits() -> Limits {
    Limits {
        alarms: vec!["failed".into()],
        minimum_executions: Some(20),
        maximum_failure_rate: Some(0.05),
    }
}

pub fn quiet(_: Progress) {}

/// A deployment with this world as its alias.
pub fn deployment<'a>(world: &'a World, to: &'static str, strategy: Strategy) -> Deployment<'a> {
    Deployment {
        alias: world,
        to,
        strategy,
        limits: limits(),
        checks: Vec::new(),
        description: Description::Unchanged,
        cancelled: CancellationToken::new(),
        deadline: None,
        clock: Clock::new(),
        report: &quiet,
    }
}

pub fn outcome(result: &Result<Outcome, Failure>) -> String {
    match result {
        Ok(outcome) => format!("{outcome:?}"),
        Err(Failure::RolledBack { from, reason }) => format!("back to {from}: {reason}"),
        Err(Failure::Refused(reason)) => format!("refused: {reason}"),
        Err(Failure::Split(words)) => format!("split: {words}"),
        Err(Failure::Stuck { reason, .. }) => format!("stuck: {reason}"),
        Err(failure) => format!("{failure:?}"),
    }
}
