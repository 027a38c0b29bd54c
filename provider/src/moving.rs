//! Moving in from hashicorp/aws: what a `moved` block hands over is the state as that provider has stored it, in its
//! versions 5 and 6. What AWS knows is read right after, so that only what was written has to be taken over.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tfplugin::{Diagnostic, Diagnostics, MoveRequest, Value};

/// The end of the address of the provider whose objects move in.
const FORMER_PROVIDER: &str = "hashicorp/aws";

/// A stored object, or a block of one.
pub struct Former(Json);

impl Former {
    /// The state of a request, if it is of this type of the other provider.
    ///
    /// # Errors
    /// When the state is no JSON.
    pub fn of(request: &MoveRequest, source_type: &str) -> Result<Option<Self>, Diagnostics> {
        if request.source_type != source_type || !request.source_provider.ends_with(FORMER_PROVIDER) {
            return Ok(None);
        }
        match serde_json::from_slice(&request.source_state) {
            Ok(state) => Ok(Some(Self(state))),
            Err(error) => {
                let summary = format!("the state of the `{source_type}` cannot be read");
                Err(Diagnostic::error(summary, error.to_string()).into())
            }
        }
    }

    /// A text that is not empty.
    pub fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).and_then(Json::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// A text that is not empty as a value, or null.
    pub fn value(&self, name: &str) -> Value {
        self.text(name).into()
    }

    /// A flag that is set.
    pub fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Json::as_bool).unwrap_or_default()
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Json::as_i64)
    }

    /// Numbers by key.
    pub fn numbers(&self, name: &str) -> BTreeMap<String, f64> {
        let numbers = self.0.get(name).and_then(Json::as_object).into_iter().flatten();
        numbers.filter_map(|(key, number)| Some((key.clone(), number.as_f64()?))).collect()
    }

    /// The blocks of this name.
    pub fn blocks(&self, name: &str) -> impl Iterator<Item = Self> {
        self.0.get(name).and_then(Json::as_array).into_iter().flatten().cloned().map(Self)
    }

    /// The tags that were written; null without any.
    pub fn tags(&self) -> Value {
        let tags = self.0.get("tags").and_then(Json::as_object).filter(|tags| !tags.is_empty());
        tags.map_or(Value::Null, |tags| {
            Value::object(tags.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().into())))
        })
    }
}
