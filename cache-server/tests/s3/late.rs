//! Requests that come late, when another server has taken the path meanwhile.
//!
//! Contents of the same bytes have the same tag, and a condition on the tag holds for all of them.

use std::time::Duration;

use test_buckets::{Bucket, Product, Proxy, Request};

use crate::rest::{Orphans, Rest};
use crate::server::{Http, Server};

const PATH: &str = "/ns/key_based/store/string/k?file_id=f";

/// A bucket, a server behind a proxy, and one that is not.
struct Late {
    bucket: Bucket,
    proxy: Proxy,
    _servers: [Server; 2],
    late: Http,
    other: Http,
}

impl Late {
    async fn start() -> Option<Self> {
        let s3 = Product::Moto.shared()?;
        let bucket = s3.new_bucket().await;
        let proxy = Proxy::to(s3.endpoint());
        let servers = [Server::start(&proxy.endpoint(), bucket.name()), Server::start(s3.endpoint(), bucket.name())];
        let [late, other] = servers.each_ref().map(Server::http);
        Some(Self { bucket, proxy, _servers: servers, late, other })
    }
}

fn writes_content(request: &Request) -> bool {
    request.method == "PUT" && request.path.ends_with("/k/f.json")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_update_leaves_content_and_record_to_one_owner() {
    let Some(Late { bucket, proxy, late, other, _servers }) = Late::start().await else { return };
    let old = other.post(PATH, "same").ok().await.id();
    let mut hold = proxy.hold_before(writes_content);
    let update = tokio::spawn(late.post(&format!("/ns/update/{old}/string"), "late").send());
    hold.arrived().await;
    let new = other.post(PATH, "same").ok().await.id();
    hold.release();
    let updated = update.await.unwrap();
    let read = other.text_of("ns", &new).await.unwrap();
    // The update is one of the content that the path has now, or of none.
    assert_eq!(read, if updated.status == 200 { "late" } else { "same" });
    Rest::of(&bucket, "ns").await.check(Orphans::None);
    for id in [&old, &new] {
        assert!(other.delete("ns", id).ok().await.has_deleted());
    }
    assert_eq!(bucket.keys("ns").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_update_of_a_deleted_entry_does_not_reach_the_next_one() {
    let Some(Late { bucket, proxy, late, other, _servers }) = Late::start().await else { return };
    let old = other.post(PATH, "same").ok().await.id();
    let mut hold = proxy.hold_before(writes_content);
    let update = tokio::spawn(late.post(&format!("/ns/update/{old}/string"), "late").send());
    hold.arrived().await;
    assert!(other.delete("ns", &old).ok().await.has_deleted());
    let new = other.post(PATH, "same").ok().await.id();
    hold.release();
    let updated = update.await.unwrap();
    let read = other.text_of("ns", &new).await.unwrap();
    assert_eq!(read, "same", "the update was answered {}", updated.status);
    Rest::of(&bucket, "ns").await.check(Orphans::None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_update_through_an_older_id_that_is_deleted_leaves_the_newer_entry_whole() {
    let Some(Late { bucket, proxy, late, other, _servers }) = Late::start().await else { return };
    let old = other.post(PATH, "old").ok().await.id();
    let new = other.post(PATH, "new").ok().await.id();
    let mut hold = proxy.hold_before(writes_content);
    let update = tokio::spawn(late.post(&format!("/ns/update/{old}/string"), "late").send());
    hold.arrived().await;
    assert!(other.delete("ns", &old).ok().await.has_deleted());
    hold.release();
    // That it was sent before the deletion cannot be told from its being written before it.
    assert_eq!(update.await.unwrap().status, 200);
    assert_eq!(other.text_of("ns", &new).await.as_deref(), Some("late"));
    Rest::of(&bucket, "ns").await.check(Orphans::None);
    assert!(other.delete("ns", &new).ok().await.has_deleted());
    assert_eq!(bucket.keys("ns").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_update_of_much_content_leaves_the_mark_to_the_next_entry() {
    let Some(Late { bucket, proxy, late, other, _servers }) = Late::start().await else { return };
    let much = "much".repeat(300_000);
    let old = other.post(PATH, &much).ok().await.id();
    let mut hold = proxy.hold_before(writes_content);
    let update = tokio::spawn(late.post(&format!("/ns/update/{old}/string"), "late").send());
    hold.arrived().await;
    assert!(other.delete("ns", &old).ok().await.has_deleted());
    let new = other.post(PATH, &much).ok().await.id();
    hold.release();
    assert_eq!(update.await.unwrap().status, 404);
    assert_eq!(other.text_of("ns", &new).await.as_deref(), Some("late"));
    Rest::of(&bucket, "ns").await.check(Orphans::None);
}

/// Lets an update arrive between the content and the record of the next entry with the same bytes.
async fn update_within_a_store(is_deleted: bool) -> Option<()> {
    let s3 = Product::Moto.shared()?;
    let bucket = s3.new_bucket().await;
    let proxies = [Proxy::to(s3.endpoint()), Proxy::to(s3.endpoint())];
    let servers = proxies.each_ref().map(|proxy| Server::start(&proxy.endpoint(), bucket.name()));
    let [late, other] = servers.each_ref().map(Server::http);
    let old = other.post(PATH, "same").ok().await.id();
    let mut update_held = proxies[0].hold_before(writes_content);
    let mut landed = proxies[0].hold_after(writes_content);
    let update = tokio::spawn(late.post(&format!("/ns/update/{old}/string"), "late").send());
    update_held.arrived().await;
    if is_deleted {
        assert!(other.delete("ns", &old).ok().await.has_deleted());
    }
    let mut store_held = proxies[1].hold_before(|request| is_put(request, ".metadata"));
    let store = tokio::spawn(other.post(PATH, "same").send());
    store_held.arrived().await;
    update_held.release();
    landed.arrived().await;
    landed.release();
    let mut update = Box::pin(update);
    let early = tokio::time::timeout(Duration::from_millis(200), &mut update).await;
    store_held.release();
    let updated = match early {
        Ok(updated) => updated.unwrap(),
        Err(_) => update.await.unwrap(),
    };
    let new = store.await.unwrap();
    assert_eq!((updated.status, new.status), (if is_deleted { 404 } else { 200 }, 200));
    let read = if is_deleted { "same" } else { "late" };
    assert_eq!(other.text_of("ns", &new.id()).await.as_deref(), Some(read));
    Rest::of(&bucket, "ns").await.check(Orphans::None);
    Some(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_between_content_and_record_of_the_next_entry_is_one_of_that() {
    update_within_a_store(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_update_between_content_and_record_of_the_next_entry_is_taken_back() {
    update_within_a_store(true).await;
}

/// Lets the write with which a conditional delete decides arrive after its server has given up, when the next entry is there.
async fn late_conditional_delete(next: &str, is_left: bool) -> Option<()> {
    let Late { bucket, proxy, late, other, _servers } = Late::start().await?;
    let old = other.post(PATH, "same").ok().await;
    let mut held = proxy.hold_before(writes_content);
    let mut landed = proxy.hold_after(writes_content);
    let delete = tokio::spawn(late.delete("ns", &old.id()).header("if-match", &old.tag()).send());
    held.arrived().await;
    assert_eq!(delete.await.unwrap().status, 503);
    let new = other.post(PATH, next).ok().await;
    held.release();
    landed.arrived().await;
    landed.release();
    assert_eq!(other.text_of("ns", &new.id()).await.as_deref(), is_left.then_some(next));
    for id in [old.id(), new.id()] {
        other.delete("ns", &id).ok().await;
    }
    assert_eq!(bucket.keys("ns").await, [""; 0]);
    Some(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_conditional_delete_does_not_take_the_content_of_the_next_entry() {
    late_conditional_delete("other", true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_the_next_entry_with_the_same_bytes_a_late_conditional_delete_leaves_what_can_be_deleted() {
    late_conditional_delete("same", false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_store_on_a_tag_does_not_bring_a_deleted_entry_back() {
    let Some(Late { bucket, proxy, late, other, _servers }) = Late::start().await else { return };
    let entry = other.post(PATH, "text").ok().await;
    let tag = other.get(&format!("/ns/retrieve/{}/string", entry.id())).ok().await.tag();
    let mut hold = proxy.hold_before(writes_content);
    let store = tokio::spawn(late.post(PATH, "late").header("if-match", &tag).send());
    hold.arrived().await;
    assert!(other.delete("ns", &entry.id()).ok().await.has_deleted());
    hold.release();
    assert_eq!(store.await.unwrap().status, 412);
    assert_eq!(bucket.keys("ns").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_through_a_remembered_reference_does_not_reach_an_entry_named_by_that_id() {
    let Some(Late { bucket, proxy: _proxy, late, other, _servers }) = Late::start().await else { return };
    let old = other.post("/ns/key_based/store/string/k", "old").ok().await.id();
    assert_eq!(late.text_of("ns", &old).await.as_deref(), Some("old"));
    assert!(other.delete("ns", &old).ok().await.has_deleted());
    let new = other.post(&format!("/ns/key_based/store/string/k?file_id={old}"), "new").ok().await.id();
    assert_eq!(late.post(&format!("/ns/update/{old}/string"), "late").send().await.status, 404);
    assert_eq!(other.text_of("ns", &new).await.as_deref(), Some("new"));
    Rest::of(&bucket, "ns").await.check(Orphans::None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_meets_the_end_of_a_removal_has_its_config() {
    let Some(s3) = Product::Moto.shared() else { return };
    let bucket = s3.new_bucket().await;
    let proxies = [Proxy::to(s3.endpoint()), Proxy::to(s3.endpoint())];
    let servers = proxies.each_ref().map(|proxy| Server::start(&proxy.endpoint(), bucket.name()));
    let [removing, storing] = servers.each_ref().map(Server::http);
    let old = storing.post(PATH, "old").ok().await.id();
    let mut removal = proxies[0].hold_before(|request| request.method == "POST");
    let delete = tokio::spawn(removing.delete("ns", &old).send());
    removal.arrived().await;
    let mut stored = proxies[1].hold_after(|request| is_put(request, ".metadata"));
    let store = tokio::spawn(storing.post(PATH, "new").send());
    // It is refused, since the removal is not over. When the store looks again, it is.
    stored.arrived().await;
    let mut config = proxies[1].hold_after(|request| is_put(request, ".config"));
    stored.release();
    let early = tokio::time::timeout(Duration::from_secs(1), config.arrived()).await;
    removal.release();
    assert!(delete.await.unwrap().has_deleted());
    if early.is_err() {
        config.arrived().await;
    }
    config.release();
    let new = store.await.unwrap();
    assert_eq!((new.status, storing.text_of("ns", &new.id()).await.as_deref()), (200, Some("new")));
    Rest::of(&bucket, "ns").await.check(Orphans::None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_delete_on_a_tag_and_one_that_overtakes_it_nothing_is_left() {
    let Some(Late { bucket, proxy, late, other, _servers }) = Late::start().await else { return };
    let entry = other.post(PATH, "text").ok().await;
    // The content is being removed by then.
    let mut hold = proxy.hold_before(|request| request.method == "DELETE" && request.touches("/refs/by-id/"));
    let delete = tokio::spawn(late.delete("ns", &entry.id()).header("if-match", &entry.tag()).send());
    hold.arrived().await;
    assert!(other.delete("ns", &entry.id()).ok().await.has_deleted());
    hold.release();
    let deleted = delete.await.unwrap();
    assert!(!deleted.has_deleted(), "both have deleted: {deleted:?}");
    assert_eq!(bucket.keys("ns").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delete_that_runs_out_of_time_begins_again_and_leaves_nothing() {
    let Some(Late { bucket, proxy, late, other, _servers }) = Late::start().await else { return };
    let entry = other.post(PATH, "text").ok().await.id();
    let mut hold = proxy.hold_before(|request| request.method == "POST");
    let delete = tokio::spawn(late.delete("ns", &entry).send());
    hold.arrived().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    hold.discard();
    assert!(delete.await.unwrap().has_deleted());
    assert_eq!(bucket.keys("ns").await, [""; 0]);
}

fn is_put(request: &Request, end: &str) -> bool {
    request.method == "PUT" && request.path.ends_with(end)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_update_of_a_version_leaves_the_copies_to_the_newer_one() {
    let Some(Late { bucket, proxy, late, other, _servers }) = Late::start().await else { return };
    let path = "/ns/temporal_versioned/store/string/k?file_id=f";
    let old = other.post(path, "one").ok().await.id();
    let mut hold = proxy.hold_before(|request| is_put(request, "/f.json") && !request.touches("/versions/"));
    let update = tokio::spawn(late.post(&format!("/ns/update/{old}/string"), "late").send());
    hold.arrived().await;
    let new = other.post(path, "two").ok().await.id();
    hold.release();
    assert_eq!(update.await.unwrap().status, 200);
    assert_eq!(other.text_of("ns", &old).await.as_deref(), Some("late"));
    assert_eq!(other.text_of("ns", &new).await.as_deref(), Some("two"));
    let latest = bucket.get("ns/data/temporal-versioned/latest/f.json").await.unwrap();
    assert_eq!(latest, "\"two\"");
    Rest::of(&bucket, "ns").await.check(Orphans::None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_update_does_not_bring_copies_back() {
    let Some(Late { bucket, proxy, late, other, _servers }) = Late::start().await else { return };
    let old = other.post("/ns/temporal_latest/store/string/k?file_id=f", "one").ok().await.id();
    let mut hold = proxy.hold_before(|request| is_put(request, "/f.json") && !request.touches("/latest/"));
    let update = tokio::spawn(late.post(&format!("/ns/update/{old}/string"), "late").send());
    hold.arrived().await;
    assert!(other.delete("ns", &old).ok().await.has_deleted());
    hold.release();
    update.await.unwrap();
    assert_eq!(bucket.keys("ns").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_store_over_an_entry_leaves_no_config_behind() {
    let Some(Late { bucket, proxy, late, other, _servers }) = Late::start().await else { return };
    other.post(PATH, "first").ok().await;
    let mut hold = proxy.hold_before(|request| is_put(request, ".config"));
    let store = tokio::spawn(late.post(PATH, "late").send());
    hold.arrived().await;
    let next = other.post(PATH, "next").ok().await.id();
    assert!(other.delete("ns", &next).ok().await.has_deleted());
    hold.release();
    let stored = store.await.unwrap();
    // It is after the other one.
    assert_eq!((stored.status, other.text_of("ns", &stored.id()).await.as_deref()), (200, Some("late")));
    Rest::of(&bucket, "ns").await.check(Orphans::None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_late_store_leaves_beside_a_content_that_is_gone_goes_with_its_entry() {
    let Some(Late { bucket, proxy, late, other, _servers }) = Late::start().await else { return };
    let mut hold = proxy.hold_before(|request| is_put(request, ".config"));
    let store = tokio::spawn(late.post(PATH, "late").send());
    hold.arrived().await;
    let next = other.post(PATH, "next").ok().await.id();
    assert!(other.delete("ns", &next).ok().await.has_deleted());
    hold.release();
    let stored = store.await.unwrap();
    // The other one was stored over it, and deleted with the content.
    assert_eq!((stored.status, other.text_of("ns", &stored.id()).await), (200, None));
    other.delete("ns", &stored.id()).ok().await;
    assert_eq!(bucket.keys("ns").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_is_deleted_before_its_store_ends_is_stepped_over_by_its_hash() {
    let Some(Late { bucket, proxy, late, other, _servers }) = Late::start().await else { return };
    let mut hold = proxy.hold_before(|request| request.method == "PUT" && request.touches("/refs/by-hash/"));
    let store = tokio::spawn(late.post(PATH, "late").send());
    hold.arrived().await;
    // Whoever clears a namespace deletes what is listed.
    let listed = other.get("/ns/file-ids").ok().await.json();
    assert!(other.delete("ns", listed[0].as_str().unwrap()).ok().await.has_deleted());
    hold.release();
    // A look after the edit of the hash reference would be a seventh request of every store: the id stays in it.
    let gone = store.await.unwrap();
    assert_eq!(other.text_of_hash("ns", &gone.hash()).await, None);
    let living = other.post(PATH, "late").ok().await;
    assert_eq!((living.hash(), living.id() != gone.id()), (gone.hash(), true));
    assert_eq!(other.text_of_hash("ns", &gone.hash()).await.as_deref(), Some("late"));
    assert_eq!(Rest::of(&bucket, "ns").await.ids_of(&gone.hash()), [gone.id(), living.id()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_child_file_of_a_deleted_entry_is_not_the_next_ones() {
    let Some(Late { bucket: _bucket, proxy, late, other, _servers }) = Late::start().await else { return };
    let old = other.post(PATH, "old").ok().await.id();
    let mut hold = proxy.hold_before(|request| request.method == "PUT" && request.touches("/f/data/"));
    let child = tokio::spawn(late.post(&format!("/ns/cache/{old}/data/store/string/child"), "old's").send());
    hold.arrived().await;
    assert!(other.delete("ns", &old).ok().await.has_deleted());
    let new = other.post(PATH, "new").ok().await.id();
    hold.release();
    let stored = child.await.unwrap();
    let read = other.get(&format!("/ns/cache/{new}/data/string/child")).send().await;
    assert_eq!(read.status, 404, "the child was answered {}, and the next entry reads {}", stored.status, read.text());
}
