//! The context object.
//!
//! Source: the developer guide, "Accessing execution data from the Context object in Step Functions".

use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;

use asl::jsonpath::{Path, Root, Segment, Step};
use serde_json::{Map, Value, json};

use crate::data::Found;
use crate::jsonata::Converted;
use crate::jsonpath::{self, PathError};
use crate::{Data, Moment};

/// The execution that a state belongs to.
#[derive(Debug, Clone)]
pub(crate) struct ExecutionInfo {
    pub id: String,
    pub name: String,
    pub input: Data,
    pub role: String,
    pub started: Moment,
    /// Whether the execution can be redriven. Calls of `TestState` cannot.
    pub redrivable: bool,
    pub machine_id: String,
    pub machine_name: String,
    /// The members `Execution` and `StateMachine` as JSONata reads them, made when the first expression needs them.
    pub converted: OnceCell<(Converted, Converted)>,
}

/// The item that an iteration of a Map state processes.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub index: usize,
    pub value: Data,
    /// The name of the member, if the Map state processes an object.
    pub key: Option<Rc<str>>,
}

/// The context object of a state.
#[derive(Debug, Clone)]
pub(crate) struct ContextObject {
    pub execution: Rc<ExecutionInfo>,
    pub state: Rc<str>,
    pub entered: Moment,
    /// How often the state was retried. `None` for states that cannot be retried.
    pub retry_count: Option<u64>,
    pub token: Option<Rc<str>>,
    pub item: Option<Rc<Item>>,
    /// An object to use in place of this one. Only tests of a single state have one.
    pub given: Option<Data>,
}

impl ContextObject {
    /// The value of a path that starts with `$$`.
    pub(crate) fn resolve(&self, path: &Path) -> Result<Cow<'_, Value>, PathError> {
        if let Some(given) = &self.given {
            return jsonpath::evaluate(path, given.value());
        }
        for (place, data) in [
            (["Execution", "Input", ""], Some(&self.execution.input)),
            (
                ["Map", "Item", "Value"],
                self.item.as_deref().map(|item| &item.value),
            ),
        ] {
            let place = place.iter().filter(|name| !name.is_empty());
            if let (Some(data), Some(rest)) = (data, rest_after(&path.segments, place)) {
                let rest = Path {
                    root: Root::Input,
                    segments: rest.to_vec(),
                };
                return jsonpath::evaluate(&rest, data.value());
            }
        }
        let value = match names(&path.segments) {
            // Nothing else reads the input and the item, which may be large, so that they are not copied.
            [Some("Execution"), Some(_), _] => self.only("Execution", false),
            [Some("Map"), Some(_), Some(_)] => self.only("Map", false),
            [Some(name), ..] => self.only(name, true),
            [None, ..] => self.all(),
        };
        jsonpath::evaluate(path, &value).map(|found| Cow::Owned(found.into_owned()))
    }

    /// The value that these members lead to.
    pub(crate) fn get(&self, names: &[String]) -> Found<'_> {
        if let Some(given) = &self.given {
            return Found::of(given.value(), names);
        }
        let item = self.item.as_deref().map(|item| &item.value);
        for (place, data) in [
            (&["Execution", "Input"][..], Some(&self.execution.input)),
            (&["Map", "Item", "Value"], item),
        ] {
            let rest = names.get(place.len()..);
            let begins = names.iter().zip(place).all(|(name, own)| name == own);
            if let (Some(data), Some(rest), true) = (data, rest, begins) {
                return Found::of(data.value(), rest);
            }
        }
        let Some((first, rest)) = names.split_first() else {
            return Found::Value(Cow::Owned(self.all()));
        };
        let whole = rest.is_empty() || first == "Map" && rest.len() == 1;
        match self.member(first, whole) {
            Some(member) => Found::of(&member, rest).into_owned(),
            None => Found::Nothing,
        }
    }

    /// An object with only this member.
    fn only(&self, name: &str, whole: bool) -> Value {
        let member = self.member(name, whole);
        let member = member.map(|value| (name.to_owned(), value));
        Value::Object(member.into_iter().collect())
    }

    /// The object.
    pub(crate) fn all(&self) -> Value {
        let members = ["Execution", "State", "StateMachine", "Task", "Map"].into_iter();
        let members = members.filter_map(|name| Some((name.to_owned(), self.member(name, true)?)));
        Value::Object(members.collect())
    }

    /// A member. Unless it is needed as a whole, it has neither the input of the execution nor the value of the item.
    fn member(&self, name: &str, whole: bool) -> Option<Value> {
        match name {
            "Execution" => Some(self.execution.member(whole)),
            "State" => Some(self.state_member()),
            "StateMachine" => {
                let Self { execution, .. } = self;
                Some(json!({ "Id": execution.machine_id, "Name": execution.machine_name }))
            }
            "Task" => self.token.as_deref().map(|token| json!({ "Token": token })),
            "Map" => {
                let item = self.item.as_ref()?;
                Some(json!({ "Item": item.members(whole) }))
            }
            _ => None,
        }
    }

    fn state_member(&self) -> Value {
        let mut members = Map::new();
        members.insert("EnteredTime".to_owned(), self.entered.to_string().into());
        members.insert("Name".to_owned(), (*self.state).into());
        if let Some(count) = self.retry_count {
            members.insert("RetryCount".to_owned(), count.into());
        }
        Value::Object(members)
    }

    /// The object as JSONata reads it.
    pub(crate) fn converted(&self) -> Converted {
        if let Some(given) = &self.given {
            return given.converted().clone();
        }
        let retries = self
            .retry_count
            .map(|count| ("RetryCount", Converted::number(count as f64)));
        let about_state = [
            ("EnteredTime", Converted::text(&self.entered.to_string())),
            ("Name", Converted::text(&self.state)),
        ];
        let (execution, machine) = self.execution.converted();
        let mut members = vec![
            ("Execution", execution.clone()),
            (
                "State",
                Converted::object(about_state.into_iter().chain(retries)),
            ),
            ("StateMachine", machine.clone()),
        ];
        if let Some(token) = &self.token {
            members.push((
                "Task",
                Converted::object([("Token", Converted::text(token))]),
            ));
        }
        if let Some(item) = &self.item {
            members.push(("Map", Converted::object([("Item", item.converted())])));
        }
        Converted::object(members)
    }
}

impl ExecutionInfo {
    fn member(&self, whole: bool) -> Value {
        let mut members = Map::new();
        let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
        add("Id", self.id.as_str().into());
        if whole {
            add("Input", self.input.value().clone());
        }
        add("Name", self.name.as_str().into());
        add("RoleArn", self.role.as_str().into());
        add("StartTime", self.started.to_string().into());
        if self.redrivable {
            add("RedriveCount", 0.into());
        }
        Value::Object(members)
    }

    /// The members `Execution` and `StateMachine` as JSONata reads them.
    fn converted(&self) -> &(Converted, Converted) {
        self.converted.get_or_init(|| {
            let mut about_execution = vec![
                ("Id", Converted::text(&self.id)),
                ("Input", self.input.converted().clone()),
                ("Name", Converted::text(&self.name)),
                ("RoleArn", Converted::text(&self.role)),
                ("StartTime", Converted::text(&self.started.to_string())),
            ];
            if self.redrivable {
                about_execution.push(("RedriveCount", Converted::number(0.0)));
            }
            let about_machine = [
                ("Id", Converted::text(&self.machine_id)),
                ("Name", Converted::text(&self.machine_name)),
            ];
            (
                Converted::object(about_execution),
                Converted::object(about_machine),
            )
        })
    }
}

impl Item {
    fn members(&self, value: bool) -> Value {
        let mut members = Map::new();
        members.insert("Index".to_owned(), json!(self.index));
        if let Some(key) = &self.key {
            members.insert("Key".to_owned(), json!(&**key));
        }
        if value {
            members.insert("Value".to_owned(), self.value.value().clone());
        }
        Value::Object(members)
    }

    fn converted(&self) -> Converted {
        let key = self.key.as_deref().map(|key| ("Key", Converted::text(key)));
        Converted::object(
            [
                ("Index", Converted::number(self.index as f64)),
                ("Value", self.value.converted().clone()),
            ]
            .into_iter()
            .chain(key),
        )
    }
}

/// The steps after these members at the beginning of a path.
fn rest_after<'a, 'b>(
    segments: &'a [Segment],
    mut names: impl Iterator<Item = &'b &'static str>,
) -> Option<&'a [Segment]> {
    let mut rest = segments;
    names.try_for_each(|name| {
        let (first, others) = rest.split_first()?;
        rest = others;
        matches!(&first.step, Step::Member(member) if member == name).then_some(())
    })?;
    Some(rest)
}

/// The names of the first members of a path, up to the first other step.
fn names(segments: &[Segment]) -> [Option<&str>; 3] {
    let mut names = [None; 3];
    for (name, segment) in names.iter_mut().zip(segments) {
        let Step::Member(member) = &segment.step else {
            break;
        };
        *name = Some(member.as_str());
    }
    names
}
