//! Paths that are not looked up.

use crate::diagnostic::{Diagnostic, Fix};
use crate::intrinsic::Call;
use crate::jsonpath::Path;
use crate::pointer::Way;
use crate::subject::{Item, Subject};

rule! {
    /// A value looks like a path or an intrinsic function, and its name does not end in `.$`, so that the text itself is
    /// passed on; or it stands in the `Result` of a Pass state, which is never looked up.
    ///
    /// AWS takes it with the warnings `NO_DOLLAR` and `PASS_RESULT_IS_STATIC`.
    "ASL3005" "path-as-text" Warning Any => check, Pass => in_result
}

fn check(subject: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    for (container, value) in super::templates(subject, item) {
        value.walk(&container, &mut |way, inner| {
            if way.name().is_some_and(|key| key.ends_with(".$")) {
                return false;
            }
            let Some(text) = inner.as_str().filter(|text| looks_like_path(text)) else { return true };
            let at = way.pointer();
            let message = format!("`{text}` is passed on as text, because the name does not end in `.$`");
            let finding = RULE.finding(at.clone(), message).aws("NO_DOLLAR", Some(at.clone()));
            match way {
                Way::Member(_, name) => findings.push(
                    finding
                        .help(format!("call the member `{name}.$` to look the value up"))
                        .fix(Fix::key(at, format!("{name}.$")).safe_if(false)),
                ),
                Way::Element(..) => findings
                    .push(finding.help("make the array with `States.Array`, in a member whose name ends in `.$`")),
                // A template that is a string and no object is for another rule.
                Way::Start(_) | Way::Field(..) => {}
            }
            true
        });
    }
}

/// Paths in the fixed result of a Pass state.
fn in_result(_: &Subject<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(result) = item.value.get("Result") else { return };
    let container = item.at.join("Result");
    let mut first = None;
    result.walk(&Way::Start(&container), &mut |way, inner| {
        if first.is_none() {
            let text = inner.as_str().filter(|text| looks_like_path(text));
            first = text.map(|text| (way.pointer(), text));
        }
        first.is_none()
    });
    if let Some((at, text)) = first {
        findings.push(
            RULE.finding(at, format!("`{text}` is not looked up: the `Result` of a Pass state is fixed"))
                .aws("PASS_RESULT_IS_STATIC", Some(container))
                .help("write `Parameters` in place of `Result`"),
        );
    }
}

/// Whether a text is meant to be looked up.
fn looks_like_path(text: &str) -> bool {
    if Call::looks_like_one(text) {
        return Call::parse(text).is_ok();
    }
    let written_as_path = text.starts_with("$.") || text.starts_with("$[") || text.starts_with("$$.");
    written_as_path && Path::parse(text).is_ok()
}
