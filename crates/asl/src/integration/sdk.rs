//! The operations of the AWS SDK, out of the table that `cargo xtask update-aws` writes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The services, operations and parameters, with the version and the day they are of in the first line.
const TABLE: &str = include_str!("sdk.txt");

/// An operation of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The parameters that must be given.
    pub required: Vec<&'static str>,
    /// The other parameters.
    pub optional: Vec<&'static str>,
}

/// The action of IAM for an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The prefix of the service, such as `cognito-idp`.
    pub prefix: &'static str,
    /// The name, such as `AdminGetUser`.
    pub name: String,
    /// Whether IAM lists it. Otherwise it is what the operation is called, which may be right as well.
    pub is_listed: bool,
}

/// A service of the table.
#[derive(Default)]
struct Service {
    /// The prefix in IAM.
    prefix: &'static str,
    operations: BTreeMap<&'static str, Line>,
}

/// A line of the table.
#[derive(Clone, Copy)]
struct Line {
    /// Whether Step Functions calls the operation.
    is_supported: bool,
    /// Marker of the IAM action: empty, `?` if IAM lists no such action, or `=` and the name of the action.
    action: &'static str,
    parameters: &'static str,
}

/// The table as lines, read once; the numbers in a line are looked up only for the operation that is asked for.
struct Tables {
    names: Vec<&'static str>,
    services: BTreeMap<&'static str, Service>,
}

fn tables() -> &'static Tables {
    static TABLES: LazyLock<Tables> = LazyLock::new(|| {
        let mut lines = TABLE.lines().skip(1);
        let names = lines.next().unwrap_or("").split(' ').collect();
        let mut services = BTreeMap::new();
        let mut current = None;
        for (first, rest) in lines.filter_map(|line| line.split_once(' ')) {
            match (first.strip_prefix(':'), &mut current) {
                (Some(service), _) => {
                    current = Some(services.entry(service).or_insert(Service { prefix: rest, ..Service::default() }));
                }
                (None, Some(service)) => {
                    let (operation, marks) = first.split_at(first.find(['!', '?', '=']).unwrap_or(first.len()));
                    let action = marks.trim_start_matches('!');
                    let line = Line { is_supported: action == marks, action, parameters: rest };
                    service.operations.insert(operation, line);
                }
                (None, None) => {}
            }
        }
        Tables { names, services }
    });
    &TABLES
}

/// The names of all services.
pub fn services() -> impl Iterator<Item = &'static str> {
    tables().services.keys().copied()
}

/// The names of the operations of a service; `None` for a service that does not exist.
pub fn operations(service: &str) -> Option<impl Iterator<Item = &'static str>> {
    Some(tables().services.get(service)?.operations.keys().copied())
}

/// An operation of a service.
pub fn operation(service: &str, operation: &str) -> Option<Operation> {
    let tables = tables();
    let line = tables.services.get(service)?.operations.get(operation)?;
    let (required, optional) = line.parameters.split_once('|')?;
    let names = |numbers: &str| {
        let name = |number: &str| tables.names.get(usize::from_str_radix(number, 36).ok()?).copied();
        numbers.split_whitespace().filter_map(name).collect()
    };
    Some(Operation { required: names(required), optional: names(optional) })
}

/// Whether Step Functions calls an operation that the SDK has.
pub fn is_supported(service: &str, operation: &str) -> bool {
    let service = tables().services.get(service);
    service.and_then(|service| service.operations.get(operation)).is_some_and(|line| line.is_supported)
}

/// The action of IAM that an operation needs; `None` for one that does not exist.
pub fn action(service: &str, operation: &str) -> Option<Action> {
    let service = tables().services.get(service)?;
    let (operation, line) = service.operations.get_key_value(operation)?;
    let own = || {
        let mut letters = operation.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect()
    };
    let (name, is_listed) = match line.action.strip_prefix('=') {
        Some(name) => (name.to_owned(), true),
        None => (own(), line.action.is_empty()),
    };
    Some(Action { prefix: service.prefix, name, is_listed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let put = operation("dynamodb", "putItem").unwrap();
        assert_eq!(put.required, ["Item", "TableName"]);
        assert!(put.optional.contains(&"ConditionExpression"));
        assert!(operation("dynamodb", "putitem").is_none());
        assert!(services().count() > 400);
        let all: usize = services().map(|service| operations(service).unwrap().count()).sum();
        assert!(all > 15_000, "{all}");
        let lines = TABLE.lines().filter(|line| line.contains('|')).count();
        assert_eq!(all, lines);
    }

    #[test]
    fn operations_have_the_actions_of_iam() {
        for (service, operation, expected, is_listed) in [
            ("cognitoidentityprovider", "adminGetUser", "cognito-idp:AdminGetUser", true),
            ("rdsdata", "executeStatement", "rds-data:ExecuteStatement", true),
            ("sagemakerruntime", "invokeEndpoint", "sagemaker:InvokeEndpoint", true),
            ("apigateway", "createApiKey", "apigateway:POST", true),
            ("lambda", "invoke", "lambda:InvokeFunction", true),
            ("s3", "headObject", "s3:GetObject", true),
            ("resourcegroupstaggingapi", "getResources", "tag:GetResources", true),
            ("budgets", "createBudget", "budgets:CreateBudget", false),
        ] {
            let action = action(service, operation).unwrap();
            assert_eq!(
                (format!("{}:{}", action.prefix, action.name).as_str(), action.is_listed),
                (expected, is_listed)
            );
        }
        assert_eq!(action("lambda", "Invoke"), None);
        assert!(is_supported("lambda", "invoke") && !is_supported("lambda", "invokeWithResponseStream"));
        assert!(!is_supported("sts", "assumeRole") && !is_supported("apigatewaymanagementapi", "postToConnection"));
    }
}
