//! Detection of the AWS operation of a request.

use hyper::Method;

/// Operations of Lambda by method and path. `*` is a segment of the path. The API version precedes
/// the path.
const LAMBDA: [(&str, &str, &str); 40] = [
    ("GET", "account-settings", "GetAccountSettings"),
    ("POST", "functions", "CreateFunction"),
    ("GET", "functions", "ListFunctions"),
    ("GET", "functions/*", "GetFunction"),
    ("DELETE", "functions/*", "DeleteFunction"),
    (
        "GET",
        "functions/*/configuration",
        "GetFunctionConfiguration",
    ),
    (
        "PUT",
        "functions/*/configuration",
        "UpdateFunctionConfiguration",
    ),
    ("PUT", "functions/*/code", "UpdateFunctionCode"),
    ("POST", "functions/*/versions", "PublishVersion"),
    ("GET", "functions/*/versions", "ListVersionsByFunction"),
    ("POST", "functions/*/invocations", "Invoke"),
    ("POST", "functions/*/aliases", "CreateAlias"),
    ("GET", "functions/*/aliases", "ListAliases"),
    ("GET", "functions/*/aliases/*", "GetAlias"),
    ("PUT", "functions/*/aliases/*", "UpdateAlias"),
    ("DELETE", "functions/*/aliases/*", "DeleteAlias"),
    ("POST", "functions/*/policy", "AddPermission"),
    ("GET", "functions/*/policy", "GetPolicy"),
    ("DELETE", "functions/*/policy/*", "RemovePermission"),
    (
        "PUT",
        "functions/*/event-invoke-config",
        "PutFunctionEventInvokeConfig",
    ),
    (
        "POST",
        "functions/*/event-invoke-config",
        "UpdateFunctionEventInvokeConfig",
    ),
    (
        "GET",
        "functions/*/event-invoke-config",
        "GetFunctionEventInvokeConfig",
    ),
    (
        "GET",
        "functions/*/event-invoke-config/list",
        "ListFunctionEventInvokeConfigs",
    ),
    (
        "DELETE",
        "functions/*/event-invoke-config",
        "DeleteFunctionEventInvokeConfig",
    ),
    ("PUT", "functions/*/concurrency", "PutFunctionConcurrency"),
    ("GET", "functions/*/concurrency", "GetFunctionConcurrency"),
    (
        "DELETE",
        "functions/*/concurrency",
        "DeleteFunctionConcurrency",
    ),
    (
        "PUT",
        "functions/*/provisioned-concurrency",
        "PutProvisionedConcurrencyConfig",
    ),
    (
        "GET",
        "functions/*/provisioned-concurrency",
        "GetProvisionedConcurrencyConfig",
    ),
    (
        "DELETE",
        "functions/*/provisioned-concurrency",
        "DeleteProvisionedConcurrencyConfig",
    ),
    (
        "PUT",
        "functions/*/recursion-config",
        "PutFunctionRecursionConfig",
    ),
    (
        "GET",
        "functions/*/recursion-config",
        "GetFunctionRecursionConfig",
    ),
    (
        "PUT",
        "functions/*/runtime-management-config",
        "PutRuntimeManagementConfig",
    ),
    (
        "GET",
        "functions/*/runtime-management-config",
        "GetRuntimeManagementConfig",
    ),
    (
        "PUT",
        "functions/*/code-signing-config",
        "PutFunctionCodeSigningConfig",
    ),
    (
        "GET",
        "functions/*/code-signing-config",
        "GetFunctionCodeSigningConfig",
    ),
    (
        "DELETE",
        "functions/*/code-signing-config",
        "DeleteFunctionCodeSigningConfig",
    ),
    ("GET", "tags/*", "ListTags"),
    ("POST", "tags/*", "TagResource"),
    ("DELETE", "tags/*", "UntagResource"),
];

/// Name of the operation, from the header of JSON services, the form of query services, or the path
/// of CBOR services and Lambda.
pub fn operation(method: &Method, path: &str, target: Option<&str>, body: &[u8]) -> String {
    if let Some(name) = target.and_then(|target| target.split('.').nth(1)) {
        return name.to_owned();
    }
    let form = std::str::from_utf8(body).unwrap_or("");
    if let Some(name) = form
        .split('&')
        .find_map(|pair| pair.strip_prefix("Action="))
    {
        return name.to_owned();
    }
    if let Some((_, name)) = path.split_once("/operation/") {
        return name.to_owned();
    }
    lambda(method, path).map_or_else(|| format!("{method} {path}"), str::to_owned)
}

fn lambda(method: &Method, path: &str) -> Option<&'static str> {
    let (version, path) = path.split('?').next()?.trim_matches('/').split_once('/')?;
    if !is_date(version) {
        return None;
    }
    let found = LAMBDA
        .iter()
        .find(|(known, pattern, _)| *known == method.as_str() && fits(pattern, path));
    found.map(|(_, _, name)| *name)
}

/// Whether a text is a date, as in API versions: `2015-03-31`.
fn is_date(text: &str) -> bool {
    text.len() == 10
        && text
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a path matches a pattern.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some("*"), Some(_)) => {}
            (Some(wanted), Some(part)) if wanted == part => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart() {
        let name = |method: Method, path: &str, target: Option<&str>, body: &str| {
            operation(&method, path, target, body.as_bytes())
        };
        assert_eq!(
            name(
                Method::POST,
                "/",
                Some("AWSStepFunctions.CreateStateMachine"),
                "{}"
            ),
            "CreateStateMachine"
        );
        assert_eq!(
            name(
                Method::POST,
                "/",
                None,
                "Action=CreateRole&Version=2010-05-08"
            ),
            "CreateRole"
        );
        assert_eq!(
            name(
                Method::POST,
                "/service/G/operation/PutMetricAlarm",
                None,
                ""
            ),
            "PutMetricAlarm"
        );
        for (method, path, expected) in [
            (
                Method::PUT,
                "/2015-03-31/functions/f/code",
                "UpdateFunctionCode",
            ),
            (Method::GET, "/2015-03-31/functions/", "ListFunctions"),
            (
                Method::GET,
                "/2015-03-31/functions/f/versions",
                "ListVersionsByFunction",
            ),
            (
                Method::DELETE,
                "/2015-03-31/functions/f/policy/statement",
                "RemovePermission",
            ),
            (
                Method::GET,
                "/2019-09-25/functions/f/event-invoke-config/list",
                "ListFunctionEventInvokeConfigs",
            ),
            (
                Method::PUT,
                "/2024-08-31/functions/f/recursion-config",
                "PutFunctionRecursionConfig",
            ),
            (
                Method::GET,
                "/2021-07-20/functions/f/runtime-management-config",
                "GetRuntimeManagementConfig",
            ),
            (
                Method::DELETE,
                "/2020-06-30/functions/f/code-signing-config",
                "DeleteFunctionCodeSigningConfig",
            ),
            (
                Method::POST,
                "/2017-03-31/tags/arn%3Aaws%3Alambda",
                "TagResource",
            ),
            (
                Method::GET,
                "/2015-03-31/functions/f/else",
                "GET /2015-03-31/functions/f/else",
            ),
            (
                Method::PUT,
                "/bucket/functions/f/code",
                "PUT /bucket/functions/f/code",
            ),
            (Method::GET, "/else", "GET /else"),
        ] {
            assert_eq!(name(method, path, None, ""), expected);
        }
    }
}
