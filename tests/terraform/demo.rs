//! Runs the demo, as `cargo xtask demo` does.

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_runs() {
    e2e::demo::run(false).await.unwrap();
}
