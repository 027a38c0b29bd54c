//! Names of fields in messages about HCL.

use std::collections::HashSet;

use asl::schema::Language;

/// Returns a message in which fields have their names in HCL. Names of states are not changed.
pub fn in_hcl(message: &str, states: &HashSet<&str>) -> String {
    let parts = message.split('`').enumerate().map(|(index, part)| {
        let quoted = index % 2 == 1;
        if quoted && !states.contains(part) {
            hcl_name(part).unwrap_or(part)
        } else {
            part
        }
    });
    parts
        .collect::<Vec<_>>()
        .join("`")
        .replace("`End: true`", "`end = true`")
}

/// Returns the name of a field of ASL in HCL.
pub fn hcl_name(name: &str) -> Option<&'static str> {
    let language = Language::get();
    let objects = language
        .states
        .iter()
        .chain([&language.definition])
        .chain(language.objects());
    objects
        .flat_map(|object| &object.fields)
        .find(|field| field.name == name)
        .map(|field| field.hcl.as_str())
}
