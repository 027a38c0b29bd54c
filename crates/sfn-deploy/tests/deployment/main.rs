//! Deployments of an alias in memory, with a clock that goes to the next event at once.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

mod processes;
mod world;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use sfn_aws::AwsErrorKind;
use sfn_deploy::{
    Check, Clock, Deployment, Description, Failure, Limits, Progress, Reason, Routing, Shift,
    Strategy,
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
