//! Numbers of any size and precision.

use std::cmp::Ordering;
use std::str::FromStr;

use bigdecimal::BigDecimal;
use serde_json::Number;

/// Compares two numbers by their value: 1 and 1.0 are equal.
pub(crate) fn compare(left: &Number, right: &Number) -> Ordering {
    match (left.as_i64(), right.as_i64()) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => match (decimal(left), decimal(right)) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => floats(left, right),
        },
    }
}

fn floats(left: &Number, right: &Number) -> Ordering {
    let float = |number: &Number| number.as_f64().unwrap_or(f64::INFINITY);
    float(left).total_cmp(&float(right))
}

/// The exact value. `None` for extreme exponents, because aligning them needs memory in proportion to their
/// distance.
fn decimal(number: &Number) -> Option<BigDecimal> {
    BigDecimal::from_str(&number.to_string())
        .ok()
        .filter(|number| number.fractional_digit_count().abs() < 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_value() {
        let number = |text: &str| serde_json::from_str::<Number>(text).unwrap();
        for (left, right, expected) in [
            ("1", "1.0", Ordering::Equal),
            ("1e2", "100", Ordering::Equal),
            ("0.1", "0.10000000000000001", Ordering::Less),
            ("9007199254740993", "9007199254740992", Ordering::Greater),
            ("-1", "1", Ordering::Less),
            ("1e999999", "1", Ordering::Greater),
        ] {
            assert_eq!(
                compare(&number(left), &number(right)),
                expected,
                "{left} {right}"
            );
        }
    }
}
