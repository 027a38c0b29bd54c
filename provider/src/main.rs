//! The process that Terraform starts.

use std::process::ExitCode;

use terraform_provider_sfn::SfnProvider;

#[tokio::main]
async fn main() -> ExitCode {
    match tfplugin::serve(SfnProvider::default()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
