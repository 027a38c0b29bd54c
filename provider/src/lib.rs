//! Terraform provider for AWS Step Functions. Workflows are typed blocks, which are checked before
//! they are deployed.

mod data_sources;
mod diagnostics;
mod functions;
mod list_resources;
mod provider;
mod provider_block;
mod resources;
mod session;
mod shared;
mod workflow;

pub use provider::SfnProvider;
