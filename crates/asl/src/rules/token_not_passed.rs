//! Task tokens that nobody gets.

use crate::diagnostic::Diagnostic;
use crate::jsonpath::Root;
use crate::subject::{Item, Subject};

rule! {
    /// A task waits until somebody returns its token, and does not pass the token on, so that it waits until its timeout.
    ///
    /// AWS takes it. Source: developer guide, "Wait for a Callback with the Task Token".
    "ASL5010" "token-not-passed" Warning Task => check
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let resource = item.resource.map(|(_, resource)| resource);
    if resource.is_none_or(|resource| resource.pattern() != "waitForTaskToken") {
        return;
    }
    let payload = item.payloads().map(|(_, payload)| payload).next();
    // Without a payload there is another finding, and in what is not known the token may be.
    if payload.is_none_or(|payload| !payload.is_known()) || subject.language_of(item).is_none() {
        return;
    }
    let passes = subject.expressions_of(item).any(|expression| {
        let context = expression
            .paths()
            .iter()
            .any(|(path, _)| path.root == Root::Context && matches!(path.members().next(), None | Some("Task")));
        let jsonata = expression.jsonata().is_some()
            && (expression.text.contains("Token") || expression.text.contains("context"));
        // A variable or the input may carry it as well.
        let carried = expression.paths().iter().any(|(path, _)| {
            path.root != Root::Context
                && path.members().last().is_some_and(|name| name.to_lowercase().contains("token"))
        });
        context || jsonata || carried
    });
    if !passes {
        let at = item.at.join("Resource");
        findings.push(RULE.finding(at, "the task waits for its token and passes it to nobody").help(
            "pass it in the payload: `\"token.$\": \"$$.Task.Token\"`, in JSONata `{% $states.context.Task.Token %}`",
        ));
    }
}
