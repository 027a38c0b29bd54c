//! Paths to states and their attributes.

use tfplugin::{AttributePath, Diagnostic, Step};

use crate::schema::STATES;

/// The path to a state or to a value in it. A block has attributes, and the value of an argument has keys.
#[derive(Debug, Clone)]
pub(crate) struct StatePath {
    path: AttributePath,
    in_value: bool,
    /// Number of steps into the value of an argument.
    steps_inside: usize,
}

impl StatePath {
    /// A state in a block.
    pub(crate) fn in_block(block: &str, label: &str) -> Self {
        Self {
            path: AttributePath::root(block).key(label),
            in_value: false,
            steps_inside: 0,
        }
    }

    /// A state in the argument `states`.
    pub(crate) fn in_states(name: &str) -> Self {
        Self {
            path: AttributePath::root(STATES).key(name),
            in_value: true,
            steps_inside: 0,
        }
    }

    /// An attribute of the state machine itself.
    pub(crate) fn in_machine(attribute: &str) -> Self {
        Self {
            path: AttributePath::root(attribute),
            in_value: false,
            steps_inside: 0,
        }
    }

    /// The path with a step into a member.
    pub(crate) fn member(self, name: &str) -> Self {
        let path = if self.in_value {
            self.path.key(name)
        } else {
            self.path.attribute(name)
        };
        Self { path, ..self }
    }

    /// The path with a step into an element.
    pub(crate) fn index(self, index: usize) -> Self {
        Self {
            path: self.path.index(index),
            ..self
        }
    }

    /// The path with a step into a member of the value of an argument.
    pub(crate) fn inner_key(self, key: &str) -> Self {
        Self {
            path: self.path.key(key),
            steps_inside: self.steps_inside + 1,
            ..self
        }
    }

    /// The path with a step into an element of the value of an argument.
    pub(crate) fn inner_index(self, index: usize) -> Self {
        Self {
            path: self.path.index(index),
            steps_inside: self.steps_inside + 1,
            ..self
        }
    }

    /// Whether it leads into the argument `states`.
    pub(crate) fn is_in_states(&self) -> bool {
        self.in_value
    }

    /// Creates an error at the part of the path that has a line. In `states`, the detail contains the whole path.
    pub(crate) fn error(self, summary: impl Into<String>, detail: &str) -> Diagnostic {
        let detail = if self.in_value {
            format!("{detail}\n\nat `{}`", self.path)
        } else {
            detail.to_owned()
        };
        Diagnostic::error(summary, detail).at(with_line(self.path))
    }

    /// The whole path.
    pub(crate) fn into_path(self) -> AttributePath {
        self.path
    }

    /// The part of the path for which every version of Terraform finds a line: one step into the value of an
    /// argument.
    pub(crate) fn into_line_path(self) -> AttributePath {
        let unseen = self.steps_inside.saturating_sub(1);
        let seen = self.path.steps().len() - unseen;
        with_line(self.path.steps().iter().take(seen).cloned().collect())
    }
}

/// Whether a path leads into the value of `states`.
pub(crate) fn is_in_states(path: &AttributePath) -> bool {
    matches!(path.steps(), [Step::Attribute(first), _, ..] if first == STATES)
}

/// The part of a path for which every version of Terraform finds a line: the state in the value of `states`,
/// or the argument if its value is set elsewhere. Before version 1.15, Terraform follows one step into an
/// argument and shows the first line of the resource for a longer path (`tfdiags/contextual.go`).
pub(crate) fn with_line(path: AttributePath) -> AttributePath {
    if is_in_states(&path) {
        path.steps().iter().take(2).cloned().collect()
    } else {
        path
    }
}
