//! ARNs from the parameters of a call.

use crate::json::Json;

/// Partition, region and account ID. An unknown part is a wildcard in ARNs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Partition, such as `aws` or `aws-cn`.
    pub partition: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Account ID.
    pub id: Option<String>,
}

impl Account {
    /// Reads partition, region and account ID from an ARN.
    pub fn of_arn(arn: &str) -> Self {
        let mut parts = arn.split(':').skip(1);
        let mut known = |skip: usize| {
            parts
                .nth(skip)
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
        };
        Self {
            partition: known(0),
            region: known(1),
            id: known(0),
        }
    }

    /// Creates an ARN with these parts.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let or = |part: &Option<String>, default: &str| {
            part.clone().unwrap_or_else(|| default.to_owned())
        };
        format!(
            "arn:{}:{service}:{}:{}:{resource}",
            or(&self.partition, "aws"),
            or(&self.region, "*"),
            or(&self.id, "*")
        )
    }
}

/// The resource of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceScope {
    /// A resource that the definition specifies.
    Static(String),
    /// The value of the field with this name at run time.
    Dynamic(&'static str),
}

/// The value of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ParameterValue<'a> {
    /// A text.
    Text(&'a str),
    /// A value that is known only at run time.
    AtRunTime,
    /// No value.
    Absent,
}

/// The value of a parameter, which may be nested: `Target.RoleArn`.
pub(super) fn given<'a>(payload: Option<&'a Json>, path: &str) -> ParameterValue<'a> {
    let Some(mut value) = payload else {
        return ParameterValue::Absent;
    };
    for name in path.split('.') {
        // The parts of an expression or a path are not known.
        if value.as_object().is_none() || value.get(&format!("{name}.$")).is_some() {
            return ParameterValue::AtRunTime;
        }
        let Some(inner) = value.get(name) else {
            return ParameterValue::Absent;
        };
        value = inner;
    }
    match value.as_str() {
        Some(text) if !text.trim_start().starts_with("{%") => ParameterValue::Text(text),
        _ => ParameterValue::AtRunTime,
    }
}

/// The text of a field that is not a JSONata expression.
pub(super) fn literal<'a>(
    payload: Option<&'a Json>,
    field: &'static str,
) -> Result<&'a str, &'static str> {
    payload
        .and_then(|payload| payload.get(field))
        .and_then(Json::as_str)
        .filter(|text| !text.trim_start().starts_with("{%"))
        .ok_or(field)
}

/// The ARN in a field, or the ARN of the resource with the name in the field.
pub(super) fn arn_or_name(
    payload: Option<&Json>,
    field: &'static str,
    name_to_arn: impl FnOnce(&str) -> String,
) -> ResourceScope {
    match literal(payload, field) {
        Ok(text) if text.starts_with("arn:") => ResourceScope::Static(text.to_owned()),
        Ok(text) => ResourceScope::Static(name_to_arn(text)),
        Err(field) => ResourceScope::Dynamic(field),
    }
}

/// A function's ARN without version or alias, from an ARN, a partial ARN or a name.
pub fn function_arn(text: &str, account: &Account) -> String {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        ["arn", partition, "lambda", region, id, "function", name, ..] => {
            format!("arn:{partition}:lambda:{region}:{id}:function:{name}")
        }
        [id, "function", name, ..] => {
            let account = Account {
                id: Some((*id).to_owned()),
                ..account.clone()
            };
            account.arn("lambda", &format!("function:{name}"))
        }
        [name, ..] => account.arn("lambda", &format!("function:{name}")),
        [] => account.arn("lambda", "function:*"),
    }
}

/// The ARN of a queue from its URL, such as `https://sqs.eu-west-1.amazonaws.com/123456789012/orders`.
pub(super) fn queue_arn(url: &str, account: &Account) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let mut parts = rest.split('/');
    let host = parts.next()?;
    let (id, name) = (parts.next()?, parts.next()?);
    let region = host
        .strip_prefix("sqs.")
        .and_then(|host| host.split('.').next())
        .map(str::to_owned);
    let account = Account {
        region: region.or(account.region.clone()),
        id: Some(id.to_owned()),
        ..account.clone()
    };
    Some(account.arn("sqs", name))
}
