//! The file of a state machine.

use tfconfig::{Body, References, Writer, quoted};
use tfplugin::Value;

use super::folder::{Declared, Folder};
use super::gather::{Gathered, Object};
use super::targets::Target;
use crate::machine::{Beside, Definition, Machine, TYPE};
use crate::schemas;

/// A file that is to be written.
#[derive(Debug)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What it declares.
    pub declared: Vec<Declared>,
    /// What people should know.
    pub notes: Vec<String>,
}

/// The file of a state machine and of what belongs to it and no other file declares. What it declares can be referred to
/// from then on.
pub fn render(folder: &Folder, references: &mut References, target: &Target, gathered: &Gathered) -> File {
    let mut declared: Vec<Declared> = Vec::new();
    let mut notes = Vec::new();
    let mut add = |ty: &str, arn: &str, name: &str, references: &mut References| {
        let label = folder.label(ty, name, &declared);
        declared.push(Declared { arn: arn.to_owned(), ty: ty.to_owned(), label: label.clone() });
        if references.get(arn).is_none() {
            references.insert(arn, format!("{ty}.{label}.arn"));
        }
        label
    };
    let related = gathered.related.iter().filter(|(_, object)| !folder.imports(&object.arn));
    let related: Vec<(&str, String, &Object)> =
        related.map(|(ty, object)| (*ty, add(ty, &object.arn, short(&object.name), references), &**object)).collect();
    // Nothing may refer to itself, nor a function to a state machine that calls it.
    let mut beside = Body::default();
    for (ty, label, object) in &related {
        import_block(&mut beside, ty, label, &object.arn);
        write(&mut beside, ty, label, object, references, &code_stays(&object.config));
        if !object.config.get("environment").is_null() {
            notes.push(format!("it has the environment variables of the function `{}`: look for secrets", object.name));
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
        let label = add("sfn_alias", &alias.arn, &format!("{}_{}", target.name, alias.name), references);
        import_block(&mut body, "sfn_alias", &label, &alias.arn);
        write(&mut body, "sfn_alias", &label, alias, references, &Beside::default());
    }
    if !beside.is_empty() {
        body.blank();
        body.extend(beside);
    }
    File { name: folder.file(&stem(&target.name)), text: body.render(), declared, notes }
}

/// The state machine itself.
fn machine(label: &str, gathered: &Gathered) -> Machine {
    let text = gathered.machine.config.get("definition");
    let definition = match &gathered.definition {
        Some(definition) if text.is_null() => Definition::Blocks(definition.clone()),
        Some(definition) => Definition::Asl(definition.clone()),
        None => Definition::Expression(quoted(text.as_str().unwrap_or("")), "it is no JSON".into()),
    };
    Machine { settings: gathered.machine.config.clone(), ..Machine::new(label, definition) }
}

/// A name of a file that says this name, on any system.
fn stem(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' }).collect()
}

/// The last part of a name like a path, as those of log groups are.
fn short(name: &str) -> &str {
    name.rsplit('/').find(|part| !part.is_empty()).unwrap_or(name)
}

fn import_block(body: &mut Body, ty: &str, label: &str, id: &str) {
    let mut import = Body::default();
    import.attribute("to", format!("{ty}.{label}"));
    import.attribute("id", quoted(id));
    body.spaced_block("import", import);
}

fn write(body: &mut Body, ty: &str, label: &str, object: &Object, references: &References, beside: &Beside) {
    let writer = Writer::new(references);
    let content = beside.around(writer.body(schemas::resource(ty), &object.config, 1));
    body.spaced_block(format!("resource \"{ty}\" {}", quoted(label)), content);
}

/// What keeps Terraform from uploading the code that was just fetched: an import cannot tell where code came from.
fn code_stays(config: &Value) -> Beside {
    let mut beside = Beside::default();
    if !config.get("filename").is_null() {
        let mut lifecycle = Body::default();
        lifecycle.comment("Without this the code is deployed from the file.");
        lifecycle.attribute("ignore_changes", "[filename]");
        beside.last.block("lifecycle", lifecycle);
    }
    beside
}
