//! Deployments of an alias in memory, with a clock that goes to the next event at once.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

mod world;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use sfn_aws::AwsErrorKind;
use sfn_deploy::{
    Check, Clock, Deployment, Description, Failure, Limits, Progress, Reason, Record, Routing,
    Shift, Strategy,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use world::{MINUTE, World, canary, deployment, limits, linear, outcome, routes};

async fn check(world: World, strategy: Strategy, expected: &str, end: &str, writes: &[&str]) {
    let result = deployment(&world, "7", strategy).run().await;
    assert_eq!(outcome(&result), expected);
    assert_eq!(world.state(), (end.to_owned(), false), "{expected}");
    assert_eq!(world.written(), writes, "{expected}");
}

#[tokio::test(start_paused = true)]
async fn traffic_moves_in_steps() {
    let all = Strategy::new(Shift::AllAtOnce, Duration::ZERO).unwrap();
    let watched = Strategy::new(Shift::AllAtOnce, MINUTE).unwrap();
    for (strategy, writes) in [
        (all, vec!["7:100"]),
        (watched, vec!["7:100", "7:100"]),
        (canary(), vec!["6:90 7:10", "7:100", "7:100"]),
        (
            linear(),
            vec!["6:67 7:33", "6:34 7:66", "6:1 7:99", "7:100", "7:100"],
        ),
    ] {
        let world = World::new();
        let begun = Instant::now();
        let total = strategy.duration();
        check(world, strategy, "Deployed", "7:100", &writes).await;
        let taken = begun.elapsed();
        assert!(
            taken >= total && taken <= total + MINUTE,
            "{taken:?} {total:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_description_is_kept_or_replaced() {
    for (description, expected) in [
        (Description::Unchanged, Some("Live orders")),
        (Description::New(Some("New".into())), Some("New")),
        (Description::New(None), None),
    ] {
        for to in ["7", "6"] {
            let world = World::new();
            let deployment = Deployment {
                description: description.clone(),
                ..deployment(&world, to, canary())
            };
            deployment.run().await.unwrap();
            let routing = world.routing.lock().unwrap().clone().unwrap();
            assert_eq!(routing.description.as_deref(), expected);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_alarm_brings_the_traffic_back_within_one_poll() {
    let seconds = |number| Duration::from_secs(number);
    for (raised, writes) in [
        (seconds(20), vec!["6:90 7:10", "6:100"]),
        (seconds(299), vec!["6:90 7:10", "6:100"]),
        (seconds(330), vec!["6:90 7:10", "7:100", "6:100"]),
        (seconds(800), vec!["6:90 7:10", "7:100", "6:100"]),
    ] {
        let world = World {
            alarm: Some(raised),
            ..World::new()
        };
        let result = deployment(&world, "7", canary()).run().await;
        assert_eq!(outcome(&result), "back to 6: alarm raised: failed");
        assert_eq!(world.written(), writes, "{raised:?}");
        assert_eq!(world.state(), ("6:100".into(), false));
        let back = world.writes.lock().unwrap().last().unwrap().0;
        assert!(back <= raised + seconds(15), "{raised:?} {back:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn unhealthy_versions_are_rolled_back() {
    let canary_only = ["6:90 7:10", "6:100"];
    for (executions, expected) in [
        (
            (0, 0),
            "back to 6: 0 executions of the new version ended, and the minimum is 20",
        ),
        (
            (3, 0),
            "back to 6: 15 executions of the new version ended, and the minimum is 20",
        ),
        (
            (10, 9),
            "back to 6: 9 of 10 executions of the new version failed, and the maximum failure rate is 0.05",
        ),
    ] {
        let world = World {
            executions,
            ..World::new()
        };
        check(world, canary(), expected, "6:100", &canary_only).await;
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_changed_before_the_checks_pass() {
    struct Fails;
    #[async_trait]
    impl Check for Fails {
        fn name(&self) -> String {
            "smoke execution".into()
        }
        async fn run(&self, version: &str, _: &CancellationToken) -> Result<(), Reason> {
            let detail = format!("version {version} is wrong");
            Err(Reason::Check {
                name: self.name(),
                detail,
            })
        }
    }
    let world = World::new();
    let failing = Deployment {
        checks: vec![Box::new(Fails)],
        ..deployment(&world, "7", canary())
    };
    assert_eq!(
        outcome(&failing.run().await),
        "refused: smoke execution failed: version 7 is wrong"
    );
    let raised = World {
        alarm: Some(Duration::ZERO),
        ..World::new()
    };
    let missing = World::new();
    let absent = Deployment {
        limits: Limits {
            alarms: vec!["failed".into(), "gone".into()],
            ..limits()
        },
        ..deployment(&missing, "7", canary())
    };
    assert_eq!(
        outcome(&absent.run().await),
        "refused: alarm not found: gone"
    );
    let refused = deployment(&raised, "7", canary()).run().await;
    assert_eq!(outcome(&refused), "refused: alarm raised: failed");
    let split = World {
        routing: Mutex::new(Some(routes(&[("5", 50), ("6", 50)]))),
        ..World::new()
    };
    let refused = deployment(&split, "7", canary()).run().await;
    assert_eq!(
        outcome(&refused),
        "split: version 5 (50 %) and version 6 (50 %)"
    );
    let denied = World {
        faults: vec![("counts", Duration::ZERO, MINUTE, AwsErrorKind::Denied)],
        ..World::new()
    };
    let refused = deployment(&denied, "7", canary()).run().await;
    assert!(outcome(&refused).starts_with("refused: "), "{refused:?}");
    let unwritable = World {
        faults: vec![("write", Duration::ZERO, MINUTE, AwsErrorKind::NotFound)],
        ..World::new()
    };
    let refused = deployment(&unwritable, "7", canary()).run().await;
    assert!(outcome(&refused).starts_with("refused: "), "{refused:?}");
    let long = World {
        routing: Mutex::new(Some(Routing::to("6", Some("x".repeat(200))))),
        ..World::new()
    };
    let refused = deployment(&long, "7", canary()).run().await;
    assert!(matches!(refused, Err(Failure::DescriptionTooLong)));
    for world in [
        &world,
        &raised,
        &missing,
        &split,
        &denied,
        &unwritable,
        &long,
    ] {
        assert!(world.written().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn other_writers_are_noticed() {
    for (other, words) in [
        (&[("5", 100)][..], "version 5 (100 %)"),
        (&[("7", 100)], "version 7 (100 %)"),
        (
            &[("6", 50), ("7", 50)],
            "version 6 (50 %) and version 7 (50 %)",
        ),
    ] {
        let mut other = routes(other);
        other.description = None;
        let world = World {
            others: Mutex::new(vec![(2 * MINUTE, Some(other))]),
            ..World::new()
        };
        let expected =
            format!("back to 6: the alias was changed during the deployment: it routed to {words}");
        check(world, canary(), &expected, "6:100", &["6:90 7:10", "6:100"]).await;
    }
    // A process that knows the record ended the deployment. Its result stays.
    for version in ["5", "6", "7"] {
        let world = World {
            others: Mutex::new(vec![(2 * MINUTE, Some(routes(&[(version, 100)])))]),
            ..World::new()
        };
        let end = format!("{version}:100");
        check(world, canary(), "TakenOver", &end, &["6:90 7:10"]).await;
    }
    let split = World {
        others: Mutex::new(vec![(2 * MINUTE, Some(routes(&[("6", 90), ("7", 10)])))]),
        ..World::new()
    };
    let expected = "back to 6: the alias was changed during the deployment: it routed to version 6 (90 %) and version 7 (10 %)";
    check(split, canary(), expected, "6:100", &["6:90 7:10", "6:100"]).await;
    let deleted = World {
        others: Mutex::new(vec![(2 * MINUTE, None)]),
        faults: vec![("write", 2 * MINUTE, MINUTE * 60, AwsErrorKind::Other)],
        ..World::new()
    };
    let result = deployment(&deleted, "7", canary()).run().await;
    assert!(matches!(result, Err(Failure::Missing)), "{result:?}");
}

#[tokio::test(start_paused = true)]
async fn a_change_that_keeps_the_record_is_noticed() {
    let world = Arc::new(World::new());
    let first = {
        let world = Arc::clone(&world);
        tokio::spawn(async move { outcome(&deployment(&world, "7", canary()).run().await) })
    };
    tokio::time::sleep(MINUTE).await;
    {
        let mut routing = world.routing.lock().unwrap();
        let description = routing.as_ref().unwrap().description.clone();
        *routing = Some(Routing::between("6", "7", 90, description.unwrap()));
    }
    let expected = "back to 6: the alias was changed during the deployment: it routed to version 6 (10 %) and version 7 (90 %)";
    assert_eq!(first.await.unwrap(), expected);
    assert_eq!(world.state(), ("6:100".into(), false));
}

#[tokio::test(start_paused = true)]
async fn health_is_read_at_the_documented_intervals() {
    struct Slow;
    #[async_trait]
    impl Check for Slow {
        fn name(&self) -> String {
            "slow check".into()
        }
        async fn run(&self, _: &str, _: &CancellationToken) -> Result<(), Reason> {
            tokio::time::sleep(10 * MINUTE).await;
            Ok(())
        }
    }
    let world = World::new();
    let clock = Clock::new();
    let messages = Mutex::new(Vec::new());
    let report = |progress: Progress| messages.lock().unwrap().push(progress.to_string());
    let deployment = Deployment {
        checks: vec![Box::new(Slow)],
        clock,
        report: &report,
        ..deployment(&world, "7", canary())
    };
    deployment.run().await.unwrap();
    let calls = world.calls.lock().unwrap().clone();
    let count = |wanted: &str| calls.iter().filter(|(_, name)| *name == wanted).count();
    // Fifteen minutes: alarms every 10–15 seconds, routes and executions every minute, and each before the first step.
    assert!((60..=125).contains(&count("alarms")), "{}", count("alarms"));
    assert!((13..=19).contains(&count("read")), "{}", count("read"));
    assert!((12..=18).contains(&count("counts")), "{}", count("counts"));
    let mut looks: Vec<_> = calls.iter().filter(|(_, name)| *name == "alarms").collect();
    looks.drain(..1);
    for pair in looks.windows(2) {
        assert!(pair[1].0 <= pair[0].0 + Duration::from_secs(15), "{pair:?}");
    }
    // Executions count from the first step, not from the checks.
    let asked = world.asked.lock().unwrap().clone();
    assert_eq!(asked[1].since.since(asked[0].since), 10 * MINUTE);
    let last = asked.last().unwrap();
    let full = last.all_since.unwrap().since(last.since);
    assert!(full >= 5 * MINUTE && full < 6 * MINUTE, "{last:?}");
    let messages = messages.lock().unwrap().clone();
    assert_eq!(
        messages[..2],
        ["slow check …", "version 7 receives 10 %, watched for 5m"]
    );
    assert!(messages.contains(&"version 7 receives 100 %, watched for 10m".to_owned()));
    assert_eq!(messages.last().unwrap(), "version 7 is deployed");
    assert!(
        messages[2].contains(" executions ended, 0 failed, "),
        "{messages:?}"
    );
}

/// The routing after another tool changed the routes and kept a description with a record of version 7 after 6.
fn left_record(left: &[(&str, i32)]) -> World {
    let record = Record {
        to: "7".into(),
        from: "6".into(),
        start: sfn_aws::time::Seconds::now(),
        since: sfn_aws::time::Seconds::now(),
        id: "1a2b3c".into(),
    };
    let mut routing = routes(left);
    routing.description = record.join(Some("Live orders"));
    World {
        routing: Mutex::new(Some(routing)),
        ..World::new()
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_counts_only_with_its_routes() {
    for (left, to, expected, writes) in [
        (&[("5", 100)][..], "5", "Unchanged", &["5:100"][..]),
        (
            &[("5", 100)],
            "8",
            "Deployed",
            &["5:90 8:10", "8:100", "8:100"],
        ),
        (
            &[("6", 100)],
            "7",
            "Deployed",
            &["6:90 7:10", "7:100", "7:100"],
        ),
        (
            &[("5", 50), ("7", 50)],
            "7",
            "split: version 5 (50 %) and version 7 (50 %)",
            &[],
        ),
        (
            &[("6", 90), ("7", 10)],
            "7",
            "Deployed",
            &["6:90 7:10", "7:100", "7:100"],
        ),
        (&[("6", 90), ("7", 10)], "6", "Restored", &["6:100"]),
        (&[("7", 100)], "7", "Deployed", &["7:100", "7:100"]),
    ] {
        let world = left_record(left);
        let result = deployment(&world, to, canary()).run().await;
        assert_eq!(outcome(&result), expected, "{left:?} {to}");
        assert_eq!(world.written(), writes, "{left:?} {to}");
        assert_eq!(world.state().1, writes.is_empty(), "{left:?} {to}");
    }
    // Without traffic, the new version is checked again.
    let world = left_record(&[("6", 100)]);
    let unchecked = Deployment {
        limits: Limits {
            alarms: vec!["gone".into()],
            ..limits()
        },
        ..deployment(&world, "7", canary())
    };
    assert_eq!(
        outcome(&unchecked.run().await),
        "refused: alarm not found: gone"
    );
    assert!(world.written().is_empty());
    // A refusal after all traffic returned is a rollback.
    let world = left_record(&[("6", 90), ("7", 10)]);
    let refused = Deployment {
        limits: Limits {
            alarms: vec!["gone".into()],
            ..limits()
        },
        ..deployment(&world, "8", canary())
    };
    assert_eq!(
        outcome(&refused.run().await),
        "back to 6: alarm not found: gone"
    );
    assert_eq!(world.written(), ["6:100"]);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_process_leaves_a_deployment_that_another_one_continues() {
    let world = Arc::new(World::new());
    let cancelled = CancellationToken::new();
    let first = {
        let (world, cancelled) = (Arc::clone(&world), cancelled.clone());
        tokio::spawn(async move {
            let first = Deployment {
                cancelled,
                ..deployment(&world, "7", canary())
            };
            outcome(&first.run().await)
        })
    };
    tokio::time::sleep(MINUTE * 3 / 2).await;
    let second = deployment(&world, "7", canary());
    let cancel = async {
        tokio::time::sleep(Duration::from_secs(21)).await;
        cancelled.cancel();
    };
    let (result, ()) = tokio::join!(second.run(), cancel);
    assert_eq!(
        (outcome(&result).as_str(), first.await.unwrap().as_str()),
        ("Deployed", "TakenOver")
    );
    assert_eq!(world.state(), ("7:100".into(), false));
}

#[tokio::test(start_paused = true)]
async fn an_old_read_right_after_a_write_is_no_other_writer() {
    let mut before = routes(&[("6", 100)]);
    before.description = Some("Live orders".into());
    for (seconds, expected) in [(10, "Deployed"), (30, "TakenOver")] {
        // The read returns the routing before the first step. It is written back before the next step.
        let world = Arc::new(World {
            others: Mutex::new(vec![(Duration::from_secs(1), Some(before.clone()))]),
            ..World::new()
        });
        let shift = Shift::Canary {
            percentage: 10,
            interval: Duration::from_secs(seconds),
        };
        let deployment = Deployment {
            limits: Limits::default(),
            ..deployment(&world, "7", Strategy::new(shift, Duration::ZERO).unwrap())
        };
        assert_eq!(outcome(&deployment.run().await), expected, "{seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_process_takes_over() {
    let world = Arc::new(World::new());
    let clock = Clock::new();
    let first = {
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            let first = Deployment {
                clock,
                ..deployment(&world, "7", canary())
            };
            outcome(&first.run().await)
        })
    };
    tokio::time::sleep(2 * MINUTE).await;
    let second = Deployment {
        clock,
        ..deployment(&world, "7", canary())
    };
    assert_eq!(outcome(&second.run().await), "Deployed");
    assert_eq!(first.await.unwrap(), "TakenOver");
    assert_eq!(world.state(), ("7:100".into(), false));
    assert_eq!(world.now().as_secs() / 60, 15);
}

#[tokio::test(start_paused = true)]
async fn cancelled_and_late_deployments_are_rolled_back() {
    for minutes in [1, 4, 6, 14] {
        let world = World::new();
        let cancelled = CancellationToken::new();
        let deployment = Deployment {
            cancelled: cancelled.clone(),
            ..deployment(&world, "7", canary())
        };
        let cancel = async {
            tokio::time::sleep(minutes * MINUTE).await;
            cancelled.cancel();
        };
        let (result, ()) = tokio::join!(deployment.run(), cancel);
        assert_eq!(
            outcome(&result),
            "back to 6: the deployment was cancelled",
            "{minutes}"
        );
        assert_eq!(world.state(), ("6:100".into(), false));
        assert_eq!(world.now().as_secs() / 60, u64::from(minutes));
        let world = World::new();
        let late = Deployment {
            deadline: Some(Instant::now() + minutes * MINUTE),
            ..self::deployment(&world, "7", canary())
        };
        assert_eq!(
            outcome(&late.run().await),
            "back to 6: the deployment did not end in time"
        );
        assert_eq!(world.state(), ("6:100".into(), false));
    }
}

#[tokio::test(start_paused = true)]
async fn a_deployment_ends_before_its_time_limit() {
    for strategy in [canary(), linear()] {
        let world = World::new();
        let in_time = Deployment {
            deadline: Some(Instant::now() + strategy.longest()),
            ..deployment(&world, "7", strategy)
        };
        assert_eq!(outcome(&in_time.run().await), "Deployed");
    }
}

#[tokio::test(start_paused = true)]
async fn failed_calls_are_survived_or_rolled_back() {
    let for_minutes = |call, from: u32, to: u32, kind| World {
        faults: vec![(call, from * MINUTE, to * MINUTE, kind)],
        ..World::new()
    };
    let back = ["6:90 7:10", "6:100"];
    let deployed = ["6:90 7:10", "7:100", "7:100"];
    let failed = "the call failed";
    for (call, from, to, kind, expected, end, writes) in [
        (
            "alarms",
            1,
            2,
            AwsErrorKind::Other,
            "Deployed",
            "7:100",
            &deployed[..],
        ),
        (
            "counts",
            5,
            6,
            AwsErrorKind::Other,
            "Deployed",
            "7:100",
            &deployed[..],
        ),
        (
            "alarms",
            1,
            9,
            AwsErrorKind::Other,
            failed,
            "6:100",
            &back[..],
        ),
        (
            "alarms",
            1,
            2,
            AwsErrorKind::Denied,
            failed,
            "6:100",
            &back[..],
        ),
        (
            "alarms",
            1,
            2,
            AwsErrorKind::Cancelled,
            "the deployment was cancelled",
            "6:100",
            &back[..],
        ),
        (
            "read",
            1,
            9,
            AwsErrorKind::Other,
            failed,
            "6:100",
            &back[..],
        ),
        (
            "write",
            4,
            6,
            AwsErrorKind::Other,
            failed,
            "6:100",
            &back[..],
        ),
    ] {
        let world = for_minutes(call, from, to, kind);
        let result = outcome(&deployment(&world, "7", canary()).run().await);
        assert!(result.contains(expected), "{call} {from}–{to}: {result}");
        assert_eq!(world.state(), (end.to_owned(), false), "{call} {from}–{to}");
        assert_eq!(world.written(), writes, "{call} {from}–{to}");
    }
    // A rollback whose response is lost is read.
    let lost = World {
        alarm: Some(MINUTE),
        others: Mutex::new(vec![(2 * MINUTE, Some(routes(&[("6", 100)])))]),
        faults: vec![("write", MINUTE, MINUTE * 60, AwsErrorKind::Other)],
        ..World::new()
    };
    let result = deployment(&lost, "7", canary()).run().await;
    assert_eq!(outcome(&result), "back to 6: alarm raised: failed");
    assert!(lost.now() < 3 * MINUTE, "{:?}", lost.now());
    let stuck = for_minutes("write", 4, 60, AwsErrorKind::Other);
    let result = deployment(&stuck, "7", canary()).run().await;
    assert!(outcome(&result).starts_with("stuck: "), "{result:?}");
    assert_eq!(stuck.state(), ("6:90 7:10".into(), true));
    // The next deployment continues it.
    let next = World {
        routing: Mutex::new(stuck.routing.lock().unwrap().clone()),
        ..World::new()
    };
    let result = deployment(&next, "7", canary()).run().await;
    assert_eq!(outcome(&result), "Deployed");
}

/// Runs deployments that are killed after each call, and then another one.
async fn kill_and_go_on(next: &'static str) -> BTreeMap<String, usize> {
    let mut seen = BTreeMap::new();
    let names = ["read", "write", "counts", "alarms"];
    for (name, number) in names
        .iter()
        .flat_map(|name| (1..60).map(move |number| (*name, number)))
    {
        let call = (name, number);
        let world = World {
            kill_after: Some(call),
            ..World::new()
        };
        let deployment = deployment(&world, "7", linear());
        let is_killed = tokio::select! {
            _ = deployment.run() => false,
            () = world.killed.notified() => true,
        };
        if !is_killed {
            continue;
        }
        let left = world.state();
        let world = World {
            routing: Mutex::new(world.routing.lock().unwrap().clone()),
            ..World::new()
        };
        let result = self::deployment(&world, next, linear()).run().await;
        let end = world.state();
        assert_eq!(end, (format!("{next}:100"), false), "{call:?}: {result:?}");
        for written in world.written() {
            let is_mixed = written.contains("7:") && written.contains("8:");
            assert!(!is_mixed, "{call:?}: {written}");
            // A third version begins where the old version has all traffic.
            assert!(
                !(next == "8" && written.contains("7:")),
                "{call:?}: {written}"
            );
        }
        let first = world.written().first().cloned().unwrap_or_default();
        let key = format!("{} {} → {first}: {}", left.0, left.1, outcome(&result));
        *seen.entry(key).or_default() += 1;
    }
    seen
}

#[tokio::test(start_paused = true)]
async fn killed_deployments_go_on() {
    let keys = |seen: BTreeMap<String, usize>| seen.into_keys().collect::<Vec<_>>();
    assert_eq!(
        keys(kill_and_go_on("7").await),
        [
            "6:1 7:99 true → 6:1 7:99: Deployed",
            "6:100 false → 6:67 7:33: Deployed",
            "6:34 7:66 true → 6:34 7:66: Deployed",
            "6:67 7:33 true → 6:67 7:33: Deployed",
            "7:100 false → : Unchanged",
            "7:100 true → 7:100: Deployed",
        ]
    );
    assert_eq!(
        keys(kill_and_go_on("6").await),
        [
            "6:1 7:99 true → 6:100: Restored",
            "6:100 false → : Unchanged",
            "6:34 7:66 true → 6:100: Restored",
            "6:67 7:33 true → 6:100: Restored",
            "7:100 false → 6:33 7:67: Deployed",
            "7:100 true → 6:100: Restored",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_resumed_step_takes_the_rest_of_its_time() {
    let world = World::new();
    let clock = Clock::new();
    let first = Deployment {
        clock,
        ..deployment(&world, "7", canary())
    };
    let _ = tokio::time::timeout(4 * MINUTE, first.run()).await;
    assert_eq!(world.state(), ("6:90 7:10".into(), true));
    tokio::time::sleep(MINUTE / 2).await;
    let messages = Mutex::new(Vec::new());
    let report = |progress: Progress| messages.lock().unwrap().push(progress.to_string());
    let second = Deployment {
        clock,
        report: &report,
        ..deployment(&world, "7", canary())
    };
    second.run().await.unwrap();
    let writes = world.writes.lock().unwrap().clone();
    let seconds: Vec<u64> = writes.iter().map(|(time, _)| time.as_secs()).collect();
    let [begun, resumed, full, end] = seconds[..] else {
        panic!("{writes:?}")
    };
    assert_eq!((begun, resumed), (0, 270));
    assert!((300..=315).contains(&full), "{full}");
    assert!((900..=930).contains(&end), "{end}");
    let messages = messages.lock().unwrap().clone();
    assert_eq!(messages[0], "version 7 already receives 10 %: continuing");
    assert_eq!(messages.last().unwrap(), "version 7 is deployed");
    // A strategy with other steps continues from the weight.
    let world = World::new();
    let first = deployment(&world, "7", canary());
    let _ = tokio::time::timeout(MINUTE, first.run()).await;
    deployment(&world, "7", linear()).run().await.unwrap();
    assert_eq!(world.written()[1..3], ["6:90 7:10", "6:67 7:33"]);
}

#[tokio::test(start_paused = true)]
async fn the_calls_of_50_deployments_keep_to_the_quotas() {
    let worlds: Vec<Arc<World>> = (0..50).map(|_| Arc::new(World::new())).collect();
    let runs: Vec<_> = worlds
        .iter()
        .map(|world| {
            let world = Arc::clone(world);
            tokio::spawn(async move { deployment(&world, "7", linear()).run().await.is_ok() })
        })
        .collect();
    for run in runs {
        assert!(run.await.unwrap());
    }
    // Calls per second, except for the first ones, which Terraform spreads.
    let mut most: BTreeMap<&str, usize> = BTreeMap::new();
    let mut seconds: BTreeMap<(&str, u64), usize> = BTreeMap::new();
    for world in &worlds {
        for (time, name) in world.calls.lock().unwrap().iter() {
            if time.as_secs() > 0 {
                *seconds.entry((name, time.as_secs() / 5)).or_default() += 1;
            }
        }
    }
    for ((name, _), count) in seconds {
        let count = count.div_ceil(5);
        let most = most.entry(name).or_default();
        *most = (*most).max(count);
    }
    assert!(most["alarms"] <= 9, "{most:?}");
    assert!(most["counts"] <= 50, "{most:?}");
}
