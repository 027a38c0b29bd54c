//! The permissions that a state machine needs, and no more: derived from its definition.
//!
//! Every integration is a row of [`table`]; the walk is here. Values that are only known while the workflow runs make
//! a wildcard, which is reported.

mod athena;
mod bedrock;
mod document;
mod pattern;
mod resource;
mod rows;
mod table;

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::graph::{containers, distributed};
use crate::json::Json;
use crate::pointer::Pointer;
use crate::rules::{Rule, any_resource, unknown_permissions};

use table::{Grant, Wide};

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
    /// ARNs by state, in place of what would be a wildcard.
    pub resources: BTreeMap<String, Vec<String>>,
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
    /// The service by the name that integrations have for it.
    pub(crate) name: &'a str,
    /// The service by the name that IAM has for it.
    pub(crate) service: &'a str,
    /// Whether it is called by the SDK and not by an integration of its own.
    pub(crate) sdk: bool,
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
        let name = crate::subject::Subject::state_name(at).unwrap_or("").to_owned();
        let Some(grants) = granted else {
            self.warn(
                &unknown_permissions::RULE,
                at.join("Resource"),
                format!("the permissions of `{resource}` in state `{name}` are not known"),
                "allow what the call needs with a `statement` in `execution_role`",
            );
            return;
        };
        for grant in grants {
            let statement = self.narrowed(&name, grant, at);
            self.document.add(statement);
        }
    }

    /// The statement of a grant, with the resources that the settings name for the state where it is wide.
    fn narrowed(&mut self, name: &str, grant: Grant, at: &Pointer) -> Statement {
        let Grant { mut statement, wide } = grant;
        let Some(wide) = wide else { return statement };
        if wide == Wide::Unlisted {
            let message =
                format!("IAM lists no action `{}`, for a call in state `{name}`", statement.actions.join(", "));
            let help = "allow what the call needs with a `statement` in `execution_role`";
            self.warn(&unknown_permissions::RULE, at.join("Resource"), message, help);
        }
        let named = self.settings.resources.get(name).map(Vec::as_slice).unwrap_or_default();
        let service = statement.actions.first().and_then(|action| action.split(':').next()).unwrap_or_default();
        let fitting: Vec<String> = named.iter().filter(|arn| is_of_service(arn, service)).cloned().collect();
        if !fitting.is_empty() {
            // What was written out stays: a call may need several things, of which one is known only at run time.
            statement.resources.retain(|resource| !resource.trim_end_matches(":*").contains('*'));
            statement.resources.extend(fitting);
            return statement;
        }
        let (actions, help) = (statement.actions.join(", "), "write the value out where there is only one");
        let (reason, help) = match wide {
            Wide::Parameter(name) => (format!("`{name}` is known only at run time"), help),
            Wide::Elsewhere(place) => (format!("its resources stand in {place}"), "name the resources"),
            Wide::Unknown | Wide::Unlisted => {
                ("which one the parameters name is not known".to_owned(), "name the resources")
            }
        };
        self.warn(
            &any_resource::RULE,
            at.join("Resource"),
            format!("state `{name}` may call {actions} on any resource, because {reason}"),
            &format!("{help}, or narrow the role: `execution_role {{ resources = {{ \"{name}\" = [\"arn:…\"] }} }}`"),
        );
        statement
    }

    fn credentials(&mut self, state: &Json, at: &Pointer) {
        let Some(credentials) = state.get("Credentials") else {
            return;
        };
        let role = credentials.get("RoleArn").and_then(Json::as_str).filter(|role| role.starts_with("arn:"));
        if let Some(role) = role {
            self.document.add(Statement::allow(["sts:AssumeRole"], [role]));
            return;
        }
        let name = crate::subject::Subject::state_name(at).unwrap_or_default();
        let named = self.settings.resources.get(name).map(Vec::as_slice).unwrap_or_default();
        let roles: Vec<String> = named.iter().filter(|arn| is_of_service(arn, "iam")).cloned().collect();
        if !roles.is_empty() {
            self.document.add(Statement::allow(["sts:AssumeRole"], roles));
            return;
        }
        self.warn(
            &any_resource::RULE,
            at.join("Credentials"),
            format!("state `{name}` may assume any role, because `RoleArn` is known only at run time"),
            &format!(
                "write the role out where there is only one, or narrow the role: `execution_role {{ resources = {{ \"{name}\" = \
                 [\"arn:…\"] }} }}`"
            ),
        );
        self.document.add(Statement::allow(["sts:AssumeRole"], ["*"]));
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

/// Whether an ARN is one of a service that actions name: `redshift` for `redshift-data` as well.
fn is_of_service(arn: &str, service: &str) -> bool {
    let own = arn.split(':').nth(2).unwrap_or("");
    arn == "*" || own == service || (!own.is_empty() && service.split('-').next() == own.split('-').next())
}
