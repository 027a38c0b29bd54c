//! The provider block.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use sfn_aws::{AssumeRole, Aws, Call, Session, Settings, WebIdentity};
use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting, Schema};
use tfplugin::{AttributePath, Context, Diagnostic, Diagnostics, Type, Value};
use tokio::sync::OnceCell;

use crate::checks::{self, Checks};
use crate::seen::{Making, Seen};
use crate::{messages, tags, timeouts};

/// Services whose endpoint can be set, with other names that `provider "aws"` has for them.
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

/// The block with a role to assume with a token.
const WEB_IDENTITY: &str = "assume_role_with_web_identity";

/// How long AWS may take to say who the credentials belong to.
const PATIENCE: Duration = Duration::from_secs(10);
/// After how long reading is slow enough to ask whether AWS can be reached at all.
const SLOW: Duration = Duration::from_secs(4);
/// How long AWS may then take to answer.
const SECOND_PATIENCE: Duration = Duration::from_secs(5);

/// What the provider block says, in use.
pub struct Configured {
    /// The clients.
    pub aws: Arc<Aws>,
    /// The tags of everything.
    pub tags: tags::Rules,
    /// Whether AWS need not be asked before an object is planned.
    trusted: AtomicBool,
    /// The checks.
    pub checks: Arc<Checks>,
    regions: Mutex<BTreeMap<String, Arc<Self>>>,
    /// Why AWS cannot be reached, once somebody has waited for it.
    unreachable: OnceCell<Option<Diagnostics>>,
    /// Whether that was told.
    told: AtomicBool,
    /// What AWS said about objects that workflows call.
    pub seen: Seen,
}

impl Configured {
    /// The same with the clients of another region, which are made once.
    fn in_region(self: &Arc<Self>, region: &str) -> Arc<Self> {
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        let made = regions.entry(region.to_owned()).or_insert_with(|| {
            Arc::new(Self {
                aws: Arc::new(self.aws.in_region(region)),
                tags: self.tags.clone(),
                trusted: AtomicBool::new(true),
                checks: self.checks.clone(),
                regions: Mutex::default(),
                unreachable: OnceCell::new(),
                told: AtomicBool::new(false),
                seen: Seen::default(),
            })
        });
        made.clone()
    }

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
    region: Option<String>,
    /// What this run is going to make.
    pub making: Arc<Making>,
}

impl Shared {
    /// Takes a configuration into use; a process that is debugged gets one for each run of Terraform.
    pub fn set(&self, configured: Configured) {
        self.making.clear();
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
        let missing = || -> Diagnostics {
            let detail = "Terraform asked for AWS before it configured the provider. Please report this as a bug.";
            Diagnostic::error("the provider is not configured", detail).into()
        };
        let configured = self.current().ok_or_else(missing)?;
        Ok(self.region.as_deref().map_or_else(|| configured.clone(), |region| configured.in_region(region)))
    }

    /// The same configuration in another region; in that of the provider block without one.
    #[must_use]
    pub fn in_region(&self, region: Option<String>) -> Self {
        Self { region, ..self.clone() }
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

    /// Waits until it is clear that AWS cannot be reached; for ever where it can. Gives the reason to the first who asks,
    /// as one message is enough.
    pub async fn until_unreachable(&self, cx: &Context) -> Option<Diagnostics> {
        tokio::time::sleep(SLOW).await;
        let Some(configured) = self.current() else { return std::future::pending().await };
        let ask = || async {
            let call = Call::new(SECOND_PATIENCE, cx.cancelled.clone());
            let error = configured.aws.identity(&call).await.err().filter(|error| error.code.is_empty())?;
            Some(messages::of_aws("reach AWS", &error).into())
        };
        let Some(reason) = configured.unreachable.get_or_init(ask).await else { return std::future::pending().await };
        (!configured.told.swap(true, Ordering::Relaxed)).then(|| reason.clone())
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
        string("sts_region", "Region of the calls to STS; that of all calls if absent."),
        string("http_proxy", "Proxy for all calls. Also `HTTP_PROXY` and `HTTPS_PROXY`."),
        string("https_proxy", "Proxy for calls by HTTPS, which are all of those to AWS itself."),
        string("no_proxy", "Hosts that are called without a proxy, with commas. Also `NO_PROXY`."),
        string(
            "custom_ca_bundle",
            "A file with the only certificate authorities that are trusted, in PEM form. Also `AWS_CA_BUNDLE`.",
        ),
        strings("user_agent", "What the user agent says in addition: `product/version`. Also `TF_APPEND_USER_AGENT`."),
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
    let blocks = vec![
        assume_role_block(),
        web_identity_block(),
        checks::block(),
        default_tags_block(),
        tags::ignore_block(),
        endpoints_block(),
    ];
    let description = "Workflows of AWS Step Functions as typed blocks, checked before they are deployed. The arguments are those of \
                       `provider \"aws\"`.";
    Schema { version: 0, block: Block { attributes, blocks, description: description.into(), ..Block::default() } }
}

/// The attributes that both blocks with a role to assume have.
fn session_attributes() -> Vec<Attribute> {
    let string = |name: &str, description: &str| Attribute::optional(name, Type::String, description);
    vec![
        string("session_name", "Name of the session."),
        string("duration", "How long the credentials are to last, such as `1h`."),
        string("policy", "A policy, as JSON, that narrows the session."),
        Attribute::optional("policy_arns", Type::set(Type::String), "Managed policies that narrow the session."),
    ]
}

fn assume_role_block() -> NestedBlock {
    let string = |name: &str, description: &str| Attribute::optional(name, Type::String, description);
    let mut attributes = vec![
        Attribute::required("role_arn", Type::String, "The role."),
        string("external_id", "What the role's trust policy asks for."),
        string("source_identity", "Who is behind the session."),
        Attribute::optional("tags", Type::map(Type::String), "Tags of the session."),
        Attribute::optional(
            "transitive_tag_keys",
            Type::set(Type::String),
            "Keys of tags that the sessions of further roles get as well.",
        ),
    ];
    attributes.extend(session_attributes());
    let description = "A role to assume; of several, each is assumed with the credentials of the one before.".into();
    let block = Block { attributes, description, ..Block::default() };
    NestedBlock::new("assume_role", Nesting::List, block)
}

fn web_identity_block() -> NestedBlock {
    let string = |name: &str, description: &str| Attribute::optional(name, Type::String, description);
    let mut attributes = vec![
        string("role_arn", "The role. Also `AWS_ROLE_ARN`."),
        string("web_identity_token", "The token. Also `TF_AWS_WEB_IDENTITY_TOKEN`.").sensitive(),
        string("web_identity_token_file", "The file with the token. Also `AWS_WEB_IDENTITY_TOKEN_FILE`."),
    ];
    attributes.extend(session_attributes());
    let description = "A role to assume with a token of a pipeline, say, and without other credentials.".into();
    let block = Block { attributes, description, ..Block::default() };
    NestedBlock { max_items: 1, ..NestedBlock::new(WEB_IDENTITY, Nesting::List, block) }
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
    for name in ["assume_role", WEB_IDENTITY] {
        for (index, role) in config.get(name).as_list().unwrap_or_default().iter().enumerate() {
            if let Some(text) = role.get("duration").as_str().filter(|text| timeouts::parse(text).is_none()) {
                let path = AttributePath::root(name).index(index).attribute("duration");
                let detail = "Write a number with a unit, such as `15m` or `1h`.";
                diagnostics.push(Diagnostic::error(format!("`{text}` is no duration"), detail).at(path));
            }
        }
    }
    if let Some([role]) = config.get(WEB_IDENTITY).as_list() {
        diagnostics.extend(validate_web_identity(role));
    }
    diagnostics
}

/// The token comes from one place, and belongs to a role.
fn validate_web_identity(role: &Value) -> Option<Diagnostic> {
    let has = |name: &str, variable: &str| !role.get(name).is_null() || std::env::var(variable).is_ok();
    let path = |name: &str| AttributePath::root(WEB_IDENTITY).index(0).attribute(name);
    let (token, file) = (role.get("web_identity_token"), role.get("web_identity_token_file"));
    let error = |name: &str, message: &str, detail: &str| Some(Diagnostic::error(message, detail).at(path(name)));
    if !token.is_null() && !file.is_null() {
        let detail = "The token comes from one place: remove one of the two.";
        return error(
            "web_identity_token_file",
            "both `web_identity_token` and `web_identity_token_file` are there",
            detail,
        );
    }
    let token = has("web_identity_token", "TF_AWS_WEB_IDENTITY_TOKEN");
    if !token && !has("web_identity_token_file", "AWS_WEB_IDENTITY_TOKEN_FILE") {
        let detail = "Write `web_identity_token_file` or `web_identity_token`.";
        return error("web_identity_token_file", "there is no token", detail);
    }
    if !has("role_arn", "AWS_ROLE_ARN") {
        return error("role_arn", "there is no role to assume", "Write `role_arn`.");
    }
    None
}

/// Takes the block into use. Nobody is asked yet.
pub fn configure(config: &Value, pace: Option<f64>) -> Configured {
    let text = |value: &Value, name: &str| value.get(name).as_str().map(str::to_owned);
    let flag = |name: &str| config.get(name).as_bool().unwrap_or_default();
    let role = |role: &Value| AssumeRole {
        session: session(role),
        external_id: text(role, "external_id"),
        source_identity: text(role, "source_identity"),
        tags: role.get("tags").string_map(),
        transitive_tag_keys: role.get("transitive_tag_keys").strings(),
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
        assume_role_with_web_identity: config.get(WEB_IDENTITY).as_list().and_then(<[Value]>::first).map(web_identity),
        sts_region: text(config, "sts_region"),
        http_proxy: text(config, "http_proxy"),
        https_proxy: text(config, "https_proxy"),
        no_proxy: text(config, "no_proxy"),
        custom_ca_bundle: text(config, "custom_ca_bundle"),
        user_agent: config.get("user_agent").strings(),
        max_retries: config.get("max_retries").as_i64().and_then(|retries| u32::try_from(retries).ok()),
        adaptive_retries: text(config, "retry_mode").map(|mode| mode == "adaptive"),
        use_fips: config.get("use_fips_endpoint").as_bool(),
        use_dual_stack: config.get("use_dualstack_endpoint").as_bool(),
        allowed_accounts: config.get("allowed_account_ids").strings(),
        forbidden_accounts: config.get("forbidden_account_ids").strings(),
        skip_credentials_validation: flag("skip_credentials_validation"),
        skip_requesting_account_id: flag("skip_requesting_account_id"),
        pace,
    };
    let trusted = settings.skip_credentials_validation || settings.skip_requesting_account_id;
    Configured {
        aws: Arc::new(Aws::new(settings)),
        tags: tags::Rules::of(config),
        checks: Arc::new(Checks::of(config)),
        trusted: AtomicBool::new(trusted),
        regions: Mutex::default(),
        unreachable: OnceCell::new(),
        told: AtomicBool::new(false),
        seen: Seen::default(),
    }
}

fn session(role: &Value) -> Session {
    let text = |name: &str| role.get(name).as_str().map(str::to_owned);
    Session {
        role_arn: text("role_arn").unwrap_or_default(),
        name: text("session_name"),
        duration: text("duration").and_then(|text| timeouts::parse(&text)),
        policy: text("policy"),
        policy_arns: role.get("policy_arns").strings(),
    }
}

/// The role to assume with a token; what is not written comes from the environment.
fn web_identity(role: &Value) -> WebIdentity {
    let text = |name: &str| role.get(name).as_str().map(str::to_owned);
    let or = |name: &str, variable: &str| text(name).or_else(|| std::env::var(variable).ok());
    let mut session = session(role);
    session.role_arn = or("role_arn", "AWS_ROLE_ARN").unwrap_or_default();
    session.name = or("session_name", "AWS_ROLE_SESSION_NAME");
    let (token, token_file) = match (text("web_identity_token"), text("web_identity_token_file")) {
        (None, None) => {
            (std::env::var("TF_AWS_WEB_IDENTITY_TOKEN").ok(), std::env::var("AWS_WEB_IDENTITY_TOKEN_FILE").ok())
        }
        written => written,
    };
    WebIdentity { session, token, token_file }
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
