//! Functions that may take longer than their task.

rule! {
    /// A state calls a Lambda function whose own timeout is longer than that of the state: the state gives up while the
    /// function still
    /// works, and a retry makes it work twice.
    ///
    /// Write a longer `TimeoutSeconds`, or a shorter `timeout` of the function. Found while planning, where AWS can be
    /// asked.
    "ASL4104" "function-timeout" Warning
}
