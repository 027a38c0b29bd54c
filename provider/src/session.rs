//! The provider in use: its clients, tags and checks, shared by all resources.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use sfn_aws::{Aws, AwsErrorKind, Call};
use tfplugin::{Context, Diagnostic, Diagnostics, Value};
use tokio::sync::OnceCell;

use crate::diagnostics;
use crate::provider_block::ProviderBlock;
use crate::shared::checks::Checks;
use crate::shared::fold::Folder;
use crate::shared::lookup_cache::{LookupCache, PlannedIn, PlannedResources};
use crate::shared::tags::TagRules;

/// How long AWS may take to identify the credentials.
const IDENTITY_TIMEOUT: Duration = Duration::from_secs(10);
/// After how long reading is slow enough to ask whether AWS can be reached at all.
const SLOW_READ: Duration = Duration::from_secs(4);
/// How long AWS may then take to answer.
const REACHABILITY_TIMEOUT: Duration = Duration::from_secs(5);

/// What the provider block configures, in use.
pub struct ProviderSession {
    /// The clients.
    pub aws: Arc<Aws>,
    /// The tags of everything.
    pub tags: TagRules,
    /// The checks.
    pub checks: Arc<Checks>,
    /// Whether it is known who calls AWS. While it is not, nothing is read.
    pub is_known: bool,
    /// Whether the region of the provider block is known.
    region_is_known: bool,
    /// Whether AWS need not be asked before an object is planned.
    credentials_checked: AtomicBool,
    regions: Mutex<BTreeMap<String, Arc<Self>>>,
    /// Why AWS cannot be reached, once somebody has waited for it.
    unreachable: OnceCell<Option<Diagnostics>>,
    /// Whether that was reported.
    reported: AtomicBool,
    /// What AWS answered about objects that workflows call.
    pub lookups: LookupCache,
}

impl ProviderSession {
    /// A session with this provider block; `pace` is how many times the quotas of AWS calls may take.
    pub fn new(block: &ProviderBlock, checks: Arc<Checks>, pace: Option<f64>) -> Self {
        let settings = block.settings(pace);
        let is_known = !block.has_unknown_access();
        let checked = settings.skip_credentials_validation || settings.skip_requesting_account_id || !is_known;
        Self {
            aws: Arc::new(Aws::new(settings)),
            tags: TagRules::of(block),
            checks,
            is_known,
            region_is_known: !block.region.is_unknown(),
            credentials_checked: AtomicBool::new(checked),
            regions: Mutex::default(),
            unreachable: OnceCell::new(),
            reported: AtomicBool::new(false),
            lookups: LookupCache::default(),
        }
    }

    /// The same with the clients of another region, which are made once.
    fn in_region(self: &Arc<Self>, region: &str) -> Arc<Self> {
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        let made = regions.entry(region.to_owned()).or_insert_with(|| {
            Arc::new(Self {
                aws: Arc::new(self.aws.in_region(region)),
                tags: self.tags.clone(),
                checks: self.checks.clone(),
                is_known: self.is_known,
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

    /// Asks AWS whose the credentials are.
    ///
    /// # Errors
    /// When AWS cannot be asked, or the account is not allowed.
    pub async fn check_identity(&self, cx: &Context) -> Result<(), Diagnostics> {
        let call = Call::new(IDENTITY_TIMEOUT, cx.cancelled.clone());
        match self.aws.identity(&call).await {
            Ok(_) => Ok(()),
            Err(error) => Err(diagnostics::of_aws("use the credentials", &error).into()),
        }
    }
}

/// What all resources share, in one region.
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
    /// Takes a session into use; a process that is debugged gets one for each run of Terraform.
    pub fn set_session(&self, session: ProviderSession) {
        self.planned.clear();
        self.findings.clear();
        *self.session.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(session));
    }

    fn current(&self) -> Option<Arc<ProviderSession>> {
        self.session.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The session in use.
    ///
    /// # Errors
    /// When the provider is not configured yet.
    pub fn session(&self) -> Result<Arc<ProviderSession>, Diagnostics> {
        let missing = || -> Diagnostics {
            let detail = "Terraform called the provider before it configured it. Please report this as a bug.";
            Diagnostic::error("the provider is not configured", detail).into()
        };
        let session = self.current().ok_or_else(missing)?;
        Ok(self.region.as_deref().map_or_else(|| session.clone(), |region| session.in_region(region)))
    }

    /// What this run is going to make or to change, seen from this region.
    pub fn planned(&self) -> PlannedIn<'_> {
        self.planned.within(self.region.as_deref())
    }

    /// The same provider in another region; in that of the provider block without one.
    #[must_use]
    pub fn in_region(&self, region: Option<String>) -> Self {
        Self { region, ..self.clone() }
    }

    /// Chooses the checks, and whether regions are validated.
    pub fn set_checks(&self, checks: Arc<Checks>, skips_region_validation: bool) {
        *self.checks.write().unwrap_or_else(PoisonError::into_inner) = checks;
        self.skips_region_validation.store(skips_region_validation, Ordering::Relaxed);
    }

    /// The checks that were chosen; the usual ones until then.
    pub fn checks(&self) -> Arc<Checks> {
        self.checks.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether regions are accepted that the provider does not list.
    pub fn skips_region_validation(&self) -> bool {
        self.skips_region_validation.load(Ordering::Relaxed)
    }

    /// The tags of everything; none while there is no session.
    pub fn tags(&self) -> TagRules {
        self.current().map_or_else(TagRules::default, |session| session.tags.clone())
    }

    /// The region of the provider block; unknown while it is not known, or there is none, which is reported when AWS is
    /// called.
    pub async fn default_region(&self) -> Value {
        match self.current() {
            Some(session) if session.region_is_known => session.aws.region().await.map_or(Value::Unknown, Value::from),
            _ => Value::Unknown,
        }
    }

    /// Waits until it is clear that AWS cannot be reached; for ever where it can. Gives the reason to the first who asks,
    /// as one message is enough.
    pub async fn until_unreachable(&self, cx: &Context) -> Option<Diagnostics> {
        tokio::time::sleep(SLOW_READ).await;
        let Some(session) = self.current() else { return std::future::pending().await };
        let ask = || async {
            let call = Call::new(REACHABILITY_TIMEOUT, cx.cancelled.clone());
            let error = session.aws.identity(&call).await.err()?;
            let is_unreachable = matches!(error.kind, AwsErrorKind::Unreachable | AwsErrorKind::TimedOut);
            is_unreachable.then(|| diagnostics::of_aws("reach AWS", &error).into())
        };
        let Some(reason) = session.unreachable.get_or_init(ask).await else { return std::future::pending().await };
        (!session.reported.swap(true, Ordering::Relaxed)).then(|| reason.clone())
    }

    /// Whether it is to be reported that AWS cannot be reached: one message is enough.
    pub fn report_unreachable(&self) -> bool {
        self.current().is_none_or(|session| !session.reported.swap(true, Ordering::Relaxed))
    }

    /// Asks AWS whose the credentials are before the first new object is planned, so that a plan that cannot be applied
    /// fails. Only the first to ask gets the failure.
    ///
    /// # Errors
    /// When AWS cannot be asked, or the account is not allowed.
    pub async fn check_access(&self, cx: &Context) -> Result<(), Diagnostics> {
        match self.current() {
            Some(session) if !session.credentials_checked.swap(true, Ordering::Relaxed) => {
                session.check_identity(cx).await
            }
            _ => Ok(()),
        }
    }
}
