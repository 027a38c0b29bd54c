//! The value of an attribute: absent, not known yet, or known.

use std::panic::Location;

use crate::diagnostics::{Diagnostic, Diagnostics};

/// The value of an attribute or block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Attr<T> {
    /// Nothing is written, or what is written means nothing, such as an empty text.
    #[default]
    Null,
    /// It is known after the apply only.
    Unknown,
    /// It is known.
    Known(T),
}

/// A value that has to be there by now and is not: a bug of the provider.
#[derive(Debug, Clone, Copy)]
pub struct Missing(&'static Location<'static>);

impl From<Missing> for Diagnostics {
    fn from(Missing(place): Missing) -> Self {
        let detail =
            format!("A value is needed at {place} and is not known. Please report this with the configuration.");
        Diagnostic::error("the provider has a bug", detail).into()
    }
}

impl<T> Attr<T> {
    /// The value, where it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The value itself, where it is known.
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

    /// Whether nothing is written.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is known after the apply only.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// The same as a reference.
    pub fn as_ref(&self) -> Attr<&T> {
        match self {
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
            Self::Known(value) => Attr::Known(value),
        }
    }

    /// Another value in its place, where it is known.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Attr<U> {
        match self {
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
            Self::Known(value) => Attr::Known(change(value)),
        }
    }
}

impl Attr<String> {
    /// The text, where it is known.
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
