//! A workflow and its cases.

pub const ORDER: &str = r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": { "FunctionName": "charge", "Payload.$": "$" },
      "OutputPath": "$.Payload",
      "TimeoutSeconds": 30,
      "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 60 }],
      "Catch": [{ "ErrorEquals": ["States.Timeout"], "ResultPath": "$.error", "Next": "Late" }],
      "Next": "Approved?"
    },
    "Approved?": {
      "Type": "Choice",
      "Choices": [{ "Variable": "$.approved", "BooleanEquals": true, "Next": "Ship" }],
      "Default": "Refused"
    },
    "Ship": { "Type": "Map", "ItemsPath": "$.parcels", "End": true, "ItemProcessor": {
      "StartAt": "Send", "States": { "Send": {
        "Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:send", "End": true
      } } } },
    "Late": { "Type": "Wait", "Seconds": 86400, "Next": "Refused" },
    "Refused": { "Type": "Fail", "Error": "Refused" }
  }
}
"#;

pub const CASES: &str = r"workflow: order.asl.json
cases:
  shipped after a retry:
    input: { order: o-1 }
    mocks:
      Charge:
        - throw: { error: Busy, cause: try again }
          after: 2s
        - payload: { approved: true, parcels: [a, b] }
      Send:
        items:
          0: { return: sent }
          1: { return: kept }
    expect:
      output!: [sent, kept]
      path: [Charge, Approved?, Send, Send, Ship]
      calls: { Charge: [{ Payload: { order: o-1 } }, {}], Send: [a, b] }
      duration: { at_least: 1m, less_than: 2m }
  timeout:
    mocks:
      Charge: { never: true }
    expect:
      error: Refused
      path: [Charge, Late, Refused]
      duration: { at_least: 1d }
  refused:
    mocks:
      Charge: { payload: { approved: false } }
    expect: { status: FAILED }
";
