//! Definitions in files, with the places of their values: what an editor needs to find a state or to rename it.

use std::ops::Range;
use std::rc::Rc;

use super::{Content, Embedded, embedded, has_functions, machine_type, mask_intrinsics};
use crate::json::Json;
use crate::pointer::JsonPointer;
use crate::semantic::kind::MachineType;
use crate::syntax::{Document, Format, parse_unfilled, parse_yaml_unfilled};

/// A definition in a file.
#[derive(Debug)]
pub struct Located {
    /// Logical ID of the state machine in a template; `None` for a file that is a definition itself.
    pub name: Option<String>,
    /// The definition. Values that are only known at deployment are unknown.
    pub root: Json,
    /// Type of the state machine.
    pub machine: MachineType,
    document: Rc<Document>,
    /// The place of the definition in the document.
    at: JsonPointer,
    text: DefinitionText,
}

/// The layout of a definition in its file.
#[derive(Debug)]
enum DefinitionText {
    /// As values of the document.
    Values,
    /// As a string of the document, which is parsed on its own.
    Embedded(Box<Document>, String),
    /// As a string that was put together, in which places are not known.
    Joined,
}

/// Returns the definitions of a file, in its order; none for a text that cannot be parsed. A type of state machine that a template
/// does not give is `machine`.
pub fn locate(text: &str, format: Format, machine: MachineType) -> Vec<Located> {
    let parsed = match format {
        Format::Json => parse_unfilled(text),
        Format::Yaml => parse_yaml_unfilled(text),
    };
    let Ok((document, _)) = parsed else {
        return Vec::new();
    };
    let document = Rc::new(document);
    match document.root.get("Resources").and_then(Json::as_object) {
        Some(resources) => {
            let located = resources
                .iter()
                .flat_map(|(name, resource)| in_resource(name, resource, machine, &document));
            located.collect()
        }
        None if document.root.get("StartAt").is_none() && document.root.get("States").is_none() => {
            Vec::new()
        }
        None => {
            let masked = has_functions(&document.root).then(|| mask_intrinsics(&document.root));
            let root = masked.unwrap_or_else(|| document.root.clone());
            let at = JsonPointer::root();
            vec![Located {
                name: None,
                root,
                machine,
                document,
                at,
                text: DefinitionText::Values,
            }]
        }
    }
}

fn in_resource(
    name: &str,
    resource: &Json,
    machine: MachineType,
    document: &Rc<Document>,
) -> Vec<Located> {
    let Some((properties, machine)) = machine_type(resource, machine) else {
        return Vec::new();
    };
    let at = JsonPointer::root()
        .join("Resources")
        .join(name.to_owned())
        .join("Properties");
    let locate = |Embedded { at, content }: Embedded| {
        let (root, text) = match content {
            Content::Object(root) => (root, DefinitionText::Values),
            Content::Text(text) => {
                let (inner, _) = parse_unfilled(&text).ok()?;
                (
                    inner.root.clone(),
                    DefinitionText::Embedded(Box::new(inner), text),
                )
            }
            Content::Joined(text) => (parse_unfilled(&text).ok()?.0.root, DefinitionText::Joined),
        };
        Some(Located {
            name: Some(name.to_owned()),
            root,
            machine,
            document: Rc::clone(document),
            at,
            text,
        })
    };
    embedded(properties, &at)
        .into_iter()
        .filter_map(locate)
        .collect()
}

impl Located {
    /// Returns the bytes of the name of a member, without quotes; `None` if they are not in the text as they are.
    pub fn name_letters(&self, text: &str, pointer: &JsonPointer) -> Option<Range<usize>> {
        self.letters(text, pointer, Document::key_letters)
    }

    /// Returns the bytes of a string, without quotes; `None` if they are not in the text as they are.
    pub fn string_letters(&self, text: &str, pointer: &JsonPointer) -> Option<Range<usize>> {
        self.letters(text, pointer, Document::value_letters)
    }

    fn letters(
        &self,
        text: &str,
        pointer: &JsonPointer,
        of: fn(&Document, &str, &JsonPointer) -> Option<Range<usize>>,
    ) -> Option<Range<usize>> {
        match &self.text {
            DefinitionText::Values => Some(unquoted(
                text,
                of(&self.document, text, &self.at.append(pointer))?,
            )),
            DefinitionText::Embedded(inner, inner_text) => {
                let letters = unquoted(inner_text, of(inner, inner_text, pointer)?);
                let span = self.document.span_inside(text, &self.at, &letters);
                (text.get(span.clone()) == inner_text.get(letters)).then_some(span)
            }
            DefinitionText::Joined => None,
        }
    }

    /// Returns the bytes of a member with its name and its value, or of an element; in a string that was put together, those of the
    /// whole string.
    pub fn span(&self, text: &str, pointer: &JsonPointer) -> Range<usize> {
        let whole = |document: &Document, pointer: &JsonPointer| {
            let value = document.span(pointer);
            document
                .key_span(pointer)
                .map_or(value.start, |key| key.start)..value.end
        };
        match &self.text {
            DefinitionText::Values => whole(&self.document, &self.at.append(pointer)),
            DefinitionText::Embedded(inner, _) => {
                self.document
                    .span_inside(text, &self.at, &whole(inner, pointer))
            }
            DefinitionText::Joined => self.document.span(&self.at),
        }
    }
}

/// A string in the text without its quotes.
fn unquoted(text: &str, span: Range<usize>) -> Range<usize> {
    match text
        .get(span.clone())
        .and_then(|written| written.chars().next())
    {
        Some('"' | '\'') if span.len() >= 2 => span.start + 1..span.end - 1,
        _ => span,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Format::{Json as J, Yaml as Y};

    /// The name of the definition, the letters of the name and of `Next`, and the first and last letter of the state.
    type Expected<'e> = (
        Option<&'e str>,
        Option<&'e str>,
        Option<&'e str>,
        &'e str,
        &'e str,
    );

    /// Checks the letters of the name of the state `A`, of its `Next`, and the first and last letters of the whole state, in every
    /// definition of a text.
    fn check(format: Format, text: &str, expected: &[Expected<'_>]) {
        let located = locate(text, format, MachineType::Standard);
        let state = JsonPointer::root().join("States").join("A");
        let found: Vec<_> = located
            .iter()
            .map(|definition| {
                let get = |span: Option<Range<usize>>| span.map(|span| text.get(span).unwrap());
                let name = get(definition.name_letters(text, &state));
                let next = get(definition.string_letters(text, &state.join("Next")));
                let whole = text.get(definition.span(text, &state)).unwrap();
                (
                    definition.name.as_deref(),
                    name,
                    next,
                    &whole[..1],
                    &whole[whole.len() - 1..],
                )
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn states_of_definitions_and_templates_have_places() {
        let states =
            r#""States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "End": true}}"#;
        check(
            J,
            &format!("{{\"StartAt\": \"A\", {states}}}"),
            &[(None, Some("A"), Some("B"), "\"", "}")],
        );
        check(
            Y,
            "StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: 'B'\n",
            &[(None, Some("A"), Some("B"), "A", "'")],
        );
        // A member with an intrinsic function, and another resource.
        let resource = |properties: &str| {
            format!(
                "{{\"Resources\": {{\"Q\": {{\"Type\": \"AWS::SQS::Queue\", \"Properties\": {{}}}}, \"M\": {{\"Type\": \"AWS::StepFunctions::StateMachine\", \"Properties\": {{{properties}}}}}}}}}"
            )
        };
        let definition =
            format!("\"Definition\": {{\"StartAt\": {{\"Ref\": \"First\"}}, {states}}}");
        check(
            J,
            &resource(&definition),
            &[(Some("M"), Some("A"), Some("B"), "\"", "}")],
        );
        let string =
            serde_json::Value::from(format!("{{\"StartAt\": \"A\", {states}}}")).to_string();
        check(
            J,
            &resource(&format!("\"DefinitionString\": {string}")),
            &[(Some("M"), Some("A"), Some("B"), "\\", "}")],
        );
        let substituted = format!("\"DefinitionString\": {{\"Fn::Sub\": {string}}}");
        check(
            J,
            &resource(&substituted),
            &[(Some("M"), Some("A"), Some("B"), "\\", "}")],
        );
        let block = "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: |\n        {\"StartAt\": \"A\", ";
        check(
            Y,
            &format!("{block}{states}}}\n"),
            &[(Some("M"), Some("A"), Some("B"), "\"", "}")],
        );
        // The parts of `Fn::Join` have no places of their own.
        let joined = format!("\"DefinitionString\": {{\"Fn::Join\": [\"\", [{string}]]}}");
        check(J, &resource(&joined), &[(Some("M"), None, None, "[", "]")]);
    }

    #[test]
    fn letters_with_escapes_are_found_whole() {
        let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "\u0042"}}}"#;
        check(J, text, &[(None, Some("A"), Some("\\u0042"), "\"", "}")]);
        // Inside of a string the letters are not the same as in the text.
        let string = serde_json::Value::from(text).to_string();
        let template = format!(
            "{{\"Resources\": {{\"M\": {{\"Type\": \"AWS::Serverless::StateMachine\", \"Properties\": {{\"DefinitionString\": {string}}}}}}}}}"
        );
        check(J, &template, &[(Some("M"), Some("A"), None, "\\", "}")]);
    }

    #[test]
    fn other_texts_have_no_definitions() {
        for text in [
            "{",
            "[]",
            "{\"a\": 1}",
            "{\"Resources\": {\"A\": {\"Type\": \"AWS::StepFunctions::StateMachine\"}}}",
            "",
        ] {
            check(J, text, &[]);
        }
        check(
            Y,
            "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: '{'\n",
            &[],
        );
    }
}
