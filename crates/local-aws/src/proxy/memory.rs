//! Storage for values that the emulator does not store.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Values by key, such as an ARN.
pub struct Memory<V>(Mutex<HashMap<String, V>>);

impl<V> Default for Memory<V> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<V: Clone> Memory<V> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<V> {
        self.lock().get(key).cloned()
    }

    /// Inserts a value, or replaces the existing one.
    pub fn insert(&self, key: &str, value: V) {
        self.lock().insert(key.to_owned(), value);
    }

    /// Removes a key, and the keys that extend it after a `:`, as the ARN of a version extends that
    /// of its state machine.
    pub fn forget(&self, key: &str) {
        let continued = format!("{key}:");
        self.lock()
            .retain(|known, _| known != key && !known.starts_with(&continued));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
