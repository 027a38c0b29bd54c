//! Generates the sections of a resource page after the schema: permissions and import.

use std::fmt::Write as _;
use std::io;

use tfplugin::schema::IdentitySchema;

use super::{example, read_example, schema};

/// Link to the `import` block in the Terraform documentation.
const IMPORT_BLOCK: &str =
    "[`import` block](https://developer.hashicorp.com/terraform/language/import)";
/// Link to `terraform import` in the Terraform documentation.
const IMPORT_COMMAND: &str =
    "[`terraform import` command](https://developer.hashicorp.com/terraform/cli/commands/import)";

/// Sections of a resource, from the files in `examples/resources/NAME`.
///
/// # Errors
/// When a file is missing.
pub fn sections(name: &str, identity: Option<&IdentitySchema>) -> io::Result<String> {
    Ok(format!("{}{}", permissions(name)?, import(name, identity)?))
}

/// IAM actions that the credentials need.
fn permissions(name: &str) -> io::Result<String> {
    let table = read_example(&format!("resources/{name}/permissions.md"))?;
    Ok(format!(
        "\n## Permissions\n\nThe credentials of the provider need these IAM actions. The provider also calls `sts:GetCallerIdentity`, \
         which needs no permission.\n\n{table}"
    ))
}

/// Ways to import: `import` block by ID, `import` block by identity, and command.
fn import(name: &str, identity: Option<&IdentitySchema>) -> io::Result<String> {
    let file = |file: &str| example(&format!("resources/{name}/{file}"));
    let mut text = format!(
        "\n## Import\n\nIn Terraform v1.5.0 and later, the {IMPORT_BLOCK} can be used with the `id` attribute, for example:\n\n{}",
        file("import/id.tf")?
    );
    let has_arn = identity.is_some_and(|identity| {
        identity
            .attributes
            .iter()
            .any(|attribute| attribute.name == "arn")
    });
    if !has_arn {
        text.push_str(
            "\nTo import from another region than that of the provider block, append it to the ID: `ID@us-east-1`.\n",
        );
    }
    if identity.is_some() {
        let _ = write!(
            text,
            "\nIn Terraform v1.12.0 and later, the {IMPORT_BLOCK} can be used with the `identity` attribute, for example:\n\n{}",
            file("import/identity.tf")?
        );
    }
    let _ = write!(
        text,
        "\nThe {IMPORT_COMMAND} can be used, for example:\n\n{}",
        file("import.sh")?
    );
    if let Some(identity) = identity {
        let _ = write!(text, "\n{}", schema::render_identity(identity));
    }
    Ok(text)
}
