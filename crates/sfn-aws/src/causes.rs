//! Causes of an error.

use std::error::Error;
use std::io;

use aws_smithy_types::error::ErrorMetadata;

/// Texts of outer errors of the SDK, which only contain their kind. They are omitted in messages,
/// and have no other effect.
const KINDS: [&str; 11] = [
    "an error occurred while loading an access token",
    "an error occurred while loading credentials",
    "dispatch failure",
    "io error",
    "other",
    "response error",
    "service error",
    "the credentials provider was not properly configured",
    "unexpected credentials error",
    "unhandled error",
    "user error",
];

/// An error and its causes, the outermost first. Includes errors that an I/O error wraps.
pub(crate) fn chain<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        match error.downcast_ref::<io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

/// The outermost error of a type, among an error and its causes.
pub(crate) fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|cause| cause.downcast_ref::<T>())
}

/// The texts of an error and its causes in one line, without duplicates.
pub(crate) fn texts(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    for cause in chain(error) {
        let text = one_line(&text(cause));
        let is_new = !texts.iter().any(|earlier| earlier.contains(&text));
        if is_new && !text.is_empty() && !KINDS.contains(&text.as_str()) {
            texts.push(text);
        }
    }
    if texts.is_empty() {
        error.to_string()
    } else {
        texts.join(": ")
    }
}

/// The text of an error without its causes. The default text of AWS's metadata is intended for
/// logs.
fn text(error: &(dyn Error + 'static)) -> String {
    match error.downcast_ref::<ErrorMetadata>() {
        Some(metadata) => [metadata.code(), metadata.message()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(": "),
        None => error.to_string(),
    }
}

/// A text without line breaks and repeated spaces.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first characters of a text, followed by `…` if it is longer.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Outer {
        text: &'static str,
        source: io::Error,
    }

    #[test]
    fn every_cause_is_in_the_text_once() {
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        for (error, expected) in [
            (
                Outer {
                    text: "cannot connect",
                    source: refused(),
                },
                "cannot connect: connection refused",
            ),
            (
                Outer {
                    text: "two\n  lines",
                    source: io::Error::other(refused()),
                },
                "two lines: connection refused",
            ),
            (
                Outer {
                    text: "connection refused here",
                    source: refused(),
                },
                "connection refused here",
            ),
            (
                Outer {
                    text: "dispatch failure",
                    source: io::Error::other("broken"),
                },
                "broken",
            ),
        ] {
            assert_eq!(texts(&error), expected);
        }
    }

    #[test]
    fn a_cause_is_found_inside_of_an_io_error() {
        let inner = Outer {
            text: "inner",
            source: io::Error::other("end"),
        };
        let error = io::Error::other(io::Error::other(inner));
        assert_eq!(find::<Outer>(&error).map(|outer| outer.text), Some("inner"));
        assert!(find::<Outer>(&io::Error::other("none")).is_none());
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(shortened("short", 5), "short");
        assert_eq!(shortened("größer", 3), "grö…");
    }
}
