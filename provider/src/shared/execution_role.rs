//! `execution_role {}`: a role that belongs to one state machine or function.

use std::collections::BTreeMap;

use asl::policy::{Account, Document, Statement as Grant, trust_policy};
use sfn_aws::role::{self, Adopted, Role};
use sfn_aws::{Aws, AwsError, Call, Identity, OWNER_TAG, Tags};
use tfplugin::model::{Attr, Model};
use tfplugin::{AttributePath, Diagnostic, Diagnostics};

/// The longest name of a role (IAM quotas).
const MAX_NAME: usize = 64;

/// The block of a state machine.
#[derive(Debug, Clone, Model)]
pub struct MachineRole {
    #[tf(flatten)]
    pub role: RoleSettings,
    /// ARNs by the name of a state, in place of the wildcard that a value known only at run time requires.
    #[tf(optional)]
    pub resources: Attr<BTreeMap<String, Vec<String>>>,
    /// Further permissions of the role.
    #[tf(block)]
    pub statement: Attr<Vec<Statement>>,
}

/// The block of a function.
#[derive(Debug, Clone, Model)]
pub struct FunctionRole {
    #[tf(flatten)]
    pub role: RoleSettings,
    /// ARNs of state machines, or of their versions and aliases, of which the function may start, describe and stop executions
    /// and answer task tokens.
    #[tf(optional)]
    pub start_executions_of: Attr<Vec<String>>,
    /// Further permissions of the role.
    #[tf(block)]
    pub statement: Attr<Vec<Statement>>,
}

/// What both have.
#[derive(Debug, Clone, Model)]
pub struct RoleSettings {
    /// Name of the role. Defaults to a name made of the name of the object and the region. Changing this forces a new role.
    #[tf(optional)]
    name: Attr<String>,
    /// Path of the role. Changing this requires another `name`.
    #[tf(optional, absent = "/")]
    path: Attr<String>,
    /// ARN of the permissions boundary of the role.
    #[tf(optional)]
    permissions_boundary: Attr<String>,
}

/// A statement of the policy of a role.
#[derive(Debug, Clone, Model)]
pub struct Statement {
    /// Actions, such as `s3:GetObject`.
    #[tf(required)]
    actions: Attr<Vec<String>>,
    /// ARNs.
    #[tf(required)]
    resources: Attr<Vec<String>>,
    /// Condition of the statement.
    #[tf(block)]
    condition: Attr<Vec<Condition>>,
}

/// A condition of a statement.
#[derive(Debug, Clone, Model)]
struct Condition {
    /// Operator, such as `StringEquals`.
    #[tf(required)]
    test: Attr<String>,
    /// Key, such as `aws:SourceAccount`.
    #[tf(required)]
    variable: Attr<String>,
    /// Values, one of which has to match.
    #[tf(required)]
    values: Attr<Vec<String>>,
}

impl MachineRole {
    /// What the role narrows states to.
    pub fn resources(&self) -> BTreeMap<String, Vec<String>> {
        self.resources.known().cloned().unwrap_or_else(BTreeMap::new)
    }

    /// Checks that what the role narrows are states of the workflow.
    pub fn validate_resources(&self, states: &[String]) -> Diagnostics {
        let unknown = self.resources().into_keys().filter(|name| !states.contains(name));
        let error = |name: String| {
            let guess = asl::did_you_mean(&name, states.iter().map(String::as_str));
            let hint = guess.map_or_else(String::new, |state| format!("Did you mean `{state}`? "));
            let detail = format!("{hint}`resources` maps names of states to the ARNs that each may use.");
            let path = AttributePath::root("execution_role").attribute("resources");
            Diagnostic::error(format!("there is no state `{name}`"), detail).at(path)
        };
        unknown.map(error).collect()
    }
}

/// Adds what the `statement` blocks of a role allow.
pub fn add_statements(statements: &Attr<Vec<Statement>>, document: &mut Document) {
    let list = |values: &Attr<Vec<String>>| values.known().cloned().unwrap_or_else(Vec::new);
    for written in statements.known().into_iter().flatten() {
        let mut grant = Grant::allow(list(&written.actions), list(&written.resources));
        for condition in written.condition.known().into_iter().flatten() {
            if let (Some(test), Some(variable)) = (condition.test.text(), condition.variable.text()) {
                for value in list(&condition.values) {
                    grant = grant.when(test, variable, value);
                }
            }
        }
        document.add(grant);
    }
}

/// Checks that there is either the block or the attribute. What is not known yet is checked once it is.
pub fn validate<T>(block: &Attr<T>, attribute: &Attr<String>, name: &str) -> Option<Diagnostic> {
    match (block, attribute) {
        (Attr::Known(_), Attr::Known(_)) => Some(
            Diagnostic::error(
                format!("`{name}` conflicts with `execution_role`"),
                format!("With `execution_role` the provider creates the role: remove `{name}` or the block."),
            )
            .at(AttributePath::root(name)),
        ),
        (Attr::Null, Attr::Null) => Some(Diagnostic::error(
            format!("one of `execution_role` and `{name}` is required"),
            format!(
                "Write `execution_role {{}}` for a role with just the permissions that are needed, or set `{name}`."
            ),
        )),
        _ => None,
    }
}

/// Plans the ARN of the role: as it was while the role stays the same, unknown for another role. Without a role of the
/// provider's own it is what is written.
///
/// # Errors
/// When the path changes and the name does not.
pub fn plan(
    written: &Attr<String>,
    after: Option<&ManagedRole>,
    before: Option<(&ManagedRole, &Attr<String>)>,
) -> Result<Attr<String>, Diagnostic> {
    match (after, before) {
        (None, _) => Ok(written.clone()),
        (Some(after), Some((before, _))) if after.is_moved(before) => {
            let path = AttributePath::root("execution_role").attribute("path");
            Err(Diagnostic::error(after.cannot_move(before), OTHER_NAME).at(path))
        }
        // A change that failed halfway may have left another role in use.
        (Some(after), Some((before, arn)))
            if before.is_same(after) && arn.text().is_none_or(|arn| after.is_at(arn)) =>
        {
            Ok(arn.clone())
        }
        (Some(_), _) => Ok(Attr::Unknown),
    }
}

/// What to do about a path that cannot change.
const OTHER_NAME: &str = "IAM cannot change the path of a role, and its name is unique in the account whatever the path is. \
                          Set another `name` in `execution_role`, or keep the path.";

/// A role of the provider's own: what it is called, and what for.
#[derive(Debug, Clone)]
pub struct ManagedRole {
    /// Name.
    pub name: String,
    path: String,
    permissions_boundary: Option<String>,
    service: &'static str,
    owner: String,
}

/// For what a role is.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// `state-machine` or `function`.
    pub kind: &'static str,
    /// The service that assumes the role.
    pub service: &'static str,
    /// Name of the state machine or function.
    pub name: &'a str,
    /// Region of it.
    pub region: &'a str,
}

impl ManagedRole {
    /// The role that a block describes.
    pub fn of(settings: &RoleSettings, owner: Owner<'_>) -> Self {
        let Owner { kind, service, name, region } = owner;
        let text = |value: &Attr<String>| value.text().map(str::to_owned);
        Self {
            name: text(&settings.name).unwrap_or_else(|| shortened(&format!("{name}-{region}-{kind}"))),
            path: text(&settings.path).unwrap_or_else(|| "/".to_owned()),
            permissions_boundary: text(&settings.permissions_boundary),
            service,
            owner: format!("{kind}/{region}/{name}"),
        }
    }

    /// Creates the role, or adopts one that was created for the same object, and gives it this policy. Callers make sure that
    /// the object is theirs, or does not exist.
    ///
    /// # Errors
    /// Errors returned by AWS.
    pub async fn create_or_adopt(
        &self,
        aws: &Aws,
        call: &Call,
        policy: &Document,
        identity: &Identity,
        tags: &Tags,
    ) -> Result<Adopted, AwsError> {
        let role = Role {
            name: self.name.clone(),
            path: Some(self.path.clone()),
            permissions_boundary: self.permissions_boundary.clone(),
            trust_policy: trust_policy(self.service, &account(identity)),
            owner: self.owner.clone(),
            tags: tags.clone(),
        };
        let adopted = role::create_or_adopt(aws, call, &role).await?;
        self.write(aws, call, policy).await?;
        Ok(adopted)
    }

    /// Gives the role this policy.
    ///
    /// # Errors
    /// Errors returned by AWS.
    pub async fn write(&self, aws: &Aws, call: &Call, policy: &Document) -> Result<(), AwsError> {
        let document = (!policy.is_empty()).then(|| policy.to_json());
        role::write_policy(aws, call, &self.name, document.as_deref()).await
    }

    /// Changes what can be changed of the role that `before` describes: the permissions boundary.
    ///
    /// # Errors
    /// Errors returned by AWS, and for another path, which can be unknown in the plan.
    pub async fn change(&self, aws: &Aws, call: &Call, before: &Self) -> Result<(), AwsError> {
        if self.is_moved(before) {
            return Err(AwsError::local("UpdateRole", format!("{}. {OTHER_NAME}", self.cannot_move(before))));
        }
        if self.permissions_boundary == before.permissions_boundary {
            return Ok(());
        }
        role::write_boundary(aws, call, &self.name, self.permissions_boundary.as_deref()).await
    }

    /// Changes the tags of the role.
    ///
    /// # Errors
    /// Errors returned by AWS.
    pub async fn write_tags(&self, aws: &Aws, call: &Call, from: &Tags, to: &Tags) -> Result<(), AwsError> {
        role::write_tags(aws, call, &self.name, from, to).await
    }

    /// Whether both describe the same role: names are unique in an account, whatever the path.
    pub fn is_same(&self, other: &Self) -> bool {
        self.name == other.name && self.owner == other.owner
    }

    /// Whether an ARN names this role.
    pub fn is_at(&self, arn: &str) -> bool {
        arn.rsplit('/').next() == Some(&self.name)
    }

    /// The role at this ARN, as another one for the same object.
    pub fn other(&self, arn: &str) -> Option<Self> {
        let name = arn.rsplit('/').next()?.to_owned();
        (name != self.name).then(|| Self { name, ..self.clone() })
    }

    /// Whether the same role is to have another path, which IAM cannot do.
    fn is_moved(&self, before: &Self) -> bool {
        self.is_same(before) && self.path != before.path
    }

    /// Whether an object that had the role `before` gets this one in its place.
    pub fn is_new(&self, before: Option<&Self>) -> bool {
        before.is_none_or(|before| !self.is_same(before))
    }

    fn cannot_move(&self, before: &Self) -> String {
        format!("the path of the role `{}` cannot change from `{}` to `{}`", self.name, before.path, self.path)
    }

    /// Deletes the role, unless it belongs to something else.
    ///
    /// # Errors
    /// Errors returned by AWS.
    pub async fn delete(&self, aws: &Aws, call: &Call) -> Result<(), AwsError> {
        let tags = role::read_tags(aws, call, &self.name).await?;
        match tags.as_ref().and_then(|tags| tags.get(OWNER_TAG)) {
            Some(owner) if *owner == self.owner => role::delete(aws, call, &self.name).await,
            _ => Ok(()),
        }
    }
}

/// The account of an identity, for ARNs.
pub fn account(identity: &Identity) -> Account {
    Account {
        partition: Some(identity.partition.clone()),
        region: Some(identity.region.clone()),
        id: identity.account.clone(),
    }
}

/// A name that IAM takes: one that is too long is cut and made unique by a hash of the whole.
fn shortened(name: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let clean: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "+=,.@_-".contains(c) { c } else { '-' }).collect();
    if clean.len() <= MAX_NAME && clean == name {
        return clean;
    }
    let hash: String = Sha256::digest(name).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let kept: String = clean.chars().take(MAX_NAME - hash.len() - 1).collect();
    format!("{kept}-{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit() {
        assert_eq!(shortened("orders-eu-west-1-state-machine"), "orders-eu-west-1-state-machine");
        let long = "x".repeat(80);
        assert_eq!(shortened(&long).len(), 64);
        assert_ne!(shortened(&long), shortened(&"x".repeat(81)));
        assert!(shortened("ordres-é").starts_with("ordres---"));
    }
}
