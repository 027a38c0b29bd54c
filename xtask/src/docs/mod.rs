//! `cargo xtask docs`: generates the documentation for the Registry from the schemas, the rules and the examples.

mod checks;
mod function;
mod resource;
mod schema;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use terraform_provider_sfn::SfnProvider;
use tfplugin::Provider as _;
use tfplugin::schema::Block;

/// Folders with pages that are not generated, except for those that [`pages`] returns.
const BY_HAND: [&str; 3] = ["decisions", "guides", "images"];

/// Text at the end of the page of each list resource.
const LIST_RESOURCES: &str = "\nThese are the arguments of the `config` block. List resources require Terraform 1.14 or later and the `terraform query` command.\n";

/// Text at the end of the page of each action.
const ACTIONS: &str =
    "\nThese are the arguments of the `config` block. Actions require Terraform 1.14 or later.\n";

/// Text at the end of the page of each ephemeral resource.
const EPHEMERAL_RESOURCES: &str =
    "\nEphemeral resources require Terraform 1.10 or OpenTofu 1.11 or later.\n";

/// Writes the documentation. With `check`, only compares it with the existing files.
///
/// # Errors
/// When a page cannot be written, an example is missing, or with `check` a page is not up to date.
pub fn run(check: bool) -> io::Result<()> {
    let folder = e2e::repository().join("docs");
    let pages = pages()?;
    let stale: Vec<&String> = pages
        .iter()
        .filter(|(name, page)| fs::read_to_string(folder.join(name)).ok().as_ref() != Some(page))
        .map(|(name, _)| name)
        .collect();
    let dead: Vec<String> = existing(&folder, "")?
        .into_iter()
        .filter(|name| !pages.contains_key(name))
        .collect();
    if check {
        let all: Vec<String> = stale
            .iter()
            .map(|name| (*name).clone())
            .chain(dead)
            .collect();
        if all.is_empty() {
            return Ok(());
        }
        return Err(io::Error::other(format!(
            "docs are stale ({}): run `cargo xtask docs`",
            all.join(", ")
        )));
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

/// Existing generated pages, as paths relative to the folder.
fn existing(folder: &Path, below: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let name = Path::new(below)
            .join(entry.file_name())
            .to_string_lossy()
            .into_owned();
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

/// All generated pages, by their paths relative to `docs`.
fn pages() -> io::Result<BTreeMap<String, String>> {
    let provider = SfnProvider::default();
    let mut pages = BTreeMap::new();
    pages.insert("index.md".to_owned(), index(&provider.schema().block)?);
    for resource in provider.resources() {
        let (name, block) = (resource.type_name(), resource.schema().block);
        let example = example(&format!("resources/{name}/resource.tf"))?;
        let page = page(name, "Resource", &block, &example);
        let rest = resource::sections(name, resource.identity_schema().as_ref())?;
        pages.insert(
            format!("resources/{}.md", short(name)),
            format!("{page}{rest}"),
        );
    }
    for source in provider.data_sources() {
        let (name, block) = (source.type_name(), source.schema().block);
        let example = example(&format!("data-sources/{name}/data-source.tf"))?;
        pages.insert(
            format!("data-sources/{}.md", short(name)),
            page(name, "Data Source", &block, &example),
        );
    }
    for list in provider.list_resources() {
        let (name, block) = (list.type_name(), list.schema().block);
        let example = example(&format!("list-resources/{name}/list-resource.tfquery.hcl"))?;
        let page = page(name, "List Resource", &block, &example);
        pages.insert(
            format!("list-resources/{}.md", short(name)),
            format!("{page}{LIST_RESOURCES}"),
        );
    }
    for action in provider.actions() {
        let (name, block) = (action.type_name(), action.schema().block);
        let example = example(&format!("actions/{name}/action.tf"))?;
        let page = page(name, "Action", &block, &example);
        pages.insert(
            format!("actions/{}.md", short(name)),
            format!("{page}{ACTIONS}"),
        );
    }
    for ephemeral in provider.ephemeral_resources() {
        let (name, block) = (ephemeral.type_name(), ephemeral.schema().block);
        let example = example(&format!("ephemeral-resources/{name}/ephemeral-resource.tf"))?;
        let page = page(name, "Ephemeral Resource", &block, &example);
        pages.insert(
            format!("ephemeral-resources/{}.md", short(name)),
            format!("{page}{EPHEMERAL_RESOURCES}"),
        );
    }
    for function in provider.functions() {
        let name = function.name();
        let example = example(&format!("functions/{name}/function.tf"))?;
        pages.insert(
            format!("functions/{name}.md"),
            function::page(name, &function.signature(), &example),
        );
    }
    pages.insert("guides/checks.md".to_owned(), checks::page());
    Ok(pages)
}

/// Page of the provider block. The Registry allows no subcategory on this page.
fn index(block: &Block) -> io::Result<String> {
    let example = example("provider/provider.tf")?;
    Ok(format!(
        "---\npage_title: \"sfn Provider\"\ndescription: |-\n  {}\n---\n\n# sfn Provider\n\n{}\n\n## Example Usage\n\n{example}\n{}",
        summary(&block.description),
        block.description,
        schema::render(block)
    ))
}

fn page(name: &str, kind: &str, block: &Block, example: &str) -> String {
    format!(
        "{}# {name} ({kind})\n\n{}\n\n## Example Usage\n\n{example}\n{}",
        front_matter(
            &format!("{name} {kind} - sfn"),
            &summary(&block.description)
        ),
        block.description,
        schema::render(block)
    )
}

fn front_matter(title: &str, description: &str) -> String {
    format!(
        "---\npage_title: \"{title}\"\nsubcategory: \"\"\ndescription: |-\n  {description}\n---\n\n"
    )
}

/// First sentence of a description.
fn summary(description: &str) -> String {
    format!(
        "{}.",
        description
            .split(". ")
            .next()
            .unwrap_or(description)
            .trim_end_matches('.')
    )
}

fn short(name: &str) -> &str {
    name.strip_prefix("sfn_").unwrap_or(name)
}

/// A file in `examples` as a fenced block.
fn example(path: &str) -> io::Result<String> {
    let language = if path.ends_with(".sh") {
        "shell"
    } else {
        "terraform"
    };
    Ok(format!("```{language}\n{}```\n", read_example(path)?))
}

/// Text of a file in `examples`.
fn read_example(path: &str) -> io::Result<String> {
    let file = e2e::repository().join("examples").join(path);
    fs::read_to_string(&file)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))
}
