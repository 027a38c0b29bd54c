//! Checks that span attributes. Unknown values are checked once they are known.

use tfplugin::model::Attr;
use tfplugin::{AttributePath, Diagnostic, Diagnostics};

use super::Function;
use super::blocks::STORAGE;
use crate::shared::execution_role;

/// Maximum number of layers of a function (Lambda quotas).
const MAX_LAYERS: usize = 5;

/// Checks a configuration.
pub(super) fn validate(function: &Function) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    diagnostics.extend(function.validate_package());
    diagnostics.extend(function.validate_s3());
    diagnostics.extend(function.validate_snap_start());
    diagnostics.extend(function.validate_runtime_management());
    let layers = function.settings.layers.known().map_or(0, Vec::len);
    if layers > MAX_LAYERS {
        let summary = format!("`layers` must have at most {MAX_LAYERS} layers, got {layers}");
        diagnostics.push(error("layers", summary, "Merge layers."));
    }
    if function.publish_to.known().is_some() && !function.publishes() {
        let detail = "Set `publish = true` as well, or remove `publish_to`.";
        diagnostics.push(error(
            "publish_to",
            "`publish_to` requires `publish`",
            detail,
        ));
    }
    diagnostics.extend(execution_role::validate(
        &function.execution_role,
        &function.settings.role,
        "role",
    ));
    diagnostics
}

fn error(attribute: &str, summary: impl Into<String>, detail: impl Into<String>) -> Diagnostic {
    Diagnostic::error(summary, detail).at(AttributePath::root(attribute))
}

impl Function {
    /// Checks the arguments that a zip file requires and that conflict with an image.
    fn validate_package(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let is_image = self.code.image_uri.known().is_some();
        for (name, value) in [
            ("handler", &self.settings.handler),
            ("runtime", &self.settings.runtime),
        ] {
            match (self.code.zip_source(), value) {
                (Some(source), Attr::Null) => {
                    let detail = "A function from a zip file requires a handler and a runtime.";
                    found.push(error(
                        name,
                        format!("`{name}` is required with `{source}`"),
                        detail,
                    ));
                }
                (None, Attr::Known(_)) if is_image => {
                    let detail = format!(
                        "The image or `image_config` defines the command. Remove `{name}`."
                    );
                    found.push(error(
                        name,
                        format!("`{name}` conflicts with `image_uri`"),
                        detail,
                    ));
                }
                _ => {}
            }
        }
        if let (Some(source), true) = (
            self.code.zip_source(),
            self.settings.configuration().image.is_some(),
        ) {
            let detail = "Remove the block, or set `image_uri` instead.";
            found.push(error(
                "image_config",
                format!("`image_config` conflicts with `{source}`"),
                detail,
            ));
        }
        if let (Some(written), Attr::Known(actual)) =
            (self.package_type.text(), self.code.package_type())
            && written != actual
        {
            let detail =
                format!("The package type of the code is `{actual}`. Remove `package_type`.");
            found.push(error(
                "package_type",
                format!("`package_type` cannot be `{written}`"),
                detail,
            ));
        }
        found
    }

    fn validate_s3(&self) -> Option<Diagnostic> {
        let (missing, written) = match (&self.code.s3_bucket, &self.code.s3_key) {
            (Attr::Known(_), Attr::Null) => ("s3_key", "s3_bucket"),
            (Attr::Null, Attr::Known(_)) => ("s3_bucket", "s3_key"),
            _ => return None,
        };
        Some(error(
            written,
            format!("`{missing}` is required with `{written}`"),
            "Set both.",
        ))
    }

    /// Checks SnapStart (Lambda developer guide, "SnapStart", supported features and limitations).
    fn validate_snap_start(&self) -> Option<Diagnostic> {
        let configuration = self.settings.configuration();
        let is_large = configuration
            .ephemeral_storage
            .is_some_and(|size| size > STORAGE);
        let other = match (is_large, &configuration.file_system) {
            _ if !configuration.snap_start => return None,
            (true, _) => "ephemeral_storage",
            (false, Some(_)) => "file_system_config",
            (false, None) => return None,
        };
        let detail =
            "SnapStart supports 512 MiB of `/tmp` and no file system. Remove one of the blocks.";
        Some(error(
            "snap_start",
            format!("`snap_start` conflicts with `{other}`"),
            detail,
        ))
    }

    fn validate_runtime_management(&self) -> Option<Diagnostic> {
        let config = self.runtime_management_config.known()?;
        let name = "runtime_version_arn";
        let (summary, detail) = match (
            config.update_runtime_on.text()?,
            &config.runtime_version_arn,
        ) {
            ("Manual", Attr::Null) => (
                format!("`{name}` is required with `Manual`"),
                "Set the ARN of a version of the runtime.",
            ),
            ("Auto" | "FunctionUpdate", Attr::Known(_)) => {
                (format!("`{name}` requires `Manual`"), "Remove the ARN.")
            }
            _ => return None,
        };
        let path = AttributePath::root("runtime_management_config").attribute(name);
        Some(Diagnostic::error(summary, detail).at(path))
    }
}

#[cfg(test)]
mod tests {
    use tfplugin::Value;
    use tfplugin::model::Model as _;

    use super::*;

    /// Checks the messages for a function with a role and these arguments.
    fn check(entries: &[(&str, Value)], expected: &[&str]) {
        let named = [
            ("function_name", Value::from("f")),
            ("role", Value::from("r")),
        ]
        .into_iter();
        let config =
            Value::object(named.chain(entries.iter().map(|(name, value)| (*name, value.clone()))));
        let mut found = Function::block().check(&config);
        found.extend(validate(&Function::from_value(&config)));
        let found: Vec<String> = found.iter().map(|found| found.summary.clone()).collect();
        assert_eq!(found, expected, "{entries:?}");
    }

    fn text(value: &str) -> Value {
        value.into()
    }

    fn block(name: &str, value: Value) -> Value {
        Value::object([(name, value)])
    }

    #[test]
    fn code_has_one_place() {
        let (handler, runtime) = (
            || ("handler", text("main.handler")),
            || ("runtime", text("python3.13")),
        );
        let folder = || ("source_dir", text("code"));
        check(&[], &[]);
        check(&[folder(), handler(), runtime()], &[]);
        check(
            &[("filename", Value::Unknown), ("image_uri", Value::Unknown)],
            &[],
        );
        check(
            &[
                folder(),
                handler(),
                runtime(),
                ("filename", text("code.zip")),
            ],
            &["`filename` conflicts with `source_dir`"],
        );
        check(
            &[
                folder(),
                handler(),
                runtime(),
                ("filename", Value::Unknown),
                ("s3_bucket", text("")),
            ],
            &[],
        );
        check(
            &[folder()],
            &[
                "`handler` is required with `source_dir`",
                "`runtime` is required with `source_dir`",
            ],
        );
        check(
            &[("image_uri", text("uri")), handler()],
            &["`handler` conflicts with `image_uri`"],
        );
        check(
            &[("s3_bucket", text("b")), handler(), runtime()],
            &["`s3_key` is required with `s3_bucket`"],
        );
        check(
            &[
                ("s3_bucket", text("b")),
                ("s3_key", Value::Unknown),
                handler(),
                runtime(),
            ],
            &[],
        );
        check(
            &[("s3_key", text("k"))],
            &["`s3_bucket` is required with `s3_key`"],
        );
        check(
            &[("image_uri", text("uri")), ("package_type", text("Zip"))],
            &["`package_type` cannot be `Zip`"],
        );
        check(&[("package_type", text("Zip"))], &[]);
        let image = || block("command", Value::List(vec![text("run")]));
        check(
            &[folder(), handler(), runtime(), ("image_config", image())],
            &["`image_config` conflicts with `source_dir`"],
        );
    }

    #[test]
    fn settings_go_together() {
        let snap_start = || ("snap_start", block("apply_on", text("PublishedVersions")));
        check(
            &[
                snap_start(),
                ("ephemeral_storage", block("size", 512.into())),
            ],
            &[],
        );
        check(
            &[
                snap_start(),
                ("ephemeral_storage", block("size", 1024.into())),
            ],
            &["`snap_start` conflicts with `ephemeral_storage`"],
        );
        check(
            &[("ephemeral_storage", block("size", 511.into()))],
            &["`size` must be at least 512, got 511"],
        );
        check(
            &[
                ("ephemeral_storage", block("size", 32_768.into())),
                ("timeout", 5_400.into()),
            ],
            &[],
        );
        check(
            &[("timeout", 0.into())],
            &["`timeout` must be at least 1, got 0"],
        );
        check(
            &[("publish_to", text("LATEST_PUBLISHED"))],
            &["`publish_to` requires `publish`"],
        );
        check(
            &[
                ("publish_to", text("LATEST_PUBLISHED")),
                ("publish", Value::Unknown),
            ],
            &[],
        );
        let manual = |arn: Value| {
            let entries = [
                ("update_runtime_on", text("Manual")),
                ("runtime_version_arn", arn),
            ];
            ("runtime_management_config", Value::object(entries))
        };
        check(
            &[manual(Value::Null)],
            &["`runtime_version_arn` is required with `Manual`"],
        );
        check(&[manual(Value::Unknown)], &[]);
        check(&[manual(text("arn"))], &[]);
        check(
            &[("layers", vec!["a"; 6].into())],
            &["`layers` must have at most 5 layers, got 6"],
        );
        check(
            &[("excludes", vec!["{a"].into())],
            &["invalid pattern in `excludes`"],
        );
    }
}
