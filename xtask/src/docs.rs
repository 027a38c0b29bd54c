//! `cargo xtask docs`: the Registry's documentation, from the schemas, the rules and the examples.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use terraform_provider_sfn::SfnProvider;
use tfplugin::schema::{Attribute, AttributeType, Block, NestedBlock, Nesting};
use tfplugin::{Provider as _, Signature, Type};

/// What stands in the folder and is not all generated: a page that is nobody's here was written by hand.
const BY_HAND: [&str; 2] = ["decisions", "guides"];

/// Writes the documentation, or tells which pages are not up to date.
///
/// # Errors
/// When a page cannot be written, an example is missing, or with `check` a page is stale.
pub fn run(check: bool) -> io::Result<()> {
    let folder = e2e::repository().join("docs");
    let pages = pages()?;
    let stale: Vec<&String> = pages
        .iter()
        .filter(|(name, page)| fs::read_to_string(folder.join(name)).ok().as_ref() != Some(page))
        .map(|(name, _)| name)
        .collect();
    let dead: Vec<String> = existing(&folder, "")?.into_iter().filter(|name| !pages.contains_key(name)).collect();
    if check {
        let all: Vec<String> = stale.iter().map(|name| (*name).clone()).chain(dead).collect();
        if all.is_empty() {
            return Ok(());
        }
        return Err(io::Error::other(format!("docs are stale ({}): run `cargo xtask docs`", all.join(", "))));
    }
    for name in dead {
        fs::remove_file(folder.join(name))?;
    }
    for (name, page) in &pages {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        fs::write(path, page)?;
    }
    println!("{} pages, {} written", pages.len(), stale.len());
    Ok(())
}

/// The pages that are there, by their path below the folder.
fn existing(folder: &Path, below: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let name = Path::new(below).join(entry.file_name()).to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            if !BY_HAND.contains(&name.as_str()) {
                names.extend(existing(folder, &name)?);
            }
        } else {
            names.push(name);
        }
    }
    Ok(names)
}

fn pages() -> io::Result<BTreeMap<String, String>> {
    let provider = SfnProvider::default();
    let mut pages = BTreeMap::new();
    let block = provider.schema().block;
    let example = example("provider/provider.tf")?;
    let index = format!(
        "{}# sfn Provider\n\n{}\n\n## Example Usage\n\n{example}\n{}",
        front("sfn Provider", &block),
        block.description,
        schema(&block)
    );
    pages.insert("index.md".to_owned(), index);
    for resource in provider.resources() {
        let (name, block) = (resource.type_name(), resource.schema().block);
        let mut page = page(name, "Resource", &block, &self::example(&format!("resources/{name}/resource.tf"))?);
        let import = self::example(&format!("resources/{name}/import.sh"))?;
        let _ = write!(page, "\n## Import\n\n{import}");
        pages.insert(format!("resources/{}.md", short(name)), page);
    }
    for source in provider.data_sources() {
        let (name, block) = (source.type_name(), source.schema().block);
        let example = self::example(&format!("data-sources/{name}/data-source.tf"))?;
        pages.insert(format!("data-sources/{}.md", short(name)), page(name, "Data Source", &block, &example));
    }
    for list in provider.list_resources() {
        let (name, block) = (list.type_name(), list.schema().block);
        let example = self::example(&format!("list-resources/{name}/list-resource.tfquery.hcl"))?;
        let page = page(name, "List Resource", &block, &example);
        pages.insert(format!("list-resources/{}.md", short(name)), format!("{page}{LISTED}"));
    }
    for function in provider.functions() {
        let name = function.name();
        let example = self::example(&format!("functions/{name}/function.tf"))?;
        pages.insert(format!("functions/{name}.md"), function_page(name, &function.signature(), &example));
    }
    pages.insert("guides/checks.md".to_owned(), checks());
    Ok(pages)
}

/// What is said below the page of every search.
const LISTED: &str = "\nThese are the attributes of the block `config`. Searches need Terraform 1.14 and its command `terraform query`.\n";

fn short(name: &str) -> &str {
    name.strip_prefix("sfn_").unwrap_or(name)
}

fn front(title: &str, block: &Block) -> String {
    let description = block.description.split(". ").next().unwrap_or_default().trim_end_matches('.');
    format!("---\npage_title: \"{title}\"\nsubcategory: \"\"\ndescription: |-\n  {description}.\n---\n\n")
}

fn page(name: &str, kind: &str, block: &Block, example: &str) -> String {
    let title = format!("{name} {kind} - sfn");
    format!(
        "{}# {name} ({kind})\n\n{}\n\n## Example Usage\n\n{example}\n{}",
        front(&title, block),
        block.description,
        schema(block)
    )
}

fn function_page(name: &str, signature: &Signature, example: &str) -> String {
    let parameters =
        signature.parameters.iter().map(|parameter| format!("{} {}", parameter.name, constraint(&parameter.ty)));
    let variadic =
        signature.variadic.iter().map(|parameter| format!("{} {}...", parameter.name, constraint(&parameter.ty)));
    let listed = parameters.chain(variadic).collect::<Vec<_>>().join(", ");
    let mut page = format!(
        "---\npage_title: \"{name} function - sfn\"\nsubcategory: \"\"\ndescription: |-\n  {summary}\n---\n\n# function: {name}\n\n{summary}. {description}\n\nIt needs no configuration of the provider, and asks AWS nothing. Functions of providers need Terraform 1.8 or OpenTofu 1.7.\n\n## Example Usage\n\n{example}\n## Signature\n\n```text\n{name}({listed}) {result}\n```\n\n## Arguments\n\n",
        summary = signature.summary,
        description = signature.description,
        result = constraint(&signature.result),
    );
    for (position, parameter) in signature.parameters.iter().chain(&signature.variadic).enumerate() {
        let _ = writeln!(
            page,
            "{}. `{}` ({}) {}",
            position + 1,
            parameter.name,
            label(&parameter.ty),
            parameter.description
        );
    }
    page
}

fn example(path: &str) -> io::Result<String> {
    let file = e2e::repository().join("examples").join(path);
    let text = fs::read_to_string(&file)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))?;
    let language = if path.ends_with(".sh") { "shell" } else { "terraform" };
    Ok(format!("```{language}\n{text}```\n"))
}

fn checks() -> String {
    let mut page = String::from(
        "---\npage_title: \"Checks\"\nsubcategory: \"\"\ndescription: |-\n  What the provider checks in a workflow before AWS is asked.\n---\n\n# Checks\n\nEvery plan checks the workflow by these rules, and so does `sfn validate`. In Terraform a finding stands at the line of its attribute.\n\nAn *error* is what AWS refuses. A *warning* is what AWS takes and is likely to fail. A *lint* is what good practice asks for otherwise; the provider shows lints with `checks { level = \"lint\" }`, the command with `--level lint`. Any rule can be left out by its code, the beginning of its code or its name: in the provider block with `checks { ignore = [...] }`, on a resource with `ignore_diagnostics`, in `sfn.toml` with `ignore`, on the command line with `--ignore`.\n\nValues that are not known yet, and strings with a placeholder such as `${Name}`, silence only the rules that would read them.\n\n| Code | Name | Severity |\n| --- | --- | --- |\n",
    );
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

fn schema(block: &Block) -> String {
    let mut text = String::from("## Schema\n");
    content(block, &mut text, "###");
    let mut path = Vec::new();
    nested(block, &mut path, &mut text);
    text
}

fn group(attribute: &Attribute) -> &'static str {
    match (attribute.required, attribute.optional) {
        (true, _) => "Required",
        (_, true) => "Optional",
        _ => "Read-Only",
    }
}

/// The attributes of a block by who sets them, and its blocks.
fn content(block: &Block, text: &mut String, heading: &str) {
    for title in ["Required", "Optional", "Read-Only"] {
        let attributes: Vec<&Attribute> =
            block.attributes.iter().filter(|attribute| group(attribute) == title).collect();
        if attributes.is_empty() {
            continue;
        }
        let _ = write!(text, "\n{heading} {title}\n\n");
        for attribute in attributes {
            let sensitive = if attribute.sensitive { ", Sensitive" } else { "" };
            let _ = writeln!(
                text,
                "- `{}` ({}{sensitive}) {}",
                attribute.name,
                type_name(attribute),
                one_line(&attribute.description)
            );
        }
    }
    if !block.blocks.is_empty() {
        let _ = write!(text, "\n{heading} Blocks\n\n");
        for nested in &block.blocks {
            let _ =
                writeln!(text, "- `{}` ({}) {}", nested.name, occurrence(nested), one_line(&nested.block.description));
        }
    }
}

fn nested<'a>(block: &'a Block, path: &mut Vec<&'a str>, text: &mut String) {
    for nested_block in &block.blocks {
        path.push(&nested_block.name);
        let _ = write!(text, "\n### `{}`\n\n{}\n", path.join("."), nested_block.block.description);
        content(&nested_block.block, text, "####");
        nested(&nested_block.block, path, text);
        path.pop();
    }
}

fn occurrence(nested: &NestedBlock) -> &'static str {
    match nested.nesting {
        Nesting::Single => "Block",
        Nesting::List if nested.max_items == 1 => "Block",
        Nesting::List => "Blocks, in order",
        Nesting::Set => "Blocks",
        Nesting::Map => "Blocks, each with a label",
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn type_name(attribute: &Attribute) -> String {
    match &attribute.ty {
        AttributeType::Plain(ty) => label(ty),
        AttributeType::Nested(..) => "Attributes".into(),
    }
}

/// A type as the Registry's pages write it.
fn label(ty: &Type) -> String {
    match ty {
        Type::Bool => "Boolean".into(),
        Type::Number => "Number".into(),
        Type::String => "String".into(),
        Type::Dynamic => "Any".into(),
        Type::List(element) => format!("List of {}", label(element)),
        Type::Set(element) => format!("Set of {}", label(element)),
        Type::Map(element) => format!("Map of {}", label(element)),
        Type::Tuple(_) => "Tuple".into(),
        Type::Object(_) => "Object".into(),
    }
}

/// A type as a type constraint of Terraform.
fn constraint(ty: &Type) -> String {
    let list = |types: Vec<String>| types.join(", ");
    match ty {
        Type::Bool => "bool".into(),
        Type::Number => "number".into(),
        Type::String => "string".into(),
        Type::Dynamic => "any".into(),
        Type::List(element) => format!("list({})", constraint(element)),
        Type::Set(element) => format!("set({})", constraint(element)),
        Type::Map(element) => format!("map({})", constraint(element)),
        Type::Tuple(elements) => format!("tuple([{}])", list(elements.iter().map(constraint).collect())),
        Type::Object(attributes) => {
            let attributes = attributes.iter().map(|(name, ty)| format!("{name} = {}", constraint(ty)));
            format!("object({{ {} }})", list(attributes.collect()))
        }
    }
}
