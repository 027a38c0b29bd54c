//! The workflow of a configuration. It is converted once per call, and used by validation, plan,
//! apply, the validation by AWS, the checks of references, the policy, the data source and the
//! functions.

use asl::linter::Linter;
use asl::policy::{Document, Settings, derive};
use asl::references::{ExternalReference, external_references};
use asl::rules::MAX_CHARACTERS;
use asl::{Diagnostic as Finding, Form, Json, JsonPointer, MachineType, RuleFilter, Segment};
use asl_hcl::{Flat, STATE_BLOCKS, definition_attributes, has_states, state_blocks, to_asl};
use tfplugin::model::Model;
use tfplugin::schema::{Attribute, Block, NestedBlock};
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Type, Value};

use crate::diagnostics;

/// The argument with the whole definition as JSON.
pub const DEFINITION: &str = "definition";

/// Code of the rule that the resource of a task must be callable.
const INVALID_RESOURCE: &str = "ASL5001";

/// Arguments and blocks of a workflow: those of the language, and `definition`.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkflowBlocks(pub Value);

fn attributes() -> Vec<Attribute> {
    let mut attributes = definition_attributes();
    let description = "Whole definition as a JSON string, instead of `start_at` and state blocks.";
    attributes.push(Attribute::optional(DEFINITION, Type::String, description));
    attributes
}

fn blocks() -> Vec<NestedBlock> {
    state_blocks()
}

/// Names of all arguments and blocks.
fn names() -> impl Iterator<Item = String> {
    let attributes = attributes().into_iter().map(|attribute| attribute.name);
    attributes.chain(STATE_BLOCKS.iter().map(|(block, _)| block.clone()))
}

impl Model for WorkflowBlocks {
    fn block() -> Block {
        Block {
            attributes: attributes(),
            blocks: blocks(),
            ..Block::default()
        }
    }

    fn from_value(value: &Value) -> Self {
        Self(Value::object(
            names().map(|name| (name.clone(), value.get(&name).clone())),
        ))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

impl WorkflowBlocks {
    /// A workflow with a definition in JSON.
    pub fn of_text(text: &str) -> Self {
        let mut blocks = Self::from_value(&Value::Null);
        for (block, _) in STATE_BLOCKS.iter() {
            blocks.0.set(block, Value::object::<String>([]));
        }
        blocks.0.set(DEFINITION, text);
        blocks
    }

    /// The definition in JSON, if it is set and known.
    pub fn text(&self) -> Option<&str> {
        self.0
            .get(DEFINITION)
            .as_str()
            .filter(|text| !text.is_empty())
    }

    /// Whether the workflow is a definition in JSON.
    pub fn is_text(&self) -> bool {
        self.text().is_some() || self.0.get(DEFINITION).is_unknown()
    }

    /// The blocks without empty arguments, which count as not set.
    fn without_empty(&self) -> Self {
        let mut blocks = self.clone();
        for attribute in attributes() {
            if self.0.get(&attribute.name).as_str() == Some("") {
                blocks.0.set(&attribute.name, Value::Null);
            }
        }
        blocks
    }

    fn is_blocks(&self) -> bool {
        has_states(&self.0) || !self.0.get("start_at").is_null()
    }

    /// Keeps the form of the prior workflow for equivalent values.
    pub fn keep_equal(&mut self, prior: &Self) {
        if let (Some(before), Some(after)) = (prior.text(), self.text())
            && same_definition(before, after)
        {
            let before = before.to_owned();
            self.0.set(DEFINITION, before);
        }
        asl_hcl::keep_equal(&prior.0, &mut self.0);
    }
}

/// The form of a workflow.
enum Source {
    /// JSON, parsed if it is valid.
    Text { text: String, root: Option<Json> },
    /// As blocks.
    Blocks(Box<Flat>),
    /// Not set, set twice, or unknown.
    None,
}

/// A workflow, which may be partially unknown.
pub struct Workflow {
    source: Source,
    /// Errors in the configuration itself.
    errors: Diagnostics,
    /// The definition in the nested form of AWS. `None` while a part is unknown.
    nested: Option<Json>,
    machine_type: MachineType,
}

impl Workflow {
    /// Converts a configuration. `machine_type` is the type of the state machine, if there is one.
    pub fn new(blocks: &WorkflowBlocks, machine_type: MachineType) -> Self {
        let blocks = &blocks.without_empty();
        let mut workflow = Self {
            source: Source::None,
            errors: Diagnostics::default(),
            nested: None,
            machine_type,
        };
        match (blocks.0.get(DEFINITION).plain(), blocks.is_blocks()) {
            (Value::String(text), _) => workflow.read_text(blocks, text),
            (_, true) => workflow.read_blocks(blocks),
            (Value::Null, false) => workflow.errors.push(Diagnostic::error(
                "one of `definition` and `start_at` is required",
                "Set `start_at` and add a block for each state, such as `task \"Name\" { … }`, or set a \
                 `definition` in JSON.",
            )),
            _ => {}
        }
        workflow
    }

    fn read_blocks(&mut self, blocks: &WorkflowBlocks) {
        let mut flat = to_asl(&blocks.0);
        self.errors = std::mem::take(&mut flat.diagnostics);
        // While `definition` is unknown, the blocks may still conflict with it.
        let is_complete = flat.json.is_known() && !self.errors.has_errors() && !blocks.is_text();
        self.nested = if is_complete {
            asl::flat::nest(&flat.json)
        } else {
            None
        };
        self.source = Source::Blocks(Box::new(flat));
    }

    fn read_text(&mut self, blocks: &WorkflowBlocks, text: &str) {
        // Unknown values can turn out to be null.
        for name in names().filter(|name| name != DEFINITION && is_written(blocks.0.get(name))) {
            let detail = "A workflow is either JSON or blocks. Remove one of the two.";
            let message = format!("`{name}` conflicts with `definition`");
            self.errors
                .push(Diagnostic::error(message, detail).at(AttributePath::root(DEFINITION)));
        }
        let root = asl::parse(text).ok().map(|(document, _)| document.root);
        self.nested.clone_from(&root);
        self.source = Source::Text {
            text: text.to_owned(),
            root,
        };
    }

    /// The definition in the form of AWS. `None` if a part is unknown, or there are errors.
    pub fn definition(&self) -> Option<&Json> {
        self.nested.as_ref()
    }

    /// The text for AWS, as configured or rendered. `None` like [`Workflow::definition`].
    pub fn text(&self) -> Option<String> {
        match &self.source {
            Source::Text { text, root } => root.is_some().then(|| text.clone()),
            Source::Blocks(_) => self.nested.as_ref().and_then(render),
            Source::None => None,
        }
    }

    /// Checks the workflow with all selected rules.
    pub fn check(&self, filter: &RuleFilter) -> Diagnostics {
        let mut diagnostics = self.errors.clone();
        let linter = self.linter(filter);
        let findings = match &self.source {
            Source::Text { text, .. } => linter.check_text(text).1,
            Source::Blocks(flat) => {
                let mut findings = linter.check(&flat.json, Form::Flat);
                findings.extend(self.text().iter().flat_map(|text| linter.check_size(text)));
                findings
            }
            Source::None => Vec::new(),
        };
        diagnostics.extend(self.report(findings));
        diagnostics
    }

    /// Checks the workflow, except for resources that do not begin with `arn:`. Tests with mocks
    /// use placeholder values, which [`Workflow::check_resources`] checks once they are used.
    pub fn check_early(&self, filter: &RuleFilter) -> Diagnostics {
        let is_left = |found: &Diagnostic| {
            found.group == Some(INVALID_RESOURCE) && self.has_other_resources()
        };
        self.check(filter)
            .into_iter()
            .filter(|found| !is_left(found))
            .collect()
    }

    /// Makes the checks that [`Workflow::check_early`] omits.
    pub fn check_resources(&self, filter: &RuleFilter) -> Diagnostics {
        if !self.has_other_resources() {
            return Diagnostics::default();
        }
        self.check(filter)
            .into_iter()
            .filter(|found| found.group == Some(INVALID_RESOURCE))
            .collect()
    }

    /// Whether a `resource` does not begin with `arn:`.
    fn has_other_resources(&self) -> bool {
        let Source::Blocks(flat) = &self.source else {
            return false;
        };
        let states = flat
            .json
            .get("States")
            .and_then(Json::as_object)
            .into_iter()
            .flatten();
        let mut resources = states.filter_map(|(_, state)| state.get("Resource")?.as_str());
        resources.any(|resource| !resource.starts_with("arn:"))
    }

    /// Returns the linter for the workflow.
    pub fn linter(&self, filter: &RuleFilter) -> Linter {
        Linter::new(self.machine_type).with_filter(filter.clone())
    }

    /// Diagnostics for findings, at their attributes.
    fn report(&self, findings: Vec<Finding>) -> Diagnostics {
        match &self.source {
            Source::Text { text, .. } => {
                diagnostics::of_text(findings, text, &AttributePath::root(DEFINITION))
            }
            Source::Blocks(flat) => diagnostics::of_blocks(findings, flat),
            Source::None => Diagnostics::default(),
        }
    }

    /// Diagnostics for findings about references, which have a location in the configured form.
    pub fn report_references(&self, findings: Vec<Finding>) -> Diagnostics {
        match &self.source {
            Source::Text { .. } => findings
                .into_iter()
                .map(|finding| diagnostics::of_finding(finding).at(AttributePath::root(DEFINITION)))
                .collect(),
            _ => self.report(findings),
        }
    }

    /// The permissions that the workflow requires, and the diagnostics about them. `None` like
    /// [`Workflow::definition`].
    pub fn policy(
        &self,
        settings: &Settings,
        filter: &RuleFilter,
    ) -> Option<(Document, Diagnostics)> {
        let (document, gaps) = derive(self.nested.as_ref()?, settings);
        let reported = match &self.source {
            Source::Blocks(_) => {
                let flat = |finding: Finding| Finding {
                    pointer: in_flat_form(&finding.pointer),
                    ..finding
                };
                self.report(
                    self.linter(filter)
                        .check_policy(&gaps)
                        .into_iter()
                        .map(flat)
                        .collect(),
                )
            }
            _ => Diagnostics::default(),
        };
        Some((document, reported))
    }

    /// The objects that the workflow calls.
    pub fn references(&self) -> Vec<ExternalReference> {
        match &self.source {
            Source::Text {
                root: Some(root), ..
            } => external_references(root),
            Source::Blocks(flat) => external_references(&flat.json),
            Source::Text { root: None, .. } | Source::None => Vec::new(),
        }
    }

    /// Names of all states.
    pub fn state_names(&self) -> Vec<String> {
        self.nested
            .as_ref()
            .map_or_else(Vec::new, asl::semantic::graph::state_names)
    }

    /// The attribute for a location in the nested definition from AWS, such as `/States/A/Next`.
    pub fn locate(&self, location: &str) -> Option<AttributePath> {
        match &self.source {
            Source::Blocks(flat) => flat.line_path(&flat_pointer(location, self.nested.as_ref()?)?),
            Source::Text { .. } | Source::None => Some(AttributePath::root(DEFINITION)),
        }
    }
}

fn is_written(value: &Value) -> bool {
    let is_empty = matches!(value.plain(), Value::Map(entries) if entries.is_empty());
    !(value.is_null() || value.is_unknown() || is_empty)
}

/// Renders a definition with indentation, or without if only that fits the limit of AWS.
fn render(definition: &Json) -> Option<String> {
    let value = definition.to_value()?;
    let pretty = serde_json::to_string_pretty(&value).ok()?;
    if pretty.chars().count() <= MAX_CHARACTERS {
        Some(pretty)
    } else {
        Some(value.to_string())
    }
}

/// Whether two texts define the same state machine.
pub fn same_definition(a: &str, b: &str) -> bool {
    a == b
        || matches!((asl::parse(a), asl::parse(b)), (Ok((a, _)), Ok((b, _))) if a.root.same_meaning(&b.root))
}

/// The location in the flat form of a state in a nested definition: from the last state's name on.
fn in_flat_form(pointer: &JsonPointer) -> JsonPointer {
    let tokens = pointer.tokens();
    let last = tokens
        .iter()
        .rposition(|token| token == "States")
        .map_or(0, |last| last);
    tokens.iter().skip(last).cloned().collect()
}

/// The location in the flat form for a location in the nested definition from AWS. AWS does not
/// escape names of states, so the states of the definition show where a name ends.
fn flat_pointer(location: &str, nested: &Json) -> Option<JsonPointer> {
    let graph = asl::semantic::graph::Graph::of(nested);
    let places = graph
        .states
        .iter()
        .map(|node| (node.at.aws_location(), node.name));
    let is_inside = |place: &str| {
        location
            .strip_prefix(place)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[']))
    };
    let (place, name) = places
        .filter(|(place, _)| is_inside(place))
        .max_by_key(|(place, _)| place.len())?;
    let rest = location
        .get(place.len()..)?
        .replace('[', "/")
        .replace(']', "");
    let inside = rest.split('/').filter(|step| !step.is_empty());
    Some(
        ["States", name]
            .into_iter()
            .chain(inside)
            .map(Segment::named)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_of_aws_are_found_in_the_flat_form() {
        let text = r#"{"StartAt":"a/b","States":{"a/b":{"Type":"Parallel","Branches":[{"StartAt":"c","States":{"c":{"Type":"Task","Retry":[{}]}}}]}}}"#;
        let nested = asl::parse(text).unwrap().0.root;
        let place =
            |location: &str| flat_pointer(location, &nested).map(|pointer| pointer.to_string());
        assert_eq!(
            place("/States/a/b/Next").as_deref(),
            Some("/States/a~1b/Next")
        );
        assert_eq!(
            place("/States/a/b/Branches[0]/States/c/Retry[0]/ErrorEquals").as_deref(),
            Some("/States/c/Retry/0/ErrorEquals")
        );
        assert_eq!(place("/StartAt"), None);
    }
}
