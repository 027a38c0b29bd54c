//! Provider-defined functions on definitions. They need no configuration and make no calls to AWS.

mod run;

use asl::cost::{self, Transitions};
use asl::diagram::{Format, draw};
use asl::linter::Linter;
use asl::policy::{Settings, derive};
use asl::{Json, Severity};
use asl::{MachineType, line_and_column};
use async_trait::async_trait;
use tfplugin::{Function, FunctionError, Number, Parameter, Signature, Type, Value};

/// A function of a definition, with optional further arguments.
struct OfDefinition {
    name: &'static str,
    signature: fn() -> Signature,
    call: fn(&str, &[Value]) -> Result<Value, FunctionError>,
}

#[async_trait]
impl Function for OfDefinition {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self) -> Signature {
        (self.signature)()
    }

    async fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let (definition, rest) = arguments
            .split_first()
            .map_or((None, [].as_slice()), |(first, rest)| {
                (first.as_str(), rest)
            });
        (self.call)(definition.unwrap_or_default(), rest)
    }
}

/// All functions.
pub fn all() -> Vec<Box<dyn Function>> {
    let function = |name, signature, call| {
        Box::new(OfDefinition {
            name,
            signature,
            call,
        }) as Box<dyn Function>
    };
    vec![
        function("validate", validate_signature, validate),
        function("normalize", normalize_signature, normalize),
        function("policy", policy_signature, policy),
        function("graph", graph_signature, graph),
        function("estimate_cost", estimate_signature, estimate),
        function("run", run::signature, run::call),
    ]
}

fn parameter(name: &str, ty: Type, description: &str) -> Parameter {
    Parameter {
        name: name.into(),
        ty,
        description: description.into(),
        allow_null: false,
    }
}

fn signature(result: Type, summary: &str, description: &str) -> Signature {
    Signature {
        parameters: vec![parameter(
            "definition",
            Type::String,
            "Definition in the Amazon States Language, as JSON.",
        )],
        variadic: None,
        result,
        summary: summary.into(),
        description: description.into(),
    }
}

fn object<const N: usize>(attributes: [(&str, Type); N]) -> Type {
    Type::Object(
        attributes
            .into_iter()
            .map(|(name, ty)| (name.to_owned(), ty))
            .collect(),
    )
}

/// Parses the definition of the first argument. An error contains the place of invalid JSON.
fn read(text: &str) -> Result<Json, FunctionError> {
    let (document, _) = asl::parse(text).map_err(|error| {
        let (line, column) = line_and_column(text, &error.span);
        let help = "write the definition as one JSON object";
        argument(
            0,
            format!("line {line}, column {column}: {}; {help}", error.message),
        )
    })?;
    match document.root {
        root @ Json::Object(_) => Ok(root),
        other => Err(argument(
            0,
            format!("the definition is {}, not an object", other.kind()),
        )),
    }
}

fn argument(index: i64, text: String) -> FunctionError {
    FunctionError {
        text,
        argument: Some(index),
    }
}

fn count(number: u64) -> Value {
    Value::from(Number::from(number))
}

fn validate_signature() -> Signature {
    let strings = ["code", "severity", "message", "help", "pointer", "aws_code"]
        .map(|name| (name, Type::String));
    let finding = [("line", Type::Number), ("column", Type::Number)]
        .into_iter()
        .chain(strings);
    let finding = Type::Object(finding.map(|(name, ty)| (name.to_owned(), ty)).collect());
    let mut signature = signature(
        Type::list(finding),
        "Validates a definition",
        "Returns the findings of all checks, lints included, in the order of the text. The list is empty for a \
         definition without findings. `severity` is `error`, `warning` or `lint`. `pointer` is a JSON Pointer. \
         `aws_code` is the code that AWS reports for the same problem, or null. Text that is not JSON is also a \
         finding. See the guide \"Checks\" for the codes.",
    );
    let ty = "Type of the state machine: `STANDARD` or `EXPRESS`. Can be given once. Defaults to `STANDARD`.";
    signature.variadic = Some(parameter("type", Type::String, ty));
    signature
}

fn validate(text: &str, rest: &[Value]) -> Result<Value, FunctionError> {
    let machine = match rest {
        [] => MachineType::Standard,
        [ty] => {
            let name = ty.as_str().unwrap_or("");
            MachineType::named(name).ok_or_else(|| {
                argument(
                    1,
                    format!("unsupported type `{name}`: use `STANDARD` or `EXPRESS`"),
                )
            })?
        }
        _ => {
            return Err(argument(
                2,
                "a state machine has only one type: remove this argument".into(),
            ));
        }
    };
    let (_, findings) = Linter::new(machine).check_text(text);
    let told = findings.iter().map(|finding| {
        let (line, column) = finding
            .span
            .as_ref()
            .map_or((1, 1), |span| line_and_column(text, span));
        Value::object([
            ("code", finding.code.into()),
            ("severity", Severity::name(finding.severity).into()),
            ("message", finding.message.as_str().into()),
            ("help", finding.help.as_str().into()),
            ("pointer", finding.pointer.to_string().into()),
            ("line", count(line as u64)),
            ("column", count(column as u64)),
            (
                "aws_code",
                finding
                    .aws
                    .as_ref()
                    .map_or(Value::Null, |aws| aws.code.into()),
            ),
        ])
    });
    Ok(Value::List(told.collect()))
}

fn normalize_signature() -> Signature {
    signature(
        Type::String,
        "Converts a definition to a canonical form",
        "Returns the definition as JSON without whitespace, with members sorted by name and numbers in their \
         shortest form. Equivalent definitions have the same canonical form.",
    )
}

fn normalize(text: &str, _: &[Value]) -> Result<Value, FunctionError> {
    Ok(read(text)?.normalized().into())
}

fn policy_signature() -> Signature {
    signature(
        Type::String,
        "Generates the IAM policy that a definition requires",
        "Returns a policy document in JSON that allows only the actions of the states, as `execution_role` \
         does. Accounts and regions that no ARN contains are `*`, as are resources that are only known at \
         runtime.",
    )
}

fn policy(text: &str, _: &[Value]) -> Result<Value, FunctionError> {
    let settings = Settings {
        name: "*".into(),
        ..Settings::default()
    };
    Ok(derive(&read(text)?, &settings).0.to_json().into())
}

fn graph_signature() -> Signature {
    let mut signature = signature(
        Type::String,
        "Renders a definition as a diagram",
        "Returns a diagram of the states and their transitions. Transitions after an error are dashed.",
    );
    let format = "Format of the diagram: `mermaid`, which GitHub and GitLab render in Markdown, or `dot` for Graphviz.";
    signature
        .parameters
        .push(parameter("format", Type::String, format));
    signature
}

fn graph(text: &str, rest: &[Value]) -> Result<Value, FunctionError> {
    let name = rest.first().and_then(Value::as_str).unwrap_or("");
    let format = Format::named(name).ok_or_else(|| {
        argument(
            1,
            format!("unsupported format `{name}`: use `mermaid` or `dot`"),
        )
    })?;
    Ok(draw(&read(text)?, format).into())
}

fn estimate_signature() -> Signature {
    let range = || [("least", Type::Number), ("most", Type::Number)];
    let [least, most] = range();
    let route = object([("states", Type::list(Type::String)), least, most]);
    let result = object([
        ("transitions", object(range())),
        ("routes", Type::list(route)),
        ("complete", Type::Bool),
        ("standard", object(range())),
        (
            "express",
            object([("requests", Type::Number), ("per_second", Type::Number)]),
        ),
    ]);
    let description = format!(
        "Returns the state transitions of one execution without failures and retries, and the cost of a month. \
         `transitions` are those of the shortest and the longest path. `routes` are the paths that enter no \
         state twice. If `complete` is false, there are more paths than listed. `most` is null if a loop or a \
         Map state makes it depend on the input. `least` assumes one item for each Map state. `standard` is the \
         monthly cost in US dollars as a Standard workflow ({} per thousand transitions). `express` is the cost \
         as an Express workflow: `requests` for the executions ({:.2} per million), and `per_second` for each \
         second of their average duration ({} per GB-second, with the minimum memory of 64 MB). The prices are \
         those of most regions in {}, without the free tier and without the services that the states call.",
        cost::PRICE_OF_A_THOUSAND,
        cost::PRICE_OF_A_MILLION_REQUESTS,
        cost::PRICE_OF_A_GB_SECOND,
        cost::PRICES_AS_OF,
    );
    let mut signature = signature(result, "Estimates the cost of executions", &description);
    signature.parameters.push(parameter(
        "executions",
        Type::Number,
        "Number of executions per month.",
    ));
    signature
}

fn estimate(text: &str, rest: &[Value]) -> Result<Value, FunctionError> {
    let executions = rest
        .first()
        .and_then(Value::as_number)
        .and_then(|number| number.to_string().parse::<f64>().ok());
    let Some(executions) =
        executions.filter(|executions| *executions >= 0.0 && executions.is_finite())
    else {
        return Err(argument(1, "`executions` must be at least 0".into()));
    };
    let estimate = cost::estimate(&read(text)?);
    let range = |transitions: Transitions| {
        [
            ("least", count(transitions.least)),
            ("most", transitions.most.map_or(Value::Null, count)),
        ]
    };
    let price = |transitions: u64| {
        dollars(transitions as f64 * executions / 1_000.0 * cost::PRICE_OF_A_THOUSAND)
    };
    let routes = estimate.routes.iter().map(|route| {
        let states = route
            .states
            .iter()
            .map(|name| Value::from(name.as_str()))
            .collect();
        let [least, most] = range(route.transitions);
        Value::object([("states", Value::List(states)), least, most])
    });
    let requests = executions / 1_000_000.0 * cost::PRICE_OF_A_MILLION_REQUESTS;
    let per_second = executions * cost::LEAST_MEMORY * cost::PRICE_OF_A_GB_SECOND;
    Ok(Value::object([
        ("transitions", Value::object(range(estimate.transitions))),
        ("routes", Value::List(routes.collect())),
        ("complete", estimate.complete.into()),
        (
            "standard",
            Value::object([
                ("least", price(estimate.transitions.least)),
                ("most", estimate.transitions.most.map_or(Value::Null, price)),
            ]),
        ),
        (
            "express",
            Value::object([
                ("requests", dollars(requests)),
                ("per_second", dollars(per_second)),
            ]),
        ),
    ]))
}

/// An amount in US dollars, rounded to a hundredth of a cent.
fn dollars(amount: f64) -> Value {
    format!("{amount:.4}")
        .parse::<Number>()
        .map_or(Value::Null, Value::from)
}
