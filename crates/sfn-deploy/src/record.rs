//! The record of a deployment, which is kept in the description of the alias while it is under way.
//!
//! AWS changes description and weights in one call, so that they always belong together.

use std::fmt;

use sfn_aws::time::Seconds;

/// Maximum length of a description in characters (API reference, UpdateStateMachineAlias and
/// Lambda's UpdateAlias).
const LONGEST: usize = 256;

/// Maximum length of a description in characters that leaves room for a record.
pub const LONGEST_DESCRIPTION: usize = 128;

const START: &str = "[sfn deployment of version ";

/// The progress of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// New version.
    pub to: String,
    /// Old version.
    pub from: String,
    /// Start of the deployment.
    pub start: Seconds,
    /// Start of the current step.
    pub since: Seconds,
    /// ID of the process that continues it.
    pub id: String,
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            to,
            from,
            start,
            since,
            id,
        } = self;
        write!(
            f,
            "{START}{to} after {from}: start {start}, step {since}, id {id}]"
        )
    }
}

impl Record {
    /// Divides a description into the text of the user and the record.
    pub fn split(description: Option<&str>) -> (Option<String>, Option<Self>) {
        let text = description.unwrap_or("");
        let found = text
            .rfind(START)
            .and_then(|at| Some((text.get(..at)?, Self::parse(text.get(at..)?)?)));
        let (text, record) = match found {
            Some((text, record)) => (text.strip_suffix(' ').unwrap_or(text), Some(record)),
            None => (text, None),
        };
        let text = Some(text.to_owned()).filter(|text| !text.is_empty());
        (text, record)
    }

    /// A description of the user with this record. `None` if it is too long.
    pub fn join(&self, description: Option<&str>) -> Option<String> {
        let text = match description {
            Some(description) if !description.is_empty() => format!("{description} {self}"),
            _ => self.to_string(),
        };
        (text.chars().count() <= LONGEST).then_some(text)
    }

    fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(START)?.strip_suffix(']')?;
        let (to, rest) = rest.split_once(" after ")?;
        let (from, rest) = rest.split_once(": start ")?;
        let (start, rest) = rest.split_once(", step ")?;
        let (since, id) = rest.split_once(", id ")?;
        Some(Self {
            to: to.to_owned(),
            from: from.to_owned(),
            start: Seconds::parse(start)?,
            since: Seconds::parse(since)?,
            id: id.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn records_are_read_as_they_are_written(
            text in "[ -~äé\\[\\]]{0,128}",
            to in 1..10_000_000_000_u64,
            from in 1..10_000_000_000_u64,
            start in 0..4_000_000_000_i64,
            step in 0..200_000_i64,
        ) {
            let record = Record {
                to: to.to_string(),
                from: from.to_string(),
                start: Seconds(start),
                since: Seconds(start + step),
                id: "1a2b3c".into(),
            };
            let joined = record.join(Some(&text)).expect("it fits");
            let expected = Some(text).filter(|text| !text.is_empty());
            prop_assert_eq!(Record::split(Some(&joined)), (expected, Some(record)));
        }

        #[test]
        fn other_descriptions_are_kept(text in ".{1,256}") {
            prop_assert_eq!(Record::split(Some(&text)), (Some(text.clone()), None));
        }
    }

    #[test]
    fn incomplete_records_are_texts() {
        for text in [
            "[sfn deployment of version 7]",
            "[sfn deployment of version 7 after 6: start 2026-12-01T13:24:49Z, step now, id 1]",
            "[sfn deployment of version 7 after 6: start 2026-12-01T13:24:49Z, step 2026-12-01T13:24:49Z, id 1",
        ] {
            assert_eq!(Record::split(Some(text)), (Some(text.to_owned()), None));
        }
        assert_eq!(Record::split(Some("")), (None, None));
        assert_eq!(Record::split(None), (None, None));
    }

    #[test]
    fn long_descriptions_leave_no_room() {
        let record = Record {
            to: "7".into(),
            from: "6".into(),
            start: Seconds(0),
            since: Seconds(0),
            id: "1a2b3c".into(),
        };
        let room = LONGEST - record.to_string().len() - 1;
        assert!(room > LONGEST_DESCRIPTION, "{room}");
        assert!(record.join(Some(&"é".repeat(room))).is_some());
        assert_eq!(record.join(Some(&"é".repeat(room + 1))), None);
    }
}
