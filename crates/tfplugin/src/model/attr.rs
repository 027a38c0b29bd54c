//! The value of an attribute: null, unknown or known.

use std::panic::Location;

use crate::diagnostics::{Diagnostic, Diagnostics};

/// The value of an attribute or block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Attr<T> {
    /// Not set, or set to a value that counts as not set, such as an empty text.
    #[default]
    Null,
    /// Only known after apply.
    Unknown,
    /// Known.
    Known(T),
}

/// A value that must be known at this point and is not, which is a bug of the provider.
#[derive(Debug, Clone, Copy)]
pub struct Missing(&'static Location<'static>);

impl From<Missing> for Diagnostics {
    fn from(Missing(place): Missing) -> Self {
        let detail =
            format!("A value at {place} must be known. Please report this with the configuration.");
        Diagnostic::error("the provider has a bug", detail).into()
    }
}

impl<T> Attr<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The value, if it is known.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// A value that the schema requires, or that was computed before.
    ///
    /// # Errors
    /// When it is null or unknown, which is a bug of the provider.
    #[track_caller]
    pub fn get(&self) -> Result<&T, Missing> {
        self.known().ok_or(Missing(Location::caller()))
    }

    /// Whether the value is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether the value is only known after apply.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// The value as a reference.
    pub fn as_ref(&self) -> Attr<&T> {
        match self {
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
            Self::Known(value) => Attr::Known(value),
        }
    }

    /// Applies a function to the value, if it is known.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Attr<U> {
        match self {
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
            Self::Known(value) => Attr::Known(change(value)),
        }
    }
}

impl Attr<String> {
    /// The text, if it is known.
    pub fn text(&self) -> Option<&str> {
        self.known().map(String::as_str)
    }
}

impl<T> From<T> for Attr<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl From<&str> for Attr<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}
