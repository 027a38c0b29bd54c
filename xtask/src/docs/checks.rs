//! The guide "Checks", from the documentation of the rules.

use std::fmt::Write as _;

/// What is above the table of the rules.
const INTRODUCTION: &str = "\
# Checks

Every plan checks the workflow with these rules, and so does `sfn validate`. Terraform reports each finding at the line of its attribute.

An *error* is what AWS rejects. A *warning* is what AWS accepts and what is likely to fail. A *lint* is good practice; to show lints, set \
`checks { level = \"lint\" }` in the provider block or pass `--level lint` to the command. To ignore a rule, give its code, the beginning of \
its code, or its name: in the provider block with `checks { ignore = [...] }`, on a resource with `ignore_diagnostics`, in `sfn.toml` with \
`ignore`, on the command line with `--ignore`.

A value that is not known yet, or a string with a placeholder such as `${Name}`, turns off only the rules that read it.

| Code | Name | Severity | What it does |
| --- | --- | --- | --- |
";

/// The page.
pub fn page() -> String {
    let mut page =
        super::front_matter("Checks", "The checks that the provider makes on a workflow before it is deployed.");
    page.push_str(INTRODUCTION);
    for rule in asl::rules::rules() {
        let (code, anchor) = (rule.code, rule.anchor());
        let _ = writeln!(page, "| [{code}](#{anchor}) | {} | {:?} | {} |", rule.name, rule.severity, rule.summary());
    }
    for rule in asl::rules::rules() {
        // The headings of a rule are below its own.
        let documentation = rule.documentation().replace("\n## ", "\n### ");
        let documentation = documentation.replacen("## ", "### ", 1);
        let _ = write!(page, "\n## {} {}\n\n{}\n", rule.code, rule.name, documentation);
        if let [first, ..] = rule.aliases {
            let _ = writeln!(page, "\nThe earlier name `{first}` selects the rule as well.");
        }
    }
    page
}
