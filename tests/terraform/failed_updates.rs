//! A failed update leaves no object that is not in a state.

use e2e::Workspace;
use local_aws::Fault;

use super::inventory::inventory;
use super::{assert_empty, assert_success, aws, objects};

const GIVEN: [&str; 2] = [
    "role_arn = \"arn:aws:iam::123456789012:role/theirs\"",
    "role = \"arn:aws:iam::123456789012:role/theirs\"",
];
const OWN: [&str; 2] = [
    "execution_role {}\n  logging_configuration {\n    level = \"ALL\"\n  }",
    "execution_role {}",
];
const RENAMED: [&str; 2] = [
    "execution_role {\n    name = \"m\"\n  }",
    "execution_role {\n    name = \"f\"\n  }",
];

fn text([machine, function]: [&str; 2]) -> String {
    objects::owners(machine, function)
}

/// Fails the update from one configuration to another at these operations. `after` is the configuration that then
/// exists. A destroy must delete the objects of the first configuration.
async fn check(from: [&str; 2], to: [&str; 2], operations: &[&str]) {
    let aws = aws().await;
    let workspace = objects::with_code(&aws, &text(from));
    assert_success(&workspace.apply().await.unwrap());
    let before = inventory(&aws).await;
    write(&workspace, to);
    for operation in operations {
        let fault = Fault::Refuse(403, "AccessDeniedException".into(), "you may not".into());
        aws.proxy().fault(operation, 1, fault);
    }
    let failed = workspace.apply().await.unwrap();
    assert_eq!(
        failed.text.matches("you may not").count(),
        2,
        "{}",
        failed.text
    );
    assert_eq!(inventory(&aws).await, before, "{operations:?}");
    // The user can go back to the first configuration or apply the second again. Both must converge.
    write(&workspace, from);
    assert_success(&workspace.apply().await.unwrap());
    assert_eq!(inventory(&aws).await, before, "{operations:?}");
    write(&workspace, to);
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(super::counts(&aws).await, (0, 0, 0));
}

fn write(workspace: &Workspace, blocks: [&str; 2]) {
    workspace
        .write("main.tf", &format!("{}{}", e2e::HEADER, text(blocks)))
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_role_goes_when_the_update_is_refused() {
    for to in [OWN, RENAMED] {
        check(
            GIVEN,
            to,
            &["UpdateStateMachine", "UpdateFunctionConfiguration"],
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_role_goes_when_its_policy_is_refused() {
    check(GIVEN, OWN, &["PutRolePolicy", "PutRolePolicy"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_role_goes_when_the_update_is_refused() {
    check(
        OWN,
        RENAMED,
        &["UpdateStateMachine", "UpdateFunctionConfiguration"],
    )
    .await;
}

/// The role is changed, and a later step fails. Going back and applying again must both end with one role.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_in_use_by_then_is_not_lost() {
    for goes_back in [true, false] {
        let aws = aws().await;
        let workspace = objects::with_code(&aws, &text(OWN));
        assert_success(&workspace.apply().await.unwrap());
        let before = inventory(&aws).await;
        write(&workspace, RENAMED);
        workspace
            .write(
                "code/main.py",
                "def handler(event, context):\n    return 2\n",
            )
            .unwrap();
        for operation in ["UpdateFunctionCode", "DeleteRole"] {
            let fault = Fault::Refuse(403, "AccessDeniedException".into(), "you may not".into());
            aws.proxy().fault(operation, 1, fault);
        }
        let failed = workspace.apply().await.unwrap();
        assert_eq!(
            failed.text.matches("you may not").count(),
            2,
            "{}",
            failed.text
        );
        write(&workspace, if goes_back { OWN } else { RENAMED });
        assert_success(&workspace.apply().await.unwrap());
        assert_empty(&workspace.plan().await.unwrap());
        if goes_back {
            assert_eq!(inventory(&aws).await, before);
        }
        assert_success(&workspace.destroy().await.unwrap());
        assert_eq!(
            super::counts(&aws).await,
            (0, 0, 0),
            "goes back: {goes_back}"
        );
    }
}
