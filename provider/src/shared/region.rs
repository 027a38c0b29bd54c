//! The `region` argument of resources and data sources.

use sfn_aws::regions;
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Value};

use crate::diagnostics;
use crate::session::ProviderContext;

/// Name of the attribute.
pub const REGION: &str = "region";

/// Whether a word has the format of a region, such as `eu-west-1`.
fn has_form(region: &str) -> bool {
    let parts: Vec<&str> = region.split('-').collect();
    let Some((number, words)) = parts.split_last() else {
        return false;
    };
    let is_word = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    words.len() >= 2
        && words.iter().all(is_word)
        && !number.is_empty()
        && number.chars().all(|c| c.is_ascii_digit())
}

/// Splits an import id into the id and the region after its `@`.
pub fn split_import_id(id: &str) -> (String, Option<String>) {
    match id.rsplit_once('@') {
        Some((id, region)) if has_form(region) => (id.to_owned(), Some(region.to_owned())),
        _ => (id.to_owned(), None),
    }
}

/// The region of a configuration or state. `None` if it is null, empty or unknown.
pub fn written(value: &Value) -> Option<&str> {
    value
        .get(REGION)
        .as_str()
        .filter(|region| !region.is_empty())
}

/// Checks the argument of a configuration.
pub fn validate(provider: &ProviderContext, config: &Value) -> Diagnostics {
    let Some(region) = written(config) else {
        return Diagnostics::default();
    };
    problem(region, provider.skips_region_validation())
        .map(|problem| problem.at(AttributePath::root(REGION)).into())
        .unwrap_or_default()
}

/// The error for an invalid region. `None` for a region of AWS.
pub fn problem(region: &str, skip_validation: bool) -> Option<Diagnostic> {
    if skip_validation && has_form(region) {
        return None;
    }
    let unknown = regions::check(region).err()?;
    let guess = unknown
        .nearest
        .map_or_else(String::new, |nearest| format!("Did you mean `{nearest}`? "));
    let detail = format!(
        "{guess}Use a region code, such as `eu-west-1`. For a region that is newer than this version of the \
         provider, set `skip_region_validation = true` in the provider block."
    );
    Some(Diagnostic::error(
        format!("`{region}` is not an AWS region"),
        detail,
    ))
}

/// Checks that the credentials of the provider belong to the partition of a region.
///
/// # Errors
///
/// When they belong to another partition.
pub async fn check_partition(
    provider: &ProviderContext,
    region: &Value,
) -> Result<(), Diagnostics> {
    let (Some(region), Ok(session)) = (
        region.as_str().filter(|region| !region.is_empty()),
        provider.session(),
    ) else {
        return Ok(());
    };
    if !session.can_read() {
        return Ok(());
    }
    let own = session
        .aws
        .region()
        .await
        .map_err(|error| diagnostics::of_aws("find the region", &error))?;
    if sfn_aws::partition(region) == sfn_aws::partition(&own) {
        return Ok(());
    }
    let detail =
        format!("The credentials belong to the partition of `{own}`. Use another provider block.");
    let message = format!("`{region}` is in another partition of AWS");
    Err(Diagnostic::error(message, detail)
        .at(AttributePath::root(REGION))
        .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_imports_may_name_a_region() {
        assert_eq!(
            split_import_id("f/live@us-east-1"),
            ("f/live".into(), Some("us-east-1".into()))
        );
        assert_eq!(split_import_id("f@home"), ("f@home".into(), None));
        assert_eq!(split_import_id("f"), ("f".into(), None));
    }

    #[test]
    fn regions_are_told_from_other_words() {
        for region in ["eu-west-1", "us-gov-east-1", "ap-southeast-12"] {
            assert!(has_form(region), "{region}");
        }
        for other in [
            "",
            "eu",
            "eu-1",
            "eu-west",
            "EU-west-1",
            "eu west 1",
            "local-host:1",
        ] {
            assert!(!has_form(other), "{other}");
        }
    }

    #[test]
    fn a_region_that_aws_does_not_have_is_an_error() {
        assert!(problem("eu-west-1", false).is_none());
        assert!(
            problem("eu-wst-1", false)
                .is_some_and(|error| error.detail.contains("Did you mean `eu-west-1`?"))
        );
        assert!(problem("eu-wst-1", true).is_none() && problem("nowhere", true).is_some());
    }
}
