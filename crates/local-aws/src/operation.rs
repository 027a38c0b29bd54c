//! Which operation of AWS a request is.

use hyper::Method;

/// The operation's name, by the header of JSON services, the form of query services, or the path of CBOR services and of Lambda.
pub fn operation(method: &Method, path: &str, target: Option<&str>, body: &[u8]) -> String {
    if let Some(name) = target.and_then(|target| target.split('.').nth(1)) {
        return name.to_owned();
    }
    let form = std::str::from_utf8(body).unwrap_or_default();
    if let Some(name) = form.split('&').find_map(|pair| pair.strip_prefix("Action=")) {
        return name.to_owned();
    }
    if let Some((_, name)) = path.split_once("/operation/") {
        return name.to_owned();
    }
    lambda(method, path).map_or_else(|| format!("{method} {path}"), str::to_owned)
}

fn lambda(method: &Method, path: &str) -> Option<&'static str> {
    let parts: Vec<&str> = path.split('?').next()?.trim_matches('/').split('/').collect();
    Some(match (method.as_str(), parts.as_slice()) {
        ("POST", [_, "functions"]) => "CreateFunction",
        ("GET", [_, "functions", _]) => "GetFunction",
        ("DELETE", [_, "functions", _]) => "DeleteFunction",
        ("GET", [_, "functions", _, "configuration"]) => "GetFunctionConfiguration",
        ("PUT", [_, "functions", _, "configuration"]) => "UpdateFunctionConfiguration",
        ("PUT", [_, "functions", _, "code"]) => "UpdateFunctionCode",
        ("POST", [_, "functions", _, "versions"]) => "PublishVersion",
        ("POST", [_, "functions", _, "invocations"]) => "Invoke",
        ("POST", [_, "functions", _, "aliases"]) => "CreateAlias",
        ("GET", [_, "functions", _, "aliases", _]) => "GetAlias",
        ("PUT", [_, "functions", _, "aliases", _]) => "UpdateAlias",
        ("DELETE", [_, "functions", _, "aliases", _]) => "DeleteAlias",
        ("POST", [_, "functions", _, "policy"]) => "AddPermission",
        ("GET", [_, "functions", _, "policy"]) => "GetPolicy",
        ("DELETE", [_, "functions", _, "policy", _]) => "RemovePermission",
        ("PUT", [_, "functions", _, "event-invoke-config"]) => "PutFunctionEventInvokeConfig",
        ("GET", [_, "functions", _, "event-invoke-config"]) => "GetFunctionEventInvokeConfig",
        ("DELETE", [_, "functions", _, "event-invoke-config"]) => "DeleteFunctionEventInvokeConfig",
        ("PUT", [_, "functions", _, "concurrency"]) => "PutFunctionConcurrency",
        ("GET", [_, "functions", _, "concurrency"]) => "GetFunctionConcurrency",
        ("DELETE", [_, "functions", _, "concurrency"]) => "DeleteFunctionConcurrency",
        ("GET", [_, "tags", ..]) => "ListTags",
        ("POST", [_, "tags", ..]) => "TagResource",
        ("DELETE", [_, "tags", ..]) => "UntagResource",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart() {
        let name = |method: Method, path: &str, target: Option<&str>, body: &str| {
            operation(&method, path, target, body.as_bytes())
        };
        assert_eq!(name(Method::POST, "/", Some("AWSStepFunctions.CreateStateMachine"), "{}"), "CreateStateMachine");
        assert_eq!(name(Method::POST, "/", None, "Action=CreateRole&Version=2010-05-08"), "CreateRole");
        assert_eq!(name(Method::PUT, "/2015-03-31/functions/f/code", None, "{}"), "UpdateFunctionCode");
        assert_eq!(name(Method::POST, "/service/G/operation/PutMetricAlarm", None, ""), "PutMetricAlarm");
        assert_eq!(name(Method::GET, "/else", None, ""), "GET /else");
    }
}
