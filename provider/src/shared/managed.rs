//! What a resource implements: its model, what spans attributes, and its calls to AWS. All else is done by
//! [`ManagedResource`](super::resource::ManagedResource).

use std::sync::Arc;

use asl::references::Kind;
use async_trait::async_trait;
use sfn_aws::{Aws, AwsError, Call, CreateError, Identity, Tags};
use tfplugin::model::{Missing, Model, Problem};
use tfplugin::{AttributePath, Context, Diagnostic, Diagnostics};

use super::move_state::SourceState;
use crate::session::{ProviderContext, ProviderSession};

/// A part of the identity of an object.
pub struct IdentityPart {
    /// The attribute.
    pub name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Whether an import has to give it.
    pub required: bool,
}

impl IdentityPart {
    /// A part that an import has to give.
    pub const fn required(name: &'static str, description: &'static str) -> Self {
        Self { name, description, required: true }
    }

    /// A part that not every object has.
    pub const fn optional(name: &'static str, description: &'static str) -> Self {
        Self { name, description, required: false }
    }
}

/// What every call of a resource comes with.
pub struct Operation {
    /// The provider, in the region of the object.
    pub provider: ProviderContext,
    /// Its clients and settings.
    pub session: Arc<ProviderSession>,
    /// Until when the operation may take.
    pub call: Call,
    /// All tags that the object is to have.
    pub tags: Tags,
    /// All tags that it had.
    pub prior_tags: Tags,
}

impl Operation {
    /// The clients.
    pub fn aws(&self) -> &Arc<Aws> {
        &self.session.aws
    }
}

/// Why an operation failed.
#[derive(Debug)]
pub enum Refusal {
    /// AWS refused a call, or could not be reached.
    Aws(AwsError),
    /// Anything else.
    Told(Diagnostics),
}

impl From<AwsError> for Refusal {
    fn from(error: AwsError) -> Self {
        Self::Aws(error)
    }
}

impl From<Diagnostics> for Refusal {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Told(diagnostics)
    }
}

impl From<Diagnostic> for Refusal {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Told(diagnostic.into())
    }
}

impl From<Missing> for Refusal {
    fn from(missing: Missing) -> Self {
        Self::Told(missing.into())
    }
}

/// A change that failed, with what exists all the same.
#[derive(Debug)]
pub struct Failed<T> {
    /// Why.
    pub refusal: Refusal,
    /// What exists by then and has to be kept in the state; `None` where nothing changed.
    pub partial: Option<Box<T>>,
}

impl<T> Failed<T> {
    /// A failure that left this.
    pub fn leaving(refusal: impl Into<Refusal>, partial: T) -> Self {
        Self { refusal: refusal.into(), partial: Some(Box::new(partial)) }
    }

    /// A creation that failed. What may exist because of it belongs in the state.
    pub fn created(error: CreateError, model: T) -> Self {
        Self { refusal: error.error.into(), partial: error.may_exist.then(|| Box::new(model)) }
    }
}

impl<T> From<AwsError> for Failed<T> {
    fn from(error: AwsError) -> Self {
        Self { refusal: error.into(), partial: None }
    }
}

impl<T> From<Refusal> for Failed<T> {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, partial: None }
    }
}

impl<T> From<Diagnostics> for Failed<T> {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { refusal: diagnostics.into(), partial: None }
    }
}

impl<T> From<Missing> for Failed<T> {
    fn from(missing: Missing) -> Self {
        Self { refusal: missing.into(), partial: None }
    }
}

/// An object as AWS has it.
pub struct Observed<T> {
    /// Its attributes. What AWS does not have is as it was.
    pub model: T,
    /// All its tags; `None` for an object without tags.
    pub tags: Option<Tags>,
    /// Warnings.
    pub warnings: Diagnostics,
}

impl<T> Observed<T> {
    /// An object without tags.
    pub fn untagged(model: T) -> Self {
        Self { model, tags: None, warnings: Diagnostics::default() }
    }

    /// An object with these tags.
    pub fn tagged(model: T, tags: Tags) -> Self {
        Self { model, tags: Some(tags), warnings: Diagnostics::default() }
    }
}

/// A change that is being planned.
pub struct Change<'a, T> {
    /// The state before; `None` for a new object.
    pub prior: Option<&'a T>,
    /// The configuration.
    pub config: &'a T,
    /// The provider, in the region of the object.
    pub provider: &'a ProviderContext,
    /// The call.
    pub cx: &'a Context,
}

/// What a resource adds to its plan.
#[derive(Debug, Default)]
pub struct PlanOutcome {
    /// Warnings.
    pub warnings: Diagnostics,
    /// What cannot be changed in place, beside the attributes with `replace`.
    pub requires_replace: Vec<AttributePath>,
}

/// A kind of object that Terraform manages.
#[async_trait]
pub trait Managed: Model + Clone + Send + Sync + 'static {
    /// Type of the resource, such as `sfn_alias`.
    const TYPE: &'static str;
    /// What tells an object from all others of its kind.
    const IDENTITY: &'static [IdentityPart];
    /// The attribute that names it.
    const NAMED_BY: &'static str = "name";
    /// The attribute that a generated name begins with, where there is one.
    const PREFIX: Option<&'static str> = None;
    /// The type of hashicorp/aws that a `moved` block turns into this resource.
    const MOVED_FROM: Option<&'static str> = None;
    /// Whether it has tags.
    const TAGGED: bool = false;
    /// What workflows call it as.
    const CALLED_AS: Option<Kind> = None;

    /// What messages call it, such as "alias `live`".
    fn title(&self) -> String;

    /// Its name or ARN among what workflows call.
    fn called(&self) -> Option<&str> {
        None
    }

    /// Checks what spans attributes. What is unknown is checked once it is known.
    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        Diagnostics::default()
    }

    /// Completes a plan in which defaults are set and what the provider computes is unknown, or as it was.
    ///
    /// # Errors
    /// Why the change cannot be made.
    async fn plan(&mut self, _change: &Change<'_, Self>) -> Result<PlanOutcome, Diagnostics> {
        Ok(PlanOutcome::default())
    }

    /// Creates the object, and never takes up one that is there.
    ///
    /// # Errors
    /// Why not, with what exists all the same.
    async fn create(&self, operation: &Operation) -> Result<Self, Failed<Self>>;

    /// Reads the object; `None` when there is none. For an import only what [`Managed::parse_import_id`] gives is known.
    ///
    /// # Errors
    /// Why it cannot be read.
    async fn read(&self, operation: &Operation) -> Result<Option<Observed<Self>>, Refusal>;

    /// Changes the object in place.
    ///
    /// # Errors
    /// Why not, with what was changed all the same.
    async fn update(&self, prior: &Self, operation: &Operation) -> Result<Self, Failed<Self>>;

    /// Removes what a finished update has left. What fails is a warning.
    async fn clear_up(&self, _prior: &Self, _operation: &Operation) -> Diagnostics {
        Diagnostics::default()
    }

    /// Deletes the object; one that is gone already is no error. Gives warnings.
    ///
    /// # Errors
    /// Why not.
    async fn delete(&self, operation: &Operation) -> Result<Diagnostics, Refusal>;

    /// Changes the tags of the object; only for resources with tags.
    ///
    /// # Errors
    /// Errors returned by AWS.
    async fn write_tags(&self, _operation: &Operation) -> Result<(), Refusal> {
        Ok(())
    }

    /// The key attributes that the id of an import names.
    ///
    /// # Errors
    /// What an id looks like.
    fn parse_import_id(id: &str) -> Result<Self, Problem>;

    /// The id that imports this object.
    fn import_id(&self, identity: &Identity) -> String;

    /// What reading alone does not give an imported object.
    ///
    /// # Errors
    /// Why it cannot be read.
    async fn complete_import(self, _operation: &Operation) -> Result<Self, Refusal> {
        Ok(self)
    }

    /// What a person would write for this object, where that is less than all that may be written.
    fn configuration(self) -> Self {
        self
    }

    /// Completes an object that comes from hashicorp/aws, whose attributes of the same names are taken already.
    fn moved(self, _source: &SourceState) -> Self {
        self
    }
}
