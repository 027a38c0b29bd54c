//! Reads comments on attributes, blocks and states.

use hcl_edit::Decorate as _;
use hcl_edit::structure::Structure;

/// The name of an attribute or block, and the comment above or after it.
pub(super) fn comment_on(structure: &Structure) -> Option<(String, String)> {
    let (name, above, behind) = match structure {
        Structure::Attribute(attribute) => (
            attribute.key.as_str(),
            attribute.decor().prefix(),
            attribute.decor().suffix(),
        ),
        Structure::Block(block) => (
            block.ident.as_str(),
            block.decor().prefix(),
            block.decor().suffix(),
        ),
    };
    let found: Vec<String> = [above, behind]
        .into_iter()
        .flatten()
        .filter_map(|text| comments(text))
        .collect();
    (!found.is_empty()).then(|| (name.to_owned(), found.join("\n")))
}

/// The comments in the text between two parts of a file.
pub(super) fn comments(between: &str) -> Option<String> {
    let mut is_open = false;
    let lines = between.lines().filter_map(|line| {
        let line = line.trim();
        let text = match line.strip_prefix('#').or_else(|| line.strip_prefix("//")) {
            Some(text) if !is_open => text,
            _ if is_open || line.starts_with("/*") => {
                is_open = !line.ends_with("*/");
                line.trim_start_matches("/*")
                    .trim_end_matches("*/")
                    .trim_start_matches('*')
            }
            _ => return None,
        };
        Some(text.trim().to_owned())
    });
    let lines: Vec<String> = lines.collect();
    let text = lines.join("\n");
    (!text.trim().is_empty()).then_some(text)
}
