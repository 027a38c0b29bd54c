//! Defaults of `loggingConfiguration`. AWS adds them, so creating a state machine again with or
//! without them is the same.

use serde_json::Value;

use crate::proxy::behaviour::{Answering, Behaviour, Next};
use crate::proxy::call::Call;

/// Adds the defaults.
pub struct LoggingDefaults;

impl Behaviour for LoggingDefaults {
    fn operations(&self) -> &'static [&'static str] {
        &["CreateStateMachine", "UpdateStateMachine"]
    }

    fn answer<'a>(&'a self, call: &'a Call, next: Next<'a>) -> Answering<'a> {
        let mut request = call.json();
        let Some(logging) = request
            .get_mut("loggingConfiguration")
            .and_then(Value::as_object_mut)
        else {
            return next.run(call);
        };
        logging.entry("level").or_insert_with(|| "OFF".into());
        logging
            .entry("includeExecutionData")
            .or_insert(Value::Bool(false));
        if logging
            .get("destinations")
            .and_then(Value::as_array)
            .is_some_and(Vec::is_empty)
        {
            logging.remove("destinations");
        }
        let call = call.with_json(&request);
        Box::pin(async move { next.run(&call).await })
    }
}
