//! Tests of readings.

use std::io::Write as _;
use std::sync::Arc;

use ::parquet::basic::{Compression as Codec, GzipLevel};
use ::parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;

/// Reads a dataset that is one object or a listing.
fn items(
    content: Content,
    config: &ReaderConfig,
    most: Option<i64>,
) -> Result<Vec<Value>, Failure> {
    match Reading::new(config, most)?.give(content)? {
        Step::Items(items) => Ok(items),
        Step::More(object) => panic!("reads {object:?}"),
    }
}

fn config(text: &str) -> ReaderConfig {
    serde_json::from_str(text).unwrap()
}

fn zipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn listed(key: &str, size: u64) -> Listed {
    Listed {
        key: key.to_owned(),
        etag: "\"e\"".to_owned(),
        modified: Moment(1_668_699_881_500),
        size,
        storage_class: "STANDARD".to_owned(),
    }
}

#[test]
fn objects_are_read_by_their_format() {
    const CSV: &str = r#"{"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}"#;
    const GIVEN: &str = r#"{"InputType": "CSV", "CSVDelimiter": "PIPE", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["x"]}"#;
    const TWICE: &str =
        r#"{"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["x", "x"]}"#;
    const POINTER: &str = r#"{"InputType": "JSON", "ItemsPointer": "/a"}"#;
    const PARQUET: &str = r#"{"InputType": "PARQUET"}"#;
    for (reader, text, most, expected) in [
        (
            CSV,
            "a\n1\n2\n3",
            None,
            Ok(json!([{"a": "1"}, {"a": "2"}, {"a": "3"}])),
        ),
        (
            CSV,
            "a\n1\n2\n3",
            Some(0),
            Ok(json!([{"a": "1"}, {"a": "2"}, {"a": "3"}])),
        ),
        (
            CSV,
            "a\n1\n2\n3",
            Some(2),
            Ok(json!([{"a": "1"}, {"a": "2"}])),
        ),
        (CSV, "a\n1", Some(i64::MAX), Ok(json!([{"a": "1"}]))),
        (
            CSV,
            "a\n1",
            Some(-1),
            Err("field MaxItems must be positive"),
        ),
        (CSV, "\u{feff}a\n1", None, Ok(json!([{"a": "1"}]))),
        (GIVEN, "1|2", None, Ok(json!([{"x": "1"}]))),
        (
            TWICE,
            "1|2",
            None,
            Err("CSV headers cannot contain duplicates."),
        ),
        ("{}", "[1]", None, Ok(json!([1]))),
        (
            r#"{"InputType": "JSON"}"#,
            "[1, 2]",
            Some(1),
            Ok(json!([1])),
        ),
        (POINTER, "\u{feff}{\"a\": [1]}", None, Ok(json!([1]))),
        (r#"{"InputType": "JSONL"}"#, "1\n2", Some(1), Ok(json!([1]))),
        (
            PARQUET,
            "PAR1",
            None,
            Err(
                "The object is not valid Parquet: EOF: Parquet file too small. Size is 4 but need 8",
            ),
        ),
    ] {
        for content in [text.as_bytes().to_vec(), zipped(text)] {
            let found = items(Content::Object(content), &config(reader), most);
            let expected = expected.clone().map_err(failed);
            assert_eq!(found.map(Value::Array), expected, "{reader} {text}");
        }
    }
}

#[test]
fn content_that_is_not_text_does_not_matter() {
    let reader = config(r#"{"InputType": "CSV"}"#);
    let found = items(Content::Object(b"a\n\xFF".to_vec()), &reader, None);
    assert_eq!(found, Ok(vec![json!({ "a": "\u{fffd}" })]));
    for (content, cause) in [
        (
            &b"\x1F\x8Bx"[..],
            "The object cannot be decompressed: unexpected end of file",
        ),
        (
            &b"\x28\xB5\x2F\xFD"[..],
            "Objects that are compressed with Zstandard cannot be read offline.",
        ),
    ] {
        let found = items(Content::Object(content.to_vec()), &reader, None);
        assert_eq!(found, Err(failed(cause)));
    }
}

#[test]
fn listings_are_items() {
    let objects = vec![listed("p/", 0), listed("p/a", 7), listed("p/b", 8)];
    let found = items(Content::Listing(objects), &config("{}"), Some(2)).unwrap();
    let texts: Vec<_> = found.iter().map(Value::to_string).collect();
    let expected = [
        r#"{"Etag":"\"e\"","Key":"p/","LastModified":1668699881,"Size":0,"StorageClass":"STANDARD"}"#,
        r#"{"Etag":"\"e\"","Key":"p/a","LastModified":1668699881,"Size":7,"StorageClass":"STANDARD"}"#,
    ];
    assert_eq!(texts, expected);
}

#[test]
fn datasets_of_many_objects_are_read_in_two_steps() {
    let inventory = json!({
        "destinationBucket": "arn:aws:s3:::lists",
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key",
        "files": [{ "key": "1.csv.gz" }, { "key": "2.csv.gz" }],
    });
    let inventory = Content::Object(inventory.to_string().into_bytes());
    let athena = Content::Object(b"s3://out/1\ns3://out/2\n".to_vec());
    let listing = Content::Listing(vec![listed("p/", 0), listed("p/1", 9), listed("p/2", 9)]);
    for (reader, content, objects, parts, most, expected) in [
        (
            r#"{"InputType": "MANIFEST"}"#,
            &inventory,
            ["lists/1.csv.gz", "lists/2.csv.gz"],
            ["\"b\",\"k1\"\n", "\"b\",\"k2\"\n"],
            None,
            json!([{"Bucket": "b", "Key": "k1"}, {"Bucket": "b", "Key": "k2"}]),
        ),
        (
            r#"{"ManifestType": "S3_INVENTORY"}"#,
            &inventory,
            ["lists/1.csv.gz", "lists/2.csv.gz"],
            ["b,k1\n", "b,k2\n"],
            Some(1),
            json!([{"Bucket": "b", "Key": "k1"}]),
        ),
        (
            r#"{"InputType": "JSONL", "ManifestType": "ATHENA_DATA"}"#,
            &athena,
            ["out/1", "out/2"],
            ["{\"a\": 1}\n{\"a\": 2}\n", "{\"a\": 3}\n"],
            None,
            json!([{"a": 1}, {"a": 2}, {"a": 3}]),
        ),
        (
            r#"{"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "Transformation": "LOAD_AND_FLATTEN"}"#,
            &listing,
            ["?/p/1", "?/p/2"],
            ["a\n1\n2", "b\n3\n4"],
            Some(3),
            json!([{"a": "1"}, {"a": "2"}, {"b": "3"}]),
        ),
    ] {
        let mut reading = Reading::new(&config(reader), most).unwrap();
        let mut step = reading.give(content.clone());
        for (object, part) in objects.iter().zip(parts) {
            let Ok(Step::More(at)) = step else {
                panic!("{reader} does not read {object}: {step:?}");
            };
            let bucket = at.bucket.as_deref().unwrap_or("?");
            assert_eq!(format!("{bucket}/{}", at.key), *object);
            step = reading.give(Content::Object(zipped(part)));
            if matches!(step, Ok(Step::Items(_))) {
                break;
            }
        }
        assert_eq!(step, Ok(Step::Items(expected.as_array().unwrap().clone())));
    }
}

#[test]
fn large_datasets_are_read() {
    let rows: String = (0..40_000)
        .map(|row| format!("{row},\"x,y\",z\n"))
        .collect();
    let reader = config(
        r#"{"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "b", "c"]}"#,
    );
    let found = items(Content::Object(rows.into_bytes()), &reader, None).unwrap();
    assert_eq!(found.len(), 40_000);
    let batches = batches(found, Some(100), None, Some(&json!({}))).unwrap();
    assert_eq!(batches.len(), 400);
}

proptest! {
    #[test]
    fn no_content_panics(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        text in "[\\[\\]{},;\"\\\\\n\r a1:é]{0,60}",
        reader in 0..5_usize,
        most in any::<Option<i64>>(),
    ) {
        let readers = [
            r#"{"InputType": "CSV", "CSVDelimiter": "SEMICOLON"}"#,
            r#"{"InputType": "JSON", "ItemsPointer": "/a"}"#,
            r#"{"InputType": "JSONL"}"#,
            r#"{"InputType": "MANIFEST"}"#,
            r#"{"InputType": "CSV", "ManifestType": "ATHENA_DATA"}"#,
        ];
        for content in [bytes, text.into_bytes()] {
            let _ = items(Content::Object(content), &config(readers[reader]), most);
        }
    }
}

/// A file with two rows, as other programs write it.
fn parquet_file(compression: Codec) -> Vec<u8> {
    let schema =
        "message m { required int64 id; optional binary name (UTF8); required double price; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = WriterProperties::builder().set_compression(compression);
    let mut writer =
        SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build())).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column
        .typed::<Int64Type>()
        .write_batch(&[1, 2], None, None)
        .unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let names = [ByteArray::from("pen")];
    column
        .typed::<ByteArrayType>()
        .write_batch(&names, Some(&[1, 0]), None)
        .unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column
        .typed::<DoubleType>()
        .write_batch(&[1.5, 2.0], None, None)
        .unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn rows_of_parquet_are_objects() {
    const PARQUET: &str = r#"{"InputType": "PARQUET"}"#;
    let first = json!({ "id": 1, "name": "pen", "price": 1.5 });
    let second = json!({ "id": 2, "name": null, "price": 2.0 });
    let gzip = Codec::GZIP(GzipLevel::default());
    for codec in [Codec::UNCOMPRESSED, Codec::SNAPPY, gzip] {
        for (most, expected) in [(None, json!([first, second])), (Some(1), json!([first]))] {
            let content = Content::Object(parquet_file(codec));
            let found = items(content, &config(PARQUET), most);
            assert_eq!(found.map(Value::Array), Ok(expected), "{codec} {most:?}");
        }
    }
}
