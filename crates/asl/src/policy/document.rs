//! IAM policy documents in a stable order.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::resource::Account;

/// Version of the policy language (IAM user guide, "Version").
const VERSION: &str = "2012-10-17";

/// Conditions: operator, key and values.
pub type Conditions = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// Actions allowed on resources.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    /// Actions, such as `lambda:InvokeFunction`.
    pub actions: Vec<String>,
    /// ARNs, possibly with wildcards.
    pub resources: Vec<String>,
    /// Conditions under which it applies.
    pub conditions: Conditions,
}

impl Statement {
    /// Creates a statement that allows actions on resources.
    pub fn allow<A: Into<String>, R: Into<String>>(
        actions: impl IntoIterator<Item = A>,
        resources: impl IntoIterator<Item = R>,
    ) -> Self {
        Self {
            actions: actions.into_iter().map(Into::into).collect(),
            resources: resources.into_iter().map(Into::into).collect(),
            conditions: BTreeMap::new(),
        }
    }

    /// The same statement with a condition. If a key has several values, one of them must match.
    #[must_use]
    pub fn when(mut self, operator: &str, key: &str, value: impl Into<String>) -> Self {
        let keys = self.conditions.entry(operator.to_owned()).or_default();
        keys.entry(key.to_owned()).or_default().insert(value.into());
        self
    }
}

/// Actions and conditions. Statements with the same kind are merged.
type Kind = (BTreeSet<String>, Conditions);

/// A policy. Statements with the same actions and conditions are merged, and `*` replaces other resources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    statements: BTreeMap<Kind, BTreeSet<String>>,
}

impl Document {
    /// Adds a statement.
    pub fn add(&mut self, statement: Statement) {
        let kind = (
            statement.actions.into_iter().collect(),
            statement.conditions,
        );
        let resources = self.statements.entry(kind).or_default();
        resources.extend(statement.resources);
        if resources.contains("*") {
            resources.retain(|resource| resource == "*");
        }
    }

    /// Adds all statements of another policy.
    pub fn merge(&mut self, other: &Self) {
        for ((actions, conditions), resources) in &other.statements {
            self.add(Statement {
                actions: actions.iter().cloned().collect(),
                resources: resources.iter().cloned().collect(),
                conditions: conditions.clone(),
            });
        }
    }

    /// Whether nothing is allowed.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// The statements in a stable order.
    pub fn statements(&self) -> impl Iterator<Item = Statement> {
        self.statements
            .iter()
            .map(|((actions, conditions), resources)| Statement {
                actions: actions.iter().cloned().collect(),
                resources: resources.iter().cloned().collect(),
                conditions: conditions.clone(),
            })
    }

    /// The policy as JSON for IAM.
    pub fn to_json(&self) -> String {
        let statement = |statement: Statement| {
            let mut json = Map::new();
            json.insert("Effect".into(), json!("Allow"));
            json.insert("Action".into(), one_or_many(statement.actions));
            json.insert("Resource".into(), one_or_many(statement.resources));
            if !statement.conditions.is_empty() {
                let keys = |keys: BTreeMap<String, BTreeSet<String>>| -> Map<String, Value> {
                    keys.into_iter()
                        .map(|(key, values)| (key, one_or_many(values.into_iter().collect())))
                        .collect()
                };
                let conditions = statement
                    .conditions
                    .into_iter()
                    .map(|(operator, all)| (operator, keys(all).into()));
                json.insert("Condition".into(), Value::Object(conditions.collect()));
            }
            Value::Object(json)
        };
        json!({ "Version": VERSION, "Statement": self.statements().map(statement).collect::<Vec<_>>() }).to_string()
    }
}

fn one_or_many(mut list: Vec<String>) -> Value {
    if list.len() == 1 {
        Value::from(list.remove(0))
    } else {
        Value::from(list)
    }
}

/// The trust policy of a role for an AWS service, such as `states.amazonaws.com`, limited to the account if it is
/// known (Step Functions developer guide, "Cross-service confused deputy prevention").
pub fn trust_policy(service: &str, account: &Account) -> String {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": { "Service": service },
        "Action": "sts:AssumeRole",
    });
    if let (Some(id), Some(members)) = (&account.id, statement.as_object_mut()) {
        members.insert(
            "Condition".into(),
            json!({ "StringEquals": { "aws:SourceAccount": id } }),
        );
    }
    json!({ "Version": VERSION, "Statement": [statement] }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_for_one_service_of_one_account() {
        let known = trust_policy(
            "states.amazonaws.com",
            &Account {
                id: Some("123456789012".into()),
                ..Account::default()
            },
        );
        let unknown = trust_policy("lambda.amazonaws.com", &Account::default());
        let policy = |service: &str, condition: &str| {
            format!(
                "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Principal\":{{\"Service\":\"{service}\"}},\
                 \"Action\":\"sts:AssumeRole\"{condition}}}]}}"
            )
        };
        let condition =
            ",\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"123456789012\"}}";
        assert_eq!(known, policy("states.amazonaws.com", condition));
        assert_eq!(unknown, policy("lambda.amazonaws.com", ""));
    }
}
