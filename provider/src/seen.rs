//! What was seen in AWS during a run of Terraform, and what the run is going to make.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use asl::wiring::{Facts, Kind};
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

/// What the run is going to make, by its name. Terraform plans what something refers to before it, so that what a workflow
/// names by a reference is known here by then.
#[derive(Default)]
pub struct Making(Mutex<HashSet<(Kind, String)>>);

impl Making {
    /// Notes that something of this name will be made.
    pub fn note(&self, kind: Kind, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((kind, name.to_owned()));
    }

    /// Whether what has this name or ARN will be made; a version or alias is made with what it is of.
    pub fn has(&self, kind: Kind, id: &str) -> bool {
        let name = if id.starts_with("arn:") { id.split(':').nth(6) } else { id.split(':').next() };
        let making = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        making.contains(&(kind, name.unwrap_or_default().to_owned()))
    }
}
