//! What the servers are relied on for, and that none is left behind.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::net::TcpStream;

use futures::future::join_all;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, UpdateVersion};
use test_buckets::{Bucket, Fault, Product, Proxy, Rule};

#[tokio::test]
async fn moto_honours_conditional_writes() {
    let Some(s3) = Product::Moto.shared() else { return };
    conditional_writes_are_honoured(&s3.new_bucket().await).await;
}

#[tokio::test]
async fn seaweedfs_honours_conditional_writes() {
    let Some(s3) = Product::SeaweedFs.shared() else { return };
    let bucket = s3.new_bucket().await;
    conditional_writes_are_honoured(&bucket).await;
    // Its signatures cover the host, which the proxy therefore keeps.
    let proxy = Proxy::to(s3.endpoint());
    let through = Bucket::at(&proxy.endpoint(), bucket.name());
    through.put("by/proxy", "value").await;
    assert_eq!(through.get("by/proxy").await.unwrap(), "value");
    through.remove().await;
    let error = bucket.store().get(&Path::from("by/proxy")).await.unwrap_err();
    assert!(error.to_string().contains("NoSuchBucket"), "{error}");
}

async fn conditional_writes_are_honoured(bucket: &Bucket) {
    let key = Path::from("one");
    let create = || bucket.store().put_opts(&key, "new".into(), PutMode::Create.into());
    let outcomes = join_all([create(), create(), create(), create()]).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for outcome in outcomes {
        assert!(matches!(outcome, Ok(_) | Err(Error::AlreadyExists { .. })), "{outcome:?}");
    }
    let version = bucket.store().head(&key).await.unwrap().e_tag;
    let update = |text: &'static str| {
        let version = UpdateVersion { e_tag: version.clone(), version: None };
        bucket.store().put_opts(&key, text.into(), PutMode::Update(version).into())
    };
    let outcomes = join_all([update("a"), update("b"), update("c"), update("d")]).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for outcome in outcomes {
        assert!(matches!(outcome, Ok(_) | Err(Error::Precondition { .. })), "{outcome:?}");
    }
}

#[tokio::test]
async fn s3rver_ignores_conditions() {
    let Some(s3) = Product::S3rver.start() else { return };
    let bucket = s3.new_bucket().await;
    bucket.put("one", "old").await;
    bucket.store().put_opts(&Path::from("one"), "new".into(), PutMode::Create.into()).await.unwrap();
    assert_eq!(bucket.get("one").await.unwrap(), "new");
    assert_eq!(bucket.keys("").await, ["one"]);
}

#[tokio::test]
async fn a_server_ends_when_it_is_dropped() {
    for product in [Product::Moto, Product::S3rver] {
        let Some(s3) = product.start() else { continue };
        let address = s3.endpoint().trim_start_matches("http://").to_owned();
        TcpStream::connect(&address).unwrap();
        drop(s3);
        TcpStream::connect(&address).unwrap_err();
    }
}

#[tokio::test]
async fn proxies_may_follow_each_other() {
    let last = Proxy::to("http://127.0.0.1:1");
    last.set([Rule::new(Fault::AccessDenied)]);
    let first = Proxy::to(&last.endpoint());
    let bucket = Bucket::at(&first.endpoint(), "any");
    let error = bucket.store().get(&Path::from("one")).await.unwrap_err();
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error}");
    assert_eq!((first.count(), last.count()), (1, 1));
}
