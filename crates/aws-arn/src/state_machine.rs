//! ARNs of state machines, versions and aliases.

use std::fmt;

use crate::Arn;

/// The qualifier of a state machine ARN: a version or an alias.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Qualifier {
    /// Version number.
    Version(u64),
    /// Alias name.
    Alias(String),
}

/// The ARN of a state machine, version or alias (Step Functions developer guide, "State machine
/// versions and aliases").
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StateMachineArn {
    /// ARN of the state machine, without the qualifier.
    pub machine: String,
    /// Version or alias.
    pub qualifier: Option<Qualifier>,
}

impl StateMachineArn {
    /// Parses the ARN of a state machine. `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let arn = Arn::parse(text).filter(|arn| arn.service == "states")?;
        let rest = arn.resource.strip_prefix("stateMachine:")?;
        let (name, qualifier) = match rest.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (rest, None),
        };
        if name.is_empty() || qualifier.is_some_and(|text| text.is_empty() || text.contains(':')) {
            return None;
        }
        let qualifier = qualifier.map(|text| match text.parse() {
            Ok(number) => Qualifier::Version(number),
            Err(_) => Qualifier::Alias(text.to_owned()),
        });
        let machine = Arn {
            resource: format!("stateMachine:{name}"),
            ..arn
        }
        .to_string();
        Some(Self { machine, qualifier })
    }

    /// Name of the state machine.
    pub fn name(&self) -> &str {
        self.machine.rsplit(':').next().unwrap_or(&self.machine)
    }

    /// Whether this is a version.
    pub fn is_version(&self) -> bool {
        matches!(self.qualifier, Some(Qualifier::Version(_)))
    }

    /// Name of the alias, if this is one.
    pub fn alias(&self) -> Option<&str> {
        match &self.qualifier {
            Some(Qualifier::Alias(name)) => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for StateMachineArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.qualifier {
            None => write!(f, "{}", self.machine),
            Some(Qualifier::Version(number)) => write!(f, "{}:{number}", self.machine),
            Some(Qualifier::Alias(name)) => write!(f, "{}:{name}", self.machine),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_from_aliases() {
        let machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders";
        let check = |text: &str, qualifier: Option<Qualifier>| {
            let arn = StateMachineArn::parse(text).unwrap();
            assert_eq!(
                (arn.machine.as_str(), arn.name(), &arn.qualifier),
                (machine, "orders", &qualifier)
            );
            assert_eq!(arn.to_string(), text);
            assert_eq!(
                arn.is_version(),
                matches!(qualifier, Some(Qualifier::Version(_)))
            );
            assert_eq!(
                arn.alias().is_some(),
                matches!(qualifier, Some(Qualifier::Alias(_)))
            );
        };
        check(machine, None);
        check(&format!("{machine}:3"), Some(Qualifier::Version(3)));
        check(
            &format!("{machine}:live"),
            Some(Qualifier::Alias("live".into())),
        );
        for text in [
            "orders",
            "arn:aws:states:eu-west-1:1:activity:orders",
            "arn:aws:lambda:eu-west-1:1:stateMachine:orders",
            "arn:aws:states:eu-west-1:1:stateMachine:",
            "arn:aws:states:eu-west-1:1:stateMachine:orders:",
            "arn:aws:states:eu-west-1:1:stateMachine:orders:1:2",
        ] {
            assert_eq!(StateMachineArn::parse(text), None, "{text}");
        }
    }
}
