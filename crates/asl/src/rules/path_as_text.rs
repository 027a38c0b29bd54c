//! Paths that are not looked up.

use crate::diagnostic::{Diagnostic, Fix};
use crate::intrinsic::Call;
use crate::json::Json;
use crate::jsonpath::Path;
use crate::pointer::{Pointer, Way};
use crate::subject::Subject;

rule! {
    /// A value looks like a path or an intrinsic function, and its name does not end in `.$`, so that the text itself is
    /// passed on; or it stands in the `Result` of a Pass state, which is never looked up.
    ///
    /// AWS takes it with the warnings `NO_DOLLAR` and `PASS_RESULT_IS_STATIC`.
    "ASL3005" "path-as-text" Warning check
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for (item, field, value) in super::templates(subject) {
        let container = item.at.join(&field.name);
        visit(value, &Way::Start(&container), &mut |at, text, name| {
            let message = format!("`{text}` is passed on as text, because the name does not end in `.$`");
            let finding = RULE.finding(at.clone(), message).aws("NO_DOLLAR", Some(at.clone()));
            findings.push(match name {
                Some(name) => finding.help(format!("call the member `{name}.$` to look the value up")).fix(Fix::key(at, format!("{name}.$"))),
                None => finding.help("make the array with `States.Array`, in a member whose name ends in `.$`"),
            });
        });
    }
    for item in super::objects(subject, "Pass") {
        let Some(result) = item.value.get("Result") else { continue };
        let container = item.at.join("Result");
        let mut said = false;
        visit_any(result, &Way::Start(&container), &mut |at, text| {
            if !std::mem::replace(&mut said, true) {
                findings.push(
                    RULE.finding(at, format!("`{text}` is not looked up: the `Result` of a Pass state is fixed"))
                        .aws("PASS_RESULT_IS_STATIC", Some(container.clone()))
                        .help("write `Parameters` in place of `Result`"),
                );
            }
        });
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

fn visit(value: &Json, way: &Way<'_>, say: &mut dyn FnMut(Pointer, &str, Option<&str>)) {
    match value {
        Json::Object(members) => {
            for (key, inner) in members.iter().filter(|(key, _)| !key.ends_with(".$")) {
                let way = Way::Member(way, key);
                match inner {
                    Json::String(text) if looks_like_path(text) => say(way.pointer(), text, Some(key)),
                    inner => visit(inner, &way, say),
                }
            }
        }
        Json::Array(elements) => {
            for (index, inner) in elements.iter().enumerate() {
                let way = Way::Element(way, index);
                match inner {
                    Json::String(text) if looks_like_path(text) => say(way.pointer(), text, None),
                    inner => visit(inner, &way, say),
                }
            }
        }
        _ => {}
    }
}

fn visit_any(value: &Json, way: &Way<'_>, say: &mut dyn FnMut(Pointer, &str)) {
    match value {
        Json::String(text) if looks_like_path(text) => say(way.pointer(), text),
        Json::Object(members) => {
            for (key, inner) in members {
                visit_any(inner, &Way::Member(way, key), say);
            }
        }
        Json::Array(elements) => {
            for (index, inner) in elements.iter().enumerate() {
                visit_any(inner, &Way::Element(way, index), say);
            }
        }
        _ => {}
    }
}
