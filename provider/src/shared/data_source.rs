//! Traits of data sources and searches, and the adapters to Terraform's traits.

use std::marker::PhantomData;
use std::time::Duration;

use async_trait::async_trait;
use sfn_aws::Call;
use tfplugin::model::Model;
use tfplugin::schema::{Attribute, Schema};
use tfplugin::{
    AttributePath, Context, DataSource, Diagnostic, Diagnostics, ImportKey, ListRequest,
    ListResource, Listed, Listing, Resource as _, Type, Value,
};

use super::managed::{Managed, Operation, Refusal};
use super::region::{self, REGION};
use super::resource::ManagedResource;
use super::timeouts::READ;
use crate::diagnostics;
use crate::session::ProviderContext;

/// A data source.
#[async_trait]
pub trait Lookup: Model + Send + Sync + 'static {
    /// Type of the data source, such as `sfn_alias`.
    const TYPE: &'static str;

    /// Time limit.
    const TIMEOUT: Duration = READ;

    /// Name of the object in messages, such as "alias `live`".
    fn title(&self) -> String;

    /// Checks that span attributes. Unknown values are checked once they are known.
    fn validate(&self, _provider: &ProviderContext) -> Diagnostics {
        Diagnostics::default()
    }

    /// Completes the configuration with the values of AWS. Also returns warnings.
    ///
    /// # Errors
    ///
    /// When the object cannot be read, or does not exist.
    async fn look_up(self, operation: &Operation) -> Result<(Self, Diagnostics), Refusal>;
}

/// Error for an object that does not exist, at the attribute that names it.
pub fn not_found(title: &str, attribute: &str) -> Refusal {
    let detail = "Check the account, the region and the name.";
    Diagnostic::error(format!("there is no {title}"), detail)
        .at(AttributePath::root(attribute))
        .into()
}

/// A Terraform data source for a model.
pub struct LookupDataSource<T> {
    provider: ProviderContext,
    schema: Schema,
    model: PhantomData<fn() -> T>,
}

impl<T: Lookup> LookupDataSource<T> {
    /// Creates the data source with the configuration of the provider.
    pub fn new(provider: &ProviderContext) -> Self {
        let mut block = T::block();
        let description =
            "Region to read from. Defaults to the region of the ARN, or of the provider.";
        block.attributes.push(Attribute::optional_computed(
            REGION,
            Type::String,
            description,
        ));
        Self {
            provider: provider.clone(),
            schema: Schema { version: 0, block },
            model: PhantomData,
        }
    }
}

fn operation(
    provider: ProviderContext,
    timeout: Duration,
    cx: &Context,
) -> Result<Operation, Diagnostics> {
    let session = provider.session()?;
    session.require_aws(
        "`offline = true` in the provider block allows no calls to AWS. Remove it, or give the values of the data \
         source with `override_data` in the test.",
    )?;
    let tags = sfn_aws::Tags::new;
    Ok(Operation {
        provider,
        session,
        call: Call::new(timeout, cx.cancelled.clone()),
        tags: tags(),
        prior_tags: tags(),
    })
}

#[async_trait]
impl<T: Lookup> DataSource for LookupDataSource<T> {
    fn type_name(&self) -> &'static str {
        T::TYPE
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = self.schema.block.check(config);
        diagnostics.extend(T::from_value(config).validate(&self.provider));
        diagnostics.extend(region::validate(&self.provider, config));
        diagnostics
    }

    async fn read(&self, config: Value, cx: &Context) -> Result<(Value, Diagnostics), Diagnostics> {
        let written = region::written(&config).map(str::to_owned);
        let region = written.or_else(|| T::from_value(&config).region());
        let provider = self.provider.in_region(region.clone());
        let operation = operation(provider, T::TIMEOUT, cx)?;
        let model = T::from_value(&config);
        let title = model.title();
        let read = tokio::select! {
            read = model.look_up(&operation) => read,
            reason = self.provider.until_unreachable(cx) => {
                let again = || Diagnostic::error("AWS cannot be reached", "Another message gives the reason.").into();
                return Err(reason.unwrap_or_else(again));
            }
        };
        let (found, warnings) = match read {
            Ok(read) => read,
            Err(Refusal::Told(diagnostics)) => return Err(diagnostics),
            Err(Refusal::Aws(error)) => {
                return Err(diagnostics::of_aws(&format!("read the {title}"), &error).into());
            }
        };
        let mut state = self.schema.block.fill_unknown(&config, &config);
        let found = found.to_value();
        for (name, value) in found.as_map().into_iter().flatten() {
            // Configured values are kept as they are.
            if state.get(name).is_null()
                || self
                    .schema
                    .block
                    .nested(name)
                    .is_some_and(|_| !value.is_null())
            {
                state.set(name, self.schema.block.fill_unknown(&Value::Unknown, value));
            }
        }
        let region = match region {
            Some(region) => region.into(),
            None => self.provider.default_region().await,
        };
        state.set(
            REGION,
            if region.is_unknown() {
                Value::Null
            } else {
                region
            },
        );
        Ok((state, warnings))
    }
}

/// The region in the ARN of a model.
trait Regional {
    fn region(&self) -> Option<String>;
}

impl<T: Model> Regional for T {
    fn region(&self) -> Option<String> {
        let value = self.to_value();
        [
            "arn",
            "statemachine_arn",
            "state_machine_arn",
            "function_name",
        ]
        .iter()
        .find_map(|name| aws_arn::region_of(value.get(name).as_str()?))
    }
}

/// An object found by a search.
pub struct FoundObject {
    /// Import id.
    pub id: String,
    /// Identity.
    pub identity: Value,
    /// Display name.
    pub name: String,
}

/// A search for the objects of a resource.
#[async_trait]
pub trait Search: Model + Send + Sync + 'static {
    /// The resource whose objects are found.
    type Resource: Managed;

    /// Name of the search in messages, such as "aliases of `orders`".
    fn title(&self) -> String;

    /// Checks that span attributes. Unknown values are checked once they are known.
    fn validate(&self) -> Diagnostics {
        Diagnostics::default()
    }

    /// The objects, in the order of their names.
    ///
    /// # Errors
    /// Errors returned by AWS.
    async fn search(&self, operation: &Operation) -> Result<Vec<FoundObject>, Refusal>;

    /// Whether an object matches, if this requires a separate call.
    ///
    /// # Errors
    /// Errors returned by AWS.
    async fn is_wanted(
        &self,
        _object: &FoundObject,
        _operation: &Operation,
    ) -> Result<bool, Refusal> {
        Ok(true)
    }
}

/// A Terraform list resource for a search.
pub struct SearchListResource<T> {
    provider: ProviderContext,
    schema: Schema,
    model: PhantomData<fn() -> T>,
}

impl<T: Search> SearchListResource<T> {
    /// Creates the search with the configuration of the provider.
    pub fn new(provider: &ProviderContext) -> Self {
        let mut block = T::block();
        let description = "Region to search. Defaults to the region of the provider.";
        block
            .attributes
            .push(Attribute::optional(REGION, Type::String, description));
        Self {
            provider: provider.clone(),
            schema: Schema { version: 0, block },
            model: PhantomData,
        }
    }
}

#[async_trait]
impl<T: Search> ListResource for SearchListResource<T> {
    fn type_name(&self) -> &'static str {
        T::Resource::TYPE
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = self.schema.block.check(config);
        diagnostics.extend(T::from_value(config).validate());
        diagnostics.extend(region::validate(&self.provider, config));
        // Terraform resolves paths from the `list` block, which contains the search in its block
        // `config`.
        diagnostics
            .into_iter()
            .map(|diagnostic| diagnostic.below(&AttributePath::root("config")))
            .collect()
    }

    async fn list(
        &self,
        request: ListRequest,
        found: &Listing,
        cx: &Context,
    ) -> Result<(), Diagnostics> {
        let written = region::written(&request.config).map(str::to_owned);
        let search = T::from_value(&request.config);
        let operation = operation(
            self.provider.in_region(written.or_else(|| search.region())),
            READ,
            cx,
        )?;
        let refused = |refusal: Refusal| match refusal {
            Refusal::Told(diagnostics) => diagnostics,
            Refusal::Aws(error) => {
                diagnostics::of_aws(&format!("list the {}", search.title()), &error).into()
            }
        };
        let resource = ManagedResource::<T::Resource>::new(&operation.provider);
        for object in search.search(&operation).await.map_err(refused)? {
            let is_wanted = search
                .is_wanted(&object, &operation)
                .await
                .map_err(refused)?;
            if is_wanted && !push(&resource, object, &request, found, cx).await {
                break;
            }
        }
        Ok(())
    }
}

/// Sends an object, with its state if requested. Returns `false` when no more objects are wanted.
/// An object that cannot be read is sent without its state.
async fn push<T: Managed>(
    resource: &ManagedResource<T>,
    object: FoundObject,
    request: &ListRequest,
    found: &Listing,
    cx: &Context,
) -> bool {
    let mut listed = Listed {
        identity: object.identity,
        display_name: object.name,
        state: None,
        warnings: Diagnostics::default(),
    };
    if request.include_resource {
        match resource.import(ImportKey::Id(object.id), cx).await {
            Ok(present) => {
                (listed.state, listed.warnings) = (Some(present.state), present.warnings);
            }
            Err(diagnostics) => {
                let warning = |error: &Diagnostic| {
                    Diagnostic::warning(error.summary.clone(), error.detail.clone())
                };
                listed.warnings = diagnostics.iter().map(warning).collect();
            }
        }
    }
    found.push(listed).await
}
