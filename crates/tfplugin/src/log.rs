//! Logs in the format of Terraform: one JSON object per line on standard error.

use std::fmt::{Debug, Write as _};
use std::io::Write as _;

use serde_json::{Map, Value as Json, json};
use time::OffsetDateTime;
use time::macros::format_description;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// Log level from the environment variables of Terraform. `None` disables logs.
fn level(var: impl Fn(&str) -> Option<String>) -> Option<Level> {
    let text = ["TF_LOG_PROVIDER", "TF_LOG"].into_iter().find_map(var)?;
    match text.to_uppercase().as_str() {
        "" | "OFF" => None,
        "DEBUG" => Some(Level::DEBUG),
        "INFO" => Some(Level::INFO),
        "WARN" => Some(Level::WARN),
        "ERROR" => Some(Level::ERROR),
        // Terraform interprets any other word as the most detailed level.
        _ => Some(Level::TRACE),
    }
}

/// Writes the events of this process to standard error, at the level set for Terraform.
pub(crate) fn install() {
    if let Some(level) = level(|name| std::env::var(name).ok()) {
        let subscriber = tracing_subscriber::registry().with(JsonLines { level });
        // A second installation, for example by a test, has no effect.
        let _ = tracing::subscriber::set_global_default(subscriber);
    }
}

struct JsonLines {
    level: Level,
}

impl JsonLines {
    /// At these levels, the AWS SDK and the HTTP stack log request bodies, which may contain
    /// secrets.
    fn is_enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        let ours = ["tfplugin", "sfn_aws", "terraform_provider_sfn"]
            .iter()
            .any(|m| metadata.target().starts_with(m));
        *metadata.level() <= self.level && (ours || *metadata.level() <= Level::WARN)
    }
}

impl<S: Subscriber> Layer<S> for JsonLines {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        self.is_enabled(metadata)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line(Map::new());
        event.record(&mut line);
        line.0.insert(
            "@level".into(),
            json!(event.metadata().level().as_str().to_lowercase()),
        );
        line.0
            .insert("@module".into(), json!(event.metadata().target()));
        line.0.insert("@timestamp".into(), json!(timestamp()));
        line.0.entry("@message").or_insert_with(|| json!(""));
        // Errors are ignored, because standard error may be closed.
        let _ = writeln!(std::io::stderr().lock(), "{}", Json::Object(line.0));
    }
}

struct Line(Map<String, Json>);

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        let name = if field.name() == "message" {
            "@message"
        } else {
            field.name()
        };
        self.0.insert(name.into(), json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().into(), json!(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().into(), json!(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        let _ = write!(text, "{value:?}");
        self.record_str(field, &text);
    }
}

/// Current time in UTC with six decimal places. With any other number, Terraform reads the line as
/// plain text.
fn timestamp() -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");
    OffsetDateTime::now_utc().format(format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn level_follows_terraform() {
        let asked = |provider: Option<&'static str>, all: Option<&'static str>| {
            level(move |name| if name == "TF_LOG" { all } else { provider }.map(str::to_owned))
        };
        assert_eq!(asked(None, None), None);
        assert_eq!(asked(None, Some("debug")), Some(Level::DEBUG));
        assert_eq!(asked(Some("WARN"), Some("TRACE")), Some(Level::WARN));
        assert_eq!(asked(None, Some("JSON")), Some(Level::TRACE));
        assert_eq!(asked(Some("off"), None), None);
    }
}
