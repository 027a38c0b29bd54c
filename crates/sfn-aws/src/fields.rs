//! Fields of responses.

use crate::error::AwsError;

/// The value of a field that AWS always returns. `what` is its name in the error, such as `ARN`.
///
/// # Errors
/// When the response lacks it.
pub(crate) fn required<T>(
    operation: &'static str,
    what: &str,
    value: Option<T>,
) -> Result<T, AwsError> {
    value.ok_or_else(|| AwsError::local(operation, format!("AWS returned no {what}")))
}

/// A text that is not empty. AWS returns some missing texts as empty ones.
pub(crate) fn non_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_field_is_an_error() {
        assert_eq!(required("GetRole", "ARN", Some(1)).ok(), Some(1));
        let error = required::<()>("GetRole", "ARN", None).unwrap_err();
        assert_eq!(error.to_string(), "GetRole: AWS returned no ARN");
    }

    #[test]
    fn an_empty_text_is_none() {
        assert_eq!(non_empty(Some(String::new())), None);
        assert_eq!(non_empty(Some("a".into())).as_deref(), Some("a"));
    }
}
