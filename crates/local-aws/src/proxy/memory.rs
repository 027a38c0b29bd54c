//! What the emulator does not keep.

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

    /// Keeps a value in place of the one that the key has.
    pub fn insert(&self, key: &str, value: V) {
        self.lock().insert(key.to_owned(), value);
    }

    /// Forgets a key, and the keys that continue it after a `:`, as the ARN of a version continues that of its state
    /// machine.
    pub fn forget(&self, key: &str) {
        let continued = format!("{key}:");
        self.lock().retain(|known, _| known != key && !known.starts_with(&continued));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
