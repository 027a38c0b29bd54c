//! Places in a definition.

use std::fmt;

/// A JSON Pointer (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Pointer(Vec<String>);

impl Pointer {
    /// The whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// This place and a step into a member or element.
    #[must_use]
    pub fn join(&self, token: impl fmt::Display) -> Self {
        let mut tokens = self.0.clone();
        tokens.push(token.to_string());
        Self(tokens)
    }

    /// This place and all steps of another.
    #[must_use]
    pub fn append(&self, inside: &Self) -> Self {
        Self(self.0.iter().chain(&inside.0).cloned().collect())
    }

    /// The steps from the document's top.
    pub fn tokens(&self) -> &[String] {
        &self.0
    }

    /// The place as AWS writes it: `/States/A/Retry[0]`, names unescaped, `/` for the whole definition.
    ///
    /// Source: answers of ValidateStateMachineDefinition.
    pub fn aws_location(&self) -> String {
        let mut location = String::new();
        let mut before = "";
        for token in &self.0 {
            let index = before != "States" && !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
            location.push_str(&if index { format!("[{token}]") } else { format!("/{token}") });
            before = token;
        }
        if location.is_empty() { "/".to_owned() } else { location }
    }

    /// The place around this one.
    pub fn parent(&self) -> Option<Self> {
        self.0.split_last().map(|(_, rest)| Self(rest.to_vec()))
    }
}

impl<T: Into<String>> FromIterator<T> for Pointer {
    fn from_iter<I: IntoIterator<Item = T>>(tokens: I) -> Self {
        Self(tokens.into_iter().map(Into::into).collect())
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for token in &self.0 {
            write!(f, "/{}", token.replace('~', "~0").replace('/', "~1"))?;
        }
        Ok(())
    }
}

/// A place on the way down through a value, written out as a pointer only when somebody asks.
#[derive(Debug, Clone, Copy)]
pub enum Way<'a> {
    /// Where the way begins.
    Start(&'a Pointer),
    /// A step into a member.
    Member(&'a Way<'a>, &'a str),
    /// A step into an element.
    Element(&'a Way<'a>, usize),
}

impl Way<'_> {
    /// The place as a pointer.
    pub fn pointer(&self) -> Pointer {
        match self {
            Self::Start(pointer) => (*pointer).clone(),
            Self::Member(before, name) => before.pointer().join(name),
            Self::Element(before, index) => before.pointer().join(index),
        }
    }
}
