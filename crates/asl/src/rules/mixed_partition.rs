//! ARNs of several partitions.

use crate::diagnostic::Diagnostic;
use crate::subject::Subject;

rule! {
    /// Tasks of one state machine name resources of different partitions, such as `aws` and `aws-cn`. A state machine
    /// reaches only its own.
    "ASL5016" "mixed-partition" Warning Whole => check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let mut first: Option<(&str, crate::Pointer)> = None;
    for item in &subject.objects {
        let Some((text, _)) = item.resource.filter(|(text, _)| text.starts_with("arn:aws")) else {
            continue;
        };
        let Some(partition) = text.split(':').nth(1) else { continue };
        let at = item.at.join("Resource");
        match &first {
            None => first = Some((partition, at)),
            Some((other, place)) if *other != partition => findings.push(
                RULE.finding(at, format!("this is in the partition `{partition}`, and another task in `{other}`"))
                    .help("a state machine reaches only its own partition")
                    .related(place.clone(), "the first one"),
            ),
            Some(_) => {}
        }
    }
}
