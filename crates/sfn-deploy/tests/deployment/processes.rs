//! Processes that are killed, continued or cancelled, and other tools that change the alias.

use super::*;
use sfn_deploy::Record;

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
