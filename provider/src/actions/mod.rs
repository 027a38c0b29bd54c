//! Actions. Each file is named after its type, without `sfn_`.

mod deploy;
mod redrive_execution;
mod start_execution;
mod waiting;

use tfplugin::Action;

use crate::session::ProviderContext;
use crate::shared::action::InvokeAction;

/// All actions.
pub fn all(provider: &ProviderContext) -> Vec<Box<dyn Action>> {
    vec![
        Box::new(InvokeAction::<deploy::Deploy>::new(provider)),
        Box::new(InvokeAction::<redrive_execution::RedriveExecution>::new(
            provider,
        )),
        Box::new(InvokeAction::<start_execution::StartExecution>::new(
            provider,
        )),
    ]
}
