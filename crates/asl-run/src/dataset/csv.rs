//! Text files with delimited fields.
//!
//! Source: the developer guide, "ItemReader (Map)", the rules by which Step Functions parses text
//! delimited files. A backslash escapes outside of quotation marks as well, and is removed before
//! other characters, which the usual libraries do not do.

use std::collections::HashSet;
use std::iter::Peekable;
use std::str::Chars;

use asl::model::{CsvDelimiter, CsvHeaderLocation, ReaderConfig};
use serde_json::{Map, Value};

use super::failed;
use crate::Failure;

/// Largest size of all names of columns, in bytes.
///
/// Source: the developer guide, "ItemReader (Map)", `CSVHeaderLocation`.
const HEADER_SIZE: usize = 10 * 1024;

/// How a file is written.
#[derive(Debug, Clone)]
pub(super) struct Format {
    pub delimiter: char,
    /// Names of the columns. `None` if they are in the first record.
    pub headers: Option<Vec<String>>,
}

impl Format {
    pub(super) fn of(config: &ReaderConfig) -> Self {
        let delimiter = match config.csv_delimiter {
            Some(CsvDelimiter::Comma) | None => ',',
            Some(CsvDelimiter::Pipe) => '|',
            Some(CsvDelimiter::Semicolon) => ';',
            Some(CsvDelimiter::Space) => ' ',
            Some(CsvDelimiter::Tab) => '\t',
        };
        let given = config.csv_header_location == Some(CsvHeaderLocation::Given);
        let headers = given.then(|| config.csv_headers.clone().unwrap_or_default());
        Self { delimiter, headers }
    }
}

/// The records of a file as objects. All values are strings.
pub(super) fn items(text: &str, format: &Format, most: usize) -> Result<Vec<Value>, Failure> {
    let mut records = Records {
        chars: text.chars().peekable(),
        delimiter: format.delimiter,
    };
    let headers = match &format.headers {
        Some(headers) => headers.clone(),
        None => records.next().unwrap_or_default(),
    };
    check(&headers)?;
    let items = records.take(most).map(|record| object(&headers, record));
    Ok(items.collect())
}

fn check(headers: &[String]) -> Result<(), Failure> {
    let mut seen = HashSet::new();
    if !headers.iter().all(|header| seen.insert(header)) {
        return Err(failed("CSV headers cannot contain duplicates."));
    }
    // An item repeats all names, so this limit also bounds the memory that a short record takes.
    let size: usize = headers.iter().map(String::len).sum();
    if size > HEADER_SIZE {
        return Err(failed(format!(
            "The names of the columns have {size} bytes, and can have {HEADER_SIZE}."
        )));
    }
    Ok(())
}

/// A record with the names of the columns. Missing fields are empty, further ones are left out.
fn object(headers: &[String], record: Vec<String>) -> Value {
    let mut fields = record.into_iter();
    let mut members = Map::with_capacity(headers.len());
    for header in headers {
        let field = fields.next().unwrap_or_default();
        members.insert(header.clone(), Value::String(field));
    }
    Value::Object(members)
}

/// The records of a text.
struct Records<'a> {
    chars: Peekable<Chars<'a>>,
    delimiter: char,
}

/// The end of a field.
enum End {
    Field,
    Record,
}

impl Iterator for Records<'_> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Self::Item> {
        self.chars.peek()?;
        let mut fields = Vec::new();
        loop {
            let (field, end) = self.field();
            fields.push(field);
            if let End::Record = end {
                return Some(fields);
            }
        }
    }
}

impl Records<'_> {
    fn field(&mut self) -> (String, End) {
        let mut text = String::new();
        let mut quoted = self.chars.next_if_eq(&'"').is_some();
        while let Some(char) = self.chars.next() {
            match char {
                '\\' => text.extend(self.escaped()),
                '"' if quoted => match self.chars.next_if_eq(&'"') {
                    Some(quote) => text.push(quote),
                    None => quoted = false,
                },
                char if quoted => text.push(char),
                char if char == self.delimiter => return (text, End::Field),
                '\n' => return (text, End::Record),
                '\r' => {
                    self.chars.next_if_eq(&'\n');
                    return (text, End::Record);
                }
                char => text.push(char),
            }
        }
        (text, End::Record)
    }

    /// The character after a backslash, if the backslash escapes it.
    fn escaped(&mut self) -> Option<char> {
        let delimiter = self.delimiter;
        let escapes = |char: &char| ['\\', '"', delimiter].contains(char);
        self.chars.next_if(escapes)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str, delimiter: char, given: Option<&[&str]>) -> Result<Vec<Value>, Failure> {
        let headers = given.map(|names| names.iter().map(ToString::to_string).collect());
        items(text, &Format { delimiter, headers }, usize::MAX)
    }

    #[test]
    fn records_are_objects() {
        let abc: Option<&[&str]> = Some(&["a", "b", "c"]);
        for (text, delimiter, given, expected) in [
            ("", ',', None, json!([])),
            ("a,b", ',', None, json!([])),
            ("a,b\n1,2", ',', None, json!([{"a": "1", "b": "2"}])),
            ("a,b\r\n1,2\r\n", ',', None, json!([{"a": "1", "b": "2"}])),
            ("a,b\r1,2\r", ',', None, json!([{"a": "1", "b": "2"}])),
            ("1,2,3\n", ',', abc, json!([{"a": "1", "b": "2", "c": "3"}])),
            ("1;2;3", ';', abc, json!([{"a": "1", "b": "2", "c": "3"}])),
            ("1|2|3", '|', abc, json!([{"a": "1", "b": "2", "c": "3"}])),
            (
                "1\t2\t3",
                '\t',
                abc,
                json!([{"a": "1", "b": "2", "c": "3"}]),
            ),
            ("1 2 3", ' ', abc, json!([{"a": "1", "b": "2", "c": "3"}])),
            // Missing and further fields, and blank records.
            (
                "1,2\n1,2,3,4",
                ',',
                abc,
                json!([
                    {"a": "1", "b": "2", "c": ""},
                    {"a": "1", "b": "2", "c": "3"},
                ]),
            ),
            (
                ",,,\n  \n\n",
                ',',
                abc,
                json!([
                    {"a": "", "b": "", "c": ""},
                    {"a": "  ", "b": "", "c": ""},
                    {"a": "", "b": "", "c": ""},
                ]),
            ),
            ("a,\n1,2,3", ',', None, json!([{"a": "1", "": "2"}])),
            // Quotation marks.
            (
                "\"1,\n2\",\"say \"\"hi\"\"\",x",
                ',',
                abc,
                json!([
                    {"a": "1,\n2", "b": "say \"hi\"", "c": "x"},
                ]),
            ),
            (
                "'1',5\" pipe,\"\"",
                ',',
                abc,
                json!([{"a": "'1'", "b": "5\" pipe", "c": ""}]),
            ),
            (
                "\"1\"2,\"open\n",
                ',',
                abc,
                json!([{"a": "12", "b": "open\n", "c": ""}]),
            ),
            // Backslashes.
            (
                "C:\\\\x,1\\,2,\\q\\\"",
                ',',
                abc,
                json!([{"a": "C:\\x", "b": "1,2", "c": "q\""}]),
            ),
            (
                "\"a\\\"b\",1\\|2,\\",
                ',',
                abc,
                json!([{"a": "a\"b", "b": "1|2", "c": ""}]),
            ),
            ("ä,ö\nü,ß", ',', None, json!([{"ä": "ü", "ö": "ß"}])),
            ("1,2", ',', Some(&[][..]), json!([{}])),
        ] {
            let found = read(text, delimiter, given).map(Value::Array);
            assert_eq!(found, Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn headers_are_checked() {
        let long = "x".repeat(HEADER_SIZE + 1);
        for (text, given, expected) in [
            (
                "a,b,a\n1,2,3",
                None,
                "CSV headers cannot contain duplicates.",
            ),
            ("a,,\n", None, "CSV headers cannot contain duplicates."),
            (
                "1",
                Some(&["a", "a"][..]),
                "CSV headers cannot contain duplicates.",
            ),
            (
                &long,
                None,
                "The names of the columns have 10241 bytes, and can have 10240.",
            ),
        ] {
            let failure = read(text, ',', given).unwrap_err();
            assert_eq!(failure, failed(expected));
        }
    }
}
