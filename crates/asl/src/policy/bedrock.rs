//! Permissions of Amazon Bedrock models.
//!
//! Source: the Step Functions developer guide, "IAM policies for calling Amazon Bedrock".

use super::Call;
use super::document::Statement;
use super::grant::{Grant, WildcardReason, fixed, managed_rule, scoped};
use super::pattern::pass_role;
use super::resource::{Account, ParameterValue, ResourceScope, given};

/// Prefixes of the IDs of inference profiles, which use several regions.
const GEOGRAPHIES: [&str; 6] = ["us.", "eu.", "apac.", "us-gov.", "jp.", "global."];

pub(super) fn invoke(call: &Call<'_>) -> Vec<Grant> {
    let account = &call.settings.account;
    let mut grants = match given(call.payload, "ModelId") {
        ParameterValue::Text(id) => vec![fixed(Statement::allow(
            ["bedrock:InvokeModel"],
            models(id, account),
        ))],
        _ => vec![scoped(
            &["bedrock:InvokeModel"],
            ResourceScope::Dynamic("ModelId"),
        )],
    };
    for (parameter, action) in [
        ("Input.S3Uri", "s3:GetObject"),
        ("Output.S3Uri", "s3:PutObject"),
    ] {
        let partition = account.partition.as_deref().unwrap_or("aws");
        match given(call.payload, parameter) {
            ParameterValue::Text(uri) => {
                let object = format!("arn:{partition}:s3:::{}", uri.trim_start_matches("s3://"));
                grants.push(fixed(Statement::allow([action], [object])));
            }
            ParameterValue::AtRunTime => {
                grants.push(scoped(&[action], ResourceScope::Dynamic(parameter)));
            }
            ParameterValue::Absent => {}
        }
    }
    match given(call.payload, "GuardrailIdentifier") {
        ParameterValue::Text(id) => {
            let guardrail = if id.starts_with("arn:") {
                id.to_owned()
            } else {
                account.arn("bedrock", &format!("guardrail/{id}"))
            };
            grants.push(fixed(Statement::allow(
                ["bedrock:ApplyGuardrail"],
                [guardrail],
            )));
        }
        ParameterValue::AtRunTime => {
            grants.push(scoped(
                &["bedrock:ApplyGuardrail"],
                ResourceScope::Dynamic("GuardrailIdentifier"),
            ));
        }
        ParameterValue::Absent => {}
    }
    grants
}

/// The ARN of a model. For an inference profile, its ARN and that of the model in all regions.
fn models(id: &str, account: &Account) -> Vec<String> {
    let everywhere = |region: &str, id: &str| {
        let partition = account.partition.as_deref().unwrap_or("aws");
        format!("arn:{partition}:bedrock:{region}::foundation-model/{id}")
    };
    if id.starts_with("arn:") {
        return vec![id.to_owned()];
    }
    match GEOGRAPHIES
        .iter()
        .find_map(|geography| id.strip_prefix(geography))
    {
        Some(model) => vec![
            account.arn("bedrock", &format!("inference-profile/{id}")),
            everywhere("*", model),
        ],
        None => vec![everywhere(account.region.as_deref().unwrap_or("*"), id)],
    }
}

pub(super) fn customize(call: &Call<'_>) -> Vec<Grant> {
    let account = &call.settings.account;
    let own =
        ["custom-model/*", "model-customization-job/*"].map(|part| account.arn("bedrock", part));
    let base = match given(call.payload, "BaseModelIdentifier") {
        ParameterValue::Text(id) => (models(id, account), None),
        _ => (
            vec!["*".to_owned()],
            Some(WildcardReason::Parameter("BaseModelIdentifier")),
        ),
    };
    let actions = ["bedrock:CreateModelCustomizationJob", "bedrock:TagResource"];
    let statement = Statement::allow(actions, base.0.into_iter().chain(own.clone()));
    let mut grants = vec![Grant {
        statement,
        wide: base.1,
    }];
    grants.extend(pass_role(call, "RoleArn", "bedrock.amazonaws.com"));
    if call.pattern == "sync" {
        let waiting = [
            "bedrock:GetModelCustomizationJob",
            "bedrock:StopModelCustomizationJob",
        ];
        grants.push(fixed(Statement::allow(waiting, own)));
        let rule = "StepFunctionsGetEventsForBedrockModelCustomizationJobRule";
        grants.push(fixed(managed_rule(call.settings, rule)));
    }
    grants
}
