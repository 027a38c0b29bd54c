//! Typed indexes, and the tables that they index.

use std::marker::PhantomData;

/// An index into a [`Table`].
pub trait Id: Copy {
    /// Returns the index of a position.
    fn new(position: usize) -> Self;
    /// The position.
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
    /// A state.
    StateId
}
id! {
    /// A scope: the state machine, a branch or an item processor.
    ScopeId
}
id! {
    /// A place that holds states by name.
    NamespaceId
}
id! {
    /// An expression.
    ExpressionId
}

impl ScopeId {
    /// The state machine itself.
    pub const ROOT: Self = Self(0);
}

impl NamespaceId {
    /// That of the state machine itself.
    pub const ROOT: Self = Self(0);
}

/// Values by their numbers, in the order in which they were added.
#[derive(Debug)]
pub struct Table<I, T> {
    values: Vec<T>,
    id: PhantomData<I>,
}

impl<I, T> Default for Table<I, T> {
    fn default() -> Self {
        Self { values: Vec::new(), id: PhantomData }
    }
}

impl<I: Id, T> Table<I, T> {
    /// A table with the same value for as many numbers as another table has.
    pub fn like<U>(other: &Table<I, U>, value: T) -> Self
    where
        T: Clone,
    {
        Self { values: vec![value; other.len()], id: PhantomData }
    }

    /// Adds a value and returns its number.
    pub fn push(&mut self, value: T) -> I {
        self.values.push(value);
        I::new(self.values.len() - 1)
    }

    /// The value of a number.
    pub fn get(&self, id: I) -> Option<&T> {
        self.values.get(id.position())
    }

    /// The value of a number, to change it.
    pub fn get_mut(&mut self, id: I) -> Option<&mut T> {
        self.values.get_mut(id.position())
    }

    /// All values.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.values.iter()
    }

    /// All values with their numbers.
    pub fn enumerate(&self) -> impl Iterator<Item = (I, &T)> {
        self.values.iter().enumerate().map(|(position, value)| (I::new(position), value))
    }

    /// All numbers.
    pub fn ids(&self) -> impl Iterator<Item = I> + use<I, T> {
        (0..self.values.len()).map(I::new)
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Returns whether there are none.
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

/// Numbers that follow each other.
#[derive(Debug, Clone, Copy)]
pub struct IdRange<I> {
    first: usize,
    end: usize,
    id: PhantomData<I>,
}

impl<I> Default for IdRange<I> {
    fn default() -> Self {
        Self { first: 0, end: 0, id: PhantomData }
    }
}

impl<I: Id> IdRange<I> {
    /// The numbers of the values that a table got after it had this many.
    pub fn added<T>(first: usize, table: &Table<I, T>) -> Self {
        Self { first, end: table.len(), id: PhantomData }
    }

    /// The numbers.
    pub fn iter(self) -> impl Iterator<Item = I> {
        (self.first..self.end).map(I::new)
    }
}
