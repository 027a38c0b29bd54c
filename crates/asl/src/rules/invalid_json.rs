//! Text that is no JSON.

rule! {
    /// The definition is not a JSON document: a comma, a quote or a bracket is missing or too many.
    ///
    /// AWS refuses it with `INVALID_JSON_DESCRIPTION`.
    "ASL0001" "invalid-json" Error
}
