//! The permissions that a state machine needs, derived from its definition.
//!
//! Each integration is a row of [`table`]. This module traverses the definition. A value that is known only
//! at run time becomes a wildcard, which is reported.

mod athena;
mod bedrock;
mod document;
mod gap;
mod grant;
mod pattern;
mod resource;
mod rows;
mod table;

use std::collections::BTreeMap;

use crate::json::Json;
use crate::pointer::JsonPointer;
use crate::semantic::graph::{containers, distributed};

use grant::Grant;

pub use document::{Document, Statement, trust_policy};
pub use gap::{Gap, GapKind};
pub use grant::WildcardReason;
pub use resource::{Account, ResourceScope};

/// Inputs of a policy in addition to the definition.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Partition, region and account of the state machine.
    pub account: Account,
    /// The name of the state machine. `*` if it is not known.
    pub name: String,
    /// Whether it writes logs.
    pub logging: bool,
    /// Whether it is traced by X-Ray.
    pub tracing: bool,
    /// The customer-managed key it is encrypted with.
    pub kms_key_id: Option<String>,
    /// ARNs by the name of a state, in place of a wildcard.
    pub resources: BTreeMap<String, Vec<String>>,
}

/// A call of a state.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) settings: &'a Settings,
    /// The `Parameters` or `Arguments`.
    pub(crate) payload: Option<&'a Json>,
    /// The integration pattern: empty, `sync`, `sync:2` or `waitForTaskToken`.
    pub(crate) pattern: &'a str,
    /// The operation, such as `startExecution`.
    pub(crate) operation: &'a str,
    /// The service, with its name in integrations.
    pub(crate) name: &'a str,
    /// The service, with its prefix in IAM.
    pub(crate) service: &'a str,
    /// Whether it is an AWS SDK integration.
    pub(crate) sdk: bool,
}

/// Returns the policy of a definition in ASL form, and the permissions that cannot be derived exactly:
/// wildcards in place of values known only at run time, and integrations without known permissions.
pub fn derive(definition: &Json, settings: &Settings) -> (Document, Vec<Gap>) {
    let mut walk = Walk {
        settings,
        document: Document::default(),
        gaps: Vec::new(),
    };
    walk.states(definition, &JsonPointer::root());
    table::service(settings, &mut walk.document);
    (walk.document, walk.gaps)
}

struct Walk<'a> {
    settings: &'a Settings,
    document: Document,
    gaps: Vec<Gap>,
}

impl Walk<'_> {
    fn states(&mut self, scope: &Json, at: &JsonPointer) {
        for (name, state) in scope
            .get("States")
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
        {
            let place = at.join("States").join(name);
            self.state(state, &place);
            for (inside, container) in containers(state) {
                let at = place.append(&inside);
                self.states(container, &at);
            }
        }
    }

    fn state(&mut self, state: &Json, at: &JsonPointer) {
        match state.get("Type").and_then(Json::as_str) {
            Some("Task") => {
                self.call(state, at);
                self.credentials(state, at);
            }
            Some("Map") => self.map(state, at),
            _ => {}
        }
    }

    fn call(&mut self, holder: &Json, at: &JsonPointer) {
        let Some(resource) = holder.get("Resource").and_then(Json::as_str) else {
            return;
        };
        let payload = holder.get("Parameters").or_else(|| holder.get("Arguments"));
        let granted = table::grant(resource, payload, self.settings);
        let name = at.state_name().unwrap_or("").to_owned();
        let Some(grants) = granted else {
            let kind = GapKind::UnknownIntegration {
                resource: resource.to_owned(),
            };
            self.gaps.push(Gap {
                state: name,
                at: at.join("Resource"),
                kind,
            });
            return;
        };
        for grant in grants {
            let statement = self.narrowed(&name, grant, at);
            self.document.add(statement);
        }
    }

    /// The statement of a grant. A wildcard is replaced with the resources that the settings specify for the state.
    fn narrowed(&mut self, name: &str, grant: Grant, at: &JsonPointer) -> Statement {
        let Grant {
            mut statement,
            wide,
        } = grant;
        let Some(wide) = wide else { return statement };
        let gap = |kind: GapKind| Gap {
            state: name.to_owned(),
            at: at.join("Resource"),
            kind,
        };
        let actions = statement.actions.join(", ");
        if wide == WildcardReason::Unlisted {
            self.gaps.push(gap(GapKind::UnlistedAction {
                actions: actions.clone(),
            }));
        }
        let named = self
            .settings
            .resources
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let service = statement
            .actions
            .first()
            .and_then(|action| action.split(':').next())
            .unwrap_or_default();
        let fitting: Vec<String> = named
            .iter()
            .filter(|arn| is_of_service(arn, service))
            .cloned()
            .collect();
        if !fitting.is_empty() {
            // Resources that are known are kept: a call may need several, of which one is known only at run time.
            statement
                .resources
                .retain(|resource| !resource.trim_end_matches(":*").contains('*'));
            statement.resources.extend(fitting);
            return statement;
        }
        self.gaps.push(gap(GapKind::AnyResource {
            actions,
            reason: wide,
        }));
        statement
    }

    fn credentials(&mut self, state: &Json, at: &JsonPointer) {
        let Some(credentials) = state.get("Credentials") else {
            return;
        };
        let role = credentials
            .get("RoleArn")
            .and_then(Json::as_str)
            .filter(|role| role.starts_with("arn:"));
        if let Some(role) = role {
            self.document
                .add(Statement::allow(["sts:AssumeRole"], [role]));
            return;
        }
        let name = at.state_name().unwrap_or("");
        let named = self
            .settings
            .resources
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let roles: Vec<String> = named
            .iter()
            .filter(|arn| is_of_service(arn, "iam"))
            .cloned()
            .collect();
        if !roles.is_empty() {
            self.document
                .add(Statement::allow(["sts:AssumeRole"], roles));
            return;
        }
        self.gaps.push(Gap {
            state: name.to_owned(),
            at: at.join("Credentials"),
            kind: GapKind::AnyRole,
        });
        self.document
            .add(Statement::allow(["sts:AssumeRole"], ["*"]));
    }

    fn map(&mut self, state: &Json, at: &JsonPointer) {
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
}

/// Whether an ARN belongs to the service of an action. `redshift` also matches `redshift-data`.
fn is_of_service(arn: &str, service: &str) -> bool {
    let own = arn.split(':').nth(2).unwrap_or("");
    arn == "*"
        || own == service
        || (!own.is_empty() && service.split('-').next() == own.split('-').next())
}
