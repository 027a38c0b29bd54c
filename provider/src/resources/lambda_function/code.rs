//! Source of a function's code, and its hash.

use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sfn_aws::function::{Code, Described};
use tfplugin::model::{Attr, Model};
use tfplugin::{AttributePath, Diagnostic};

use super::{Function, source};

/// Default architecture of a function (API reference, CreateFunction).
const X86_64: &str = "x86_64";
/// Length of a SHA-256 hash in bytes.
const SHA256_BYTES: usize = 32;

/// Code of a function.
#[derive(Debug, Clone, Model)]
pub(super) struct CodeSource {
    /// Path of the folder with the code. The provider creates the zip file. Identical files result
    /// in an identical zip file. Symbolic links are followed. `.git`, `.terraform`, `__pycache__`
    /// and `.DS_Store` are excluded.
    #[tf(optional)]
    pub(super) source_dir: Attr<String>,
    /// Patterns of files in `source_dir` to exclude, in the format of `.gitignore`. A pattern that
    /// begins with `!` includes files that are otherwise excluded.
    #[tf(optional, validate = source::valid_patterns)]
    pub(super) excludes: Attr<Vec<String>>,
    /// Path of the zip file with the code.
    #[tf(optional, conflicts = ["source_dir"])]
    pub(super) filename: Attr<String>,
    /// S3 bucket of the zip file. Requires `s3_key`.
    #[tf(optional, conflicts = ["source_dir", "filename"])]
    pub(super) s3_bucket: Attr<String>,
    /// S3 key of the zip file. Requires `s3_bucket`.
    #[tf(optional)]
    pub(super) s3_key: Attr<String>,
    /// Version of the S3 object.
    #[tf(optional)]
    pub(super) s3_object_version: Attr<String>,
    /// URI of the container image in ECR.
    #[tf(optional, conflicts = ["source_dir", "filename", "s3_bucket"])]
    pub(super) image_uri: Attr<String>,
    /// ARN of the KMS key that encrypts the zip file. Defaults to an AWS owned key.
    #[tf(optional)]
    pub(super) source_kms_key_arn: Attr<String>,
    /// Instruction set architectures: `x86_64` or `arm64`.
    #[tf(optional, computed, default = vec![X86_64])]
    pub(super) architectures: Attr<Vec<String>>,
    /// Any text that changes when the code changes. Defaults to the Base64-encoded SHA-256 hash of
    /// the zip file.
    #[tf(optional, computed)]
    pub(super) source_code_hash: Attr<String>,
}

/// Source of the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// A folder, and patterns of files to exclude.
    Folder {
        path: &'a str,
        excludes: &'a [String],
    },
    /// A zip file.
    File(&'a str),
    /// A zip file in S3.
    S3 {
        bucket: &'a str,
        key: &'a str,
        version: Option<&'a str>,
    },
    /// A container image.
    Image(&'a str),
}

impl Place<'_> {
    /// Name of its attribute.
    pub(super) fn attribute(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "source_dir",
            Self::File(_) => "filename",
            Self::S3 { .. } => "s3_bucket",
            Self::Image(_) => "image_uri",
        }
    }

    /// Path of local code.
    pub(super) fn path(&self) -> Option<&Path> {
        match *self {
            Self::Folder { path, .. } | Self::File(path) => Some(Path::new(path)),
            Self::S3 { .. } | Self::Image(_) => None,
        }
    }

    /// Whether the path does not exist.
    pub(super) fn is_missing(&self) -> bool {
        self.path()
            .is_some_and(|path| matches!(path.try_exists(), Ok(false)))
    }

    /// Reads the code.
    ///
    /// # Errors
    ///
    /// When a file cannot be read. The error names it.
    pub(super) fn code(&self) -> Result<Code, Diagnostic> {
        let code = match *self {
            Self::Folder { path, excludes } => {
                source::zip_folder(Path::new(path), excludes).map(Code::Zip)
            }
            Self::File(path) => source::read(Path::new(path)).map(Code::Zip),
            Self::S3 {
                bucket,
                key,
                version,
            } => Ok(Code::S3 {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
                version: version.map(str::to_owned),
            }),
            Self::Image(uri) => Ok(Code::Image(uri.to_owned())),
        };
        code.map_err(|error| self.unreadable(&error))
    }

    fn unreadable(&self, error: &io::Error) -> Diagnostic {
        let detail = format!(
            "{error}. Relative paths start in the working directory of Terraform. Use `${{path.module}}/…`."
        );
        Diagnostic::error("could not read the code", detail)
            .at(AttributePath::root(self.attribute()))
    }
}

/// Hash and size of a zip file. `None` for code that is not local.
pub(super) fn fingerprint(code: &Code) -> Option<(String, i64)> {
    match code {
        Code::Zip(bytes) => Some((source::hash(bytes), i64::try_from(bytes.len()).ok()?)),
        Code::S3 { .. } | Code::Image(_) => None,
    }
}

impl CodeSource {
    /// Source of the code. Null if the code is deployed elsewhere.
    pub(super) fn place(&self) -> Attr<Place<'_>> {
        if let (Attr::Known(path), false) = (&self.source_dir, self.excludes.is_unknown()) {
            let excludes: &[String] = self.excludes.known().map_or(&[], Vec::as_slice);
            return Attr::Known(Place::Folder { path, excludes });
        }
        if let Attr::Known(path) = &self.filename {
            return Attr::Known(Place::File(path));
        }
        if let Attr::Known(uri) = &self.image_uri {
            return Attr::Known(Place::Image(uri));
        }
        let is_known = !self.s3_object_version.is_unknown();
        if let (Attr::Known(bucket), Attr::Known(key), true) =
            (&self.s3_bucket, &self.s3_key, is_known)
        {
            return Attr::Known(Place::S3 {
                bucket,
                key,
                version: self.s3_object_version.text(),
            });
        }
        let is_elsewhere = self
            .zip_sources()
            .iter()
            .all(|(_, source)| source.is_null())
            && self.image_uri.is_null();
        if is_elsewhere {
            Attr::Null
        } else {
            Attr::Unknown
        }
    }

    fn zip_sources(&self) -> [(&'static str, &Attr<String>); 3] {
        [
            ("source_dir", &self.source_dir),
            ("filename", &self.filename),
            ("s3_bucket", &self.s3_bucket),
        ]
    }

    /// Attribute of a zip file, if one is known to be set.
    pub(super) fn zip_source(&self) -> Option<&'static str> {
        self.zip_sources()
            .into_iter()
            .find(|(_, source)| source.known().is_some())
            .map(|(name, _)| name)
    }

    /// Package type. Null without any code.
    pub(super) fn package_type(&self) -> Attr<&'static str> {
        let zips = self.zip_sources();
        let may_be_zip = zips.iter().any(|(_, source)| !source.is_null());
        match &self.image_uri {
            Attr::Known(_) => Attr::Known("Image"),
            _ if self.zip_source().is_some() => Attr::Known("Zip"),
            Attr::Null if may_be_zip => Attr::Known("Zip"),
            Attr::Null => Attr::Null,
            Attr::Unknown if may_be_zip => Attr::Unknown,
            Attr::Unknown => Attr::Known("Image"),
        }
    }

    /// Architectures, or the default if none are set.
    pub(super) fn architectures(&self) -> Vec<String> {
        self.architectures
            .known()
            .cloned()
            .unwrap_or_else(|| vec![X86_64.to_owned()])
    }

    /// ARN of the KMS key that encrypts the zip file.
    pub(super) fn source_kms_key_arn(&self) -> Option<&str> {
        self.source_kms_key_arn.text()
    }

    /// Name of an attribute that differs, but cannot change without the code.
    pub(super) fn changed_without_code(&self, prior: &Self) -> Option<&'static str> {
        let architectures =
            !self.architectures.is_unknown() && self.architectures() != prior.architectures();
        let key = !self.source_kms_key_arn.is_unknown()
            && self.source_kms_key_arn != prior.source_kms_key_arn;
        match (architectures, key) {
            (true, _) => Some("architectures"),
            (false, true) => Some("source_kms_key_arn"),
            (false, false) => None,
        }
    }

    /// Whether the code must be deployed. Another local path to the same code is not a change.
    fn changes(&self, prior: &Self) -> bool {
        let place = self.place();
        let is_remote = place.known().is_some_and(|place| place.path().is_none());
        self.source_code_hash != prior.source_code_hash
            || self.architectures.is_unknown()
            || self.architectures() != prior.architectures()
            || self.source_kms_key_arn != prior.source_kms_key_arn
            || (is_remote && place != prior.place())
    }

    /// The code of the function in AWS. With `is_unchanged`, the function is as this state left it.
    pub(super) fn observed(
        &self,
        found: &Described,
        is_unchanged: bool,
        is_imported: bool,
    ) -> Self {
        let is_managed = is_imported || !self.place().is_null();
        let architectures = Some(&found.architectures)
            .filter(|names| !names.is_empty())
            .cloned();
        let (image_uri, key) = (found.image_uri.clone(), found.source_kms_key_arn.clone());
        Self {
            architectures: architectures.map_or_else(|| self.architectures.clone(), Attr::Known),
            image_uri: image_uri
                .filter(|_| is_managed)
                .map_or_else(|| self.image_uri.clone(), Attr::Known),
            source_kms_key_arn: if is_managed {
                key.into()
            } else {
                self.source_kms_key_arn.clone()
            },
            source_code_hash: self.observed_hash(found, is_unchanged),
            ..self.clone()
        }
    }

    /// Keeps a hash that the user set, because AWS does not know it. It differs from the hash of
    /// the code in its form, or in that the function has not changed.
    fn observed_hash(&self, found: &Described, is_unchanged: bool) -> Attr<String> {
        match (&found.code_sha256, self.source_code_hash.text()) {
            (None, _) => self.source_code_hash.clone(),
            (Some(_), Some(before)) if is_unchanged || !is_sha256(before) => before.into(),
            (Some(hash), _) => hash.as_str().into(),
        }
    }
}

/// Whether a text has the form of a Base64-encoded SHA-256 hash.
fn is_sha256(text: &str) -> bool {
    STANDARD
        .decode(text)
        .is_ok_and(|bytes| bytes.len() == SHA256_BYTES)
}

/// Error for the creation of a function without code.
pub(super) fn missing() -> Diagnostic {
    let summary =
        "`source_dir`, `filename`, `s3_bucket` or `image_uri` is required to create a function";
    let detail =
        "Set one of them. A function whose code is deployed elsewhere must exist. Import it.";
    Diagnostic::error(summary, detail)
}

impl Function {
    /// Whether the code must be deployed.
    pub(super) fn changes_code(&self, prior: &Self) -> bool {
        !self.code.place().is_null() && self.code.changes(&prior.code)
    }

    /// Reads the code, and returns the hash of a zip file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is not the planned code.
    pub(super) fn code_as_planned(&self) -> Result<(Code, Option<String>), Diagnostic> {
        let place = self.code.place().into_known().ok_or_else(missing)?;
        let code = place.code()?;
        let found = fingerprint(&code).map(|(hash, _)| hash);
        // The plan only knows the size of code that it has read. A hash that the user set cannot be
        // compared.
        let planned = self
            .code
            .source_code_hash
            .text()
            .filter(|_| self.source_code_size.known().is_some());
        if let (Some(planned), Some(found)) = (planned, &found)
            && planned != found
        {
            let summary = format!("the code of `{}` has changed after the plan", self.name());
            let detail = format!(
                "Planned SHA-256 `{planned}`, found `{found}`. Run `terraform plan` again."
            );
            return Err(
                Diagnostic::error(summary, detail).at(AttributePath::root(place.attribute()))
            );
        }
        Ok((code, found))
    }
}

#[cfg(test)]
mod tests {
    use tfplugin::Value;

    use super::*;

    fn source(entries: &[(&str, Value)]) -> CodeSource {
        CodeSource::from_value(&Value::object(
            entries.iter().map(|(name, value)| (*name, value.clone())),
        ))
    }

    /// The attribute of the code's source, and the package type, for these arguments.
    fn check(
        entries: &[(&str, Value)],
        place: Attr<&'static str>,
        package_type: Attr<&'static str>,
    ) {
        let source = source(entries);
        assert_eq!(
            source.place().map(|place| place.attribute()),
            place,
            "{entries:?}"
        );
        assert_eq!(source.package_type(), package_type, "{entries:?}");
    }

    #[test]
    fn code_comes_from_one_place() {
        let (zip, image) = (Attr::Known("Zip"), Attr::Known("Image"));
        let (unknown, text) = (|| Value::Unknown, |text: &str| Value::from(text));
        let elsewhere = Attr::Null;
        check(&[], elsewhere, Attr::Null);
        check(
            &[("source_dir", text("")), ("image_uri", text(""))],
            elsewhere,
            Attr::Null,
        );
        check(
            &[("source_dir", text("code"))],
            Attr::Known("source_dir"),
            zip,
        );
        check(
            &[("source_dir", text("code")), ("filename", unknown())],
            Attr::Known("source_dir"),
            zip,
        );
        check(
            &[("source_dir", text("code")), ("excludes", unknown())],
            Attr::Unknown,
            zip,
        );
        check(
            &[("filename", text("code.zip")), ("image_uri", unknown())],
            Attr::Known("filename"),
            zip,
        );
        check(
            &[("s3_bucket", text("b")), ("s3_key", text("k"))],
            Attr::Known("s3_bucket"),
            zip,
        );
        check(
            &[("s3_bucket", text("b")), ("s3_key", unknown())],
            Attr::Unknown,
            zip,
        );
        check(
            &[("image_uri", text("uri"))],
            Attr::Known("image_uri"),
            image,
        );
        check(&[("source_dir", unknown())], Attr::Unknown, zip);
        check(&[("image_uri", unknown())], Attr::Unknown, image);
        check(
            &[("source_dir", unknown()), ("image_uri", unknown())],
            Attr::Unknown,
            Attr::Unknown,
        );
    }

    /// Whether this code is deployed if the state has the code of `prior`.
    fn check_change(prior: &[(&str, Value)], planned: &[(&str, Value)], is_change: bool) {
        let (prior, planned) = (source(prior), source(planned));
        assert_eq!(
            planned.changes(&prior),
            is_change,
            "{prior:?} to {planned:?}"
        );
    }

    #[test]
    fn code_is_deployed_where_it_is_other_code() {
        let hash = |hash: &str| ("source_code_hash", Value::from(hash));
        let at = |name: &'static str, path: &str| (name, Value::from(path));
        let architectures = |names: Vec<&str>| ("architectures", Value::from(names));
        check_change(
            &[at("source_dir", "a"), hash("1")],
            &[at("source_dir", "b"), hash("1")],
            false,
        );
        check_change(
            &[at("source_dir", "a"), hash("1")],
            &[at("source_dir", "a"), hash("2")],
            true,
        );
        check_change(
            &[at("source_dir", "a"), hash("1")],
            &[at("filename", "b"), hash("1")],
            false,
        );
        check_change(&[hash("1")], &[at("filename", "b"), hash("1")], false);
        check_change(
            &[at("image_uri", "a"), hash("1")],
            &[at("image_uri", "b"), hash("1")],
            true,
        );
        let s3 = |key: &str| [at("s3_bucket", "b"), at("s3_key", key), hash("commit")];
        check_change(&s3("k"), &s3("k"), false);
        check_change(&s3("k"), &s3("l"), true);
        let arm = || architectures(vec!["arm64"]);
        check_change(
            &[architectures(vec![]), hash("1")],
            &[architectures(vec!["x86_64"]), hash("1")],
            false,
        );
        check_change(
            &[architectures(vec!["x86_64"]), hash("1")],
            &[arm(), hash("1")],
            true,
        );
    }

    /// The hash in the state for code in AWS, if the state had `before`.
    fn check_hash(before: &str, found: Option<&str>, is_unchanged: bool, expected: &str) {
        let found = Described {
            code_sha256: found.map(str::to_owned),
            ..Described::default()
        };
        let observed =
            source(&[("source_code_hash", before.into())]).observed(&found, is_unchanged, false);
        assert_eq!(observed.source_code_hash.text(), Some(expected), "{before}");
    }

    #[test]
    fn a_hash_of_the_user_stays() {
        let (first, second) = (source::hash(b"1"), source::hash(b"2"));
        check_hash(&first, Some(&first), true, &first);
        // Another tool has deployed other code.
        check_hash(&first, Some(&second), false, &second);
        // The hash of other content, and a text that is not a hash.
        check_hash(&first, Some(&second), true, &first);
        check_hash("commit-1", Some(&second), false, "commit-1");
        check_hash(&first, None, false, &first);
        check_hash("", Some(&second), true, &second);
    }

    #[test]
    fn other_code_than_planned_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("code.zip");
        std::fs::write(&file, b"1").unwrap();
        let (first, second) = (source::hash(b"1"), source::hash(b"2"));
        let function = |hash: &str, size: Value| {
            Function::from_value(&Value::object([
                ("function_name", "f".into()),
                ("filename", file.to_str().unwrap().into()),
                ("source_code_hash", hash.into()),
                ("source_code_size", size),
            ]))
        };
        assert_eq!(
            function(&first, 1.into())
                .code_as_planned()
                .map(|(_, hash)| hash),
            Ok(Some(first.clone()))
        );
        let refused = function(&second, 1.into())
            .code_as_planned()
            .map(drop)
            .unwrap_err();
        assert_eq!(
            refused.summary,
            "the code of `f` has changed after the plan"
        );
        assert!(
            refused.detail.contains(&first) && refused.detail.contains(&second),
            "{}",
            refused.detail
        );
        // A hash of other content that the user set.
        assert!(function(&second, Value::Unknown).code_as_planned().is_ok());
        std::fs::remove_file(&file).unwrap();
        let refused = function(&first, 1.into())
            .code_as_planned()
            .map(drop)
            .unwrap_err();
        assert!(refused.detail.contains("code.zip"), "{}", refused.detail);
    }
}
