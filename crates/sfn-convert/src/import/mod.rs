//! What is in AWS as files of configuration, one for each state machine, with `import` blocks.
//!
//! The provider itself lists, imports and writes: what it would plan for these files is only to import.

mod file;
mod folder;
mod gather;
mod targets;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use terraform_provider_sfn::SfnProvider;
use tfconfig::References;
use tfplugin::{Context, Diagnostics, ListResource, Provider as _, Resource, Value};
use tokio::sync::Semaphore;

use folder::Folder;
use gather::{FUNCTION, Gathered, LOG_GROUP, MODULE, Related};
use targets::Target;

/// How many state machines are read at a time.
const AT_ONCE: usize = 16;

/// What is to be imported, and how.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Regions to look in; that of the provider block or the environment if there are none. The first is that of the provider
    /// block, unless the folder has one.
    pub regions: Vec<String>,
    /// Profile of the shared configuration files.
    pub profile: Option<String>,
    /// ARNs and names of state machines.
    pub names: Vec<String>,
    /// What names begin with.
    pub prefix: Option<String>,
    /// Tags that they have.
    pub tags: BTreeMap<String, String>,
    /// Whether all of them are meant.
    pub all: bool,
    /// Where the files go.
    pub folder: PathBuf,
    /// What is imported as well.
    pub with: With,
    /// What is written as an expression.
    pub references: References,
    /// How many times AWS's default quotas of calls the account has.
    pub pace: f64,
}

/// What is imported beside state machines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct With {
    /// Their aliases.
    pub aliases: bool,
    /// The log groups that they write to, where those are not their own.
    pub log_groups: bool,
    /// The functions that they call, with their code.
    pub functions: bool,
}

/// Who is told how far it is.
pub trait Progress: Send + Sync {
    /// So many state machines are to be imported.
    fn found(&self, count: usize);
    /// One more is done.
    fn done(&self, name: &str);
}

/// What has been done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Names of the state machines that were written.
    pub machines: Vec<String>,
    /// How many aliases were written.
    pub aliases: usize,
    /// How many log groups were written.
    pub log_groups: usize,
    /// How many functions were written.
    pub functions: usize,
    /// How many of them the folder has already.
    pub kept: usize,
    /// What could not be done, by the ARN or region that it is about.
    pub failures: Vec<(String, String)>,
    /// What people should know, by file.
    pub notes: Vec<(String, String)>,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

/// The provider, whose resources read what is imported.
struct Aws {
    provider: SfnProvider,
    resources: Vec<Box<dyn Resource>>,
    lists: Vec<Box<dyn ListResource>>,
    cx: Context,
    /// The region of the provider block.
    region: String,
}

impl Aws {
    /// The provider, in the region of the folder's provider block or the first one that is asked for.
    async fn new(options: &Options, folder: &Folder, cx: Context) -> Result<Self, String> {
        let provider = SfnProvider::paced(options.pace);
        let region = folder.region.as_deref().or(options.regions.first().map(String::as_str));
        let config = Value::object([("region", region.into()), ("profile", options.profile.as_deref().into())]);
        provider.configure(config, "", &cx).await.map_err(|diagnostics| said(&diagnostics))?;
        let region = provider.region().await.map_err(|diagnostics| match said(&diagnostics) {
            said if said.contains("no region:") => {
                "no region: give `--region`, or set AWS_REGION or `region` in the profile".to_owned()
            }
            said => said,
        })?;
        provider.check_access(&cx).await.map_err(|diagnostics| said(&diagnostics))?;
        let (resources, lists) = (provider.resources(), provider.list_resources());
        Ok(Self { provider, resources, lists, cx, region })
    }

    fn resource(&self, name: &str) -> Result<&dyn Resource, String> {
        let found = self.resources.iter().find(|resource| resource.type_name() == name);
        found.map(|resource| &**resource).ok_or_else(|| format!("the provider has no {name}"))
    }

    fn list(&self, name: &str) -> Result<&dyn ListResource, String> {
        let found = self.lists.iter().find(|list| list.type_name() == name);
        found.map(|list| &**list).ok_or_else(|| format!("the provider cannot list {name}"))
    }
}

/// Messages in one line.
fn said(diagnostics: &Diagnostics) -> String {
    let text = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let one = diagnostics.iter().map(|said| match said.detail.is_empty() {
        true => text(&said.summary),
        false => format!("{}: {}", text(&said.summary), text(&said.detail)),
    });
    one.collect::<Vec<_>>().join("; ")
}

/// Imports. What fails is told in the summary and does not keep the rest from being done.
///
/// # Errors
/// Why nothing at all could be done.
pub async fn run(options: &Options, progress: &dyn Progress, cx: Context) -> Result<Summary, String> {
    let mut folder = Folder::open(&options.folder)?;
    let aws = Arc::new(Aws::new(options, &folder, cx).await?);
    folder.region = Some(aws.region.clone());
    let mut summary = Summary::default();
    let mut targets = targets::find(&aws, options, &mut summary).await;
    for target in &targets {
        if let Some(address) = folder.former(target) {
            let reason = format!("`{address}` manages it in this folder: `sfn convert` moves it");
            summary.failures.push((target.arn.clone(), reason));
        }
    }
    targets.retain(|target| folder.former(target).is_none());
    let found = targets.len();
    targets.retain(|target| !folder.has(target));
    summary.kept = found - targets.len();
    progress.found(targets.len());
    if !targets.is_empty()
        && let Some(file) = folder.write_versions(options)?
    {
        let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        summary.notes.push((name, "`sfn` was added to `required_providers`".to_owned()));
    }
    let (slots, related) = (Arc::new(Semaphore::new(AT_ONCE)), Arc::new(Related::new(&options.folder)));
    let tasks: Vec<_> = targets
        .into_iter()
        .map(|target| {
            let (aws, slots, related, with) = (aws.clone(), slots.clone(), related.clone(), options.with);
            let task = tokio::spawn({
                let target = target.clone();
                async move {
                    let _slot = slots.acquire().await.map_err(|error| error.to_string())?;
                    gather::machine(&aws, &target, with, &related).await
                }
            });
            (target, task)
        })
        .collect();
    let mut references = options.references.clone();
    references.insert(MODULE, "path.module");
    folder.refer(&mut references);
    for (target, task) in tasks {
        if aws.cx.cancelled.is_cancelled() {
            summary.stopped = true;
            task.abort();
            continue;
        }
        let gathered = task.await.unwrap_or_else(|error| Err(error.to_string()));
        if gathered.is_err() && aws.cx.cancelled.is_cancelled() {
            summary.stopped = true;
            continue;
        }
        write(&mut folder, &mut references, &target, gathered, &mut summary);
        progress.done(&target.name);
    }
    Ok(summary)
}

/// Writes what was read of a state machine, or says why there is nothing to write.
fn write(
    folder: &mut Folder,
    references: &mut References,
    target: &Target,
    gathered: Result<Gathered, String>,
    summary: &mut Summary,
) {
    let outcome = gathered.and_then(|gathered| {
        let file = file::render(folder, references, target, &gathered);
        if let Err(reason) = folder.write(&file.name, &file.text) {
            file.declared.iter().for_each(|declared| references.remove(&declared.arn));
            return Err(reason);
        }
        Ok((gathered, file))
    });
    match outcome {
        Err(reason) => summary.failures.push((target.arn.clone(), reason)),
        Ok((gathered, file)) => {
            file.declared.iter().for_each(|declared| folder.declare(declared));
            summary.machines.push(target.name.clone());
            summary.aliases += gathered.aliases.len();
            let count = |ty: &str| file.declared.iter().filter(|declared| declared.ty == ty).count();
            summary.functions += count(FUNCTION);
            summary.log_groups += count(LOG_GROUP);
            summary.failures.extend(gathered.failures);
            summary.notes.extend(file.notes.into_iter().map(|note| (file.name.clone(), note)));
        }
    }
}
