//! What a provider implements.

use async_trait::async_trait;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_util::sync::CancellationToken;

use crate::diagnostics::Diagnostics;
use crate::path::AttributePath;
use crate::schema::{IdentitySchema, Schema};
use crate::types::Type;
use crate::value::Value;

/// What comes with every call.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Cancelled when Terraform asks the provider to stop: waits end at once, state is still returned.
    pub cancelled: CancellationToken,
}

/// Bytes that a resource keeps in the state out of the user's sight.
pub type Private = Vec<u8>;

/// A provider: its own configuration and what it offers.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// Address in the registry, such as `registry.terraform.io/namespace/name`.
    fn address(&self) -> &str;

    /// What a person who starts the binary by hand is told.
    fn about(&self) -> String;

    /// The schema of the provider block.
    fn schema(&self) -> Schema;

    /// The resources; called once.
    fn resources(&self) -> Vec<Box<dyn Resource>>;

    /// The data sources; called once.
    fn data_sources(&self) -> Vec<Box<dyn DataSource>> {
        Vec::new()
    }

    /// The list resources; called once. Each lists objects of a resource of the same name, which has an identity.
    fn list_resources(&self) -> Vec<Box<dyn ListResource>> {
        Vec::new()
    }

    /// The functions; called once.
    fn functions(&self) -> Vec<Box<dyn Function>> {
        Vec::new()
    }

    /// Checks the provider block; parts of it may be unknown.
    async fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Takes the provider block into use; returns warnings.
    ///
    /// # Errors
    /// Diagnostics of which one at least is an error.
    async fn configure(&self, config: Value, terraform_version: &str, cx: &Context)
    -> Result<Diagnostics, Diagnostics>;
}

/// A planned change, before Terraform shows it.
#[derive(Debug, Clone)]
pub struct PlanRequest {
    /// The state before; `None` for a resource that does not exist yet.
    pub prior: Option<Value>,
    /// The configuration with what the provider computed before, as Terraform merges them.
    pub proposed: Value,
    /// The configuration as written.
    pub config: Value,
    /// What the resource kept for itself.
    pub private: Private,
}

/// A resource's answer to a planned change.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The state after the change, with `Value::Unknown` where only the apply can tell.
    pub planned: Value,
    /// What cannot be changed in place.
    pub requires_replace: Vec<AttributePath>,
    /// What the resource keeps for itself until the apply.
    pub private: Private,
    /// Warnings.
    pub warnings: Diagnostics,
}

/// A change to carry out.
#[derive(Debug, Clone)]
pub struct ApplyRequest {
    /// The state before; null for a new resource.
    pub prior: Value,
    /// What was planned; null when the resource is to go.
    pub planned: Value,
    /// The configuration as written; null when the resource is to go.
    pub config: Value,
    /// What the plan kept.
    pub private: Private,
}

/// A resource as it is now.
#[derive(Debug, Clone, Default)]
pub struct ResourceState {
    /// The state, wholly known.
    pub state: Value,
    /// What the resource keeps for itself.
    pub private: Private,
    /// The identity, for a resource that has an identity schema.
    pub identity: Option<Value>,
    /// Warnings.
    pub warnings: Diagnostics,
}

/// A change that did not go through.
#[derive(Debug, Clone, Default)]
pub struct ApplyError {
    /// Why.
    pub diagnostics: Diagnostics,
    /// What exists all the same, to be kept in the state: nothing that was created may be lost.
    pub partial_state: Option<Box<ResourceState>>,
}

impl From<Diagnostics> for ApplyError {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { diagnostics, partial_state: None }
    }
}

/// What reading a resource found.
#[derive(Debug, Clone)]
pub enum ReadOutcome {
    /// The resource as it is now.
    Found(Box<ResourceState>),
    /// It was deleted outside of Terraform.
    NotFound,
}

/// What an import is given.
#[derive(Debug, Clone)]
pub enum ImportKey {
    /// The text behind `terraform import` or `id`.
    Id(String),
    /// The `identity` of an import block.
    Identity(Value),
}

/// An object of another type or provider that is to become this resource.
#[derive(Debug, Clone)]
pub struct MoveRequest {
    /// Address of the provider it comes from.
    pub source_provider: String,
    /// Type it had.
    pub source_type: String,
    /// Version of its schema.
    pub source_version: i64,
    /// Its state as stored JSON.
    pub source_state: Vec<u8>,
}

/// A kind of object that Terraform manages.
#[async_trait]
pub trait Resource: Send + Sync + 'static {
    /// Name, with the provider's prefix.
    fn type_name(&self) -> &'static str;

    /// Schema; called once.
    fn schema(&self) -> Schema;

    /// What tells an object from all others; called once.
    fn identity_schema(&self) -> Option<IdentitySchema> {
        None
    }

    /// Checks a configuration, parts of which may be unknown.
    async fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Plans a creation or an update.
    ///
    /// # Errors
    /// Diagnostics of which one at least is an error.
    async fn plan(&self, request: PlanRequest, cx: &Context) -> Result<Plan, Diagnostics>;

    /// Creates the object.
    ///
    /// # Errors
    /// Why not, with what exists all the same.
    async fn create(&self, request: ApplyRequest, cx: &Context) -> Result<ResourceState, ApplyError>;

    /// Reads the object. `state` is what Terraform has of it, `private` what the resource kept.
    ///
    /// # Errors
    /// Why it could not be read, which is not the same as `ReadOutcome::NotFound`.
    async fn read(&self, state: Value, private: Private, cx: &Context) -> Result<ReadOutcome, Diagnostics>;

    /// Changes the object in place.
    ///
    /// # Errors
    /// Why not, with what was changed all the same.
    async fn update(&self, request: ApplyRequest, cx: &Context) -> Result<ResourceState, ApplyError>;

    /// Deletes the object; one that is gone already is no error. Returns warnings.
    ///
    /// # Errors
    /// Why not; the prior state is kept.
    async fn delete(&self, request: ApplyRequest, cx: &Context) -> Result<Diagnostics, ApplyError>;

    /// Plans a deletion, for resources that warn of it.
    async fn plan_destroy(&self, _prior: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Finds an existing object.
    ///
    /// # Errors
    /// Why there is none to be had.
    async fn import(&self, key: ImportKey, cx: &Context) -> Result<ResourceState, Diagnostics>;

    /// Brings a stored state to the current schema. `state` has the current schema's attributes, null where the
    /// stored state had none, and `raw` is the stored JSON for whatever else a version change needs.
    ///
    /// # Errors
    /// Why the state cannot be used.
    async fn upgrade(&self, _version: i64, state: Value, _raw: &[u8]) -> Result<Value, Diagnostics> {
        Ok(state)
    }

    /// What a person would write for an object in this state: what only the provider sets is left out, and so should be
    /// what is the default anyway.
    async fn configuration(&self, state: &Value) -> Value {
        self.schema().block.written(state)
    }

    /// Takes over an object of another type; `Ok(None)` where this resource does not know that type.
    ///
    /// # Errors
    /// Why a known type's state cannot be taken over.
    async fn move_state(&self, _request: &MoveRequest) -> Result<Option<ResourceState>, Diagnostics> {
        Ok(None)
    }
}

/// Something that Terraform reads.
#[async_trait]
pub trait DataSource: Send + Sync + 'static {
    /// Name, with the provider's prefix.
    fn type_name(&self) -> &'static str;

    /// Schema; called once.
    fn schema(&self) -> Schema;

    /// Checks a configuration, parts of which may be unknown.
    async fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Reads; the second part of the result are warnings.
    ///
    /// # Errors
    /// Diagnostics of which one at least is an error.
    async fn read(&self, config: Value, cx: &Context) -> Result<(Value, Diagnostics), Diagnostics>;
}

/// What a search asks for.
#[derive(Debug, Clone)]
pub struct ListRequest {
    /// The configuration of the search.
    pub config: Value,
    /// Whether the objects themselves are wanted and not just what tells them apart.
    pub include_resource: bool,
}

/// An object that a search found.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its identity, by the identity schema of the resource.
    pub identity: Value,
    /// What it is called.
    pub display_name: String,
    /// The object in the resource's schema, where it was asked for.
    pub state: Option<Value>,
    /// Warnings.
    pub warnings: Diagnostics,
}

/// Where a search puts what it finds.
#[derive(Debug, Clone)]
pub struct Listing(pub(crate) Sender<Result<Listed, Diagnostics>>);

impl Listing {
    /// A search's end of a channel, and the other one.
    pub fn channel(ahead: usize) -> (Self, Receiver<Result<Listed, Diagnostics>>) {
        let (sender, receiver) = channel(ahead);
        (Self(sender), receiver)
    }

    /// Adds an object; `false` when no more are wanted.
    pub async fn push(&self, listed: Listed) -> bool {
        self.0.send(Ok(listed)).await.is_ok()
    }
}

/// A search for objects of a resource.
#[async_trait]
pub trait ListResource: Send + Sync + 'static {
    /// Name of the resource.
    fn type_name(&self) -> &'static str;

    /// Schema of the search; called once.
    fn schema(&self) -> Schema;

    /// Checks a configuration, parts of which may be unknown.
    async fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Searches, and stops when no more are wanted.
    ///
    /// # Errors
    /// Why the search did not get to its end; what was found until then counts.
    async fn list(&self, request: ListRequest, found: &Listing, cx: &Context) -> Result<(), Diagnostics>;
}

/// A parameter of a function.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Name for messages and documentation.
    pub name: String,
    /// Type.
    pub ty: Type,
    /// Markdown.
    pub description: String,
    /// Whether null may be given.
    pub allow_null: bool,
}

/// The signature of a function.
#[derive(Debug, Clone)]
pub struct Signature {
    /// Parameters in order.
    pub parameters: Vec<Parameter>,
    /// The parameter that may follow any number of times.
    pub variadic: Option<Parameter>,
    /// Type of the result.
    pub result: Type,
    /// One line.
    pub summary: String,
    /// Markdown.
    pub description: String,
}

/// Why a function has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// What is wrong and what to do.
    pub text: String,
    /// Which argument is to blame, counted from zero.
    pub argument: Option<i64>,
}

/// A function: no configuration, no side effect.
#[async_trait]
pub trait Function: Send + Sync + 'static {
    /// Name, without the provider's.
    fn name(&self) -> &'static str;

    /// Signature; called once.
    fn signature(&self) -> Signature;

    /// The result for these arguments, all of them known.
    ///
    /// # Errors
    /// Why there is none.
    async fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}
