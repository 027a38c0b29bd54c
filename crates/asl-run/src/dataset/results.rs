//! Results of a distributed Map state.
//!
//! Sources: the developer guide, "ResultWriter (Map)"; the output recorded on AWS.

use asl::model::{OutputType, WriterConfig, WriterTransformation};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{Data, Failure, Moment};

/// The result of a child execution.
#[derive(Debug, Clone)]
pub struct ChildResult {
    /// ARN of the execution.
    pub execution_arn: String,
    /// Name of the execution.
    pub name: String,
    /// ARN of the state machine, with the label of the Map state.
    pub machine_arn: String,
    /// The input.
    pub input: Data,
    /// The output, or the error.
    pub result: Result<Data, Failure>,
    /// When the execution started.
    pub started: Moment,
    /// When the execution ended.
    pub stopped: Moment,
}

/// The objects that a `ResultWriter` writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    /// Key and content of each object.
    pub files: Vec<(String, String)>,
    /// Key of the manifest.
    pub manifest: String,
}

/// The result of a state that writes no objects: the outputs, if the configuration asks for nothing
/// else.
pub(crate) fn collected(results: &[&ChildResult], config: Option<&WriterConfig>) -> Value {
    let transformation = transformation(config).unwrap_or(WriterTransformation::Compact);
    let entries = entries(results.iter().copied(), transformation);
    match format(config) {
        OutputType::Json => entries.into_iter().map(Entry::into_value).collect(),
        OutputType::Jsonl => Value::String(text(&entries, OutputType::Jsonl)),
    }
}

/// The objects with the results of a Map Run.
///
/// Executions that failed are written with their metadata, whatever the transformation is. The
/// sizes of the files on AWS have an upper limit, which results that fit in memory do not reach.
pub(crate) fn written(
    arn: &str,
    bucket: &str,
    prefix: &str,
    run: &str,
    results: &[&ChildResult],
    config: Option<&WriterConfig>,
) -> Written {
    let folder = folder(prefix, run);
    let transformation = transformation(config).unwrap_or(WriterTransformation::None);
    let mut files = Vec::new();
    let mut list = |status: &str, failed: bool, transformation| {
        let chosen = || {
            let results = results.iter().copied();
            results.filter(|result| result.result.is_err() == failed)
        };
        // Results without an entry, such as empty arrays that are flattened, have a file as well.
        if chosen().next().is_none() {
            return Vec::new();
        }
        let entries = entries(chosen(), transformation);
        let format = format(config);
        let key = format!("{folder}{status}_0.{}", extension(format));
        let text = text(&entries, format);
        let entry = json!({ "Key": key, "Size": text.len() });
        files.push((key, text));
        vec![entry]
    };
    let failed = list("FAILED", true, WriterTransformation::None);
    let succeeded = list("SUCCEEDED", false, transformation);
    let manifest = json!({
        "DestinationBucket": bucket,
        "MapRunArn": arn,
        "ResultFiles": { "FAILED": failed, "PENDING": [], "SUCCEEDED": succeeded },
    });
    let key = format!("{folder}manifest.json");
    files.push((key.clone(), manifest.to_string()));
    Written {
        files,
        manifest: key,
    }
}

fn folder(prefix: &str, run: &str) -> String {
    match prefix.trim_end_matches('/') {
        "" => format!("{run}/"),
        prefix => format!("{prefix}/{run}/"),
    }
}

fn transformation(config: Option<&WriterConfig>) -> Option<WriterTransformation> {
    config.and_then(|config| config.transformation)
}

fn format(config: Option<&WriterConfig>) -> OutputType {
    let format = config.and_then(|config| config.output_type);
    format.unwrap_or(OutputType::Json)
}

fn extension(format: OutputType) -> &'static str {
    match format {
        OutputType::Json => "json",
        OutputType::Jsonl => "jsonl",
    }
}

/// An entry of a file with results.
#[derive(Serialize)]
#[serde(untagged)]
enum Entry<'a> {
    Output(&'a Value),
    Record(Box<Record<'a>>),
}

impl Entry<'_> {
    fn into_value(self) -> Value {
        match self {
            Self::Output(value) => value.clone(),
            // Texts and numbers are always JSON.
            Self::Record(record) => serde_json::to_value(record).unwrap_or(Value::Null),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Output(value) => value.to_string(),
            // As above.
            Self::Record(record) => serde_json::to_string(record).unwrap_or_default(),
        }
    }
}

fn text(entries: &[Entry<'_>], format: OutputType) -> String {
    let texts = entries.iter().map(Entry::text);
    match format {
        OutputType::Json => format!("[{}]", texts.collect::<Vec<_>>().join(",")),
        OutputType::Jsonl => texts.map(|text| text + "\n").collect(),
    }
}

/// The results as a transformation leaves them. Outputs are not copied.
fn entries<'a>(
    results: impl Iterator<Item = &'a ChildResult>,
    transformation: WriterTransformation,
) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    for result in results {
        match (&result.result, transformation) {
            (Err(_), _) | (_, WriterTransformation::None) => {
                entries.push(Entry::Record(Box::new(Record::of(result))));
            }
            (Ok(output), WriterTransformation::Compact) => {
                entries.push(Entry::Output(output.value()));
            }
            (Ok(output), WriterTransformation::Flatten) => match output.value() {
                Value::Array(elements) => entries.extend(elements.iter().map(Entry::Output)),
                value => entries.push(Entry::Output(value)),
            },
        }
    }
    entries
}

/// An execution with its metadata, in alphabetical order as AWS writes it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Record<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    execution_arn: &'a str,
    input: String,
    input_details: Included,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    output_details: Included,
    redrive_count: u8,
    redrive_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    redrive_status_reason: Option<&'static str>,
    start_date: String,
    state_machine_arn: &'a str,
    status: &'static str,
    stop_date: String,
}

/// Whether the data is there: always.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Included {
    included: bool,
}

impl<'a> Record<'a> {
    fn of(result: &'a ChildResult) -> Self {
        const INCLUDED: Included = Included { included: true };
        let output = result.result.as_ref();
        let failure = output.err();
        let is_ok = output.is_ok();
        Self {
            cause: failure.and_then(|failure| failure.cause.as_deref()),
            error: failure.and_then(|failure| failure.error.as_deref()),
            execution_arn: &result.execution_arn,
            input: result.input.value().to_string(),
            input_details: INCLUDED,
            name: &result.name,
            output: output.ok().map(|output| output.value().to_string()),
            output_details: INCLUDED,
            redrive_count: 0,
            redrive_status: if is_ok {
                "NOT_REDRIVABLE"
            } else {
                "REDRIVABLE"
            },
            redrive_status_reason: is_ok.then_some("Execution is SUCCEEDED and cannot be redriven"),
            start_date: result.started.to_string(),
            state_machine_arn: &result.machine_arn,
            status: if is_ok { "SUCCEEDED" } else { "FAILED" },
            stop_date: result.stopped.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn child(name: &str, result: Result<Value, Failure>) -> ChildResult {
        ChildResult {
            execution_arn: format!("arn:e:m/L:{name}"),
            name: name.to_owned(),
            machine_arn: "arn:m/L".to_owned(),
            input: Data::new(json!({ "of": name })),
            result: result.map(Data::new),
            started: Moment(0),
            stopped: Moment(1),
        }
    }

    fn record_of(name: &str, output: &str) -> String {
        format!(
            r#"{{"ExecutionArn":"arn:e:m/L:{name}","Input":"{{\"of\":\"{name}\"}}","InputDetails":{{"Included":true}},"Name":"{name}","Output":"{output}","OutputDetails":{{"Included":true}},"RedriveCount":0,"RedriveStatus":"NOT_REDRIVABLE","RedriveStatusReason":"Execution is SUCCEEDED and cannot be redriven","StartDate":"1970-01-01T00:00:00.000Z","StateMachineArn":"arn:m/L","Status":"SUCCEEDED","StopDate":"1970-01-01T00:00:00.001Z"}}"#
        )
    }

    const FAILED: &str = r#"{"Cause":"no","Error":"E","ExecutionArn":"arn:e:m/L:c","Input":"{\"of\":\"c\"}","InputDetails":{"Included":true},"Name":"c","OutputDetails":{"Included":true},"RedriveCount":0,"RedriveStatus":"REDRIVABLE","StartDate":"1970-01-01T00:00:00.000Z","StateMachineArn":"arn:m/L","Status":"FAILED","StopDate":"1970-01-01T00:00:00.001Z"}"#;

    #[test]
    fn results_are_transformed() {
        let a = child("a", Ok(json!([1, 2])));
        let b = child("b", Ok(json!({ "x": 3 })));
        let c = child("c", Err(Failure::new("E", "no")));
        let (good, bad) = (vec![&a, &b], vec![&b, &c]);
        let none = format!(
            "{},{}",
            record_of("a", "[1,2]"),
            record_of("b", r#"{\"x\":3}"#)
        );
        let partly = format!(r#"{{"x":3}},{FAILED}"#);
        for (results, transformation, expected) in [
            (&good, None, r#"[1,2],{"x":3}"#),
            (
                &good,
                Some(WriterTransformation::Compact),
                r#"[1,2],{"x":3}"#,
            ),
            (&good, Some(WriterTransformation::Flatten), r#"1,2,{"x":3}"#),
            (&good, Some(WriterTransformation::None), &none),
            (&bad, Some(WriterTransformation::Flatten), &partly),
        ] {
            let config = transformation.map(|transformation| WriterConfig {
                transformation: Some(transformation),
                output_type: None,
            });
            let found = collected(results, config.as_ref()).to_string();
            assert_eq!(found, format!("[{expected}]"), "{transformation:?}");
        }
        let lines = WriterConfig {
            transformation: Some(WriterTransformation::Flatten),
            output_type: Some(OutputType::Jsonl),
        };
        let found = collected(&good, Some(&lines));
        assert_eq!(found, json!("1\n2\n{\"x\":3}\n"));
    }

    #[test]
    fn results_are_written() {
        let a = child("a", Ok(json!([1])));
        let b = child("b", Ok(json!([])));
        let c = child("c", Err(Failure::new("E", "no")));
        let none = format!("[{},{}]", record_of("a", "[1]"), record_of("b", "[]"));
        let failed = format!("[{FAILED}]");
        let failed_line = format!("{FAILED}\n");
        let flatten = WriterConfig {
            transformation: Some(WriterTransformation::Flatten),
            output_type: Some(OutputType::Jsonl),
        };
        for (results, prefix, config, expected) in [
            (vec![], "", None, vec![]),
            (
                vec![&a, &b],
                "p",
                None,
                vec![("p/u/SUCCEEDED_0.json", none.as_str())],
            ),
            (
                vec![&c],
                "p/q/",
                None,
                vec![("p/q/u/FAILED_0.json", failed.as_str())],
            ),
            (
                vec![&a, &b, &c],
                "",
                Some(&flatten),
                vec![
                    ("u/FAILED_0.jsonl", failed_line.as_str()),
                    ("u/SUCCEEDED_0.jsonl", "1\n"),
                ],
            ),
            (
                vec![&b],
                "",
                Some(&flatten),
                vec![("u/SUCCEEDED_0.jsonl", "")],
            ),
        ] {
            let found = written("arn:r", "bucket", prefix, "u", &results, config);
            let list = |status: &str| -> Vec<Value> {
                let chosen = expected.iter().filter(|(key, _)| key.contains(status));
                chosen
                    .map(|(key, text)| json!({ "Key": key, "Size": text.len() }))
                    .collect()
            };
            let manifest = json!({
                "DestinationBucket": "bucket",
                "MapRunArn": "arn:r",
                "ResultFiles": {
                    "FAILED": list("FAILED"),
                    "PENDING": [],
                    "SUCCEEDED": list("SUCCEEDED"),
                },
            });
            assert_eq!(
                found.files.last().unwrap(),
                &(found.manifest, manifest.to_string())
            );
            let files: Vec<_> = found
                .files
                .iter()
                .map(|(key, text)| (&**key, &**text))
                .collect();
            assert_eq!(files[..files.len() - 1], expected);
        }
    }
}
