//! Typed models of resources, data sources and their blocks.
//!
//! `#[derive(Model)]` generates the schema, decoding and encoding of a struct. The flags in
//! `#[tf(…)]` of a field become [`Facts`] of the schema, which determine validation
//! ([`Block::check`](crate::schema::Block)), planning, equality and documentation.
//!
//! | flag | meaning |
//! | --- | --- |
//! | `required`, `optional`, `computed` | who sets the attribute; with `optional, computed` the provider sets it if it is not configured |
//! | `default = V` | the provider sets `V` if the attribute is not configured |
//! | `absent = V` | not setting the attribute has the same effect as `V` |
//! | `replace` | changing it forces a new resource |
//! | `sensitive` | hidden in plans |
//! | `one_of = [..]`, `between = A..=B`, `at_least = A` | valid values |
//! | `validate = f` | `f(&T) -> Result<(), Problem>` is called for a known value |
//! | `conflicts = [..]` | attributes or blocks with which it conflicts |
//! | `equal = f`, `any_order` | equality of two values |
//! | `block`, `min = N`, `max = N` | a nested block: `Attr<M>` for one, `Attr<Vec<M>>` for any number |
//! | `present` | a block that has an effect when it is empty |
//! | `flatten` | the attributes and blocks of another model |
//! | `deprecated = "…"` | reason of the deprecation |
//!
//! An empty text, list, set, map or block counts as not set.

mod attr;
mod facts;
mod field;
mod meaning;
mod plan;
mod validate;

pub use attr::{Attr, Missing};
pub use facts::{Equality, Facts, Problem, Validator, unsupported};
pub use field::{AttributeField, AttributeValue, BlockField};
pub use plan::Planned;
pub use tfplugin_derive::Model;

use crate::schema::Block;
use crate::value::Value;

/// A struct for the content of a block.
pub trait Model: Sized {
    /// Schema of the block.
    fn block() -> Block;

    /// Decodes a value of this schema.
    fn from_value(value: &Value) -> Self;

    /// Encodes the value, with all attributes and blocks of the schema.
    fn to_value(&self) -> Value;
}
