//! Converts workflows in HCL, as typed blocks or in the argument `states`, to the Amazon States Language and back.
//!
//! The blocks, the conversion in both directions, and the attribute for a place in the ASL are derived from
//! [`asl::schema`]. Only the fields that the `lambda` block expands to are named here.

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
