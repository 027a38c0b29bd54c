//! The `encryption_configuration` block of state machines and activities.

use sfn_aws::encryption::Encryption as Settings;
use tfplugin::model::{Attr, Model};
use tfplugin::{AttributePath, Diagnostic, Diagnostics, Value};

/// Name of the block.
pub const BLOCK: &str = "encryption_configuration";
const OWNED: &str = "AWS_OWNED_KEY";
const CUSTOMER: &str = "CUSTOMER_MANAGED_KMS_KEY";

/// Encryption at rest.
#[derive(Debug, Clone, PartialEq, Eq, Model)]
pub struct Encryption {
    /// Type of the key.
    #[tf(required, name = "type", one_of = ["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY"])]
    kind: Attr<String>,
    /// ID, ARN or alias of the customer managed key.
    #[tf(optional, equal = same_key)]
    kms_key_id: Attr<String>,
    /// Number of seconds for which a data key is reused.
    #[tf(optional, absent = 300, between = 60..=900)]
    kms_data_key_reuse_period_seconds: Attr<i32>,
}

/// AWS returns the ARN of a key that can be configured with its ID or alias.
fn same_key(a: &Value, b: &Value) -> bool {
    let (Some(a), Some(b)) = (a.as_str(), b.as_str()) else {
        return false;
    };
    let ends = |arn: &str, id: &str| {
        arn.strip_suffix(id)
            .is_some_and(|rest| rest.ends_with([':', '/']))
    };
    a == b || ends(a, b) || ends(b, a)
}

impl Encryption {
    /// Checks that span attributes.
    pub fn validate(block: &Attr<Self>) -> Diagnostics {
        let Some(encryption) = block.known() else {
            return Diagnostics::default();
        };
        if encryption.kind.text() != Some(CUSTOMER) || !encryption.kms_key_id.is_null() {
            return Diagnostics::default();
        }
        let path = AttributePath::root(BLOCK).attribute("type");
        let detail = "Set the ID, ARN or alias of the key.";
        Diagnostic::error(format!("`kms_key_id` is required for `{CUSTOMER}`"), detail)
            .at(path)
            .into()
    }

    /// The settings for AWS. Without a block, an AWS owned key.
    pub fn settings(block: &Attr<Self>) -> Settings {
        match block.known() {
            Some(encryption) if encryption.kind.text() == Some(CUSTOMER) => Settings {
                kind: CUSTOMER.into(),
                kms_key_id: encryption.kms_key_id.text().map(str::to_owned),
                reuse_seconds: encryption
                    .kms_data_key_reuse_period_seconds
                    .known()
                    .copied(),
            },
            _ => Settings::aws_owned(),
        }
    }

    /// The block for the settings in AWS. Unchanged if AWS does not return them.
    pub fn observed(found: Option<&Settings>, before: &Attr<Self>) -> Attr<Self> {
        let Some(found) = found else {
            return before.clone();
        };
        if found.kind == OWNED && before.is_null() {
            return Attr::Null;
        }
        Attr::Known(Self {
            kind: found.kind.as_str().into(),
            kms_key_id: found.kms_key_id.clone().into(),
            kms_data_key_reuse_period_seconds: found.reuse_seconds.into(),
        })
    }

    /// The block of an object of hashicorp/aws, which also stores it for AWS owned keys.
    pub fn moved(block: Attr<Self>) -> Attr<Self> {
        match block {
            Attr::Known(encryption) if encryption.kind.text() == Some(CUSTOMER) => {
                Attr::Known(encryption)
            }
            _ => Attr::Null,
        }
    }
}
