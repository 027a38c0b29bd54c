//! Builds a state machine from its definition.

use std::fmt;
use std::time::Duration;

use asl::integration;
use asl::jsonata::{Delimited, delimited};
use asl::model::{self, NullablePath, QueryLanguage};
use indexmap::IndexMap;
use serde_json::Value;

use super::{
    Batcher, Catcher, Choice, Distributed, Kind, Machine, Map, Names, Pattern, Reader, Resource,
    Rule, RuleCondition, Scope, ScopeId, Selection, Setting, State, StateId, Task, Text, Wait,
    Writer,
};
use crate::Data;
use crate::choice;
use crate::template::{PathField, QueryField, Template};

/// A definition that cannot run. AWS refuses to create it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError(pub String);

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BuildError {}

type Built<T> = Result<T, BuildError>;

impl Machine {
    /// Builds a state machine from its definition.
    ///
    /// # Errors
    /// What is wrong with the definition, such as an expression that cannot be parsed or a state that does not
    /// exist. Run the linter of the crate `asl` first: its diagnostics have places and repairs.
    pub fn build(definition: &Value) -> Built<Self> {
        let definition: model::Definition = serde_json::from_value(definition.clone())
            .map_err(|error| BuildError(error.to_string()))?;
        let language = definition.query_language.unwrap_or(QueryLanguage::JSONPath);
        let mut builder = Builder {
            language,
            states: Vec::new(),
            scopes: Vec::new(),
        };
        let root = builder.scope(&definition.start_at, &definition.states)?;
        Ok(Self {
            states: builder.states.into_iter().flatten().collect(),
            scopes: builder.scopes,
            root,
            timeout: definition.timeout_seconds.map(Duration::from_secs),
        })
    }
}

struct Builder {
    language: QueryLanguage,
    /// The states that are built. `None` is a state whose ID is given already.
    states: Vec<Option<State>>,
    scopes: Vec<Scope>,
}

/// The fields that most types of states have, by reference.
struct Common<'a> {
    name: &'a str,
    names: &'a Names,
    language: QueryLanguage,
}

/// Copies the fields of the data flow that a model has into a state.
macro_rules! flow {
    ($state:ident, $common:ident, $model:ident: $($field:ident),*) => {
        $(flow!(@$field $state, $common, $model);)*
    };
    (@input_path $state:ident, $common:ident, $model:ident) => {
        $state.input_path = selection("InputPath", $model.input_path.as_ref())?;
    };
    (@parameters $state:ident, $common:ident, $model:ident) => {
        $state.payload = $common.template("Parameters", $model.parameters.as_ref())?;
    };
    (@arguments $state:ident, $common:ident, $model:ident) => {
        if $model.arguments.is_some() {
            $state.payload = $common.template("Arguments", $model.arguments.as_ref())?;
        }
    };
    (@result_selector $state:ident, $common:ident, $model:ident) => {
        $state.result_selector = $common.template("ResultSelector", $model.result_selector.as_ref())?;
    };
    (@result_path $state:ident, $common:ident, $model:ident) => {
        $state.result_path = selection("ResultPath", $model.result_path.as_ref())?;
    };
    (@output_path $state:ident, $common:ident, $model:ident) => {
        $state.output_path = selection("OutputPath", $model.output_path.as_ref())?;
    };
    (@output $state:ident, $common:ident, $model:ident) => {
        $state.output = $common.template("Output", $model.output.as_ref())?;
    };
    (@assign $state:ident, $common:ident, $model:ident) => {
        $state.assign = $common.template("Assign", $model.assign.as_ref())?;
    };
    (@retry $state:ident, $common:ident, $model:ident) => {
        $state.retry = $model.retry.clone().unwrap_or_default();
    };
    (@catch $state:ident, $common:ident, $model:ident) => {
        $state.catch = $common.catchers($model.catch.as_deref())?;
    };
    (@next $state:ident, $common:ident, $model:ident) => {
        $state.next = match &$model.next {
            Some(next) => Some($common.target(next)?),
            None => None,
        };
    };
}

impl Builder {
    fn scope(&mut self, start: &str, states: &IndexMap<String, model::State>) -> Built<ScopeId> {
        let mut names = Names::new();
        for name in states.keys() {
            names.insert(name.clone(), StateId(self.states.len()));
            self.states.push(None);
        }
        for (name, state) in states {
            let built = self.state(name, state, &names)?;
            let id = names.get(name).copied();
            if let Some(slot) = id.and_then(|id| self.states.get_mut(id.0)) {
                *slot = Some(built);
            }
        }
        let start = names
            .get(start)
            .copied()
            .ok_or_else(|| BuildError(format!("`StartAt`: the state `{start}` does not exist")))?;
        self.scopes.push(Scope { start });
        Ok(ScopeId(self.scopes.len() - 1))
    }

    fn state(&mut self, name: &str, state: &model::State, names: &Names) -> Built<State> {
        use model::State as S;
        let own = match state {
            S::Task(state) => state.query_language,
            S::Pass(state) => state.query_language,
            S::Choice(state) => state.query_language,
            S::Wait(state) => state.query_language,
            S::Parallel(state) => state.query_language,
            S::Map(state) => state.query_language,
            S::Succeed(state) => state.query_language,
            S::Fail(state) => state.query_language,
        };
        let common = Common {
            name,
            names,
            language: own.unwrap_or(self.language),
        };
        let mut built = State {
            name: name.into(),
            language: common.language,
            input_path: Selection::Whole,
            payload: None,
            result_selector: None,
            result_path: Selection::Whole,
            output_path: Selection::Whole,
            output: None,
            assign: None,
            retry: Vec::new(),
            catch: Vec::new(),
            next: None,
            kind: Kind::Succeed,
        };
        match state {
            S::Task(state) => {
                flow!(built, common, state: input_path, parameters, arguments, result_selector,
                    result_path, output_path, output, assign, retry, catch, next);
                built.kind = Kind::Task(Box::new(common.task(state)?));
            }
            S::Pass(state) => {
                flow!(built, common, state: input_path, parameters, result_path, output_path,
                    output, assign, next);
                built.kind = Kind::Pass {
                    result: state.result.clone().map(Data::new),
                };
            }
            S::Choice(state) => {
                flow!(built, common, state: input_path, output_path, output, assign);
                built.kind = Kind::Choice(common.choice(state)?);
            }
            S::Wait(state) => {
                flow!(built, common, state: input_path, output_path, output, assign, next);
                built.kind = Kind::Wait(common.wait(state)?);
            }
            S::Parallel(state) => {
                flow!(built, common, state: input_path, parameters, arguments, result_selector,
                    result_path, output_path, output, assign, retry, catch, next);
                let branches = state.branches.iter();
                let branches = branches.map(|branch| self.scope(&branch.start_at, &branch.states));
                built.kind = Kind::Parallel {
                    branches: branches.collect::<Built<_>>()?,
                };
            }
            S::Map(state) => {
                flow!(built, common, state: input_path, result_selector, result_path, output_path,
                    output, assign, retry, catch, next);
                let processor = state.item_processor.as_ref().or(state.iterator.as_ref());
                let processor = processor.ok_or_else(|| {
                    BuildError(format!("State `{name}`: `ItemProcessor` is required"))
                })?;
                let scope = self.scope(&processor.start_at, &processor.states)?;
                built.kind = Kind::Map(Box::new(common.map(state, processor, scope)?));
            }
            S::Succeed(state) => {
                flow!(built, common, state: input_path, output_path, output);
            }
            S::Fail(state) => built.kind = common.fail(state)?,
        }
        Ok(built)
    }
}

fn selection(field: &str, path: Option<&NullablePath>) -> Built<Selection> {
    Ok(match path {
        None => Selection::Whole,
        Some(NullablePath::Null) => Selection::Nothing,
        Some(NullablePath::Path(path)) if path == "$" => Selection::Whole,
        Some(NullablePath::Path(path)) => {
            Selection::Part(PathField::parse(field, path).map_err(BuildError)?)
        }
    })
}

impl Common<'_> {
    fn wrong(&self, message: impl fmt::Display) -> BuildError {
        BuildError(format!("State `{}`: {message}", self.name))
    }

    fn target(&self, name: &str) -> Built<StateId> {
        let target = self.names.get(name).copied();
        target.ok_or_else(|| self.wrong(format!("the state `{name}` does not exist")))
    }

    fn template(&self, field: &str, value: Option<&Value>) -> Built<Option<Template>> {
        let template = value.map(|value| Template::parse(self.language, field, value));
        template.transpose().map_err(|message| self.wrong(message))
    }

    fn path(&self, field: &str, path: Option<&String>) -> Built<Option<PathField>> {
        let path = path.map(|path| PathField::parse(field, path));
        path.transpose().map_err(|message| self.wrong(message))
    }

    /// A setting that is a constant, an expression, or a path in a field of its own.
    fn setting(
        &self,
        field: &str,
        value: Option<&Value>,
        path: Option<&String>,
    ) -> Built<Option<Setting>> {
        if let Some(path) = self.path(&format!("{field}Path"), path)? {
            return Ok(Some(Setting::Path(path)));
        }
        Ok(match value {
            None => None,
            Some(Value::String(text)) if self.language == QueryLanguage::JSONata => {
                Some(match delimited(text) {
                    Delimited::Expression(expression, _) => Setting::Query(
                        QueryField::parse(field, expression)
                            .map_err(|message| self.wrong(message))?,
                    ),
                    _ => Setting::Fixed(Value::String(text.clone())),
                })
            }
            Some(value) => Some(Setting::Fixed(value.clone())),
        })
    }

    fn catchers(&self, catchers: Option<&[model::Catcher]>) -> Built<Vec<Catcher>> {
        let catchers = catchers.unwrap_or(&[]).iter();
        let catchers = catchers.map(|catcher| {
            Ok(Catcher {
                errors: catcher.error_equals.clone(),
                result_path: selection("ResultPath", catcher.result_path.as_ref())?,
                output: self.template("Output", catcher.output.as_ref())?,
                assign: self.template("Assign", catcher.assign.as_ref())?,
                next: self.target(&catcher.next)?,
            })
        });
        catchers.collect()
    }

    fn task(&self, state: &model::Task) -> Built<Task> {
        Ok(Task {
            resource: self.resource(&state.resource)?,
            credentials: self.template("Credentials", state.credentials.as_ref())?,
            timeout: self.setting(
                "TimeoutSeconds",
                state.timeout_seconds.as_ref().map(|value| &value.0),
                state.timeout_seconds_path.as_ref(),
            )?,
            heartbeat: self.setting(
                "HeartbeatSeconds",
                state.heartbeat_seconds.as_ref().map(|value| &value.0),
                state.heartbeat_seconds_path.as_ref(),
            )?,
        })
    }

    fn resource(&self, arn: &str) -> Built<Resource> {
        use integration::Resource as R;
        let service = |prefix: &str, called: integration::Called<'_>| {
            let pattern = match called.pattern {
                "waitForTaskToken" => Pattern::Token,
                "" => Pattern::Response,
                _ => Pattern::Sync,
            };
            let operation = match called.pattern {
                "" => called.operation.to_owned(),
                pattern => format!("{}.{pattern}", called.operation),
            };
            Resource::Service {
                kind: format!("{prefix}{}", called.service).into(),
                operation: operation.into(),
                pattern,
                arn: arn.into(),
            }
        };
        Ok(match R::parse(arn) {
            R::Function { .. } => Resource::Function(arn.into()),
            R::Activity => Resource::Activity(arn.into()),
            R::Optimized(called) => service("", called),
            R::Sdk(called) => service("aws-sdk:", called),
            // What Terraform or a template must compute is a function in most workflows.
            R::Unknown => Resource::Function(arn.into()),
            R::Invalid if !arn.starts_with("arn:") => Resource::Function(arn.into()),
            R::Other(_) | R::Invalid => {
                return Err(self.wrong(format!("`Resource`: `{arn}` cannot be called")));
            }
        })
    }

    fn choice(&self, state: &model::Choice) -> Built<Choice> {
        let rules = state.choices.iter().map(|rule| {
            let condition = rule.condition.as_ref().map(|condition| &condition.0);
            let condition = match self.setting("Condition", condition, None)? {
                Some(condition) => RuleCondition::Condition(condition),
                None => RuleCondition::Comparison(
                    choice::compile_rule(rule).map_err(|message| self.wrong(message))?,
                ),
            };
            Ok(Rule {
                condition,
                output: self.template("Output", rule.output.as_ref())?,
                assign: self.template("Assign", rule.assign.as_ref())?,
                next: self.target(&rule.next)?,
            })
        });
        Ok(Choice {
            rules: rules.collect::<Built<_>>()?,
            default: match &state.default {
                Some(name) => Some(self.target(name)?),
                None => None,
            },
        })
    }

    fn wait(&self, state: &model::Wait) -> Built<Wait> {
        let seconds = state.seconds.as_ref().map(|value| &value.0);
        if let Some(seconds) = self.setting("Seconds", seconds, state.seconds_path.as_ref())? {
            return Ok(Wait::Seconds(seconds));
        }
        let timestamp = state.timestamp.clone().map(Value::String);
        let path = state.timestamp_path.as_ref();
        match self.setting("Timestamp", timestamp.as_ref(), path)? {
            Some(timestamp) => Ok(Wait::Timestamp(timestamp)),
            None => Err(self.wrong("`Seconds` or `Timestamp` is required")),
        }
    }

    fn fail(&self, state: &model::Fail) -> Built<Kind> {
        let text = |field: &'static str,
                    value: Option<&String>,
                    path_field: &'static str,
                    path: Option<&String>| {
            if let Some(path) = path {
                let value = Template::path_or_call(path_field, path)
                    .map_err(|message| self.wrong(message))?;
                return Ok(Some(Text {
                    field: path_field,
                    value,
                }));
            }
            let value = value.cloned().map(Value::String);
            // In JSONPath the text is a constant.
            let value = self.template(field, value.as_ref())?;
            Ok(value.map(|value| Text { field, value }))
        };
        Ok(Kind::Fail {
            error: text(
                "Error",
                state.error.as_ref(),
                "ErrorPath",
                state.error_path.as_ref(),
            )?,
            cause: text(
                "Cause",
                state.cause.as_ref(),
                "CausePath",
                state.cause_path.as_ref(),
            )?,
        })
    }

    fn map(
        &self,
        state: &model::Map,
        processor: &model::ItemProcessor,
        scope: ScopeId,
    ) -> Built<Map> {
        let config = processor.processor_config.as_ref();
        let distributed = config.and_then(|config| config.mode) == Some(model::Mode::Distributed);
        let express =
            config.and_then(|config| config.execution_type) == Some(model::ExecutionType::Express);
        let selector = state.item_selector.as_ref().or(state.parameters.as_ref());
        Ok(Map {
            scope,
            distributed: match distributed {
                true => Some(self.distributed(state, express)?),
                false => None,
            },
            items_path: self.path("ItemsPath", state.items_path.as_ref())?,
            items: self.template("Items", state.items.as_ref())?,
            item_selector: self.template("ItemSelector", selector)?,
            max_concurrency: self.setting(
                "MaxConcurrency",
                state.max_concurrency.as_ref().map(|value| &value.0),
                state.max_concurrency_path.as_ref(),
            )?,
        })
    }

    fn distributed(&self, state: &model::Map, express: bool) -> Built<Distributed> {
        Ok(Distributed {
            express,
            label: state.label.clone(),
            reader: state
                .item_reader
                .as_ref()
                .map(|reader| self.reader(reader))
                .transpose()?,
            batcher: state
                .item_batcher
                .as_ref()
                .map(|batcher| self.batcher(batcher))
                .transpose()?,
            writer: match &state.result_writer {
                Some(writer) => Some(Writer {
                    payload: self.template(
                        "ResultWriter/Arguments",
                        writer.arguments.as_ref().or(writer.parameters.as_ref()),
                    )?,
                    config: writer.writer_config.clone(),
                }),
                None => None,
            },
            tolerated_count: self.setting(
                "ToleratedFailureCount",
                state.tolerated_failure_count.as_ref().map(|value| &value.0),
                state.tolerated_failure_count_path.as_ref(),
            )?,
            tolerated_percentage: self.setting(
                "ToleratedFailurePercentage",
                state
                    .tolerated_failure_percentage
                    .as_ref()
                    .map(|value| &value.0),
                state.tolerated_failure_percentage_path.as_ref(),
            )?,
        })
    }

    fn reader(&self, reader: &model::ItemReader) -> Built<Reader> {
        let config = reader.reader_config.clone().unwrap_or_default();
        Ok(Reader {
            resource: reader.resource.clone(),
            payload: self.template(
                "ItemReader/Arguments",
                reader.arguments.as_ref().or(reader.parameters.as_ref()),
            )?,
            max_items: self.setting(
                "MaxItems",
                config.max_items.as_ref().map(|value| &value.0),
                config.max_items_path.as_ref(),
            )?,
            config,
        })
    }

    fn batcher(&self, batcher: &model::ItemBatcher) -> Built<Batcher> {
        Ok(Batcher {
            input: self.template("ItemBatcher/BatchInput", batcher.batch_input.as_ref())?,
            max_items: self.setting(
                "MaxItemsPerBatch",
                batcher.max_items_per_batch.as_ref().map(|value| &value.0),
                batcher.max_items_per_batch_path.as_ref(),
            )?,
            max_bytes: self.setting(
                "MaxInputBytesPerBatch",
                batcher
                    .max_input_bytes_per_batch
                    .as_ref()
                    .map(|value| &value.0),
                batcher.max_input_bytes_per_batch_path.as_ref(),
            )?,
        })
    }
}
