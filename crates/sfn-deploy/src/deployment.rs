//! The course of a deployment.

use std::time::Duration;

use sfn_aws::time::Seconds;
use sfn_aws::{AwsError, AwsErrorKind, Call};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::checks::Check;
use crate::limits::Limits;
use crate::progress::Progress;
use crate::random::{new_id, random};
use crate::reason::Reason;
use crate::record::Record;
use crate::strategy::{LONGER, Step, Strategy};
use crate::target::{Alias, Routing, Traffic};

/// Time between two looks at the alarms. CloudWatch allows nine calls of DescribeAlarms per second
/// (CloudWatch user guide, "CloudWatch service quotas"), so that 50 deployments use a third.
const POLL: Duration = Duration::from_secs(15);
/// Time between two looks at the routes and the metrics. A bucket of DescribeStateMachineAlias is
/// refilled with one call per second (Step Functions developer guide, "Service quotas"), and
/// metrics have a value per minute.
const FULL_LOOK: Duration = Duration::from_mins(1);
/// Maximum time of a call.
const CALL: Duration = Duration::from_mins(1);
/// Time in which a read can return the routing before a write.
const STALE: Duration = Duration::from_secs(20);
/// Time after which a version whose health cannot be read is not healthy.
const PATIENCE: Duration = Duration::from_mins(2);
/// Time to repeat a rollback that AWS does not accept, and the pause between two attempts.
const ROLLBACK: (Duration, Duration) = (Duration::from_mins(5), Duration::from_secs(5));

/// The time of a deployment.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    at: Instant,
    seconds: Seconds,
}

impl Clock {
    /// The clock of this machine.
    #[allow(clippy::new_without_default, reason = "two clocks are not equal")]
    pub fn new() -> Self {
        Self {
            at: Instant::now(),
            seconds: Seconds::now(),
        }
    }

    fn now(&self) -> Seconds {
        self.seconds.after(self.at.elapsed())
    }
}

/// The description of the alias after the deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Description {
    /// The one that it has.
    Unchanged,
    /// Another one.
    New(Option<String>),
}

/// How a deployment succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The alias already led to the version.
    Unchanged,
    /// The new version receives all traffic.
    Deployed,
    /// A deployment that was under way was rolled back to the version.
    Restored,
}

/// How a deployment failed.
#[derive(Debug)]
pub enum Failure {
    /// Nothing was changed.
    Refused(Reason),
    /// The alias does not exist.
    Missing,
    /// The alias routes to two versions, given in words, and no deployment is under way.
    Split(String),
    /// The description leaves no room for the record of the deployment.
    DescriptionTooLong,
    /// The old version receives all traffic again.
    RolledBack {
        /// Old version.
        from: String,
        /// The reason.
        reason: Reason,
    },
    /// AWS did not accept the rollback. The next deployment resumes it or rolls it back.
    Stuck {
        /// Old version.
        from: String,
        /// Why it had to be rolled back.
        reason: Reason,
        /// Why it could not be rolled back.
        error: AwsError,
    },
    /// Another process continues the deployment.
    TakenOver,
}

/// A deployment of a version behind an alias.
pub struct Deployment<'a> {
    /// The alias.
    pub alias: &'a dyn Alias,
    /// Number of the new version, such as `7`.
    pub to: &'a str,
    /// The steps.
    pub strategy: Strategy,
    /// When the new version is not healthy.
    pub limits: Limits,
    /// Checks before the new version receives traffic.
    pub checks: Vec<Box<dyn Check + 'a>>,
    /// The description of the alias after the deployment.
    pub description: Description,
    /// Cancels the deployment, which is then rolled back.
    pub cancelled: CancellationToken,
    /// Time limit, after which the deployment is rolled back.
    pub deadline: Option<Instant>,
    /// The time.
    pub clock: Clock,
    /// Receives messages about the progress.
    pub report: &'a (dyn Fn(Progress) + Send + Sync),
}

/// A deployment that is under way.
struct Run {
    record: Record,
    /// Description without the record.
    text: Option<String>,
    /// The routing that was read or written last.
    last: Routing,
    /// The routing before it, and when it was replaced.
    replaced: Option<(Routing, Instant)>,
}

impl Run {
    fn new(record: Record, text: Option<String>, last: Routing) -> Self {
        Self {
            record,
            text,
            last,
            replaced: None,
        }
    }

    /// Whether AWS can still return this routing although another one was written.
    fn is_stale(&self, found: &Routing) -> bool {
        let replaced = self.replaced.as_ref();
        replaced.is_some_and(|(before, when)| before == found && when.elapsed() < STALE)
    }
}

/// Why the steps of a deployment end early.
enum Stop {
    Reason(Reason),
    TakenOver,
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Self {
        Self::Reason(reason)
    }
}

impl From<AwsError> for Stop {
    fn from(error: AwsError) -> Self {
        Self::Reason(error.into())
    }
}

impl From<AwsError> for Reason {
    fn from(error: AwsError) -> Self {
        match error.kind {
            AwsErrorKind::Cancelled => Self::Cancelled,
            _ => Self::Aws(error),
        }
    }
}

impl Deployment<'_> {
    /// Runs the deployment. Resumes one to the same version, and rolls back one to another version.
    ///
    /// # Errors
    /// When the new version is not healthy, when another process changes the alias, when the
    /// deployment is cancelled or late, or when AWS rejects a call. Unless the failure is
    /// [`Failure::Stuck`] or [`Failure::TakenOver`], one version receives all traffic then, or the
    /// alias is unchanged.
    pub async fn run(&self) -> Result<Outcome, Failure> {
        let routing = self.read().await?;
        let (text, record) = Record::split(routing.description.as_deref());
        // Other tools change the routes and keep the description.
        let record = record.filter(|record| {
            let to = routing.weight(&record.to);
            to > 0 && to + routing.weight(&record.from) == 100
        });
        match (record, routing.only()) {
            (Some(record), _) if record.to == self.to => self.resume(record, text, routing).await,
            (Some(record), _) => self.replace(record, text).await,
            (None, Some(version)) if version == self.to => {
                let after = Routing::to(self.to, self.text_after(text.as_ref()));
                if after != routing || routing.is_rounded() {
                    self.write(&after).await.map_err(refused)?;
                }
                Ok(Outcome::Unchanged)
            }
            (None, Some(version)) => {
                let from = version.to_owned();
                self.begin(&from, text, routing).await
            }
            (None, None) => Err(Failure::Split(routing.words())),
        }
    }

    /// Ends a deployment to another version: all traffic returns to its old version. Then begins this one.
    async fn replace(&self, record: Record, text: Option<String>) -> Result<Outcome, Failure> {
        let is_restored = record.from == self.to;
        let back = match is_restored {
            true => Routing::to(self.to, self.text_after(text.as_ref())),
            false => Routing::to(&record.from, text.clone()),
        };
        self.write(&back).await.map_err(refused)?;
        if is_restored {
            return Ok(Outcome::Restored);
        }
        let begun = self.begin(&record.from, text, back).await;
        begun.map_err(|failure| match failure {
            // Something was changed.
            Failure::Refused(reason) => Failure::RolledBack {
                from: record.from,
                reason,
            },
            failure => failure,
        })
    }

    async fn begin(
        &self,
        from: &str,
        text: Option<String>,
        routing: Routing,
    ) -> Result<Outcome, Failure> {
        let now = self.clock.now();
        let record = Record {
            to: self.to.to_owned(),
            from: from.to_owned(),
            start: now,
            since: now,
            id: new_id(),
        };
        if record.join(text.as_deref()).is_none() {
            return Err(Failure::DescriptionTooLong);
        }
        self.check_before_traffic()
            .await
            .map_err(Failure::Refused)?;
        let found = self.read().await?;
        if found != routing {
            return Err(Failure::Refused(Reason::OtherWriter(found.words())));
        }
        let record = Record {
            start: self.clock.now(),
            ..record
        };
        self.shift(Run::new(record, text, routing)).await
    }

    async fn check_before_traffic(&self) -> Result<(), Reason> {
        self.check_alarms().await?;
        if self.limits.need_counts() {
            let traffic = Traffic {
                since: self.clock.now(),
                all_since: None,
            };
            self.alias.counts(&self.call(), self.to, traffic).await?;
        }
        for check in &self.checks {
            (self.report)(Progress::Checking(check.name()));
            check.run(self.to, &self.cancelled).await?;
            self.check_time()?;
        }
        Ok(())
    }

    async fn resume(
        &self,
        record: Record,
        text: Option<String>,
        routing: Routing,
    ) -> Result<Outcome, Failure> {
        let percentage = routing.weight(self.to);
        (self.report)(Progress::Resumed {
            to: self.to.to_owned(),
            percentage,
        });
        let record = Record {
            id: new_id(),
            ..record
        };
        self.shift(Run::new(record, text, routing)).await
    }

    async fn shift(&self, mut run: Run) -> Result<Outcome, Failure> {
        match self.take_steps(&mut run).await {
            Ok(()) => {
                (self.report)(Progress::Deployed(self.to.to_owned()));
                Ok(Outcome::Deployed)
            }
            Err(Stop::TakenOver) => Err(Failure::TakenOver),
            Err(Stop::Reason(reason)) => Err(self.roll_back(&run, reason).await),
        }
    }

    async fn take_steps(&self, run: &mut Run) -> Result<(), Stop> {
        let current = run.last.weight(self.to);
        if current > 0 {
            // Tells the process that began it that this one continues.
            self.keep(run, current).await?;
        }
        let (taken, next): (Vec<Step>, Vec<Step>) = self
            .strategy
            .steps()
            .into_iter()
            .partition(|step| step.percentage <= current);
        if let Some(step) = taken.last() {
            self.watch(run, *step).await?;
        }
        for step in next {
            self.check_time()?;
            run.record.since = self.clock.now();
            if step.watch.is_zero() {
                // The end writes it.
                break;
            }
            self.keep(run, step.percentage).await?;
            self.report_step(step);
            self.watch(run, step).await?;
        }
        let end = Routing::to(self.to, self.text_after(run.text.as_ref()));
        self.write(&end).await?;
        if let Some(last) = self.strategy.steps().last()
            && last.watch.is_zero()
        {
            self.report_step(*last);
        }
        Ok(())
    }

    fn report_step(&self, step: Step) {
        (self.report)(Progress::Routed {
            to: self.to.to_owned(),
            percentage: step.percentage,
            watch: step.watch,
        });
    }

    /// Writes a percentage with the record.
    async fn keep(&self, run: &mut Run, percentage: i32) -> Result<(), Stop> {
        let Some(description) = run.record.join(run.text.as_deref()) else {
            let error = AwsError::local("deployment", "the description of the alias is too long");
            return Err(error.into());
        };
        let routing = Routing::between(&run.record.from, self.to, percentage, description);
        // What a failed call leaves is not known, and a rollback follows.
        self.write(&routing).await?;
        let before = std::mem::replace(&mut run.last, routing);
        run.replaced = Some((before, Instant::now()));
        Ok(())
    }

    /// Watches the new version until a step ends. Deployments that begin together spread their
    /// calls, so that a step takes up to 15 seconds longer.
    async fn watch(&self, run: &Run, step: Step) -> Result<(), Stop> {
        if step.watch.is_zero() {
            return Ok(());
        }
        let taken = self.clock.now().since(run.record.since);
        let rest = step.watch.saturating_sub(taken);
        let end = Instant::now() + rest + LONGER.min(step.watch / 10).mul_f64(random());
        let (mut looked, mut readable) = (Instant::now(), Instant::now());
        let mut pause = POLL.mul_f64(0.3 + random() * 0.7);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            // Shortly before the end, the next look is the last one.
            self.sleep(match left {
                Duration::ZERO => pause,
                left if left <= POLL => left,
                _ => pause,
            })
            .await?;
            let left = end.saturating_duration_since(Instant::now());
            let is_full = left.is_zero() || looked.elapsed() >= FULL_LOOK;
            match self.look(run, is_full, left).await {
                Ok(()) if left.is_zero() => return Ok(()),
                Ok(()) => {
                    readable = Instant::now();
                    if is_full {
                        looked = Instant::now();
                    }
                }
                Err(Stop::Reason(Reason::Aws(error)))
                    if !error.is_denied() && readable.elapsed() < PATIENCE =>
                {
                    tracing::warn!(%error, "the health of the new version is not known");
                }
                Err(stop) => return Err(stop),
            }
            pause = POLL.mul_f64(0.7 + random() * 0.3);
        }
    }

    /// Checks the new version: its alarms, and with a full look also the routes and metrics.
    async fn look(&self, run: &Run, is_full: bool, left: Duration) -> Result<(), Stop> {
        self.check_alarms().await?;
        if !is_full {
            return Ok(());
        }
        self.check_routes(run).await?;
        let mut counts = None;
        if self.limits.need_counts() {
            let is_all = run.last.only() == Some(self.to);
            let traffic = Traffic {
                since: run.record.start,
                all_since: is_all.then_some(run.record.since),
            };
            let found = self.alias.counts(&self.call(), self.to, traffic).await?;
            self.limits.check_rate(found)?;
            if left.is_zero() {
                self.limits.check_minimum(found)?;
            }
            counts = Some(found);
        }
        (self.report)(Progress::Healthy { counts, left });
        Ok(())
    }

    async fn check_alarms(&self) -> Result<(), Reason> {
        let names = &self.limits.alarms;
        if names.is_empty() {
            return Ok(());
        }
        let found = self.alias.alarms(&self.call(), names).await?;
        let missing: Vec<String> = names
            .iter()
            .filter(|name| !found.iter().any(|alarm| alarm.name == **name))
            .cloned()
            .collect();
        let raised: Vec<String> = found
            .into_iter()
            .filter(|alarm| alarm.is_raised)
            .map(|alarm| alarm.name)
            .collect();
        match (raised.is_empty(), missing.is_empty()) {
            (false, _) => Err(Reason::Alarms(raised)),
            (_, false) => Err(Reason::MissingAlarms(missing)),
            _ => Ok(()),
        }
    }

    /// Checks that no other process changed the alias.
    async fn check_routes(&self, run: &Run) -> Result<(), Stop> {
        let Some(found) = self.alias.read(&self.call()).await? else {
            return Err(Reason::OtherWriter("no version, because it was deleted".into()).into());
        };
        compare(run, &found)
    }

    /// Moves all traffic back to the old version. Nothing cancels it.
    async fn roll_back(&self, run: &Run, reason: Reason) -> Failure {
        let is_rejected = matches!(&reason, Reason::Aws(error) if error.code.is_some());
        if is_rejected
            && run.last.weight(self.to) == 0
            && let Ok(Some(found)) = self.alias.read(&unhurried()).await
            && found == run.last
        {
            // The first step failed.
            return Failure::Refused(reason);
        }
        // The routes were checked a moment ago, except for these reasons.
        if matches!(reason, Reason::Cancelled | Reason::TimedOut)
            && let Ok(Some(found)) = self.alias.read(&unhurried()).await
            && let Err(Stop::TakenOver) = compare(run, &found)
        {
            return Failure::TakenOver;
        }
        let from = run.record.from.clone();
        (self.report)(Progress::RollingBack {
            from: from.clone(),
            reason: reason.to_string(),
        });
        let back = Routing::to(&from, run.text.clone());
        let begun = Instant::now();
        loop {
            let error = match self.write(&back).await {
                Ok(()) => return Failure::RolledBack { from, reason },
                Err(error) => error,
            };
            match self.alias.read(&unhurried()).await {
                Ok(Some(found)) if found == back => return Failure::RolledBack { from, reason },
                Ok(None) => return Failure::Missing,
                _ => {}
            }
            if error.is_denied() || begun.elapsed() > ROLLBACK.0 {
                return Failure::Stuck {
                    from,
                    reason,
                    error,
                };
            }
            tracing::warn!(%error, "the rollback is repeated");
            tokio::time::sleep(ROLLBACK.1).await;
        }
    }

    async fn read(&self) -> Result<Routing, Failure> {
        let found = self.alias.read(&self.call()).await;
        found.map_err(refused)?.ok_or(Failure::Missing)
    }

    /// Writes a routing. Nothing cancels it, because its effect would not be known.
    async fn write(&self, routing: &Routing) -> Result<(), AwsError> {
        self.alias.write(&unhurried(), routing).await
    }

    /// A call that ends when the deployment is cancelled.
    fn call(&self) -> Call {
        Call::new(CALL, self.cancelled.clone())
    }

    /// The description after the deployment.
    fn text_after(&self, text: Option<&String>) -> Option<String> {
        match &self.description {
            Description::Unchanged => text.cloned(),
            Description::New(new) => new.clone(),
        }
    }

    fn check_time(&self) -> Result<(), Reason> {
        if self.cancelled.is_cancelled() {
            return Err(Reason::Cancelled);
        }
        match self.deadline {
            Some(deadline) if deadline <= Instant::now() => Err(Reason::TimedOut),
            _ => Ok(()),
        }
    }

    async fn sleep(&self, pause: Duration) -> Result<(), Reason> {
        let end = Instant::now() + pause;
        let end = self.deadline.map_or(end, |deadline| deadline.min(end));
        tokio::select! {
            () = tokio::time::sleep_until(end) => {}
            () = self.cancelled.cancelled() => {}
        }
        self.check_time()
    }
}

/// Compares the routing of the alias with the one that was written last.
fn compare(run: &Run, found: &Routing) -> Result<(), Stop> {
    if *found == run.last || run.is_stale(found) {
        return Ok(());
    }
    let (_, record) = Record::split(found.description.as_deref());
    let is_taken_over = match record {
        Some(record) => record.id != run.record.id,
        // Another process that knows the record ended the deployment.
        None => found.only().is_some(),
    };
    match is_taken_over {
        true => Err(Stop::TakenOver),
        false => Err(Reason::OtherWriter(found.words()).into()),
    }
}

fn unhurried() -> Call {
    Call::new(CALL, CancellationToken::new())
}

fn refused(error: AwsError) -> Failure {
    Failure::Refused(error.into())
}
