//! The language server for workflows: `sfn server` runs it.
//!
//! An open file is a [`documents::Document`] with an [`index::Index`] of its states. Each feature of the protocol is a function of
//! the index, the findings of `asl::linter`, or, while something is typed, of a tree that is read from any text (`completion`). In `.tf`
//! files it adds what terraform-ls does not have, and nothing else.

mod completion;
mod diagnostics;
mod documents;
mod hover;
mod index;
mod navigation;
mod server;
mod text;
mod transport;

pub use server::{End, Settings, run};
