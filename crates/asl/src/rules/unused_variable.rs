//! Variables that nobody reads.

use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::subject::Subject;

rule! {
    /// A variable is set and never read. Variables count against the quota of 10 MiB for each execution.
    "ASL3204" "unused-variable" Lint Whole => check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    // What is not known yet may read it.
    if !subject.known {
        return;
    }
    let read: HashSet<&str> = subject.variables.reads.iter().map(|read| read.name.as_str()).collect();
    let mut said = HashSet::new();
    for set in &subject.variables.assignments {
        if !read.contains(set.name.as_str()) && said.insert(set.name.as_str()) {
            findings.push(
                RULE.finding(set.at.clone(), format!("the variable `${}` is never read", set.name))
                    .help("remove it, or read it in a later state"),
            );
        }
    }
}
