//! Members that occur twice.

use crate::diagnostic::Diagnostic;
use crate::pointer::Pointer;

rule! {
    /// An object has the same member twice. AWS keeps the last one and says nothing, so what was written first is lost.
    ///
    /// Remove one of the two.
    "ASL0002" "duplicate-key" Error
}

pub(crate) fn diagnostic(key: &str, at: Pointer) -> Diagnostic {
    RULE.finding(at, format!("`{key}` occurs twice in the same object"))
        .help("remove one of the two: AWS would keep the last and ignore the first")
}
