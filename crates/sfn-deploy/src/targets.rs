//! Aliases of state machines and of functions.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws_arn::{FunctionArn, StateMachineArn};
use sfn_aws::alarm::{self, AlarmState};
use sfn_aws::metrics::{self, Counts};
use sfn_aws::time::Seconds;
use sfn_aws::{Aws, AwsError, Call, alias, function};

use crate::target::{Alias, Route, Routing, Traffic};

/// An alias of a state machine.
pub struct StateMachineAlias {
    aws: Arc<Aws>,
    arn: String,
    machine: String,
    name: String,
}

impl StateMachineAlias {
    /// An alias by its ARN. `None` if it is not the ARN of an alias.
    pub fn new(aws: &Arc<Aws>, arn: &str) -> Option<Self> {
        let parsed = StateMachineArn::parse(arn)?;
        let name = match parsed.qualifier? {
            aws_arn::Qualifier::Alias(name) => name,
            aws_arn::Qualifier::Version(_) => return None,
        };
        Some(Self {
            aws: Arc::clone(aws),
            arn: arn.to_owned(),
            machine: parsed.machine,
            name,
        })
    }

    /// ARN of the state machine.
    pub fn machine(&self) -> &str {
        &self.machine
    }

    fn version_arn(&self, version: &str) -> String {
        format!("{}:{version}", self.machine)
    }
}

#[async_trait]
impl Alias for StateMachineAlias {
    fn title(&self) -> String {
        format!("alias `{}`", self.name)
    }

    async fn read(&self, call: &Call) -> Result<Option<Routing>, AwsError> {
        let found = alias::describe(&self.aws, call, &self.arn).await?;
        Ok(found.map(|found| {
            let route = |route: alias::Route| Route {
                version: version_of(&route.version_arn).to_owned(),
                weight: route.weight,
            };
            let routes = found.wanted.routes.into_iter().map(route);
            Routing::new(found.wanted.description, routes)
        }))
    }

    async fn write(&self, call: &Call, routing: &Routing) -> Result<(), AwsError> {
        let route = |route: &Route| alias::Route {
            version_arn: self.version_arn(&route.version),
            weight: route.weight,
        };
        // AWS does not delete a version to which an alias routes, even without traffic.
        let kept = routing.kept().map(|version| alias::Route {
            version_arn: self.version_arn(version),
            weight: 0,
        });
        let wanted = alias::Wanted {
            description: routing.description.clone(),
            routes: routing.routes().iter().map(route).chain(kept).collect(),
        };
        alias::update(&self.aws, call, &self.arn, &wanted).await
    }

    async fn counts(
        &self,
        call: &Call,
        version: &str,
        traffic: Traffic,
    ) -> Result<Counts, AwsError> {
        let arn = self.version_arn(version);
        metrics::executions(&self.aws, call, &arn, traffic.since).await
    }

    async fn alarms(&self, call: &Call, names: &[String]) -> Result<Vec<AlarmState>, AwsError> {
        alarm::states(&self.aws, call, names).await
    }
}

/// The number of a version, which is the last part of its ARN.
pub fn version_of(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}

/// An alias of a function.
pub struct FunctionAlias {
    aws: Arc<Aws>,
    /// Name or ARN of the function.
    function: String,
    name: String,
}

impl FunctionAlias {
    /// An alias of a function with this name or ARN.
    pub fn new(aws: &Arc<Aws>, function: &str, name: &str) -> Self {
        Self {
            aws: Arc::clone(aws),
            function: function.to_owned(),
            name: name.to_owned(),
        }
    }
}

#[async_trait]
impl Alias for FunctionAlias {
    fn title(&self) -> String {
        format!("alias `{}` of `{}`", self.name, self.function)
    }

    async fn read(&self, call: &Call) -> Result<Option<Routing>, AwsError> {
        let found = function::alias::describe(&self.aws, call, &self.function, &self.name).await?;
        Ok(found.map(|(_, found)| routing_of(found)))
    }

    async fn write(&self, call: &Call, routing: &Routing) -> Result<(), AwsError> {
        let wanted = wanted_of(routing)
            .ok_or_else(|| AwsError::local("UpdateAlias", "the alias has no version"))?;
        function::alias::update(&self.aws, call, &self.function, &self.name, &wanted).await
    }

    /// Lambda documents the metrics by version for aliases with two versions. For the time in which the version receives
    /// all traffic, the metrics of the alias count as well.
    async fn counts(
        &self,
        call: &Call,
        version: &str,
        traffic: Traffic,
    ) -> Result<Counts, AwsError> {
        let parsed = FunctionArn::parse(&self.function);
        let function = parsed.map_or_else(|| self.function.clone(), |arn| arn.name);
        let count = |version, since| {
            metrics::invocations(&self.aws, call, &function, &self.name, version, since)
        };
        let own = count(Some(version), traffic.since).await?;
        let Some(all_since) = traffic.all_since.map(next_minute) else {
            return Ok(own);
        };
        let alias = count(None, all_since).await?;
        Ok(with_alias(
            own,
            count(Some(version), all_since).await?,
            alias,
        ))
    }

    async fn alarms(&self, call: &Call, names: &[String]) -> Result<Vec<AlarmState>, AwsError> {
        alarm::states(&self.aws, call, names).await
    }
}

/// The start of the next minute. Metrics have one value per minute.
fn next_minute(time: Seconds) -> Seconds {
    Seconds(time.0 + 60 - time.0.rem_euclid(60))
}

/// The counts of a version, and those of the alias that are not among them.
fn with_alias(own: Counts, own_of_alias: Counts, alias: Counts) -> Counts {
    Counts {
        ended: own.ended + alias.ended.saturating_sub(own_of_alias.ended),
        failed: own.failed + alias.failed.saturating_sub(own_of_alias.failed),
    }
}

/// The routing of an alias of a function, whose first version receives the rest.
#[allow(
    clippy::cast_possible_truncation,
    reason = "a rounded share of at most 1 is a whole percentage"
)]
fn routing_of(found: function::alias::Wanted) -> Routing {
    let is_whole = |share: &f64| (share * 100.0 - (share * 100.0).round()).abs() < 1e-9;
    let is_rounded = !found
        .weights
        .values()
        .all(|share| is_whole(share) && *share < 1.0);
    let others: Vec<Route> = found
        .weights
        .into_iter()
        .map(|(version, share)| {
            // A small share is a share.
            let least = i32::from(share > 0.0);
            let weight = ((share * 100.0).round() as i32).clamp(least, 100);
            Route { version, weight }
        })
        .collect();
    let rest = 100 - others.iter().map(|route| route.weight).sum::<i32>();
    let first = Route {
        version: found.version,
        weight: rest,
    };
    Routing::new(found.description, others.into_iter().chain([first])).rounded(is_rounded)
}

/// The settings of an alias of a function: the version with the most traffic, and the share of the
/// other one.
fn wanted_of(routing: &Routing) -> Option<function::alias::Wanted> {
    let first = routing.routes().iter().max_by_key(|route| route.weight)?;
    let others = routing.routes().iter().filter(|route| *route != first);
    let weights: BTreeMap<String, f64> = others
        .map(|route| (route.version.clone(), f64::from(route.weight) / 100.0))
        .collect();
    Some(function::alias::Wanted {
        version: first.version.clone(),
        description: routing.description.clone(),
        weights,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routings_of_functions_are_read_as_they_are_written() {
        for percentage in 1..=100 {
            let routing = Routing::between("6", "7", percentage, "d".into());
            let wanted = wanted_of(&routing).unwrap();
            let shares: f64 = wanted.weights.values().sum();
            assert!(shares <= 0.5, "{percentage}");
            assert_eq!(routing_of(wanted), routing, "{percentage}");
        }
    }

    #[test]
    fn small_shares_are_no_nothing() {
        for (share, words, is_rounded) in [
            (0.004, "version 6 (99 %) and version 7 (1 %)", true),
            (0.125, "version 6 (87 %) and version 7 (13 %)", true),
            (0.1, "version 6 (90 %) and version 7 (10 %)", false),
            (0.0, "version 6 (100 %)", false),
            (1.0, "version 7 (100 %)", true),
        ] {
            let found = routing_of(function::alias::Wanted {
                version: "6".into(),
                weights: BTreeMap::from([("7".to_owned(), share)]),
                ..function::alias::Wanted::default()
            });
            assert_eq!(found.words(), words, "{share}");
            assert_eq!(found.is_rounded(), is_rounded, "{share}");
        }
    }

    #[test]
    fn invocations_of_an_alias_with_one_version_count() {
        let counts = |ended, failed| Counts { ended, failed };
        for (own, own_of_alias, alias, expected) in [
            ((10, 1), (0, 0), (20, 2), (30, 3)),
            ((30, 3), (20, 2), (20, 2), (30, 3)),
            ((30, 3), (20, 2), (0, 0), (30, 3)),
        ] {
            let counted = with_alias(
                counts(own.0, own.1),
                counts(own_of_alias.0, own_of_alias.1),
                counts(alias.0, alias.1),
            );
            assert_eq!(counted, counts(expected.0, expected.1));
        }
        assert_eq!(next_minute(Seconds(59)), Seconds(60));
        assert_eq!(next_minute(Seconds(60)), Seconds(120));
    }

    #[test]
    fn only_aliases_of_state_machines_have_routes() {
        let aws = Arc::new(Aws::new(sfn_aws::Settings::default()));
        let machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders";
        let alias = |arn: &str| StateMachineAlias::new(&aws, arn);
        let live = alias(&format!("{machine}:live")).unwrap();
        assert_eq!(
            (live.machine(), live.title().as_str()),
            (machine, "alias `live`")
        );
        assert_eq!(version_of(&live.version_arn("7")), "7");
        for other in [machine.to_owned(), format!("{machine}:7"), "live".into()] {
            assert!(alias(&other).is_none(), "{other}");
        }
    }
}
