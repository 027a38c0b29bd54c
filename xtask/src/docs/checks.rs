//! Generates the guide "Checks" from the documentation of the rules.

use std::fmt::Write as _;

/// Text above the table of the rules.
const INTRODUCTION: &str = "\
# Checks

Terraform plans and `sfn validate` check workflows with these rules. Terraform reports each finding at the line of its attribute.

An *error* means that AWS rejects the definition. A *warning* means that AWS accepts the definition, but an execution is likely to fail. A *lint* \
recommends a good practice. To show lints, set `checks { level = \"lint\" }` in the provider block, or use `--level lint` in the command.

To ignore a rule, specify its code, the beginning of its code, or its name: with `checks { ignore = [...] }` in the provider block, with \
`ignore_diagnostics` on a resource, with `ignore` in `sfn.toml`, or with `--ignore` in the command.

Rules skip values that are not known yet, and strings with placeholders such as `${Name}`.

| Code | Name | Severity | What it does |
| --- | --- | --- | --- |
";

/// Text of the page.
pub fn page() -> String {
    let mut page = super::front_matter(
        "Checks",
        "Rules with which the provider checks workflows before they are deployed.",
    );
    page.push_str(INTRODUCTION);
    for rule in asl::rules::rules() {
        let (code, anchor) = (rule.code, rule.anchor());
        let _ = writeln!(
            page,
            "| [{code}](#{anchor}) | {} | {:?} | {} |",
            rule.name,
            rule.severity,
            rule.summary()
        );
    }
    for rule in asl::rules::rules() {
        // Headings in the documentation of a rule are one level below its title.
        let documentation = rule.documentation().replace("\n## ", "\n### ");
        let documentation = documentation.replacen("## ", "### ", 1);
        let _ = write!(
            page,
            "\n## {} {}\n\n{}\n",
            rule.code, rule.name, documentation
        );
        if let [first, ..] = rule.aliases {
            let _ = writeln!(
                page,
                "\nThe earlier name `{first}` selects the rule as well."
            );
        }
    }
    page
}
