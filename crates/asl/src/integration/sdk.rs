//! The operations of the AWS SDK, from the table that `cargo xtask update-aws` writes.

use std::collections::{BTreeMap, HashMap};
use std::sync::{LazyLock, OnceLock};

use foldhash::fast::RandomState;

/// The services, the names of their parameters and their IAM actions.
const TABLE: &str = include_str!("sdk.txt");

/// The parameters and the result of an operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Required parameters.
    pub required: Vec<&'static str>,
    /// Optional parameters.
    pub optional: Vec<&'static str>,
    /// Structure of the parameters; `None` if there are none.
    pub request: Option<Structure>,
    /// Structure of the result; `None` if it has no members.
    pub response: Option<Structure>,
}

/// A structure of the API of a service, with its members and nested structures.
#[derive(Clone, Copy)]
pub struct Structure {
    service: &'static Operations,
    members: &'static [Member],
}

/// A member of a structure.
struct Member {
    name: &'static str,
    /// The mark of its type.
    mark: &'static str,
    is_required: bool,
}

/// The type of a value in the JSON of an API.
#[derive(Debug, Clone, PartialEq)]
pub enum MemberType {
    /// A string. Timestamps and blobs are strings as well.
    String {
        /// Minimum length.
        least: Option<u64>,
        /// The possible values. `None` for any.
        values: Option<&'static [&'static str]>,
    },
    /// A number.
    Number(Limits),
    /// A boolean.
    Boolean,
    /// A structure.
    Structure(Structure),
    /// An object whose members are not in the table.
    Object,
    /// A list of elements of a type.
    List(Box<MemberType>),
    /// An object with any names and values of a type.
    Map(Box<MemberType>),
    /// Any JSON.
    Any,
}

/// The range of a number.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Limits {
    /// Minimum. `None` for no limit.
    pub least: Option<f64>,
    /// Maximum. `None` for no limit.
    pub most: Option<f64>,
}

impl std::fmt::Debug for Structure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

/// How a member contains a structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// The member is the structure.
    Single,
    /// The member is a list of it.
    List,
    /// The member is a map with values of it.
    Map,
}

impl Structure {
    /// Returns the names of its members.
    pub fn names(self) -> impl Iterator<Item = &'static str> + Clone {
        self.members.iter().map(|member| member.name)
    }

    /// Returns the name of the member for a name in a definition. Abbreviations such as `SS` can be in
    /// capital letters.
    pub fn name(self, written: &str) -> Option<&'static str> {
        self.names()
            .find(|known| *known == written || *known == sdk_name(written))
    }

    /// Returns the names of its required members.
    pub fn required(self) -> impl Iterator<Item = &'static str> {
        let required = self.members.iter().filter(|member| member.is_required);
        required.map(|member| member.name)
    }

    /// Returns the structure of a member, whose name is not case-sensitive.
    pub fn inner(self, name: &str) -> Option<(Nesting, Structure)> {
        let mark = self.member(name)?.mark;
        let nesting = match mark.chars().next()? {
            '.' => Nesting::Single,
            '*' => Nesting::List,
            '%' => Nesting::Map,
            _ => return None,
        };
        Some((nesting, self.service.structure(mark.get(1..)?)?))
    }

    /// Returns the range of a member, whose name is not case-sensitive.
    pub fn limits(self, name: &str) -> Option<Limits> {
        Limits::read(self.member(name)?.mark.strip_prefix(':')?)
    }

    /// Returns the type of a member, whose name is not case-sensitive.
    pub fn member_type(self, name: &str) -> Option<MemberType> {
        self.service.type_of(self.member(name)?.mark)
    }

    fn member(self, name: &str) -> Option<&'static Member> {
        self.members
            .iter()
            .find(|member| member.name.eq_ignore_ascii_case(name))
    }
}

impl PartialEq for Structure {
    /// Structures are equal if they have the same place in the table.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.members, other.members)
    }
}

impl Eq for Structure {}

/// A name as in the AWS SDK for Java: of the capital letters at the beginning, the first one and the one that
/// begins the next word are kept.
fn sdk_name(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let is_upper = |index: usize| letters.get(index).is_some_and(char::is_ascii_uppercase);
    let begins_word = |index: usize| letters.get(index + 1).is_some_and(char::is_ascii_lowercase);
    let end = (1..letters.len())
        .find(|index| !is_upper(*index) || begins_word(*index))
        .unwrap_or(letters.len());
    let lower = |(index, letter): (usize, &char)| {
        if (1..end).contains(&index) {
            letter.to_ascii_lowercase()
        } else {
            *letter
        }
    };
    letters.iter().enumerate().map(lower).collect()
}

impl Member {
    fn read(text: &'static str) -> Option<Self> {
        let marks = text.find(|letter| !is_digit(letter));
        let (number, marks) = text.split_at(marks.unwrap_or(text.len()));
        Some(Self {
            name: name_of(number)?,
            mark: marks.trim_end_matches('!'),
            is_required: marks.ends_with('!'),
        })
    }
}

/// Whether a letter can be in a number.
fn is_digit(letter: char) -> bool {
    letter.is_ascii_digit() || letter.is_ascii_lowercase()
}

impl Limits {
    fn read(text: &str) -> Option<Self> {
        let (least, most) = text.split_once(',')?;
        Some(Self {
            least: least.parse().ok(),
            most: most.parse().ok(),
        })
    }
}

/// The name with this number.
fn name_of(number: &str) -> Option<&'static str> {
    tables()
        .names
        .get(usize::from_str_radix(number, 36).ok()?)
        .copied()
}

/// An IAM action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Prefix of the service, such as `dynamodb`.
    pub prefix: &'static str,
    /// Name, such as `PutItem`.
    pub name: String,
    /// Whether IAM lists it. Otherwise, its name is that of the operation.
    pub is_listed: bool,
}

/// A service. Its lines are parsed on first use.
struct Service {
    prefix: &'static str,
    lines: &'static str,
    operations: OnceLock<Operations>,
}

/// The operations and structures of a service.
struct Operations {
    operations: BTreeMap<&'static str, Line>,
    structures: HashMap<&'static str, Members, RandomState>,
    values: HashMap<&'static str, Values, RandomState>,
}

/// The possible values of a string. They are parsed on first use.
struct Values {
    text: &'static str,
    values: OnceLock<Vec<&'static str>>,
}

/// The members of a structure. They are parsed on first use.
struct Members {
    text: &'static str,
    members: OnceLock<Vec<Member>>,
}

/// An operation in the table.
struct Line {
    is_supported: bool,
    action: &'static str,
    /// Structures of request and response, and the required members.
    numbers: &'static str,
    operation: OnceLock<Operation>,
}

struct Tables {
    names: Vec<&'static str>,
    services: BTreeMap<&'static str, Service>,
}

impl Service {
    fn operations(&'static self) -> &'static Operations {
        self.operations.get_or_init(|| Operations::read(self.lines))
    }
}

impl Operations {
    fn read(lines: &'static str) -> Self {
        let mut read = Self {
            operations: BTreeMap::new(),
            structures: HashMap::default(),
            values: HashMap::default(),
        };
        for (first, rest) in lines.lines().filter_map(|line| line.split_once(' ')) {
            if let Some(number) = first.strip_prefix('.') {
                read.structures.insert(
                    number,
                    Members {
                        text: rest,
                        members: OnceLock::new(),
                    },
                );
                continue;
            }
            if let Some(number) = first.strip_prefix('=') {
                read.values.insert(
                    number,
                    Values {
                        text: rest,
                        values: OnceLock::new(),
                    },
                );
                continue;
            }
            let (operation, marks) =
                first.split_at(first.find(['!', '?', '=']).unwrap_or(first.len()));
            let action = marks.trim_start_matches('!');
            let line = Line {
                is_supported: action == marks,
                action,
                numbers: rest,
                operation: OnceLock::new(),
            };
            read.operations.insert(operation, line);
        }
        read
    }

    fn structure(&'static self, number: &str) -> Option<Structure> {
        let structure = self.structures.get(number)?;
        let members = structure
            .members
            .get_or_init(|| structure.text.split(' ').filter_map(Member::read).collect());
        Some(Structure {
            service: self,
            members,
        })
    }

    fn values(&'static self, number: &str) -> Option<&'static [&'static str]> {
        let known = self.values.get(number)?;
        let read = || known.text.split('\t').collect();
        Some(known.values.get_or_init(read))
    }

    /// The type with this mark.
    fn type_of(&'static self, mark: &str) -> Option<MemberType> {
        let mut letters = mark.chars();
        let first = letters.next();
        let rest = letters.as_str();
        let structure = || Some(MemberType::Structure(self.structure(rest)?));
        Some(match first {
            Some('.') => structure()?,
            Some('*') => MemberType::List(Box::new(structure()?)),
            Some('%') => MemberType::Map(Box::new(structure()?)),
            Some('L') => MemberType::List(Box::new(self.type_of(rest)?)),
            Some('M') => MemberType::Map(Box::new(self.type_of(rest)?)),
            Some('N') => MemberType::Number(Limits::default()),
            Some(':') => MemberType::Number(Limits::read(rest)?),
            Some('B') => MemberType::Boolean,
            Some('O') => MemberType::Object,
            Some('J') => MemberType::Any,
            _ => {
                let (least, number) = mark.split_once('=').unwrap_or((mark, ""));
                MemberType::String {
                    least: least.strip_prefix('>').and_then(|least| least.parse().ok()),
                    values: self.values(number),
                }
            }
        })
    }

    fn operation(&'static self, line: &Line) -> Operation {
        let mut numbers = line.numbers.split(' ');
        let mut structure = || self.structure(numbers.next()?);
        let (request, response) = (structure(), structure());
        let required: Vec<&str> = numbers.filter_map(name_of).collect();
        let others = request
            .into_iter()
            .flat_map(Structure::names)
            .filter(|name| !required.contains(name));
        Operation {
            optional: others.collect(),
            required,
            request,
            response,
        }
    }
}

fn tables() -> &'static Tables {
    static TABLES: LazyLock<Tables> = LazyLock::new(|| {
        let (_, rest) = TABLE.split_once('\n').unwrap_or_default();
        let (names, rest) = rest.split_once('\n').unwrap_or_default();
        let services = rest
            .strip_prefix(':')
            .unwrap_or(rest)
            .split("\n:")
            .filter_map(|service| {
                let (first, lines) = service.split_once('\n')?;
                let (name, prefix) = first.split_once(' ')?;
                Some((
                    name,
                    Service {
                        prefix,
                        lines,
                        operations: OnceLock::new(),
                    },
                ))
            });
        Tables {
            names: names.split(' ').collect(),
            services: services.collect(),
        }
    });
    &TABLES
}

/// Returns all services, by name.
pub fn services() -> impl Iterator<Item = &'static str> {
    tables().services.keys().copied()
}

/// Returns the operations of a service, by name. `None` for an unknown service.
pub fn operations(service: &str) -> Option<impl Iterator<Item = &'static str>> {
    Some(
        tables()
            .services
            .get(service)?
            .operations()
            .operations
            .keys()
            .copied(),
    )
}

/// Returns the parameters and the result of an operation. `None` for an unknown operation.
pub fn operation(service: &str, operation: &str) -> Option<&'static Operation> {
    let service = tables().services.get(service)?.operations();
    let line = service.operations.get(operation)?;
    Some(line.operation.get_or_init(|| service.operation(line)))
}

/// Returns whether Step Functions supports an operation.
pub fn is_supported(service: &str, operation: &str) -> bool {
    let line = tables()
        .services
        .get(service)
        .and_then(|service| service.operations().operations.get(operation));
    line.is_some_and(|line| line.is_supported)
}

/// Returns the IAM action that allows an operation. `None` for an unknown operation.
pub fn action(service: &str, operation: &str) -> Option<Action> {
    let service = tables().services.get(service)?;
    let (operation, line) = service.operations().operations.get_key_value(operation)?;
    let own = || {
        let mut letters = operation.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect()
    };
    let (name, is_listed) = match line.action.strip_prefix('=') {
        Some(name) => (name.to_owned(), true),
        None => (own(), line.action.is_empty()),
    };
    Some(Action {
        prefix: service.prefix,
        name,
        is_listed,
    })
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
        let all: usize = services()
            .map(|service| operations(service).unwrap().count())
            .sum();
        assert!(
            TABLE
                .lines()
                .next()
                .unwrap()
                .contains(&format!(" {all} operations")),
            "{all}"
        );
    }

    #[test]
    fn structures_lead_to_structures() {
        let run = operation("ecs", "runTask").unwrap().request.unwrap();
        let (nesting, network) = run.inner("NetworkConfiguration").unwrap();
        assert_eq!(
            (nesting, network.names().collect::<Vec<_>>()),
            (Nesting::Single, vec!["AwsvpcConfiguration"])
        );
        let (nesting, tag) = run.inner("tags").unwrap();
        assert_eq!(
            (nesting, tag.names().collect::<Vec<_>>()),
            (Nesting::List, vec!["Key", "Value"])
        );
        assert!(run.inner("Cluster").is_none() && run.inner("Nothing").is_none());
        let get = operation("dynamodb", "getItem").unwrap();
        let (nesting, value) = get.response.unwrap().inner("Item").unwrap();
        assert_eq!(nesting, Nesting::Map);
        // An attribute value may hold others.
        assert_eq!(
            value.inner("M").map(|(nesting, _)| nesting),
            Some(Nesting::Map)
        );
        assert!(operation("sts", "assumeRole").unwrap().request.is_none());
    }

    #[test]
    fn operations_have_the_actions_of_iam() {
        for (service, operation, expected, is_listed) in [
            (
                "cognitoidentityprovider",
                "adminGetUser",
                "cognito-idp:AdminGetUser",
                true,
            ),
            (
                "rdsdata",
                "executeStatement",
                "rds-data:ExecuteStatement",
                true,
            ),
            (
                "sagemakerruntime",
                "invokeEndpoint",
                "sagemaker:InvokeEndpoint",
                true,
            ),
            ("apigateway", "createApiKey", "apigateway:POST", true),
            ("lambda", "invoke", "lambda:InvokeFunction", true),
            ("s3", "headObject", "s3:GetObject", true),
            (
                "resourcegroupstaggingapi",
                "getResources",
                "tag:GetResources",
                true,
            ),
            ("budgets", "createBudget", "budgets:CreateBudget", false),
        ] {
            let action = action(service, operation).unwrap();
            assert_eq!(
                (
                    format!("{}:{}", action.prefix, action.name).as_str(),
                    action.is_listed
                ),
                (expected, is_listed)
            );
        }
        assert_eq!(action("lambda", "Invoke"), None);
        assert!(
            is_supported("lambda", "invoke") && !is_supported("lambda", "invokeWithResponseStream")
        );
        for (service, operation) in [
            ("sts", "assumeRole"),
            ("apigatewaymanagementapi", "postToConnection"),
            ("shield", "deleteSubscription"),
            ("iot", "attachPrincipalPolicy"),
            ("kinesis", "subscribeToShard"),
        ] {
            assert!(!is_supported(service, operation), "{service}:{operation}");
        }
    }

    #[test]
    fn names_are_as_in_the_sdk_for_java() {
        for (written, name) in [
            ("DBInstanceIdentifier", "DbInstanceIdentifier"),
            ("MD5OfMessageBody", "Md5OfMessageBody"),
            ("ETag", "ETag"),
            ("SS", "Ss"),
            ("S", "S"),
            ("Item", "Item"),
            ("item", "item"),
            ("", ""),
        ] {
            assert_eq!(sdk_name(written), name);
        }
    }

    #[test]
    fn structures_have_limits_and_names_in_two_spellings() {
        let scan = operation("dynamodb", "scan").unwrap().request.unwrap();
        assert_eq!(
            scan.limits("Limit"),
            Some(Limits {
                least: Some(1.0),
                most: None
            })
        );
        assert_eq!(
            scan.limits("segment"),
            Some(Limits {
                least: Some(0.0),
                most: Some(999_999.0)
            })
        );
        assert_eq!(
            (scan.limits("TableName"), scan.limits("Nothing")),
            (None, None)
        );
        let (nesting, value) = scan.inner("ExpressionAttributeValues").unwrap();
        assert_eq!(nesting, Nesting::Map);
        assert_eq!(
            (value.name("SS"), value.name("Ss"), value.name("ss")),
            (Some("Ss"), Some("Ss"), None)
        );
        assert_eq!(
            value.inner("M").map(|(_, inner)| inner == value),
            Some(true)
        );
        assert!(scan != value);
    }

    #[test]
    fn members_have_types() {
        let text = |least, values| MemberType::String { least, values };
        let number = |least, most| MemberType::Number(Limits { least, most });
        let list = |element| MemberType::List(Box::new(element));
        for (service, name, path, member, expected) in [
            ("sfn", "startExecution", "", "StartDate", text(None, None)),
            ("sfn", "startExecution", "", "startdate", text(None, None)),
            ("lambda", "invoke", "", "StatusCode", number(None, None)),
            (
                "lambda",
                "getFunction",
                "Configuration",
                "MemorySize",
                number(Some(128.0), Some(32_768.0)),
            ),
            (
                "lambda",
                "getFunction",
                "Configuration",
                "Architectures",
                list(text(None, Some(&["x86_64", "arm64"]))),
            ),
            ("kms", "encrypt", "", "CiphertextBlob", text(Some(1), None)),
            ("s3", "getObject", "", "DeleteMarker", MemberType::Boolean),
            (
                "s3",
                "getObject",
                "",
                "Metadata",
                MemberType::Map(Box::new(text(None, None))),
            ),
            (
                "s3",
                "getObject",
                "",
                "ServerSideEncryption",
                text(
                    None,
                    Some(&["AES256", "aws:fsx", "aws:backup", "aws:kms", "aws:kms:dsse"]),
                ),
            ),
            (
                "rekognition",
                "detectFaces",
                "",
                "OrientationCorrection",
                text(
                    None,
                    Some(&["ROTATE_0", "ROTATE_90", "ROTATE_180", "ROTATE_270"]),
                ),
            ),
            (
                "bedrockruntime",
                "converse",
                "",
                "AdditionalModelResponseFields",
                MemberType::Any,
            ),
        ] {
            let mut structure = operation(service, name).unwrap().response.unwrap();
            if !path.is_empty() {
                structure = structure.inner(path).unwrap().1;
            }
            assert_eq!(structure.member_type(member), Some(expected), "{member}");
        }
        let put = operation("eventbridge", "putEvents")
            .unwrap()
            .response
            .unwrap();
        let (_, entry) = put.inner("Entries").unwrap();
        assert_eq!(
            put.member_type("Entries"),
            Some(list(MemberType::Structure(entry)))
        );
        assert_eq!(put.member_type("Nothing"), None);
    }

    #[test]
    fn all_types_are_read() {
        for service in services() {
            for name in operations(service).unwrap() {
                let found = operation(service, name).unwrap();
                for structure in [found.request, found.response].into_iter().flatten() {
                    for member in structure.names() {
                        let ty = structure.member_type(member);
                        assert!(ty.is_some(), "{service}:{name} {member}");
                        let limits = match ty {
                            Some(MemberType::Number(limits)) => limits,
                            _ => Limits::default(),
                        };
                        assert_eq!(structure.limits(member).unwrap_or_default(), limits);
                    }
                }
            }
        }
    }

    #[test]
    fn members_can_be_required() {
        for (service, name, expected) in [
            ("sfn", "startExecution", &["ExecutionArn", "StartDate"][..]),
            ("eventbridge", "putEvents", &[]),
        ] {
            let response = operation(service, name).unwrap().response.unwrap();
            assert_eq!(response.required().collect::<Vec<_>>(), expected);
        }
    }
}
