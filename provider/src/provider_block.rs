//! The provider block: its model, checks and settings.

use std::collections::{BTreeMap, BTreeSet};

use sfn_aws::{AssumeRole, Identity, Session, Settings, Tags, WebIdentity};
use tfplugin::model::{Attr, Model};
use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting, Schema};
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Type, Value};

use crate::session::Access;
use crate::shared::checks::ChecksBlock;
use crate::shared::{region, timeouts};

/// Services with a configurable endpoint, and their other names in `provider "aws"`.
const SERVICES: [(&str, &[&str]); 9] = [
    ("sfn", &["stepfunctions"]),
    ("cloudwatch", &[]),
    ("dynamodb", &[]),
    ("iam", &[]),
    ("lambda", &[]),
    ("logs", &["cloudwatchlogs", "cloudwatchlog"]),
    ("sns", &[]),
    ("sqs", &[]),
    ("sts", &[]),
];

/// The provider `sfn` manages AWS Step Functions workflows as typed blocks, which are checked
/// before they are deployed. The arguments are those of `provider "aws"`.
#[derive(Debug, Clone, Model)]
pub struct ProviderBlock {
    /// AWS region. Can also be set with the `AWS_REGION` or `AWS_DEFAULT_REGION` environment
    /// variable, or in the profile.
    #[tf(optional)]
    pub region: Attr<String>,
    /// Profile in the shared configuration files. Can also be set with the `AWS_PROFILE`
    /// environment variable.
    #[tf(optional)]
    pub profile: Attr<String>,
    /// AWS access key ID. Can also be set with the `AWS_ACCESS_KEY_ID` environment variable.
    #[tf(optional)]
    pub access_key: Attr<String>,
    /// AWS secret access key. Can also be set with the `AWS_SECRET_ACCESS_KEY` environment variable.
    #[tf(optional, sensitive)]
    pub secret_key: Attr<String>,
    /// AWS session token. Can also be set with the `AWS_SESSION_TOKEN` environment variable.
    #[tf(optional, sensitive)]
    pub token: Attr<String>,
    /// Paths of shared configuration files. Can also be set with the `AWS_CONFIG_FILE` environment variable.
    #[tf(optional)]
    pub shared_config_files: Attr<Vec<String>>,
    /// Paths of shared credentials files. Can also be set with the `AWS_SHARED_CREDENTIALS_FILE` environment variable.
    #[tf(optional)]
    pub shared_credentials_files: Attr<Vec<String>>,
    /// Maximum number of attempts for an API call. Can also be set with the `AWS_MAX_ATTEMPTS`
    /// environment variable.
    #[tf(optional, absent = 25, at_least = 0)]
    pub max_retries: Attr<i64>,
    /// Retry mode of API calls. Can also be set with the `AWS_RETRY_MODE` environment variable.
    #[tf(optional, absent = "standard", one_of = ["standard", "adaptive"])]
    pub retry_mode: Attr<String>,
    /// Whether to use FIPS endpoints. Can also be set with the `AWS_USE_FIPS_ENDPOINT` environment
    /// variable.
    #[tf(optional)]
    pub use_fips_endpoint: Attr<bool>,
    /// Whether to use dual-stack endpoints, which support IPv6. Can also be set with the
    /// `AWS_USE_DUALSTACK_ENDPOINT` environment variable.
    #[tf(optional)]
    pub use_dualstack_endpoint: Attr<bool>,
    /// Region of STS. Defaults to the region of the provider.
    #[tf(optional)]
    pub sts_region: Attr<String>,
    /// URL of a proxy for all API calls. Can also be set with the `HTTP_PROXY` and `HTTPS_PROXY`
    /// environment variables.
    #[tf(optional)]
    pub http_proxy: Attr<String>,
    /// URL of a proxy for API calls with HTTPS, which include all calls to AWS.
    #[tf(optional)]
    pub https_proxy: Attr<String>,
    /// Comma-separated list of hosts to call without a proxy. Can also be set with the `NO_PROXY`
    /// environment variable.
    #[tf(optional)]
    pub no_proxy: Attr<String>,
    /// File with certificate authorities in PEM format. No others are trusted. Can also be set with
    /// the `AWS_CA_BUNDLE` environment variable.
    #[tf(optional)]
    pub custom_ca_bundle: Attr<String>,
    /// Products to add to the user agent, in the format `product/version`. Can also be set with the
    /// `TF_APPEND_USER_AGENT` environment variable.
    #[tf(optional)]
    pub user_agent: Attr<Vec<String>>,
    /// AWS account IDs to allow. All other accounts are rejected.
    #[tf(optional, conflicts = ["forbidden_account_ids"])]
    pub allowed_account_ids: Attr<BTreeSet<String>>,
    /// AWS account IDs to reject.
    #[tf(optional)]
    pub forbidden_account_ids: Attr<BTreeSet<String>>,
    /// Whether to continue if the credentials cannot be validated.
    #[tf(optional)]
    pub skip_credentials_validation: Attr<bool>,
    /// Whether to skip requesting the account ID. Use it with endpoints that do not support STS.
    #[tf(optional)]
    pub skip_requesting_account_id: Attr<bool>,
    /// Whether to accept regions that this version of the provider does not list.
    #[tf(optional)]
    pub skip_region_validation: Attr<bool>,
    /// Whether to work without AWS. A plan makes no calls and requires no credentials: it does not refresh
    /// objects, and makes no checks of AWS. ARNs of new objects have the account in `allowed_account_ids`, which
    /// defaults to `000000000000`, and the region, which defaults to `us-east-1`. An apply fails, and so does a data
    /// source that reads from AWS. Use it in `terraform test` with `command = plan`.
    #[tf(optional)]
    pub offline: Attr<bool>,
    /// URL of the EC2 metadata service. Can also be set with the
    /// `AWS_EC2_METADATA_SERVICE_ENDPOINT` environment variable.
    #[tf(optional)]
    pub ec2_metadata_service_endpoint: Attr<String>,
    /// Protocol of the EC2 metadata service. Can also be set with the
    /// `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE` environment variable.
    #[tf(optional, one_of = ["IPv4", "IPv6"])]
    pub ec2_metadata_service_endpoint_mode: Attr<String>,
    #[tf(flatten)]
    ignored: Ignored,
    /// IAM role to assume. With several blocks, each role is assumed with the credentials of the
    /// previous one.
    #[tf(block)]
    pub assume_role: Attr<Vec<AssumeRoleBlock>>,
    /// IAM role to assume with a web identity token, such as the token of a CI pipeline. Requires
    /// no other credentials.
    #[tf(block, max = 1)]
    pub assume_role_with_web_identity: Attr<Vec<WebIdentityBlock>>,
    /// Checks of workflows. The guide "Checks" lists all rules.
    #[tf(block, max = 1)]
    pub checks: Attr<Vec<ChecksBlock>>,
    /// Tags for all objects that the provider creates.
    #[tf(block, max = 1)]
    pub default_tags: Attr<Vec<DefaultTags>>,
    /// Tags that are managed elsewhere. The provider neither shows nor removes them.
    #[tf(block, max = 1)]
    pub ignore_tags: Attr<Vec<IgnoreTags>>,
    #[tf(flatten)]
    endpoints: Endpoints,
}

/// Arguments of `provider "aws"` that have no effect here.
#[derive(Debug, Clone, Model)]
struct Ignored {
    /// Accepted for compatibility with the `aws` provider; has no effect.
    #[tf(optional, deprecated = "It has no effect in this provider. Remove it.")]
    insecure: Attr<bool>,
    /// Accepted for compatibility with the `aws` provider; has no effect.
    #[tf(optional, deprecated = "It has no effect in this provider. Remove it.")]
    s3_us_east_1_regional_endpoint: Attr<String>,
    /// Accepted for compatibility with the `aws` provider; has no effect.
    #[tf(optional, deprecated = "It has no effect in this provider. Remove it.")]
    s3_use_path_style: Attr<bool>,
    /// Accepted for compatibility with the `aws` provider; has no effect.
    #[tf(optional, deprecated = "It has no effect in this provider. Remove it.")]
    skip_metadata_api_check: Attr<String>,
    /// Accepted for compatibility with the `aws` provider; has no effect.
    #[tf(optional, deprecated = "It has no effect in this provider. Remove it.")]
    tag_policy_compliance: Attr<String>,
    /// Accepted for compatibility with the `aws` provider; has no effect.
    #[tf(optional, deprecated = "It has no effect in this provider. Remove it.")]
    token_bucket_rate_limiter_capacity: Attr<String>,
}

/// A role to assume.
#[derive(Debug, Clone, Model)]
pub struct AssumeRoleBlock {
    /// ARN of the role. No role is assumed if it is null or empty.
    #[tf(optional)]
    role_arn: Attr<String>,
    /// External ID that the trust policy of the role requires.
    #[tf(optional)]
    external_id: Attr<String>,
    /// Source identity of the session.
    #[tf(optional)]
    source_identity: Attr<String>,
    /// Tags of the session.
    #[tf(optional)]
    tags: Attr<BTreeMap<String, String>>,
    /// Keys of session tags that are passed on to subsequent roles.
    #[tf(optional)]
    transitive_tag_keys: Attr<BTreeSet<String>>,
    #[tf(flatten)]
    session: SessionArguments,
}

/// A role to assume with a web identity token.
#[derive(Debug, Clone, Model)]
pub struct WebIdentityBlock {
    /// ARN of the role. Can also be set with the `AWS_ROLE_ARN` environment variable.
    #[tf(optional)]
    role_arn: Attr<String>,
    /// Web identity token. Can also be set with the `TF_AWS_WEB_IDENTITY_TOKEN` environment
    /// variable.
    #[tf(optional, sensitive)]
    web_identity_token: Attr<String>,
    /// File with the web identity token. Can also be set with the `AWS_WEB_IDENTITY_TOKEN_FILE`
    /// environment variable.
    #[tf(optional, conflicts = ["web_identity_token"])]
    web_identity_token_file: Attr<String>,
    #[tf(flatten)]
    session: SessionArguments,
}

/// Arguments of both kinds of roles.
#[derive(Debug, Clone, Model)]
struct SessionArguments {
    /// Name of the session.
    #[tf(optional)]
    session_name: Attr<String>,
    /// Duration of the session, such as `1h`.
    #[tf(optional, validate = timeouts::duration)]
    duration: Attr<String>,
    /// IAM policy in JSON that restricts the session.
    #[tf(optional)]
    policy: Attr<String>,
    /// ARNs of managed policies that restrict the session.
    #[tf(optional)]
    policy_arns: Attr<BTreeSet<String>>,
}

/// Tags for all objects.
#[derive(Debug, Clone, Model)]
pub struct DefaultTags {
    /// Tags by key. Can also be set with `TF_AWS_DEFAULT_TAGS_KEY` environment variables.
    #[tf(optional)]
    pub tags: Attr<BTreeMap<String, String>>,
}

/// Tags that are managed elsewhere.
#[derive(Debug, Clone, Model)]
pub struct IgnoreTags {
    /// Keys of the tags. Can also be set with the `TF_AWS_IGNORE_TAGS_KEYS` environment variable,
    /// separated by commas.
    #[tf(optional)]
    pub keys: Attr<BTreeSet<String>>,
    /// Prefixes of the keys. Can also be set with the `TF_AWS_IGNORE_TAGS_KEY_PREFIXES` environment
    /// variable, separated by commas.
    #[tf(optional)]
    pub key_prefixes: Attr<BTreeSet<String>>,
}

/// Endpoints of services, by the names in [`SERVICES`].
#[derive(Debug, Clone)]
struct Endpoints(BTreeMap<String, String>);

impl Model for Endpoints {
    fn block() -> Block {
        let names = SERVICES
            .iter()
            .flat_map(|(name, others)| [*name].into_iter().chain(others.iter().copied()));
        let attribute = |name: &str| {
            Attribute::optional(
                name,
                Type::String,
                format!("Endpoint URL of the service `{name}`."),
            )
        };
        let inner = Block {
            attributes: names.map(attribute).collect(),
            description:
                "Endpoint URLs of services, instead of those of AWS. Can also be set with the `AWS_ENDPOINT_URL` and \
                          `AWS_ENDPOINT_URL_SFN` environment variables."
                    .into(),
            ..Block::default()
        };
        Block {
            blocks: vec![NestedBlock::new("endpoints", Nesting::Set, inner)],
            ..Block::default()
        }
    }

    fn from_value(value: &Value) -> Self {
        let mut endpoints = BTreeMap::new();
        for block in value.get("endpoints").as_list().unwrap_or(&[]) {
            for (name, others) in SERVICES {
                let address = [name]
                    .iter()
                    .chain(others)
                    .find_map(|name| block.get(name).as_str());
                if let Some(address) = address.filter(|address| !address.is_empty()) {
                    endpoints.insert(name.to_owned(), address.to_owned());
                }
            }
        }
        Self(endpoints)
    }

    fn to_value(&self) -> Value {
        let entries = self
            .0
            .iter()
            .map(|(name, address)| (name.clone(), Value::from(address.as_str())));
        Value::object([("endpoints", Value::List(vec![Value::object(entries)]))])
    }
}

/// Schema of the provider block.
pub fn schema() -> Schema {
    Schema {
        version: 0,
        block: ProviderBlock::block(),
    }
}

/// The only element of a block that can occur once.
pub fn single<T>(blocks: &Attr<Vec<T>>) -> Option<&T> {
    blocks.known().and_then(|blocks| blocks.first())
}

impl ProviderBlock {
    /// Checks the block.
    pub fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = ProviderBlock::block().check(config);
        diagnostics.extend(self.validate_keys());
        diagnostics.extend(self.validate_accounts());
        if let Some(checks) = single(&self.checks) {
            diagnostics.extend(checks.validate(&AttributePath::root("checks").index(0)));
        }
        let problem = self
            .region
            .text()
            .and_then(|region| region::problem(region, self.skips_region_validation()));
        diagnostics.extend(problem.map(|problem| problem.at(AttributePath::root("region"))));
        if let Some(role) = single(&self.assume_role_with_web_identity) {
            diagnostics.extend(role.validate());
        }
        diagnostics
    }

    fn validate_keys(&self) -> Option<Diagnostic> {
        let (there, missing) = match (&self.access_key, &self.secret_key) {
            (Attr::Known(_), Attr::Null) => ("access_key", "secret_key"),
            (Attr::Null, Attr::Known(_)) => ("secret_key", "access_key"),
            _ => return None,
        };
        let detail = format!(
            "Set `{missing}` as well, or remove `{there}` to use the environment or the profile."
        );
        Some(
            Diagnostic::error(format!("`{there}` requires `{missing}`"), detail)
                .at(AttributePath::root(there)),
        )
    }

    fn validate_accounts(&self) -> Option<Diagnostic> {
        let name = if self.allowed_account_ids.known().is_some() {
            "allowed_account_ids"
        } else {
            "forbidden_account_ids"
        };
        let skips = self.skip_requesting_account_id == Attr::Known(true);
        (skips && self.restricts_accounts()).then(|| {
            let detail = "The account ID must be requested to compare it. Remove `skip_requesting_account_id`.";
            let message = format!("`{name}` conflicts with `skip_requesting_account_id`");
            Diagnostic::error(message, detail).at(AttributePath::root(name))
        })
    }

    /// Whether accounts are restricted.
    pub fn restricts_accounts(&self) -> bool {
        self.allowed_account_ids.known().is_some() || self.forbidden_account_ids.known().is_some()
    }

    /// Whether to accept regions that the provider does not list.
    pub fn skips_region_validation(&self) -> bool {
        matches!(
            self.skip_region_validation,
            Attr::Known(true) | Attr::Unknown
        )
    }

    /// What the provider may do with AWS.
    pub fn access(&self) -> Access {
        if self.offline == Attr::Known(true) {
            Access::Offline
        } else if self.offline.is_unknown() || self.has_unknown_credentials() {
            Access::Unknown
        } else {
            Access::Full
        }
    }

    fn has_unknown_credentials(&self) -> bool {
        let roles = self.assume_role.known().into_iter().flatten();
        [
            &self.profile,
            &self.access_key,
            &self.secret_key,
            &self.token,
        ]
        .into_iter()
        .any(Attr::is_unknown)
            || self.assume_role.is_unknown()
            || roles.into_iter().any(|role| role.role_arn.is_unknown())
            || self.assume_role_with_web_identity.is_unknown()
            || single(&self.assume_role_with_web_identity).is_some_and(WebIdentityBlock::is_unknown)
    }

    /// The account and region of plans without AWS: those of the block or the environment, or the account
    /// `000000000000` in `us-east-1`. `None` if the provider is not offline.
    pub fn assumed_identity(&self) -> Option<Identity> {
        if self.access() != Access::Offline || self.region.is_unknown() {
            return None;
        }
        let variables = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter();
        let written = self.region.text().map(str::to_owned);
        let region = written
            .or_else(|| {
                let mut values = variables.filter_map(|name| std::env::var(name).ok());
                values.find(|region| !region.is_empty())
            })
            .unwrap_or_else(|| "us-east-1".to_owned());
        let accounts = self.allowed_account_ids.known();
        let account = accounts.and_then(BTreeSet::first).cloned();
        Some(Identity {
            account: Some(account.unwrap_or_else(|| "000000000000".to_owned())),
            partition: sfn_aws::partition(&region).to_owned(),
            region,
        })
    }

    /// The settings of the clients. Makes no calls.
    pub fn settings(&self, pace: Option<f64>) -> Settings {
        let text = |value: &Attr<String>| value.text().map(str::to_owned);
        let list = |value: &Attr<Vec<String>>| value.known().cloned().unwrap_or_else(Vec::new);
        let set =
            |value: &Attr<BTreeSet<String>>| value.known().into_iter().flatten().cloned().collect();
        let flag = |value: &Attr<bool>| value.known() == Some(&true);
        let roles = self.assume_role.known().into_iter().flatten();
        let assumed = self.assumed_identity();
        let region = assumed.map_or_else(|| text(&self.region), |identity| Some(identity.region));
        Settings {
            region,
            profile: text(&self.profile),
            access_key: text(&self.access_key),
            secret_key: text(&self.secret_key),
            token: text(&self.token),
            shared_config_files: list(&self.shared_config_files),
            shared_credentials_files: list(&self.shared_credentials_files),
            endpoints: self.endpoints.0.clone(),
            assume_role: roles.filter_map(AssumeRoleBlock::settings).collect(),
            assume_role_with_web_identity: single(&self.assume_role_with_web_identity)
                .map(WebIdentityBlock::settings),
            sts_region: text(&self.sts_region),
            http_proxy: text(&self.http_proxy),
            https_proxy: text(&self.https_proxy),
            no_proxy: text(&self.no_proxy),
            custom_ca_bundle: text(&self.custom_ca_bundle),
            user_agent: list(&self.user_agent),
            max_retries: self
                .max_retries
                .known()
                .and_then(|retries| u32::try_from(*retries).ok()),
            adaptive_retries: self.retry_mode.text().map(|mode| mode == "adaptive"),
            use_fips: self.use_fips_endpoint.known().copied(),
            use_dual_stack: self.use_dualstack_endpoint.known().copied(),
            allowed_accounts: set(&self.allowed_account_ids),
            forbidden_accounts: set(&self.forbidden_account_ids),
            skip_credentials_validation: flag(&self.skip_credentials_validation),
            skip_requesting_account_id: flag(&self.skip_requesting_account_id),
            skip_region_validation: flag(&self.skip_region_validation),
            ec2_metadata_service_endpoint: text(&self.ec2_metadata_service_endpoint),
            ec2_metadata_service_endpoint_mode: text(&self.ec2_metadata_service_endpoint_mode),
            pace,
        }
    }
}

impl AssumeRoleBlock {
    /// The role to assume. `None` if it is not set or unknown.
    fn settings(&self) -> Option<AssumeRole> {
        let role_arn = self.role_arn.text()?;
        Some(AssumeRole {
            session: self.session.settings(role_arn, None),
            external_id: self.external_id.text().map(str::to_owned),
            source_identity: self.source_identity.text().map(str::to_owned),
            tags: self.tags.known().cloned().unwrap_or_else(Tags::new),
            transitive_tag_keys: self
                .transitive_tag_keys
                .known()
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
        })
    }
}

impl WebIdentityBlock {
    fn is_unknown(&self) -> bool {
        [
            &self.role_arn,
            &self.web_identity_token,
            &self.web_identity_token_file,
        ]
        .into_iter()
        .any(Attr::is_unknown)
    }

    /// The role to assume with a web identity token. Arguments that are not set come from the
    /// environment.
    fn settings(&self) -> WebIdentity {
        let variable = |name: &str| std::env::var(name).ok();
        let role_arn = self
            .role_arn
            .text()
            .map(str::to_owned)
            .or_else(|| variable("AWS_ROLE_ARN"));
        let written = (
            self.web_identity_token.text(),
            self.web_identity_token_file.text(),
        );
        let (token, token_file) = match written {
            (None, None) => (
                variable("TF_AWS_WEB_IDENTITY_TOKEN"),
                variable("AWS_WEB_IDENTITY_TOKEN_FILE"),
            ),
            (token, file) => (token.map(str::to_owned), file.map(str::to_owned)),
        };
        let name = variable("AWS_ROLE_SESSION_NAME");
        let session = self.session.settings(&role_arn.unwrap_or_default(), name);
        WebIdentity {
            session,
            token,
            token_file,
        }
    }

    /// Checks that a token and a role are set together.
    fn validate(&self) -> Option<Diagnostic> {
        let missing = |value: &Attr<String>, variable: &str| {
            value.is_null() && std::env::var(variable).is_err()
        };
        let path = |name: &str| {
            AttributePath::root("assume_role_with_web_identity")
                .index(0)
                .attribute(name)
        };
        let no_token = missing(&self.web_identity_token, "TF_AWS_WEB_IDENTITY_TOKEN")
            && missing(&self.web_identity_token_file, "AWS_WEB_IDENTITY_TOKEN_FILE");
        if no_token {
            let message = "one of `web_identity_token` and `web_identity_token_file` is required";
            let detail = "Set `web_identity_token_file` or `web_identity_token`.";
            return Some(Diagnostic::error(message, detail).at(path("web_identity_token_file")));
        }
        missing(&self.role_arn, "AWS_ROLE_ARN").then(|| {
            Diagnostic::error(
                "`role_arn` is required",
                "Set the ARN of the role to assume.",
            )
            .at(path("role_arn"))
        })
    }
}

impl SessionArguments {
    fn settings(&self, role_arn: &str, default_name: Option<String>) -> Session {
        Session {
            role_arn: role_arn.to_owned(),
            name: self.session_name.text().map(str::to_owned).or(default_name),
            duration: self.duration.text().and_then(timeouts::parse),
            policy: self.policy.text().map(str::to_owned),
            policy_arns: self
                .policy_arns
                .known()
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
        }
    }
}
