//! The context object of an execution.
//!
//! Source: the developer guide, "Accessing execution data from the Context object".

/// The members of the context object, with the members of each.
pub const FIELDS: &[(&str, &[&str])] = &[
    (
        "Execution",
        &[
            "Id",
            "Input",
            "Name",
            "RoleArn",
            "StartTime",
            "RedriveCount",
            "RedriveTime",
        ],
    ),
    ("State", &["EnteredTime", "Name", "RetryCount"]),
    ("StateMachine", &["Id", "Name"]),
    ("Task", &["Token"]),
    ("Map", &["Item"]),
];

/// The members of `Map.Item`.
pub const MAP_ITEM: &[&str] = &["Index", "Value", "Key", "Source"];
