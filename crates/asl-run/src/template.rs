//! Payload templates, and values with JSONata expressions.

use std::rc::Rc;

use asl::intrinsic::Call;
use asl::jsonata::{Delimited, delimited};
use asl::jsonpath::Path;
use asl::model::QueryLanguage;
use serde_json::{Map, Value};

use crate::Data;
use crate::fault::Fault;
use crate::jsonata::{self, Query};
use crate::view::View;

/// A value of a definition in which some parts are evaluated.
#[derive(Debug, Clone)]
pub(crate) enum Template {
    /// A value without expressions.
    Constant(Data),
    /// A path.
    Path(PathField),
    /// An intrinsic function.
    Call {
        /// The call.
        call: Box<Call>,
        /// The call as written.
        text: String,
    },
    /// A JSONata expression.
    Jsonata(QueryField),
    /// An object.
    Object(Vec<(String, Template)>),
    /// An array.
    Array(Vec<Template>),
}

/// A path in a field.
#[derive(Debug, Clone)]
pub(crate) struct PathField {
    pub path: Path,
    pub text: String,
    /// The field, such as `total.$` or `ErrorPath`.
    pub field: String,
}

/// A JSONata expression in a field.
#[derive(Debug, Clone)]
pub(crate) struct QueryField {
    pub query: Rc<dyn Query>,
    /// The expression without delimiters and surrounding spaces.
    pub text: String,
    /// The place in the state, such as `Output/total`.
    pub field: String,
}

impl PathField {
    /// Parses the path of a field.
    pub(crate) fn parse(field: &str, text: &str) -> Result<Self, String> {
        Ok(Self {
            path: Path::parse(text).map_err(|error| format!("`{field}`: {}", error.message))?,
            text: text.to_owned(),
            field: field.to_owned(),
        })
    }

    /// The value of the path.
    pub(crate) fn evaluate(&self, view: &View<'_>) -> Result<Data, Fault> {
        view.path_data(&self.path).map_err(|_| {
            Fault::runtime(format!(
                "The JSONPath '{}' specified for the field '{}' could not be found in the input '{}'",
                self.text,
                self.field,
                view.root.value()
            ))
        })
    }
}

impl QueryField {
    /// Parses an expression without its delimiters.
    pub(crate) fn parse(field: &str, text: &str) -> Result<Self, String> {
        Ok(Self {
            query: jsonata::parse(text).map_err(|message| format!("`{field}`: {message}"))?,
            text: text.trim().to_owned(),
            field: field.to_owned(),
        })
    }

    /// The value of the expression.
    pub(crate) fn evaluate(&self, view: &View<'_>) -> Result<Value, Fault> {
        let about = |what: String| {
            let text = format!(
                "The JSONata expression '{}' specified for the field '{}' {what}",
                self.text, self.field
            );
            Fault::query(&self.field, text)
        };
        match view.query(&*self.query) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(about("returned nothing (undefined).".to_owned())),
            Err(message) => Err(about(format!(
                "threw an error during evaluation. {message}"
            ))),
        }
    }

    /// The fault of a value of another type than the field needs.
    pub(crate) fn unexpected(&self, expected: &str, value: &Value) -> Fault {
        let message = format!(
            "The JSONata expression '{}' specified for the field '{}' returned an unexpected result type. Expected '{expected}', but was '{}' for value: {value}",
            self.text,
            self.field,
            kind(value)
        );
        Fault::query(&self.field, message)
    }
}

/// The name of the type of a value, as AWS writes it.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

impl Template {
    /// Parses the value of a field. Errors name the place of the expression.
    pub(crate) fn parse(
        language: QueryLanguage,
        field: &str,
        value: &Value,
    ) -> Result<Self, String> {
        match language {
            QueryLanguage::JSONPath => Self::payload(value),
            QueryLanguage::JSONata => Self::jsonata(field, value),
        }
    }

    fn payload(value: &Value) -> Result<Self, String> {
        match value {
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| {
                    match (name.strip_suffix(".$"), value.as_str()) {
                        (Some(plain), Some(text)) => {
                            Ok((plain.to_owned(), Self::dynamic(name, text)?))
                        }
                        (Some(_), None) => Err(format!("`{name}` must be a path")),
                        (None, _) => Ok((name.clone(), Self::payload(value)?)),
                    }
                });
                Ok(Self::object(members.collect::<Result<_, String>>()?))
            }
            Value::Array(elements) => {
                let elements = elements.iter().map(Self::payload);
                Ok(Self::array(elements.collect::<Result<_, String>>()?))
            }
            plain => Ok(Self::Constant(Data::new(plain.clone()))),
        }
    }

    fn dynamic(field: &str, text: &str) -> Result<Self, String> {
        if Call::looks_like_one(text) {
            let call =
                Call::parse(text).map_err(|error| format!("`{field}`: {}", error.message))?;
            return Ok(Self::Call {
                call: Box::new(call),
                text: text.to_owned(),
            });
        }
        PathField::parse(field, text).map(Self::Path)
    }

    /// Parses a field that is a path or an intrinsic function.
    pub(crate) fn path_or_call(field: &str, text: &str) -> Result<Self, String> {
        Self::dynamic(field, text)
    }

    fn jsonata(field: &str, value: &Value) -> Result<Self, String> {
        match value {
            Value::String(text) => match delimited(text) {
                Delimited::Expression(expression, _) => {
                    QueryField::parse(field, expression).map(Self::Jsonata)
                }
                Delimited::Unclosed => Err(format!("`{field}`: `%}}` is missing")),
                Delimited::Text | Delimited::Embedded => {
                    Ok(Self::Constant(Data::new(value.clone())))
                }
            },
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| {
                    Ok((
                        name.clone(),
                        Self::jsonata(&format!("{field}/{name}"), value)?,
                    ))
                });
                Ok(Self::object(members.collect::<Result<_, String>>()?))
            }
            Value::Array(elements) => {
                let elements = elements.iter().enumerate();
                let elements = elements
                    .map(|(index, value)| Self::jsonata(&format!("{field}[{index}]"), value));
                Ok(Self::array(elements.collect::<Result<_, String>>()?))
            }
            plain => Ok(Self::Constant(Data::new(plain.clone()))),
        }
    }

    /// An object, constant if all its members are.
    fn object(members: Vec<(String, Template)>) -> Self {
        let constants = members.iter().map(|(name, member)| match member {
            Self::Constant(data) => Some((name.clone(), data.value().clone())),
            _ => None,
        });
        match constants.collect::<Option<Map<_, _>>>() {
            Some(constant) => Self::Constant(Data::new(Value::Object(constant))),
            None => Self::Object(members),
        }
    }

    /// An array, constant if all its elements are.
    fn array(elements: Vec<Template>) -> Self {
        let constants = elements.iter().map(|element| match element {
            Self::Constant(data) => Some(data.value().clone()),
            _ => None,
        });
        match constants.collect::<Option<Vec<_>>>() {
            Some(constant) => Self::Constant(Data::new(Value::Array(constant))),
            None => Self::Array(elements),
        }
    }

    /// Evaluates the template.
    pub(crate) fn evaluate(&self, view: &View<'_>) -> Result<Data, Fault> {
        match self {
            Self::Constant(data) => Ok(data.clone()),
            Self::Path(field) => field.evaluate(view),
            other => other.value(view).map(Data::new),
        }
    }

    fn value(&self, view: &View<'_>) -> Result<Value, Fault> {
        match self {
            Self::Constant(data) => Ok(data.value().clone()),
            Self::Path(field) => field.evaluate(view).map(Data::into_value),
            Self::Call { call, text } => view.call(call, text),
            Self::Jsonata(field) => field.evaluate(view),
            Self::Object(members) => {
                let members = members
                    .iter()
                    .map(|(name, member)| Ok((name.clone(), member.value(view)?)));
                members
                    .collect::<Result<Map<_, _>, Fault>>()
                    .map(Value::Object)
            }
            Self::Array(elements) => elements.iter().map(|element| element.value(view)).collect(),
        }
    }
}
