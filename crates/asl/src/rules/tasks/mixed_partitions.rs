//! Resources in different partitions.

use crate::diagnostic::Diagnostic;
use crate::semantic::SemanticModel;

rule! {
    /// ## What it does
    ///
    /// Checks for tasks of one state machine whose resources are in different partitions.
    ///
    /// The partition is the second part of an ARN, such as `aws` or `aws-cn`. The rule compares the `Resource` of all
    /// tasks.
    ///
    /// ## Why is this bad?
    ///
    /// A state machine reaches only the resources of its own partition. Calls of resources in another partition fail.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "StartAt": "ChargeCard",
    ///   "States": {
    ///     "ChargeCard": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "ChargeCard",
    ///         "Payload.$": "$"
    ///       },
    ///       "Next": "SendReceipt"
    ///     },
    ///     "SendReceipt": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws-cn:states:::sqs:sendMessage",
    ///       "Parameters": {
    ///         "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/Receipts",
    ///         "MessageBody.$": "$"
    ///       },
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "StartAt": "ChargeCard",
    ///   "States": {
    ///     "ChargeCard": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::lambda:invoke",
    ///       "Parameters": {
    ///         "FunctionName": "ChargeCard",
    ///         "Payload.$": "$"
    ///       },
    ///       "Next": "SendReceipt"
    ///     },
    ///     "SendReceipt": {
    ///       "Type": "Task",
    ///       "Resource": "arn:aws:states:::sqs:sendMessage",
    ///       "Parameters": {
    ///         "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/Receipts",
    ///         "MessageBody.$": "$"
    ///       },
    ///       "End": true
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Identify AWS resources with Amazon Resource Names (ARNs)](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html)
    "ASL5016" "mixed-partitions" ["mixed-partition"] Warning
    Whole => check
}

fn check(model: &SemanticModel<'_>, findings: &mut Vec<Diagnostic>) {
    let mut first: Option<(&str, crate::JsonPointer)> = None;
    for node in &model.objects {
        let Some((text, _)) = node
            .resource
            .filter(|(text, _)| text.starts_with("arn:aws"))
        else {
            continue;
        };
        let Some(partition) = text.split(':').nth(1) else {
            continue;
        };
        let at = node.at.join("Resource");
        match &first {
            None => first = Some((partition, at)),
            Some((other, place)) if *other != partition => findings.push(
                RULE.finding(
                    at,
                    format!("the resource is in partition `{partition}`, and that of another task in `{other}`"),
                )
                .help("a state machine can call only resources in its own partition")
                .related(place.clone(), "the first one"),
            ),
            Some(_) => {}
        }
    }
}
