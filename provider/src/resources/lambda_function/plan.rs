//! Plan of a change.

use aws_arn::region_of;
use sfn_aws::Identity;
use tfplugin::model::{Attr, Model as _};
use tfplugin::{AttributePath, Diagnostic, Diagnostics};

use super::blocks::{CapacityProviderConfig, DurableConfig};
use super::code::{Place, fingerprint, missing};
use super::{Function, invoke_arn};
use crate::shared::execution_role;
use crate::shared::managed::{Change, PlanOutcome};

/// Plans a creation or an update. Reads and hashes the code, and makes no calls to AWS.
pub(super) fn plan(
    planned: &mut Function,
    change: &Change<'_, Function>,
) -> Result<PlanOutcome, Diagnostics> {
    let mut warnings = Diagnostics::default();
    plan_package_type(planned, change);
    let size = plan_code(planned, change, &mut warnings)?;
    planned.settings.role = plan_role(planned, change)?;
    plan_computed(planned, change.prior, size);
    if let Some(name) = planned.function_name.text() {
        change
            .provider
            .planned()
            .record_function(name, planned.facts());
    }
    let requires_replace = change
        .prior
        .map_or_else(Vec::new, |prior| replaced(planned, prior));
    Ok(PlanOutcome {
        warnings,
        requires_replace,
    })
}

/// Completes the plan of a new function without AWS.
pub(super) fn assume(planned: &mut Function, identity: &Identity) {
    if planned.function_name.text().is_none() {
        return;
    }
    let name = planned.short_name();
    let arn = identity.arn("lambda", &format!("function:{name}"));
    let version = if planned.publish == Attr::Known(true) {
        "1"
    } else {
        "$LATEST"
    };
    let qualified = format!("{arn}:{version}");
    if planned.settings.role.is_unknown()
        && let Some(role) = planned.managed_role(&identity.region)
    {
        planned.settings.role = role.arn(identity).into();
    }
    planned.id = name.as_str().into();
    planned.version = version.into();
    planned.invoke_arn = invoke_arn(&arn).into();
    planned.qualified_invoke_arn = invoke_arn(&qualified).into();
    planned.qualified_arn = qualified.into();
    planned.arn = arn.into();
}

/// Value of an attribute that is computed if it is not set. Null if an empty text is configured:
/// Terraform accepts only that, or the prior value.
fn computed<T: PartialEq>(planned: &Attr<T>, prior: Option<&Attr<T>>, value: Attr<T>) -> Attr<T> {
    match planned {
        Attr::Null if prior != Some(&value) => Attr::Null,
        _ => value,
    }
}

/// The package type follows from the code. Without any code, it does not change.
fn plan_package_type(planned: &mut Function, change: &Change<'_, Function>) {
    if !change.config.package_type.is_null() {
        return;
    }
    let prior = change.prior.map(|prior| &prior.package_type);
    let value: Attr<String> = match (planned.code.package_type(), prior) {
        (Attr::Known(package_type), _) => package_type.into(),
        (_, Some(prior)) => prior.clone(),
        (_, None) => Attr::Unknown,
    };
    planned.package_type = computed(&planned.package_type, prior, value);
}

/// Plans the hash of the code. Returns the size of a zip file, unless the user set the hash.
fn plan_code(
    planned: &mut Function,
    change: &Change<'_, Function>,
    warnings: &mut Diagnostics,
) -> Result<Option<i64>, Diagnostic> {
    if planned.code.place().is_null() {
        keep_code(planned, change.config, change.prior.ok_or_else(missing)?)?;
        return Ok(None);
    }
    if !change.config.code.source_code_hash.is_null() {
        return Ok(None);
    }
    let (hash, size) = match planned.code.place() {
        Attr::Known(place) => hash_of(place, change.prior, warnings)?,
        Attr::Null | Attr::Unknown => (Attr::Unknown, None),
    };
    let before = change.prior.map(|prior| &prior.code.source_code_hash);
    planned.code.source_code_hash = computed(&planned.code.source_code_hash, before, hash);
    Ok(size)
}

/// Hash and size of the code. Code that is not local keeps the hash of AWS until its source
/// changes.
fn hash_of(
    place: Place<'_>,
    prior: Option<&Function>,
    warnings: &mut Diagnostics,
) -> Result<(Attr<String>, Option<i64>), Diagnostic> {
    let kept = prior.filter(|prior| prior.code.place() == Attr::Known(place));
    let as_before = kept.map_or(Attr::Unknown, |prior| prior.code.source_code_hash.clone());
    if place.path().is_none() {
        return Ok((as_before, None));
    }
    match place.code() {
        Ok(code) => Ok(match fingerprint(&code) {
            Some((hash, size)) => (hash.into(), Some(size)),
            None => (Attr::Unknown, None),
        }),
        // Destroying also plans, and must work without the code.
        Err(error) if prior.is_some() && place.is_missing() => {
            let effect = match kept {
                Some(_) => "The function keeps its current code.",
                None => "It must exist when the plan is applied.",
            };
            let detail = format!("{} {effect}", error.detail);
            warnings.push(Diagnostic {
                path: error.path,
                ..Diagnostic::warning(error.summary, detail)
            });
            Ok((as_before, None))
        }
        Err(error) => Err(error),
    }
}

/// Without code, keeps the values that AWS only changes together with the code.
fn keep_code(
    planned: &mut Function,
    config: &Function,
    prior: &Function,
) -> Result<(), Diagnostic> {
    if config.code.source_code_hash.is_null() {
        planned.code.source_code_hash = prior.code.source_code_hash.clone();
    }
    if config.code.architectures.is_null() {
        planned.code.architectures = prior.code.architectures.clone();
    }
    let Some(name) = planned.code.changed_without_code(&prior.code) else {
        return Ok(());
    };
    let detail = "AWS changes it only together with the code, which is deployed elsewhere. Use its current value.";
    Err(
        Diagnostic::error(format!("`{name}` cannot change without the code"), detail)
            .at(AttributePath::root(name)),
    )
}

/// Plans the ARN of the role. It does not change while the role of the provider does not.
fn plan_role(
    planned: &Function,
    change: &Change<'_, Function>,
) -> Result<Attr<String>, Diagnostic> {
    let written = &planned.settings.role;
    if planned.execution_role.is_null() || !change.config.settings.role.is_null() {
        return Ok(written.clone());
    }
    let is_known = planned
        .execution_role
        .known()
        .is_some_and(|role| role.role.to_value().is_wholly_known())
        && !planned.function_name.is_unknown();
    let region = change.prior.and_then(|prior| region_of(prior.arn.text()?));
    let region = region.as_deref().unwrap_or("");
    let after = planned.managed_role(region).filter(|_| is_known);
    let before = change
        .prior
        .and_then(|prior| Some((prior.managed_role(region)?, &prior.settings.role)));
    let value = match after {
        None => Attr::Unknown,
        after => execution_role::plan(
            written,
            after.as_ref(),
            before.as_ref().map(|(role, arn)| (role, *arn)),
        )?,
    };
    Ok(computed(
        written,
        change.prior.map(|prior| &prior.settings.role),
        value,
    ))
}

fn plan_computed(planned: &mut Function, prior: Option<&Function>, size: Option<i64>) {
    let changes_code = prior.is_none_or(|prior| planned.changes_code(prior));
    let changes = changes_code
        || prior.is_none_or(|prior| {
            planned.settings.changes(&prior.settings) || planned.changes_separate(prior)
        });
    if changes_code {
        planned.source_code_size = size.map_or(Attr::Unknown, Attr::Known);
    }
    if changes {
        planned.last_modified = Attr::Unknown;
    }
    if prior.is_none_or(|prior| planned.is_to_publish(prior)) {
        planned.version = Attr::Unknown;
        planned.qualified_arn = Attr::Unknown;
        planned.qualified_invoke_arn = Attr::Unknown;
    }
}

/// Attributes that AWS cannot change in place, except for those that are marked in the model.
fn replaced(planned: &Function, prior: &Function) -> Vec<AttributePath> {
    let (before, after) = (&prior.settings, &planned.settings);
    let package_types = (prior.package_type.text(), planned.package_type.text());
    let durable = DurableConfig::is_present(&before.durable_config)
        != DurableConfig::is_present(&after.durable_config);
    let capacity_provider = CapacityProviderConfig::is_present(&before.capacity_provider_config)
        != CapacityProviderConfig::is_present(&after.capacity_provider_config);
    let changes = [
        (
            "package_type",
            matches!(package_types, (Some(before), Some(after)) if before != after),
        ),
        (
            "durable_config",
            durable && !after.durable_config.is_unknown(),
        ),
        (
            "capacity_provider_config",
            capacity_provider && !after.capacity_provider_config.is_unknown(),
        ),
    ];
    changes
        .into_iter()
        .filter(|(_, is_replaced)| *is_replaced)
        .map(|(name, _)| AttributePath::root(name))
        .collect()
}
