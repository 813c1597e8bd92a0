//! What a client sees of each fault, against moto.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::time::{Duration, Instant};

use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode};
use test_buckets::{Bucket, Fault, Product, Proxy, Rule, tally};

/// A bucket, and the same one through a proxy.
async fn bucket() -> Option<(Bucket, Proxy, Bucket)> {
    let s3 = Product::Moto.shared()?;
    let direct = s3.new_bucket().await;
    let proxy = Proxy::to(s3.endpoint());
    let through = Bucket::at(&proxy.endpoint(), direct.name());
    Some((direct, proxy, through))
}

async fn create(bucket: &Bucket, key: &str) -> Result<(), Error> {
    let written = bucket.store().put_opts(&Path::from(key), "new".into(), PutMode::Create.into()).await;
    written.map(|_| ())
}

#[tokio::test]
async fn requests_are_forwarded_and_counted() {
    let Some((direct, proxy, through)) = bucket().await else { return };
    through.put("a/one.json", "1").await;
    through.put("a b/ü%.bin", "2").await;
    create(&through, "a/two.json").await.unwrap();
    assert_eq!(through.get("a b/ü%.bin").await.unwrap(), "2");
    assert_eq!(through.get("none").await, None);
    through.store().head(&Path::from("a/one.json")).await.unwrap();
    through.delete("a/one.json").await;
    assert_eq!(through.keys("").await, ["a b/ü%.bin", "a/two.json"]);
    assert_eq!(direct.keys("").await, ["a b/ü%.bin", "a/two.json"]);

    assert_eq!(proxy.count(), 8);
    let log = proxy.take_log();
    assert_eq!(proxy.count(), 0);
    let name = direct.name();
    let lines: Vec<_> = log.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            format!("PUT /{name}/a/one.json"),
            format!("PUT /{name}/a b/ü%.bin"),
            format!("PUT /{name}/a/two.json (conditional)"),
            format!("GET /{name}/a b/ü%.bin"),
            format!("GET /{name}/none"),
            format!("HEAD /{name}/a/one.json"),
            format!("POST /{name}?delete a/one.json"),
            format!("GET /{name}?list-type=2"),
        ]
    );
    let kinds = ["GET", "GET .bin", "GET ?list-type", "HEAD .json", "POST ?delete", "PUT .bin", "PUT .json"];
    assert_eq!(
        tally(&log).into_iter().collect::<Vec<_>>(),
        kinds.map(|kind| { (kind.to_owned(), if kind == "PUT .json" { 2 } else { 1 }) })
    );
}

#[tokio::test]
async fn large_and_empty_bodies_pass() {
    let Some((_, _proxy, through)) = bucket().await else { return };
    let large = vec![7; 5 << 20];
    through.put("large", large.clone()).await;
    assert_eq!(through.get("large").await.unwrap(), large);
    through.put("empty", "").await;
    assert_eq!(through.get("empty").await.unwrap(), "");
}

type Fits = fn(&Error) -> bool;

#[tokio::test]
async fn answers_of_the_proxy_are_errors_of_the_client() {
    let Some((direct, proxy, through)) = bucket().await else { return };
    let faults: [(Fault, &str, Fits); 5] = [
        (Fault::InternalError, "InternalError", |error| matches!(error, Error::Generic { .. })),
        (Fault::SlowDown, "SlowDown", |error| matches!(error, Error::Generic { .. })),
        (Fault::Conflict, "ConditionalRequestConflict", |error| matches!(error, Error::AlreadyExists { .. })),
        (Fault::AccessDenied, "AccessDenied", |error| matches!(error, Error::PermissionDenied { .. })),
        (Fault::NoSuchBucket, "NoSuchBucket", |error| matches!(error, Error::NotFound { .. })),
    ];
    for (fault, code, fits) in faults {
        proxy.set([Rule::new(fault)]);
        let error = create(&through, "key").await.unwrap_err();
        assert!(fits(&error) && error.to_string().contains(code), "{error}");
        through.store().head(&Path::from("key")).await.unwrap_err();
    }
    assert_eq!(direct.keys("").await, [""; 0]);
    proxy.heal();
    create(&through, "key").await.unwrap();
}

#[tokio::test]
async fn a_request_closed_before_it_is_forwarded_is_not_carried_out() {
    let Some((direct, proxy, through)) = bucket().await else { return };
    for fault in [Fault::Close, Fault::Reset] {
        proxy.set([Rule::new(fault)]);
        let error = create(&through, "key").await.unwrap_err();
        assert!(matches!(error, Error::Generic { .. }), "{error}");
        assert_eq!(direct.get("key").await, None);
    }
}

#[tokio::test]
async fn a_request_closed_after_it_was_forwarded_is_carried_out() {
    let Some((direct, proxy, through)) = bucket().await else { return };
    for fault in [Fault::CloseAfter, Fault::ResetAfter, Fault::InternalErrorAfter, Fault::CloseInBody] {
        let key = format!("{fault:?}");
        proxy.set([Rule::new(fault)]);
        let error = create(&through, &key).await.unwrap_err();
        assert!(matches!(error, Error::Generic { .. }), "{error}");
        assert_eq!(direct.get(&key).await.unwrap(), "new");
    }
}

#[tokio::test]
async fn an_answer_may_end_in_the_middle() {
    let Some((direct, proxy, through)) = bucket().await else { return };
    direct.put("key", vec![7; 100_000]).await;
    proxy.set([Rule::new(Fault::CloseInBody)]);
    let begun = through.store().get(&Path::from("key")).await.expect("the head arrives");
    assert_eq!(begun.meta.size, 100_000);
    let error = begun.bytes().await.unwrap_err();
    assert!(matches!(error, Error::Generic { .. }), "{error}");
}

#[tokio::test]
async fn the_cause_of_a_reset_is_not_that_of_a_close() {
    let Some((_, proxy, through)) = bucket().await else { return };
    let mut causes = Vec::new();
    for fault in [Fault::Close, Fault::Reset] {
        proxy.set([Rule::new(fault)]);
        causes.push(format!("{:?}", create(&through, "key").await.unwrap_err()));
    }
    assert!(causes[0].contains("IncompleteMessage"), "{}", causes[0]);
    assert!(causes[1].contains("ConnectionReset"), "{}", causes[1]);
}

#[tokio::test]
async fn a_delayed_request_is_carried_out() {
    let Some((_, proxy, through)) = bucket().await else { return };
    let time = Duration::from_millis(30);
    proxy.set([Rule::new(Fault::Delay(time))]);
    let began = Instant::now();
    through.put("key", "value").await;
    assert!(began.elapsed() >= time);
}

#[tokio::test]
async fn rules_choose_by_request_and_count() {
    let Some((_, proxy, through)) = bucket().await else { return };
    let second_of_a = Rule::new(Fault::SlowDown).when(|request| request.touches("/a/")).nth(2);
    let first_two_of_b = Rule::new(Fault::InternalError).when(|request| request.touches("/b/")).first(2);
    proxy.set([second_of_a, first_two_of_b]);
    let mut outcomes = String::new();
    for key in ["a/1", "b/1", "a/2", "b/2", "a/3", "b/3", "c"] {
        outcomes.push(if create(&through, key).await.is_ok() { '.' } else { 'x' });
    }
    assert_eq!(outcomes, ".xxx...");
}

#[tokio::test]
async fn chance_is_the_same_for_the_same_seed() {
    let Some((_, proxy, through)) = bucket().await else { return };
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        proxy.seed(seed);
        proxy.set([Rule::new(Fault::SlowDown).chance(0.3)]);
        let mut outcomes = Vec::new();
        for _ in 0..40 {
            outcomes.push(through.store().put(&Path::from("key"), "value".into()).await.is_ok());
        }
        runs.push(outcomes);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
    let failed = runs[0].iter().filter(|ok| !**ok).count();
    assert!((5..20).contains(&failed), "{failed} of 40");
}

#[tokio::test]
async fn an_endpoint_vanishes_and_appears_again() {
    let Some((direct, proxy, through)) = bucket().await else { return };
    through.put("key", "value").await;
    for _ in 0..3 {
        proxy.vanish();
        let error = through.store().get(&Path::from("key")).await.unwrap_err();
        assert!(matches!(error, Error::Generic { .. }), "{error}");
        // Without the connections it had.
        let anew = Bucket::at(&proxy.endpoint(), direct.name());
        let error = anew.store().get(&Path::from("key")).await.unwrap_err();
        assert!(format!("{error:?}").contains("ConnectionRefused"), "{error:?}");
        proxy.appear();
        assert_eq!(through.get("key").await.unwrap(), "value");
    }
}
