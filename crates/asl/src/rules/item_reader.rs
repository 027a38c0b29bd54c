//! Where a distributed Map reads its items.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::pointer::Pointer;
use crate::subject::{Item, Subject};

rule! {
    /// The reader of a distributed Map state names something that cannot be read, or options that do not go together,
    /// such as a CSV file without `CSVHeaderLocation`.
    ///
    /// AWS refuses it with `SCHEMA_VALIDATION_FAILED`. Source: developer guide, "ItemReader (Map)".
    "ASL1018" "item-reader" Error ItemReader => check
}

fn check(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let resource = item.value.get("Resource").and_then(Json::as_str);
    let operation = resource.and_then(|resource| resource.split_once(":states:::").map(|(_, operation)| operation));
    if let Some(resource) = resource.filter(|_| !matches!(operation, Some("s3:getObject" | "s3:listObjectsV2"))) {
        let at = item.at.join("Resource");
        findings.push(
            RULE.finding(at.clone(), format!("items cannot be read from `{resource}`"))
                .schema(&at)
                .help("write `arn:aws:states:::s3:getObject` or `arn:aws:states:::s3:listObjectsV2`"),
        );
    }
    if let Some(config) = item.value.get("ReaderConfig") {
        let at = item.at.join("ReaderConfig");
        let mut reader = Reader { config, at, list: operation == Some("s3:listObjectsV2"), findings };
        reader.csv();
        reader.transformation();
    }
}

struct Reader<'a> {
    config: &'a Json,
    at: Pointer,
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
        let at = if self.has(field) { self.at.join(field) } else { self.at.clone() };
        self.findings.push(RULE.finding(at, message).schema(&self.at).help(help));
    }

    fn csv(&mut self) {
        if self.unknown("InputType") || self.unknown("CSVHeaderLocation") {
            return;
        }
        let (input, location) = (self.word("InputType").to_owned(), self.word("CSVHeaderLocation").to_owned());
        if input == "CSV" && self.lacks("CSVHeaderLocation") {
            let help = "write `FIRST_ROW`, or `GIVEN` and the names in `CSVHeaders`";
            self.say("CSVHeaderLocation", "a CSV file needs a `CSVHeaderLocation`", help);
        }
        if matches!(input.as_str(), "JSON" | "JSONL" | "PARQUET") {
            for field in ["CSVHeaderLocation", "CSVHeaders", "CSVDelimiter"] {
                if self.has(field) {
                    self.say(field, &format!("`{field}` is for CSV files"), "remove it, or write `InputType: \"CSV\"`");
                }
            }
        }
        if location == "GIVEN" && self.lacks("CSVHeaders") {
            self.say("CSVHeaders", "the header of the CSV file is given nowhere", "write the names in `CSVHeaders`");
        }
        if location == "FIRST_ROW" && self.has("CSVHeaders") {
            let help = "write `CSVHeaderLocation: \"GIVEN\"`, or remove `CSVHeaders`";
            self.say("CSVHeaders", "the header is in the first row and in `CSVHeaders`", help);
        }
    }

    fn transformation(&mut self) {
        if self.word("Transformation") == "LOAD_AND_FLATTEN" {
            if !self.list {
                let help = "it reads what `s3:listObjectsV2` has listed";
                self.say("Transformation", "`LOAD_AND_FLATTEN` is for listed objects", help);
            }
            if self.lacks("InputType") {
                let help = "write the type of the objects: `CSV`, `JSON`, `JSONL` or `PARQUET`";
                self.say("InputType", "`LOAD_AND_FLATTEN` needs an `InputType`", help);
            }
        }
        match self.word("ManifestType").to_owned().as_str() {
            "S3_INVENTORY" if self.has("InputType") && self.word("InputType") != "MANIFEST" => {
                self.say("InputType", "an S3 inventory has a type of its own", "remove `InputType`");
            }
            "ATHENA_DATA"
                if !matches!(self.word("InputType"), "CSV" | "JSONL" | "PARQUET") && !self.unknown("InputType") =>
            {
                let help = "write `CSV`, `JSONL` or `PARQUET`";
                self.say("InputType", "Athena's manifest needs the type of the data", help);
            }
            _ => {}
        }
    }
}
