//! `sfn server`

use std::io::BufReader;

use sfn_lsp::End;

use crate::config::settings_in;
use crate::{Exit, Failure};

/// Arguments of `sfn server`.
#[derive(clap::Args)]
pub struct Args {
    /// Accepted for editors that pass it; standard input and output are always used.
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Runs the command.
pub fn run(_arguments: &Args) -> Result<Exit, Failure> {
    let settings = |folder: &std::path::Path| settings_in(folder).map(|settings| settings.linter);
    let input = BufReader::new(std::io::stdin());
    let mut output = std::io::stdout().lock();
    match sfn_lsp::run(input, &mut output, &settings) {
        Ok(End::Shutdown) => Ok(Exit::Clean),
        Ok(End::Abandoned) => Ok(Exit::Findings),
        Err(error) => Err(format!("the editor cannot be served: {error}")),
    }
}
