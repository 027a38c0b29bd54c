//! `cargo xtask dist`: builds the archives of a release.

use std::io;

use e2e::dist::{self, Platform, VERSION};

/// Builds the programs and writes their archives to `target/dist`. With `sums`, writes the checksums of the archives.
///
/// # Errors
/// When the programs cannot be built, or a file cannot be written.
pub fn run(arguments: &[&str]) -> io::Result<()> {
    let folder = e2e::repository().join("target/dist");
    match arguments {
        ["sums"] => dist::seal(VERSION, &folder)?,
        [] => archive(&Platform::find(None)?, &folder)?,
        ["--target", target] => archive(&Platform::find(Some(target))?, &folder)?,
        _ => {
            return Err(io::Error::other(
                "usage: cargo xtask dist [sums | --target TARGET]",
            ));
        }
    }
    let mut files = std::fs::read_dir(&folder)?.collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(std::fs::DirEntry::path);
    for file in files {
        println!("{:>12} {}", file.metadata()?.len(), file.path().display());
    }
    Ok(())
}

fn archive(platform: &Platform, folder: &std::path::Path) -> io::Result<()> {
    let programs = dist::build(platform, "release")?;
    dist::archive(&programs, platform, VERSION, folder)
}
