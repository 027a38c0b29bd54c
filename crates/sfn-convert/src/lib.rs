//! Converts existing workflows to configuration of the provider `sfn`.
//!
//! Each source (a definition, a template, a Terraform file or AWS) is read into a [`Machine`], and one writer turns
//! machines into blocks.

pub mod configuration;
mod content;
pub mod definition;
pub mod files;
pub mod import;
mod machine;
mod placeholders;
mod schemas;
pub mod sources;
pub mod subject;
mod workflow;

pub use content::Content;
pub use machine::{Definition, Machine};
pub use placeholders::Placeholders;
