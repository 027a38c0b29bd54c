//! Schemas of providers, resources and data sources.

use std::collections::BTreeMap;

use crate::model::Facts;
use crate::types::Type;
use crate::value::Value;

/// The schema of a provider, resource or data source.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Raised when a state written by an older version has to be rewritten.
    pub version: i64,
    /// The content.
    pub block: Block,
}

/// Attributes and nested blocks.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// The attributes in the order of the documentation.
    pub attributes: Vec<Attribute>,
    /// The nested blocks in the order of the documentation.
    pub blocks: Vec<NestedBlock>,
    /// Markdown.
    pub description: String,
    /// Why not to use it any more; empty for a block in good standing.
    pub deprecation: String,
}

/// What may be written in an attribute.
#[derive(Debug, Clone)]
pub enum AttributeType {
    /// A value of this type.
    Plain(Type),
    /// An object, or a collection of objects, whose attributes are described one by one.
    Nested(Nesting, Vec<Attribute>),
}

/// An attribute.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Name in snake case.
    pub name: String,
    /// What may be written.
    pub ty: AttributeType,
    /// Markdown.
    pub description: String,
    /// Must be written.
    pub required: bool,
    /// May be written.
    pub optional: bool,
    /// May be set by the provider.
    pub computed: bool,
    /// Hidden in plans.
    pub sensitive: bool,
    /// Given to the provider but kept out of plan and state.
    pub write_only: bool,
    /// Why not to use it any more; empty for an attribute in good standing.
    pub deprecation: String,
    /// What is known of it beside its type.
    pub facts: Facts,
}

/// How often a nested block or attribute may occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// Once or not at all.
    Single,
    /// Any number, in order.
    List,
    /// Any number, without order; may hold no dynamic attribute.
    Set,
    /// Any number, each with a label.
    Map,
}

/// A block inside another.
#[derive(Debug, Clone)]
pub struct NestedBlock {
    /// Name in snake case, singular.
    pub name: String,
    /// How often it may occur.
    pub nesting: Nesting,
    /// Its content.
    pub block: Block,
    /// The least number of blocks, where that is not zero.
    pub min_items: i64,
    /// The largest number of blocks; zero for no limit.
    pub max_items: i64,
    /// What is known of it beside its content.
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

    /// The same attribute with what is known of it, which its description then ends in.
    #[must_use]
    pub fn with_facts(mut self, facts: Facts) -> Self {
        self.description.push_str(&facts.sentences());
        Self { facts, ..self }
    }

    /// An attribute that must be written.
    pub fn required(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        Self { required: true, ..Self::new(name, ty, description) }
    }

    /// An attribute that may be written.
    pub fn optional(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        Self { optional: true, ..Self::new(name, ty, description) }
    }

    /// An attribute that the provider sets.
    pub fn computed(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        Self { computed: true, ..Self::new(name, ty, description) }
    }

    /// An attribute that the provider sets where it is not written.
    pub fn optional_computed(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        Self { optional: true, computed: true, ..Self::new(name, ty, description) }
    }

    /// An optional attribute made of described attributes.
    pub fn nested(
        name: impl Into<String>,
        nesting: Nesting,
        attributes: Vec<Attribute>,
        description: impl Into<String>,
    ) -> Self {
        let attribute = Self::optional(name, Type::Dynamic, description);
        Self { ty: AttributeType::Nested(nesting, attributes), ..attribute }
    }

    /// The same attribute, hidden in plans.
    #[must_use]
    pub fn sensitive(self) -> Self {
        Self { sensitive: true, ..self }
    }

    /// The same attribute, kept out of plan and state.
    #[must_use]
    pub fn write_only(self) -> Self {
        Self { write_only: true, ..self }
    }

    /// The same attribute with the reason not to use it.
    #[must_use]
    pub fn deprecated(self, reason: impl Into<String>) -> Self {
        Self { deprecation: reason.into(), ..self }
    }

    /// The type of its values.
    pub fn value_type(&self) -> Type {
        match &self.ty {
            AttributeType::Plain(ty) => ty.clone(),
            AttributeType::Nested(nesting, attributes) => {
                let object = Type::Object(attributes.iter().map(|a| (a.name.clone(), a.value_type())).collect());
                nesting.of(object)
            }
        }
    }
}

impl Nesting {
    /// The type of this many of `element`.
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
    /// A nested block that may occur as often as `nesting` allows.
    pub fn new(name: impl Into<String>, nesting: Nesting, block: Block) -> Self {
        Self { name: name.into(), nesting, block, min_items: 0, max_items: 0, facts: Facts::default() }
    }

    /// The same block with this description.
    #[must_use]
    pub fn described(mut self, description: impl Into<String>) -> Self {
        self.block.description = description.into();
        self
    }

    /// The same block with what is known of it, which its description then ends in.
    #[must_use]
    pub fn with_facts(mut self, facts: Facts) -> Self {
        self.block.description.push_str(&facts.sentences());
        Self { facts, ..self }
    }

    /// Whether Terraform decides the type of this block by its values, as it does for lists and maps with a
    /// dynamic attribute anywhere inside.
    pub fn is_dynamic(&self) -> bool {
        matches!(self.nesting, Nesting::List | Nesting::Map) && self.block.has_dynamic()
    }
}

impl Block {
    /// The type of a value of this block.
    pub fn value_type(&self) -> Type {
        let attributes = self.attributes.iter().map(|a| (a.name.clone(), a.value_type()));
        let blocks = self.blocks.iter().map(|nested| {
            let ty = if nested.is_dynamic() { Type::Dynamic } else { nested.nesting.of(nested.block.value_type()) };
            (nested.name.clone(), ty)
        });
        Type::Object(attributes.chain(blocks).collect::<BTreeMap<_, _>>())
    }

    /// Whether a dynamic attribute stands anywhere inside.
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
        self.attributes.iter().any(|attribute| dynamic(&attribute.value_type()))
            || self.blocks.iter().any(|nested| nested.block.has_dynamic())
    }

    /// What of a value of this block can have been written: null for what only the provider sets.
    #[must_use]
    pub fn written(&self, value: &Value) -> Value {
        if value.is_null() {
            return Value::Null;
        }
        let may_be_written = |attribute: &&Attribute| attribute.required || attribute.optional;
        let attributes = self.attributes.iter().map(|attribute| {
            let kept = Some(attribute).filter(may_be_written).map(|_| value.get(&attribute.name).clone());
            (attribute.name.clone(), kept.unwrap_or_default())
        });
        let blocks = self.blocks.iter().map(|nested| {
            let inner = value.get(&nested.name);
            let written = match inner.plain() {
                Value::List(elements) => Value::List(elements.iter().map(|e| nested.block.written(e)).collect()),
                Value::Map(entries) if nested.nesting == Nesting::Map => {
                    Value::object(entries.iter().map(|(label, e)| (label.clone(), nested.block.written(e))))
                }
                other => nested.block.written(other),
            };
            (nested.name.clone(), written)
        });
        Value::object(attributes.chain(blocks))
    }

    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The nested block of this name.
    pub fn nested(&self, name: &str) -> Option<&NestedBlock> {
        self.blocks.iter().find(|nested| nested.name == name)
    }
}

/// The schema of a resource's identity: what tells it from all others for good.
#[derive(Debug, Clone, Default)]
pub struct IdentitySchema {
    /// Raised when the attributes change.
    pub version: i64,
    /// The attributes.
    pub attributes: Vec<IdentityAttribute>,
}

/// An attribute of an identity.
#[derive(Debug, Clone)]
pub struct IdentityAttribute {
    /// Name in snake case.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether an import must give it; the others may be left out.
    pub required_for_import: bool,
    /// Plain text.
    pub description: String,
}

impl IdentitySchema {
    /// The identity as a block, the form in which it is encoded.
    pub fn as_block(&self) -> Block {
        let attributes =
            self.attributes.iter().map(|a| Attribute::optional(a.name.clone(), a.ty.clone(), a.description.clone()));
        Block { attributes: attributes.collect(), ..Block::default() }
    }
}
