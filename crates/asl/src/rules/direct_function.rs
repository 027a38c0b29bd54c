//! Functions that are called by their ARN.

use crate::check::Form;
use crate::diagnostic::Diagnostic;
use crate::integration::Resource;
use crate::subject::{Item, Subject};

rule! {
    /// A Lambda function is called by its ARN and not with `lambda:invoke`, or in its newest version, which changes under
    /// executions that are running.
    ///
    /// Source: developer guide, "Invoke an AWS Lambda function with Step Functions".
    "ASL5012" "direct-function" Lint Task => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let Some((_, resource)) = item.resource else { return };
    let Resource::Function { name, .. } = resource else { return };
    let at = item.at.join("Resource");
    if name.ends_with(":$LATEST") {
        findings.push(
            RULE.finding(at, "`$LATEST` changes under executions that are running")
                .help("publish a version and name it, or an alias of it"),
        );
    } else if subject.form == Form::Nested {
        // In HCL the block `lambda` renders this form on purpose.
        findings.push(
            RULE.finding(at, "the function is called by its ARN")
                .help("write `arn:aws:states:::lambda:invoke` and the function as the parameter `FunctionName`"),
        );
    }
}
