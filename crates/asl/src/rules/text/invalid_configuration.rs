//! Terraform configuration that does not match the schema.

use crate::diagnostic::Diagnostic;
use crate::syntax::{TextError, TextErrorKind};

rule! {
    /// ## What it does
    ///
    /// Checks for Terraform files that are not valid HCL, and for arguments and blocks that a resource does not have.
    ///
    /// `sfn validate` reads the resource `sfn_state_machine` and the data source `sfn_definition` without
    /// Terraform. During planning, Terraform reports the same problems.
    ///
    /// ## Why is this bad?
    ///
    /// Terraform rejects the configuration.
    ///
    /// ## Example
    ///
    /// ```hcl
    /// resource "sfn_state_machine" "order" {
    ///   name     = "order"
    ///   start_at = "Accepted"
    ///
    ///   suceed "Accepted" {}
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```hcl
    /// resource "sfn_state_machine" "order" {
    ///   name     = "order"
    ///   start_at = "Accepted"
    ///
    ///   succeed "Accepted" {}
    /// }
    /// ```
    ///
    /// ## References
    ///
    /// - [Terraform: Syntax](https://developer.hashicorp.com/terraform/language/syntax/configuration)
    "ASL0004" "invalid-configuration" [] Error
    Syntax => check
}

fn check(error: &TextError, findings: &mut Vec<Diagnostic>) {
    if error.kind == TextErrorKind::InvalidConfiguration {
        findings.push(
            RULE.finding(error.at.clone(), error.message.clone())
                .at_bytes(error.span.clone()),
        );
    }
}
