//! Conversion between messages of the protocol and the types of this crate.

use printable::{printable, printable_lines};

use crate::codec;
use crate::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::path::{AttributePath, Step};
use crate::proto;
use crate::provider::{Parameter, Signature};
use crate::schema::{
    Attribute, AttributeType, Block, IdentitySchema, NestedBlock, Nesting, Schema,
};
use crate::value::Value;

const MARKDOWN: i32 = proto::StringKind::Markdown as i32;

pub(crate) fn value(
    message: &proto::DynamicValue,
    block: &Block,
) -> Result<Value, codec::CodecError> {
    if message.msgpack.is_empty() && !message.json.is_empty() {
        codec::decode_json(&message.json, block)
    } else {
        codec::decode(&message.msgpack, block)
    }
}

pub(crate) fn message(value: &Value, block: &Block) -> proto::DynamicValue {
    proto::DynamicValue {
        msgpack: codec::encode(value, block),
        json: Vec::new(),
    }
}

pub(crate) fn identity(value: &Value, schema: &IdentitySchema) -> proto::ResourceIdentityData {
    proto::ResourceIdentityData {
        identity_data: Some(message(value, &schema.as_block())),
    }
}

pub(crate) fn diagnostics(diagnostics: Diagnostics) -> Vec<proto::Diagnostic> {
    diagnostics.into_iter().map(diagnostic).collect()
}

fn diagnostic(diagnostic: Diagnostic) -> proto::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => proto::diagnostic::Severity::Error,
        Severity::Warning => proto::diagnostic::Severity::Warning,
    };
    proto::Diagnostic {
        severity: severity.into(),
        summary: printable(&diagnostic.summary).into_owned(),
        detail: printable_lines(&diagnostic.detail).into_owned(),
        attribute: diagnostic.path.as_ref().map(path),
    }
}

pub(crate) fn path(path: &AttributePath) -> proto::AttributePath {
    use proto::attribute_path::{Step as Message, step::Selector};
    let step = |step: &Step| match step {
        Step::Attribute(name) => Selector::AttributeName(name.clone()),
        Step::Key(key) => Selector::ElementKeyString(key.clone()),
        Step::Index(index) => Selector::ElementKeyInt(*index),
    };
    let steps = path
        .steps()
        .iter()
        .map(|s| Message {
            selector: Some(step(s)),
        })
        .collect();
    proto::AttributePath { steps }
}

pub(crate) fn schema(schema: &Schema) -> proto::Schema {
    proto::Schema {
        version: schema.version,
        block: Some(block(&schema.block)),
    }
}

pub(crate) fn action_schema(action: &Schema) -> proto::ActionSchema {
    proto::ActionSchema {
        schema: Some(schema(action)),
    }
}

fn block(block: &Block) -> proto::schema::Block {
    proto::schema::Block {
        version: 0,
        attributes: block.attributes.iter().map(attribute).collect(),
        block_types: block.blocks.iter().map(nested_block).collect(),
        description: block.description.clone(),
        description_kind: MARKDOWN,
        deprecated: !block.deprecation.is_empty(),
        deprecation_message: block.deprecation.clone(),
        computed: false,
    }
}

fn attribute(attribute: &Attribute) -> proto::schema::Attribute {
    let (ty, nested_type) = match &attribute.ty {
        AttributeType::Plain(ty) => (ty.to_bytes(), None),
        AttributeType::Nested(nesting, attributes) => {
            (Vec::new(), Some(nested_object(*nesting, attributes)))
        }
    };
    proto::schema::Attribute {
        name: attribute.name.clone(),
        r#type: ty,
        nested_type,
        description: attribute.description.clone(),
        required: attribute.required,
        optional: attribute.optional,
        computed: attribute.computed,
        sensitive: attribute.sensitive,
        description_kind: MARKDOWN,
        deprecated: !attribute.deprecation.is_empty(),
        write_only: attribute.write_only,
        deprecation_message: attribute.deprecation.clone(),
    }
}

fn nested_object(nesting: Nesting, attributes: &[Attribute]) -> proto::schema::Object {
    use proto::schema::object::NestingMode;
    let nesting = match nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    proto::schema::Object {
        attributes: attributes.iter().map(attribute).collect(),
        nesting: nesting.into(),
        ..Default::default()
    }
}

fn nested_block(nested: &NestedBlock) -> proto::schema::NestedBlock {
    use proto::schema::nested_block::NestingMode;
    let nesting = match nested.nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    proto::schema::NestedBlock {
        type_name: nested.name.clone(),
        block: Some(block(&nested.block)),
        nesting: nesting.into(),
        min_items: nested.min_items,
        max_items: nested.max_items,
    }
}

pub(crate) fn identity_schema(schema: &IdentitySchema) -> proto::ResourceIdentitySchema {
    let attribute =
        |a: &crate::schema::IdentityAttribute| proto::resource_identity_schema::IdentityAttribute {
            name: a.name.clone(),
            r#type: a.ty.to_bytes(),
            required_for_import: a.required_for_import,
            optional_for_import: !a.required_for_import,
            description: a.description.clone(),
        };
    proto::ResourceIdentitySchema {
        version: schema.version,
        identity_attributes: schema.attributes.iter().map(attribute).collect(),
    }
}

pub(crate) fn function(signature: &Signature) -> proto::Function {
    let parameter = |p: &Parameter| proto::function::Parameter {
        name: p.name.clone(),
        r#type: p.ty.to_bytes(),
        allow_null_value: p.allow_null,
        allow_unknown_values: false,
        description: p.description.clone(),
        description_kind: MARKDOWN,
    };
    proto::Function {
        parameters: signature.parameters.iter().map(parameter).collect(),
        variadic_parameter: signature.variadic.as_ref().map(parameter),
        r#return: Some(proto::function::Return {
            r#type: signature.result.to_bytes(),
        }),
        summary: signature.summary.clone(),
        description: signature.description.clone(),
        description_kind: MARKDOWN,
        deprecation_message: String::new(),
    }
}
