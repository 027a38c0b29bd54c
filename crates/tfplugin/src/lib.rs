//! The Terraform plugin protocol, version 6, for providers written in Rust.
//!
//! A provider implements [`Provider`] and its [`Resource`]s, [`DataSource`]s, [`ListResource`]s,
//! [`EphemeralResource`]s, [`Action`]s and [`Function`]s, and calls [`serve`] from `main`. gRPC and
//! MessagePack are internal to this crate.

pub mod codec;
mod diagnostics;
mod log;
pub mod model;
mod number;
mod path;
mod provider;
pub mod schema;
mod server;
#[cfg(feature = "testing")]
pub mod testing;
mod types;
mod value;
mod wire;

/// The protocol's messages, for tests that use a server as Terraform does.
#[doc(hidden)]
#[allow(
    missing_docs,
    clippy::all,
    reason = "generated from the protocol's messages"
)]
pub mod proto {
    tonic::include_proto!("tfplugin6");

    pub mod plugin {
        tonic::include_proto!("plugin");
    }

    pub mod health {
        tonic::include_proto!("grpc.health.v1");
    }
}

pub use diagnostics::{Diagnostic, Diagnostics, Severity};
pub use number::{NotANumber, Number};
pub use path::{AttributePath, Step};
pub use provider::{
    Action, ApplyError, ApplyRequest, Context, DataSource, EphemeralResource, Function,
    FunctionError, ImportKey, ListRequest, ListResource, Listed, Listing, MoveRequest, Parameter,
    Plan, PlanRequest, Private, Progress, Provider, ReadOutcome, Resource, ResourceState,
    Signature,
};
pub use server::{ServeError, Server, serve};
pub use types::Type;
pub use value::{Typed, Value};
