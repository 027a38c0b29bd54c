//! The layout of a definition, and the type of its state machine.

/// The layout of the states of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As in ASL: each scope contains its states.
    Nested,
    /// As in HCL: all states are in one place ([`crate::flat`]).
    Flat,
}

/// The type of a state machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MachineType {
    /// Standard: executions of up to a year.
    #[default]
    Standard,
    /// Express: executions of up to five minutes.
    Express,
    /// Not known yet.
    Unknown,
}

impl MachineType {
    /// Returns the type with this name, as in the API of AWS.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "STANDARD" => Some(Self::Standard),
            "EXPRESS" => Some(Self::Express),
            _ => None,
        }
    }
}
