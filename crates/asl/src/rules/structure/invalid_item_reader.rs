//! Item readers with invalid options.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::pointer::JsonPointer;
use crate::semantic::{Node, SemanticModel};

rule! {
    /// ## What it does
    ///
    /// Checks for an `ItemReader` with an unsupported resource or with options that conflict.
    ///
    /// A distributed Map state reads its items with `arn:aws:states:::s3:getObject` or
    /// `arn:aws:states:::s3:listObjectsV2`.
    ///
    /// For the `InputType` `CSV`, `CSVHeaderLocation` is required. For `JSON`, `JSONL`, and `PARQUET`, the fields
    /// `CSVHeaderLocation`, `CSVHeaders`, and `CSVDelimiter` are not allowed. `CSVHeaders` is required if
    /// `CSVHeaderLocation` is `GIVEN`, and is not allowed if it is `FIRST_ROW`.
    ///
    /// The `Transformation` `LOAD_AND_FLATTEN` requires `arn:aws:states:::s3:listObjectsV2` and an `InputType`. With
    /// the `ManifestType` `ATHENA_DATA`, the `InputType` must be `CSV`, `JSONL`, or `PARQUET`. With `S3_INVENTORY`,
    /// omit the `InputType` or set it to `MANIFEST`.
    ///
    /// ## Why is this bad?
    ///
    /// AWS rejects the definition with `SCHEMA_VALIDATION_FAILED` when the state machine is created or updated.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "Type": "Map",
    ///   "ItemReader": {
    ///     "Resource": "arn:aws:states:::s3:getObject",
    ///     "ReaderConfig": {
    ///       "InputType": "CSV"
    ///     },
    ///     "Parameters": {
    ///       "Bucket": "orders",
    ///       "Key": "orders.csv"
    ///     }
    ///   },
    ///   "ItemProcessor": {
    ///     "ProcessorConfig": {
    ///       "Mode": "DISTRIBUTED",
    ///       "ExecutionType": "STANDARD"
    ///     },
    ///     "StartAt": "ReserveStock",
    ///     "States": {
    ///       "ReserveStock": {
    ///         "Type": "Task",
    ///         "Resource": "arn:aws:states:::lambda:invoke",
    ///         "Parameters": {
    ///           "FunctionName": "reserve-stock",
    ///           "Payload.$": "$"
    ///         },
    ///         "End": true
    ///       }
    ///     }
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "Type": "Map",
    ///   "ItemReader": {
    ///     "Resource": "arn:aws:states:::s3:getObject",
    ///     "ReaderConfig": {
    ///       "InputType": "CSV",
    ///       "CSVHeaderLocation": "FIRST_ROW"
    ///     },
    ///     "Parameters": {
    ///       "Bucket": "orders",
    ///       "Key": "orders.csv"
    ///     }
    ///   },
    ///   "ItemProcessor": {
    ///     "ProcessorConfig": {
    ///       "Mode": "DISTRIBUTED",
    ///       "ExecutionType": "STANDARD"
    ///     },
    ///     "StartAt": "ReserveStock",
    ///     "States": {
    ///       "ReserveStock": {
    ///         "Type": "Task",
    ///         "Resource": "arn:aws:states:::lambda:invoke",
    ///         "Parameters": {
    ///           "FunctionName": "reserve-stock",
    ///           "Payload.$": "$"
    ///         },
    ///         "End": true
    ///       }
    ///     }
    ///   },
    ///   "End": true
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [ItemReader (Map)](https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html)
    /// - [Amazon States Language: Map State](https://states-language.net/#map-state)
    "ASL1018" "invalid-item-reader" ["item-reader"] Error
    ItemReader => check
}

fn check(_: &SemanticModel<'_>, node: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let resource = node.value.get("Resource").and_then(Json::as_str);
    let operation = resource.and_then(|resource| {
        resource
            .split_once(":states:::")
            .map(|(_, operation)| operation)
    });
    if let Some(resource) =
        resource.filter(|_| !matches!(operation, Some("s3:getObject" | "s3:listObjectsV2")))
    {
        let at = node.at.join("Resource");
        findings.push(
            RULE.finding(
                at.clone(),
                format!("items cannot be read from `{resource}`"),
            )
            .schema(&at)
            .help("write `arn:aws:states:::s3:getObject` or `arn:aws:states:::s3:listObjectsV2`"),
        );
    }
    if let Some(config) = node.value.get("ReaderConfig") {
        let at = node.at.join("ReaderConfig");
        let mut reader = Reader {
            config,
            at,
            list: operation == Some("s3:listObjectsV2"),
            findings,
        };
        reader.csv();
        reader.transformation();
    }
}

struct Reader<'a> {
    config: &'a Json,
    at: JsonPointer,
    list: bool,
    findings: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn has(&self, field: &str) -> bool {
        self.config.is_set(field)
    }

    fn lacks(&self, field: &str) -> bool {
        self.config.get(field).is_none()
    }

    fn word(&self, field: &str) -> &str {
        self.config.get(field).and_then(Json::as_str).unwrap_or("")
    }

    fn unknown(&self, field: &str) -> bool {
        matches!(self.config.get(field), Some(Json::Unknown))
    }

    fn say(&mut self, field: &'static str, message: &str, help: &str) {
        let at = if self.has(field) {
            self.at.join(field)
        } else {
            self.at.clone()
        };
        self.findings
            .push(RULE.finding(at, message).schema(&self.at).help(help));
    }

    fn csv(&mut self) {
        if self.unknown("InputType") || self.unknown("CSVHeaderLocation") {
            return;
        }
        let (input, location) = (
            self.word("InputType").to_owned(),
            self.word("CSVHeaderLocation").to_owned(),
        );
        if input == "CSV" && self.lacks("CSVHeaderLocation") {
            let help = "write `FIRST_ROW`, or `GIVEN` and the names in `CSVHeaders`";
            self.say(
                "CSVHeaderLocation",
                "a CSV file needs a `CSVHeaderLocation`",
                help,
            );
        }
        if matches!(input.as_str(), "JSON" | "JSONL" | "PARQUET") {
            for field in ["CSVHeaderLocation", "CSVHeaders", "CSVDelimiter"] {
                if self.has(field) {
                    self.say(
                        field,
                        &format!("`{field}` is for CSV files"),
                        "remove it, or write `InputType: \"CSV\"`",
                    );
                }
            }
        }
        if location == "GIVEN" && self.lacks("CSVHeaders") {
            self.say(
                "CSVHeaders",
                "`CSVHeaders` is required if `CSVHeaderLocation` is `GIVEN`",
                "write the names in `CSVHeaders`",
            );
        }
        if location == "FIRST_ROW" && self.has("CSVHeaders") {
            let help = "write `CSVHeaderLocation: \"GIVEN\"`, or remove `CSVHeaders`";
            self.say(
                "CSVHeaders",
                "`CSVHeaders` is not allowed if `CSVHeaderLocation` is `FIRST_ROW`",
                help,
            );
        }
    }

    fn transformation(&mut self) {
        if self.word("Transformation") == "LOAD_AND_FLATTEN" {
            if !self.list {
                let help = "write `arn:aws:states:::s3:listObjectsV2` as the `Resource`, or remove `Transformation`";
                self.say(
                    "Transformation",
                    "`LOAD_AND_FLATTEN` requires `s3:listObjectsV2`",
                    help,
                );
            }
            if self.lacks("InputType") {
                let help = "write the type of the objects: `CSV`, `JSON`, `JSONL` or `PARQUET`";
                self.say("InputType", "`LOAD_AND_FLATTEN` needs an `InputType`", help);
            }
        }
        match self.word("ManifestType").to_owned().as_str() {
            "S3_INVENTORY" if self.has("InputType") && self.word("InputType") != "MANIFEST" => {
                self.say(
                    "InputType",
                    "`InputType` must be `MANIFEST` for an S3 inventory",
                    "remove `InputType`",
                );
            }
            "ATHENA_DATA"
                if !matches!(self.word("InputType"), "CSV" | "JSONL" | "PARQUET")
                    && !self.unknown("InputType") =>
            {
                let help = "write `CSV`, `JSONL` or `PARQUET`";
                self.say(
                    "InputType",
                    "an Athena manifest requires the `InputType` of its data",
                    help,
                );
            }
            _ => {}
        }
    }
}
