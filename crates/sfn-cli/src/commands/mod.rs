//! The subcommands, one file each.

pub mod callback;
pub mod convert;
pub mod deploy;
pub mod diff;
pub mod executions;
pub mod explain;
pub mod history;
pub mod import;
pub mod redrive;
pub mod render;
pub mod replay;
pub mod run;
pub mod server;
pub mod test;
pub mod validate;

/// Parses `KEY=VALUE`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("must have the form KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}
