//! The blocks of a state machine, from the schema of the language.

use std::sync::LazyLock;

use asl::schema::{FieldSchema, FieldType, Language, ObjectSchema};
use tfplugin::Type;
use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting};

/// The name of the block of each state type, with the schema of the type, in the order of the language.
pub static STATE_BLOCKS: LazyLock<Vec<(String, &'static ObjectSchema)>> = LazyLock::new(|| {
    Language::get()
        .states
        .iter()
        .map(|state| (state.name.to_lowercase(), state))
        .collect()
});

/// The argument of a branch or item processor that contains a workflow as JSON.
pub(crate) const DEFINITION: &str = "definition";

/// The argument that contains states as values, in addition to the blocks.
pub const STATES: &str = "states";

/// The attributes of a workflow: the fields of the state machine itself, and `states`.
pub fn definition_attributes() -> Vec<Attribute> {
    let fields = Language::get()
        .definition
        .fields
        .iter()
        .filter_map(attribute);
    fields.chain([states_attribute()]).collect()
}

fn states_attribute() -> Attribute {
    let description = format!(
        "States as values, in addition to those in blocks: a map of state name to an object with `type` ({}) and the \
         arguments of the block of that type. Nested blocks are objects, or lists of objects if the block can be \
         repeated. Use it for states from a variable, an output or a `for` expression, as described in the guide \"States from \
         modules\". A state name must not be used in both `states` and a block.",
        type_words()
    );
    Attribute::optional(STATES, Type::Dynamic, description)
}

/// Lists the valid values of `type` in a state, for messages and documentation.
pub(crate) fn type_words() -> String {
    STATE_BLOCKS
        .iter()
        .map(|(block, _)| format!("`{block}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// One labelled block for each type of state.
pub fn state_blocks() -> Vec<NestedBlock> {
    let nested = |(name, state): &(String, &ObjectSchema)| {
        let mut block = block(state);
        if has_lambda(state) {
            block.blocks.insert(
                0,
                NestedBlock::new("lambda", Nesting::Single, lambda_block()),
            );
        }
        NestedBlock::new(name.clone(), Nesting::Map, block)
    };
    STATE_BLOCKS.iter().map(nested).collect()
}

/// The `lambda` block.
pub(crate) fn lambda_block() -> Block {
    let attribute =
        |name: &str, ty: Type, description: &str| Attribute::optional(name, ty, description);
    Block {
        attributes: vec![
            attribute("function_arn", Type::String, "ARN or name of the function."),
            attribute(
                "qualifier",
                Type::String,
                "Version or alias of the function.",
            ),
            attribute(
                "payload",
                Type::Dynamic,
                "Payload of the function. Defaults to the input of the state. In JSONPath, a string that begins with `$` is a path.",
            ),
            attribute(
                "unwrap",
                Type::Bool,
                "Whether to use the value that the function returns as the result of the state, without the other fields of the \
                 response. Defaults to `true`. With `result_path`, `result_selector` or `output_path`, `function_arn` must be an ARN.",
            ),
            attribute(
                "wait_for_task_token",
                Type::Bool,
                "Whether to wait until the task token is returned. Defaults to `false`. Without `payload`, the function receives \
                 `input` and `taskToken`.",
            ),
            attribute(
                "retry_service_exceptions",
                Type::Bool,
                "Whether to retry errors of the Lambda service, as AWS recommends. Defaults to `true`.",
            ),
        ],
        description: "Calls a Lambda function. Replaces `resource`, `parameters` and a retrier."
            .into(),
        ..Block::default()
    }
}

/// Whether a state can have the `lambda` block.
pub(crate) fn has_lambda(state: &ObjectSchema) -> bool {
    state.name == "Task"
}

/// Whether an object contains a workflow, such as a branch.
pub(crate) fn holds_workflow(object: &ObjectSchema) -> bool {
    object
        .fields
        .iter()
        .any(|field| field.shape == FieldType::States)
}

fn block(object: &ObjectSchema) -> Block {
    let mut attributes: Vec<Attribute> = object.fields.iter().filter_map(attribute).collect();
    if holds_workflow(object) {
        attributes.push(Attribute::optional(
            DEFINITION,
            Type::String,
            "Workflow as JSON, such as the `json` of an `sfn_definition` data source. Conflicts with `start_at`.",
        ));
    }
    let blocks = object.fields.iter().filter_map(nested_block).collect();
    Block {
        attributes,
        blocks,
        description: object.description.clone(),
        ..Block::default()
    }
}

/// The object in a field that is a block, and whether it can be repeated. Objects that contain objects of the
/// same type cannot be blocks.
pub(crate) fn inner(field: &FieldSchema) -> Option<(&'static ObjectSchema, Nesting)> {
    let (name, nesting) = match &field.shape {
        FieldType::Object(name) => (name, Nesting::Single),
        FieldType::Objects(name) => (name, Nesting::List),
        _ => return None,
    };
    let language = Language::get();
    if language.is_recursive(name) {
        None
    } else {
        Some((language.object(name)?, nesting))
    }
}

/// Whether a field is a block instead of an attribute.
pub(crate) fn is_block(field: &FieldSchema) -> bool {
    inner(field).is_some()
}

fn nested_block(field: &FieldSchema) -> Option<NestedBlock> {
    let (object, nesting) = inner(field)?;
    let mut block = block(object);
    block.description.clone_from(&field.description);
    Some(NestedBlock::new(field.hcl.clone(), nesting, block))
}

fn attribute(field: &FieldSchema) -> Option<Attribute> {
    if field.shape == FieldType::States || is_block(field) {
        return None;
    }
    let ty = match &field.shape {
        FieldType::String | FieldType::NullableString | FieldType::Enum(_) => Type::String,
        FieldType::Boolean => Type::Bool,
        FieldType::Integer | FieldType::Number => Type::Number,
        FieldType::Strings => Type::list(Type::String),
        _ => Type::Dynamic,
    };
    let mut description = field.description.clone();
    if let Some(language) = field.language {
        description.push_str(&format!(" {language:?} only."));
    }
    if field.shape == FieldType::NullableString {
        description.push_str(" Set it to `\"null\"` for `null`.");
    }
    Some(Attribute::optional(field.hcl.clone(), ty, description))
}
