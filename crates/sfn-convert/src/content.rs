//! The content of a file, by its name.

use std::path::Path;

use asl::Format;

/// The content of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Terraform configuration.
    Configuration,
    /// A definition or a template.
    Text(Format),
}

impl Content {
    /// Returns the content of a file, by its name or else by its text.
    pub fn of(path: &Path, text: &str) -> Self {
        if Self::is_configuration(path) {
            return Self::Configuration;
        }
        Self::Text(Format::of(&path.to_string_lossy(), text))
    }

    /// Returns whether a file is Terraform or OpenTofu configuration.
    pub fn is_configuration(path: &Path) -> bool {
        let extension = path.extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("tf" | "tofu"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_content() {
        for (name, content) in [
            ("main.tf", Content::Configuration),
            ("main.tofu", Content::Configuration),
            ("a.asl.yaml", Content::Text(Format::Yaml)),
            ("a.asl.json", Content::Text(Format::Json)),
            ("a.asl", Content::Text(Format::Json)),
        ] {
            assert_eq!(Content::of(Path::new(name), "{}"), content, "{name}");
        }
        assert_eq!(
            Content::of(Path::new("a.asl"), "StartAt: A"),
            Content::Text(Format::Yaml)
        );
    }
}
