//! `CreateActivity` is idempotent: an activity with the same name is only rejected if its
//! encryption differs, and tags are not compared. The emulator rejects every activity with the same
//! name, and drops `encryptionConfiguration`.

use std::io;

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::proxy::behaviour::{Answering, Behaviour, Next};
use crate::proxy::call::{Answer, Call, is_error, json_answer, json_of, text, with_json};
use crate::proxy::memory::Memory;

/// Default reuse period of data keys in seconds.
const DEFAULT_REUSE_PERIOD: i32 = 300;

/// Stores the encryption, and responds with the existing activity.
#[derive(Default)]
pub struct Activities {
    encrypted: Memory<Encrypted>,
}

/// Encryption of an activity.
#[derive(Debug, Clone)]
struct Encrypted {
    /// Creation date. A different date means another activity with the same name.
    created: Option<Value>,
    configuration: Value,
}

impl Behaviour for Activities {
    fn operations(&self) -> &'static [&'static str] {
        &["CreateActivity", "DescribeActivity"]
    }

    fn answer<'a>(&'a self, call: &'a Call, next: Next<'a>) -> Answering<'a> {
        Box::pin(async move {
            let answer = next.run(call).await?;
            if call.operation == "DescribeActivity" {
                return Ok(self.described(answer));
            }
            if is_error(&answer, "ActivityAlreadyExists") {
                return Ok(self.existing(call, next).await?.unwrap_or(answer));
            }
            if answer.status().is_success() {
                self.remember(&call.json(), &json_of(&answer));
            }
            Ok(answer)
        })
    }
}

impl Activities {
    fn remember(&self, request: &Value, body: &Value) {
        if let Some(arn) = text(body, "activityArn") {
            let created = body.get("creationDate").cloned();
            self.encrypted.insert(
                arn,
                Encrypted {
                    created,
                    configuration: wanted(request),
                },
            );
        }
    }

    /// The response for an existing activity that equals the one in the call.
    async fn existing(&self, call: &Call, next: Next<'_>) -> io::Result<Option<Answer>> {
        let request = call.json();
        let listed = json_of(
            &next
                .upstream
                .states(call, "ListActivities", &json!({}))
                .await?,
        );
        let mut activities = listed
            .get("activities")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let found = activities.find(|activity| text(activity, "name") == text(&request, "name"));
        Ok(found
            .filter(|found| self.encryption_of(found) == wanted(&request))
            .map(|found| {
                let (arn, created) = (found.get("activityArn"), found.get("creationDate"));
                json_answer(
                    StatusCode::OK,
                    &json!({ "activityArn": arn, "creationDate": created }),
                )
            }))
    }

    fn described(&self, answer: Answer) -> Answer {
        let mut body = json_of(&answer);
        let encryption = self.encryption_of(&body);
        match body
            .as_object_mut()
            .filter(|_| answer.status().is_success())
        {
            Some(members) => {
                members.insert("encryptionConfiguration".into(), encryption);
                with_json(answer, &body)
            }
            None => answer,
        }
    }

    /// The encryption of an activity from a description or list.
    fn encryption_of(&self, activity: &Value) -> Value {
        let known = text(activity, "activityArn").and_then(|arn| self.encrypted.get(arn));
        let known = known.filter(|known| known.created.as_ref() == activity.get("creationDate"));
        known.map_or_else(owned, |known| known.configuration)
    }
}

/// The encryption in a call, with AWS's defaults.
fn wanted(request: &Value) -> Value {
    let configuration = request.get("encryptionConfiguration");
    match configuration.filter(|wanted| text(wanted, "type") == Some("CUSTOMER_MANAGED_KMS_KEY")) {
        Some(wanted) => json!({
            "type": "CUSTOMER_MANAGED_KMS_KEY",
            "kmsKeyId": wanted.get("kmsKeyId"),
            "kmsDataKeyReusePeriodSeconds":
                wanted.get("kmsDataKeyReusePeriodSeconds").cloned().unwrap_or_else(|| DEFAULT_REUSE_PERIOD.into()),
        }),
        None => owned(),
    }
}

/// Encryption with an AWS owned key.
fn owned() -> Value {
    json!({ "type": "AWS_OWNED_KEY" })
}
