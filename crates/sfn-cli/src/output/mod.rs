//! Output formats of the results.

pub mod difference;
pub mod findings;
pub mod page;
pub mod tests;
pub mod xml;
