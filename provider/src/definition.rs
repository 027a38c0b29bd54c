//! The definition that a configuration describes, by blocks or as JSON, and what the checks say about it.

use asl::check::{Form, MachineType, check, check_text};
use asl::rules::too_large;
use asl::{Json, Selection};
use asl_hcl::{definition_attributes, has_states, state_blocks, to_asl};
use tfplugin::schema::{Attribute, NestedBlock};
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Type, Value};

use crate::messages;

/// A definition, as far as it is known.
#[derive(Debug, Default)]
pub struct Evaluated {
    /// ASL; `None` while a part is unknown or when it is wrong.
    pub definition: Option<Json>,
    /// The text for AWS; `None` while a part is unknown or when it is wrong.
    pub text: Option<String>,
    /// What the checks found.
    pub diagnostics: Diagnostics,
}

/// The attributes of a workflow: those of the state machine itself, and `definition`.
pub fn attributes() -> Vec<Attribute> {
    let mut attributes = definition_attributes();
    let description = "The whole definition as a JSON string, in place of `start_at` and the blocks of states.";
    attributes.push(Attribute::optional("definition", Type::String, description));
    attributes
}

/// The blocks of a workflow: one for each type of state.
pub fn blocks() -> Vec<NestedBlock> {
    state_blocks()
}

/// Whether the workflow is given as JSON.
pub fn is_text(config: &Value) -> bool {
    !config.get("definition").is_null()
}

/// Puts together and checks what a configuration describes.
pub fn evaluate(config: &Value, selection: &Selection) -> Evaluated {
    match (is_text(config), has_states(config) || !config.get("start_at").is_null()) {
        (true, true) => failed(
            Diagnostic::error(
                "both `definition` and blocks of states are there",
                "A workflow is given either as JSON or as blocks: remove one of the two.",
            )
            .at(AttributePath::root("definition")),
        ),
        (false, false) => failed(Diagnostic::error(
            "there is no workflow",
            "Write `start_at` and a block for each state, such as `task \"Name\" { … }`, or a `definition` as JSON.",
        )),
        (true, false) => evaluate_text(config, selection),
        (false, true) => evaluate_blocks(config, selection),
    }
}

fn failed(diagnostic: Diagnostic) -> Evaluated {
    Evaluated { diagnostics: diagnostic.into(), ..Evaluated::default() }
}

/// The type of the state machine, which a data source does not have.
fn machine_type(config: &Value) -> MachineType {
    match config.get("type") {
        value if value.is_unknown() => MachineType::Unknown,
        value => value.as_str().and_then(MachineType::named).unwrap_or_default(),
    }
}

fn evaluate_text(config: &Value, selection: &Selection) -> Evaluated {
    let Some(text) = config.get("definition").as_str() else {
        return Evaluated::default();
    };
    let attribute = AttributePath::root("definition");
    let (document, mut findings) = check_text(text, machine_type(config));
    findings.extend(too_large::check_text(text));
    findings.retain(|finding| selection.keeps(finding));
    let sound = !asl::check::has_errors(&findings);
    let mut evaluated =
        Evaluated { diagnostics: messages::of_text(findings, text, &attribute), ..Evaluated::default() };
    for field in definition_attributes().iter().filter(|field| !config.get(&field.name).is_null()) {
        let detail = "The JSON says it itself: remove the attribute, or the `definition`.";
        let message = format!("both `definition` and `{}` are there", field.name);
        evaluated.diagnostics.push(Diagnostic::error(message, detail).at(AttributePath::root(field.name.clone())));
    }
    if sound {
        evaluated.definition = document.map(|document| document.root);
        evaluated.text = Some(text.to_owned());
    }
    evaluated
}

fn evaluate_blocks(config: &Value, selection: &Selection) -> Evaluated {
    let mut flat = to_asl(config);
    let mut findings = check(&flat.json, Form::Flat, machine_type(config));
    findings.retain(|finding| selection.keeps(finding));
    let sound = !asl::check::has_errors(&findings) && !flat.diagnostics.has_errors();
    let definition = if sound && flat.json.is_known() { asl::flat::nest(&flat.json) } else { None };
    let text = definition.as_ref().and_then(render);
    findings.extend(text.as_deref().and_then(too_large::check_text));
    let mut diagnostics = std::mem::take(&mut flat.diagnostics);
    diagnostics.extend(messages::of_blocks(findings, &flat));
    Evaluated { definition, text, diagnostics }
}

/// The text of a definition: for people to read, unless only the shortest one is small enough for AWS.
fn render(definition: &Json) -> Option<String> {
    let value = definition.to_value()?;
    let pretty = serde_json::to_string_pretty(&value).ok()?;
    if too_large::check_text(&pretty).is_none() { Some(pretty) } else { Some(value.to_string()) }
}

/// Whether two texts define the same state machine.
pub fn same(a: &str, b: &str) -> bool {
    a == b || matches!((asl::parse(a), asl::parse(b)), (Ok((a, _)), Ok((b, _))) if a.root.same_meaning(&b.root))
}
