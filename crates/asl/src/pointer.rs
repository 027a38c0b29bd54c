//! Places in a definition.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A JSON Pointer (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct JsonPointer(Vec<Segment>);

/// A step of a pointer: the name of a member, or the index of an element. Pointers share their steps.
#[derive(Debug, Clone)]
pub struct Segment(Text);

#[derive(Debug, Clone)]
enum Text {
    Fixed(&'static str),
    Shared(Arc<str>),
}

impl Deref for Segment {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Text::Fixed(text) => text,
            Text::Shared(text) => text,
        }
    }
}

impl PartialEq for Segment {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Segment {}

impl PartialOrd for Segment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Segment {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(other)
    }
}

impl Hash for Segment {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl PartialEq<str> for Segment {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl From<&'static str> for Segment {
    fn from(text: &'static str) -> Self {
        Self(Text::Fixed(text))
    }
}

impl From<String> for Segment {
    fn from(text: String) -> Self {
        Self(Text::Shared(text.into()))
    }
}

impl From<&String> for Segment {
    fn from(text: &String) -> Self {
        Self::named(text)
    }
}

impl From<&Self> for Segment {
    fn from(token: &Self) -> Self {
        token.clone()
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Self {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        DIGITS
            .get(index)
            .map_or_else(|| index.to_string().into(), |digit| (*digit).into())
    }
}

impl Segment {
    /// The step into a member with this name.
    pub fn named(name: &str) -> Self {
        Self(Text::Shared(name.into()))
    }
}

impl JsonPointer {
    /// Returns the name of the innermost state that the pointer leads to or into, in either form of a
    /// definition. Members of payloads with the name of a field of the language, such as `States`, are not
    /// followed.
    pub fn state_name(&self) -> Option<&str> {
        let (mut name, mut rest) = (None, self.tokens());
        loop {
            match rest {
                [states, state, inner @ ..] if states == "States" => {
                    (name, rest) = (Some(&**state), inner);
                }
                _ => return name,
            }
            rest = match rest {
                [field, inner @ ..] if field == "ItemProcessor" || field == "Iterator" => inner,
                [field, _, inner @ ..] if field == "Branches" => inner,
                _ => return name,
            };
        }
    }

    /// The whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// This place and a step into a member or element.
    #[must_use]
    pub fn join(&self, token: impl Into<Segment>) -> Self {
        let mut tokens = room(self, 1);
        tokens.push(token.into());
        Self(tokens)
    }

    /// This place and all steps of another.
    #[must_use]
    pub fn append(&self, inside: &Self) -> Self {
        Self(self.0.iter().chain(&inside.0).cloned().collect())
    }

    /// The steps from the root of the document.
    pub fn tokens(&self) -> &[Segment] {
        &self.0
    }

    /// The place in the notation of AWS: `/States/A/Retry[0]` with unescaped names, and `/` for the whole definition.
    ///
    /// Source: responses of ValidateStateMachineDefinition.
    pub fn aws_location(&self) -> String {
        let mut location = String::new();
        let mut before: &str = "";
        for token in &self.0 {
            let index = before != "States"
                && !token.is_empty()
                && token.bytes().all(|byte| byte.is_ascii_digit());
            location.push_str(&if index {
                format!("[{token}]")
            } else {
                format!("/{token}")
            });
            before = token;
        }
        if location.is_empty() {
            "/".to_owned()
        } else {
            location
        }
    }

    /// The enclosing place.
    pub fn parent(&self) -> Option<Self> {
        self.0.split_last().map(|(_, rest)| Self(rest.to_vec()))
    }
}

impl<T: Into<Segment>> FromIterator<T> for JsonPointer {
    fn from_iter<I: IntoIterator<Item = T>>(tokens: I) -> Self {
        Self(tokens.into_iter().map(Into::into).collect())
    }
}

impl fmt::Display for JsonPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for token in &self.0 {
            write!(f, "/{}", token.replace('~', "~0").replace('/', "~1"))?;
        }
        Ok(())
    }
}

/// A place in a value that is being traversed. It is converted to a pointer only on request.
#[derive(Debug, Clone, Copy)]
pub enum PathBuilder<'a> {
    /// The place where the traversal begins.
    Start(&'a JsonPointer),
    /// The place where the traversal begins, as a field of the object at a pointer.
    Field(&'a JsonPointer, &'a str),
    /// A step into a member.
    Member(&'a PathBuilder<'a>, &'a str),
    /// A step into an element.
    Element(&'a PathBuilder<'a>, usize),
}

impl PathBuilder<'_> {
    /// The name of the member, if the last step leads into one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Member(_, name) => Some(name),
            _ => None,
        }
    }

    /// The place as a pointer.
    pub fn pointer(&self) -> JsonPointer {
        JsonPointer(self.tokens(0))
    }

    /// The steps, with capacity for additional steps.
    fn tokens(&self, more: usize) -> Vec<Segment> {
        let (mut tokens, last) = match self {
            Self::Start(pointer) => return room(pointer, more),
            Self::Field(pointer, name) => (room(pointer, more + 1), Segment::named(name)),
            Self::Member(before, name) => (before.tokens(more + 1), Segment::named(name)),
            Self::Element(before, index) => (before.tokens(more + 1), Segment::from(*index)),
        };
        tokens.push(last);
        tokens
    }
}

fn room(pointer: &JsonPointer, more: usize) -> Vec<Segment> {
    let mut tokens = Vec::with_capacity(pointer.0.len() + more);
    tokens.extend_from_slice(&pointer.0);
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_tell_their_state() {
        for (pointer, name) in [
            ("", None),
            ("States", None),
            ("States/A", Some("A")),
            ("States/A/Retry/0", Some("A")),
            ("States/P/Branches/0/States/B/Next", Some("B")),
            ("States/P/Branches/0", Some("P")),
            ("States/P/Choices/0/States/B", Some("P")),
            ("States/M/ItemProcessor/States/B", Some("B")),
            ("States/M/Iterator/States/B/Type", Some("B")),
            ("States/M/Parameters/States/B", Some("M")),
            ("StartAt", None),
        ] {
            let pointer: JsonPointer = pointer
                .split('/')
                .filter(|step| !step.is_empty())
                .map(str::to_owned)
                .collect();
            assert_eq!(pointer.state_name(), name, "{pointer}");
        }
    }

    #[test]
    fn places_are_written_in_two_ways() {
        for (steps, text, location) in [
            (&[][..], "", "/"),
            (
                &["States", "a/b~c", "Retry", "0", "ErrorEquals"][..],
                "/States/a~1b~0c/Retry/0/ErrorEquals",
                "/States/a/b~c/Retry[0]/ErrorEquals",
            ),
            (
                &["States", "12", "x1", ""][..],
                "/States/12/x1/",
                "/States/12/x1/",
            ),
        ] {
            let pointer: JsonPointer = steps.iter().map(|step| (*step).to_owned()).collect();
            assert_eq!(
                (
                    pointer.to_string().as_str(),
                    pointer.aws_location().as_str()
                ),
                (text, location)
            );
        }
        let root = JsonPointer::root();
        assert_eq!(
            (root.parent(), root.join("a").parent()),
            (None, Some(root.clone()))
        );
        let inside = PathBuilder::Start(&root);
        let (field, member) = (
            PathBuilder::Field(&root, "f"),
            PathBuilder::Member(&inside, "m"),
        );
        let element = PathBuilder::Element(&member, 3);
        assert_eq!(
            [field.name(), member.name(), element.name()],
            [None, Some("m"), None]
        );
        assert_eq!(
            (field.pointer().to_string(), element.pointer().to_string()),
            ("/f".to_owned(), "/m/3".to_owned())
        );
        assert_eq!(
            root.join("a").append(&element.pointer()).to_string(),
            "/a/m/3"
        );
    }
}
