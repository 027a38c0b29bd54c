//! The output folder: the resources that it declares, and the files that an import adds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, TraversalOperator};
use hcl_edit::structure::{Block, Body as Parsed};
use tfconfig::{Body, References, quoted};

use super::Options;
use super::targets::Target;
use crate::files::write_whole;

/// Resource types of state machines, of this provider and of hashicorp/aws.
const MACHINE: &str = "sfn_state_machine";
const FORMER_MACHINE: &str = "aws_sfn_state_machine";

/// A resource that a file declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// ARN of the object.
    pub arn: String,
    /// Type of the resource.
    pub ty: String,
    /// Label of the resource.
    pub label: String,
}

/// A folder of configuration.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Region of the provider block, if it is a literal.
    pub region: Option<String>,
    /// File names in lowercase, because some file systems ignore case.
    files: BTreeSet<String>,
    /// Types and labels of the resources.
    labels: BTreeSet<(String, String)>,
    /// Addresses by the IDs of `import` blocks; `None` for addresses in modules and with keys.
    imports: BTreeMap<String, Option<String>>,
    /// Addresses of state machines by name and by the argument `region`, if it is set.
    machines: BTreeMap<(String, Option<String>), String>,
    /// Whether `required_providers` contains `sfn`.
    has_source: bool,
    /// Whether a file configures the provider.
    has_provider: bool,
    /// The file with `required_providers`, and the byte at which the block ends. A module can have only one such block.
    required: Option<(PathBuf, usize)>,
}

impl Folder {
    /// Reads a folder. Creates it if it does not exist.
    ///
    /// # Errors
    /// When the folder cannot be read, or a `.tf` file in it is not valid.
    pub fn open(path: &Path) -> Result<Self, String> {
        let mut folder = Self {
            path: path.to_owned(),
            region: None,
            files: BTreeSet::new(),
            labels: BTreeSet::new(),
            imports: BTreeMap::new(),
            machines: BTreeMap::new(),
            has_source: false,
            has_provider: false,
            required: None,
        };
        let refused =
            |error: std::io::Error| format!("cannot use the folder {}: {error}", path.display());
        fs::create_dir_all(path).map_err(refused)?;
        for entry in fs::read_dir(path).map_err(refused)? {
            let entry = entry.map_err(refused)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            folder.files.insert(name.to_lowercase());
            if name.ends_with(".tf") {
                let file = entry.path();
                let text = fs::read_to_string(&file)
                    .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
                let body: Parsed = text.parse().map_err(|error| {
                    format!("{} is not valid configuration: {error}", file.display())
                })?;
                body.blocks().for_each(|block| folder.look_at(block, &file));
            }
        }
        Ok(folder)
    }

    fn look_at(&mut self, block: &Block, file: &Path) {
        let labels: Vec<&str> = block
            .labels
            .iter()
            .map(hcl_edit::structure::BlockLabel::as_str)
            .collect();
        match (block.ident.as_str(), labels.as_slice()) {
            ("import", []) => {
                let id = block
                    .body
                    .get_attribute("id")
                    .and_then(|id| id.value.as_str());
                let to = block
                    .body
                    .get_attribute("to")
                    .and_then(|to| address(&to.value));
                if let Some(id) = id {
                    self.imports.insert(id.to_owned(), to);
                }
            }
            ("resource", [ty, label]) => {
                self.labels.insert(((*ty).to_owned(), (*label).to_owned()));
                let text = |name: &str| {
                    block
                        .body
                        .get_attribute(name)
                        .and_then(|it| it.value.as_str())
                };
                if let Some(name) = text("name").filter(|_| [MACHINE, FORMER_MACHINE].contains(ty))
                {
                    let region = text("region").map(str::to_owned);
                    self.machines
                        .insert((name.to_owned(), region), format!("{ty}.{label}"));
                }
            }
            ("provider", ["sfn"]) if !block.body.has_attribute("alias") => {
                self.has_provider = true;
                self.region = block
                    .body
                    .get_attribute("region")
                    .and_then(|it| it.value.as_str())
                    .map(str::to_owned);
            }
            ("terraform", []) => {
                for block in block.body.get_blocks("required_providers") {
                    self.has_source |= block.body.has_attribute("sfn");
                    self.required = block
                        .span()
                        .map(|span| (file.to_owned(), span.end))
                        .or(self.required.take());
                }
            }
            _ => {}
        }
    }

    /// Whether a state machine is declared in the folder.
    pub fn has(&self, target: &Target) -> bool {
        self.imports.contains_key(&target.arn) || self.machine(target).is_some()
    }

    /// The address at which hashicorp/aws manages a state machine.
    pub fn former(&self, target: &Target) -> Option<&str> {
        self.machine(target)
            .filter(|address| address.starts_with(FORMER_MACHINE))
    }

    fn machine(&self, target: &Target) -> Option<&str> {
        let is_default = self.region.as_ref() == Some(&target.region);
        let regions = [
            Some(Some(target.region.clone())),
            is_default.then_some(None),
        ];
        let mut found = regions
            .into_iter()
            .flatten()
            .map(|region| self.machines.get(&(target.name.clone(), region)));
        found.find_map(|address| address.map(String::as_str))
    }

    /// Whether an `import` block has this ARN.
    pub fn imports(&self, arn: &str) -> bool {
        self.imports.contains_key(arn)
    }

    /// Adds references to the resources that the folder declares.
    pub fn refer(&self, references: &mut References) {
        for (id, address) in self.imports.iter().filter(|(id, _)| id.starts_with("arn:")) {
            if let (Some(address), None) = (address, references.get(id)) {
                references.insert(id.as_str(), format!("{address}.arn"));
            }
        }
    }

    /// A label that no other resource of the type has.
    pub fn label(&self, ty: &str, name: &str, taken: &[Declared]) -> String {
        let label = tfconfig::label(name);
        let is_free = |label: &String| {
            !self.labels.contains(&(ty.to_owned(), label.clone()))
                && !taken
                    .iter()
                    .any(|other| other.ty == ty && other.label == *label)
        };
        let numbered = (2..).map(|number| format!("{label}_{number}"));
        std::iter::once(label.clone())
            .chain(numbered)
            .find(is_free)
            .unwrap_or_default()
    }

    /// A name for a new file.
    pub fn file(&self, stem: &str) -> String {
        let numbered = (2..).map(|number| format!("{stem}_{number}.tf"));
        let is_free =
            |name: &String| !self.files.contains(&name.to_lowercase()) && !is_override(name);
        std::iter::once(format!("{stem}.tf"))
            .chain(numbered)
            .find(is_free)
            .unwrap_or_default()
    }

    /// Records a resource that was written.
    pub fn declare(&mut self, declared: &Declared) {
        self.labels
            .insert((declared.ty.clone(), declared.label.clone()));
        self.imports.insert(
            declared.arn.clone(),
            Some(format!("{}.{}", declared.ty, declared.label)),
        );
    }

    /// Writes `required_providers` and the provider block, unless the folder has them. Adds `sfn` to an existing
    /// `required_providers` block, and returns its file.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write_versions(&mut self, options: &Options) -> Result<Option<PathBuf>, String> {
        if self.has_source {
            return Ok(None);
        }
        let mut body = Body::default();
        let mut changed = None;
        match &self.required {
            Some((file, end)) => {
                add_source(file, *end)?;
                changed = Some(file.clone());
            }
            None => body.block("terraform", requirement()),
        }
        if !self.has_provider {
            let mut provider = Body::default();
            provider.attribute("region", quoted(self.region.as_deref().unwrap_or("")));
            if let Some(profile) = &options.profile {
                provider.attribute("profile", quoted(profile));
            }
            body.spaced_block("provider \"sfn\"", provider);
        }
        if !body.is_empty() {
            self.write(&self.file("versions"), &body.render())?;
        }
        (self.has_source, self.has_provider) = (true, true);
        Ok(changed)
    }

    /// Writes a file atomically.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, name: &str, text: &str) -> Result<(), String> {
        write_whole(&self.path.join(name), text.as_bytes())?;
        self.files.insert(name.to_lowercase());
        Ok(())
    }
}

/// Source and version of the provider, as an entry of `required_providers` with this indentation.
fn source(margin: &str) -> String {
    let version = env!("CARGO_PKG_VERSION")
        .rsplit_once('.')
        .map_or("0", |(version, _)| version);
    format!(
        "{{\n{margin}  source  = \"terraform-provider-sfn/sfn\"\n{margin}  version = \"~> {version}\"\n{margin}}}"
    )
}

/// The `terraform` block for a folder without `required_providers`.
fn requirement() -> Body {
    let mut providers = Body::default();
    providers.attribute("sfn", source("    "));
    let mut terraform = Body::default();
    terraform.attribute("required_version", quoted(">= 1.5"));
    terraform.spaced_block("required_providers", providers);
    terraform
}

/// Adds the provider to the `required_providers` block that ends at this byte of a file.
fn add_source(path: &Path, end: usize) -> Result<(), String> {
    let text = fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let before = text.get(..end).and_then(|before| before.rfind('}'));
    let (before, after) = before
        .and_then(|at| text.split_at_checked(at))
        .unwrap_or((text.as_str(), ""));
    let margin: String = before
        .chars()
        .rev()
        .take_while(|c| *c == ' ' || *c == '\t')
        .collect();
    // A block on one line can have only one argument.
    const HEADER: &str = "required_providers {";
    let in_line = before.rfind(HEADER).map(|start| start + HEADER.len());
    let in_line = in_line.filter(|at| {
        before
            .get(*at..)
            .is_some_and(|entries| !entries.contains('\n'))
    });
    let (margin, before) = match in_line.and_then(|at| before.split_at_checked(at)) {
        Some((head, entries)) => ("  ".to_owned(), format!("{head}\n    {}", entries.trim())),
        None => (margin, before.to_owned()),
    };
    let list = before.trim_end();
    let entry = format!("{margin}  sfn = {}", source(&format!("{margin}  ")));
    write_whole(path, format!("{list}\n{entry}\n{margin}{after}").as_bytes())
}

/// Whether Terraform merges a file with this name into the other files (Terraform documentation, "Override files").
fn is_override(name: &str) -> bool {
    let name = name.to_lowercase();
    name == "override.tf" || name.ends_with("_override.tf")
}

/// The address of a resource of this provider, such as `sfn_state_machine.orders`; `None` for addresses in a module or
/// with a key.
fn address(expression: &Expression) -> Option<String> {
    let traversal = expression.as_traversal()?;
    let ty = traversal
        .expr
        .as_variable()
        .filter(|ty| ty.as_str().starts_with("sfn_"))?;
    match traversal.operators.as_slice() {
        [one] => match one.value() {
            TraversalOperator::GetAttr(label) => {
                Some(format!("{}.{}", ty.as_str(), label.as_str()))
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provider_is_added_to_a_list_that_is_there() {
        let path =
            std::env::temp_dir().join(format!("sfn-required-providers-{}.tf", std::process::id()));
        for text in [
            "terraform {\n  required_providers {\n    aws = { source = \"hashicorp/aws\" }\n  }\n}\n",
            "terraform {\n  required_providers { aws = { source = \"hashicorp/aws\" } }\n}\n",
            "terraform {\n  required_providers {\n  }\n  backend \"s3\" {}\n}\n",
        ] {
            fs::write(&path, text).unwrap();
            let body: Parsed = text.parse().unwrap();
            let list = body
                .get_blocks("terraform")
                .next()
                .unwrap()
                .body
                .get_blocks("required_providers")
                .next()
                .unwrap();
            add_source(&path, list.span().unwrap().end).unwrap();
            let changed = fs::read_to_string(&path).unwrap();
            let body: Parsed = changed
                .parse()
                .unwrap_or_else(|error| panic!("{error}\n{changed}"));
            let terraform = body.get_blocks("terraform").next().unwrap();
            let list = terraform
                .body
                .get_blocks("required_providers")
                .next()
                .unwrap();
            assert!(list.body.has_attribute("sfn"), "{changed}");
            assert_eq!(
                list.body.has_attribute("aws"),
                text.contains("aws"),
                "{changed}"
            );
            assert_eq!(
                terraform.body.has_blocks("backend"),
                text.contains("backend"),
                "{changed}"
            );
            // Terraform allows only one argument in a block on one line.
            assert!(
                changed
                    .lines()
                    .all(|line| line.matches(" = {").count() <= 1 || !line.contains("sfn")),
                "{changed}"
            );
        }
        fs::remove_file(path).unwrap();
    }
}
