//! `cargo xtask words`: checks the words of all texts: the terms of `STYLE.md`, and spelling.

use std::io;
use std::path::Path;
use std::process::Command;

/// The spelling checker.
const PACKAGES: [(&str, &str); 1] = [("typos", "1.52.0")];
/// The file with the terms, which contains the phrases to avoid.
const STYLE: &str = "STYLE.md";

/// Checks all files of the repository.
///
/// # Errors
/// When a file contains a phrase to avoid or a misspelled word, or the checker cannot be installed.
pub fn run() -> io::Result<()> {
    let root = e2e::repository();
    let avoided = avoided(&std::fs::read_to_string(root.join(STYLE))?);
    let mut found = 0;
    for name in files(&root)? {
        // Other files are not text.
        let Ok(text) = std::fs::read_to_string(root.join(&name)) else {
            continue;
        };
        if name == STYLE {
            continue;
        }
        for (line, phrase, instead) in phrases_in(&text, &avoided) {
            println!("{name}:{line}: write \"{instead}\", not \"{phrase}\"");
            found += 1;
        }
    }
    if found > 0 {
        return Err(io::Error::other(format!(
            "{found} phrases that {STYLE} tells to avoid"
        )));
    }
    let python = local_aws::python(&PACKAGES)?;
    let typos = python.parent().unwrap_or(Path::new("")).join("typos");
    let status = Command::new(typos)
        .args(["--config", ".config/typos.toml", "."])
        .current_dir(&root)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other("typos found misspelled words"))
    }
}

/// The files that are committed.
fn files(root: &Path) -> io::Result<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root)
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ));
    }
    let names = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(names
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect())
}

/// The phrases of the table under "Terms", each with what to write instead.
fn avoided(style: &str) -> Vec<(String, String)> {
    let table = style
        .split("## Terms")
        .nth(1)
        .and_then(|rest| rest.split("\n## ").next())
        .unwrap_or("");
    let rows = table.lines().filter_map(|line| {
        line.strip_prefix("| ")?
            .strip_suffix(" |")?
            .split_once(" | ")
    });
    let rows = rows.filter(|(instead, _)| *instead != "Write" && !instead.starts_with("---"));
    let phrases = rows.flat_map(|(instead, phrases)| {
        phrases
            .split(", ")
            .map(|phrase| (phrase.to_lowercase(), instead.to_owned()))
            .collect::<Vec<_>>()
    });
    phrases.collect()
}

/// The phrases in a text, with their lines. A phrase can be broken at the end of a line, also of a comment.
fn phrases_in<'a>(text: &str, avoided: &'a [(String, String)]) -> Vec<(usize, &'a str, &'a str)> {
    let mut words: Vec<(usize, String)> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_start().trim_start_matches(['/', '!', '#', '>']);
        let separator = |c: char| !(c.is_alphanumeric() || "-_'".contains(c));
        let of_line = line.split(separator).filter(|word| !word.is_empty());
        words.extend(of_line.map(|word| (number + 1, word.to_lowercase())));
    }
    let mut found = Vec::new();
    for (phrase, instead) in avoided {
        let parts: Vec<&str> = phrase.split(' ').collect();
        let is_here = |window: &&[(usize, String)]| window.iter().map(|(_, word)| word).eq(&parts);
        let places = words
            .windows(parts.len())
            .filter(is_here)
            .filter_map(|window| window.first());
        found.extend(places.map(|(line, _)| (*line, phrase.as_str(), instead.as_str())));
    }
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "## Terms\n\n| Write | Not |\n| --- | --- |\n| generated | old words, old-words |\n\n## Glossary\n\n| a | b |\n";

    fn check(text: &str, expected: &[usize]) {
        let avoided = avoided(TABLE);
        let lines: Vec<usize> = phrases_in(text, &avoided)
            .into_iter()
            .map(|(line, ..)| line)
            .collect();
        assert_eq!(lines, expected, "{text}");
    }

    #[test]
    fn phrases_of_the_table_are_found() {
        assert_eq!(avoided(TABLE).len(), 2);
        check("An old-words name.\nIt is Old words.", &[1, 2]);
        check("// it is old\n// words here", &[1]);
        check("old, words_of", &[]);
    }
}
