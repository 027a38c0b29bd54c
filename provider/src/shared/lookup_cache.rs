//! What AWS answered during a run of Terraform, and what the run is going to make.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asl::wiring::{Facts, FunctionFacts, Kind};
use aws_arn::{Arn, FunctionArn};
use sfn_aws::AwsError;
use tokio::sync::OnceCell;

type Answer = Arc<OnceCell<Result<Facts, AwsError>>>;

/// What AWS answered about objects; each is asked about once.
#[derive(Default)]
pub struct LookupCache(Mutex<HashMap<(Kind, String), Answer>>);

impl LookupCache {
    /// What was answered about an object, or what `ask` answers now.
    pub async fn get_or_fetch<F: Future<Output = Result<Facts, AwsError>>>(
        &self,
        object: (Kind, String),
        ask: impl FnOnce() -> F,
    ) -> Result<Facts, AwsError> {
        let answer = {
            let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            answers.entry(object).or_default().clone()
        };
        answer.get_or_init(ask).await.clone()
    }
}

/// What the run is going to make or to change, by name. Terraform plans what something refers to before it, so that what a
/// workflow or an alias refers to is recorded by then.
#[derive(Default)]
pub struct PlannedResources(Mutex<Planned>);

#[derive(Default)]
struct Planned {
    new: HashSet<(Kind, String)>,
    replaced: HashSet<(Kind, String)>,
    functions: HashMap<String, FunctionFacts>,
    /// The objects whose name is generated, by their configuration.
    generated: HashMap<(Kind, String), String>,
}

impl PlannedResources {
    /// Forgets everything, for another run.
    pub fn clear(&self) {
        *self.lock() = Planned::default();
    }

    /// Records the plan of an object: its name or ARN before, and now. Where the name is generated, `configuration` tells
    /// that the plan of a new object follows that of the one that it replaces.
    pub fn record(&self, kind: Kind, prior: Option<&str>, called: Option<&str>, configuration: Option<String>) {
        let mut planned = self.lock();
        match (prior, configuration) {
            (Some(prior), Some(configuration)) => {
                planned.generated.insert((kind, configuration), name(prior));
            }
            (Some(_), None) => {}
            (None, configuration) => {
                planned.new.extend(called.map(|called| (kind, name(called))));
                let replaced = configuration.and_then(|configuration| planned.generated.remove(&(kind, configuration)));
                planned.replaced.extend(replaced.map(|name| (kind, name)));
            }
        }
    }

    /// Records that an object will be made again.
    pub fn record_replaced(&self, kind: Kind, called: &str) {
        self.lock().replaced.insert((kind, name(called)));
    }

    /// Records what a function of this name will be like.
    pub fn record_function(&self, function: &str, facts: FunctionFacts) {
        self.lock().functions.insert(name(function), facts);
    }

    /// Whether what has this name or ARN will be made; a version or alias is made with what it belongs to.
    pub fn is_new(&self, kind: Kind, id: &str) -> bool {
        self.lock().new.contains(&(kind, name(id)))
    }

    /// Whether the object of this name or ARN will be made again, and with it what goes when it is deleted.
    pub fn is_replaced(&self, kind: Kind, id: &str) -> bool {
        let object = (kind, name(id));
        let planned = self.lock();
        planned.new.contains(&object) || planned.replaced.contains(&object)
    }

    /// What the function of this name or ARN will be like; `None` for one that the run leaves alone, and for a version or
    /// alias, which may stay behind.
    pub fn function(&self, id: &str) -> Option<FunctionFacts> {
        let function = FunctionArn::parse(id).filter(|function| function.qualifier.is_none())?;
        self.lock().functions.get(&function.name).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Planned> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name in a name or ARN, without version or alias.
fn name(id: &str) -> String {
    let resource = Arn::parse(id).map(|arn| arn.resource);
    let name = match &resource {
        Some(resource) => resource.split(':').nth(1).unwrap_or(resource),
        None => id.split(':').next().unwrap_or(id),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_recorded_by_name() {
        let planned = PlannedResources::default();
        let arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders";
        planned.record(Kind::StateMachine, None, Some("orders"), None);
        for id in ["orders", arn, &format!("{arn}:live")] {
            assert!(planned.is_new(Kind::StateMachine, id), "{id}");
        }
        assert!(!planned.is_new(Kind::Activity, "orders") && !planned.is_new(Kind::StateMachine, "others"));
    }

    #[test]
    fn a_replaced_object_with_a_generated_name_is_known_by_its_configuration() {
        let planned = PlannedResources::default();
        planned.record(Kind::StateMachine, Some("orders-1"), Some("orders-1"), Some("config".into()));
        assert!(!planned.is_replaced(Kind::StateMachine, "orders-1"));
        planned.record(Kind::StateMachine, None, None, Some("config".into()));
        assert!(planned.is_replaced(Kind::StateMachine, "orders-1"));
    }
}
