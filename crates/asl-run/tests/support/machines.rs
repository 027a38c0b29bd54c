//! Random state machines that run, with inputs for them, and a driver that answers their tasks.

use std::rc::Rc;
use std::time::Duration;

use asl_run::{
    Answer, Call, Content, Data, Entropy, Execution, Failure, Machine, Read, Reply, Request,
    Seeded, Start,
};
use serde_json::{Map, Value, json};

/// Members of a state.
type Members = Map<String, Value>;

/// How large a state machine may be.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Number of states of a scope.
    pub states: usize,
    /// How deep scopes are nested.
    pub depth: usize,
}

/// A generator of state machines. The same seed generates the same definition.
pub struct Generator {
    random: Seeded,
    size: Size,
    names: usize,
    jsonata: bool,
    /// Whether retriers may have jitter, and expressions may be random.
    chance: bool,
}

impl Generator {
    /// Creates a generator with a seed.
    pub fn new(seed: u64, size: Size, chance: bool) -> Self {
        Self {
            random: Seeded::new(seed),
            size,
            names: 0,
            jsonata: false,
            chance,
        }
    }

    fn below(&mut self, limit: usize) -> usize {
        below(&mut self.random, limit)
    }

    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        let index = self.below(of.len());
        of[index].clone()
    }

    /// A state machine.
    pub fn definition(&mut self) -> Value {
        self.jsonata = self.percent(50);
        let mut members = Members::new();
        if self.jsonata {
            members.insert("QueryLanguage".to_owned(), json!("JSONata"));
        }
        if self.percent(15) {
            members.insert("TimeoutSeconds".to_owned(), json!(1 + self.below(6)));
        }
        self.scope(0, &mut members);
        Value::Object(members)
    }

    /// The input of an execution.
    pub fn input(&mut self) -> Value {
        let items: Vec<Value> = (0..self.below(5)).map(|index| self.item(index)).collect();
        let mut input = json!({
            "n": self.below(10),
            "flag": self.percent(50),
            "text": self.one(&["", "a", "long text", "1"]),
            "items": items,
            "object": { "a": 1, "b": [1, 2, { "c": null }] },
            "seconds": self.below(4),
            "time": "1970-01-01T00:00:03Z",
        });
        if self.percent(20) {
            let name = self.one(&["n", "flag", "items", "seconds", "object"]);
            input.as_object_mut().unwrap().remove(name);
        }
        input
    }

    /// An item. Some lack the member that selectors read.
    fn item(&mut self, index: usize) -> Value {
        match self.below(6) {
            0 => json!(index),
            1 => json!({ "v": index, "items": [1, 2], "n": index, "flag": true }),
            _ => json!({ "v": index, "n": index }),
        }
    }

    /// Adds `StartAt` and `States` of states that run one after another.
    fn scope(&mut self, depth: usize, members: &mut Members) {
        let count = 1 + self.below(self.size.states);
        let names: Vec<String> = (0..count)
            .map(|_| {
                self.names += 1;
                format!("S{}", self.names)
            })
            .collect();
        members.insert("StartAt".to_owned(), json!(names[0]));
        let states: Members = (0..count)
            .map(|index| (names[index].clone(), self.state(depth, &names, index)))
            .collect();
        members.insert("States".to_owned(), Value::Object(states));
    }

    /// The state after one: mostly a later one, sometimes an earlier one.
    fn target(&mut self, names: &[String], index: usize) -> Option<String> {
        if self.percent(4) {
            return Some(self.one(names));
        }
        let later = names.get(index + 1..).unwrap_or_default();
        (!later.is_empty() && self.percent(95)).then(|| self.one(later))
    }

    fn state(&mut self, depth: usize, names: &[String], index: usize) -> Value {
        let types: &[&str] = match depth < self.size.depth {
            true => &[
                "Task", "Pass", "Wait", "Choice", "Parallel", "Map", "Parallel", "Map", "Task",
                "Succeed", "Fail",
            ],
            false => &[
                "Task", "Task", "Pass", "Pass", "Wait", "Choice", "Succeed", "Fail",
            ],
        };
        let mut ty = self.one(types);
        let last = index + 1 == names.len();
        let unlikely = match ty {
            "Succeed" | "Fail" => !last,
            // The last state can only go back.
            "Choice" => last,
            _ => false,
        };
        if unlikely && self.percent(85) {
            ty = "Pass";
        }
        let outer = self.jsonata;
        let mut state = Members::from_iter([("Type".to_owned(), json!(ty))]);
        if !self.jsonata && self.percent(10) {
            self.jsonata = true;
            state.insert("QueryLanguage".to_owned(), json!("JSONata"));
        }
        let next = self.target(names, index);
        match ty {
            "Task" => self.task(&mut state),
            "Pass" => self.pass(&mut state),
            "Wait" => self.wait(&mut state),
            "Choice" => self.choice(&mut state, names, index),
            "Fail" => self.fail(&mut state),
            _ => {}
        }
        if !matches!(ty, "Fail") {
            self.data_flow(ty, &mut state);
        }
        if matches!(ty, "Task" | "Parallel" | "Map") {
            self.recovery(&mut state, names, index);
        }
        match (ty, next) {
            ("Choice" | "Succeed" | "Fail", _) => {}
            (_, Some(next)) => {
                state.insert("Next".to_owned(), json!(next));
            }
            (_, None) => {
                state.insert("End".to_owned(), json!(true));
            }
        }
        if ty == "Map" {
            self.map(&mut state);
        }
        // The language of a state is not that of the states inside of it.
        self.jsonata = outer;
        match ty {
            "Parallel" => self.branches(depth, &mut state),
            "Map" => self.processor(depth, &mut state),
            _ => {}
        }
        Value::Object(state)
    }

    /// A path to a value that mostly exists.
    fn path(&mut self) -> &'static str {
        self.one(&[
            "$",
            "$.n",
            "$.items",
            "$.object",
            "$.object.b[2].c",
            "$.items[0]",
            "$.items[*].n",
            "$..n",
            "$.missing",
            "$$.Execution.Input",
            "$$.State.Name",
            "$$.Execution.Id",
            "$.text",
            "$.flag",
            "$x",
        ])
    }

    /// An expression that mostly has a value.
    fn query(&mut self) -> &'static str {
        if self.chance && self.percent(10) {
            return self.one(&["{% $uuid() %}", "{% $random() %}", "{% $shuffle([1..4]) %}"]);
        }
        self.one(&[
            "{% $states.input %}",
            "{% $merge([$states.input, { 'm': 1 }]) %}",
            "{% $states.input.n + 1 %}",
            "{% $states.input.items %}",
            "{% $count($states.input.items) %}",
            "{% $states.input.object.b %}",
            "{% $states.context.State.Name %}",
            "{% $states.input.missing %}",
            "{% $states.input.text + 1 %}",
            "{% $states.input.flag %}",
            "{% $exists($x) %}",
            "{% $x %}",
            "{% [1..3] %}",
            "{% $string($states.input) %}",
            "{% $states.context.Execution.Id %}",
            "{% $now() %}",
        ])
    }

    /// A template in the language of the state.
    fn template(&mut self) -> Value {
        if self.jsonata {
            return match self.below(3) {
                0 => json!(self.query()),
                1 => json!({ "a": self.query(), "n": 1 }),
                _ => json!({ "items": [1, { "v": 2 }], "n": 2, "b": [self.query()] }),
            };
        }
        match self.below(5) {
            0 => json!({ "a.$": self.path(), "n": 1 }),
            1 => json!({ "items": [1, { "v": 2, "w.$": self.path() }], "n": 2 }),
            2 => json!({ "t.$": format!("States.Format('{{}}', {})", self.path()) }),
            3 if self.chance => json!({ "id.$": "States.UUID()", "n": 3 }),
            _ => json!({ "items.$": "States.ArrayRange(1, 3, 1)", "n": 3 }),
        }
    }

    fn data_flow(&mut self, ty: &str, state: &mut Members) {
        let works = matches!(ty, "Task" | "Parallel" | "Map");
        if self.jsonata {
            if matches!(ty, "Task" | "Parallel") && self.percent(40) {
                let arguments = self.template();
                state.insert("Arguments".to_owned(), arguments);
            }
            if self.percent(if works { 70 } else { 25 }) {
                let output = match self.percent(50) {
                    true => json!("{% $states.input %}"),
                    false => self.template(),
                };
                state.insert("Output".to_owned(), output);
            }
        } else {
            if matches!(ty, "Pass" | "Task" | "Parallel") && self.percent(40) {
                let parameters = self.template();
                state.insert("Parameters".to_owned(), parameters);
            }
            if self.percent(8) {
                let path = self.one(&[json!("$.object"), json!("$.missing"), Value::Null]);
                state.insert("InputPath".to_owned(), path);
            }
            if self.percent(8) {
                let path = self.one(&[json!("$.r1"), json!("$.n"), Value::Null]);
                state.insert("OutputPath".to_owned(), path);
            }
            if works && self.percent(20) {
                let selector = self.template();
                state.insert("ResultSelector".to_owned(), selector);
            }
            if (works || ty == "Pass") && self.percent(75) {
                let path = self.one(&[
                    json!("$.r1"),
                    json!("$.r1"),
                    json!("$.object.r"),
                    json!("$.n.r"),
                    Value::Null,
                ]);
                state.insert("ResultPath".to_owned(), path);
            }
        }
        if ty != "Succeed" && self.percent(25) {
            let assign = match self.jsonata {
                true => json!({ "x": self.query(), "y": 1 }),
                false => json!({ "x.$": self.path(), "y": 1 }),
            };
            state.insert("Assign".to_owned(), assign);
        }
    }

    fn pass(&mut self, state: &mut Members) {
        if !self.jsonata && self.percent(25) {
            let result = self.item(7);
            state.insert("Result".to_owned(), result);
        }
    }

    fn wait(&mut self, state: &mut Members) {
        let (field, value) = match (self.below(5), self.jsonata) {
            (0, false) => ("SecondsPath", json!("$.seconds")),
            (0, true) => ("Seconds", json!("{% $states.input.seconds %}")),
            (1, false) => ("TimestampPath", json!("$.time")),
            (1, true) => ("Timestamp", json!("{% $states.input.time %}")),
            (2, _) => ("Timestamp", json!("1970-01-01T00:00:02Z")),
            (_, _) => ("Seconds", json!(self.below(4))),
        };
        state.insert(field.to_owned(), value);
    }

    fn choice(&mut self, state: &mut Members, names: &[String], index: usize) {
        let targets = match names.get(index + 1..) {
            Some(later) if !later.is_empty() => later.to_vec(),
            _ => names.to_vec(),
        };
        let rules = (0..=self.below(2)).map(|_| {
            let mut rule = match self.jsonata {
                true => json!({ "Condition": self.one(&[
                    "{% $states.input.n > 4 %}",
                    "{% $states.input.flag %}",
                    "{% $exists($states.input.items) %}",
                    "{% $states.input.text = 'a' %}",
                ]) }),
                false => self.one(&[
                    json!({ "Variable": "$.n", "NumericGreaterThan": 4 }),
                    json!({ "Variable": "$.items", "IsPresent": true }),
                    json!({ "Variable": "$.text", "StringMatches": "l*" }),
                    json!({ "Not": { "Variable": "$.flag", "BooleanEquals": true } }),
                    json!({ "And": [
                        { "Variable": "$.n", "IsNumeric": true },
                        { "Variable": "$.n", "NumericLessThanPath": "$.seconds" },
                    ] }),
                ]),
            };
            let next = self.one(&targets);
            rule.as_object_mut()
                .unwrap()
                .insert("Next".to_owned(), json!(next));
            rule
        });
        let rules: Vec<Value> = rules.collect();
        state.insert("Choices".to_owned(), Value::Array(rules));
        if self.percent(90) {
            let next = self.one(&targets);
            state.insert("Default".to_owned(), json!(next));
        }
    }

    fn fail(&mut self, state: &mut Members) {
        if self.percent(80) {
            let error = self.one(&["Broken", "States.Timeout", "Other"]);
            state.insert("Error".to_owned(), json!(error));
        }
        match (self.below(4), self.jsonata) {
            (0, true) => state.insert("Cause".to_owned(), json!("{% $states.input.text %}")),
            (0, false) => state.insert("CausePath".to_owned(), json!("$.text")),
            _ => state.insert("Cause".to_owned(), json!("because")),
        };
    }

    fn task(&mut self, state: &mut Members) {
        let resource = self.one(&[
            "arn:aws:lambda:us-east-1:000000000000:function:f",
            "arn:aws:states:us-east-1:000000000000:activity:a",
            "arn:aws:states:::lambda:invoke",
            "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "arn:aws:states:::glue:startJobRun.sync",
            "arn:aws:states:::aws-sdk:s3:listBuckets",
        ]);
        state.insert("Resource".to_owned(), json!(resource));
        if self.percent(50) {
            let seconds = json!(2 + self.below(2));
            state.insert("TimeoutSeconds".to_owned(), seconds);
        }
        if self.percent(20) {
            state.insert("HeartbeatSeconds".to_owned(), json!(1));
        }
    }

    fn recovery(&mut self, state: &mut Members, names: &[String], index: usize) {
        let errors = [
            "States.ALL",
            "States.Timeout",
            "States.TaskFailed",
            "Broken",
            "States.HeartbeatTimeout",
            "States.QueryEvaluationError",
        ];
        if self.percent(40) {
            let mut retrier = json!({
                "ErrorEquals": [self.one(&errors)],
                "IntervalSeconds": 1 + self.below(2),
                "MaxAttempts": self.below(3),
                "BackoffRate": self.one(&[1.0, 1.5, 2.0]),
            });
            if self.chance && self.percent(30) {
                retrier["JitterStrategy"] = json!("FULL");
            }
            state.insert("Retry".to_owned(), json!([retrier]));
        }
        if self.percent(40) {
            let later = match names.get(index + 1..) {
                Some(later) if !later.is_empty() => later.to_vec(),
                _ => return,
            };
            let mut catcher = json!({
                "ErrorEquals": [self.one(&errors)],
                "Next": self.one(&later),
            });
            if self.percent(60) {
                let (field, value) = match self.jsonata {
                    true => ("Output", "{% $states.input %}"),
                    false => ("ResultPath", "$.error"),
                };
                catcher[field] = json!(value);
            }
            state.insert("Catch".to_owned(), json!([catcher]));
        }
    }

    fn branches(&mut self, depth: usize, state: &mut Members) {
        let branches = (0..=self.below(3)).map(|_| {
            let mut branch = Members::new();
            self.scope(depth + 1, &mut branch);
            Value::Object(branch)
        });
        let branches = branches.collect();
        state.insert("Branches".to_owned(), Value::Array(branches));
    }

    /// The fields of a Map state in its own language.
    fn map(&mut self, state: &mut Members) {
        let (items, value, place) = match self.jsonata {
            true => (
                json!("{% $states.input.items %}"),
                "{% $states.context.Map.Item.Value %}",
                "{% $states.context.Map.Item.Value.v %}",
            ),
            false => (json!("$.items"), "$$.Map.Item.Value", "$$.Map.Item.Value.v"),
        };
        let field = if self.jsonata { "Items" } else { "ItemsPath" };
        let distributed = self.percent(30);
        let reads = distributed && self.percent(30);
        if reads {
            let parameters = if self.jsonata {
                "Arguments"
            } else {
                "Parameters"
            };
            let reader = json!({
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": { "InputType": "JSON" },
                (parameters): { "Bucket": "b", "Key": "k" },
            });
            state.insert("ItemReader".to_owned(), reader);
        } else {
            state.insert(field.to_owned(), items);
        }
        if self.percent(50) {
            // Fails for items without the member.
            let read = self.one(&[value, place]);
            let suffix = if self.jsonata { "" } else { ".$" };
            let selector = json!({ (format!("v{suffix}")): read, "n": 1, "items": [1, 2] });
            state.insert("ItemSelector".to_owned(), selector);
        }
        if self.percent(60) {
            state.insert("MaxConcurrency".to_owned(), json!(self.below(4)));
        }
        if distributed {
            self.distributed(state);
        }
    }

    fn distributed(&mut self, state: &mut Members) {
        let execution = self.one(&["STANDARD", "EXPRESS"]);
        let config = json!({ "Mode": "DISTRIBUTED", "ExecutionType": execution });
        state.insert(
            "ItemProcessor".to_owned(),
            json!({ "ProcessorConfig": config }),
        );
        if self.percent(30) {
            state.insert("ItemBatcher".to_owned(), json!({ "MaxItemsPerBatch": 2 }));
        }
        if self.percent(40) {
            state.insert("ToleratedFailureCount".to_owned(), json!(self.below(3)));
        }
        if self.percent(20) {
            let percentage = json!(self.below(100));
            state.insert("ToleratedFailurePercentage".to_owned(), percentage);
        }
    }

    fn processor(&mut self, depth: usize, state: &mut Members) {
        let mut processor = match state.remove("ItemProcessor") {
            Some(Value::Object(members)) => members,
            _ => Members::new(),
        };
        self.scope(depth + 1, &mut processor);
        state.insert("ItemProcessor".to_owned(), Value::Object(processor));
    }
}

/// A random number below a limit.
fn below(random: &mut impl Entropy, limit: usize) -> usize {
    (random.next() % limit.max(1) as u64) as usize
}

/// Answers tasks and readings from a source of random numbers.
pub struct Answers<R>(pub R);

impl<R: Entropy> Answers<R> {
    fn below(&mut self, limit: usize) -> usize {
        below(&mut self.0, limit)
    }

    /// The answer of a task. The times are those at which the generated timeouts go off, too.
    fn answer(&mut self, call: &Call) -> Answer {
        let waits = call.resource.contains(".sync") || call.resource.contains(".wait");
        let reply = match self.below(8) {
            0 => Reply::Never,
            1 => Reply::Failure(Failure {
                error: Some("Broken".to_owned()),
                cause: Some("an answer".to_owned()),
            }),
            2 => Reply::Failure(Failure {
                error: Some("States.TaskFailed".to_owned()),
                cause: None,
            }),
            3 => Reply::Success(Data::new(json!("text"))),
            _ => Reply::Success(Data::new(json!({
                "n": self.below(10),
                "flag": true,
                "items": [{ "v": 1 }, { "v": 2 }],
            }))),
        };
        Answer {
            submitted: (waits && self.below(2) == 0).then(|| Data::new(json!({ "job": 1 }))),
            reply,
            after: Duration::from_millis(500 * self.below(8) as u64),
        }
    }

    fn content(&mut self, _: &Read) -> Result<Content, Failure> {
        match self.below(5) {
            0 => Err(Failure {
                error: Some("States.ItemReaderFailed".to_owned()),
                cause: None,
            }),
            1 => Ok(Content::Object(b"{ not JSON".to_vec())),
            2 => Ok(Content::Object(b"[]".to_vec())),
            _ => Ok(Content::Object(
                br#"[{ "v": 1 }, { "v": 2, "n": 3 }, 4]"#.to_vec(),
            )),
        }
    }
}

/// Runs an execution to its end. Fails if it needs more requests than any execution should.
pub fn run(machine: &Rc<Machine>, start: Start, answers: &mut Answers<impl Entropy>) -> Execution {
    let mut execution = Execution::new(Rc::clone(machine), start);
    for _ in 0..100_000 {
        match execution.advance() {
            Request::Call(call) => execution.answer(call.id, answers.answer(&call)),
            Request::Read(read) => execution.give(read.id, answers.content(&read)),
            Request::Wait(_) => {}
            Request::Ended => return execution,
        }
    }
    panic!("the execution does not end");
}
