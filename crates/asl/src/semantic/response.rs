//! The structure of the results of APIs.

use crate::integration::{Nesting, Resource, Structure};
use crate::jsonpath::Step;

/// Members that an integration adds to the result of the API.
const ADDED: [&str; 2] = ["SdkHttpMetadata", "SdkResponseMetadata"];

/// An object, a list or a map in the result of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Response {
    structure: Structure,
    nesting: Nesting,
}

/// A value that a step leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// A value with known members.
    Response(Response),
    /// An unknown value.
    Anything,
    /// Nothing: the API has no such member.
    Nothing,
}

impl Response {
    /// Returns the result of a task that calls `resource`. `None` if it is not known, and with `.sync`: the result may have
    /// members that are not in the response of the operation.
    pub fn of(resource: Resource<'_>) -> Option<Self> {
        if !resource.pattern().is_empty() {
            return None;
        }
        Some(Self {
            structure: resource.result()?,
            nesting: Nesting::Single,
        })
    }

    /// Returns the names of its members, or of those of its elements.
    pub fn names(self) -> impl Iterator<Item = &'static str> + Clone {
        self.structure.names()
    }

    /// Follows a step of a path.
    pub fn step(self, step: &Step) -> Reached {
        let element = Self {
            nesting: Nesting::Single,
            ..self
        };
        match (self.nesting, step) {
            (Nesting::Map, Step::Member(_)) => Reached::Response(element),
            // JSONata reads the member of each element.
            (Nesting::Single | Nesting::List, Step::Member(name)) => self.member(name),
            (
                Nesting::List | Nesting::Map,
                Step::Element(_)
                | Step::Elements(_)
                | Step::Members(_)
                | Step::Wildcard
                | Step::Slice { .. }
                | Step::Filter(_),
            ) => Reached::Response(element),
            _ => Reached::Anything,
        }
    }

    fn member(self, name: &str) -> Reached {
        match self.structure.name(name) {
            None if ADDED.contains(&name) => Reached::Anything,
            None => Reached::Nothing,
            Some(known) => match self.structure.inner(known) {
                Some((nesting, structure)) => Reached::Response(Self { structure, nesting }),
                None => Reached::Anything,
            },
        }
    }
}
