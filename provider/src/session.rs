//! The configured provider: clients, tags and checks, which all resources share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use sfn_aws::{Aws, AwsErrorKind, Call, Identity};
use tfplugin::{Context, Diagnostic, Diagnostics, Value};
use tokio::sync::OnceCell;

use crate::diagnostics;
use crate::provider_block::ProviderBlock;
use crate::shared::checks::Checks;
use crate::shared::fold::Folder;
use crate::shared::lookup_cache::{LookupCache, PlannedIn, PlannedResources};
use crate::shared::tags::TagRules;

/// Timeout for identifying the credentials.
const IDENTITY_TIMEOUT: Duration = Duration::from_secs(10);
/// Duration of a read after which the provider checks whether AWS can be reached.
const SLOW_READ: Duration = Duration::from_secs(4);
/// Timeout of that check.
const REACHABILITY_TIMEOUT: Duration = Duration::from_secs(5);

/// What the provider may do with AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// All calls.
    Full,
    /// Credentials or region are unknown until the apply, so nothing is read.
    Unknown,
    /// No calls. Only plans work.
    Offline,
}

/// The configured provider block.
pub struct ProviderSession {
    /// The clients.
    pub aws: Arc<Aws>,
    /// Default and ignored tags.
    pub tags: TagRules,
    /// The checks.
    pub checks: Arc<Checks>,
    /// What the provider may do with AWS.
    pub access: Access,
    /// The account and region of plans without AWS.
    assumed: Option<Identity>,
    /// Whether the region of the provider block is known.
    region_is_known: bool,
    /// Whether the credentials were checked, which is done before the first object is planned.
    credentials_checked: AtomicBool,
    regions: Mutex<BTreeMap<String, Arc<Self>>>,
    /// Why AWS cannot be reached, once a read has waited for it.
    unreachable: OnceCell<Option<Diagnostics>>,
    /// Whether this was reported.
    reported: AtomicBool,
    /// Lookups of objects that workflows call.
    pub lookups: LookupCache,
}

impl ProviderSession {
    /// Creates a session for this provider block. `pace` is a multiple of the quotas that calls may
    /// use.
    pub fn new(block: &ProviderBlock, checks: Arc<Checks>, pace: Option<f64>) -> Self {
        let settings = block.settings(pace);
        let access = block.access();
        let checked = settings.skip_credentials_validation
            || settings.skip_requesting_account_id
            || access != Access::Full;
        Self {
            aws: Arc::new(Aws::new(settings)),
            tags: TagRules::of(block),
            checks,
            access,
            assumed: block.assumed_identity(),
            region_is_known: !block.region.is_unknown(),
            credentials_checked: AtomicBool::new(checked),
            regions: Mutex::default(),
            unreachable: OnceCell::new(),
            reported: AtomicBool::new(false),
            lookups: LookupCache::default(),
        }
    }

    /// The session with the clients of another region, which are created once.
    fn in_region(self: &Arc<Self>, region: &str) -> Arc<Self> {
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        let made = regions.entry(region.to_owned()).or_insert_with(|| {
            Arc::new(Self {
                aws: Arc::new(self.aws.in_region(region)),
                tags: self.tags.clone(),
                checks: self.checks.clone(),
                access: self.access,
                assumed: self.assumed.clone().map(|own| Identity {
                    region: region.to_owned(),
                    partition: sfn_aws::partition(region).to_owned(),
                    ..own
                }),
                region_is_known: true,
                credentials_checked: AtomicBool::new(true),
                regions: Mutex::default(),
                unreachable: OnceCell::new(),
                reported: AtomicBool::new(false),
                lookups: LookupCache::default(),
            })
        });
        made.clone()
    }

    /// Whether objects can be read from AWS.
    pub fn can_read(&self) -> bool {
        self.access == Access::Full
    }

    /// Checks that an operation that needs AWS is possible.
    ///
    /// # Errors
    /// When the provider is offline.
    pub fn require_aws(&self, detail: &str) -> Result<(), Diagnostics> {
        if self.access == Access::Offline {
            return Err(Diagnostic::error("the provider is offline", detail).into());
        }
        Ok(())
    }

    /// Identifies the credentials in AWS.
    ///
    /// # Errors
    ///
    /// When the call fails, or the account is not allowed.
    pub async fn check_identity(&self, cx: &Context) -> Result<(), Diagnostics> {
        let call = Call::new(IDENTITY_TIMEOUT, cx.cancelled.clone());
        match self.aws.identity(&call).await {
            Ok(_) => Ok(()),
            Err(error) => Err(diagnostics::of_aws("use the credentials", &error).into()),
        }
    }
}

/// The context that all resources share, in one region.
#[derive(Clone, Default)]
pub struct ProviderContext {
    session: Arc<RwLock<Option<Arc<ProviderSession>>>>,
    checks: Arc<RwLock<Arc<Checks>>>,
    skips_region_validation: Arc<AtomicBool>,
    region: Option<String>,
    planned: Arc<PlannedResources>,
    /// The findings of this run.
    pub findings: Arc<Folder>,
}

impl ProviderContext {
    /// Sets the session. A process that is being debugged gets a new one for each run of Terraform.
    pub fn set_session(&self, session: ProviderSession) {
        self.planned.clear();
        self.findings.clear();
        *self.session.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(session));
    }

    fn current(&self) -> Option<Arc<ProviderSession>> {
        self.session
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The current session.
    ///
    /// # Errors
    /// When the provider is not configured.
    pub fn session(&self) -> Result<Arc<ProviderSession>, Diagnostics> {
        let missing = || -> Diagnostics {
            let detail = "Terraform called the provider before it configured it. Please report this as a bug.";
            Diagnostic::error("the provider is not configured", detail).into()
        };
        let session = self.current().ok_or_else(missing)?;
        Ok(self
            .region
            .as_deref()
            .map_or_else(|| session.clone(), |region| session.in_region(region)))
    }

    /// The changes planned by this run, as seen from this region.
    pub fn planned(&self) -> PlannedIn<'_> {
        self.planned.within(self.region.as_deref())
    }

    /// The same provider in another region. Without one, in the region of the provider block.
    #[must_use]
    pub fn in_region(&self, region: Option<String>) -> Self {
        Self {
            region,
            ..self.clone()
        }
    }

    /// Selects the checks, and whether regions are validated.
    pub fn set_checks(&self, checks: Arc<Checks>, skips_region_validation: bool) {
        *self.checks.write().unwrap_or_else(PoisonError::into_inner) = checks;
        self.skips_region_validation
            .store(skips_region_validation, Ordering::Relaxed);
    }

    /// The selected checks. The defaults if none are selected.
    pub fn checks(&self) -> Arc<Checks> {
        self.checks
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether to accept regions that the provider does not list.
    pub fn skips_region_validation(&self) -> bool {
        self.skips_region_validation.load(Ordering::Relaxed)
    }

    /// Default and ignored tags. Empty without a session.
    pub fn tags(&self) -> TagRules {
        self.current()
            .map_or_else(TagRules::default, |session| session.tags.clone())
    }

    /// The account and region of plans without AWS. `None` if the provider is not offline.
    pub fn assumed_identity(&self) -> Option<Identity> {
        self.session().ok()?.assumed.clone()
    }

    /// The region of the provider block. Unknown if it is unknown or not set, which is reported
    /// when AWS is called.
    pub async fn default_region(&self) -> Value {
        match self.current() {
            Some(session) if session.region_is_known => session
                .aws
                .region()
                .await
                .map_or(Value::Unknown, Value::from),
            _ => Value::Unknown,
        }
    }

    /// Waits until it is clear that AWS cannot be reached, and forever if it can be. Returns the
    /// reason only to the first caller, because one message is sufficient.
    pub async fn until_unreachable(&self, cx: &Context) -> Option<Diagnostics> {
        tokio::time::sleep(SLOW_READ).await;
        let Some(session) = self.current() else {
            return std::future::pending().await;
        };
        let ask = || async {
            let call = Call::new(REACHABILITY_TIMEOUT, cx.cancelled.clone());
            let error = session.aws.identity(&call).await.err()?;
            let is_unreachable = matches!(
                error.kind,
                AwsErrorKind::Unreachable | AwsErrorKind::TimedOut
            );
            is_unreachable.then(|| diagnostics::of_aws("reach AWS", &error).into())
        };
        let Some(reason) = session.unreachable.get_or_init(ask).await else {
            return std::future::pending().await;
        };
        (!session.reported.swap(true, Ordering::Relaxed)).then(|| reason.clone())
    }

    /// Whether to report that AWS cannot be reached. One message is sufficient.
    pub fn report_unreachable(&self) -> bool {
        self.current()
            .is_none_or(|session| !session.reported.swap(true, Ordering::Relaxed))
    }

    /// Identifies the credentials in AWS before the first new object is planned, so that a plan
    /// fails if it could not be applied. Only the first caller gets the error.
    ///
    /// # Errors
    ///
    /// When the call fails, or the account is not allowed.
    pub async fn check_access(&self, cx: &Context) -> Result<(), Diagnostics> {
        match self.current() {
            Some(session) if !session.credentials_checked.swap(true, Ordering::Relaxed) => {
                session.check_identity(cx).await
            }
            _ => Ok(()),
        }
    }
}
