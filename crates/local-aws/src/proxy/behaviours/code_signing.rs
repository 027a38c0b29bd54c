//! `CreateFunction` accepts the code signing configuration of the function, and only an existing
//! function has one. The emulator drops it in `CreateFunction`, and responds for every name.

use hyper::Method;
use serde_json::json;

use crate::proxy::behaviour::{Answering, Behaviour, Next};
use crate::proxy::call::{Call, json_of, text};

/// Writes the configuration of a new function.
pub struct CodeSigning;

impl Behaviour for CodeSigning {
    fn operations(&self) -> &'static [&'static str] {
        &[
            "CreateFunction",
            "GetFunctionCodeSigningConfig",
            "PutFunctionCodeSigningConfig",
            "DeleteFunctionCodeSigningConfig",
        ]
    }

    fn answer<'a>(&'a self, call: &'a Call, next: Next<'a>) -> Answering<'a> {
        Box::pin(async move {
            if call.operation != "CreateFunction" {
                let function = next.upstream.function_of(call).await?;
                return if function.status().is_success() {
                    next.run(call).await
                } else {
                    Ok(function)
                };
            }
            let answer = next.run(call).await?;
            let (request, body) = (call.json(), json_of(&answer));
            let wanted = text(&request, "CodeSigningConfigArn");
            if let (true, Some(wanted), Some(name)) = (
                answer.status().is_success(),
                wanted,
                text(&body, "FunctionName"),
            ) {
                let path = format!("/2020-06-30/functions/{name}/code-signing-config");
                let body = json!({ "CodeSigningConfigArn": wanted });
                next.upstream
                    .lambda(call, Method::PUT, &path, Some(&body))
                    .await?;
            }
            Ok(answer)
        })
    }
}
