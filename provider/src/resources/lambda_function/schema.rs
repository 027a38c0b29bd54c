//! The schema of the resource, and what can be said about a configuration before anything is planned.

use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting, Schema};
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Type, Value};

use crate::{execution_role, messages, tags, timeouts};

/// The places that code can come from, of which a function has one.
const SOURCES: [&str; 4] = ["source_dir", "filename", "s3_bucket", "image_uri"];

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
        string("image_uri", "A container image in ECR, in place of a zip file."),
        Attribute::optional_computed(
            "package_type",
            Type::String,
            "`Image` with an `image_uri`, `Zip` otherwise. A change replaces the function.",
        ),
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
        Attribute::optional(
            "reserved_concurrent_executions",
            Type::Number,
            "How many concurrent calls are kept for it, which are also the most it gets; none are kept if absent or `-1`.",
        ),
        string("kms_key_arn", "ARN of the key that environment variables are encrypted with; AWS's own if absent."),
        Attribute::optional("skip_destroy", Type::Bool, "Whether the function stays in AWS when it is destroyed here."),
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
        execution_role::function_block(),
        environment_block(),
        tracing_block(),
        logging_block(),
        vpc_block(),
        single(
            "dead_letter_config",
            vec![Attribute::required("target_arn", Type::String, "ARN of a queue or topic.")],
            "Where events of asynchronous calls go that the function did not deal with.",
        ),
        image_block(),
        single(
            "ephemeral_storage",
            vec![Attribute::required("size", Type::Number, "From 512 to 10240 MiB.")],
            "The size of `/tmp`; 512 MiB without the block.",
        ),
        single(
            "snap_start",
            vec![Attribute::required("apply_on", Type::String, "`PublishedVersions` or `None`.")],
            "Whether published versions start from a snapshot.",
        ),
        single(
            "file_system_config",
            vec![
                Attribute::required("arn", Type::String, "ARN of an access point of EFS."),
                Attribute::required("local_mount_path", Type::String, "Where the function sees it, below `/mnt/`."),
            ],
            "A file system.",
        ),
        single(
            "durable_config",
            vec![
                Attribute::required("execution_timeout", Type::Number, "The longest time of a run, in seconds."),
                Attribute::optional("retention_period", Type::Number, "For how many days its history is kept."),
            ],
            "Runs that outlast a single call.",
        ),
        timeouts::block(),
    ];
    let description = "A Lambda function for a workflow to call, straight from a folder of code.";
    Schema { version: 0, block: Block { attributes, blocks, description: description.into(), ..Block::default() } }
}

fn single(name: &str, attributes: Vec<Attribute>, description: &str) -> NestedBlock {
    let block = Block { attributes, description: description.into(), ..Block::default() };
    NestedBlock::new(name, Nesting::Single, block)
}

fn vpc_block() -> NestedBlock {
    let ids = |name: &str, description: &str| Attribute::required(name, Type::set(Type::String), description);
    let attributes = vec![
        ids("subnet_ids", "Subnets."),
        ids("security_group_ids", "Security groups."),
        Attribute::optional("ipv6_allowed_for_dual_stack", Type::Bool, "Whether it may call out by IPv6."),
    ];
    single("vpc_config", attributes, "The network that the function calls out from.")
}

fn image_block() -> NestedBlock {
    let list = |name: &str, description: &str| Attribute::optional(name, Type::list(Type::String), description);
    let attributes = vec![
        list("command", "Arguments."),
        list("entry_point", "Program."),
        Attribute::optional("working_directory", Type::String, "Folder to run in."),
    ];
    single("image_config", attributes, "What is run of the image, where that is not what the image says.")
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

/// What attributes are that are not written (API reference, CreateFunction).
pub(super) fn defaults() -> [(&'static str, Value); 4] {
    [
        ("package_type", "Zip".into()),
        ("architectures", Value::List(vec!["x86_64".into()])),
        ("memory_size", 128.into()),
        ("timeout", 3.into()),
    ]
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
            "Write `source_dir`, `filename`, `s3_bucket` and `s3_key`, or `image_uri`.",
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
    for (path, value, least, most) in [
        ("memory_size", config.get("memory_size"), 128, 32_768),
        ("timeout", config.get("timeout"), 1, 900),
        ("reserved_concurrent_executions", config.get("reserved_concurrent_executions"), -1, 1_000_000),
        ("ephemeral_storage", config.get("ephemeral_storage").get("size"), 512, 10_240),
        ("durable_config", config.get("durable_config").get("execution_timeout"), 1, 31_622_400),
        ("durable_config", config.get("durable_config").get("retention_period"), 1, 90),
    ] {
        if let Some(number) = value.as_i64().filter(|number| *number < least || *number > most) {
            error(path, format!("`{path}` is {number}"), &format!("It must be from {least} to {most}."));
        }
    }
    let is_image = !config.get("image_uri").is_null();
    for name in ["handler", "runtime"] {
        match (is_image, config.get(name).is_null()) {
            (false, true) => error(
                name,
                format!("the function has no `{name}`"),
                "A function from a zip file has a handler and a runtime.",
            ),
            (true, false) => error(
                name,
                format!("a function from an image has no `{name}`"),
                "The image says what is run, or `image_config` does: remove it.",
            ),
            _ => {}
        }
    }
    if !is_image && !config.get("image_config").is_null() {
        error("image_config", "there is no image".into(), "Write `image_uri`, or remove the block.");
    }
    if let Some(written) = config.get("package_type").as_str().filter(|written| (*written == "Image") != is_image) {
        let detail = "It follows from the code: remove it, or write `image_uri` for an image and a zip file otherwise.";
        error("package_type", format!("the code is no `{written}`"), detail);
    }
    // Lambda developer guide, "SnapStart": supported features and limitations.
    let snap_start = config.get("snap_start").get("apply_on").as_str() == Some("PublishedVersions");
    let large = config.get("ephemeral_storage").get("size").as_i64().is_some_and(|size| size > 512);
    if snap_start && (large || !config.get("file_system_config").is_null()) {
        let detail = "A snapshot has 512 MiB of `/tmp` and no file system: remove `snap_start` or the other block.";
        let other = if large { "ephemeral_storage" } else { "file_system_config" };
        error("snap_start", format!("`snap_start` and `{other}` do not go together"), detail);
    }
    if config.get("layers").strings().len() > 5 {
        error("layers", "there are more than five layers".into(), "A function has at most five: merge some of them.");
    }
    for (block, name, words) in [
        ("tracing_config", "mode", &["Active", "PassThrough"][..]),
        ("logging_config", "log_format", &["Text", "JSON"]),
        ("snap_start", "apply_on", &["PublishedVersions", "None"]),
    ] {
        let path = AttributePath::root(block).attribute(name);
        diagnostics.extend(messages::one_of(config.get(block).get(name), path, words));
    }
    diagnostics.extend(execution_role::validate(config, "role"));
    diagnostics.extend(timeouts::validate(config));
    diagnostics
}
