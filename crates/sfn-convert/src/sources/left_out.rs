//! Properties of a source that become nothing.

use std::collections::BTreeSet;

use asl::Json;

use super::intrinsic::function;

/// Returns the paths of the properties in `value` that are not among `kept`, such as `Logging.Destinations`. A kept path
/// covers everything in it; the elements of a list, and both values of `Fn::If`, are at the path of the list and of the
/// function.
pub(super) fn left_out(value: &Json, kept: &[&str]) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    collect(value, "", kept, &mut paths);
    paths
}

fn collect(value: &Json, at: &str, kept: &[&str], paths: &mut BTreeSet<String>) {
    match (function(value), value) {
        (Some(("Fn::If", Json::Array(arguments))), _) => {
            arguments.iter().skip(1).for_each(|argument| collect(argument, at, kept, paths));
        }
        (Some(_), _) => {}
        (None, Json::Array(elements)) => elements.iter().for_each(|element| collect(element, at, kept, paths)),
        (None, Json::Object(members)) => {
            for (name, value) in members {
                let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                let is_inside = |kept: &str| kept.strip_prefix(&path).is_some_and(|rest| rest.starts_with('.'));
                if kept.contains(&path.as_str()) {
                    continue;
                } else if kept.iter().any(|kept| is_inside(kept)) {
                    collect(value, &path, kept, paths);
                } else {
                    paths.insert(path);
                }
            }
        }
        _ => {}
    }
}

/// The note that names what is left out of a resource; `None` if nothing is.
pub(super) fn note(id: &str, left_out: impl IntoIterator<Item = String>) -> Option<String> {
    let paths: Vec<String> = left_out.into_iter().map(|path| format!("`{path}`")).collect();
    (!paths.is_empty()).then(|| format!("`{id}`: left out: {}", paths.join(", ")))
}
