//! Resources. Each file is named after its type, without `sfn_`.

pub mod activity;
pub mod alias;
mod cloudwatch_log_group;
mod execution_alarm;
mod lambda_alias;
pub mod lambda_function;
mod lambda_function_event_invoke_config;
mod lambda_permission;
pub mod state_machine;

use tfplugin::Resource;

use crate::session::ProviderContext;
use crate::shared::resource::ManagedResource;

/// All resources.
pub fn all(provider: &ProviderContext) -> Vec<Box<dyn Resource>> {
    vec![
        Box::new(ManagedResource::<activity::Activity>::new(provider)),
        Box::new(ManagedResource::<alias::Alias>::new(provider)),
        Box::new(ManagedResource::<cloudwatch_log_group::LogGroup>::new(
            provider,
        )),
        Box::new(ManagedResource::<execution_alarm::ExecutionAlarm>::new(
            provider,
        )),
        Box::new(ManagedResource::<lambda_alias::LambdaAlias>::new(provider)),
        Box::new(ManagedResource::<lambda_function::Function>::new(provider)),
        Box::new(ManagedResource::<
            lambda_function_event_invoke_config::EventInvokeConfig,
        >::new(provider)),
        Box::new(ManagedResource::<lambda_permission::Permission>::new(
            provider,
        )),
        Box::new(ManagedResource::<state_machine::StateMachine>::new(
            provider,
        )),
    ]
}
