//! The schema of the resource.

use tfplugin::Type;
use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting, Schema};

use crate::{checks, definition, encryption, execution_role, tags, timeouts};

/// The schema.
pub(super) fn schema() -> Schema {
    let computed = |name: &str, description: &str| Attribute::computed(name, Type::String, description);
    let string = |name: &str, description: &str| Attribute::optional(name, Type::String, description);
    let either = |name: &str, description: &str| Attribute::optional_computed(name, Type::String, description);
    let mut attributes = vec![
        either(
            "name",
            "Name, of up to 80 letters, digits, `-` and `_`; made up if absent. A change replaces the state machine.",
        ),
        string("name_prefix", "What a made-up name begins with. A change replaces the state machine."),
        either("type", "`STANDARD`, the default, or `EXPRESS`. A change replaces the state machine."),
        either("role_arn", "ARN of the role it runs with, unless `execution_role` makes one."),
        Attribute::optional("publish", Type::Bool, "Whether each change is published as a version; `false` if absent."),
        string("version_description", "Description of the versions that are published; only with `publish`."),
        Attribute::optional(
            "keep_versions",
            Type::Number,
            "How many versions are kept: after an update that publishes, older ones that no alias leads to are deleted. If absent, all \
             are kept, of which AWS has at most 1,000. Only with `publish`.",
        ),
    ];
    attributes.extend(definition::attributes());
    attributes.push(checks::attribute());
    attributes.extend(tags::attributes());
    attributes.extend([
        computed("id", "The ARN."),
        computed("arn", "ARN."),
        computed("asl", "The definition as it is rendered for AWS: JSON in the Amazon States Language."),
        computed("policy_json", "The permissions that the definition needs, as a policy document."),
        computed("revision_id", "The revision of definition, role and settings."),
        computed("state_machine_version_arn", "ARN of the version that was published last."),
        computed("status", "`ACTIVE` or `DELETING`."),
        computed("creation_date", "When it was created, as RFC 3339 has it."),
    ]);
    let mut blocks = vec![
        execution_role::state_machine_block(),
        logging_block(),
        tracing_block(),
        encryption::block(),
        timeouts::block(),
    ];
    blocks.extend(definition::blocks());
    let description = "A workflow of AWS Step Functions, with its versions, role, log group, tracing and encryption. All states are \
                       written side by side; a branch or item processor gets those that its `start_at` leads to.";
    Schema { version: 0, block: Block { attributes, blocks, description: description.into(), ..Block::default() } }
}

fn single(name: &str, attributes: Vec<Attribute>, description: &str) -> NestedBlock {
    let block = Block { attributes, description: description.into(), ..Block::default() };
    NestedBlock::new(name, Nesting::Single, block)
}

fn logging_block() -> NestedBlock {
    let attributes = vec![
        Attribute::required("level", Type::String, "`ALL`, `ERROR`, `FATAL` or `OFF`."),
        Attribute::optional(
            "include_execution_data",
            Type::Bool,
            "Whether input and output of states are logged; `false` if absent.",
        ),
        Attribute::optional(
            "log_destination",
            Type::String,
            "ARN of a log group, with or without `:*`. If absent the provider makes the log group \
             `/aws/vendedlogs/states/NAME`, and deletes it with the state machine.",
        ),
        Attribute::optional(
            "retention_in_days",
            Type::Number,
            "For how many days the log group that the provider makes keeps its events; for ever if absent.",
        ),
    ];
    single("logging_configuration", attributes, "Logs of executions. Without the block there are none.")
}

fn tracing_block() -> NestedBlock {
    let attributes = vec![Attribute::required("enabled", Type::Bool, "Whether executions are traced.")];
    single("tracing_configuration", attributes, "X-Ray. Without the block executions are not traced.")
}
