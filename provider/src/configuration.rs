//! The provider block.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use sfn_aws::{AssumeRole, Aws, Settings, Tags};
use tfplugin::schema::{Attribute, Block, NestedBlock, Nesting, Schema};
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Type, Value};

use crate::checks::{self, Checks};
use crate::timeouts;

/// Services whose endpoint can be set, with other names that `provider "aws"` has for them.
const SERVICES: [(&str, &[&str]); 5] = [
    ("sfn", &["stepfunctions"]),
    ("lambda", &[]),
    ("iam", &[]),
    ("logs", &["cloudwatchlogs", "cloudwatchlog"]),
    ("sts", &[]),
];

/// What the provider block says, in use.
pub struct Configured {
    /// The clients.
    pub aws: Aws,
    /// Tags for everything.
    pub default_tags: Tags,
    /// The checks.
    pub checks: Arc<Checks>,
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

    /// The tags for everything; none while there is no configuration.
    pub fn default_tags(&self) -> Tags {
        self.current().map(|configured| configured.default_tags.clone()).unwrap_or_default()
    }
}

/// The schema.
pub fn schema() -> Schema {
    let string = |name: &str, description: &str| Attribute::optional(name, Type::String, description);
    let strings = |name: &str, description: &str| Attribute::optional(name, Type::list(Type::String), description);
    let flag = |name: &str, description: &str| Attribute::optional(name, Type::Bool, description);
    let attributes = vec![
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
        flag("skip_credentials_validation", "Whether to go on when AWS cannot be asked who the credentials belong to."),
        flag(
            "skip_requesting_account_id",
            "Whether AWS is not to be asked for the account, for endpoints without STS.",
        ),
    ];
    let blocks = vec![assume_role_block(), checks::block(), default_tags_block(), endpoints_block()];
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
        skip_credentials_validation: flag("skip_credentials_validation"),
        skip_requesting_account_id: flag("skip_requesting_account_id"),
    };
    let defaults = config.get("default_tags").as_list().and_then(<[Value]>::first);
    let default_tags = defaults.map(|block| block.get("tags").string_map()).unwrap_or_default();
    Configured { aws: Aws::new(settings), default_tags, checks: Arc::new(Checks::of(config)) }
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
