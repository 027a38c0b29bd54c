//! Renders the file of an imported state machine.

use tfconfig::{Body, References, Writer, quoted};
use tfplugin::Value;

use super::folder::{Declared, Folder};
use super::gather::{Gathered, Object};
use super::targets::Target;
use crate::machine::{Beside, Definition, Machine, TYPE};
use crate::schemas;

/// A file to write.
#[derive(Debug)]
pub struct File {
    /// Name of the file.
    pub name: String,
    /// Text of the file.
    pub text: String,
    /// Resources that the file declares.
    pub declared: Vec<Declared>,
    /// Notes for the user.
    pub notes: Vec<String>,
}

/// Renders the file of a state machine with its related objects that no other file declares. Files that are rendered
/// later can refer to the declared resources.
pub fn render(
    folder: &Folder,
    references: &mut References,
    target: &Target,
    gathered: &Gathered,
) -> File {
    let mut declared: Vec<Declared> = Vec::new();
    let mut notes = Vec::new();
    let mut add = |ty: &str, arn: &str, name: &str, references: &mut References| {
        let label = folder.label(ty, name, &declared);
        declared.push(Declared {
            arn: arn.to_owned(),
            ty: ty.to_owned(),
            label: label.clone(),
        });
        if references.get(arn).is_none() {
            references.insert(arn, format!("{ty}.{label}.arn"));
        }
        label
    };
    let related = gathered
        .related
        .iter()
        .filter(|(_, object)| !folder.imports(&object.arn));
    let related: Vec<(&str, String, &Object)> = related
        .map(|(ty, object)| {
            (
                *ty,
                add(ty, &object.arn, short(&object.name), references),
                &**object,
            )
        })
        .collect();
    // Functions are written before the state machine is added to the references, so that references are never circular.
    let mut beside = Body::default();
    for (ty, label, object) in &related {
        import_block(&mut beside, ty, label, &object.arn);
        write(
            &mut beside,
            ty,
            label,
            object,
            references,
            &code_stays(&object.config),
        );
        if !object.config.get("environment").is_null() {
            let name = &object.name;
            notes.push(format!("contains the environment variables of the function `{name}`: check them for secrets"));
        }
    }
    let mut body = Body::default();
    let label = folder.label(TYPE, &target.name, &[]);
    import_block(&mut body, TYPE, &label, &target.arn);
    if let Some(reason) = machine(&label, gathered).write(references, &mut body) {
        notes.push(format!("the definition is not in blocks: {reason}"));
    }
    add(TYPE, &target.arn, &target.name, references);
    for alias in &gathered.aliases {
        let label = add(
            "sfn_alias",
            &alias.arn,
            &format!("{}_{}", target.name, alias.name),
            references,
        );
        import_block(&mut body, "sfn_alias", &label, &alias.arn);
        write(
            &mut body,
            "sfn_alias",
            &label,
            alias,
            references,
            &Beside::default(),
        );
    }
    if !beside.is_empty() {
        body.blank();
        body.extend(beside);
    }
    File {
        name: folder.file(&stem(&target.name)),
        text: body.render(),
        declared,
        notes,
    }
}

/// The state machine, without related objects.
fn machine(label: &str, gathered: &Gathered) -> Machine {
    let text = gathered.machine.config.get("definition");
    let definition = match &gathered.definition {
        Some(definition) if text.is_null() => Definition::Blocks(definition.clone()),
        Some(definition) => Definition::Asl(definition.clone()),
        None => Definition::Expression(
            quoted(text.as_str().unwrap_or("")),
            "it is not valid JSON".into(),
        ),
    };
    Machine {
        settings: gathered.machine.config.clone(),
        ..Machine::new(label, definition)
    }
}

/// A file name for a state machine, without characters that some systems do not allow.
fn stem(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') {
                c
            } else {
                '_'
            }
        })
        .collect()
}

/// The last part of a name that is a path, such as that of a log group.
fn short(name: &str) -> &str {
    name.rsplit('/')
        .find(|part| !part.is_empty())
        .unwrap_or(name)
}

fn import_block(body: &mut Body, ty: &str, label: &str, id: &str) {
    let mut import = Body::default();
    import.attribute("to", format!("{ty}.{label}"));
    import.attribute("id", quoted(id));
    body.spaced_block("import", import);
}

fn write(
    body: &mut Body,
    ty: &str,
    label: &str,
    object: &Object,
    references: &References,
    beside: &Beside,
) {
    let writer = Writer::new(references);
    let content = beside.around(writer.body(schemas::resource(ty), &object.config, 1));
    body.spaced_block(format!("resource \"{ty}\" {}", quoted(label)), content);
}

/// Settings that keep Terraform from deploying the downloaded code again. AWS does not return the source of the code,
/// so an import cannot set `filename` in the state.
fn code_stays(config: &Value) -> Beside {
    let mut beside = Beside::default();
    if !config.get("filename").is_null() {
        let mut lifecycle = Body::default();
        lifecycle.comment("Without this, Terraform deploys the code from the file.");
        lifecycle.attribute("ignore_changes", "[filename]");
        beside.last.block("lifecycle", lifecycle);
    }
    beside
}
