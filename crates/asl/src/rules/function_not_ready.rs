//! Functions that cannot be called.

rule! {
    /// A state calls a Lambda function that is not active, or whose reserved concurrency is zero, so that every call is
    /// refused.
    ///
    /// Found while planning, where AWS can be asked.
    "ASL4102" "function-not-ready" Warning
}
