//! Typed HCL blocks, and states as values of the argument `states`, ⇄ the Amazon States Language.
//!
//! Everything here is derived from the language's shape ([`asl::schema`]): which blocks there are, how their values
//! become ASL and back, and which attribute corresponds to a place in the ASL. The only fields that are named are those
//! that the block `lambda` expands to.

mod convert;
mod from_asl;
mod lambda;
mod names;
mod place;
mod schema;
mod state_path;
mod states;
mod to_asl;

pub use convert::{any_from_json, any_to_json};
pub use from_asl::{from_asl, keep_equal};
pub use names::{hcl_name, in_hcl};
pub use schema::{STATE_BLOCKS, STATES, definition_attributes, state_blocks};
pub use to_asl::{Flat, has_states, to_asl};
