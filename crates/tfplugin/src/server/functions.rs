//! Calls of provider-defined functions.

use crate::codec;
use crate::proto;
use crate::provider::{FunctionError, Parameter};

use super::{FunctionEntry, Server, guarded};

pub(crate) async fn call(
    server: &Server,
    request: proto::call_function::Request,
) -> proto::call_function::Response {
    match result(server, request).await {
        Ok(value) => proto::call_function::Response {
            result: Some(value),
            error: None,
        },
        Err(error) => proto::call_function::Response {
            result: None,
            error: Some(proto::FunctionError {
                text: error.text,
                function_argument: error.argument,
            }),
        },
    }
}

async fn result(
    server: &Server,
    request: proto::call_function::Request,
) -> Result<proto::DynamicValue, FunctionError> {
    let whole = |text: String| FunctionError {
        text,
        argument: None,
    };
    let Some(entry) = server.catalog.functions.get(request.name.as_str()).cloned() else {
        return Err(whole(format!(
            "no function `{}` in this version of the provider",
            request.name
        )));
    };
    let mut arguments = Vec::new();
    for (position, argument) in request.arguments.iter().enumerate() {
        let index = i64::try_from(position).ok();
        let parameter = parameter(&entry, position).ok_or_else(|| FunctionError {
            text: "too many arguments".into(),
            argument: index,
        })?;
        let value = codec::decode_value(&argument.msgpack, &parameter.ty).map_err(|error| {
            FunctionError {
                text: error.to_string(),
                argument: index,
            }
        })?;
        arguments.push(value);
    }
    let result_type = entry.signature.result.clone();
    let call = guarded(async move { Ok(entry.function.call(arguments).await) });
    let value = call.await.unwrap_or_else(|bug| {
        Err(whole(
            bug.iter()
                .map(|d| format!("{}: {}", d.summary, d.detail))
                .collect::<Vec<_>>()
                .join("; "),
        ))
    })?;
    Ok(proto::DynamicValue {
        msgpack: codec::encode_value(&value, &result_type),
        json: Vec::new(),
    })
}

fn parameter(entry: &FunctionEntry, position: usize) -> Option<&Parameter> {
    entry
        .signature
        .parameters
        .get(position)
        .or(entry.signature.variadic.as_ref())
}
