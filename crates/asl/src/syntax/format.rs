//! The formats of definitions.

/// The format of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

impl Format {
    /// Returns the format of a text by its first character.
    pub fn of_text(text: &str) -> Self {
        if text
            .trim_start_matches('\u{feff}')
            .trim_start()
            .starts_with(['{', '[', '"'])
        {
            Self::Json
        } else {
            Self::Yaml
        }
    }

    /// Returns the format by the extension of a file name: JSON for `.json`, YAML for `.yaml` and `.yml`.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1 {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }

    /// Returns the format of a file, by its name or else by its text.
    pub fn of(name: &str, text: &str) -> Self {
        Self::of_name(name).unwrap_or_else(|| Self::of_text(text))
    }

    /// Returns whether the name of a file says that it is a definition.
    pub fn is_definition_name(name: &str) -> bool {
        let ends = [".asl", ".asl.json", ".asl.yaml", ".asl.yml"];
        ends.iter().any(|end| name.ends_with(end))
    }
}
