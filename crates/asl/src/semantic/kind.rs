//! How a definition is laid out, and what type of state machine it is for.

/// The layout of the states of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As in ASL: each scope holds its states.
    Nested,
    /// As in HCL: all states side by side ([`crate::flat`]).
    Flat,
}

/// The type of a state machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MachineType {
    /// Up to a year, each step kept.
    #[default]
    Standard,
    /// Up to five minutes.
    Express,
    /// Not known yet.
    Unknown,
}

impl MachineType {
    /// Returns the type of this name, as AWS writes it.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "STANDARD" => Some(Self::Standard),
            "EXPRESS" => Some(Self::Express),
            _ => None,
        }
    }
}
