//! The workflow of a configuration: converted once per call, and taken by validation, plan, apply, the check of AWS, the
//! references, the policy, the data source and the functions.

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

/// The attribute with the whole definition as JSON.
pub const DEFINITION: &str = "definition";

/// The code of the rule that a task calls something that can be called.
const INVALID_RESOURCE: &str = "ASL5001";

/// The attributes and blocks of a workflow: those of the language, and `definition`.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkflowBlocks(pub Value);

fn attributes() -> Vec<Attribute> {
    let mut attributes = definition_attributes();
    let description = "Whole definition as a JSON string, in place of `start_at` and the states.";
    attributes.push(Attribute::optional(DEFINITION, Type::String, description));
    attributes
}

fn blocks() -> Vec<NestedBlock> {
    state_blocks()
}

/// The names of all attributes and blocks.
fn names() -> impl Iterator<Item = String> {
    let attributes = attributes().into_iter().map(|attribute| attribute.name);
    attributes.chain(STATE_BLOCKS.iter().map(|(block, _)| block.clone()))
}

impl Model for WorkflowBlocks {
    fn block() -> Block {
        Block { attributes: attributes(), blocks: blocks(), ..Block::default() }
    }

    fn from_value(value: &Value) -> Self {
        Self(Value::object(names().map(|name| (name.clone(), value.get(&name).clone()))))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

impl WorkflowBlocks {
    /// A workflow given as JSON.
    pub fn of_text(text: &str) -> Self {
        let mut blocks = Self::from_value(&Value::Null);
        for (block, _) in STATE_BLOCKS.iter() {
            blocks.0.set(block, Value::object::<String>([]));
        }
        blocks.0.set(DEFINITION, text);
        blocks
    }

    /// The JSON, where the workflow is given as that and it is known.
    pub fn text(&self) -> Option<&str> {
        self.0.get(DEFINITION).as_str().filter(|text| !text.is_empty())
    }

    /// Whether the workflow is given as JSON.
    pub fn is_text(&self) -> bool {
        self.text().is_some() || self.0.get(DEFINITION).is_unknown()
    }

    /// The same without attributes that are empty, which are absent.
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

    /// The workflow in the words of another one wherever both mean the same.
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

/// How a workflow is given.
enum Source {
    /// As JSON, parsed where it is valid.
    Text { text: String, root: Option<Json> },
    /// As blocks.
    Blocks(Box<Flat>),
    /// Not at all, in two ways, or not known yet.
    None,
}

/// A workflow as far as it is known.
pub struct Workflow {
    source: Source,
    /// What is wrong with the configuration itself.
    errors: Diagnostics,
    /// The definition in the nested form of AWS; `None` while a part is unknown.
    nested: Option<Json>,
    machine_type: MachineType,
}

impl Workflow {
    /// Converts a configuration. `machine_type` is the type of the state machine, where there is one.
    pub fn new(blocks: &WorkflowBlocks, machine_type: MachineType) -> Self {
        let blocks = &blocks.without_empty();
        let mut workflow = Self { source: Source::None, errors: Diagnostics::default(), nested: None, machine_type };
        match (blocks.0.get(DEFINITION).plain(), blocks.is_blocks()) {
            (Value::String(text), _) => workflow.read_text(blocks, text),
            (_, true) => workflow.read_blocks(blocks),
            (Value::Null, false) => workflow.errors.push(Diagnostic::error(
                "one of `definition` and `start_at` is required",
                "Write `start_at` and a block for each state, such as `task \"Name\" { … }`, or a `definition` as JSON.",
            )),
            _ => {}
        }
        workflow
    }

    fn read_blocks(&mut self, blocks: &WorkflowBlocks) {
        let mut flat = to_asl(&blocks.0);
        self.errors = std::mem::take(&mut flat.diagnostics);
        // While it is not known whether there is a `definition` the blocks may still be in conflict with it.
        let is_complete = flat.json.is_known() && !self.errors.has_errors() && !blocks.is_text();
        self.nested = if is_complete { asl::flat::nest(&flat.json) } else { None };
        self.source = Source::Blocks(Box::new(flat));
    }

    fn read_text(&mut self, blocks: &WorkflowBlocks, text: &str) {
        // What is not known yet may still be absent.
        for name in names().filter(|name| name != DEFINITION && is_written(blocks.0.get(name))) {
            let detail = "A workflow is given either as JSON or as blocks: remove one of the two.";
            let message = format!("`{name}` conflicts with `definition`");
            self.errors.push(Diagnostic::error(message, detail).at(AttributePath::root(DEFINITION)));
        }
        let root = asl::parse(text).ok().map(|(document, _)| document.root);
        self.nested.clone_from(&root);
        self.source = Source::Text { text: text.to_owned(), root };
    }

    /// The definition as AWS takes it; `None` while a part is unknown, or when it cannot be told.
    pub fn definition(&self) -> Option<&Json> {
        self.nested.as_ref()
    }

    /// The text for AWS, as it is written or rendered; `None` like [`Workflow::definition`].
    pub fn text(&self) -> Option<String> {
        match &self.source {
            Source::Text { text, root } => root.is_some().then(|| text.clone()),
            Source::Blocks(_) => self.nested.as_ref().and_then(render),
            Source::None => None,
        }
    }

    /// Checks the workflow by all rules that are selected.
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

    /// Checks the workflow before values that are made up by tests with mocks are told from real ones: a `resource` that does
    /// not begin with `arn:` is left to [`Workflow::check_resources`].
    pub fn check_early(&self, filter: &RuleFilter) -> Diagnostics {
        let is_left = |found: &Diagnostic| found.group == Some(INVALID_RESOURCE) && self.has_other_resources();
        self.check(filter).into_iter().filter(|found| !is_left(found)).collect()
    }

    /// Checks what [`Workflow::check_early`] leaves.
    pub fn check_resources(&self, filter: &RuleFilter) -> Diagnostics {
        if !self.has_other_resources() {
            return Diagnostics::default();
        }
        self.check(filter).into_iter().filter(|found| found.group == Some(INVALID_RESOURCE)).collect()
    }

    /// Whether a `resource` does not begin with `arn:`.
    fn has_other_resources(&self) -> bool {
        let Source::Blocks(flat) = &self.source else { return false };
        let states = flat.json.get("States").and_then(Json::as_object).into_iter().flatten();
        let mut resources = states.filter_map(|(_, state)| state.get("Resource")?.as_str());
        resources.any(|resource| !resource.starts_with("arn:"))
    }

    /// Returns the linter for the workflow.
    pub fn linter(&self, filter: &RuleFilter) -> Linter {
        Linter::new(self.machine_type).with_filter(filter.clone())
    }

    /// Findings at the attributes they are about.
    fn report(&self, findings: Vec<Finding>) -> Diagnostics {
        match &self.source {
            Source::Text { text, .. } => diagnostics::of_text(findings, text, &AttributePath::root(DEFINITION)),
            Source::Blocks(flat) => diagnostics::of_blocks(findings, flat),
            Source::None => Diagnostics::default(),
        }
    }

    /// Findings about references to other objects, which have a place in the form in which the workflow is written.
    pub fn report_references(&self, findings: Vec<Finding>) -> Diagnostics {
        match &self.source {
            Source::Text { .. } => findings
                .into_iter()
                .map(|finding| diagnostics::of_finding(finding).at(AttributePath::root(DEFINITION)))
                .collect(),
            _ => self.report(findings),
        }
    }

    /// The permissions that the workflow needs, and what there is to report about them. `None` like
    /// [`Workflow::definition`].
    pub fn policy(&self, settings: &Settings, filter: &RuleFilter) -> Option<(Document, Diagnostics)> {
        let (document, gaps) = derive(self.nested.as_ref()?, settings);
        let reported = match &self.source {
            Source::Blocks(_) => {
                let flat = |finding: Finding| Finding { pointer: in_flat_form(&finding.pointer), ..finding };
                self.report(self.linter(filter).check_policy(&gaps).into_iter().map(flat).collect())
            }
            _ => Diagnostics::default(),
        };
        Some((document, reported))
    }

    /// The objects that the workflow calls.
    pub fn references(&self) -> Vec<ExternalReference> {
        match &self.source {
            Source::Text { root: Some(root), .. } => external_references(root),
            Source::Blocks(flat) => external_references(&flat.json),
            Source::Text { root: None, .. } | Source::None => Vec::new(),
        }
    }

    /// The names of all states.
    pub fn state_names(&self) -> Vec<String> {
        self.nested.as_ref().map_or_else(Vec::new, asl::semantic::graph::state_names)
    }

    /// The attribute that AWS means by a location in the nested definition, such as `/States/A/Next`.
    pub fn locate(&self, location: &str) -> Option<AttributePath> {
        match &self.source {
            Source::Blocks(flat) => flat.line_path(&flat_pointer(location, self.nested.as_ref()?)?),
            Source::Text { .. } | Source::None => Some(AttributePath::root(DEFINITION)),
        }
    }
}

fn is_written(value: &Value) -> bool {
    let is_empty = value.as_map().is_some_and(|entries| entries.is_empty());
    !(value.is_null() || value.is_unknown() || is_empty)
}

/// The text of a definition: for people to read, unless only the shortest one is small enough for AWS.
fn render(definition: &Json) -> Option<String> {
    let value = definition.to_value()?;
    let pretty = serde_json::to_string_pretty(&value).ok()?;
    if pretty.chars().count() <= MAX_CHARACTERS { Some(pretty) } else { Some(value.to_string()) }
}

/// Whether two texts define the same state machine.
pub fn same_definition(a: &str, b: &str) -> bool {
    a == b || matches!((asl::parse(a), asl::parse(b)), (Ok((a, _)), Ok((b, _))) if a.root.same_meaning(&b.root))
}

/// The place that a state of a nested definition has in the flat form: from the last state's name on.
fn in_flat_form(pointer: &JsonPointer) -> JsonPointer {
    let tokens = pointer.tokens();
    let last = tokens.iter().rposition(|token| token == "States").map_or(0, |last| last);
    tokens.iter().skip(last).cloned().collect()
}

/// The place in the flat form that AWS means by a location in the nested definition. Names of states are not escaped in a
/// location, so that the states of the definition tell where one ends.
fn flat_pointer(location: &str, nested: &Json) -> Option<JsonPointer> {
    let graph = asl::semantic::graph::Graph::of(nested);
    let places = graph.states.iter().map(|node| (node.at.aws_location(), node.name));
    let is_inside =
        |place: &str| location.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[']));
    let (place, name) = places.filter(|(place, _)| is_inside(place)).max_by_key(|(place, _)| place.len())?;
    let rest = location.get(place.len()..)?.replace('[', "/").replace(']', "");
    let inside = rest.split('/').filter(|step| !step.is_empty());
    Some(["States", name].into_iter().chain(inside).map(Segment::named).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_of_aws_are_found_in_the_flat_form() {
        let text = r#"{"StartAt":"a/b","States":{"a/b":{"Type":"Parallel","Branches":[{"StartAt":"c","States":{"c":{"Type":"Task","Retry":[{}]}}}]}}}"#;
        let nested = asl::parse(text).unwrap().0.root;
        let place = |location: &str| flat_pointer(location, &nested).map(|pointer| pointer.to_string());
        assert_eq!(place("/States/a/b/Next").as_deref(), Some("/States/a~1b/Next"));
        assert_eq!(
            place("/States/a/b/Branches[0]/States/c/Retry[0]/ErrorEquals").as_deref(),
            Some("/States/c/Retry/0/ErrorEquals")
        );
        assert_eq!(place("/StartAt"), None);
    }
}
