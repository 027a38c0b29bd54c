//! What was seen in AWS during a run of Terraform, and what the run is going to make.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asl::wiring::{Facts, FunctionFacts, Kind};
use sfn_aws::AwsError;
use tokio::sync::OnceCell;

type Answer = Arc<OnceCell<Result<Facts, AwsError>>>;

/// What AWS said about objects; each is asked about once.
#[derive(Default)]
pub struct Seen(Mutex<HashMap<(Kind, String), Answer>>);

impl Seen {
    /// What was said about an object, or what `ask` says now.
    pub async fn once<F: Future<Output = Result<Facts, AwsError>>>(
        &self,
        object: (Kind, String),
        ask: impl FnOnce() -> F,
    ) -> Result<Facts, AwsError> {
        let answer = {
            let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            seen.entry(object).or_default().clone()
        };
        answer.get_or_init(ask).await.clone()
    }
}

/// What the run is going to make or to change, by its name. Terraform plans what something refers to before it, so that what
/// a workflow names by a reference is known here by then.
#[derive(Default)]
pub struct Making(Mutex<HashMap<(Kind, String), Planned>>);

/// What is planned of something.
#[derive(Clone, Default)]
struct Planned {
    is_new: bool,
    function: Option<FunctionFacts>,
}

impl Making {
    /// Forgets everything, for another run.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Notes that something of this name will be made.
    pub fn note(&self, kind: Kind, name: &str) {
        self.lock().entry((kind, name.to_owned())).or_default().is_new = true;
    }

    /// Notes what a function of this name will be like.
    pub fn note_function(&self, name: &str, facts: FunctionFacts) {
        self.lock().entry((Kind::Function, name.to_owned())).or_default().function = Some(facts);
    }

    /// Whether what has this name or ARN will be made; a version or alias is made with what it is of.
    pub fn has(&self, kind: Kind, id: &str) -> bool {
        self.lock().get(&(kind, name(id))).is_some_and(|planned| planned.is_new)
    }

    /// What the function of this name or ARN will be like; `None` for one that the run leaves alone, and for a version or
    /// alias, which may stay behind.
    pub fn function(&self, id: &str) -> Option<FunctionFacts> {
        let is_whole = id.split(':').count() == if id.starts_with("arn:") { 7 } else { 1 };
        let planned = self.lock().get(&(Kind::Function, name(id)))?.function.clone();
        planned.filter(|_| is_whole)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(Kind, String), Planned>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name(id: &str) -> String {
    let name = if id.starts_with("arn:") { id.split(':').nth(6) } else { id.split(':').next() };
    name.unwrap_or_default().to_owned()
}
