//! `region` on every resource and data source.

use sfn_aws::regions;
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Value};

use crate::diagnostics;
use crate::session::ProviderContext;

/// The attribute.
pub const REGION: &str = "region";

/// Whether a word has the form of a region: `eu-west-1`.
fn has_form(region: &str) -> bool {
    let parts: Vec<&str> = region.split('-').collect();
    let Some((number, words)) = parts.split_last() else { return false };
    let is_word = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    words.len() >= 2 && words.iter().all(is_word) && !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
}

/// The id of an import, and the region behind its `@`.
pub fn split_import_id(id: &str) -> (String, Option<String>) {
    match id.rsplit_once('@') {
        Some((id, region)) if has_form(region) => (id.to_owned(), Some(region.to_owned())),
        _ => (id.to_owned(), None),
    }
}

/// The region of a configuration or state; `None` where it is absent, empty or unknown.
pub fn written(value: &Value) -> Option<&str> {
    value.get(REGION).as_str().filter(|region| !region.is_empty())
}

/// Checks the attribute of a configuration.
pub fn validate(provider: &ProviderContext, config: &Value) -> Diagnostics {
    let Some(region) = written(config) else { return Diagnostics::default() };
    problem(region, provider.skips_region_validation())
        .map(|problem| problem.at(AttributePath::root(REGION)).into())
        .unwrap_or_default()
}

/// What is wrong with a region; `None` for one that AWS has.
pub fn problem(region: &str, skip_validation: bool) -> Option<Diagnostic> {
    if skip_validation && has_form(region) {
        return None;
    }
    let unknown = regions::check(region).err()?;
    let guess = unknown.nearest.map_or_else(String::new, |nearest| format!("Did you mean `{nearest}`? "));
    let detail = format!(
        "{guess}Write the code of a region, such as `eu-west-1`. For a region that is newer than this version of the \
         provider, set `skip_region_validation = true` in the provider block."
    );
    Some(Diagnostic::error(format!("`{region}` is not an AWS region"), detail))
}

/// Checks that the credentials of the provider are for the partition of a region.
///
/// # Errors
/// When they are for another one.
pub async fn check_partition(provider: &ProviderContext, region: &Value) -> Result<(), Diagnostics> {
    let (Some(region), Ok(session)) = (region.as_str().filter(|region| !region.is_empty()), provider.session()) else {
        return Ok(());
    };
    if !session.is_known {
        return Ok(());
    }
    let own = session.aws.region().await.map_err(|error| diagnostics::of_aws("find the region", &error))?;
    if sfn_aws::partition(region) == sfn_aws::partition(&own) {
        return Ok(());
    }
    let detail = format!("The credentials are for `{own}` and its partition: use another provider block.");
    let message = format!("`{region}` is in another partition of AWS");
    Err(Diagnostic::error(message, detail).at(AttributePath::root(REGION)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_imports_may_name_a_region() {
        assert_eq!(split_import_id("f/live@us-east-1"), ("f/live".into(), Some("us-east-1".into())));
        assert_eq!(split_import_id("f@home"), ("f@home".into(), None));
        assert_eq!(split_import_id("f"), ("f".into(), None));
    }

    #[test]
    fn regions_are_told_from_other_words() {
        for region in ["eu-west-1", "us-gov-east-1", "ap-southeast-12"] {
            assert!(has_form(region), "{region}");
        }
        for other in ["", "eu", "eu-1", "eu-west", "EU-west-1", "eu west 1", "local-host:1"] {
            assert!(!has_form(other), "{other}");
        }
    }

    #[test]
    fn a_region_that_aws_does_not_have_is_an_error() {
        assert!(problem("eu-west-1", false).is_none());
        assert!(problem("eu-wst-1", false).is_some_and(|error| error.detail.contains("Did you mean `eu-west-1`?")));
        assert!(problem("eu-wst-1", true).is_none() && problem("nowhere", true).is_some());
    }
}
