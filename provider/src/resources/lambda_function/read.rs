//! Conversion from AWS to the state.

use sfn_aws::function::{self, Described};
use tfplugin::model::Attr;

use super::{Function, invoke_arn};
use crate::shared::managed::{Observed, Operation, Refusal};

/// Reads the function. `None` if it does not exist.
pub(super) async fn read(
    before: &Function,
    operation: &Operation,
) -> Result<Option<Observed<Function>>, Refusal> {
    if before.arn.is_null() && !before.execution_role.is_null() {
        // The creation failed before the function existed. The role is still to be deleted.
        return Ok(Some(Observed::tagged(
            before.clone(),
            operation.tags.clone(),
        )));
    }
    let (aws, call, name) = (
        operation.aws(),
        &operation.call,
        before.function_name.get()?,
    );
    let Some(found) = function::describe(aws, call, name).await? else {
        return Ok(None);
    };
    let mut model = before.observed(&found);
    model.read_separate(aws, call, name).await?;
    Ok(Some(Observed::tagged(model, found.tags)))
}

/// Reads settings of an imported function that are not part of its configuration. Published
/// versions show that `publish` is set. Without the permission to list versions, the import
/// continues.
pub(super) async fn complete_import(mut imported: Function, operation: &Operation) -> Function {
    let (aws, call, name) = (operation.aws(), &operation.call, imported.name().to_owned());
    imported.import_separate(aws, call, &name).await;
    match function::newest_version(aws, call, &name).await {
        Ok(Some(version)) => Function {
            publish: true.into(),
            ..imported.with_version(&version)
        },
        _ => imported,
    }
}

impl Function {
    /// The same function with this published version.
    pub(super) fn with_version(self, version: &str) -> Self {
        let qualified_arn = format!("{}:{version}", self.arn.text().unwrap_or("?"));
        Self {
            version: version.into(),
            qualified_invoke_arn: invoke_arn(&qualified_arn).into(),
            qualified_arn: qualified_arn.into(),
            ..self
        }
    }

    /// The function with the values of AWS. Values that AWS does not have are kept.
    pub(super) fn observed(&self, found: &Described) -> Self {
        let last_modified = found.last_modified.as_deref();
        let is_unchanged = last_modified.is_some()
            && self.last_modified.text() == last_modified
            && self.source_code_size == Attr::Known(found.code_size);
        let is_imported = self.arn.known().is_none();
        let version = self.version.text().unwrap_or(&found.version);
        Self {
            id: found.name.as_str().into(),
            function_name: found.name.as_str().into(),
            arn: found.arn.as_str().into(),
            invoke_arn: invoke_arn(&found.arn).into(),
            package_type: self.observed_package_type(found).into(),
            code: self.code.observed(found, is_unchanged, is_imported),
            settings: self.settings.observed(&found.configuration, &found.name),
            source_code_size: found.code_size.into(),
            last_modified: last_modified.map_or_else(|| self.last_modified.clone(), Attr::from),
            reserved_concurrent_executions: found.reserved_concurrency.into(),
            ..self.clone()
        }
        .with_version(version)
    }

    /// The package type. A function without runtime and image can have either.
    fn observed_package_type(&self, found: &Described) -> String {
        let before = self.package_type.text().unwrap_or("Zip");
        match (&found.image_uri, &found.configuration.runtime) {
            (Some(_), _) => "Image".to_owned(),
            (None, Some(_)) => "Zip".to_owned(),
            (None, None) => before.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use sfn_aws::function::Configuration;
    use tfplugin::model::Model as _;

    use super::*;
    use crate::shared::empty;

    const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:f";

    /// AWS's response for a function that is deployed elsewhere.
    fn found() -> Described {
        Described {
            arn: ARN.into(),
            name: "f".into(),
            version: "$LATEST".into(),
            code_sha256: Some("hash".into()),
            code_size: 1,
            architectures: vec!["arm64".into()],
            last_modified: Some("today".into()),
            configuration: Configuration {
                role: "r".into(),
                handler: Some("main.handler".into()),
                runtime: Some("python3.13".into()),
                memory_size: Some(128),
                timeout: Some(3),
                tracing: Some("PassThrough".into()),
                ephemeral_storage: Some(512),
                ..Configuration::default()
            },
            ..Described::default()
        }
    }

    fn imported() -> Function {
        Function {
            function_name: "f".into(),
            ..empty()
        }
        .observed(&found())
    }

    #[test]
    fn an_import_writes_nothing_that_is_usual() {
        let written = Function::block().configuration(&imported().to_value());
        let all = written
            .as_map()
            .unwrap()
            .iter()
            .filter(|(_, value)| !value.is_null());
        let names: Vec<&str> = all.map(|(name, _)| name.as_str()).collect();
        let expected = [
            "architectures",
            "function_name",
            "handler",
            "package_type",
            "role",
            "runtime",
            "source_code_hash",
        ];
        let mut sorted = names.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, expected, "{names:?}");
    }

    #[test]
    fn the_published_version_stays() {
        let published = imported().with_version("3");
        let read = published.observed(&found());
        assert_eq!(
            (read.version.text(), read.qualified_arn.text()),
            (Some("3"), Some(format!("{ARN}:3").as_str()))
        );
        assert_eq!(
            read.qualified_invoke_arn,
            Attr::from(invoke_arn(&format!("{ARN}:3")))
        );
    }

    #[test]
    fn reading_again_changes_nothing() {
        let first = imported().to_value();
        assert_eq!(
            Function::from_value(&first).observed(&found()).to_value(),
            first
        );
    }
}
