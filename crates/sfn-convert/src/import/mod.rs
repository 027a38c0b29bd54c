//! Writes existing state machines as configuration with `import` blocks, one file for each state machine.
//!
//! The provider itself lists and imports the objects and generates their configuration, so that a plan of the files
//! contains only imports.

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

/// Maximum number of state machines that are read at the same time.
const AT_ONCE: usize = 16;

/// Options of an import.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Regions to search. Defaults to the region of the provider block or the environment. The first is used for the
    /// provider block, unless the folder has one.
    pub regions: Vec<String>,
    /// Profile of the shared configuration files.
    pub profile: Option<String>,
    /// ARNs and names of state machines.
    pub names: Vec<String>,
    /// Prefix of the names of state machines.
    pub prefix: Option<String>,
    /// Tags that a state machine must have.
    pub tags: BTreeMap<String, String>,
    /// Whether to import all state machines.
    pub all: bool,
    /// Folder for the files.
    pub folder: PathBuf,
    /// Objects to import with the state machines.
    pub with: With,
    /// Texts to replace with expressions.
    pub references: References,
    /// API quotas of the account as a multiple of the default AWS quotas.
    pub pace: f64,
}

/// Objects to import with state machines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct With {
    /// Aliases of the state machines.
    pub aliases: bool,
    /// Log groups that the state machines reference with `log_destination`.
    pub log_groups: bool,
    /// Functions that the state machines call, with their code.
    pub functions: bool,
}

/// Receives the progress of an import.
pub trait Progress: Send + Sync {
    /// Reports the number of state machines to import.
    fn found(&self, count: usize);
    /// Reports that a state machine is done.
    fn done(&self, name: &str);
}

/// Result of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Names of the state machines that were written.
    pub machines: Vec<String>,
    /// Number of aliases that were written.
    pub aliases: usize,
    /// Number of log groups that were written.
    pub log_groups: usize,
    /// Number of functions that were written.
    pub functions: usize,
    /// Number of state machines that the folder already declares.
    pub kept: usize,
    /// ARNs, names and regions that failed, with the reasons.
    pub failures: Vec<(String, String)>,
    /// Notes for the user, by file.
    pub notes: Vec<(String, String)>,
    /// Whether the import was stopped before its end.
    pub stopped: bool,
}

/// The provider, with which objects are read.
struct Aws {
    provider: SfnProvider,
    resources: Vec<Box<dyn Resource>>,
    lists: Vec<Box<dyn ListResource>>,
    cx: Context,
    /// Region of the provider block.
    region: String,
}

impl Aws {
    /// Configures the provider with the region of the provider block in the folder, or else the first of the options.
    async fn new(options: &Options, folder: &Folder, cx: Context) -> Result<Self, String> {
        let provider = SfnProvider::paced(options.pace);
        let region = folder
            .region
            .as_deref()
            .or(options.regions.first().map(String::as_str));
        let config = Value::object([
            ("region", region.into()),
            ("profile", options.profile.as_deref().into()),
        ]);
        provider
            .configure(config, "", &cx)
            .await
            .map_err(|diagnostics| said(&diagnostics))?;
        let region = provider
            .region()
            .await
            .map_err(|diagnostics| match said(&diagnostics) {
                said if said.contains("no region:") => {
                    "no region: set `--region`, AWS_REGION, or `region` in the profile".to_owned()
                }
                said => said,
            })?;
        provider
            .check_access(&cx)
            .await
            .map_err(|diagnostics| said(&diagnostics))?;
        let (resources, lists) = (provider.resources(), provider.list_resources());
        Ok(Self {
            provider,
            resources,
            lists,
            cx,
            region,
        })
    }

    fn resource(&self, name: &str) -> Result<&dyn Resource, String> {
        let found = self
            .resources
            .iter()
            .find(|resource| resource.type_name() == name);
        found
            .map(|resource| &**resource)
            .ok_or_else(|| format!("the provider has no {name}"))
    }

    fn list(&self, name: &str) -> Result<&dyn ListResource, String> {
        let found = self.lists.iter().find(|list| list.type_name() == name);
        found
            .map(|list| &**list)
            .ok_or_else(|| format!("the provider cannot list {name}"))
    }
}

/// The messages in one line.
fn said(diagnostics: &Diagnostics) -> String {
    let text = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let one = diagnostics.iter().map(|said| match said.detail.is_empty() {
        true => text(&said.summary),
        false => format!("{}: {}", text(&said.summary), text(&said.detail)),
    });
    one.collect::<Vec<_>>().join("; ")
}

/// Runs an import. Objects that fail are listed in the summary, and the import continues.
///
/// # Errors
/// When nothing can be imported.
pub async fn run(
    options: &Options,
    progress: &dyn Progress,
    cx: Context,
) -> Result<Summary, String> {
    let mut folder = Folder::open(&options.folder)?;
    let aws = Arc::new(Aws::new(options, &folder, cx).await?);
    folder.region = Some(aws.region.clone());
    let mut summary = Summary::default();
    let mut targets = targets::find(&aws, options, &mut summary).await;
    for target in &targets {
        if let Some(address) = folder.former(target) {
            let reason = format!(
                "already managed by `{address}` in this folder: use `sfn convert` to move it"
            );
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
        let name = file
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        summary
            .notes
            .push((name, "`sfn` was added to `required_providers`".to_owned()));
    }
    let (slots, related) = (
        Arc::new(Semaphore::new(AT_ONCE)),
        Arc::new(Related::new(&options.folder)),
    );
    let tasks: Vec<_> = targets
        .into_iter()
        .map(|target| {
            let (aws, slots, related, with) =
                (aws.clone(), slots.clone(), related.clone(), options.with);
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
        write(
            &mut folder,
            &mut references,
            &target,
            gathered,
            &mut summary,
        );
        progress.done(&target.name);
    }
    Ok(summary)
}

/// Writes the file of a state machine, or records the failure.
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
            file.declared
                .iter()
                .for_each(|declared| references.remove(&declared.arn));
            return Err(reason);
        }
        Ok((gathered, file))
    });
    match outcome {
        Err(reason) => summary.failures.push((target.arn.clone(), reason)),
        Ok((gathered, file)) => {
            file.declared
                .iter()
                .for_each(|declared| folder.declare(declared));
            summary.machines.push(target.name.clone());
            summary.aliases += gathered.aliases.len();
            let count = |ty: &str| {
                file.declared
                    .iter()
                    .filter(|declared| declared.ty == ty)
                    .count()
            };
            summary.functions += count(FUNCTION);
            summary.log_groups += count(LOG_GROUP);
            summary.failures.extend(gathered.failures);
            summary
                .notes
                .extend(file.notes.into_iter().map(|note| (file.name.clone(), note)));
        }
    }
}
