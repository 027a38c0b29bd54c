//! Schemas of providers, resources and data sources.

use std::collections::BTreeMap;

use crate::model::Facts;
use crate::types::Type;
use crate::value::Value;

/// The schema of a provider, resource or data source.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Version. Incremented when states of older versions must be upgraded.
    pub version: i64,
    /// Content.
    pub block: Block,
}

/// Attributes and nested blocks.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// Attributes, in the order of the documentation.
    pub attributes: Vec<Attribute>,
    /// Nested blocks, in the order of the documentation.
    pub blocks: Vec<NestedBlock>,
    /// Description in Markdown.
    pub description: String,
    /// Reason of the deprecation. Empty if the block is not deprecated.
    pub deprecation: String,
}

/// The type of an attribute.
#[derive(Debug, Clone)]
pub enum AttributeType {
    /// A value of this type.
    Plain(Type),
    /// An object, or a collection of objects, with described attributes.
    Nested(Nesting, Vec<Attribute>),
}

/// An attribute.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Name in snake case.
    pub name: String,
    /// Type.
    pub ty: AttributeType,
    /// Description in Markdown.
    pub description: String,
    /// Must be configured.
    pub required: bool,
    /// Can be configured.
    pub optional: bool,
    /// Can be set by the provider.
    pub computed: bool,
    /// Hidden in plans.
    pub sensitive: bool,
    /// Passed to the provider, but not stored in plan and state.
    pub write_only: bool,
    /// Reason of the deprecation. Empty if the attribute is not deprecated.
    pub deprecation: String,
    /// Properties in addition to the type.
    pub facts: Facts,
}

/// Number of occurrences of a nested block or attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// At most one.
    Single,
    /// Any number, ordered.
    List,
    /// Any number, unordered. Must not contain dynamic attributes.
    Set,
    /// Any number, each with a label.
    Map,
}

/// A nested block.
#[derive(Debug, Clone)]
pub struct NestedBlock {
    /// Name in snake case, singular.
    pub name: String,
    /// Number of occurrences.
    pub nesting: Nesting,
    /// Content.
    pub block: Block,
    /// Minimum number of blocks. Can be zero.
    pub min_items: i64,
    /// Maximum number of blocks. Zero for no limit.
    pub max_items: i64,
    /// Properties in addition to the content.
    pub facts: Facts,
}

impl Attribute {
    fn new(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ty: AttributeType::Plain(ty),
            description: description.into(),
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            write_only: false,
            deprecation: String::new(),
            facts: Facts::default(),
        }
    }

    /// Adds facts to the attribute, which are appended to its description.
    #[must_use]
    pub fn with_facts(mut self, facts: Facts) -> Self {
        self.description.push_str(&facts.sentences());
        Self { facts, ..self }
    }

    /// A required attribute.
    pub fn required(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        Self {
            required: true,
            ..Self::new(name, ty, description)
        }
    }

    /// An optional attribute.
    pub fn optional(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        Self {
            optional: true,
            ..Self::new(name, ty, description)
        }
    }

    /// A computed attribute.
    pub fn computed(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        Self {
            computed: true,
            ..Self::new(name, ty, description)
        }
    }

    /// An optional attribute that the provider sets if it is not configured.
    pub fn optional_computed(
        name: impl Into<String>,
        ty: Type,
        description: impl Into<String>,
    ) -> Self {
        Self {
            optional: true,
            computed: true,
            ..Self::new(name, ty, description)
        }
    }

    /// An optional attribute with nested attributes.
    pub fn nested(
        name: impl Into<String>,
        nesting: Nesting,
        attributes: Vec<Attribute>,
        description: impl Into<String>,
    ) -> Self {
        let attribute = Self::optional(name, Type::Dynamic, description);
        Self {
            ty: AttributeType::Nested(nesting, attributes),
            ..attribute
        }
    }

    /// Hides the attribute in plans.
    #[must_use]
    pub fn sensitive(self) -> Self {
        Self {
            sensitive: true,
            ..self
        }
    }

    /// Keeps the attribute out of plan and state.
    #[must_use]
    pub fn write_only(self) -> Self {
        Self {
            write_only: true,
            ..self
        }
    }

    /// Marks the attribute as deprecated, for this reason.
    #[must_use]
    pub fn deprecated(self, reason: impl Into<String>) -> Self {
        Self {
            deprecation: reason.into(),
            ..self
        }
    }

    /// Type of the values.
    pub fn value_type(&self) -> Type {
        match &self.ty {
            AttributeType::Plain(ty) => ty.clone(),
            AttributeType::Nested(nesting, attributes) => {
                let object = Type::Object(
                    attributes
                        .iter()
                        .map(|a| (a.name.clone(), a.value_type()))
                        .collect(),
                );
                nesting.of(object)
            }
        }
    }
}

impl Nesting {
    /// Type of a collection with this nesting.
    pub fn of(self, element: Type) -> Type {
        match self {
            Self::Single => element,
            Self::List => Type::list(element),
            Self::Set => Type::set(element),
            Self::Map => Type::map(element),
        }
    }
}

impl NestedBlock {
    /// A nested block.
    pub fn new(name: impl Into<String>, nesting: Nesting, block: Block) -> Self {
        Self {
            name: name.into(),
            nesting,
            block,
            min_items: 0,
            max_items: 0,
            facts: Facts::default(),
        }
    }

    /// Sets the description of the block.
    #[must_use]
    pub fn described(mut self, description: impl Into<String>) -> Self {
        self.block.description = description.into();
        self
    }

    /// Adds facts to the block, which are appended to its description.
    #[must_use]
    pub fn with_facts(mut self, facts: Facts) -> Self {
        self.block.description.push_str(&facts.sentences());
        Self { facts, ..self }
    }

    /// Whether Terraform derives the type of this block from its values, which is the case for
    /// lists and maps that contain a dynamic attribute.
    pub fn is_dynamic(&self) -> bool {
        matches!(self.nesting, Nesting::List | Nesting::Map) && self.block.has_dynamic()
    }
}

impl Block {
    /// Type of the values of this block.
    pub fn value_type(&self) -> Type {
        let attributes = self
            .attributes
            .iter()
            .map(|a| (a.name.clone(), a.value_type()));
        let blocks = self.blocks.iter().map(|nested| {
            let ty = if nested.is_dynamic() {
                Type::Dynamic
            } else {
                nested.nesting.of(nested.block.value_type())
            };
            (nested.name.clone(), ty)
        });
        Type::Object(attributes.chain(blocks).collect::<BTreeMap<_, _>>())
    }

    /// Whether the block contains a dynamic attribute, at any depth.
    pub fn has_dynamic(&self) -> bool {
        fn dynamic(ty: &Type) -> bool {
            match ty {
                Type::Dynamic => true,
                Type::Bool | Type::Number | Type::String => false,
                Type::List(element) | Type::Set(element) | Type::Map(element) => dynamic(element),
                Type::Tuple(elements) => elements.iter().any(dynamic),
                Type::Object(attributes) => attributes.values().any(dynamic),
            }
        }
        self.attributes
            .iter()
            .any(|attribute| dynamic(&attribute.value_type()))
            || self.blocks.iter().any(|nested| nested.block.has_dynamic())
    }

    /// The configurable part of a value of this block. Computed values are null.
    #[must_use]
    pub fn written(&self, value: &Value) -> Value {
        if value.is_null() {
            return Value::Null;
        }
        let may_be_written = |attribute: &&Attribute| attribute.required || attribute.optional;
        let attributes = self.attributes.iter().map(|attribute| {
            let kept = Some(attribute)
                .filter(may_be_written)
                .map(|_| value.get(&attribute.name).clone());
            (attribute.name.clone(), kept.unwrap_or_default())
        });
        let blocks = self.blocks.iter().map(|nested| {
            let inner = value.get(&nested.name);
            let written = match inner.plain() {
                Value::List(elements) => {
                    Value::List(elements.iter().map(|e| nested.block.written(e)).collect())
                }
                Value::Map(entries) if nested.nesting == Nesting::Map => Value::object(
                    entries
                        .iter()
                        .map(|(label, e)| (label.clone(), nested.block.written(e))),
                ),
                other => nested.block.written(other),
            };
            (nested.name.clone(), written)
        });
        Value::object(attributes.chain(blocks))
    }

    /// The attribute with this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }

    /// The nested block with this name.
    pub fn nested(&self, name: &str) -> Option<&NestedBlock> {
        self.blocks.iter().find(|nested| nested.name == name)
    }
}

/// Schema of the identity of a resource.
#[derive(Debug, Clone, Default)]
pub struct IdentitySchema {
    /// Version. Incremented when the attributes change.
    pub version: i64,
    /// The attributes.
    pub attributes: Vec<IdentityAttribute>,
}

/// An attribute of an identity.
#[derive(Debug, Clone)]
pub struct IdentityAttribute {
    /// Name in snake case.
    pub name: String,
    /// Type.
    pub ty: Type,
    /// Whether an import must contain it. Other attributes are optional.
    pub required_for_import: bool,
    /// Description in plain text.
    pub description: String,
}

impl IdentitySchema {
    /// The identity as a block, in which form it is encoded.
    pub fn as_block(&self) -> Block {
        let attributes = self
            .attributes
            .iter()
            .map(|a| Attribute::optional(a.name.clone(), a.ty.clone(), a.description.clone()));
        Block {
            attributes: attributes.collect(),
            ..Block::default()
        }
    }
}
