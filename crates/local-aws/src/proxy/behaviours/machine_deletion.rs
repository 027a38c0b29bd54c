//! The versions and aliases of a state machine are deleted with it. The emulator keeps them, describes them, and gives
//! them to a state machine of the same name that is created later.

use std::io;

use serde_json::{Value, json};

use crate::proxy::behaviour::{Answering, Behaviour, Next};
use crate::proxy::call::{Call, json_of, text};

/// Deletes them.
pub struct MachineDeletion;

/// What belongs to a state machine: the operation that lists it, the list, the member with its ARN, and the operation
/// that deletes it.
const PARTS: [(&str, &str, &str, &str); 2] = [
    // Versions that an alias routes to cannot be deleted before it.
    ("ListStateMachineAliases", "stateMachineAliases", "stateMachineAliasArn", "DeleteStateMachineAlias"),
    ("ListStateMachineVersions", "stateMachineVersions", "stateMachineVersionArn", "DeleteStateMachineVersion"),
];

impl Behaviour for MachineDeletion {
    fn operations(&self) -> &'static [&'static str] {
        &["DeleteStateMachine"]
    }

    fn answer<'a>(&'a self, call: &'a Call, next: Next<'a>) -> Answering<'a> {
        Box::pin(async move {
            // Only a state machine that exists has lists.
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

/// The calls that delete what belongs to the state machine of a call.
async fn deletions(call: &Call, next: Next<'_>) -> io::Result<Vec<(&'static str, Value)>> {
    let machine = json!({ "stateMachineArn": call.json().get("stateMachineArn") });
    let mut deletions = Vec::new();
    for (list, member, arn, delete) in PARTS {
        let listed = json_of(&next.upstream.states(call, list, &machine).await?);
        let items = listed.get(member).and_then(Value::as_array).into_iter().flatten();
        deletions.extend(items.filter_map(|item| text(item, arn)).map(|found| (delete, json!({ (arn): found }))));
    }
    Ok(deletions)
}
