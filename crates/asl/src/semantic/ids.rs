//! Typed IDs, and tables of values with these IDs.

use std::marker::PhantomData;

/// The ID of a value in a [`Table`].
pub trait Id: Copy {
    /// Returns the ID of a position.
    fn new(position: usize) -> Self;
    /// Returns the position.
    fn position(self) -> usize;
}

macro_rules! id {
    ($(#[doc = $doc:literal])* $name:ident) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(usize);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Id for $name {
            fn new(position: usize) -> Self {
                Self(position)
            }

            fn position(self) -> usize {
                self.0
            }
        }
    };
}

id! {
    /// ID of a state.
    StateId
}
id! {
    /// ID of a scope: the state machine, a branch or an item processor.
    ScopeId
}
id! {
    /// ID of a namespace, which contains states by name.
    NamespaceId
}
id! {
    /// ID of an expression.
    ExpressionId
}

impl ScopeId {
    /// The state machine itself.
    pub const ROOT: Self = Self(0);
}

impl NamespaceId {
    /// The namespace of the state machine itself.
    pub const ROOT: Self = Self(0);
}

/// Values by their IDs, in the order in which they were added.
#[derive(Debug)]
pub struct Table<I, T> {
    values: Vec<T>,
    id: PhantomData<I>,
}

impl<I, T> Default for Table<I, T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            id: PhantomData,
        }
    }
}

impl<I: Id, T> Table<I, T> {
    /// Creates a table with the IDs of another table and the same value for each ID.
    pub fn like<U>(other: &Table<I, U>, value: T) -> Self
    where
        T: Clone,
    {
        Self {
            values: vec![value; other.len()],
            id: PhantomData,
        }
    }

    /// Adds a value and returns its ID.
    pub fn push(&mut self, value: T) -> I {
        self.values.push(value);
        I::new(self.values.len() - 1)
    }

    /// The value with this ID.
    pub fn get(&self, id: I) -> Option<&T> {
        self.values.get(id.position())
    }

    /// The value with this ID, mutable.
    pub fn get_mut(&mut self, id: I) -> Option<&mut T> {
        self.values.get_mut(id.position())
    }

    /// All values.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.values.iter()
    }

    /// All values with their IDs.
    pub fn enumerate(&self) -> impl Iterator<Item = (I, &T)> {
        self.values
            .iter()
            .enumerate()
            .map(|(position, value)| (I::new(position), value))
    }

    /// All IDs.
    pub fn ids(&self) -> impl Iterator<Item = I> + use<I, T> {
        (0..self.values.len()).map(I::new)
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Returns whether the table has no values.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl<'t, I, T> IntoIterator for &'t Table<I, T> {
    type Item = &'t T;
    type IntoIter = std::slice::Iter<'t, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.values.iter()
    }
}

/// Consecutive IDs.
#[derive(Debug, Clone, Copy)]
pub struct IdRange<I> {
    first: usize,
    end: usize,
    id: PhantomData<I>,
}

impl<I> Default for IdRange<I> {
    fn default() -> Self {
        Self {
            first: 0,
            end: 0,
            id: PhantomData,
        }
    }
}

impl<I: Id> IdRange<I> {
    /// The IDs of the values that were added to a table since it had this length.
    pub fn added<T>(first: usize, table: &Table<I, T>) -> Self {
        Self {
            first,
            end: table.len(),
            id: PhantomData,
        }
    }

    /// The IDs.
    pub fn iter(self) -> impl Iterator<Item = I> {
        (self.first..self.end).map(I::new)
    }
}
