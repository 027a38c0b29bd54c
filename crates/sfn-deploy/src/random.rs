//! Random numbers.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};

/// An ID that no other process or execution has at the same time.
pub(crate) fn new_id() -> String {
    format!("{:06x}", random_bits() & 0xff_ffff)
}

/// A random number of at least 0 and less than 1.
pub(crate) fn random() -> f64 {
    f64::from(u32::try_from(random_bits() & 0xffff).unwrap_or(0)) / 65536.0
}

/// Random bits. Each state of the hash maps of the standard library has random keys.
fn random_bits() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_differ_and_are_in_range() {
        let ids: std::collections::HashSet<String> = (0..100).map(|_| new_id()).collect();
        assert!(ids.len() > 90 && ids.iter().all(|id| id.len() == 6));
        let numbers: Vec<f64> = (0..1000).map(|_| random()).collect();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        let mean = numbers.iter().sum::<f64>() / 1000.0;
        assert!((0.4..0.6).contains(&mean), "{mean}");
    }
}
