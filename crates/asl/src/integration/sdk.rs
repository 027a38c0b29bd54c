//! The operations of the AWS SDK, out of the table that `cargo xtask sdk-tables` writes.

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

/// The table as lines, read once; the numbers in a line are looked up only for the operation that is asked for.
struct Tables {
    names: Vec<&'static str>,
    services: BTreeMap<&'static str, BTreeMap<&'static str, &'static str>>,
}

fn tables() -> &'static Tables {
    static TABLES: LazyLock<Tables> = LazyLock::new(|| {
        let mut lines = TABLE.lines().skip(1);
        let names = lines.next().unwrap_or_default().split(' ').collect();
        let mut services = BTreeMap::new();
        let mut current = None;
        for line in lines {
            match line.strip_prefix(':') {
                Some(service) => current = Some(services.entry(service).or_insert_with(BTreeMap::new)),
                None => {
                    if let (Some(operations), Some((operation, parameters))) = (&mut current, line.split_once(' ')) {
                        operations.insert(operation, parameters);
                    }
                }
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
    Some(tables().services.get(service)?.keys().copied())
}

/// An operation of a service.
pub fn operation(service: &str, operation: &str) -> Option<Operation> {
    let tables = tables();
    let (required, optional) = tables.services.get(service)?.get(operation)?.split_once('|')?;
    let names = |numbers: &str| {
        let name = |number: &str| tables.names.get(usize::from_str_radix(number, 36).ok()?).copied();
        numbers.split_whitespace().filter_map(name).collect()
    };
    Some(Operation { required: names(required), optional: names(optional) })
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
}
