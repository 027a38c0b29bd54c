//! The answer to a creation is lost: the call is made again, and finds what the first one made.

use local_aws::Fault;

use super::inventory::inventory;
use super::objects::{self, BASE, BASE_HERE};
use super::{assert_empty, assert_success, aws};

/// The creating calls, with the number of objects that each makes here.
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

/// Applies everything while the answers to these calls are lost, so many of each.
async fn check(lost: &[(&str, usize)]) {
    let aws = aws().await;
    let workspace = objects::with_code(&aws, &format!("{BASE}{BASE_HERE}{}", objects::all("")));
    for (operation, times) in lost {
        aws.proxy().fault(operation, *times, Fault::LoseAnswer);
    }
    assert_success(&workspace.apply().await.unwrap());
    for (operation, objects) in CREATIONS {
        let lost = lost.iter().find(|(name, _)| *name == operation).map_or(0, |(_, times)| *times);
        let calls = aws.proxy().count(operation);
        assert!(calls > lost.max(objects), "{operation} was called {calls} times");
    }
    assert_empty(&workspace.plan().await.unwrap());
    let found = inventory(&aws).await;
    let machines = found.iter().filter(|line| line.starts_with("state machine ")).count();
    // Two machines, two functions, and one of each of the others; a version of one machine, two roles, a log group.
    assert_eq!((machines, found.len()), (2, 15), "{found:#?}");
    assert_success(&workspace.destroy().await.unwrap());
    assert_eq!(inventory(&aws).await.into_iter().collect::<Vec<_>>(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_answer_of_each_object_is_lost() {
    check(&CREATIONS).await;
}

/// The second call is refused because of the first, and that answer does not arrive either.
#[tokio::test(flavor = "multi_thread")]
async fn several_answers_in_a_row_are_lost() {
    check(&CREATIONS.map(|(operation, objects)| (operation, 2 * objects))).await;
}
