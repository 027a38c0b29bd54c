//! Encryption at rest of state machines and activities.

use aws_sdk_sfn::types::{EncryptionConfiguration, EncryptionType};

use crate::error::AwsError;

/// Encryption at rest of a state machine or an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encryption {
    /// `AWS_OWNED_KEY` or `CUSTOMER_MANAGED_KMS_KEY`.
    pub kind: String,
    /// Customer managed key.
    pub kms_key_id: Option<String>,
    /// Number of seconds for which a data key is reused.
    pub reuse_seconds: Option<i32>,
}

impl Encryption {
    /// The AWS owned key.
    pub fn aws_owned() -> Self {
        Self {
            kind: "AWS_OWNED_KEY".into(),
            kms_key_id: None,
            reuse_seconds: None,
        }
    }

    /// Whether an object that was created with this encryption now has `found`. AWS adds the
    /// default reuse period. Some emulators return no encryption, which means the AWS owned key.
    pub(crate) fn is_met_by(&self, found: Option<&Self>) -> bool {
        let found = found.cloned().unwrap_or_else(Self::aws_owned);
        let reuse_seconds = self.reuse_seconds.or(found.reuse_seconds);
        Self {
            reuse_seconds,
            ..self.clone()
        } == found
    }

    /// The configuration for a request.
    ///
    /// # Errors
    /// When the SDK rejects it.
    pub(crate) fn to_request(
        &self,
        operation: &'static str,
    ) -> Result<EncryptionConfiguration, AwsError> {
        EncryptionConfiguration::builder()
            .r#type(EncryptionType::from(self.kind.as_str()))
            .set_kms_key_id(self.kms_key_id.clone())
            .set_kms_data_key_reuse_period_seconds(self.reuse_seconds)
            .build()
            .map_err(|error| AwsError::local(operation, error.to_string()))
    }

    /// The configuration for a creation request. `None` for the default, because emulators without
    /// encryption reject it.
    ///
    /// # Errors
    /// When the SDK rejects it.
    pub(crate) fn to_creation(
        &self,
        operation: &'static str,
    ) -> Result<Option<EncryptionConfiguration>, AwsError> {
        if *self == Self::aws_owned() {
            Ok(None)
        } else {
            self.to_request(operation).map(Some)
        }
    }
}

impl From<EncryptionConfiguration> for Encryption {
    fn from(found: EncryptionConfiguration) -> Self {
        Self {
            kind: found.r#type.as_str().to_owned(),
            kms_key_id: found.kms_key_id,
            reuse_seconds: found.kms_data_key_reuse_period_seconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encryption_is_compared_with_what_was_sent() {
        let customer = |key: &str, reuse_seconds| Encryption {
            kind: "CUSTOMER_MANAGED_KMS_KEY".into(),
            kms_key_id: Some(key.into()),
            reuse_seconds,
        };
        let owned = Encryption::aws_owned();
        assert!(owned.is_met_by(None) && owned.is_met_by(Some(&owned)));
        assert!(!owned.is_met_by(Some(&customer("k", None))));
        assert!(customer("k", None).is_met_by(Some(&customer("k", Some(300)))));
        assert!(customer("k", Some(300)).is_met_by(Some(&customer("k", Some(300)))));
        assert!(!customer("k", Some(60)).is_met_by(Some(&customer("k", Some(300)))));
        assert!(!customer("k", None).is_met_by(Some(&customer("l", Some(300)))));
        assert!(!customer("k", None).is_met_by(None));
    }
}
