//! Terraform provider for AWS Step Functions: workflows as typed blocks, checked before they are deployed.

mod activity;
mod alarm;
mod alias;
mod checks;
mod configuration;
mod data_sources;
mod definition;
mod encryption;
mod execution_role;
mod function;
mod function_alias;
mod function_event_invoke;
mod function_permission;
mod identity;
mod known;
mod list_resources;
mod log_group;
mod machine_filter;
mod messages;
mod moving;
mod provider;
mod provider_functions;
mod regional;
mod seen;
mod state_machine;
mod tags;
mod timeouts;

pub use provider::SfnProvider;
