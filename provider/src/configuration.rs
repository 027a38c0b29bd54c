//! The provider block.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use sfn_aws::{AssumeRole, Aws, Call, Settings};
use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting, Schema};
use tfplugin::{AttributePath, Context, Diagnostic, Diagnostics, Type, Value};

use crate::checks::{self, Checks};
use crate::{messages, tags, timeouts};

/// Services whose endpoint can be set, with other names that `provider "aws"` has for them.
const SERVICES: [(&str, &[&str]); 5] = [
    ("sfn", &["stepfunctions"]),
    ("lambda", &[]),
    ("iam", &[]),
    ("logs", &["cloudwatchlogs", "cloudwatchlog"]),
    ("sts", &[]),
];

/// Arguments of `provider "aws"` that mean nothing here, and whether they are booleans; strings else.
const IGNORED: [(&str, bool); 9] = [
    ("ec2_metadata_service_endpoint", false),
    ("ec2_metadata_service_endpoint_mode", false),
    ("insecure", true),
    ("s3_us_east_1_regional_endpoint", false),
    ("s3_use_path_style", true),
    ("skip_metadata_api_check", false),
    ("skip_region_validation", true),
    ("tag_policy_compliance", false),
    ("token_bucket_rate_limiter_capacity", false),
];

/// How long AWS may take to say who the credentials belong to.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the provider block says, in use.
pub struct Configured {
    /// The clients.
    pub aws: Aws,
    /// The tags of everything.
    pub tags: tags::Rules,
    /// Whether AWS need not be asked before an object is planned.
    trusted: AtomicBool,
    /// The checks.
    pub checks: Arc<Checks>,
}

impl Configured {
    /// Asks AWS who the credentials belong to.
    ///
    /// # Errors
    /// When AWS cannot be asked, or the account is a wrong one.
    pub async fn ask_identity(&self, cx: &Context) -> Result<(), Diagnostics> {
        let call = Call::new(PATIENCE, cx.cancelled.clone());
        match self.aws.identity(&call).await {
            Ok(_) => Ok(()),
            Err(error) => Err(messages::of_aws("use the credentials", &error).into()),
        }
    }
}

/// The configuration that all resources share, once Terraform has given it.
#[derive(Clone, Default)]
pub struct Shared {
    configured: Arc<RwLock<Option<Arc<Configured>>>>,
    checks: Arc<RwLock<Arc<Checks>>>,
}

impl Shared {
    /// Takes a configuration into use; a process that is debugged gets one for each run of Terraform.
    pub fn set(&self, configured: Configured) {
        *self.configured.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(configured));
    }

    fn current(&self) -> Option<Arc<Configured>> {
        self.configured.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The configuration in use.
    ///
    /// # Errors
    /// When there is none yet.
    pub fn get(&self) -> Result<Arc<Configured>, Diagnostics> {
        let missing = || {
            let detail = "Terraform asked for AWS before it configured the provider. Please report this as a bug.";
            Diagnostic::error("the provider is not configured", detail).into()
        };
        self.current().ok_or_else(missing)
    }

    /// Chooses the checks.
    pub fn set_checks(&self, checks: Arc<Checks>) {
        *self.checks.write().unwrap_or_else(PoisonError::into_inner) = checks;
    }

    /// The checks that were chosen; the usual ones until then.
    pub fn checks(&self) -> Arc<Checks> {
        self.checks.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The tags of everything; none while there is no configuration.
    pub fn tags(&self) -> tags::Rules {
        self.current().map(|configured| configured.tags.clone()).unwrap_or_default()
    }

    /// Asks AWS who the credentials belong to before the first new object is planned, so that a plan that cannot be applied
    /// says so. Only the first to ask is told of a failure.
    ///
    /// # Errors
    /// When AWS cannot be asked, or the account is a wrong one.
    pub async fn check_access(&self, cx: &Context) -> Result<(), Diagnostics> {
        match self.current() {
            Some(configured) if !configured.trusted.swap(true, Ordering::Relaxed) => configured.ask_identity(cx).await,
            _ => Ok(()),
        }
    }
}

/// The schema.
pub fn schema() -> Schema {
    let string = |name: &str, description: &str| Attribute::optional(name, Type::String, description);
    let strings = |name: &str, description: &str| Attribute::optional(name, Type::list(Type::String), description);
    let flag = |name: &str, description: &str| Attribute::optional(name, Type::Bool, description);
    let accounts = |name: &str, description: &str| Attribute::optional(name, Type::set(Type::String), description);
    let mut attributes = vec![
        string("region", "Region. Also `AWS_REGION`, `AWS_DEFAULT_REGION` or the profile."),
        string("profile", "Profile of the shared configuration files. Also `AWS_PROFILE`."),
        string("access_key", "Access key id. Also `AWS_ACCESS_KEY_ID`."),
        string("secret_key", "Secret access key. Also `AWS_SECRET_ACCESS_KEY`.").sensitive(),
        string("token", "Session token. Also `AWS_SESSION_TOKEN`.").sensitive(),
        strings("shared_config_files", "Paths of shared configuration files. Also `AWS_CONFIG_FILE`."),
        strings("shared_credentials_files", "Paths of shared credentials files. Also `AWS_SHARED_CREDENTIALS_FILE`."),
        Attribute::optional(
            "max_retries",
            Type::Number,
            "How often a call is tried in all; 25 if absent. Also `AWS_MAX_ATTEMPTS`.",
        ),
        string("retry_mode", "`standard`, the default, or `adaptive`. Also `AWS_RETRY_MODE`."),
        flag("use_fips_endpoint", "Whether endpoints are those with FIPS. Also `AWS_USE_FIPS_ENDPOINT`."),
        flag("use_dualstack_endpoint", "Whether endpoints take IPv6 as well. Also `AWS_USE_DUALSTACK_ENDPOINT`."),
        accounts("allowed_account_ids", "The only accounts that may be used."),
        accounts("forbidden_account_ids", "Accounts that may not be used."),
        flag("skip_credentials_validation", "Whether to go on when AWS cannot be asked who the credentials belong to."),
        flag(
            "skip_requesting_account_id",
            "Whether AWS is not to be asked for the account, for endpoints without STS.",
        ),
    ];
    attributes.extend(IGNORED.map(|(name, ty)| {
        let description = "Taken from `provider \"aws\"` and without any effect here.";
        Attribute::optional(name, if ty { Type::Bool } else { Type::String }, description)
    }));
    let blocks =
        vec![assume_role_block(), checks::block(), default_tags_block(), tags::ignore_block(), endpoints_block()];
    let description = "Workflows of AWS Step Functions as typed blocks, checked before they are deployed. The arguments are those of \
                       `provider \"aws\"`.";
    Schema { version: 0, block: Block { attributes, blocks, description: description.into(), ..Block::default() } }
}

fn assume_role_block() -> NestedBlock {
    let string = |name: &str, description: &str| Attribute::optional(name, Type::String, description);
    let block = Block {
        attributes: vec![
            Attribute::required("role_arn", Type::String, "The role."),
            string("session_name", "Name of the session."),
            string("external_id", "What the role's trust policy asks for."),
            string("duration", "How long the credentials are to last, such as `1h`."),
            string("policy", "A policy, as JSON, that narrows the session."),
            Attribute::optional("policy_arns", Type::set(Type::String), "Managed policies that narrow the session."),
        ],
        description: "A role to assume; of several, each is assumed with the credentials of the one before.".into(),
        ..Block::default()
    };
    NestedBlock::new("assume_role", Nesting::List, block)
}

fn default_tags_block() -> NestedBlock {
    let tags = Attribute::optional("tags", Type::map(Type::String), "The tags.");
    let description = "Tags for everything that the provider makes.".into();
    let block = Block { attributes: vec![tags], description, ..Block::default() };
    NestedBlock { max_items: 1, ..NestedBlock::new("default_tags", Nesting::List, block) }
}

fn endpoints_block() -> NestedBlock {
    let names = SERVICES.iter().flat_map(|(name, others)| [*name].into_iter().chain(others.iter().copied()));
    let attribute = |name: &str| Attribute::optional(name, Type::String, format!("Address of the service `{name}`."));
    let block = Block {
        attributes: names.map(attribute).collect(),
        description: "Addresses of services, in place of AWS's own. Also `AWS_ENDPOINT_URL` and \
                      `AWS_ENDPOINT_URL_SFN`."
            .into(),
        ..Block::default()
    };
    NestedBlock::new("endpoints", Nesting::Set, block)
}

/// Checks the block before it is used.
pub fn validate(config: &Value) -> Diagnostics {
    let mut diagnostics = checks::validate(config);
    let has = |name: &str| !config.get(name).is_null();
    if has("access_key") != has("secret_key") {
        let (there, missing) =
            if has("access_key") { ("access_key", "secret_key") } else { ("secret_key", "access_key") };
        let message = format!("`{there}` is there without `{missing}`");
        let detail = format!("Write `{missing}` as well, or leave both to the environment or the profile.");
        diagnostics.push(Diagnostic::error(message, detail).at(AttributePath::root(there)));
    }
    if has("allowed_account_ids") && has("forbidden_account_ids") {
        let detail = "Write either the only accounts that may be used, or those that may not.";
        let message = "both `allowed_account_ids` and `forbidden_account_ids` are there";
        diagnostics.push(Diagnostic::error(message, detail).at(AttributePath::root("forbidden_account_ids")));
    }
    for name in ["allowed_account_ids", "forbidden_account_ids"] {
        if has(name) && config.get("skip_requesting_account_id").as_bool() == Some(true) {
            let detail = "The account has to be asked for: remove `skip_requesting_account_id`.";
            let message = format!("`{name}` needs the account");
            diagnostics.push(Diagnostic::error(message, detail).at(AttributePath::root(name)));
        }
    }
    diagnostics.extend(messages::one_of(
        config.get("retry_mode"),
        AttributePath::root("retry_mode"),
        &["standard", "adaptive"],
    ));
    let ignored: Vec<&str> = IGNORED.iter().map(|(name, _)| *name).filter(|name| has(name)).collect();
    if let Some(first) = ignored.first() {
        let list = ignored.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let detail = "They are taken so that a `provider \"aws\"` block can be pasted: remove them.";
        let message = format!("without effect in this provider: {list}");
        diagnostics.push(Diagnostic::warning(message, detail).at(AttributePath::root(*first)));
    }
    for (index, role) in config.get("assume_role").as_list().unwrap_or_default().iter().enumerate() {
        if let Some(text) = role.get("duration").as_str().filter(|text| timeouts::parse(text).is_none()) {
            let path = AttributePath::root("assume_role").index(index).attribute("duration");
            let detail = "Write a number with a unit, such as `15m` or `1h`.";
            diagnostics.push(Diagnostic::error(format!("`{text}` is no duration"), detail).at(path));
        }
    }
    diagnostics
}

/// Takes the block into use. Nobody is asked yet.
pub fn configure(config: &Value) -> Configured {
    let text = |value: &Value, name: &str| value.get(name).as_str().map(str::to_owned);
    let flag = |name: &str| config.get(name).as_bool().unwrap_or_default();
    let role = |role: &Value| AssumeRole {
        role_arn: text(role, "role_arn").unwrap_or_default(),
        session_name: text(role, "session_name"),
        external_id: text(role, "external_id"),
        duration: text(role, "duration").and_then(|text| timeouts::parse(&text)),
        policy: text(role, "policy"),
        policy_arns: role.get("policy_arns").strings(),
    };
    let settings = Settings {
        region: text(config, "region"),
        profile: text(config, "profile"),
        access_key: text(config, "access_key"),
        secret_key: text(config, "secret_key"),
        token: text(config, "token"),
        shared_config_files: config.get("shared_config_files").strings(),
        shared_credentials_files: config.get("shared_credentials_files").strings(),
        endpoints: endpoints(config),
        assume_role: config.get("assume_role").as_list().unwrap_or_default().iter().map(role).collect(),
        max_retries: config.get("max_retries").as_i64().and_then(|retries| u32::try_from(retries).ok()),
        adaptive_retries: text(config, "retry_mode").map(|mode| mode == "adaptive"),
        use_fips: config.get("use_fips_endpoint").as_bool(),
        use_dual_stack: config.get("use_dualstack_endpoint").as_bool(),
        allowed_accounts: config.get("allowed_account_ids").strings(),
        forbidden_accounts: config.get("forbidden_account_ids").strings(),
        skip_credentials_validation: flag("skip_credentials_validation"),
        skip_requesting_account_id: flag("skip_requesting_account_id"),
    };
    let trusted = settings.skip_credentials_validation || settings.skip_requesting_account_id;
    Configured {
        aws: Aws::new(settings),
        tags: tags::Rules::of(config),
        checks: Arc::new(Checks::of(config)),
        trusted: AtomicBool::new(trusted),
    }
}

/// Whether only some accounts may be used.
pub fn restricts_accounts(config: &Value) -> bool {
    ["allowed_account_ids", "forbidden_account_ids"].iter().any(|name| !config.get(name).strings().is_empty())
}

fn endpoints(config: &Value) -> BTreeMap<String, String> {
    let mut endpoints = BTreeMap::new();
    for block in config.get("endpoints").as_list().unwrap_or_default() {
        for (name, others) in SERVICES {
            let address = [name].iter().chain(others).find_map(|name| block.get(name).as_str());
            if let Some(address) = address.filter(|address| !address.is_empty()) {
                endpoints.insert(name.to_owned(), address.to_owned());
            }
        }
    }
    endpoints
}
