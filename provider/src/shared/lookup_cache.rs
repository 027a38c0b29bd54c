//! What AWS answered during a run of Terraform, and what the run is going to make.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asl::references::{FunctionInfo, Kind, ResourceInfo};
use aws_arn::{Arn, FunctionArn};
use sfn_aws::AwsError;
use tokio::sync::OnceCell;

type Answer = Arc<OnceCell<Result<ResourceInfo, AwsError>>>;

/// What AWS answered about objects; each is asked about once.
#[derive(Default)]
pub struct LookupCache(Mutex<HashMap<(Kind, String), Answer>>);

impl LookupCache {
    /// What was answered about an object, or what `ask` answers now.
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

/// What the run is going to make or to change, by name and region. Terraform plans what something refers to before it, so that
/// what a workflow or an alias refers to is recorded by then.
#[derive(Default)]
pub struct PlannedResources(Mutex<Planned>);

#[derive(Default)]
struct Planned {
    new: Objects,
    replaced: Objects,
    functions: Vec<(Place, FunctionInfo)>,
    /// The objects whose name is generated, by their configuration.
    generated: HashMap<(Kind, String), Place>,
}

/// Objects of a kind.
type Objects = HashMap<Kind, HashSet<Place>>;

/// Where an object is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    name: String,
    /// `None` while the region is not known, which may be any region then.
    region: Option<String>,
}

impl Place {
    /// The place of a name or an ARN, without version or alias. `region` is that of a name.
    fn of(id: &str, region: Option<&str>) -> Self {
        match Arn::parse(id) {
            Some(arn) => {
                let name = arn.resource.split(':').nth(1).unwrap_or(&arn.resource).to_owned();
                Self { name, region: Some(arn.region).filter(|region| !region.is_empty()) }
            }
            None => {
                let name = id.split(':').next().unwrap_or(id).to_owned();
                Self { name, region: region.map(str::to_owned) }
            }
        }
    }

    /// Whether both may be the same object.
    fn meets(&self, other: &Self) -> bool {
        let is_same = |(a, b): (&String, &String)| a == b;
        self.name == other.name && self.region.as_ref().zip(other.region.as_ref()).is_none_or(is_same)
    }
}

fn contains(objects: &Objects, kind: Kind, place: &Place) -> bool {
    objects.get(&kind).is_some_and(|places| places.iter().any(|other| other.meets(place)))
}

/// What the run is going to make or to change, for a resource of one region: names without a region are names there.
pub struct PlannedIn<'a> {
    all: &'a PlannedResources,
    region: Option<&'a str>,
}

impl PlannedResources {
    /// Forgets everything, for another run.
    pub fn clear(&self) {
        *self.lock() = Planned::default();
    }

    /// What a resource of this region has to do with; `None` while the region is not known.
    pub fn within<'a>(&'a self, region: Option<&'a str>) -> PlannedIn<'a> {
        PlannedIn { all: self, region }
    }

    fn lock(&self) -> MutexGuard<'_, Planned> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PlannedIn<'_> {
    /// Records the plan of an object: its name or ARN before, and now. Where the name is generated, `configuration` tells
    /// that the plan of a new object follows that of the one that it replaces.
    pub fn record(&self, kind: Kind, prior: Option<&str>, called: Option<&str>, configuration: Option<String>) {
        let mut planned = self.all.lock();
        match (prior, configuration) {
            (Some(prior), Some(configuration)) => {
                planned.generated.insert((kind, configuration), self.place(prior));
            }
            (Some(_), None) => {}
            (None, configuration) => {
                planned.new.entry(kind).or_default().extend(called.map(|called| self.place(called)));
                let replaced = configuration.and_then(|configuration| planned.generated.remove(&(kind, configuration)));
                planned.replaced.entry(kind).or_default().extend(replaced);
            }
        }
    }

    /// Records that an object will be made again.
    pub fn record_replaced(&self, kind: Kind, called: &str) {
        self.all.lock().replaced.entry(kind).or_default().insert(self.place(called));
    }

    /// Records what a function of this name will be like.
    pub fn record_function(&self, function: &str, facts: FunctionInfo) {
        let place = self.place(function);
        let functions = &mut self.all.lock().functions;
        functions.retain(|(other, _)| *other != place);
        functions.push((place, facts));
    }

    /// Whether what has this name or ARN will be made; a version or alias is made with what it belongs to.
    pub fn is_new(&self, kind: Kind, id: &str) -> bool {
        contains(&self.all.lock().new, kind, &self.place(id))
    }

    /// Whether the object of this name or ARN will be made again, and with it what goes when it is deleted.
    pub fn is_replaced(&self, kind: Kind, id: &str) -> bool {
        let (planned, place) = (self.all.lock(), self.place(id));
        contains(&planned.new, kind, &place) || contains(&planned.replaced, kind, &place)
    }

    /// What the function of this name or ARN will be like; `None` for one that the run leaves alone, and for a version or
    /// alias, which may stay behind.
    pub fn function(&self, id: &str) -> Option<FunctionInfo> {
        FunctionArn::parse(id).filter(|function| function.qualifier.is_none())?;
        let (planned, place) = (self.all.lock(), self.place(id));
        planned.functions.iter().find(|(other, _)| other.meets(&place)).map(|(_, facts)| facts.clone())
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
            assert!(here.is_new(Kind::StateMachine, id) && here.is_replaced(Kind::StateMachine, id), "{id}");
        }
        assert!(!here.is_new(Kind::Activity, "orders") && !here.is_new(Kind::StateMachine, "others"));
        assert!(there.is_new(Kind::StateMachine, ARN) && !there.is_new(Kind::StateMachine, "orders"));
        assert!(!here.is_replaced(Kind::StateMachine, &ARN.replace("eu-west-1", "us-east-1")));
        // A region that is not known yet may be any.
        assert!(all.within(None).is_new(Kind::StateMachine, "orders"));
        all.within(None).record_replaced(Kind::Activity, "approvals");
        assert!(here.is_replaced(Kind::Activity, "approvals") && !here.is_new(Kind::Activity, "approvals"));
    }

    #[test]
    fn a_function_is_judged_by_the_one_of_its_region() {
        let all = PlannedResources::default();
        let facts = |seconds| FunctionInfo { timeout_seconds: Some(seconds), ..FunctionInfo::default() };
        let (here, there) = (all.within(Some("eu-west-1")), all.within(Some("us-east-1")));
        here.record_function("charge", facts(3));
        here.record_function("charge", facts(4));
        there.record_function("charge", facts(5));
        let seconds = |planned: &PlannedIn<'_>, id: &str| planned.function(id).and_then(|facts| facts.timeout_seconds);
        assert_eq!((seconds(&here, "charge"), seconds(&there, "charge")), (Some(4), Some(5)));
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:charge";
        assert_eq!((seconds(&here, arn), seconds(&here, &format!("{arn}:live"))), (Some(5), None));
        assert_eq!(seconds(&all.within(Some("eu-central-1")), "charge"), None);
    }

    #[test]
    fn a_replaced_object_with_a_generated_name_is_known_by_its_configuration() {
        let all = PlannedResources::default();
        let planned = all.within(Some("eu-west-1"));
        planned.record(Kind::StateMachine, Some("orders-1"), Some("orders-1"), Some("config".into()));
        assert!(!planned.is_replaced(Kind::StateMachine, "orders-1"));
        planned.record(Kind::StateMachine, None, None, Some("config".into()));
        assert!(planned.is_replaced(Kind::StateMachine, "orders-1"));
    }
}
