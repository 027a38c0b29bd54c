//! Traits that a provider implements.

use async_trait::async_trait;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_util::sync::CancellationToken;

use crate::diagnostics::Diagnostics;
use crate::path::AttributePath;
use crate::schema::{IdentitySchema, Schema};
use crate::types::Type;
use crate::value::Value;

/// Context of a call.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Cancelled when Terraform asks the provider to stop. Waits then end immediately, and the
    /// state is still returned.
    pub cancelled: CancellationToken,
}

/// Data that a resource stores in the state, hidden from the user.
pub type Private = Vec<u8>;

/// A provider: its configuration, and its resources, data sources, actions and functions.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// Address in the registry, such as `registry.terraform.io/namespace/name`.
    fn address(&self) -> &str;

    /// Text shown to users who start the program manually.
    fn about(&self) -> String;

    /// The schema of the provider block.
    fn schema(&self) -> Schema;

    /// Resources. Called once.
    fn resources(&self) -> Vec<Box<dyn Resource>>;

    /// Data sources. Called once.
    fn data_sources(&self) -> Vec<Box<dyn DataSource>> {
        Vec::new()
    }

    /// List resources. Called once. Each lists objects of the resource with the same name, which
    /// must have an identity.
    fn list_resources(&self) -> Vec<Box<dyn ListResource>> {
        Vec::new()
    }

    /// Ephemeral resources. Called once. Requires Terraform 1.10.
    fn ephemeral_resources(&self) -> Vec<Box<dyn EphemeralResource>> {
        Vec::new()
    }

    /// Actions. Called once. Requires Terraform 1.14.
    fn actions(&self) -> Vec<Box<dyn Action>> {
        Vec::new()
    }

    /// Functions. Called once.
    fn functions(&self) -> Vec<Box<dyn Function>> {
        Vec::new()
    }

    /// Checks the provider block. Parts of it may be unknown.
    async fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Configures the provider. Returns warnings.
    ///
    /// # Errors
    ///
    /// Diagnostics with at least one error.
    async fn configure(
        &self,
        config: Value,
        terraform_version: &str,
        cx: &Context,
    ) -> Result<Diagnostics, Diagnostics>;
}

/// Request to plan a change.
#[derive(Debug, Clone)]
pub struct PlanRequest {
    /// Prior state. `None` for a new resource.
    pub prior: Option<Value>,
    /// Configuration merged with prior computed values, as proposed by Terraform.
    pub proposed: Value,
    /// Configuration.
    pub config: Value,
    /// Private data of the resource.
    pub private: Private,
}

/// Response to a planned change.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// State after the change. Values that are only known after apply are `Value::Unknown`.
    pub planned: Value,
    /// Attributes that cannot change in place.
    pub requires_replace: Vec<AttributePath>,
    /// Private data of the resource, kept until the apply.
    pub private: Private,
    /// Warnings.
    pub warnings: Diagnostics,
}

/// Request to apply a change.
#[derive(Debug, Clone)]
pub struct ApplyRequest {
    /// Prior state. Null for a new resource.
    pub prior: Value,
    /// Planned state. Null for a deletion.
    pub planned: Value,
    /// Configuration. Null for a deletion.
    pub config: Value,
    /// Private data from the plan.
    pub private: Private,
}

/// The current state of a resource.
#[derive(Debug, Clone, Default)]
pub struct ResourceState {
    /// State, wholly known.
    pub state: Value,
    /// Private data of the resource.
    pub private: Private,
    /// Identity, if the resource has an identity schema.
    pub identity: Option<Value>,
    /// Warnings.
    pub warnings: Diagnostics,
}

/// A change that failed.
#[derive(Debug, Clone, Default)]
pub struct ApplyError {
    /// The reason.
    pub diagnostics: Diagnostics,
    /// Objects that exist nevertheless, to be kept in the state, so that no created object is lost.
    pub partial_state: Option<Box<ResourceState>>,
}

impl From<Diagnostics> for ApplyError {
    fn from(diagnostics: Diagnostics) -> Self {
        Self {
            diagnostics,
            partial_state: None,
        }
    }
}

/// Result of reading a resource.
#[derive(Debug, Clone)]
pub enum ReadOutcome {
    /// The current state of the resource.
    Found(Box<ResourceState>),
    /// It was deleted outside of Terraform.
    NotFound,
}

/// Key of an import.
#[derive(Debug, Clone)]
pub enum ImportKey {
    /// The ID in `terraform import` or `id`.
    Id(String),
    /// The `identity` of an import block.
    Identity(Value),
}

/// Request to move an object of another type or provider to this resource.
#[derive(Debug, Clone)]
pub struct MoveRequest {
    /// Address of the source provider.
    pub source_provider: String,
    /// Source type.
    pub source_type: String,
    /// Version of the source schema.
    pub source_version: i64,
    /// Source state as stored JSON.
    pub source_state: Vec<u8>,
}

/// A kind of object that Terraform manages.
#[async_trait]
pub trait Resource: Send + Sync + 'static {
    /// Type name, with the prefix of the provider.
    fn type_name(&self) -> &'static str;

    /// Schema. Called once.
    fn schema(&self) -> Schema;

    /// Schema of the identity. Called once.
    fn identity_schema(&self) -> Option<IdentitySchema> {
        None
    }

    /// Checks a configuration. Parts of it may be unknown.
    async fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Plans a creation or an update.
    ///
    /// # Errors
    ///
    /// Diagnostics with at least one error.
    async fn plan(&self, request: PlanRequest, cx: &Context) -> Result<Plan, Diagnostics>;

    /// Creates the object.
    ///
    /// # Errors
    ///
    /// When the creation fails, with the objects that exist nevertheless.
    async fn create(
        &self,
        request: ApplyRequest,
        cx: &Context,
    ) -> Result<ResourceState, ApplyError>;

    /// Reads the object with this state and private data.
    ///
    /// # Errors
    ///
    /// When the object cannot be read, in contrast to `ReadOutcome::NotFound`.
    async fn read(
        &self,
        state: Value,
        private: Private,
        cx: &Context,
    ) -> Result<ReadOutcome, Diagnostics>;

    /// Updates the object in place.
    ///
    /// # Errors
    ///
    /// When the update fails, with the changes that were made nevertheless.
    async fn update(
        &self,
        request: ApplyRequest,
        cx: &Context,
    ) -> Result<ResourceState, ApplyError>;

    /// Deletes the object. It is not an error if the object does not exist. Returns warnings.
    ///
    /// # Errors
    ///
    /// When the deletion fails. The prior state is kept.
    async fn delete(&self, request: ApplyRequest, cx: &Context) -> Result<Diagnostics, ApplyError>;

    /// Plans a deletion, for resources with warnings about it.
    async fn plan_destroy(&self, _prior: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Imports an existing object.
    ///
    /// # Errors
    ///
    /// When the object does not exist, or cannot be read.
    async fn import(&self, key: ImportKey, cx: &Context) -> Result<ResourceState, Diagnostics>;

    /// Upgrades a stored state to the current schema. `state` has the attributes of the current
    /// schema, null if the stored state lacks them. `raw` is the stored JSON.
    ///
    /// # Errors
    ///
    /// When the state cannot be used.
    async fn upgrade(
        &self,
        _version: i64,
        state: Value,
        _raw: &[u8],
    ) -> Result<Value, Diagnostics> {
        Ok(state)
    }

    /// The configuration for an object with this state. Omits computed values, and should omit
    /// defaults.
    async fn configuration(&self, state: &Value) -> Value {
        self.schema().block.written(state)
    }

    /// Moves an object of another type to this resource. `Ok(None)` if the type is not supported.
    ///
    /// # Errors
    ///
    /// When the state of a supported type cannot be moved.
    async fn move_state(
        &self,
        _request: &MoveRequest,
    ) -> Result<Option<ResourceState>, Diagnostics> {
        Ok(None)
    }
}

/// A data source.
#[async_trait]
pub trait DataSource: Send + Sync + 'static {
    /// Type name, with the prefix of the provider.
    fn type_name(&self) -> &'static str;

    /// Schema. Called once.
    fn schema(&self) -> Schema;

    /// Checks a configuration. Parts of it may be unknown.
    async fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Reads the data source. The second part of the result are warnings.
    ///
    /// # Errors
    ///
    /// Diagnostics with at least one error.
    async fn read(&self, config: Value, cx: &Context) -> Result<(Value, Diagnostics), Diagnostics>;
}

/// Request of a search.
#[derive(Debug, Clone)]
pub struct ListRequest {
    /// The configuration of the search.
    pub config: Value,
    /// Whether to return the objects, in addition to their identities.
    pub include_resource: bool,
}

/// An object found by a search.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Identity, with the identity schema of the resource.
    pub identity: Value,
    /// Display name.
    pub display_name: String,
    /// The object, with the schema of the resource, if requested.
    pub state: Option<Value>,
    /// Warnings.
    pub warnings: Diagnostics,
}

/// Channel for the results of a search.
#[derive(Debug, Clone)]
pub struct Listing(pub(crate) Sender<Result<Listed, Diagnostics>>);

impl Listing {
    /// The two ends of a channel for a search.
    pub fn channel(ahead: usize) -> (Self, Receiver<Result<Listed, Diagnostics>>) {
        let (sender, receiver) = channel(ahead);
        (Self(sender), receiver)
    }

    /// Sends an object. Returns `false` when no more objects are wanted.
    pub async fn push(&self, listed: Listed) -> bool {
        self.0.send(Ok(listed)).await.is_ok()
    }
}

/// A search for objects of a resource.
#[async_trait]
pub trait ListResource: Send + Sync + 'static {
    /// Type name of the resource.
    fn type_name(&self) -> &'static str;

    /// Schema of the search. Called once.
    fn schema(&self) -> Schema;

    /// Checks a configuration. Parts of it may be unknown.
    async fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Searches until no more objects are wanted.
    ///
    /// # Errors
    ///
    /// When the search cannot be completed. Objects that were sent before are kept.
    async fn list(
        &self,
        request: ListRequest,
        found: &Listing,
        cx: &Context,
    ) -> Result<(), Diagnostics>;
}

/// A resource that exists only during a run, and is stored neither in the plan nor in the state.
/// It needs no renewal, and is not closed.
#[async_trait]
pub trait EphemeralResource: Send + Sync + 'static {
    /// Type name, with the prefix of the provider.
    fn type_name(&self) -> &'static str;

    /// Schema. Called once.
    fn schema(&self) -> Schema;

    /// Checks a configuration. Parts of it may be unknown.
    async fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Opens the resource. Returns the configuration with the computed values, wholly known, and
    /// warnings.
    ///
    /// # Errors
    ///
    /// Diagnostics with at least one error.
    async fn open(&self, config: Value, cx: &Context) -> Result<(Value, Diagnostics), Diagnostics>;
}

/// Channel for messages that Terraform shows while an action runs.
#[derive(Debug, Clone)]
pub struct Progress(Sender<String>);

impl Progress {
    /// The two ends of a channel for the messages of an action.
    pub fn channel(ahead: usize) -> (Self, Receiver<String>) {
        let (sender, receiver) = channel(ahead);
        (Self(sender), receiver)
    }

    /// Shows a message. Does nothing after the receiver was dropped.
    pub async fn say(&self, message: impl Into<String>) {
        let _ = self.0.send(message.into()).await;
    }
}

/// An operation that Terraform runs on request. It has no state and no result.
#[async_trait]
pub trait Action: Send + Sync + 'static {
    /// Type name, with the prefix of the provider.
    fn type_name(&self) -> &'static str;

    /// Schema. Called once.
    fn schema(&self) -> Schema;

    /// Checks a configuration. Parts of it may be unknown.
    async fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Checks the invocation during a plan. Parts of the configuration may be unknown. Returns
    /// warnings.
    ///
    /// # Errors
    ///
    /// Diagnostics with at least one error.
    async fn plan(&self, _config: &Value, _cx: &Context) -> Result<Diagnostics, Diagnostics> {
        Ok(Diagnostics::default())
    }

    /// Runs the action. The context is also cancelled if Terraform ends the call. Returns warnings.
    ///
    /// # Errors
    ///
    /// When the action fails.
    async fn invoke(
        &self,
        config: Value,
        progress: &Progress,
        cx: &Context,
    ) -> Result<Diagnostics, Diagnostics>;
}

/// A parameter of a function.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Name, for messages and documentation.
    pub name: String,
    /// Type.
    pub ty: Type,
    /// Description in Markdown.
    pub description: String,
    /// Whether null is allowed.
    pub allow_null: bool,
}

/// The signature of a function.
#[derive(Debug, Clone)]
pub struct Signature {
    /// Parameters in order.
    pub parameters: Vec<Parameter>,
    /// Parameter that can occur any number of times, after the others.
    pub variadic: Option<Parameter>,
    /// Type of the result.
    pub result: Type,
    /// Summary in one line.
    pub summary: String,
    /// Description in Markdown.
    pub description: String,
}

/// An error of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// What is wrong, and how to fix it.
    pub text: String,
    /// Index of the invalid argument, starting with zero.
    pub argument: Option<i64>,
}

/// A function. It needs no configuration and has no side effects.
#[async_trait]
pub trait Function: Send + Sync + 'static {
    /// Name, without the prefix of the provider.
    fn name(&self) -> &'static str;

    /// Signature. Called once.
    fn signature(&self) -> Signature;

    /// Returns the result for these arguments, which are all known.
    ///
    /// # Errors
    ///
    /// When there is no result.
    async fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}
