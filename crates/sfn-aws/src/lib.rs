//! AWS clients for the provider and the command: state machines, functions, roles, log groups.
//!
//! The API consists of plain structs, without Terraform types. Every call takes a [`Call`] with its
//! deadline and cancellation, and transient rejections are retried ([`mod@retry`]). An [`AwsError`]
//! contains a kind, the code of AWS and an explanation, such as why there are no credentials, why
//! an endpoint cannot be reached, or that a response does not come from AWS.

pub mod activity;
pub mod alarm;
pub mod alias;
mod answer;
mod attempt;
mod causes;
mod config;
pub mod creation;
mod credentials;
pub mod encryption;
mod error;
pub mod execution;
pub mod existence;
mod fields;
pub mod function;
mod help;
pub mod history;
mod host_prefix;
mod http;
pub mod log_group;
#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]
mod loopback;
mod metadata;
pub mod metrics;
mod pace;
mod profile;
mod reach;
pub mod regions;
pub mod retry;
pub mod role;
pub mod state_machine;
pub mod tags;
pub mod test_state;
pub mod time;

pub use config::{Aws, Identity, Settings};
pub use creation::CreateError;
pub use credentials::{AssumeRole, Session, WebIdentity};
pub use error::{AwsError, AwsErrorKind};
pub use regions::partition;
pub use retry::Call;
pub use state_machine::Verdict;

/// The owner tag, which marks objects that the provider created for another object.
pub const OWNER_TAG: &str = "terraform-provider-sfn:owner";

/// Tags by key.
pub type Tags = std::collections::BTreeMap<String, String>;

/// The keys to remove and the tags to set for a change of tags.
fn tags_between(from: &Tags, to: &Tags) -> (Vec<String>, Tags) {
    let removed = from
        .keys()
        .filter(|key| !to.contains_key(*key))
        .cloned()
        .collect();
    let changed = to
        .iter()
        .filter(|(key, value)| from.get(*key) != Some(value));
    (
        removed,
        changed
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    )
}

/// Updates the tags of an object with the client of any service. `field(arn)` is the service's
/// parameter for the object, and the last argument converts tags to the service's form. Only
/// differences are sent.
macro_rules! retag {
    ($client:ident, $call:ident, $field:ident($arn:expr), $from:expr => $to:expr, $form:expr) => {{
        let (removed, changed) = crate::tags_between($from, $to);
        if !removed.is_empty() {
            let operation = "UntagResource";
            let request = $client
                .untag_resource()
                .$field($arn)
                .set_tag_keys(Some(removed));
            let sent = async {
                request
                    .send()
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            };
            $call.once(operation, sent).await?;
        }
        if !changed.is_empty() {
            let operation = "TagResource";
            let form: fn(crate::Tags) -> _ = $form;
            let request = $client
                .tag_resource()
                .$field($arn)
                .set_tags(Some(form(changed)));
            let sent = async {
                request
                    .send()
                    .await
                    .map_err(|error| AwsError::new(operation, error))
            };
            $call.once(operation, sent).await?;
        }
        Ok(())
    }};
}
pub(crate) use retag;
