//! The versions and aliases of a state machine are deleted with it. The emulator keeps them,
//! returns them, and assigns them to a state machine with the same name that is created later.

use std::io;

use serde_json::{Value, json};

use crate::proxy::behaviour::{Answering, Behaviour, Next};
use crate::proxy::call::{Call, json_of, text};

/// Deletes the versions and aliases.
pub struct MachineDeletion;

/// Parts of a state machine: the operation that lists them, the list, the member with the ARN, and
/// the operation that deletes them.
const PARTS: [(&str, &str, &str, &str); 2] = [
    // Versions to which an alias routes can only be deleted after the alias.
    (
        "ListStateMachineAliases",
        "stateMachineAliases",
        "stateMachineAliasArn",
        "DeleteStateMachineAlias",
    ),
    (
        "ListStateMachineVersions",
        "stateMachineVersions",
        "stateMachineVersionArn",
        "DeleteStateMachineVersion",
    ),
];

impl Behaviour for MachineDeletion {
    fn operations(&self) -> &'static [&'static str] {
        &["DeleteStateMachine"]
    }

    fn answer<'a>(&'a self, call: &'a Call, next: Next<'a>) -> Answering<'a> {
        Box::pin(async move {
            // Only an existing state machine has lists.
            let deletions = deletions(call, next).await?;
            let answer = next.run(call).await?;
            if answer.status().is_success() {
                for (operation, body) in deletions {
                    next.upstream.states(call, operation, &body).await?;
                }
            }
            Ok(answer)
        })
    }
}

/// The calls that delete the parts of the state machine in a call.
async fn deletions(call: &Call, next: Next<'_>) -> io::Result<Vec<(&'static str, Value)>> {
    let machine = json!({ "stateMachineArn": call.json().get("stateMachineArn") });
    let mut deletions = Vec::new();
    for (list, member, arn, delete) in PARTS {
        let listed = json_of(&next.upstream.states(call, list, &machine).await?);
        let items = listed
            .get(member)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        deletions.extend(
            items
                .filter_map(|item| text(item, arn))
                .map(|found| (delete, json!({ (arn): found }))),
        );
    }
    Ok(deletions)
}
