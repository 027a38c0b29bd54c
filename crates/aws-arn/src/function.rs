//! Names and ARNs of Lambda functions, versions and aliases.

use crate::Arn;

/// A function, from a name, partial ARN or ARN, with or without a version or alias (Lambda API
/// reference, parameter `FunctionName`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FunctionArn {
    /// The function without its version or alias, in its original form.
    pub function: String,
    /// Name of the function.
    pub name: String,
    /// Version or alias.
    pub qualifier: Option<String>,
}

impl FunctionArn {
    /// Parses a name or ARN. `None` for any other ARN.
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, rest) = split_prefix(text)?;
        let (name, qualifier) = match rest.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier.to_owned())),
            None => (rest, None),
        };
        if name.is_empty()
            || qualifier
                .as_ref()
                .is_some_and(|text| text.is_empty() || text.contains(':'))
        {
            return None;
        }
        Some(Self {
            function: format!("{prefix}{name}"),
            name: name.to_owned(),
            qualifier,
        })
    }

    /// Whether two texts refer to the same function and qualifier, by name or ARN.
    pub fn is_same(a: &str, b: &str) -> bool {
        match (Self::parse(a), Self::parse(b)) {
            (Some(first), Some(second)) => {
                let both_full = Arn::parse(a).is_some() && Arn::parse(b).is_some();
                first.name == second.name
                    && first.qualifier == second.qualifier
                    && (!both_full || a == b)
            }
            _ => a == b,
        }
    }
}

/// Splits off the prefix of the function name: empty, `123456789012:function:`, or the first fields
/// of an ARN.
fn split_prefix(text: &str) -> Option<(&str, &str)> {
    const KIND: &str = "function:";
    let is_arn = text.starts_with("arn:");
    if is_arn
        && Arn::parse(text)
            .is_none_or(|arn| arn.service != "lambda" || !arn.resource.starts_with(KIND))
    {
        return None;
    }
    let parts = text.split(KIND).next().map_or(0, str::len);
    match text.split_at_checked(parts + KIND.len()) {
        Some((prefix, rest))
            if is_arn || prefix.strip_suffix(":function:").is_some_and(is_account) =>
        {
            Some((prefix, rest))
        }
        _ => Some(("", text)),
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_arns_are_taken_apart() {
        let check = |text: &str, function: &str, qualifier: Option<&str>| {
            let found = FunctionArn::parse(text).unwrap();
            assert_eq!(
                (found.function.as_str(), found.name.as_str()),
                (function, "charge"),
                "{text}"
            );
            assert_eq!(found.qualifier.as_deref(), qualifier, "{text}");
        };
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:charge";
        check("charge", "charge", None);
        check("charge:live", "charge", Some("live"));
        assert_eq!(
            FunctionArn::parse("function:live")
                .map(|found| found.name)
                .as_deref(),
            Some("function")
        );
        check(
            "123456789012:function:charge",
            "123456789012:function:charge",
            None,
        );
        check(
            "123456789012:function:charge:2",
            "123456789012:function:charge",
            Some("2"),
        );
        check(arn, arn, None);
        check(&format!("{arn}:$LATEST"), arn, Some("$LATEST"));
        for text in [
            "",
            ":1",
            "a:b:c",
            "arn:aws:states:eu-west-1:1:activity:a",
            "arn:aws:lambda:eu-west-1:1:layer:l",
        ] {
            assert_eq!(FunctionArn::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_and_its_arn_are_the_same_function() {
        let arn = |region: &str| format!("arn:aws:lambda:{region}:123456789012:function:f");
        assert!(
            FunctionArn::is_same("f", &arn("eu-west-1"))
                && FunctionArn::is_same(&arn("eu-west-1"), "f")
        );
        assert!(FunctionArn::is_same("f", "123456789012:function:f"));
        assert!(!FunctionArn::is_same("f", "g") && !FunctionArn::is_same("f:1", "f"));
        assert!(!FunctionArn::is_same(&arn("eu-west-1"), &arn("us-east-1")));
    }
}
