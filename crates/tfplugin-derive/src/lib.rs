//! `#[derive(Model)]` generates the schema, decoding and encoding of a struct whose fields are
//! attributes and blocks.
//!
//! The documentation of `tfplugin::model` lists the flags.

mod expand;
mod field;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Implements `tfplugin::model::Model` for a struct with named fields.
///
/// A field is `Attr<T>` with `#[tf(required)]`, `#[tf(optional)]`, `#[tf(computed)]` or
/// `#[tf(block)]`, or any model with `#[tf(flatten)]`. Doc comments become descriptions.
#[proc_macro_derive(Model, attributes(tf))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::model(&input)
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}
