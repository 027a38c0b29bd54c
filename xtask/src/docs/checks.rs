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

| Code | Name | Severity |
| --- | --- | --- |
";

/// The page.
pub fn page() -> String {
    let mut page =
        super::front_matter("Checks", "The checks that the provider makes on a workflow before it is deployed.");
    page.push_str(INTRODUCTION);
    for rule in asl::rules::RULES {
        let anchor = format!("{}-{}", rule.code.to_lowercase(), rule.name);
        let _ = writeln!(page, "| [{}](#{anchor}) | {} | {:?} |", rule.code, rule.name, rule.severity);
    }
    for rule in asl::rules::RULES {
        let explanation: Vec<&str> = rule.explanation.lines().map(str::trim).collect();
        let _ = write!(page, "\n## {} {}\n\n{}\n", rule.code, rule.name, explanation.join("\n").trim());
    }
    page
}
