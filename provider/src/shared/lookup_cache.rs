//! Lookups in AWS during a run of Terraform, and the changes that the run plans.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asl::references::{FunctionInfo, Kind, ResourceInfo};
use aws_arn::{Arn, FunctionArn};
use sfn_aws::AwsError;
use tokio::sync::OnceCell;

type Answer = Arc<OnceCell<Result<ResourceInfo, AwsError>>>;

/// Results of lookups. Each object is looked up once.
#[derive(Default)]
pub struct LookupCache(Mutex<HashMap<(Kind, String), Answer>>);

impl LookupCache {
    /// The cached result for an object, or the result of `ask`.
    pub async fn get_or_fetch<F: Future<Output = Result<ResourceInfo, AwsError>>>(
        &self,
        object: (Kind, String),
        ask: impl FnOnce() -> F,
    ) -> Result<ResourceInfo, AwsError> {
        let answer = {
            let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            answers.entry(object).or_default().clone()
        };
        answer.get_or_init(ask).await.clone()
    }
}

/// Objects that the run creates or changes, by name and region. Terraform plans an object before
/// those that refer to it, so that the references of a workflow or an alias are recorded by then.
#[derive(Default)]
pub struct PlannedResources(Mutex<Planned>);

#[derive(Default)]
struct Planned {
    new: Objects,
    replaced: Objects,
    functions: Vec<(Place, FunctionInfo)>,
    /// Objects with generated names, by their configuration.
    generated: HashMap<(Kind, String), Place>,
}

/// Objects of a kind.
type Objects = HashMap<Kind, HashSet<Place>>;

/// Name and region of an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    name: String,
    /// `None` if the region is unknown. Matches any region.
    region: Option<String>,
}

impl Place {
    /// The place of a name or an ARN, without version or alias. `region` applies to a name.
    fn of(id: &str, region: Option<&str>) -> Self {
        match Arn::parse(id) {
            Some(arn) => {
                let name = arn
                    .resource
                    .split(':')
                    .nth(1)
                    .unwrap_or(&arn.resource)
                    .to_owned();
                Self {
                    name,
                    region: Some(arn.region).filter(|region| !region.is_empty()),
                }
            }
            None => {
                let name = id.split(':').next().unwrap_or(id).to_owned();
                Self {
                    name,
                    region: region.map(str::to_owned),
                }
            }
        }
    }

    /// Whether both may be the same object.
    fn meets(&self, other: &Self) -> bool {
        let is_same = |(a, b): (&String, &String)| a == b;
        self.name == other.name
            && self
                .region
                .as_ref()
                .zip(other.region.as_ref())
                .is_none_or(is_same)
    }
}

fn contains(objects: &Objects, kind: Kind, place: &Place) -> bool {
    objects
        .get(&kind)
        .is_some_and(|places| places.iter().any(|other| other.meets(place)))
}

/// The planned changes, as seen by a resource in one region. Names without a region are in that
/// region.
pub struct PlannedIn<'a> {
    all: &'a PlannedResources,
    region: Option<&'a str>,
}

impl PlannedResources {
    /// Clears the records for another run.
    pub fn clear(&self) {
        *self.lock() = Planned::default();
    }

    /// The records for resources of this region. `None` if the region is unknown.
    pub fn within<'a>(&'a self, region: Option<&'a str>) -> PlannedIn<'a> {
        PlannedIn { all: self, region }
    }

    fn lock(&self) -> MutexGuard<'_, Planned> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PlannedIn<'_> {
    /// Records the plan of an object: its prior and its planned name or ARN. For generated names,
    /// `configuration` matches the plan of a new object to the one that it replaces.
    pub fn record(
        &self,
        kind: Kind,
        prior: Option<&str>,
        called: Option<&str>,
        configuration: Option<String>,
    ) {
        let mut planned = self.all.lock();
        match (prior, configuration) {
            (Some(prior), Some(configuration)) => {
                planned
                    .generated
                    .insert((kind, configuration), self.place(prior));
            }
            (Some(_), None) => {}
            (None, configuration) => {
                planned
                    .new
                    .entry(kind)
                    .or_default()
                    .extend(called.map(|called| self.place(called)));
                let replaced = configuration
                    .and_then(|configuration| planned.generated.remove(&(kind, configuration)));
                planned.replaced.entry(kind).or_default().extend(replaced);
            }
        }
    }

    /// Records that an object is replaced.
    pub fn record_replaced(&self, kind: Kind, called: &str) {
        self.all
            .lock()
            .replaced
            .entry(kind)
            .or_default()
            .insert(self.place(called));
    }

    /// Records the planned properties of a function.
    pub fn record_function(&self, function: &str, facts: FunctionInfo) {
        let place = self.place(function);
        let functions = &mut self.all.lock().functions;
        functions.retain(|(other, _)| *other != place);
        functions.push((place, facts));
    }

    /// Whether the object with this name or ARN is created. A version or alias is created with its
    /// object.
    pub fn is_new(&self, kind: Kind, id: &str) -> bool {
        contains(&self.all.lock().new, kind, &self.place(id))
    }

    /// Whether the object with this name or ARN is replaced, together with objects that are deleted
    /// with it.
    pub fn is_replaced(&self, kind: Kind, id: &str) -> bool {
        let (planned, place) = (self.all.lock(), self.place(id));
        contains(&planned.new, kind, &place) || contains(&planned.replaced, kind, &place)
    }

    /// Planned properties of the function with this name or ARN. `None` for a function that the run
    /// does not change, and for a version or alias, which may not change with it.
    pub fn function(&self, id: &str) -> Option<FunctionInfo> {
        FunctionArn::parse(id).filter(|function| function.qualifier.is_none())?;
        let (planned, place) = (self.all.lock(), self.place(id));
        planned
            .functions
            .iter()
            .find(|(other, _)| other.meets(&place))
            .map(|(_, facts)| facts.clone())
    }

    fn place(&self, id: &str) -> Place {
        Place::of(id, self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders";

    #[test]
    fn objects_are_recorded_by_name_and_region() {
        let all = PlannedResources::default();
        let (here, there) = (all.within(Some("eu-west-1")), all.within(Some("us-east-1")));
        here.record(Kind::StateMachine, None, Some("orders"), None);
        for id in ["orders", ARN, &format!("{ARN}:live")] {
            assert!(
                here.is_new(Kind::StateMachine, id) && here.is_replaced(Kind::StateMachine, id),
                "{id}"
            );
        }
        assert!(
            !here.is_new(Kind::Activity, "orders") && !here.is_new(Kind::StateMachine, "others")
        );
        assert!(
            there.is_new(Kind::StateMachine, ARN) && !there.is_new(Kind::StateMachine, "orders")
        );
        assert!(!here.is_replaced(Kind::StateMachine, &ARN.replace("eu-west-1", "us-east-1")));
        // An unknown region matches any.
        assert!(all.within(None).is_new(Kind::StateMachine, "orders"));
        all.within(None)
            .record_replaced(Kind::Activity, "approvals");
        assert!(
            here.is_replaced(Kind::Activity, "approvals")
                && !here.is_new(Kind::Activity, "approvals")
        );
    }

    #[test]
    fn a_function_is_judged_by_the_one_of_its_region() {
        let all = PlannedResources::default();
        let facts = |seconds| FunctionInfo {
            timeout_seconds: Some(seconds),
            ..FunctionInfo::default()
        };
        let (here, there) = (all.within(Some("eu-west-1")), all.within(Some("us-east-1")));
        here.record_function("charge", facts(3));
        here.record_function("charge", facts(4));
        there.record_function("charge", facts(5));
        let seconds = |planned: &PlannedIn<'_>, id: &str| {
            planned.function(id).and_then(|facts| facts.timeout_seconds)
        };
        assert_eq!(
            (seconds(&here, "charge"), seconds(&there, "charge")),
            (Some(4), Some(5))
        );
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:charge";
        assert_eq!(
            (seconds(&here, arn), seconds(&here, &format!("{arn}:live"))),
            (Some(5), None)
        );
        assert_eq!(seconds(&all.within(Some("eu-central-1")), "charge"), None);
    }

    #[test]
    fn a_replaced_object_with_a_generated_name_is_known_by_its_configuration() {
        let all = PlannedResources::default();
        let planned = all.within(Some("eu-west-1"));
        planned.record(
            Kind::StateMachine,
            Some("orders-1"),
            Some("orders-1"),
            Some("config".into()),
        );
        assert!(!planned.is_replaced(Kind::StateMachine, "orders-1"));
        planned.record(Kind::StateMachine, None, None, Some("config".into()));
        assert!(planned.is_replaced(Kind::StateMachine, "orders-1"));
    }
}
