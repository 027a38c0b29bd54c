//! From names to states and back: definition, references, rename, outline, code lenses.

use std::collections::HashMap;
use std::ops;
use std::rc::Rc;

use asl::Format;
use gen_lsp_types::{
    CodeLens, Command, DocumentSymbol, Location, Range, SymbolKind, TextEdit, Uri, WorkspaceEdit,
};
use sfn_convert::Content;
use tfconfig::reader::Literal;

use crate::documents::Document;
use crate::index::{Mention, Named, State, Workflow};

/// The command that draws a workflow.
pub const GRAPH_COMMAND: &str = "sfn.graph";

/// How many local values are followed one after the other.
const MAX_DEPTH: usize = 16;
/// The longest name of a state, in characters.
const MAX_NAME: usize = 80;

/// A place in a file.
#[derive(Debug)]
pub struct Place {
    document: Rc<Document>,
    span: ops::Range<usize>,
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.document.uri == other.document.uri && self.span == other.span
    }
}

impl Place {
    /// Returns the place as the protocol has it.
    pub fn location(&self) -> Location {
        Location {
            uri: self.document.uri.clone(),
            range: self.document.text.range(&self.span),
        }
    }

    /// Returns whether the place is in a file.
    pub fn is_in(&self, document: &Document) -> bool {
        self.document.uri == document.uri
    }
}

/// Returns the state whose name is at a byte of a file.
pub fn definition(document: &Rc<Document>, at: usize) -> Option<Place> {
    let span = document.index().name_at(at)?.state()?.name_span.clone()?;
    Some(Place {
        document: Rc::clone(document),
        span,
    })
}

/// Returns the places that name the same state as the one at a byte of a file, the state itself first. `module` are the other files of
/// the module.
pub fn references(document: &Rc<Document>, at: usize, module: &[Rc<Document>]) -> Vec<Place> {
    let index = document.index();
    let Some(named) = index.name_at(at) else {
        return Vec::new();
    };
    let own = named.state().and_then(|state| state.name_span.clone());
    let mut found: Vec<Place> = own
        .into_iter()
        .map(|span| Place {
            document: Rc::clone(document),
            span,
        })
        .collect();
    let mentions = named
        .workflow
        .mentions
        .iter()
        .filter(|mention| mention.namespace == named.namespace);
    found.extend(places(document, mentions, &named.name, module));
    // A local value may be used more than once.
    let mut distinct: Vec<Place> = Vec::new();
    for place in found {
        if !distinct.contains(&place) {
            distinct.push(place);
        }
    }
    distinct
}

/// The places in which mentions are a name.
fn places<'m>(
    document: &Rc<Document>,
    mentions: impl Iterator<Item = &'m Mention>,
    name: &str,
    module: &[Rc<Document>],
) -> Vec<Place> {
    let mut found = Vec::new();
    for Mention { literal, .. } in mentions {
        collect(document, literal, name, module, 0, &mut found);
    }
    found
}

/// The workflow other than this one that takes a name from one of these places: a local value can be used by several.
fn other_user(
    document: &Rc<Document>,
    named: &Named<'_>,
    module: &[Rc<Document>],
    renamed: &[Place],
) -> Option<String> {
    let all: Vec<&Rc<Document>> = std::iter::once(document).chain(module).collect();
    all.iter().find_map(|user| {
        let rest: Vec<Rc<Document>> = all
            .iter()
            .filter(|other| other.uri != user.uri)
            .map(|other| Rc::clone(other))
            .collect();
        let others = user.index().workflows.iter();
        let others = others.filter(|workflow| !std::ptr::eq(*workflow, named.workflow));
        others
            .filter(|workflow| {
                let used = places(user, workflow.mentions.iter(), &named.name, &rest);
                used.iter().any(|place| renamed.contains(place))
            })
            .find_map(|workflow| workflow.name.clone())
    })
}

/// The places of a string that is the name: in the file itself, or in a local value of another file of the module.
fn collect(
    document: &Rc<Document>,
    literal: &Literal,
    name: &str,
    module: &[Rc<Document>],
    depth: usize,
    found: &mut Vec<Place>,
) {
    match literal {
        Literal::Written { text, span } if text == name => {
            found.push(Place {
                document: Rc::clone(document),
                span: span.clone(),
            });
        }
        Literal::Local { name: local } if depth < MAX_DEPTH => {
            for other in module {
                for literal in other.index().locals.get(local).into_iter().flatten() {
                    collect(other, literal, name, module, depth + 1, found);
                }
            }
        }
        _ => {}
    }
}

/// Returns the bytes of the name of a state at a byte of a file, and the name.
pub fn renamable(document: &Document, at: usize) -> Option<(ops::Range<usize>, String)> {
    let named = document
        .index()
        .name_at(at)
        .filter(|_| document.is_indexed())?;
    named.state()?.name_span.as_ref()?;
    Some((named.span.clone(), named.name))
}

/// Returns the edits that give a state another name.
///
/// # Errors
/// Where there is no state, or where the name is not possible.
pub fn rename(
    document: &Rc<Document>,
    at: usize,
    new: &str,
    module: &[Rc<Document>],
) -> Result<WorkspaceEdit, String> {
    if !document.is_indexed() {
        return Err("the file has syntax errors: correct them first".to_owned());
    }
    let index = document.index();
    let named = index.name_at(at).ok_or("there is no state name here")?;
    if named.state().is_none_or(|state| state.name_span.is_none()) {
        return Err(format!(
            "the state `{}` is not declared in this file",
            named.name
        ));
    }
    check_name(&named, new, document.content)?;
    if let Some(other) = module.iter().find(|other| !other.is_indexed()) {
        return Err(format!(
            "{} has syntax errors: correct them first",
            other.path.display()
        ));
    }
    let renamed = references(document, at, module);
    if let Some(other) = other_user(document, &named, module, &renamed) {
        return Err(format!(
            "`{other}` uses the same local value as the name of a state: give it a local value of its own first"
        ));
    }
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for place in renamed {
        let edit = edit(&place, new);
        changes
            .entry(place.document.uri.clone())
            .or_default()
            .push(edit);
    }
    Ok(WorkspaceEdit {
        changes: Some(changes),
        ..WorkspaceEdit::default()
    })
}

/// Refuses names that AWS rejects, that another state has, or that change the text around them.
fn check_name(named: &Named<'_>, new: &str, content: Content) -> Result<(), String> {
    let length = new.chars().count();
    if !(1..=MAX_NAME).contains(&length) {
        return Err(format!(
            "the name of a state must have 1 to {MAX_NAME} characters, got {length}"
        ));
    }
    let is_template = |text: &str| text.contains("${") || text.contains("%{");
    if new.chars().any(|c| c.is_control() || "\"\\".contains(c)) || is_template(new) {
        return Err(
            "the new name must not contain quotes, backslashes, control characters, `${` and `%{`"
                .to_owned(),
        );
    }
    // In the blocks of HCL all states of a workflow share one namespace.
    let shares =
        |state: &&State| content == Content::Configuration || state.namespace == named.namespace;
    let mut others = named
        .workflow
        .states
        .iter()
        .filter(|state| state.name != named.name)
        .filter(shares);
    match others.any(|state| state.name == new) {
        true => Err(format!("another state is called `{new}`")),
        false => Ok(()),
    }
}

/// The edit of one place. A plain word of YAML gets quotes if the new name needs them.
fn edit(place: &Place, new: &str) -> TextEdit {
    let text = &place.document.text;
    let is_yaml = place.document.content == Content::Text(Format::Yaml);
    let before = text.part(0..place.span.start).chars().next_back();
    let is_quoted = before.is_some_and(|c| matches!(c, '"' | '\''));
    let is_plain = new
        .chars()
        .all(|c| c.is_alphanumeric() || " _-".contains(c))
        && new.starts_with(char::is_alphabetic)
        && !new.ends_with(' ')
        && !matches!(
            new.to_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    let new_text = match before.filter(|_| is_quoted) {
        Some('\'') if is_yaml => new.replace('\'', "''"),
        _ if !is_quoted && is_yaml && !is_plain => format!("\"{new}\""),
        // The label of a block or the name of a member in HCL.
        _ if !is_quoted
            && place.document.content == Content::Configuration
            && !tfconfig::is_identifier(new) =>
        {
            format!("\"{new}\"")
        }
        _ => new.to_owned(),
    };
    TextEdit {
        range: text.range(&place.span),
        new_text,
    }
}

/// Returns the outline of a file: its workflows with their states, or in a `.tf` file only the states, as terraform-ls shows the blocks.
pub fn outline(document: &Document) -> Vec<DocumentSymbol> {
    let index = document.index();
    let is_flat = document.content == Content::Configuration;
    let symbols = index.workflows.iter().flat_map(|workflow| {
        let mut inside: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
        for (position, state) in workflow.states.iter().enumerate() {
            inside.entry(state.parent).or_default().push(position);
        }
        let states = children(document, workflow, &inside, None);
        match &workflow.name {
            Some(name) if !is_flat => {
                let range = document.text.range(&workflow.header);
                vec![symbol(
                    name.clone(),
                    "state machine".to_owned(),
                    SymbolKind::Module,
                    [range; 2],
                    states,
                )]
            }
            _ => states,
        }
    });
    symbols.collect()
}

/// The states inside of a state, or those of the workflow itself.
fn children(
    document: &Document,
    workflow: &Workflow,
    inside: &HashMap<Option<usize>, Vec<usize>>,
    parent: Option<usize>,
) -> Vec<DocumentSymbol> {
    let of_state = |position: &usize| {
        let state = workflow.states.get(*position)?;
        let name = state.name_span.clone()?;
        let workflow_name = workflow
            .name
            .as_deref()
            .filter(|_| document.content == Content::Configuration);
        let detail =
            workflow_name.map_or_else(|| state.ty.clone(), |name| format!("{} · {name}", state.ty));
        // The range of a symbol holds that of its name.
        let whole = state.span.start.min(name.start)..state.span.end.max(name.end);
        let ranges = [document.text.range(&whole), document.text.range(&name)];
        let inner = children(document, workflow, inside, Some(*position));
        Some(symbol(
            state.name.clone(),
            detail,
            kind_of(&state.ty),
            ranges,
            inner,
        ))
    };
    inside
        .get(&parent)
        .into_iter()
        .flatten()
        .filter_map(of_state)
        .collect()
}

/// A symbol with its range and that of its name.
fn symbol(
    name: String,
    detail: String,
    kind: SymbolKind,
    [range, selection]: [Range; 2],
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    let children = Some(children).filter(|children| !children.is_empty());
    DocumentSymbol::new(
        name,
        Some(detail),
        kind,
        None,
        None,
        range,
        selection,
        children,
    )
}

fn kind_of(ty: &str) -> SymbolKind {
    match ty {
        "Task" => SymbolKind::Function,
        "Choice" => SymbolKind::Enum,
        "Parallel" | "Map" => SymbolKind::Namespace,
        "Succeed" | "Fail" => SymbolKind::Event,
        _ => SymbolKind::Method,
    }
}

/// Returns a lens above each workflow that shows its graph.
pub fn lenses(document: &Document) -> Vec<CodeLens> {
    let lens = |(position, workflow): (usize, &Workflow)| {
        let start = document.text.position(workflow.header.start);
        CodeLens {
            range: Range { start, end: start },
            command: Some(Command {
                title: "Show graph".to_owned(),
                command: GRAPH_COMMAND.to_owned(),
                arguments: Some(vec![document.uri.0.clone().into(), position.into()]),
                ..Command::default()
            }),
            data: None,
        }
    };
    document
        .index()
        .workflows
        .iter()
        .enumerate()
        .map(lens)
        .collect()
}

/// Returns the diagram of a workflow of a file in Mermaid.
pub fn graph(document: &Document, position: usize) -> Option<String> {
    let index = document.index();
    let workflow = index.workflows.get(position)?;
    Some(asl::diagram::draw(
        &workflow.root,
        asl::diagram::Format::Mermaid,
    ))
}
