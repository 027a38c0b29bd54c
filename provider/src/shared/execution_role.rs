//! `execution_role {}`: a role that belongs to a single state machine or function.

use std::collections::BTreeMap;

use asl::policy::{Account, Document, Statement as Grant, trust_policy};
use sfn_aws::role::{self, Adopted, Role};
use sfn_aws::{Aws, AwsError, Call, Identity, OWNER_TAG, Tags};
use tfplugin::model::{Attr, Model};
use tfplugin::{AttributePath, Diagnostic, Diagnostics};

/// Maximum length of the name of a role (IAM quotas).
const MAX_NAME: usize = 64;

/// The `execution_role` block of a state machine.
#[derive(Debug, Clone, Model)]
pub struct MachineRole {
    #[tf(flatten)]
    pub role: RoleSettings,
    /// Map of state names to ARNs, which replace the wildcard for a resource that is only known at
    /// runtime.
    #[tf(optional)]
    pub resources: Attr<BTreeMap<String, Vec<String>>>,
    /// Additional permissions of the role.
    #[tf(block)]
    pub statement: Attr<Vec<Statement>>,
}

/// The `execution_role` block of a function.
#[derive(Debug, Clone, Model)]
pub struct FunctionRole {
    #[tf(flatten)]
    pub role: RoleSettings,
    /// ARNs of state machines, versions or aliases. The function may start, describe and stop their
    /// executions, and report the results of tasks with task tokens.
    #[tf(optional)]
    pub start_executions_of: Attr<Vec<String>>,
    /// Additional permissions of the role.
    #[tf(block)]
    pub statement: Attr<Vec<Statement>>,
}

/// Arguments of both blocks.
#[derive(Debug, Clone, Model)]
pub struct RoleSettings {
    /// Name of the role. Defaults to a name with the name of the object and the region. Changing
    /// this forces a new role.
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
    /// ARNs of the resources.
    #[tf(required)]
    resources: Attr<Vec<String>>,
    /// Condition under which the statement applies.
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
    /// Values. One of them must match.
    #[tf(required)]
    values: Attr<Vec<String>>,
}

impl MachineRole {
    /// ARNs for each state.
    pub fn resources(&self) -> BTreeMap<String, Vec<String>> {
        self.resources
            .known()
            .cloned()
            .unwrap_or_else(BTreeMap::new)
    }

    /// Checks that `resources` contains only names of states of the workflow.
    pub fn validate_resources(&self, states: &[String]) -> Diagnostics {
        let unknown = self
            .resources()
            .into_keys()
            .filter(|name| !states.contains(name));
        let error = |name: String| {
            let guess = asl::did_you_mean(&name, states.iter().map(String::as_str));
            let hint = guess.map_or_else(String::new, |state| format!("Did you mean `{state}`? "));
            let detail =
                format!("{hint}`resources` maps names of states to the ARNs that they may use.");
            let path = AttributePath::root("execution_role").attribute("resources");
            Diagnostic::error(format!("there is no state `{name}`"), detail).at(path)
        };
        unknown.map(error).collect()
    }
}

/// Adds the `statement` blocks of a role.
pub fn add_statements(statements: &Attr<Vec<Statement>>, document: &mut Document) {
    let list = |values: &Attr<Vec<String>>| values.known().cloned().unwrap_or_else(Vec::new);
    for written in statements.known().into_iter().flatten() {
        let mut grant = Grant::allow(list(&written.actions), list(&written.resources));
        for condition in written.condition.known().into_iter().flatten() {
            if let (Some(test), Some(variable)) = (condition.test.text(), condition.variable.text())
            {
                for value in list(&condition.values) {
                    grant = grant.when(test, variable, value);
                }
            }
        }
        document.add(grant);
    }
}

/// Checks that either the block or the attribute is set. Unknown values are checked once they are
/// known.
pub fn validate<T>(block: &Attr<T>, attribute: &Attr<String>, name: &str) -> Option<Diagnostic> {
    match (block, attribute) {
        (Attr::Known(_), Attr::Known(_)) => Some(
            Diagnostic::error(
                format!("`{name}` conflicts with `execution_role`"),
                format!("With `execution_role`, the provider creates the role. Remove `{name}` or the block."),
            )
            .at(AttributePath::root(name)),
        ),
        (Attr::Null, Attr::Null) => Some(Diagnostic::error(
            format!("one of `execution_role` and `{name}` is required"),
            format!("Add `execution_role {{}}` for a role with only the required permissions, or set `{name}`."),
        )),
        _ => None,
    }
}

/// Plans the ARN of the role: unchanged for the same role, unknown for another role. Without a
/// managed role it is the configured value.
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
        // An update that failed halfway may have left another role in use.
        (Some(after), Some((before, arn)))
            if before.is_same(after) && arn.text().is_none_or(|arn| after.is_at(arn)) =>
        {
            Ok(arn.clone())
        }
        (Some(_), _) => Ok(Attr::Unknown),
    }
}

/// Help for a path that cannot change.
const OTHER_NAME: &str = "IAM cannot change the path of a role, and role names are unique in an account. Set \
                          another `name` in `execution_role`, or keep the path.";

/// A role that the provider manages.
#[derive(Debug, Clone)]
pub struct ManagedRole {
    /// Name of the role.
    pub name: String,
    path: String,
    permissions_boundary: Option<String>,
    service: &'static str,
    owner: String,
}

/// The object that a role belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// `state-machine` or `function`.
    pub kind: &'static str,
    /// The service that assumes the role.
    pub service: &'static str,
    /// Name of the state machine or function.
    pub name: &'a str,
    /// Region of the object.
    pub region: &'a str,
}

impl ManagedRole {
    /// The role for this block.
    pub fn of(settings: &RoleSettings, owner: Owner<'_>) -> Self {
        let Owner {
            kind,
            service,
            name,
            region,
        } = owner;
        let text = |value: &Attr<String>| value.text().map(str::to_owned);
        Self {
            name: text(&settings.name)
                .unwrap_or_else(|| shortened(&format!("{name}-{region}-{kind}"))),
            path: text(&settings.path).unwrap_or_else(|| "/".to_owned()),
            permissions_boundary: text(&settings.permissions_boundary),
            service,
            owner: format!("{kind}/{region}/{name}"),
        }
    }

    /// The ARN of the role in an account.
    pub fn arn(&self, identity: &Identity) -> String {
        let (partition, account) = (&identity.partition, identity.account.as_deref());
        let account = account.unwrap_or("?");
        format!(
            "arn:{partition}:iam::{account}:role{}{}",
            self.path, self.name
        )
    }

    /// Creates the role, or adopts one that was created for the same object, and writes its policy.
    /// Callers ensure that the object is managed by this resource, or does not exist.
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

    /// Writes the policy of the role.
    ///
    /// # Errors
    /// Errors returned by AWS.
    pub async fn write(&self, aws: &Aws, call: &Call, policy: &Document) -> Result<(), AwsError> {
        let document = (!policy.is_empty()).then(|| policy.to_json());
        role::write_policy(aws, call, &self.name, document.as_deref()).await
    }

    /// Updates the permissions boundary, the only setting that can change in place.
    ///
    /// # Errors
    /// Errors returned by AWS, or if the path changes, which may be unknown in the plan.
    pub async fn change(&self, aws: &Aws, call: &Call, before: &Self) -> Result<(), AwsError> {
        if self.is_moved(before) {
            return Err(AwsError::local(
                "UpdateRole",
                format!("{}. {OTHER_NAME}", self.cannot_move(before)),
            ));
        }
        if self.permissions_boundary == before.permissions_boundary {
            return Ok(());
        }
        role::write_boundary(aws, call, &self.name, self.permissions_boundary.as_deref()).await
    }

    /// Updates the tags of the role.
    ///
    /// # Errors
    /// Errors returned by AWS.
    pub async fn write_tags(
        &self,
        aws: &Aws,
        call: &Call,
        from: &Tags,
        to: &Tags,
    ) -> Result<(), AwsError> {
        role::write_tags(aws, call, &self.name, from, to).await
    }

    /// Whether both describe the same role: names are unique in an account, whatever the path.
    pub fn is_same(&self, other: &Self) -> bool {
        self.name == other.name && self.owner == other.owner
    }

    /// Whether the ARN is that of this role.
    pub fn is_at(&self, arn: &str) -> bool {
        arn.rsplit('/').next() == Some(&self.name)
    }

    /// The role with this ARN, if it is a different one for the same object.
    pub fn other(&self, arn: &str) -> Option<Self> {
        let name = arn.rsplit('/').next()?.to_owned();
        (name != self.name).then(|| Self {
            name,
            ..self.clone()
        })
    }

    /// Whether the path of the same role changes, which IAM does not support.
    fn is_moved(&self, before: &Self) -> bool {
        self.is_same(before) && self.path != before.path
    }

    /// Whether this role replaces the role `before` of an object.
    pub fn is_new(&self, before: Option<&Self>) -> bool {
        before.is_none_or(|before| !self.is_same(before))
    }

    fn cannot_move(&self, before: &Self) -> String {
        format!(
            "the path of the role `{}` cannot change from `{}` to `{}`",
            self.name, before.path, self.path
        )
    }

    /// Deletes the role, unless its owner tag shows another owner.
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

/// A valid name for IAM. A name that is too long is cut, and made unique with a hash of the whole
/// name.
fn shortened(name: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let clean: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "+=,.@_-".contains(c) {
                c
            } else {
                '-'
            }
        })
        .collect();
    if clean.len() <= MAX_NAME && clean == name {
        return clean;
    }
    let hash: String = Sha256::digest(name)
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let kept: String = clean.chars().take(MAX_NAME - hash.len() - 1).collect();
    format!("{kept}-{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit() {
        assert_eq!(
            shortened("orders-eu-west-1-state-machine"),
            "orders-eu-west-1-state-machine"
        );
        let long = "x".repeat(80);
        assert_eq!(shortened(&long).len(), 64);
        assert_ne!(shortened(&long), shortened(&"x".repeat(81)));
        assert!(shortened("ordres-é").starts_with("ordres---"));
    }
}
