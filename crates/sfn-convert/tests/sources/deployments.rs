//! Conversion of `DeploymentPreference`.

use super::{check, converted, plain};

#[track_caller]
fn assert_parts(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(plain(said).contains(part), "{part}:\n{said}");
    }
}

const BY_STAGE: &str = "(var.stage == \"prod\") ?";

#[test]
fn deployments_of_sam_become_blocks() {
    let said = check("sam/deployment.yaml", &[]);
    let of_orders = "resource \"sfn_alias\" \"orders_live\" { name = \"live\" \
        state_machine_version = sfn_state_machine.orders.state_machine_version_arn \
        deployment { type = \"CANARY\" percentage = 10 interval = \"5m\" alarms = [\"late\", var.errors] } }";
    let of_kind = format!("{BY_STAGE} var.kind : \"ALL_AT_ONCE\"");
    let unless_at_once = format!("{BY_STAGE} (var.kind == \"ALL_AT_ONCE\") ? null :");
    let of_refunds = [
        "resource \"sfn_alias\" \"refunds_live\" { name = \"live-${var.stage}\"".to_owned(),
        format!("deployment {{ type = {of_kind}"),
        format!("percentage = {unless_at_once} var.share : null"),
        format!("interval = {unless_at_once} \"${{var.minutes}}m\" : null"),
        format!(
            "alarms = {unless_at_once} concat({BY_STAGE} [\"late\"] : [], [\"${{var.stage}}-errors\"]) : null"
        ),
    ];
    assert_parts(&said, &[of_orders]);
    assert_parts(&said, &of_refunds.each_ref().map(String::as_str));
    assert!(!said.contains("note: "), "{said}");
    assert!(!said.contains("routing_configuration"), "{said}");
}

/// Converts a SAM template with an alias and this `DeploymentPreference`.
fn deployed(preference: &str) -> String {
    let template = format!(
        r"
Conditions: {{IsProd: !Equals [!Ref Stage, prod]}}
Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    DeletionPolicy: Retain
    Properties:
      Name: orders
      Role: arn:aws:iam::123456789012:role/orders
      AutoPublishAlias: live
      DeploymentPreference: {preference}
      Definition: {{StartAt: A, States: {{A: {{Type: Succeed}}}}}}
"
    );
    converted("template.yaml", &template, &[])
}

#[test]
fn deployments_are_read_with_their_conditions() {
    let by_stage = |rest: &str| format!("{BY_STAGE} {rest}");
    for (preference, parts) in [
        (
            "{Type: LINEAR, Percentage: '20', Interval: '60'}",
            vec!["deployment { type = \"LINEAR\" percentage = 20 interval = \"60m\" }".to_owned()],
        ),
        (
            "{Type: ALL_AT_ONCE}",
            vec!["deployment { type = \"ALL_AT_ONCE\" }".to_owned()],
        ),
        (
            "{}",
            vec!["deployment { type = \"ALL_AT_ONCE\" }".to_owned()],
        ),
        (
            "{Type: CANARY, Percentage: !If [IsProd, 10, 50], Interval: !If [IsProd, 5, 1], Alarms: !Ref Alarms}",
            vec![
                format!("percentage = {}", by_stage("10 : 50")),
                format!("interval = {}", by_stage("\"5m\" : \"1m\"")),
                "alarms = var.alarms".to_owned(),
            ],
        ),
        (
            "{Type: !Ref Kind, Percentage: 10, Interval: 5, Alarms: [late]}",
            vec![
                "type = var.kind".to_owned(),
                "percentage = (var.kind == \"ALL_AT_ONCE\") ? null : 10".to_owned(),
                "interval = (var.kind == \"ALL_AT_ONCE\") ? null : \"5m\"".to_owned(),
                "alarms = (var.kind == \"ALL_AT_ONCE\") ? null : [\"late\"]".to_owned(),
            ],
        ),
        (
            "{Type: !If [IsProd, LINEAR, ALL_AT_ONCE], Percentage: 10, Interval: 5}",
            vec![
                format!("type = {}", by_stage("\"LINEAR\" : \"ALL_AT_ONCE\"")),
                format!("percentage = {}", by_stage("10 : null")),
                format!("interval = {}", by_stage("\"5m\" : null")),
            ],
        ),
        (
            "!If [IsProd, {Type: CANARY, Percentage: 10, Interval: 5}, !Ref 'AWS::NoValue']",
            vec![
                format!(
                    "dynamic \"deployment\" {{ for_each = {}",
                    by_stage("[1] : []")
                ),
                "content { type = \"CANARY\" percentage = 10 interval = \"5m\" }".to_owned(),
            ],
        ),
        ("!Ref 'AWS::NoValue'", vec!["weight = 100".to_owned()]),
    ] {
        let said = deployed(preference);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        assert_parts(&said, &parts);
        assert!(!said.contains("note: "), "{preference}:\n{said}");
    }
}

#[test]
fn what_is_left_out_of_a_deployment_is_told() {
    let at_once = "deployment { type = \"ALL_AT_ONCE\" }";
    for (preference, parts) in [
        (
            "{Type: ALL_AT_ONCE, Percentage: 10, Interval: 5, Alarms: [late]}",
            vec![
                at_once,
                "`Orders`: `DeploymentPreference.Percentage` is left out: it has no effect",
                "`Orders`: `DeploymentPreference.Interval` is left out: it has no effect",
                "`Orders`: `DeploymentPreference.Alarms` is left out: a deployment of the type `ALL_AT_ONCE` watches `alarms` only with `bake`",
            ],
        ),
        (
            "{Type: CANARY, Percentage: some, Interval: [5], Alarms: late}",
            vec![
                "deployment { type = \"CANARY\" }",
                "`DeploymentPreference.Percentage` must be a whole number: write `percentage` by hand",
                "`DeploymentPreference.Interval` must be a whole number of minutes: write `interval` by hand",
                "`DeploymentPreference.Alarms` must be a list: write `alarms` by hand",
            ],
        ),
        (
            "{Type: Canary10Percent5Minutes}",
            vec!["`DeploymentPreference.Type` must be `CANARY`, `LINEAR` or `ALL_AT_ONCE`"],
        ),
        (
            "{Type: CANARY, Percentage: 10, Interval: 5, Hooks: {PreTraffic: x}}",
            vec!["`Orders`: `DeploymentPreference.Hooks` is left out"],
        ),
        (
            "!Ref Preference",
            vec![
                "state_machine_version = sfn_state_machine.orders.state_machine_version_arn }",
                "note: 11: `Orders`: `DeploymentPreference` is left out: write the block `deployment` by hand",
            ],
        ),
    ] {
        assert_parts(&deployed(preference), &parts);
    }
}

#[test]
fn a_deployment_without_an_alias_is_told() {
    let template = r"
Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      DeploymentPreference: {Type: CANARY, Percentage: 10, Interval: 5}
      Definition: {StartAt: A, States: {A: {Type: Succeed}}}
";
    let said = converted("template.yaml", template, &[]);
    let note =
        "note: 6: `Orders`: `DeploymentPreference` is left out: set `AutoPublishAlias` as well";
    assert_parts(&said, &[note]);
    assert!(!said.contains("sfn_alias"), "{said}");
}

#[test]
fn deployments_of_cloudformation_become_blocks() {
    let resources = r"
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Orders:
    Type: AWS::StepFunctions::StateMachine
    DeletionPolicy: Retain
    Properties:
      StateMachineName: orders
      RoleArn: arn:aws:iam::123456789012:role/orders
      Definition: {StartAt: A, States: {A: {Type: Succeed}}}
  Refunds:
    Type: AWS::StepFunctions::StateMachine
    DeletionPolicy: Retain
    Properties:
      StateMachineName: refunds
      RoleArn: arn:aws:iam::123456789012:role/refunds
      Definition: {StartAt: A, States: {A: {Type: Succeed}}}
  Version: {Type: AWS::StepFunctions::StateMachineVersion, Properties: {StateMachineArn: !Ref Orders}}
  Other: {Type: AWS::StepFunctions::StateMachineVersion, Properties: {StateMachineArn: !Ref Refunds}}
  Live:
    Type: AWS::StepFunctions::StateMachineAlias
    Properties:
      Name: live
";
    let version = "state_machine_version = sfn_state_machine.orders.state_machine_version_arn";
    let by_stage = format!("type = {BY_STAGE} \"CANARY\" : \"ALL_AT_ONCE\"");
    for (properties, parts) in [
        (
            "      DeploymentPreference: {StateMachineVersionArn: !Ref Version, Type: LINEAR, Percentage: 25, Interval: 10, Alarms: [late]}",
            vec![
                "resource \"sfn_alias\" \"orders_live\"",
                version,
                "deployment { type = \"LINEAR\" percentage = 25 interval = \"10m\" alarms = [\"late\"] }",
            ],
        ),
        (
            "      DeploymentPreference: !If [IsProd, {StateMachineVersionArn: !Ref Version, Type: CANARY, Percentage: 10, Interval: 5}, {StateMachineVersionArn: !GetAtt Version.Arn, Type: ALL_AT_ONCE}]",
            vec![version, by_stage.as_str()],
        ),
        (
            "      DeploymentPreference: {StateMachineVersionArn: !Ref Version, Type: ALL_AT_ONCE}\n      RoutingConfiguration: [{StateMachineVersionArn: !Ref Version, Weight: 100}]",
            vec![
                version,
                "`Live`: `RoutingConfiguration` is left out: `state_machine_version` replaces it",
            ],
        ),
        (
            "      DeploymentPreference: !If [IsProd, {StateMachineVersionArn: !Ref Version, Type: ALL_AT_ONCE}, {StateMachineVersionArn: !Ref Other, Type: ALL_AT_ONCE}]",
            vec!["`Live` is left out: add an `sfn_alias` with its versions"],
        ),
    ] {
        let said = converted("template.yaml", &format!("{resources}{properties}\n"), &[]);
        assert_parts(&said, &parts);
    }
}
