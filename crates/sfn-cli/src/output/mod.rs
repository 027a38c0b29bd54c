//! Output formats of the results.

pub mod course;
pub mod difference;
pub mod findings;
pub mod history;
pub mod page;
pub mod replay;
pub mod tests;
pub mod xml;
