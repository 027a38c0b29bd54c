//! Which checks are made of a workflow: the block `checks` of the provider and `ignore_diagnostics` of a resource.

use std::sync::atomic::{AtomicBool, Ordering};

use asl::{Selection, Severity};
use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting};
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Type, Value};

use crate::messages;

/// The checks that the provider block chooses.
#[derive(Debug)]
pub struct Checks {
    selection: Selection,
    /// Whether AWS is asked as well.
    pub remote: bool,
    /// Whether AWS could not be asked once, and need not be asked again.
    refused: AtomicBool,
    /// When what workflows call is looked at.
    pub wiring: Wiring,
    /// Whether it was told that something could not be looked at.
    unseen: AtomicBool,
}

/// When what a workflow calls is looked at in AWS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wiring {
    /// When the workflow is new or changes; what cannot be looked at is one warning.
    #[default]
    Auto,
    /// Never.
    Off,
    /// In every plan; what is not there or cannot be looked at is an error.
    Required,
}

impl Wiring {
    const WORDS: [&str; 3] = ["auto", "off", "required"];

    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "auto" => Self::Auto,
            "off" => Self::Off,
            "required" => Self::Required,
            _ => return None,
        })
    }
}

impl Default for Checks {
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            remote: true,
            refused: AtomicBool::new(false),
            wiring: Wiring::default(),
            unseen: AtomicBool::new(false),
        }
    }
}

impl Checks {
    /// The checks that the configuration of the provider chooses; unknown parts count as absent.
    pub fn of(config: &Value) -> Self {
        let usual = Self::default();
        let block = config.get("checks").as_list().and_then(<[Value]>::first).cloned().unwrap_or(Value::Null);
        let level = block.get("level").as_str().and_then(Severity::named).unwrap_or(usual.selection.level);
        let selection = Selection { level, ignore: block.get("ignore").strings(), ..usual.selection };
        let wiring = block.get("wiring").as_str().and_then(Wiring::named).unwrap_or(usual.wiring);
        Self { selection, remote: block.get("remote").as_bool().unwrap_or(usual.remote), wiring, ..usual }
    }

    /// Which findings about a resource are wanted.
    pub fn selection(&self, config: &Value) -> Selection {
        let mut selection = self.selection.clone();
        selection.ignore.extend(config.get(IGNORE).strings());
        selection
    }

    /// Notes that AWS cannot be asked; true for the first to say so.
    pub fn refuse(&self) -> bool {
        !self.refused.swap(true, Ordering::Relaxed)
    }

    /// Notes that something cannot be looked at; true for the first to say so.
    pub fn miss(&self) -> bool {
        !self.unseen.swap(true, Ordering::Relaxed)
    }

    /// Whether AWS is to be asked.
    pub fn asks_aws(&self) -> bool {
        self.remote && !self.refused.load(Ordering::Relaxed)
    }
}

const IGNORE: &str = "ignore_diagnostics";

/// The attribute of a resource.
pub fn attribute() -> Attribute {
    let description = "Rules whose findings about this workflow are left out: codes such as `ASL7001`, beginnings of codes \
                       such as `ASL7`, or names such as `missing-timeout`.";
    Attribute::optional(IGNORE, Type::list(Type::String), description)
}

/// The block of the provider.
pub fn block() -> NestedBlock {
    let attributes = vec![
        Attribute::optional(
            "level",
            Type::String,
            "The least that is shown: `error`, `warning` (the default) or `lint`, which also shows what good practice asks for.",
        ),
        Attribute::optional(
            "ignore",
            Type::list(Type::String),
            "Rules whose findings are left out: codes, beginnings of codes, or names.",
        ),
        Attribute::optional(
            "remote",
            Type::Bool,
            "Whether AWS checks each definition that changes as well (`states:ValidateStateMachineDefinition`); `true` if \
             absent. When AWS cannot be asked there is one warning.",
        ),
        Attribute::optional(
            "wiring",
            Type::String,
            "When the functions, state machines, activities, queues, topics and tables that a workflow calls are looked at in AWS: `auto` \
             (the default) where the workflow is new or changes, with one warning where that is not allowed; `required` in every plan, \
             with errors; `off` never.",
        ),
    ];
    let description = "Which checks are made of workflows. The guide \"Checks\" lists all rules.".into();
    let block = Block { attributes, description, ..Block::default() };
    NestedBlock { max_items: 1, ..NestedBlock::new("checks", Nesting::List, block) }
}

/// Checks the block of the provider.
pub fn validate(config: &Value) -> Diagnostics {
    let Some(block) = config.get("checks").as_list().and_then(<[Value]>::first) else { return Diagnostics::default() };
    let at = |name: &str| AttributePath::root("checks").index(0).attribute(name);
    let mut diagnostics = unknown_rules(block.get("ignore"), &at("ignore"));
    diagnostics.extend(messages::one_of(block.get("wiring"), at("wiring"), &Wiring::WORDS));
    if let Some(level) = block.get("level").as_str().filter(|level| Severity::named(level).is_none()) {
        let detail = "It takes `error`, `warning` or `lint`.";
        diagnostics.push(Diagnostic::error(format!("there is no level `{level}`"), detail).at(at("level")));
    }
    diagnostics
}

/// Checks the attribute of a resource.
pub fn validate_ignored(config: &Value) -> Diagnostics {
    unknown_rules(config.get(IGNORE), &AttributePath::root(IGNORE))
}

fn unknown_rules(list: &Value, at: &AttributePath) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for word in list.strings() {
        let Err(meant) = asl::rules::selects(&word) else { continue };
        let guess = meant.map(|name| format!("Did you mean `{name}`? ")).unwrap_or_default();
        let detail = format!("{guess}The guide \"Checks\" lists all rules.");
        diagnostics.push(Diagnostic::error(format!("there is no rule `{word}`"), detail).at(at.clone()));
    }
    diagnostics
}
