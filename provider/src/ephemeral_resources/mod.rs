//! Ephemeral resources. Each file is named after its type, without `sfn_`.

mod execution;

use async_trait::async_trait;
use tfplugin::{Context, DataSource as _, Diagnostics, EphemeralResource, Value};

use crate::session::ProviderContext;
use crate::shared::data_source::{Lookup, LookupDataSource};

/// All ephemeral resources.
pub fn all(provider: &ProviderContext) -> Vec<Box<dyn EphemeralResource>> {
    vec![Box::new(Ephemeral::<execution::Execution>(
        LookupDataSource::new(provider),
    ))]
}

/// A lookup whose result is neither in the plan nor in the state.
struct Ephemeral<T>(LookupDataSource<T>);

#[async_trait]
impl<T: Lookup> EphemeralResource for Ephemeral<T> {
    fn type_name(&self) -> &'static str {
        T::TYPE
    }

    fn schema(&self) -> tfplugin::schema::Schema {
        self.0.schema()
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        self.0.validate(config).await
    }

    async fn open(&self, config: Value, cx: &Context) -> Result<(Value, Diagnostics), Diagnostics> {
        self.0.read(config, cx).await
    }
}
