//! Transfers: what happens to them is kept twice, and summed up exactly. Over both transports and every engine.

use std::sync::Arc;

use cache_tests::{World, each_transport};
use futures::future::join_all;
use send_wrapper::analytics::{Event, EventType};
use send_wrapper::{Country, EntryKey, EventId, ManualClock, SendCache, Timestamp, TransferId, namespaces};
use serde_json::Value;

each_transport!(
    an_event_is_in_both_places_with_one_id,
    the_first_events_of_a_transfer_create_it_once,
    a_summary_counts_what_happened,
    a_summary_that_is_saved_counts_nothing_twice,
    a_single_event_is_an_entry_of_its_minute,
);

/// 2026-02-13T23:58:00Z.
const LATE: u64 = 1_771_027_080_000;
const MINUTE: u64 = 60_000;

fn send_at(world: &World, now: u64) -> (SendCache, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(now));
    (SendCache::new(world.client.clone()).clock(Arc::clone(&clock) as Arc<_>), clock)
}

fn event(event_type: EventType, now: u64) -> Event {
    Event::new(event_type, Timestamp::from_millis(now))
}

async fn an_event_is_in_both_places_with_one_id(world: World) {
    let (send, _) = send_at(&world, LATE);
    let transfer = TransferId::parse("t-1").unwrap();
    let recorded = send.transfers().record_event(&transfer, event(EventType::FileUpload, LATE).content_bytes(7)).await;
    assert!(recorded.in_transfer);

    let in_analytics = world.client.namespace().ids(namespaces::ANALYTICS).all().await.unwrap()[0];
    let in_analytics: Value =
        world.client.retrieve().by_id(namespaces::ANALYTICS, in_analytics).json().await.unwrap().unwrap();
    let entries = send.entries(namespaces::TRANSFERS).unwrap();
    let id = entries.cache_id_from_key(&EntryKey::parse("t-1").unwrap()).await.unwrap().unwrap();
    let files = entries.data(id).list().await.unwrap();
    assert_eq!(files.len(), 1);
    let in_transfer: Value = world.client.admin_storage().json(files[0].file_path.clone()).await.unwrap().unwrap();
    assert_eq!(in_analytics, in_transfer);
    assert_eq!(in_transfer["event_id"], recorded.event_id.as_str());
    assert_eq!((&in_transfer["transfer_id"], &in_transfer["content_bytes"]), (&"t-1".into(), &7.into()));
    let end = format!("t-1/t-1/data/events/2026/02/13/{LATE}-{}.json", recorded.event_id);
    assert!(files[0].file_path.ends_with(&end), "{} {end}", files[0].file_path);
}

async fn the_first_events_of_a_transfer_create_it_once(world: World) {
    let handles = [(); 2].map(|()| send_at(&world, LATE).0);
    let transfer = TransferId::parse("race").unwrap();
    let records = (0..10).map(|number| {
        let transfers = handles[number % 2].transfers();
        let transfer = transfer.clone();
        async move { transfers.record_event(&transfer, event(EventType::PageView, LATE)).await }
    });
    assert!(join_all(records).await.iter().all(|recorded| recorded.in_transfer && recorded.in_analytics));
    let ids = handles[0].entries(namespaces::TRANSFERS).unwrap().namespace_files().all().await.unwrap();
    assert_eq!(ids.len(), 1);
    assert_eq!(handles[0].transfers().summary(&transfer).await.unwrap().unwrap().total_views, 10);
    assert_eq!(world.client.namespace().ids(namespaces::ANALYTICS).all().await.unwrap().len(), 10);
}

async fn a_summary_counts_what_happened(world: World) {
    let (send, clock) = send_at(&world, LATE);
    let (transfers, transfer) = (send.transfers(), TransferId::parse("busy").unwrap());
    assert_eq!(transfers.summary(&transfer).await.unwrap(), None);
    assert_eq!(transfers.events(&transfer, 10).await.unwrap(), None);
    for (minutes, event_type, country) in [
        (0, EventType::FileUpload, "DE"),
        (1, EventType::TransferComplete, "DE"),
        (3, EventType::PageView, "FR"),
        (3, EventType::FileDownload, "FR"),
        (4, EventType::FileDownload, "PT"),
    ] {
        let now = LATE + minutes * MINUTE;
        let country = Country::parse(country).unwrap();
        clock.advance(now - send_now(&clock));
        transfers.record_event(&transfer, event(event_type, now).country(country)).await;
    }
    let summary = transfers.summary(&transfer).await.unwrap().unwrap();
    assert_eq!((summary.total_views, summary.total_downloads, summary.events.len()), (1, 2, 5));
    assert_eq!((summary.created_at.millis(), summary.last_activity_at.millis()), (LATE, LATE + 4 * MINUTE));
    assert_eq!(summary.active_hours.into_iter().collect::<Vec<_>>(), [0, 23]);
    assert_eq!(summary.active_countries.iter().map(Country::as_str).collect::<Vec<_>>(), ["DE", "FR", "PT"]);
    assert_eq!(summary.events[0].event_type, EventType::FileDownload);
    assert!(summary.events.is_sorted_by(|a, b| a.timestamp >= b.timestamp));
    assert_eq!(transfers.events(&transfer, 2).await.unwrap().unwrap().items, summary.events[..2]);
    assert_eq!(transfers.events(&transfer, 0).await.unwrap_err().code(), "INVALID_INPUT");
}

fn send_now(clock: &ManualClock) -> u64 {
    send_wrapper::Clock::now(clock)
}

async fn a_summary_that_is_saved_counts_nothing_twice(world: World) {
    let (send, clock) = send_at(&world, LATE);
    let (transfers, transfer) = (send.transfers(), TransferId::parse("long").unwrap());
    let mut expected = 0;
    for round in 0..3 {
        for _ in 0..25 {
            clock.advance(1000);
            transfers.record_event(&transfer, event(EventType::FileDownload, send_now(&clock))).await;
            expected += 1;
        }
        if round == 1 {
            // One that comes late is filed where it is still counted.
            transfers.record_event(&transfer, event(EventType::FileDownload, LATE)).await;
            expected += 1;
        }
        for _ in 0..2 {
            let summary = transfers.summary(&transfer).await.unwrap().unwrap();
            assert_eq!((summary.total_downloads, summary.events.len()), (expected, 50.min(expected as usize)));
        }
        clock.advance(3 * MINUTE);
        // Settled now: saved, and read from there by whoever asks next.
        for handle in [&send, &send_at(&world, send_now(&clock)).0] {
            let summary = handle.transfers().summary(&transfer).await.unwrap().unwrap();
            assert_eq!(summary.total_downloads, expected);
        }
    }
    let entries = send.entries(namespaces::TRANSFERS).unwrap();
    let id = entries.cache_id_from_key(&EntryKey::parse("long").unwrap()).await.unwrap().unwrap();
    let saved: Value =
        entries.data(id).json(&send_wrapper::DataPath::parse("summary").unwrap()).await.unwrap().unwrap();
    assert_eq!(saved["total_downloads"], expected);
    assert_eq!(transfers.events(&transfer, 10_000).await.unwrap().unwrap().len() as u64, expected);
}

async fn a_single_event_is_an_entry_of_its_minute(world: World) {
    let (send, _) = send_at(&world, LATE);
    let events: Vec<_> =
        (0..20).map(|_| event(EventType::ApiCall, LATE).request("GET", "/a?b=c").answer(200, 5)).collect();
    let ids = join_all(events.iter().map(|event| async { send.analytics().record_event(event).await.unwrap() })).await;
    let distinct: std::collections::HashSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), 20);
    let stored: Event = world.client.retrieve().by_id(namespaces::ANALYTICS, ids[0]).json().await.unwrap().unwrap();
    assert_eq!(stored, events[0]);
    assert_eq!(stored.path.as_deref(), Some("/a"));
    let refs = send.entries(namespaces::ANALYTICS).unwrap().entry_refs(ids[0]).await.unwrap().unwrap();
    assert!(
        refs.file_paths.content_files.iter().any(|path| path.starts_with("analytics/data/temporal/20")),
        "{refs:?}"
    );
    assert_eq!(EventId::parse(stored.event_id.as_str()).unwrap(), stored.event_id);
}
