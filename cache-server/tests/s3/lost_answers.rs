//! Writes that were done and whose answers were lost on the way.

use futures::future::join_all;
use test_buckets::{Bucket, Fault, Product, Proxy, Rule};

use crate::rest::{Orphans, Rest};
use crate::server::{Http, Server};

const FAULTS: [Fault; 3] = [Fault::CloseAfter, Fault::ResetAfter, Fault::InternalErrorAfter];

/// Runs one test for each way to lose an answer: with a server behind a proxy and another that sees what is there.
async fn each_fault(test: impl AsyncFn(Fault, &Bucket, &Proxy, &Http, &Http)) {
    let Some(s3) = Product::Moto.shared() else { return };
    let bucket = s3.new_bucket().await;
    let other = Server::start(s3.endpoint(), bucket.name());
    let run = |fault| {
        let (bucket, other, test) = (&bucket, other.http(), &test);
        async move {
            let proxy = Proxy::to(s3.endpoint());
            let server = Server::start(&proxy.endpoint(), bucket.name());
            test(fault, bucket, &proxy, &server.http(), &other).await;
        }
    };
    join_all(FAULTS.map(run)).await;
}

/// The `n`th conditional write is done, and its answer is lost.
fn lose(proxy: &Proxy, fault: Fault, n: usize) {
    proxy.set([Rule::new(fault).when(|request| request.conditional).nth(n)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_create_with_a_lost_answer_is_not_refused_and_not_done_twice() {
    each_fault(async |fault, bucket, proxy, http, other| {
        // The content, its record, and the reference of the hash.
        for n in 1..=3 {
            let namespace = format!("create-{fault:?}-{n}").to_lowercase();
            let path = format!("/{namespace}/key_based/store/string/k?file_id=f");
            lose(proxy, fault, n);
            let answer = http.post(&path, "mine").only_if_absent().send().await;
            proxy.heal();
            println!("{fault:?} of conditional write {n} of a create: {}", answer.status);
            assert!(matches!(answer.status, 200 | 503), "{fault:?} {n}: {answer:?}");
            let again = other.post(&path, "another's").only_if_absent().send().await;
            let rest = Rest::of(bucket, &namespace).await;
            assert_eq!(again.status, 412, "{fault:?} {n}: content is there: {rest:#?}");
            assert!(rest.ids().len() <= 1, "{fault:?} {n}: {rest:#?}");
            if answer.status == 200 {
                rest.check(Orphans::None);
                assert_eq!(rest.ids(), [answer.id()].into());
                for http in [http, other] {
                    assert_eq!(http.text_of(&namespace, &answer.id()).await.as_deref(), Some("mine"));
                    assert_eq!(http.text_of_hash(&namespace, &answer.hash()).await.as_deref(), Some("mine"));
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_on_a_tag_with_a_lost_answer_is_not_refused() {
    each_fault(async |fault, bucket, proxy, http, other| {
        let namespace = format!("update-{fault:?}").to_lowercase();
        let stored = other.post(&format!("/{namespace}/key_based/store/string/k?file_id=f"), "old").ok().await;
        lose(proxy, fault, 1);
        let update = http.post(&format!("/{namespace}/update/{}/string", stored.id()), "new");
        let answer = update.header("if-match", &stored.tag()).send().await;
        proxy.heal();
        println!("{fault:?} of an update: {}", answer.status);
        assert!(matches!(answer.status, 200 | 503), "{fault:?}: {answer:?}");
        assert_eq!(other.text_of(&namespace, &stored.id()).await.as_deref(), Some("new"));
        Rest::of(bucket, &namespace).await.check(Orphans::None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delete_with_a_lost_answer_deletes_everything() {
    each_fault(async |fault, bucket, proxy, http, other| {
        // The references, the lease on the sidecar, the files, and the sidecar.
        for n in 1..=5 {
            let namespace = format!("delete-{fault:?}-{n}").to_lowercase();
            let stored = other.post(&format!("/{namespace}/key_based/store/string/k?file_id=f"), "old").ok().await;
            proxy.set([Rule::new(fault)
                .when(|request| matches!(request.method.as_str(), "PUT" | "POST" | "DELETE"))
                .nth(n)]);
            let answer = http.delete(&namespace, &stored.id()).send().await;
            proxy.heal();
            println!("{fault:?} of write {n} of a delete: {}", answer.status);
            assert!(matches!(answer.status, 200 | 503), "{fault:?} {n}: {answer:?}");
            if answer.status == 503 {
                http.delete(&namespace, &stored.id()).ok().await;
            }
            assert_eq!(other.text_of(&namespace, &stored.id()).await, None);
            assert_eq!(other.text_of_hash(&namespace, &stored.hash()).await, None);
            let left = Rest::of(bucket, &namespace).await;
            left.check(Orphans::Allowed);
            assert!(left.ids().is_empty(), "{fault:?} {n}: {left:#?}");
        }
    })
    .await;
}
