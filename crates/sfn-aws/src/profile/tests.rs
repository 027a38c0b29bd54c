//! Profiles of users, and the reported errors.

use std::time::Duration;

use aws_runtime::env_config::file::EnvConfigFileKind;
use aws_sdk_sso::types::error::UnauthorizedException;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::loopback::{CALLER, answer, authority, respond, response, server};
use crate::{AssumeRole, Aws, Call, Identity, Session, Settings, WebIdentity};

/// Profiles without their own credentials.
const CONFIG: &str = "
[profile sso]
sso_session = sfn-test
sso_account_id = 123456789012
sso_role_name = dev

[sso-session sfn-test]
sso_region = eu-west-1
sso_start_url = https://sfn-test.awsapps.com/start

[profile old-sso]
sso_start_url = https://sfn-test-old.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 123456789012
sso_role_name = dev

[profile role]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = sso

[profile lost-session]
sso_session = lost
sso_account_id = 123456789012
sso_role_name = dev

[profile process]
credential_process = /bin/false

[profile loud-process]
credential_process = sh -c 'echo no ticket >&2; exit 3'

[profile bad-process]
credential_process = /bin/echo not-json

[profile chain]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = nothing

[profile one]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = two

[profile two]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = one

[profile token]
role_arn = arn:aws:iam::123456789012:role/x
web_identity_token_file = /nowhere/token
";

/// Settings with only these shared configuration files.
fn settings(config: &str) -> (TempDir, Settings) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        vec![path.display().to_string()]
    };
    let settings = Settings {
        region: Some("eu-west-1".into()),
        shared_config_files: write("config", config),
        shared_credentials_files: write("credentials", ""),
        http_proxy: Some("http://127.0.0.1:9".into()),
        no_proxy: Some("127.0.0.0/8,*".into()),
        custom_ca_bundle: Some(authority(folder.path()).display().to_string()),
        ..Settings::default()
    };
    (folder, settings)
}

async fn ask(settings: Settings) -> Result<Identity, AwsError> {
    let aws = Aws::new(settings);
    aws.identity(&Call::new(
        Duration::from_secs(30),
        CancellationToken::new(),
    ))
    .await
    .cloned()
}

async fn check(profile: &str, message: &str) {
    let (_folder, settings) = settings(CONFIG);
    let error = ask(Settings {
        profile: Some(profile.into()),
        ..settings
    })
    .await
    .unwrap_err();
    assert_eq!(error.to_string(), message);
    assert_eq!(error.kind, AwsErrorKind::Credentials, "{message}");
}

#[tokio::test]
async fn a_profile_without_credentials_is_one_sentence() {
    let missing = |what: &str| {
        format!(
            "configuration: {what} does not exist in the shared configuration files: `aws configure list-profiles` lists \
             the existing ones"
        )
    };
    let login = |profile: &str| {
        format!(
            "GetCallerIdentity: the SSO session of profile `{profile}` has expired or there is none: run `aws sso login \
             --profile {profile}`"
        )
    };
    check("sso", &login("sso")).await;
    check("old-sso", &login("old-sso")).await;
    check("role", &login("sso")).await;
    check("nothing", &missing("the profile `nothing`")).await;
    check(
        "chain",
        &missing("the source profile `nothing` of the profile `chain`"),
    )
    .await;
    for (profile, message) in [
        (
            "lost-session",
            "GetCallerIdentity: the credentials cannot be loaded: sso-session named `lost` (referenced by profile \
             `lost-session`) was not found",
        ),
        (
            "process",
            "GetCallerIdentity: `credential_process` of the profile `process` failed: external process exited with \
             status 1",
        ),
        (
            "loud-process",
            "GetCallerIdentity: `credential_process` of the profile `loud-process` failed: external process exited with \
             status 3. Stderr: no ticket",
        ),
        (
            "one",
            "configuration: the profiles `one`, `two` refer to each other by `source_profile`",
        ),
        (
            "token",
            "GetCallerIdentity: the token file `/nowhere/token` cannot be read: No such file or directory (os error 2)",
        ),
    ] {
        check(profile, message).await;
    }
}

#[tokio::test]
async fn an_invalid_profile_is_named_each_time() {
    let (_folder, settings) = settings(CONFIG);
    let aws = Aws::new(Settings {
        profile: Some("lost-session".into()),
        ..settings
    });
    for _ in 0..3 {
        let call = Call::new(Duration::from_secs(30), CancellationToken::new());
        let error = aws.identity(&call).await.unwrap_err().to_string();
        assert!(error.contains("sso-session named `lost`"), "{error}");
    }
}

#[tokio::test]
async fn a_program_without_credentials_is_named() {
    let (_folder, settings) = settings(CONFIG);
    let error = ask(Settings {
        profile: Some("bad-process".into()),
        ..settings
    })
    .await
    .unwrap_err()
    .to_string();
    let start = "GetCallerIdentity: `credential_process` of the profile `bad-process` failed: could not parse response: \
                 invalid JSON";
    assert!(error.starts_with(start) && !error.contains('\n'), "{error}");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named() {
    let (_folder, settings) = settings("");
    let settings = Settings {
        profile: Some("x".into()),
        shared_config_files: vec!["/nowhere/config".into()],
        ..settings
    };
    assert_eq!(
        ask(settings).await.unwrap_err().to_string(),
        "configuration: the shared configuration files cannot be read: could not read file `/nowhere/config`: No such \
         file or directory (os error 2)"
    );
}

/// Profiles of these shared configuration files.
async fn profiles(config: &str, selected: &str) -> Profiles {
    let (_folder, settings) = settings(config);
    let path = settings.shared_config_files.concat();
    let files = EnvConfigFiles::builder()
        .with_file(EnvConfigFileKind::Config, path)
        .build();
    load(files, Some(selected.to_owned())).await
}

fn refused<E>(error: E) -> CredentialsError
where
    E: std::error::Error + Send + Sync + 'static,
{
    let response = HttpResponse::new(403.try_into().unwrap(), SdkBody::from("{}"));
    CredentialsError::provider_error(CredentialsError::provider_error(SdkError::service_error(
        error, response,
    )))
}

#[tokio::test]
async fn a_failure_of_the_sdk_is_one_sentence() {
    let profiles = profiles(CONFIG, "role").await;
    let denied = || {
        ErrorMetadata::builder()
            .code("AccessDenied")
            .message("not you")
            .build()
    };
    let unauthorized = UnauthorizedException::builder()
        .message("Session token not found or invalid")
        .build();
    let unreachable = AwsError::of(
        AwsErrorKind::Unreachable,
        "connect",
        "cannot resolve host `sts`",
    );
    for (error, kind, message) in [
        (
            CredentialsError::not_loaded("nothing"),
            AwsErrorKind::Credentials,
            "the profile `sso` lacks `sso_account_id` and `sso_role_name`",
        ),
        (
            refused(GetRoleCredentialsError::UnauthorizedException(unauthorized)),
            AwsErrorKind::Credentials,
            "the SSO session of profile `sso` has expired or there is none: run `aws sso login --profile sso`",
        ),
        (
            refused(GetRoleCredentialsError::generic(denied())),
            AwsErrorKind::Credentials,
            "the SSO role of the profile `sso` cannot be used: AccessDenied: not you",
        ),
        (
            refused(AssumeRoleError::generic(denied())),
            AwsErrorKind::Credentials,
            "the role `arn:aws:iam::123456789012:role/x` of the profile `role` cannot be assumed: AccessDenied: not you",
        ),
        (
            refused(AssumeRoleWithWebIdentityError::generic(denied())),
            AwsErrorKind::Credentials,
            "the role `arn:aws:iam::123456789012:role/x` of the profile `role` cannot be assumed: AccessDenied: not you",
        ),
        (
            CredentialsError::provider_error(unreachable),
            AwsErrorKind::Unreachable,
            "cannot resolve host `sts`",
        ),
    ] {
        let error = explain(&error, &profiles);
        assert_eq!((error.message.as_str(), error.kind), (message, kind));
    }
}

#[test]
fn without_a_profile_the_sources_are_named() {
    let profiles = Ok(ProfileSet::default());
    let status = "Non-success status from HTTP credential provider: StatusCode(403)";
    for (error, message) in [
        (
            CredentialsError::not_loaded("nothing"),
            "no credentials were found. Configure credentials in the provider block, in the environment \
             (AWS_ACCESS_KEY_ID or AWS_PROFILE) or in the shared configuration files.",
        ),
        (
            CredentialsError::provider_error(status),
            "the credentials cannot be loaded: Non-success status from HTTP credential provider: HTTP 403",
        ),
        (
            CredentialsError::invalid_configuration("Incorrect IMDS/IAM configuration"),
            "the credentials cannot be loaded: Incorrect IMDS/IAM configuration",
        ),
    ] {
        assert_eq!(explain(&error, &profiles).message, message);
    }
}

fn role(arn: &str) -> AssumeRole {
    AssumeRole {
        session: Session {
            role_arn: arn.into(),
            ..Session::default()
        },
        ..AssumeRole::default()
    }
}

/// Settings with keys and an STS endpoint.
fn with_keys(settings: Settings, port: u16) -> Settings {
    Settings {
        access_key: Some("key".into()),
        secret_key: Some("secret".into()),
        endpoints: [("sts".to_owned(), format!("http://127.0.0.1:{port}"))].into(),
        ..settings
    }
}

#[tokio::test]
async fn a_refused_role_is_named() {
    let body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not you</Message></Error>\
                </ErrorResponse>";
    let refusal = response("403 Forbidden", "text/xml", body);
    let port = server(move |stream| {
        let refusal = refusal.clone();
        async move { answer(stream, &refusal).await }
    })
    .await;
    let arn = "arn:aws:iam::123456789012:role/deployer";
    let (_folder, settings) = settings("");
    let assume_role = vec![role(arn)];
    let error = ask(Settings {
        assume_role,
        ..with_keys(settings.clone(), port)
    })
    .await
    .unwrap_err();
    let message =
        format!("GetCallerIdentity: the role `{arn}` cannot be assumed: AccessDenied: not you");
    assert_eq!(
        (error.to_string(), error.kind),
        (message, AwsErrorKind::Credentials)
    );
    // A token that cannot be read.
    let session = Session {
        role_arn: arn.into(),
        ..Session::default()
    };
    let web_identity = WebIdentity {
        session,
        token_file: Some("/nowhere/token".into()),
        ..WebIdentity::default()
    };
    let assume_role_with_web_identity = Some(web_identity);
    let error = ask(Settings {
        assume_role_with_web_identity,
        ..with_keys(settings, port)
    })
    .await
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "GetCallerIdentity: the role `{arn}` cannot be assumed: the token file `/nowhere/token` cannot be read: No \
             such file or directory (os error 2)"
        )
    );
}

#[tokio::test]
async fn a_role_without_an_arn_is_not_assumed() {
    let port = server(|stream| {
        respond(stream, |request| {
            match request.contains("Action=GetCallerIdentity") {
                true => response("200 OK", "text/xml", CALLER),
                false => response("400 Bad Request", "text/plain", "no other call is expected"),
            }
        })
    })
    .await;
    let (_folder, settings) = settings("");
    let settings = Settings {
        assume_role: vec![role("")],
        assume_role_with_web_identity: Some(WebIdentity::default()),
        ..with_keys(settings, port)
    };
    assert_eq!(
        ask(settings).await.unwrap().account.as_deref(),
        Some("123456789012")
    );
}
