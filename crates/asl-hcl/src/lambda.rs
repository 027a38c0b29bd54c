//! The `lambda` block of a task.
//!
//! It renders the ASL that AWS recommends to call a function. The same ASL is converted back to the same block.

use asl::{Json, Members};
use tfplugin::Value;

use crate::convert::any_to_json;

/// A `lambda` block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lambda {
    function: Json,
    qualifier: Option<Json>,
    payload: Option<Json>,
    unwrap: bool,
    wait_for_task_token: bool,
    pub(crate) retry_service_exceptions: bool,
}

/// The errors of the Lambda service that AWS recommends to retry (Step Functions developer guide, "Handle transient
/// Lambda service exceptions").
const SERVICE_EXCEPTIONS: [&str; 4] = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
];

fn retrier() -> Json {
    let errors = SERVICE_EXCEPTIONS
        .iter()
        .map(|error| Json::from(*error))
        .collect();
    let number = |number: i64| Json::Number(number.into());
    Json::Object(Members::from_iter([
        ("ErrorEquals".to_owned(), Json::Array(errors)),
        ("IntervalSeconds".to_owned(), number(1)),
        ("MaxAttempts".to_owned(), number(3)),
        ("BackoffRate".to_owned(), number(2)),
        ("JitterStrategy".to_owned(), "FULL".into()),
    ]))
}

impl Lambda {
    /// Reads a block. Returns `None` if a flag is unknown.
    pub(crate) fn read(block: &Value) -> Option<Self> {
        let json = |name: &str| {
            let value = block.get(name);
            (!value.is_null()).then(|| any_to_json(value))
        };
        let flag = |name: &str, default: bool| match block.get(name).plain() {
            Value::Unknown => None,
            value => Some(value.as_bool().unwrap_or(default)),
        };
        Some(Self {
            function: json("function_arn").unwrap_or(Json::Null),
            qualifier: json("qualifier"),
            payload: json("payload"),
            unwrap: flag("unwrap", true)?,
            wait_for_task_token: flag("wait_for_task_token", false)?,
            retry_service_exceptions: flag("retry_service_exceptions", true)?,
        })
    }

    /// Writes the block, with null for default values.
    fn write(&self) -> Value {
        let value = |json: &Option<Json>| {
            json.as_ref()
                .and_then(|json| crate::convert::from_json(&asl::schema::FieldType::Json, json))
        };
        let unless = |flag: bool, default: bool| (flag != default).then_some(flag);
        Value::object([
            ("function_arn", Value::from(self.function.as_str())),
            (
                "qualifier",
                Value::from(self.qualifier.as_ref().and_then(Json::as_str)),
            ),
            ("payload", Value::from(value(&self.payload))),
            ("unwrap", unless(self.unwrap, true).into()),
            (
                "wait_for_task_token",
                unless(self.wait_for_task_token, false).into(),
            ),
            (
                "retry_service_exceptions",
                unless(self.retry_service_exceptions, true).into(),
            ),
        ])
    }

    fn name(&self) -> Json {
        match (&self.function, &self.qualifier) {
            (Json::String(function), Some(Json::String(qualifier))) => {
                Json::String(format!("{function}:{qualifier}"))
            }
            (function, None) => function.clone(),
            _ => Json::Unknown,
        }
    }

    /// Whether the function itself is the resource. In JSONPath, only then can its unwrapped result be
    /// inserted into the input. `None` if the fields that decide are unknown.
    fn is_direct(&self, members: &Members, jsonata: bool) -> Option<bool> {
        if jsonata || !self.unwrap || self.wait_for_task_token {
            return Some(false);
        }
        let mut shaping = ["ResultPath", "ResultSelector", "OutputPath"]
            .iter()
            .filter_map(|field| members.get(*field));
        let is_known = |value: &Json| !matches!(value, Json::Unknown);
        if shaping.clone().any(is_known) {
            Some(true)
        } else {
            shaping.next().is_none().then_some(false)
        }
    }

    /// Whether the block requires the ARN of the function and has only its name.
    pub(crate) fn needs_arn(&self, members: &Members, jsonata: bool) -> bool {
        self.is_direct(members, jsonata) == Some(true)
            && self.function.as_str().is_some_and(is_name)
    }

    /// Returns whether both `payload` and `input_path` select the input by a path.
    pub(crate) fn selects_twice(&self, members: &Members, jsonata: bool) -> bool {
        let is_selected = members
            .get("InputPath")
            .is_some_and(|path| !matches!(path, Json::Unknown));
        self.is_direct(members, jsonata) == Some(true)
            && self.payload.as_ref().is_some_and(is_path)
            && is_selected
    }

    /// Adds the fields that the block renders to the task. Returns `None` if they depend on unknown values.
    pub(crate) fn expand(&self, mut members: Members, jsonata: bool) -> Option<Members> {
        if self.is_direct(&members, jsonata)? {
            members.insert("Resource".into(), self.name());
            if let Some(payload) = &self.payload {
                // A payload template must be an object. A path belongs in `InputPath`.
                let key = if is_path(payload) {
                    "InputPath"
                } else {
                    "Parameters"
                };
                members.insert(key.into(), payload.clone());
            }
        } else {
            self.expand_invoke(&mut members, jsonata);
        }
        if self.retry_service_exceptions {
            let retriers = match members.get("Retry") {
                Some(Json::Unknown) => Json::Unknown,
                Some(Json::Array(retriers)) => {
                    Json::Array([retrier()].into_iter().chain(retriers.clone()).collect())
                }
                _ => Json::Array(vec![retrier()]),
            };
            members.insert("Retry".into(), retriers);
        }
        Some(members)
    }

    fn expand_invoke(&self, members: &mut Members, jsonata: bool) {
        let partition = self
            .function
            .as_str()
            .and_then(|arn| arn.strip_prefix("arn:")?.split(':').next())
            .unwrap_or("aws");
        let pattern = if self.wait_for_task_token {
            ".waitForTaskToken"
        } else {
            ""
        };
        members.insert(
            "Resource".into(),
            format!("arn:{partition}:states:::lambda:invoke{pattern}").into(),
        );
        let (key, payload) = match (&self.payload, jsonata) {
            (Some(payload), true) => ("Payload".to_owned(), payload.clone()),
            (Some(payload), false) => template("Payload", payload),
            (None, true) => (
                "Payload".to_owned(),
                self.default_payload(
                    "",
                    "{% $states.input %}",
                    "{% $states.context.Task.Token %}",
                ),
            ),
            (None, false) if self.wait_for_task_token => (
                "Payload".to_owned(),
                self.default_payload(".$", "$", "$$.Task.Token"),
            ),
            (None, false) => ("Payload.$".to_owned(), "$".into()),
        };
        let passed = Json::Object(Members::from_iter([
            ("FunctionName".to_owned(), self.name()),
            (key, payload),
        ]));
        members.insert(
            if jsonata { "Arguments" } else { "Parameters" }.into(),
            passed,
        );
        if self.unwrap && !self.wait_for_task_token {
            if jsonata {
                members
                    .entry("Output".into())
                    .or_insert_with(|| UNWRAP_JSONATA.into());
            } else {
                members.insert("OutputPath".into(), UNWRAP_JSONPATH.into());
            }
        }
    }

    fn default_payload(&self, suffix: &str, input: &str, token: &str) -> Json {
        if !self.wait_for_task_token {
            return input.into();
        }
        let member = |name: &str, value: &str| (format!("{name}{suffix}"), Json::from(value));
        Json::Object(Members::from_iter([
            member("input", input),
            member("taskToken", token),
        ]))
    }
}

const UNWRAP_JSONPATH: &str = "$.Payload";
const UNWRAP_JSONATA: &str = "{% $states.result.Payload %}";

/// Returns whether a text is the name of a function and not an ARN. A text that begins with another character is an
/// expression, whose value may be an ARN.
fn is_name(function: &str) -> bool {
    !function.starts_with("arn:")
        && function.starts_with(|first: char| first.is_ascii_alphanumeric() || "-_".contains(first))
}

/// A payload as a member of a payload template. The name ends in `.$` for a path.
fn template(name: &str, payload: &Json) -> (String, Json) {
    let key = if is_path(payload) {
        format!("{name}.$")
    } else {
        name.to_owned()
    };
    (key, payload.clone())
}

fn is_path(payload: &Json) -> bool {
    payload.as_str().is_some_and(|text| text.starts_with('$'))
}

/// Returns the block for the ASL of a task, and the rest of the task.
pub(crate) fn recognise(task: &Json, jsonata: bool) -> Option<(Value, Json)> {
    let mut rest = task.as_object()?.clone();
    let resource = rest.shift_remove("Resource")?.as_str()?.to_owned();
    let passed = rest.shift_remove(if jsonata { "Arguments" } else { "Parameters" });
    let retry_service_exceptions = take_retrier(&mut rest);
    let lambda = if let Some(pattern) = resource
        .split_once(":states:::lambda:invoke")
        .map(|(_, pattern)| pattern)
    {
        let passed = passed?;
        let wait_for_task_token = pattern == ".waitForTaskToken";
        let (output, mark) = if jsonata {
            ("Output", UNWRAP_JSONATA)
        } else {
            ("OutputPath", UNWRAP_JSONPATH)
        };
        let unwrap = rest.get(output).and_then(Json::as_str) == Some(mark) && !wait_for_task_token;
        if unwrap {
            rest.shift_remove(output);
        }
        let payload = passed
            .get("Payload")
            .or_else(|| passed.get("Payload.$"))
            .cloned();
        let function = passed
            .get("FunctionName")
            .filter(|name| name.as_str().is_some())?
            .clone();
        // With a task token, there is no response to unwrap, so `unwrap` keeps its default.
        let unwrap = unwrap || wait_for_task_token;
        Lambda {
            function,
            qualifier: None,
            payload,
            unwrap,
            wait_for_task_token,
            retry_service_exceptions,
        }
    } else if resource.contains(":lambda:") && retry_service_exceptions {
        let function = resource.into();
        Lambda {
            function,
            qualifier: None,
            payload: passed,
            unwrap: true,
            wait_for_task_token: false,
            retry_service_exceptions,
        }
    } else {
        return None;
    };
    let without_payload = Lambda {
        payload: None,
        ..lambda.clone()
    };
    [without_payload, lambda].into_iter().find_map(|lambda| {
        // Values that a block cannot represent, such as a null payload, would be lost.
        let block = lambda.write();
        let again = Lambda::read(&block)?.expand(rest.clone(), jsonata)?;
        Json::Object(again)
            .same_meaning(task)
            .then(|| (block, Json::Object(rest.clone())))
    })
}

/// Removes the recommended retrier from the beginning of the list, if present.
fn take_retrier(members: &mut Members) -> bool {
    let Some(Json::Array(retriers)) = members.get_mut("Retry") else {
        return false;
    };
    let is_first = retriers
        .first()
        .is_some_and(|first| first.same_meaning(&retrier()));
    if is_first {
        retriers.remove(0);
        if retriers.is_empty() {
            members.shift_remove("Retry");
        }
    }
    is_first
}
