//! What several resources share.

pub mod checks;
pub mod data_source;
pub mod encryption;
pub mod execution_role;
pub mod identity;
pub mod lookup_cache;
pub mod machine_filter;
pub mod managed;
pub mod move_state;
pub mod names;
pub mod region;
pub mod resource;
pub mod tags;
pub mod timeouts;
