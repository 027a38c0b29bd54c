//! The response to a creation is lost. The provider sends the call again, and finds the object of the first call.

use local_aws::Fault;

use super::inventory::inventory;
use super::objects::{self, BASE, BASE_HERE};
use super::{assert_empty, assert_success, aws};

/// The creating calls, with the number of objects that each creates in this configuration.
const CREATIONS: [(&str, usize); 10] = [
    ("CreateStateMachine", 2),
    ("CreateFunction", 2),
    ("CreateActivity", 1),
    ("CreateLogGroup", 2),
    ("CreateStateMachineAlias", 1),
    ("CreateAlias", 1),
    ("AddPermission", 1),
    ("PutFunctionEventInvokeConfig", 1),
    ("PutMetricAlarm", 1),
    ("CreateRole", 2),
];

/// Applies the configuration while this number of responses to each call is lost.
async fn check(lost: &[(&str, usize)]) {
    let aws = aws().await;
    let workspace = objects::with_code(&aws, &format!("{BASE}{BASE_HERE}{}", objects::all("")));
    for (operation, times) in lost {
        aws.proxy().fault(operation, *times, Fault::LoseAnswer);
    }
    assert_success(&workspace.apply().await.unwrap());
    for (operation, objects) in CREATIONS {
        let lost = lost
            .iter()
            .find(|(name, _)| *name == operation)
            .map_or(0, |(_, times)| *times);
        let calls = aws.proxy().count(operation);
        assert!(
            calls > lost.max(objects),
            "{operation} was called {calls} times"
        );
    }
    assert_empty(&workspace.plan().await.unwrap());
    let found = inventory(&aws).await;
    let machines = found
        .iter()
        .filter(|line| line.starts_with("state machine "))
        .count();
    // Two state machines, two functions and one of each other resource; one version, two roles and one log group.
    assert_eq!((machines, found.len()), (2, 15), "{found:#?}");
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(
        inventory(&aws).await.into_iter().collect::<Vec<_>>(),
        Vec::<String>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_answer_of_each_object_is_lost() {
    check(&CREATIONS).await;
}

/// The second call is rejected because of the first, and its response is lost as well.
#[tokio::test(flavor = "multi_thread")]
async fn several_answers_in_a_row_are_lost() {
    check(&CREATIONS.map(|(operation, objects)| (operation, 2 * objects))).await;
}
