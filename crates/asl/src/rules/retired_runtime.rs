//! Functions with a retired runtime.

rule! {
    /// A state calls a Lambda function whose runtime gets no security updates any more, and which cannot be updated after
    /// a while.
    ///
    /// Found while planning, where AWS can be asked.
    "ASL4103" "retired-runtime" Warning
}
