//! The subcommands, one file each.

pub mod convert;
pub mod diff;
pub mod explain;
pub mod import;
pub mod render;
pub mod run;
pub mod server;
pub mod test;
pub mod validate;

/// Parses `KEY=VALUE`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("must have the form KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}
