//! The trait that resources implement: the model, checks that span attributes, and calls to AWS.
//! [`ManagedResource`](super::resource::ManagedResource) does everything else.

use std::sync::Arc;
use std::time::Duration;

use asl::references::Kind;
use async_trait::async_trait;
use sfn_aws::{Aws, AwsError, Call, CreateError, Identity, Tags};
use tfplugin::model::{Missing, Model, Problem};
use tfplugin::{AttributePath, Context, Diagnostic, Diagnostics};

use super::move_state::SourceState;
use crate::session::{ProviderContext, ProviderSession};

/// A part of the identity of an object.
pub struct IdentityPart {
    /// Name of the attribute.
    pub name: &'static str,
    /// Description of the attribute.
    pub description: &'static str,
    /// Whether an import must contain it.
    pub required: bool,
}

impl IdentityPart {
    /// A part that an import must contain.
    pub const fn required(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            required: true,
        }
    }

    /// A part that not all objects have.
    pub const fn optional(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            required: false,
        }
    }
}

/// Parameters of all operations of a resource.
pub struct Operation {
    /// The provider, in the region of the object.
    pub provider: ProviderContext,
    /// Clients and settings of the provider.
    pub session: Arc<ProviderSession>,
    /// Deadline of the operation.
    pub call: Call,
    /// All tags of the object after the operation.
    pub tags: Tags,
    /// All tags of the object before the operation.
    pub prior_tags: Tags,
}

impl Operation {
    /// The clients.
    pub fn aws(&self) -> &Arc<Aws> {
        &self.session.aws
    }
}

/// The reason why an operation failed.
#[derive(Debug)]
pub enum Refusal {
    /// AWS rejected a call, or could not be reached.
    Aws(AwsError),
    /// Any other reason.
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

/// A failed change, with the objects that exist nevertheless.
#[derive(Debug)]
pub struct Failed<T> {
    /// The reason.
    pub refusal: Refusal,
    /// Objects that exist and must be kept in the state. `None` if nothing changed.
    pub partial: Option<Box<T>>,
}

impl<T> Failed<T> {
    /// A failure that left this object.
    pub fn leaving(refusal: impl Into<Refusal>, partial: T) -> Self {
        Self {
            refusal: refusal.into(),
            partial: Some(Box::new(partial)),
        }
    }

    /// A failed creation. The object is kept in the state if it may exist.
    pub fn created(error: CreateError, model: T) -> Self {
        Self {
            refusal: error.error.into(),
            partial: error.may_exist.then(|| Box::new(model)),
        }
    }
}

impl<T> From<AwsError> for Failed<T> {
    fn from(error: AwsError) -> Self {
        Self {
            refusal: error.into(),
            partial: None,
        }
    }
}

impl<T> From<Refusal> for Failed<T> {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal,
            partial: None,
        }
    }
}

impl<T> From<Diagnostics> for Failed<T> {
    fn from(diagnostics: Diagnostics) -> Self {
        Self {
            refusal: diagnostics.into(),
            partial: None,
        }
    }
}

impl<T> From<Missing> for Failed<T> {
    fn from(missing: Missing) -> Self {
        Self {
            refusal: missing.into(),
            partial: None,
        }
    }
}

/// An object as read from AWS.
pub struct Observed<T> {
    /// Its attributes. Values that AWS does not have are unchanged.
    pub model: T,
    /// All its tags. `None` for an object without tags.
    pub tags: Option<Tags>,
    /// Warnings.
    pub warnings: Diagnostics,
}

impl<T> Observed<T> {
    /// An object without tags.
    pub fn untagged(model: T) -> Self {
        Self {
            model,
            tags: None,
            warnings: Diagnostics::default(),
        }
    }

    /// An object with these tags.
    pub fn tagged(model: T, tags: Tags) -> Self {
        Self {
            model,
            tags: Some(tags),
            warnings: Diagnostics::default(),
        }
    }
}

/// A change to plan.
pub struct Change<'a, T> {
    /// The prior state. `None` for a new object.
    pub prior: Option<&'a T>,
    /// The configuration.
    pub config: &'a T,
    /// The provider, in the region of the object.
    pub provider: &'a ProviderContext,
    /// The context of the call.
    pub cx: &'a Context,
}

/// Result of planning a resource.
#[derive(Debug, Default)]
pub struct PlanOutcome {
    /// Warnings.
    pub warnings: Diagnostics,
    /// Attributes that cannot change in place, in addition to those with `replace`.
    pub requires_replace: Vec<AttributePath>,
}

/// A kind of object that Terraform manages.
#[async_trait]
pub trait Managed: Model + Clone + Send + Sync + 'static {
    /// Type of the resource, such as `sfn_alias`.
    const TYPE: &'static str;
    /// Attributes that identify an object.
    const IDENTITY: &'static [IdentityPart];
    /// Attribute with its name.
    const NAMED_BY: &'static str = "name";
    /// Attribute with the prefix of a generated name, if there is one.
    const PREFIX: Option<&'static str> = None;
    /// Type of hashicorp/aws from which a `moved` block can migrate.
    const MOVED_FROM: Option<&'static str> = None;
    /// Whether it has tags.
    const TAGGED: bool = false;
    /// Kind of reference with which workflows call it.
    const CALLED_AS: Option<Kind> = None;

    /// Name in messages, such as "alias `live`".
    fn title(&self) -> String;

    /// Its name or ARN in workflows that call it.
    fn called(&self) -> Option<&str> {
        None
    }

    /// Checks that span attributes. Unknown values are checked once they are known.
    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        Diagnostics::default()
    }

    /// Time that a change of this object takes at least, beyond the usual.
    fn time_needed(&self) -> Duration {
        Duration::ZERO
    }

    /// Completes a plan. Defaults are already set, and computed values are unknown or unchanged.
    ///
    /// # Errors
    ///
    /// When the change cannot be made.
    async fn plan(&mut self, _change: &Change<'_, Self>) -> Result<PlanOutcome, Diagnostics> {
        Ok(PlanOutcome::default())
    }

    /// Completes the plan of a new object without AWS, with the values that follow from its name.
    fn assume(&mut self, _identity: &Identity) {}

    /// Creates the object. Never adopts an existing object.
    ///
    /// # Errors
    ///
    /// When the creation fails, with the objects that exist nevertheless.
    async fn create(&self, operation: &Operation) -> Result<Self, Failed<Self>>;

    /// Reads the object. `None` if it does not exist. For an import, only the attributes from
    /// [`Managed::parse_import_id`] are known.
    ///
    /// # Errors
    ///
    /// When the object cannot be read.
    async fn read(&self, operation: &Operation) -> Result<Option<Observed<Self>>, Refusal>;

    /// Updates the object in place.
    ///
    /// # Errors
    ///
    /// When the update fails, with the changes that were made nevertheless.
    async fn update(&self, prior: &Self, operation: &Operation) -> Result<Self, Failed<Self>>;

    /// Cleans up after a completed update. Failures are warnings.
    async fn clear_up(&self, _prior: &Self, _operation: &Operation) -> Diagnostics {
        Diagnostics::default()
    }

    /// Deletes the object. It is not an error if the object does not exist. Returns warnings.
    ///
    /// # Errors
    ///
    /// When the deletion fails.
    async fn delete(&self, operation: &Operation) -> Result<Diagnostics, Refusal>;

    /// Updates the tags of the object. Only for resources with tags.
    ///
    /// # Errors
    /// Errors returned by AWS.
    async fn write_tags(&self, _operation: &Operation) -> Result<(), Refusal> {
        Ok(())
    }

    /// Key attributes from an import id.
    ///
    /// # Errors
    ///
    /// When the id is invalid. The error contains the expected format.
    fn parse_import_id(id: &str) -> Result<Self, Problem>;

    /// The import id of this object.
    fn import_id(&self, identity: &Identity) -> String;

    /// Completes an imported object with values that reading alone does not return.
    ///
    /// # Errors
    ///
    /// When the values cannot be read.
    async fn complete_import(self, _operation: &Operation) -> Result<Self, Refusal> {
        Ok(self)
    }

    /// The minimal configuration of this object.
    fn configuration(self) -> Self {
        self
    }

    /// Completes an object from hashicorp/aws. Attributes with the same names are already set.
    fn moved(self, _source: &SourceState) -> Self {
        self
    }
}
