//! Generates the pages of provider functions.

use std::fmt::Write as _;

use tfplugin::{Signature, Type};

use super::schema::label;

/// Page of a function.
pub fn page(name: &str, signature: &Signature, example: &str) -> String {
    let summary = signature.summary.trim_end_matches('.');
    let mut page = super::front_matter(&format!("{name} function - sfn"), &format!("{summary}."));
    let _ = write!(
        page,
        "# function: {name}\n\n{summary}. {}\n\nThe function needs neither a provider block nor credentials. Provider functions require \
         Terraform 1.8 or OpenTofu 1.7 or later.\n\n## Example Usage\n\n{example}\n## Signature\n\n```text\n{}\n```\n\n## Arguments\n\n",
        signature.description,
        declaration(name, signature)
    );
    for (position, parameter) in signature.parameters.iter().enumerate() {
        let kind = label(&parameter.ty);
        let _ = writeln!(
            page,
            "{}. `{}` ({kind}) {}",
            position + 1,
            parameter.name,
            parameter.description
        );
    }
    if let Some(parameter) = &signature.variadic {
        let (position, kind) = (signature.parameters.len() + 1, label(&parameter.ty));
        let _ = writeln!(
            page,
            "{position}. `{}` (Variadic, {kind}) {}",
            parameter.name, parameter.description
        );
    }
    page
}

/// Signature, such as `graph(definition string, format string...) string`.
fn declaration(name: &str, signature: &Signature) -> String {
    let parameters = signature
        .parameters
        .iter()
        .map(|parameter| format!("{} {}", parameter.name, constraint(&parameter.ty)));
    let variadic = signature
        .variadic
        .iter()
        .map(|parameter| format!("{} {}...", parameter.name, constraint(&parameter.ty)));
    let listed = parameters.chain(variadic).collect::<Vec<_>>().join(", ");
    format!("{name}({listed}) {}", constraint(&signature.result))
}

/// Type constraint of a type.
fn constraint(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".into(),
        Type::Number => "number".into(),
        Type::String => "string".into(),
        Type::Dynamic => "any".into(),
        Type::List(element) => format!("list({})", constraint(element)),
        Type::Set(element) => format!("set({})", constraint(element)),
        Type::Map(element) => format!("map({})", constraint(element)),
        Type::Tuple(elements) => {
            format!(
                "tuple([{}])",
                elements
                    .iter()
                    .map(constraint)
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        }
        Type::Object(attributes) => {
            let attributes = attributes
                .iter()
                .map(|(name, ty)| format!("{name} = {}", constraint(ty)));
            format!(
                "object({{ {} }})",
                attributes.collect::<Vec<_>>().join(", ")
            )
        }
    }
}
