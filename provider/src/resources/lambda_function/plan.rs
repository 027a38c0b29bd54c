//! What a change will lead to.

use sfn_aws::function::Code;
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Plan, PlanRequest, Value};

use super::settings;
use crate::{execution_role, tags};

/// Plans a creation or an update: the code is read and hashed, and AWS is not asked.
pub(super) fn plan(request: &PlanRequest, rules: &tags::Rules) -> Result<Plan, Diagnostics> {
    let config = &request.config;
    let prior = request.prior.clone().unwrap_or_default();
    let mut planned = request.proposed.clone();
    planned.set("tags_all", tags::all(config, rules));
    for (name, default) in
        [("memory_size", Value::from(128)), ("timeout", Value::from(3)), ("architectures", vec!["x86_64"].into())]
    {
        if config.get(name).is_null() {
            planned.set(name, default);
        }
    }
    planned.set("package_type", if config.get("image_uri").is_null() { "Zip" } else { "Image" });
    plan_code(&mut planned, request)?;
    let role = |state: &Value| settings::owned_role(state, "");
    execution_role::plan(&mut planned, request.prior.as_ref(), "role", role);
    plan_computed(&mut planned, &prior);
    let fixed = ["function_name", "package_type"].into_iter();
    let replaced = fixed.filter(|name| request.prior.is_some() && prior.get(name) != planned.get(name));
    let requires_replace = replaced.map(AttributePath::root).collect();
    Ok(Plan { planned, requires_replace, ..Plan::default() })
}

/// The hash tells whether the code has changed; code in S3 has the hash that is written, or changes with its place.
fn plan_code(planned: &mut Value, request: &PlanRequest) -> Result<(), Diagnostics> {
    let (config, prior) = (&request.config, request.prior.clone().unwrap_or_default());
    if !config.get("source_code_hash").is_null() {
        return Ok(());
    }
    let places = ["source_dir", "filename", "image_uri", "s3_bucket", "s3_key", "s3_object_version"];
    if places.iter().any(|name| config.get(name).is_unknown()) {
        planned.set("source_code_hash", Value::Unknown);
        return Ok(());
    }
    let unreadable = |error: std::io::Error| {
        let name = if config.get("source_dir").is_null() { "filename" } else { "source_dir" };
        let detail = format!(
            "{error}. A relative path starts at the folder that Terraform runs in: write `${{path.module}}/…`."
        );
        Diagnostic::error("the code cannot be read", detail).at(AttributePath::root(name))
    };
    let code = settings::code(planned).map_err(unreadable)?;
    match (settings::hash(&code), code) {
        (Some(hash), _) => planned.set("source_code_hash", hash),
        (None, Code::Zip(_)) => {}
        (None, Code::S3 { .. } | Code::Image(_)) => {
            let moved = places.iter().any(|name| prior.get(name) != planned.get(name));
            let hash = if moved { Value::Unknown } else { prior.get("source_code_hash").clone() };
            planned.set("source_code_hash", hash);
        }
    }
    Ok(())
}

fn plan_computed(planned: &mut Value, prior: &Value) {
    let is_new = prior.is_null();
    for name in ["id", "arn", "invoke_arn"] {
        planned.set(name, if is_new { Value::Unknown } else { prior.get(name).clone() });
    }
    let code_changes = is_new || code_changes(prior, planned);
    let changes = code_changes || configuration_changes(prior, planned);
    let publishes = planned.get("publish").as_bool().unwrap_or_default() || planned.get("publish").is_unknown();
    let first = publishes && prior.get("version").as_str() == Some("$LATEST");
    for (name, unknown) in [
        ("source_code_size", code_changes),
        ("last_modified", changes),
        ("version", is_new || first || (publishes && changes)),
        ("qualified_arn", is_new || first || (publishes && changes)),
    ] {
        planned.set(name, if unknown { Value::Unknown } else { prior.get(name).clone() });
    }
}

/// Whether the code is another.
pub(super) fn code_changes(prior: &Value, planned: &Value) -> bool {
    ["source_code_hash", "architectures", "image_uri"].iter().any(|name| prior.get(name) != planned.get(name))
}

/// What the configuration is made of and may be unknown in a plan.
const CONFIGURATION: [&str; 10] = [
    "role",
    "environment",
    "layers",
    "vpc_config",
    "dead_letter_config",
    "file_system_config",
    "logging_config",
    "image_config",
    "kms_key_arn",
    "description",
];

/// Whether the configuration is another.
pub(super) fn configuration_changes(prior: &Value, planned: &Value) -> bool {
    let unknown = CONFIGURATION.iter().any(|name| !planned.get(name).is_wholly_known());
    unknown || settings::configuration(prior) != settings::configuration(planned)
}
