//! Terraform configuration as text.
//!
//! What is written is laid out as `terraform fmt` would: [`Body`] takes care of that, [`Writer`] makes bodies of values
//! and their schema, and [`References`] puts expressions where a text stands for something that has a name. [`reader`] goes the
//! other way, from text to values.

mod body;
mod expression;
pub mod reader;
mod references;
mod writer;

pub use body::Body;
pub use expression::{is_identifier, label, quoted};
pub use references::References;
pub use writer::Writer;
