//! Amazon Resource Names and their parts (AWS General Reference, "Amazon Resource Names").

mod function;
mod state_machine;

use std::fmt;
use std::str::FromStr;

pub use function::FunctionArn;
pub use state_machine::{Qualifier, StateMachineArn};

/// A parsed ARN: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Arn {
    /// Partition, such as `aws` or `aws-cn`.
    pub partition: String,
    /// Service, such as `states`.
    pub service: String,
    /// Region. Empty for global services.
    pub region: String,
    /// Account ID with twelve digits. Empty for resources without an account.
    pub account: String,
    /// The remainder, which may contain colons.
    pub resource: String,
}

/// A text that is not an ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidArn(pub String);

impl fmt::Display for InvalidArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid ARN `{}`", self.0)
    }
}

impl std::error::Error for InvalidArn {}

impl Arn {
    /// Parses an ARN. `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        let mut part = || parts.next().map(str::to_owned);
        let arn = Self {
            partition: part()?,
            service: part()?,
            region: part()?,
            account: part()?,
            resource: part()?,
        };
        let is_complete =
            !(arn.partition.is_empty() || arn.service.is_empty() || arn.resource.is_empty());
        is_complete.then_some(arn)
    }
}

impl FromStr for Arn {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or_else(|| InvalidArn(text.to_owned()))
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            service,
            region,
            account,
            resource,
        } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

/// The region of an ARN. `None` for any other text, and for resources without a region.
pub fn region_of(text: &str) -> Option<String> {
    Arn::parse(text)
        .map(|arn| arn.region)
        .filter(|region| !region.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_taken_apart_and_put_together() {
        for text in [
            "arn:aws:lambda:eu-west-1:123456789012:function:f:1",
            "arn:aws:s3:::bucket/key",
        ] {
            assert_eq!(
                Arn::parse(text).map(|arn| arn.to_string()).as_deref(),
                Some(text)
            );
        }
        for text in [
            "",
            "orders",
            "arn:aws:states",
            "arn::states:eu-west-1:1:activity:a",
            "arn:aws:iam::1:",
        ] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
        assert_eq!(
            "orders".parse::<Arn>().map_err(|error| error.to_string()),
            Err("invalid ARN `orders`".into())
        );
    }

    #[test]
    fn regions_are_found() {
        assert_eq!(
            region_of("arn:aws:lambda:eu-west-1:1:function:f").as_deref(),
            Some("eu-west-1")
        );
        assert_eq!(region_of("arn:aws:iam::1:role/r"), None);
        assert_eq!(region_of("orders"), None);
    }
}
