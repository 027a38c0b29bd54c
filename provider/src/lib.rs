//! Terraform provider for AWS Step Functions. Workflows are typed blocks, which are checked before
//! they are deployed.

mod actions;
mod data_sources;
mod diagnostics;
mod ephemeral_resources;
mod functions;
mod list_resources;
mod provider;
mod provider_block;
mod resources;
mod session;
mod shared;
mod workflow;

pub use provider::SfnProvider;
