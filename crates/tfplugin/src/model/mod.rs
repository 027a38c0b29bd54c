//! Typed models of resources, data sources and their blocks.
//!
//! `#[derive(Model)]` makes of a struct its schema, its decoding and its encoding. What a field is beside its type
//! stands in its `#[tf(…)]` and becomes [`Facts`] of the schema, from which everything else is derived: validation
//! ([`Block::check`](crate::schema::Block)), planning, what means the same, and the documentation.
//!
//! | flag | meaning |
//! | --- | --- |
//! | `required`, `optional`, `computed` | who sets the attribute; `optional, computed` for one that the provider sets where nothing is written |
//! | `default = V` | the provider sets `V` where nothing is written |
//! | `absent = V` | nothing written stands for `V` |
//! | `replace` | changing it forces a new resource |
//! | `sensitive` | hidden in plans |
//! | `one_of = [..]`, `between = A..=B`, `at_least = A` | valid values |
//! | `validate = f` | `f(&T) -> Result<(), Problem>` is called for a known value |
//! | `conflicts = [..]` | attributes or blocks beside which it cannot be written |
//! | `equal = f`, `any_order` | when two values mean the same |
//! | `block`, `min = N`, `max = N` | a nested block: `Attr<M>` once, `Attr<Vec<M>>` any number |
//! | `present` | a block that means something when it is empty |
//! | `flatten` | the attributes and blocks of another model |
//! | `deprecated = "…"` | why not to use it any more |
//!
//! A text, list, set or map that is empty, and a block with nothing in it, means the same as nothing written.

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

/// A struct that is the content of a block.
pub trait Model: Sized {
    /// The schema.
    fn block() -> Block;

    /// Reads a value of this schema.
    fn from_value(value: &Value) -> Self;

    /// The value for Terraform, with every attribute and block of the schema.
    fn to_value(&self) -> Value;
}
