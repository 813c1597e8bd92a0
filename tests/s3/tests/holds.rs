//! Requests that are held: what is done meanwhile, and afterwards.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::sync::Arc;

use object_store::ObjectStoreExt;
use object_store::path::Path;
use test_buckets::{Bucket, Product, Proxy};
use tokio::task::JoinHandle;

async fn bucket() -> Option<(Bucket, Proxy, Arc<Bucket>)> {
    let s3 = Product::Moto.shared()?;
    let direct = s3.new_bucket().await;
    let proxy = Proxy::to(s3.endpoint());
    let through = Arc::new(Bucket::at(&proxy.endpoint(), direct.name()));
    Some((direct, proxy, through))
}

/// Begins to write an object.
fn put(bucket: &Arc<Bucket>, key: &'static str) -> JoinHandle<object_store::Result<()>> {
    let bucket = Arc::clone(bucket);
    tokio::spawn(async move { bucket.store().put(&Path::from(key), key.into()).await.map(|_| ()) })
}

#[tokio::test]
async fn a_request_held_before_is_carried_out_when_it_is_released() {
    let Some((direct, proxy, through)) = bucket().await else { return };
    let mut hold = proxy.hold_before(|request| request.touches("held"));
    let (one, two) = (put(&through, "held/1"), put(&through, "held/2"));
    assert_eq!(hold.arrived().await.method, "PUT");
    assert!(hold.arrived().await.touches("held/"));
    put(&through, "other").await.unwrap().unwrap();
    assert_eq!(direct.keys("").await, ["other"]);
    hold.release();
    one.await.unwrap().unwrap();
    two.await.unwrap().unwrap();
    put(&through, "held/3").await.unwrap().unwrap();
    assert_eq!(direct.keys("held").await, ["held/1", "held/2", "held/3"]);
}

#[tokio::test]
async fn a_request_held_after_is_carried_out_already() {
    let Some((direct, proxy, through)) = bucket().await else { return };
    let mut hold = proxy.hold_after(|request| request.touches("held"));
    let writing = put(&through, "held");
    hold.arrived().await;
    assert_eq!(direct.get("held").await.unwrap(), "held");
    assert!(!writing.is_finished());
    hold.release();
    writing.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_that_is_discarded_never_reaches_the_server() {
    let Some((direct, proxy, through)) = bucket().await else { return };
    let mut hold = proxy.hold_before(|request| request.touches("held"));
    let writing = put(&through, "held");
    hold.arrived().await;
    hold.discard();
    writing.await.unwrap().unwrap_err();
    assert_eq!(direct.get("held").await, None);
    put(&through, "held").await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_outlives_its_sender() {
    let Some((direct, proxy, through)) = bucket().await else { return };
    let mut before = proxy.hold_before(|request| request.touches("held"));
    let mut after = proxy.hold_after(|request| request.touches("held"));
    let writing = put(&through, "held");
    before.arrived().await;
    writing.abort();
    assert!(writing.await.unwrap_err().is_cancelled());
    assert_eq!(direct.get("held").await, None);
    before.release();
    after.arrived().await;
    assert_eq!(direct.get("held").await.unwrap(), "held");
}

#[tokio::test]
async fn dropping_a_hold_releases() {
    let Some((_, proxy, through)) = bucket().await else { return };
    let mut hold = proxy.hold_before(|_| true);
    let writing = put(&through, "held");
    hold.arrived().await;
    drop(hold);
    writing.await.unwrap().unwrap();
}
