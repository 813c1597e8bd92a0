//! What one server remembers of an entry that another one deletes, and whose path others take.

use test_buckets::Product;

use crate::server::Server;

const PATH: &str = "/ns/key_based/store/string/k?file_id=f";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_another_server_deleted_is_gone_and_its_path_is_the_next_ones() {
    let Some(s3) = Product::Moto.shared() else { return };
    let bucket = s3.new_bucket().await;
    let servers = Server::start_two(s3.endpoint(), bucket.name());
    let [one, other] = servers.each_ref().map(Server::http);
    // With another content, and with the same bytes, which have the same tag.
    for next in ["another", "the same"] {
        let old = other.post(PATH, "the same").ok().await.id();
        assert_eq!(one.text_of("ns", &old).await.unwrap(), "the same");
        let cached = one.get("/server/storage/read-cache").ok().await;
        assert_ne!(cached.json()["references"], 0, "nothing is remembered: {cached:?}");
        assert!(other.delete("ns", &old).ok().await.has_deleted());
        assert_eq!(one.text_of("ns", &old).await, None);
        // Remembered again, of the next entry.
        let old = other.post(PATH, "the same").ok().await.id();
        assert_eq!(one.text_of("ns", &old).await.unwrap(), "the same");
        assert!(other.delete("ns", &old).ok().await.has_deleted());
        let new = other.post(PATH, next).ok().await.id();
        for http in [&one, &other] {
            assert_eq!(http.text_of("ns", &old).await, None);
            assert_eq!(http.text_of("ns", &new).await.unwrap(), next);
        }
        assert!(other.delete("ns", &new).ok().await.has_deleted());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_of_an_entry_that_another_server_deleted_does_not_reach_the_next_one() {
    let Some(s3) = Product::Moto.shared() else { return };
    let bucket = s3.new_bucket().await;
    let servers = Server::start_two(s3.endpoint(), bucket.name());
    let [one, other] = servers.each_ref().map(Server::http);
    for next in ["another", "the same"] {
        let old = other.post(PATH, "the same").ok().await;
        let (id, tag) = (old.id(), old.tag());
        assert_eq!(one.text_of("ns", &id).await.unwrap(), "the same");
        assert!(other.delete("ns", &id).ok().await.has_deleted());
        let new = other.post(PATH, next).ok().await.id();
        let update = || one.post(&format!("/ns/update/{id}/string"), "late");
        let status = update().header("if-match", &tag).send().await.status;
        assert!(matches!(status, 404 | 412), "{status}");
        assert_eq!(update().send().await.status, 404);
        assert!(!one.delete("ns", &id).ok().await.has_deleted());
        for http in [&one, &other] {
            assert_eq!(http.text_of("ns", &new).await.unwrap(), next);
        }
        assert!(one.delete("ns", &new).ok().await.has_deleted());
    }
}
