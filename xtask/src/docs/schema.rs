//! Renders schemas as Markdown in the layout of tfplugindocs: arguments and blocks grouped into required, optional and
//! read-only, then a section for each nested schema.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use tfplugin::Type;
use tfplugin::schema::{Attribute, AttributeType, Block, IdentitySchema, NestedBlock, Nesting};

/// Link to write-only arguments in the Terraform documentation.
const WRITE_ONLY: &str = "[Write-only](https://developer.hashicorp.com/terraform/language/resources/ephemeral#write-only-arguments)";

/// Group of an attribute or block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Required,
    Optional,
    ReadOnly,
}

impl Group {
    const ALL: [Self; 3] = [Self::Required, Self::Optional, Self::ReadOnly];

    fn title(self) -> &'static str {
        match self {
            Self::Required => "Required",
            Self::Optional => "Optional",
            Self::ReadOnly => "Read-Only",
        }
    }
}

/// Nested schema of an attribute or block.
#[derive(Clone, Copy)]
enum Nested<'a> {
    Nothing,
    Block(&'a Block),
    Attributes(&'a [Attribute]),
    /// Attributes of an object type, which only have a name and a type.
    Object(&'a BTreeMap<String, Type>),
}

/// An entry in the list of a schema.
struct Entry<'a> {
    name: &'a str,
    group: Group,
    /// Type and flags, such as `String, Sensitive`.
    kind: String,
    description: &'a str,
    nested: Nested<'a>,
    /// Prefix of the anchor of the nested schema.
    anchor: &'static str,
}

/// Section `## Schema` of a page.
pub fn render(block: &Block) -> String {
    let mut text = String::from("## Schema\n");
    write_entries(&mut text, &of_block(block), &mut Vec::new());
    text
}

/// Section `### Identity Schema` of a page.
pub fn render_identity(schema: &IdentitySchema) -> String {
    let mut text = String::from("### Identity Schema\n");
    for (title, required) in [("Required", true), ("Optional", false)] {
        let mut listed: Vec<_> = schema
            .attributes
            .iter()
            .filter(|a| a.required_for_import == required)
            .collect();
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        if !listed.is_empty() {
            let _ = write!(text, "\n#### {title}\n\n");
        }
        for attribute in listed {
            write_line(
                &mut text,
                &attribute.name,
                &label(&attribute.ty),
                &attribute.description,
            );
        }
    }
    text
}

/// Name of a type in the documentation, such as `List of String`.
pub fn label(ty: &Type) -> String {
    match ty {
        Type::Bool => "Boolean".into(),
        Type::Number => "Number".into(),
        Type::String => "String".into(),
        Type::Dynamic => "Dynamic".into(),
        Type::List(element) => format!("List of {}", label(element)),
        Type::Set(element) => format!("Set of {}", label(element)),
        Type::Map(element) => format!("Map of {}", label(element)),
        Type::Tuple(_) => "Tuple".into(),
        Type::Object(_) => "Object".into(),
    }
}

fn write_entries<'a>(text: &mut String, entries: &[Entry<'a>], path: &mut Vec<&'a str>) {
    for group in Group::ALL {
        let listed: Vec<&Entry> = entries
            .iter()
            .filter(|entry| entry.group == group)
            .collect();
        if listed.is_empty() {
            continue;
        }
        let title = group.title();
        let heading = if path.is_empty() {
            format!("### {title}")
        } else {
            format!("{title}:")
        };
        let _ = write!(text, "\n{heading}\n\n");
        for entry in listed {
            write_line(
                text,
                entry.name,
                &entry.kind,
                &format!("{} {}", entry.description, link(entry, path)),
            );
        }
    }
    for group in Group::ALL {
        for entry in entries.iter().filter(|entry| entry.group == group) {
            write_nested(text, entry, path);
        }
    }
}

/// Writes the section of a nested schema, and the sections of the schemas in it.
fn write_nested<'a>(text: &mut String, entry: &Entry<'a>, path: &mut Vec<&'a str>) {
    let children = below(entry);
    if children.is_empty() {
        return;
    }
    let id = anchor(entry, path);
    path.push(entry.name);
    let _ = write!(
        text,
        "\n<a id=\"{id}\"></a>\n### Nested Schema for `{}`\n",
        path.join(".")
    );
    write_entries(text, &children, path);
    path.pop();
}

fn write_line(text: &mut String, name: &str, kind: &str, description: &str) {
    let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
    let _ = writeln!(
        text,
        "{}",
        format!("- `{name}` ({kind}) {description}").trim_end()
    );
}

/// Link to the nested schema of an entry; empty if there is none.
fn link(entry: &Entry, path: &[&str]) -> String {
    if below(entry).is_empty() {
        return String::new();
    }
    format!("(see [below for nested schema](#{}))", anchor(entry, path))
}

fn anchor(entry: &Entry, path: &[&str]) -> String {
    let names = path.iter().copied().chain([entry.name]);
    [entry.anchor]
        .into_iter()
        .chain(names)
        .collect::<Vec<_>>()
        .join("--")
}

/// Entries of the nested schema, sorted by name.
fn below<'a>(entry: &Entry<'a>) -> Vec<Entry<'a>> {
    match entry.nested {
        Nested::Nothing => Vec::new(),
        Nested::Block(block) => of_block(block),
        Nested::Attributes(attributes) => sorted(attributes.iter().map(of_attribute)),
        Nested::Object(attributes) => sorted(attributes.iter().map(|(name, ty)| Entry {
            name: name.as_str(),
            group: entry.group,
            kind: label(ty),
            description: "",
            nested: in_type(ty),
            anchor: "nestedobjatt",
        })),
    }
}

fn of_block(block: &Block) -> Vec<Entry<'_>> {
    sorted(
        block
            .attributes
            .iter()
            .map(of_attribute)
            .chain(block.blocks.iter().map(of_nested_block)),
    )
}

fn sorted<'a>(entries: impl Iterator<Item = Entry<'a>>) -> Vec<Entry<'a>> {
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(|entry| entry.name);
    entries
}

fn of_attribute(attribute: &Attribute) -> Entry<'_> {
    let (kind, nested) = match &attribute.ty {
        AttributeType::Plain(ty) => (label(ty), in_type(ty)),
        AttributeType::Nested(nesting, attributes) => (
            nesting_label("Attributes", *nesting),
            Nested::Attributes(attributes),
        ),
    };
    let flags = [
        (attribute.sensitive, "Sensitive"),
        (!attribute.deprecation.is_empty(), "Deprecated"),
        (attribute.write_only, WRITE_ONLY),
    ];
    let flags = flags
        .into_iter()
        .filter(|(is_set, _)| *is_set)
        .map(|(_, flag)| flag.to_owned());
    Entry {
        name: &attribute.name,
        group: match (attribute.required, attribute.optional) {
            (true, _) => Group::Required,
            (false, true) => Group::Optional,
            (false, false) => Group::ReadOnly,
        },
        kind: [kind]
            .into_iter()
            .chain(flags)
            .collect::<Vec<_>>()
            .join(", "),
        description: &attribute.description,
        nested,
        anchor: "nestedatt",
    }
}

fn of_nested_block(nested: &NestedBlock) -> Entry<'_> {
    let group = block_group(nested);
    let mut kind = vec![nesting_label("Block", nested.nesting)];
    if nested.nesting == Nesting::Single {
        kind.extend((group != Group::ReadOnly).then(|| group.title().to_owned()));
    } else {
        kind.extend((nested.min_items > 0).then(|| format!("Min: {}", nested.min_items)));
        kind.extend((nested.max_items > 0).then(|| format!("Max: {}", nested.max_items)));
    }
    kind.extend((!nested.block.deprecation.is_empty()).then(|| "Deprecated".to_owned()));
    Entry {
        name: &nested.name,
        group,
        kind: kind.join(", "),
        description: &nested.block.description,
        nested: Nested::Block(&nested.block),
        anchor: "nestedblock",
    }
}

/// Group of a block. A block is read-only if everything in it is read-only.
fn block_group(nested: &NestedBlock) -> Group {
    let inside = of_block(&nested.block);
    if nested.min_items > 0 {
        Group::Required
    } else if inside.is_empty() || inside.iter().any(|entry| entry.group != Group::ReadOnly) {
        Group::Optional
    } else {
        Group::ReadOnly
    }
}

fn nesting_label(word: &str, nesting: Nesting) -> String {
    match nesting {
        Nesting::Single => word.to_owned(),
        Nesting::List => format!("{word} List"),
        Nesting::Set => format!("{word} Set"),
        Nesting::Map => format!("{word} Map"),
    }
}

/// The object type of a type, or of the elements of a collection.
fn in_type(ty: &Type) -> Nested<'_> {
    match ty {
        Type::Object(attributes) => Nested::Object(attributes),
        Type::List(element) | Type::Set(element) | Type::Map(element) => in_type(element),
        Type::Bool | Type::Number | Type::String | Type::Dynamic | Type::Tuple(_) => {
            Nested::Nothing
        }
    }
}

#[cfg(test)]
mod tests {
    use tfplugin::schema::IdentityAttribute;

    use super::*;

    fn block(attributes: Vec<Attribute>, blocks: Vec<NestedBlock>, description: &str) -> Block {
        Block {
            attributes,
            blocks,
            description: description.into(),
            ..Block::default()
        }
    }

    #[test]
    fn blocks_are_listed_with_the_attributes() {
        let version = Attribute::required("version_arn", Type::String, "ARN of a version.");
        let routes = NestedBlock {
            min_items: 1,
            max_items: 2,
            ..NestedBlock::new(
                "route",
                Nesting::List,
                block(vec![version], vec![], "A version."),
            )
        };
        let create = Attribute::optional("create", Type::String, "Defaults to `10m`.");
        let timeouts =
            NestedBlock::new("timeouts", Nesting::Single, block(vec![create], vec![], ""));
        let attributes = vec![
            Attribute::computed("arn", Type::String, "ARN."),
            Attribute::required("name", Type::String, "Name."),
            Attribute::optional("token", Type::String, "Token.").sensitive(),
        ];
        let expected = "\
## Schema

### Required

- `name` (String) Name.
- `route` (Block List, Min: 1, Max: 2) A version. (see [below for nested schema](#nestedblock--route))

### Optional

- `timeouts` (Block, Optional) (see [below for nested schema](#nestedblock--timeouts))
- `token` (String, Sensitive) Token.

### Read-Only

- `arn` (String) ARN.

<a id=\"nestedblock--route\"></a>
### Nested Schema for `route`

Required:

- `version_arn` (String) ARN of a version.

<a id=\"nestedblock--timeouts\"></a>
### Nested Schema for `timeouts`

Optional:

- `create` (String) Defaults to `10m`.
";
        assert_eq!(
            render(&block(attributes, vec![routes, timeouts], "")),
            expected
        );
    }

    #[test]
    fn nested_schemas_are_linked_by_their_path() {
        let listed = Type::list(Type::Object([("name".to_owned(), Type::String)].into()));
        let inner = Attribute::nested(
            "retry",
            Nesting::List,
            vec![Attribute::computed("states", listed, "")],
            "",
        );
        let states = Attribute::nested("state", Nesting::Map, vec![inner], "States.");
        let empty = NestedBlock::new("succeed", Nesting::Map, Block::default());
        let text = render(&block(vec![states], vec![empty], ""));
        for line in [
            "- `state` (Attributes Map) States. (see [below for nested schema](#nestedatt--state))",
            "- `retry` (Attributes List) (see [below for nested schema](#nestedatt--state--retry))",
            "### Nested Schema for `state.retry`",
            "- `states` (List of Object) (see [below for nested schema](#nestedatt--state--retry--states))",
            "<a id=\"nestedatt--state--retry--states\"></a>",
            "Read-Only:",
            "- `name` (String)",
            // A block without content has no link.
            "- `succeed` (Block Map)",
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "`{line}` is not in:\n{text}"
            );
        }
    }

    #[test]
    fn identities_show_what_an_import_must_give() {
        let attribute = |name: &str, required_for_import| IdentityAttribute {
            name: name.into(),
            ty: Type::String,
            required_for_import,
            description: "Text.".into(),
        };
        let attributes = vec![
            attribute("qualifier", false),
            attribute("function_name", true),
        ];
        let expected = "\
### Identity Schema

#### Required

- `function_name` (String) Text.

#### Optional

- `qualifier` (String) Text.
";
        assert_eq!(
            render_identity(&IdentitySchema {
                version: 0,
                attributes
            }),
            expected
        );
    }
}
