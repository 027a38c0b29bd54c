//! `execution_role {}`: a role that belongs to one state machine or function.

use std::collections::BTreeMap;

use asl::policy::{Account, Document, Statement, trust_policy};
use sfn_aws::role::{self, Role};
use sfn_aws::{Aws, AwsError, Call, Identity, Tags};
use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting};
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Type, Value};

/// The longest name of a role (IAM quotas).
const MAX_NAME: usize = 64;

/// The attribute with the state machines that a function may start.
pub const STARTS: &str = "start_executions_of";
/// The attribute that narrows what states may use.
pub const RESOURCES: &str = "resources";

fn block(special: Attribute, description: &str) -> NestedBlock {
    let attribute = |name: &str, description: &str| Attribute::optional(name, Type::String, description);
    let block = Block {
        attributes: vec![
            attribute(
                "name",
                "Name of the role; made from the name and the region if absent. A change replaces the role.",
            ),
            attribute("path", "Path of the role; `/` if absent. A change replaces the role."),
            attribute("permissions_boundary", "ARN of the policy that bounds the role."),
            special,
        ],
        blocks: vec![statement_block()],
        description: description.to_owned(),
        ..Block::default()
    };
    NestedBlock::new("execution_role", Nesting::Single, block)
}

/// The block of a state machine.
pub fn state_machine_block() -> NestedBlock {
    let resources = Attribute::optional(
        RESOURCES,
        Type::map(Type::list(Type::String)),
        "ARNs by the name of a state, in place of the wildcard that a value known only at run time would make.",
    );
    block(
        resources,
        "A role that the provider makes and deletes with the state machine, with just the permissions that the definition \
         needs. New permissions are granted before an update, old ones taken away after it.",
    )
}

/// The block of a function.
pub fn function_block() -> NestedBlock {
    let starts = Attribute::optional(
        STARTS,
        Type::list(Type::String),
        "ARNs of state machines, or of their versions and aliases, of which it may start, describe and stop executions and \
         answer task tokens.",
    );
    block(
        starts,
        "A role that the provider makes and deletes with the function, with just the permissions that its logs, traces, network \
         and dead-letter target need.",
    )
}

fn statement_block() -> NestedBlock {
    let list = |name: &str, description: &str| Attribute::required(name, Type::list(Type::String), description);
    let condition = Block {
        attributes: vec![
            Attribute::required("test", Type::String, "Operator, such as `StringEquals`."),
            Attribute::required("variable", Type::String, "Key, such as `aws:SourceAccount`."),
            list("values", "Values, of which one has to match."),
        ],
        description: "When the statement holds.".into(),
        ..Block::default()
    };
    let block = Block {
        attributes: vec![list("actions", "Actions, such as `s3:GetObject`."), list("resources", "ARNs.")],
        blocks: vec![NestedBlock::new("condition", Nesting::List, condition)],
        description: "Something else that is allowed.".into(),
        ..Block::default()
    };
    NestedBlock::new("statement", Nesting::List, block)
}

/// What the role narrows states to.
pub fn resources(block: &Value) -> BTreeMap<String, Vec<String>> {
    let resources = block.get(RESOURCES).as_map().into_iter().flatten();
    resources.map(|(state, arns)| (state.clone(), arns.strings())).collect()
}

/// Checks that what the role narrows are states of the workflow.
pub fn validate_resources(block: &Value, states: &[String]) -> Diagnostics {
    let unknown = resources(block).into_keys().filter(|name| !states.contains(name));
    let error = |name: String| {
        let guess = asl::did_you_mean(&name, states.iter().map(String::as_str));
        let hint = guess.map(|state| format!("Did you mean `{state}`? ")).unwrap_or_default();
        let detail = format!("{hint}`resources` has the names of states, and the ARNs that each may use.");
        let path = AttributePath::root("execution_role").attribute(RESOURCES);
        Diagnostic::error(format!("there is no state `{name}`"), detail).at(path)
    };
    unknown.map(error).collect()
}

/// Adds what the `statement` blocks of the role allow.
pub fn add_statements(block: &Value, document: &mut Document) {
    for written in block.get("statement").as_list().unwrap_or_default() {
        let mut statement = Statement::allow(written.get("actions").strings(), written.get("resources").strings());
        for condition in written.get("condition").as_list().unwrap_or_default() {
            let text = |name: &str| condition.get(name).as_str().unwrap_or_default();
            for value in condition.get("values").strings() {
                statement = statement.when(text("test"), text("variable"), value);
            }
        }
        document.add(statement);
    }
}

/// Checks that exactly one of the block and the attribute is there.
pub fn validate(config: &Value, attribute: &str) -> Option<Diagnostic> {
    match (config.get("execution_role").is_null(), config.get(attribute).is_null()) {
        (false, false) => Some(
            Diagnostic::error(
                format!("both `{attribute}` and `execution_role` are there"),
                "With `execution_role` the provider makes the role itself: remove one of the two.",
            )
            .at(AttributePath::root(attribute)),
        ),
        (true, true) => Some(Diagnostic::error(
            "there is no role",
            format!(
                "Write `execution_role {{}}` for a role with just the permissions that are needed, or `{attribute}`."
            ),
        )),
        _ => None,
    }
}

/// Plans the attribute that holds the role's ARN: as it was while the role stays the same, unknown otherwise. `role`
/// reads the role that a state describes.
pub fn plan(planned: &mut Value, prior: Option<&Value>, attribute: &str, role: impl Fn(&Value) -> Option<Owned>) {
    let Some(after) = role(planned) else { return };
    let is_known = planned.get("execution_role").is_wholly_known();
    let kept = prior.filter(|prior| is_known && role(prior).is_some_and(|before| before.is_same(&after)));
    planned.set(attribute, kept.map_or(Value::Unknown, |prior| prior.get(attribute).clone()));
}

/// A role of ours: what it is called and for whom it is.
#[derive(Debug, Clone)]
pub struct Owned {
    /// Name.
    pub name: String,
    path: Option<String>,
    permissions_boundary: Option<String>,
    service: &'static str,
    owner: String,
}

impl Owned {
    /// The role that a block describes, for `kind` and `name`, such as `state-machine` and `orders`.
    pub fn of(block: &Value, kind: &str, service: &'static str, name: &str, region: &str) -> Self {
        let text = |attribute: &str| block.get(attribute).as_str().map(str::to_owned);
        Self {
            name: text("name").unwrap_or_else(|| shortened(&format!("{name}-{region}-{kind}"))),
            path: text("path"),
            permissions_boundary: text("permissions_boundary"),
            service,
            owner: format!("{kind}/{region}/{name}"),
        }
    }

    /// Makes the role, or takes up what an interrupted run left, and gives it this policy. Gives the ARN.
    ///
    /// # Errors
    /// What AWS refused.
    pub async fn ensure(
        &self,
        aws: &Aws,
        call: &Call,
        policy: &Document,
        identity: &Identity,
        tags: &Tags,
    ) -> Result<String, AwsError> {
        let account = account(identity);
        let role = Role {
            name: self.name.clone(),
            path: self.path.clone(),
            permissions_boundary: self.permissions_boundary.clone(),
            trust_policy: trust_policy(self.service, &account),
            owner: self.owner.clone(),
            tags: tags.clone(),
        };
        let arn = role::ensure(aws, call, &role).await?;
        self.write(aws, call, policy).await?;
        Ok(arn)
    }

    /// Gives the role this policy.
    ///
    /// # Errors
    /// What AWS refused.
    pub async fn write(&self, aws: &Aws, call: &Call, policy: &Document) -> Result<(), AwsError> {
        let document = (!policy.is_empty()).then(|| policy.to_json());
        role::write_policy(aws, call, &self.name, document.as_deref()).await
    }

    /// Changes the boundary to that of another description of the same role.
    ///
    /// # Errors
    /// What AWS refused.
    pub async fn write_boundary(&self, aws: &Aws, call: &Call, before: &Self) -> Result<(), AwsError> {
        if self.permissions_boundary == before.permissions_boundary {
            return Ok(());
        }
        role::write_boundary(aws, call, &self.name, self.permissions_boundary.as_deref()).await
    }

    /// Whether both describe the same role, up to what can be changed in place.
    pub fn is_same(&self, other: &Self) -> bool {
        self.name == other.name && self.path == other.path && self.owner == other.owner
    }

    /// Deletes the role.
    ///
    /// # Errors
    /// What AWS refused.
    pub async fn delete(&self, aws: &Aws, call: &Call) -> Result<(), AwsError> {
        role::delete(aws, call, &self.name).await
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
