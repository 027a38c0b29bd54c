//! Output formats of the results.

pub mod difference;
pub mod findings;
pub mod tests;
