//! Roles of tasks.

use crate::diagnostic::Diagnostic;
use crate::integration::Resource;
use crate::json::Json;
use crate::subject::{Item, Subject};

rule! {
    /// `Credentials` has no `RoleArn`, or stands in a task that cannot assume a role: an activity.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`.
    "ASL5008" "credentials" Error Task => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(credentials) = item.value.get("Credentials") else { return };
    let at = item.at.join("Credentials");
    if let Json::Object(members) = credentials {
        if !members.contains_key("RoleArn") && !members.contains_key("RoleArn.$") {
            findings.push(
                RULE.finding(at.clone(), "the credentials have no `RoleArn`")
                    .schema(&at)
                    .help("write the ARN of the role that the task is to assume, or its path as `RoleArn.$`"),
            );
        }
    } else if !matches!(credentials, Json::Unknown | Json::String(_)) {
        let message = format!("`Credentials` is {}, not an object", credentials.kind());
        findings.push(RULE.finding(at.clone(), message).schema(&at).help("write an object with `RoleArn`"));
    }
    if matches!(item.resource, Some((_, Resource::Activity))) {
        findings.push(
            RULE.finding(at, "an activity has no credentials")
                .schema(&item.at)
                .help("remove `Credentials`: the worker of an activity has a role of its own"),
        );
    }
}
