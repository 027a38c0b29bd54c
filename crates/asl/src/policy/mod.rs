//! The permissions that a state machine needs, and no more: derived from its definition.
//!
//! Every integration is a row of [`table`]; the walk is here. Values that are only known while the workflow runs make
//! a wildcard, which is reported.

mod document;
mod resource;
mod table;

use crate::diagnostic::Diagnostic;
use crate::graph::{containers, distributed};
use crate::json::Json;
use crate::pointer::Pointer;
use crate::rules::{Rule, any_resource, unknown_permissions};

pub use document::{Document, Statement, trust_policy};
pub use resource::{Account, Scoped};

/// What decides about a policy beside the definition.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Where the state machine lives.
    pub account: Account,
    /// The name of the state machine; `*` where it is not known.
    pub name: String,
    /// Whether it writes logs.
    pub logging: bool,
    /// Whether it is traced by X-Ray.
    pub tracing: bool,
    /// The customer-managed key it is encrypted with.
    pub kms_key_id: Option<String>,
}

/// A call that a state makes, as the table sees it.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) settings: &'a Settings,
    /// What is passed: `Parameters` or `Arguments`.
    pub(crate) payload: Option<&'a Json>,
    /// The pattern behind the operation: empty, `sync`, `sync:2` or `waitForTaskToken`.
    pub(crate) pattern: &'a str,
    /// The operation, such as `startExecution`.
    pub(crate) operation: &'a str,
}

/// The policy of a definition in ASL form, with a warning for each wildcard that a value known only at run time makes
/// and for each integration that the table lacks.
pub fn derive(definition: &Json, settings: &Settings) -> (Document, Vec<Diagnostic>) {
    let mut walk = Walk { settings, document: Document::default(), findings: Vec::new() };
    walk.states(definition, &Pointer::root());
    table::service(settings, &mut walk.document);
    (walk.document, walk.findings)
}

struct Walk<'a> {
    settings: &'a Settings,
    document: Document,
    findings: Vec<Diagnostic>,
}

impl Walk<'_> {
    fn states(&mut self, scope: &Json, at: &Pointer) {
        for (name, state) in scope.get("States").and_then(Json::as_object).into_iter().flatten() {
            let place = at.join("States").join(name);
            self.state(state, &place);
            for (inside, container) in containers(state) {
                let at = place.append(&inside);
                self.states(container, &at);
            }
        }
    }

    fn state(&mut self, state: &Json, at: &Pointer) {
        match state.get("Type").and_then(Json::as_str) {
            Some("Task") => {
                self.call(state, at);
                self.credentials(state, at);
            }
            Some("Map") => self.map(state, at),
            _ => {}
        }
    }

    fn call(&mut self, holder: &Json, at: &Pointer) {
        let Some(resource) = holder.get("Resource").and_then(Json::as_str) else {
            return;
        };
        let payload = holder.get("Parameters").or_else(|| holder.get("Arguments"));
        let granted = table::grant(resource, payload, self.settings);
        let name = crate::subject::Subject::state_name(at).unwrap_or_default().to_owned();
        let Some(grants) = granted else {
            self.warn(
                &unknown_permissions::RULE,
                at.join("Resource"),
                format!("the permissions of `{resource}` in state `{name}` are not known"),
                "give the role what the call needs yourself, with `role_arn`",
            );
            return;
        };
        for grant in grants {
            if let Some(field) = grant.dynamic {
                self.warn(
                    &any_resource::RULE,
                    at.join("Resource"),
                    format!(
                        "state `{name}` may call {} on any resource, because `{field}` is known only at run time",
                        grant.statement.actions.join(", "),
                    ),
                    "write the value out where there is only one, so that the role can be narrowed to it",
                );
            }
            self.document.add(grant.statement);
        }
    }

    fn credentials(&mut self, state: &Json, at: &Pointer) {
        let Some(credentials) = state.get("Credentials") else {
            return;
        };
        let role = credentials.get("RoleArn").and_then(Json::as_str).filter(|role| role.starts_with("arn:"));
        if role.is_none() {
            let name = crate::subject::Subject::state_name(at).unwrap_or_default();
            let message = format!("state `{name}` may assume any role, because `RoleArn` is known only at run time");
            self.warn(
                &any_resource::RULE,
                at.join("Credentials"),
                message,
                "write the role out where there is only one",
            );
        }
        self.document.add(Statement::allow(["sts:AssumeRole"], [role.unwrap_or("*")]));
    }

    fn map(&mut self, state: &Json, at: &Pointer) {
        if distributed(state).is_some() {
            for statement in table::distributed_map(self.settings) {
                self.document.add(statement);
            }
        }
        for field in ["ItemReader", "ResultWriter"] {
            if let Some(holder) = state.get(field) {
                self.call(holder, &at.join(field));
            }
        }
    }

    fn warn(&mut self, rule: &Rule, at: Pointer, message: String, help: &str) {
        self.findings.push(rule.finding(at, message).help(help));
    }
}
