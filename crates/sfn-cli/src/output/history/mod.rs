//! The course of an execution in each format.

mod json;
mod mermaid;
mod page;
mod text;

pub use json::json;
pub use mermaid::mermaid;
pub use page::{Subject, page};
pub use text::text;
