//! Results in the formats that people and programs read.

pub mod difference;
pub mod findings;
