//! The demo, as `cargo xtask demo` runs it.

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_runs() {
    e2e::demo::run(false).await.unwrap();
}
