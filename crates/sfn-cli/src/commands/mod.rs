//! The commands: one file each, with its arguments.

pub mod convert;
pub mod diff;
pub mod explain;
pub mod import;
pub mod render;
pub mod server;
pub mod validate;

/// `KEY=VALUE`
pub fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}
