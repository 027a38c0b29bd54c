//! Converts tags of templates.

use std::collections::BTreeMap;

use asl::Json;
use tfconfig::Writer;
use tfplugin::Value;

use super::Converted;
use super::choice::Choice;
use super::intrinsic::Template;

/// Tags from a list of keys and values or, in SAM, from a map.
pub(super) fn tags(template: &Template<'_>, value: Option<&Json>, out: &mut Converted) -> Value {
    let Some(value) = value else {
        return Value::Null;
    };
    let choice: Choice<Value> = Choice::read(template, value, out, &mut |value, out| {
        all_tags(template, value, out)
    });
    choice.settled(out)
}

/// Tags that do not all depend on the same condition.
fn all_tags(template: &Template<'_>, value: &Json, out: &mut Converted) -> Option<Value> {
    let tags = match value {
        Json::Array(tags) => tags,
        Json::Object(_) => return Some(template.value(value, out)),
        _ => return None,
    };
    let (mut all, mut optional) = (BTreeMap::new(), Vec::new());
    for tag in tags {
        let choice = Choice::read(template, tag, out, &mut |tag, out| {
            key_and_value(template, tag, out)
        });
        match choice {
            Choice::Is(tag) => all.extend(tag),
            Choice::If(..) => {
                let write = |tag: Option<&(String, Value)>| Some(in_line(tag.cloned(), out));
                optional.extend(choice.expression(&write));
            }
        }
    }
    if optional.is_empty() {
        return Some(all.into());
    }
    let parts: Vec<String> = [in_line(all, out)].into_iter().chain(optional).collect();
    Some(
        out.placeholders
            .text(&format!("merge({})", parts.join(", ")))
            .into(),
    )
}

fn key_and_value(
    template: &Template<'_>,
    tag: &Json,
    out: &mut Converted,
) -> Option<(String, Value)> {
    let (key, value) = tag.get("Key").zip(tag.get("Value"))?;
    Some((template.text(key, out), template.value(value, out)))
}

fn in_line(tags: impl IntoIterator<Item = (String, Value)>, out: &Converted) -> String {
    Writer::new(out.placeholders.references()).in_line(&Value::object(tags))
}
