//! The schema of the resource, and what can be said about a configuration before anything is planned.

use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting, Schema};
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Type, Value};

use crate::{execution_role, tags, timeouts};

/// The places that code can come from, of which a function has one.
const SOURCES: [&str; 3] = ["source_dir", "filename", "s3_bucket"];

/// The schema.
pub(super) fn schema() -> Schema {
    let computed = |name: &str, description: &str| Attribute::computed(name, Type::String, description);
    let string = |name: &str, description: &str| Attribute::optional(name, Type::String, description);
    let mut attributes = vec![
        Attribute::required("function_name", Type::String, "Name. A change replaces the function."),
        Attribute::optional_computed(
            "role",
            Type::String,
            "ARN of the role it runs with, unless `execution_role` makes one.",
        ),
        string(
            "source_dir",
            "A folder whose files are the code: the provider zips it, the same files to the same bytes.",
        ),
        string("filename", "A zip file."),
        string("s3_bucket", "Bucket of a zip file in S3; with `s3_key`."),
        string("s3_key", "Key of a zip file in S3."),
        string("s3_object_version", "Version of the object in S3."),
        string("handler", "Entry point in the code, such as `main.handler`."),
        string("runtime", "Such as `python3.13`, `nodejs22.x` or `provided.al2023`."),
        Attribute::optional_computed("architectures", Type::list(Type::String), "`x86_64`, the default, or `arm64`."),
        Attribute::optional_computed("memory_size", Type::Number, "Memory in MiB, from 128 to 32768; 128 if absent."),
        Attribute::optional_computed(
            "timeout",
            Type::Number,
            "The longest time a call may take, from 1 to 900 seconds; 3 if absent.",
        ),
        Attribute::optional("layers", Type::list(Type::String), "ARNs of up to five layers."),
        Attribute::optional("publish", Type::Bool, "Whether each change is published as a version; `false` if absent."),
        string("description", "A text for people."),
        Attribute::optional_computed(
            "source_code_hash",
            Type::String,
            "SHA-256 of the zip file in Base64; computed for `source_dir` and `filename`.",
        ),
    ];
    attributes.extend(tags::attributes());
    attributes.extend([
        computed("id", "The name."),
        computed("arn", "ARN, without a version."),
        computed("version", "The version that was published last, or `$LATEST`."),
        computed("qualified_arn", "ARN of that version."),
        computed("invoke_arn", "ARN by which API Gateway calls the function."),
        Attribute::computed("source_code_size", Type::Number, "Size of the zip file in bytes."),
        computed("last_modified", "When it was last changed."),
    ]);
    let blocks = vec![
        execution_role::block(
            "A role that the provider makes and deletes with the function, which may write its logs and traces.",
        ),
        environment_block(),
        tracing_block(),
        logging_block(),
        timeouts::block(),
    ];
    let description = "A Lambda function for a workflow to call, straight from a folder of code.";
    Schema { version: 0, block: Block { attributes, blocks, description: description.into(), ..Block::default() } }
}

fn single(name: &str, attributes: Vec<Attribute>, description: &str) -> NestedBlock {
    let block = Block { attributes, description: description.into(), ..Block::default() };
    NestedBlock::new(name, Nesting::Single, block)
}

fn environment_block() -> NestedBlock {
    let variables = Attribute::optional("variables", Type::map(Type::String), "Variables by name.");
    single("environment", vec![variables], "Environment variables.")
}

fn tracing_block() -> NestedBlock {
    let mode = Attribute::required("mode", Type::String, "`Active` or `PassThrough`.");
    single("tracing_config", vec![mode], "X-Ray. Without the block the mode is `PassThrough`.")
}

fn logging_block() -> NestedBlock {
    let string = |name: &str, description: &str| Attribute::optional(name, Type::String, description);
    let attributes = vec![
        Attribute::required("log_format", Type::String, "`Text` or `JSON`."),
        string("application_log_level", "Level of the function's own lines, with `JSON`."),
        string("system_log_level", "Level of Lambda's own lines, with `JSON`."),
        string("log_group", "Name of the log group; `/aws/lambda/NAME` if absent."),
    ];
    single("logging_config", attributes, "How the function logs.")
}

/// Checks a configuration.
pub(super) fn validate(config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let mut error = |name: &str, message: String, detail: &str| {
        diagnostics.push(Diagnostic::error(message, detail).at(AttributePath::root(name)));
    };
    let sources: Vec<&str> = SOURCES.into_iter().filter(|name| !config.get(name).is_null()).collect();
    match sources.as_slice() {
        [_] => {}
        [] => error(
            "source_dir",
            "the function has no code".into(),
            "Write `source_dir`, `filename`, or `s3_bucket` and `s3_key`.",
        ),
        [first, second, ..] => {
            error(
                second,
                format!("both `{first}` and `{second}` are there"),
                "Code comes from one place: remove one of the two.",
            );
        }
    }
    if config.get("s3_bucket").is_null() != config.get("s3_key").is_null() {
        error("s3_bucket", "`s3_bucket` and `s3_key` go together".into(), "Write both.");
    }
    for (name, least, most) in [("memory_size", 128, 32_768), ("timeout", 1, 900)] {
        if let Some(number) = config.get(name).as_i64().filter(|number| *number < least || *number > most) {
            error(name, format!("`{name}` is {number}"), &format!("It must be from {least} to {most}."));
        }
    }
    for name in ["handler", "runtime"] {
        if config.get(name).is_null() {
            error(
                name,
                format!("the function has no `{name}`"),
                "A function from a zip file has a handler and a runtime.",
            );
        }
    }
    diagnostics.extend(execution_role::validate(config, "role"));
    diagnostics.extend(timeouts::validate(config));
    diagnostics
}
