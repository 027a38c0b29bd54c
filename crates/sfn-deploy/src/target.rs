//! An alias whose traffic a deployment moves.

use async_trait::async_trait;
use sfn_aws::metrics::Counts;
use sfn_aws::time::Seconds;
use sfn_aws::{AwsError, Call};

/// A version that receives traffic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// Number of the version, such as `7`.
    pub version: String,
    /// Percentage of the traffic, 1–100.
    pub weight: i32,
}

/// The description and the routes of an alias.
#[derive(Debug, Clone, Eq)]
pub struct Routing {
    /// Description, with the record of a deployment if one is under way.
    pub description: Option<String>,
    /// Versions with traffic, in the order of their numbers as text.
    routes: Vec<Route>,
    /// A version without traffic that the alias keeps, so that it is not deleted.
    kept: Option<String>,
    /// Whether the alias has shares that are no whole percentages.
    is_rounded: bool,
}

/// Whether the description and the traffic are equal.
impl PartialEq for Routing {
    fn eq(&self, other: &Self) -> bool {
        self.description == other.description && self.routes == other.routes
    }
}

impl Routing {
    /// A routing. Routes without traffic are left out.
    pub fn new(description: Option<String>, routes: impl IntoIterator<Item = Route>) -> Self {
        let mut routes: Vec<Route> = routes
            .into_iter()
            .filter(|route| route.weight > 0)
            .collect();
        routes.sort();
        Self {
            description: description.filter(|text| !text.is_empty()),
            routes,
            kept: None,
            is_rounded: false,
        }
    }

    /// The same routing of an alias whose shares are no whole percentages.
    pub fn rounded(self, is_rounded: bool) -> Self {
        Self { is_rounded, ..self }
    }

    /// Whether the alias has shares that are no whole percentages.
    pub fn is_rounded(&self) -> bool {
        self.is_rounded
    }

    /// A version without traffic that the alias keeps.
    pub fn kept(&self) -> Option<&str> {
        self.kept.as_deref()
    }

    /// All traffic to one version.
    pub fn to(version: &str, description: Option<String>) -> Self {
        Self::new(description, [route(version, 100)])
    }

    /// A percentage of the traffic to a version, and the rest to another, which the alias keeps even without traffic.
    pub fn between(from: &str, to: &str, percentage: i32, description: String) -> Self {
        let routes = [route(from, 100 - percentage), route(to, percentage)];
        Self {
            kept: (percentage == 100).then(|| from.to_owned()),
            ..Self::new(Some(description), routes)
        }
    }

    /// The routes.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The version that receives all traffic.
    pub fn only(&self) -> Option<&str> {
        match self.routes.as_slice() {
            [only] => Some(&only.version),
            _ => None,
        }
    }

    /// Percentage of a version.
    pub fn weight(&self, version: &str) -> i32 {
        let mut routes = self.routes.iter();
        routes
            .find(|route| route.version == version)
            .map_or(0, |route| route.weight)
    }

    /// The routes in words, such as `version 6 (90 %) and version 7 (10 %)`.
    pub fn words(&self) -> String {
        let route = |route: &Route| format!("version {} ({} %)", route.version, route.weight);
        let routes: Vec<String> = self.routes.iter().map(route).collect();
        match routes.is_empty() {
            true => "no version".to_owned(),
            false => routes.join(" and "),
        }
    }
}

fn route(version: &str, weight: i32) -> Route {
    Route {
        version: version.to_owned(),
        weight,
    }
}

/// Since when a version receives traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// Since when it receives a part of the traffic.
    pub since: Seconds,
    /// Since when it receives all traffic.
    pub all_since: Option<Seconds>,
}

/// An alias of a state machine or of a function.
#[async_trait]
pub trait Alias: Send + Sync {
    /// Name in messages, such as `alias live`.
    fn title(&self) -> String;

    /// Reads the alias. `None` if it does not exist.
    async fn read(&self, call: &Call) -> Result<Option<Routing>, AwsError>;

    /// Writes description and routes with one call.
    async fn write(&self, call: &Call, routing: &Routing) -> Result<(), AwsError>;

    /// How many executions of a version ended and failed.
    async fn counts(
        &self,
        call: &Call,
        version: &str,
        traffic: Traffic,
    ) -> Result<Counts, AwsError>;

    /// The alarms of these names that exist, and whether they are raised.
    async fn alarms(
        &self,
        call: &Call,
        names: &[String],
    ) -> Result<Vec<sfn_aws::alarm::AlarmState>, AwsError>;
}
