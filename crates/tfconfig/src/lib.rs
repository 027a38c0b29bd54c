//! Reads and writes Terraform configuration as text.
//!
//! [`Body`] lays out text as `terraform fmt` does, [`Writer`] converts values to bodies by their schema, and
//! [`References`] replaces texts, such as ARNs, with expressions. [`reader`] converts text to values.

mod body;
mod expression;
pub mod reader;
mod references;
mod writer;

pub use body::Body;
pub use expression::{is_identifier, label, quoted};
pub use references::References;
pub use writer::Writer;
