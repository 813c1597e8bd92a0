//! Random concurrent requests about one name, written down, and what is found at the end.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::join_all;
use parking_lot::Mutex;
use test_buckets::Bucket;

use crate::linear::{Event, State, What, explains};
use crate::random::Random;
use crate::rest::{Orphans, Rest};
use crate::server::{Answer, Ask, Http};

/// Which entries share a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paths {
    Shared,
    Own,
}

/// What histories are made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) strategy: &'static str,
    /// How many contents there are; of few, many have the same tag.
    pub(crate) values: usize,
    /// Whether entries are updated, and whether updates and deletes name a tag.
    pub(crate) updates: bool,
    pub(crate) tags: bool,
    pub(crate) paths: Paths,
    /// Whether what a store over an entry writes may be seen by older ids before the store is answered, vanish once more until
    /// then, and be gone over by a create meanwhile.
    pub(crate) early_stores: bool,
    pub(crate) clients: usize,
    /// How many histories are made, and how many at a time.
    pub(crate) many: u64,
    pub(crate) at_once: usize,
}

/// What happened so far to one name.
#[derive(Debug)]
pub(crate) struct History {
    namespace: String,
    store: String,
    https: [Http; 2],
    kind: Kind,
    /// Counts the moments.
    clock: AtomicU64,
    ids: Mutex<Vec<String>>,
    events: Mutex<Vec<Event>>,
}

impl History {
    /// Makes a history of one seed and explains it; answers how many requests are explained.
    pub(crate) async fn make(kind: Kind, seed: u64, https: [Http; 2], bucket: &Bucket) -> usize {
        let history = Self {
            namespace: format!("seed-{seed}"),
            store: format!("/seed-{seed}/{}/store/string/k?file_id=f", kind.strategy),
            https,
            kind,
            clock: AtomicU64::new(0),
            ids: Mutex::default(),
            events: Mutex::default(),
        };
        let client = |who: usize| history.client(who, Random(seed ^ ((who as u64) << 32)), 7);
        join_all((0..kind.clients).map(client)).await;
        let (rest, reads) = history.end(bucket).await;
        match kind.paths {
            Paths::Shared => history.explain_shared(&rest, &reads),
            Paths::Own => history.explain_each(&reads),
        }
        history.events.into_inner().len()
    }

    fn now(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    /// Sends a request and writes down when; refusals by a condition, or since there is no entry, are `None`.
    async fn send(&self, ask: Ask) -> Option<(Answer, u64, u64)> {
        let sent = self.now();
        let answer = ask.send().await;
        assert!(matches!(answer.status, 200 | 404 | 412), "{answer:?}");
        (answer.status == 200).then(|| (answer, sent, self.now()))
    }

    fn happened(&self, (sent, answered): (u64, u64), what: What) {
        self.events.lock().push(Event { sent, answered, what });
    }

    /// Sends random requests, one after the other.
    async fn client(&self, who: usize, mut random: Random, requests: usize) {
        let http = &self.https[who % 2];
        for _ in 0..requests {
            let value = random.below(self.kind.values);
            let known = {
                let ids = self.ids.lock();
                // Mostly the newest ones.
                let id = ids.len().checked_sub(1 + random.below(3).min(random.below(8)));
                id.map(|id| (id, ids[id].clone()))
            };
            let with_tag = random.below(2) == 0 && self.kind.tags;
            match (random.below(10), known) {
                (0..=1, _) => self.store(http, true, value).await,
                (2..=4, _) | (_, None) => self.store(http, false, value).await,
                (5..=6, Some((id, name))) if self.kind.updates => {
                    let Some((from, tag)) = self.read(http, id, &name, with_tag).await else { continue };
                    let update = format!("/{}/update/{name}/string", self.namespace);
                    let ask = on_tag(http.post(&update, &text(value)), tag);
                    if let Some((_, sent, answered)) = self.send(ask).await {
                        self.happened((sent, answered), What::Update { id, from, value });
                    }
                }
                (7..=8, Some((id, name))) => {
                    let Some((from, tag)) = self.read(http, id, &name, with_tag).await else { continue };
                    let ask = on_tag(http.delete(&self.namespace, &name), tag);
                    if let Some((answer, sent, answered)) = self.send(ask).await
                        && answer.has_deleted()
                    {
                        self.happened((sent, answered), What::Delete { id, from });
                    }
                }
                (_, Some((id, name))) => drop(self.read(http, id, &name, true).await),
            }
        }
    }

    async fn store(&self, http: &Http, only_if_absent: bool, value: usize) {
        let ask = http.post(&self.store, &text(value));
        // Only key-based entries can be created.
        let create = only_if_absent && self.store.contains("key_based");
        let ask = if create { ask.only_if_absent() } else { ask };
        let Some((answer, sent, answered)) = self.send(ask).await else { return };
        let id = {
            let mut ids = self.ids.lock();
            ids.push(answer.id());
            ids.len() - 1
        };
        self.happened((sent, answered), if create { What::Create { id, value } } else { What::Store { id, value } });
    }

    /// Reads an entry, if wanted: its content and tag; `None` when it is not there.
    async fn read(&self, http: &Http, id: usize, name: &str, wanted: bool) -> Option<(Option<usize>, Option<String>)> {
        if !wanted {
            return Some((None, None));
        }
        let ask = http.get(&format!("/{}/retrieve/{name}/string", self.namespace));
        let (answer, sent, answered) = self.send(ask).await?;
        let value = value(&answer.text());
        self.happened((sent, answered), What::Read { id, value });
        Some((Some(value), Some(answer.tag())))
    }

    /// Checks what holds at rest; answers the content of every id that has a reference, the same by both servers.
    async fn end(&self, bucket: &Bucket) -> (Rest, BTreeMap<usize, Option<usize>>) {
        let rest = Rest::of(bucket, &self.namespace).await;
        let without_content = rest.check(Orphans::None);
        let ids = self.ids.lock().clone();
        let mut reads = BTreeMap::new();
        for (id, name) in ids.iter().enumerate() {
            let texts = join_all(self.https.iter().map(|http| http.text_of(&self.namespace, name))).await;
            assert_eq!(texts[0], texts[1], "{name} reads one thing by one server and another by the other");
            let is_live = rest.ids().contains(name);
            let has_content = is_live && !without_content.contains(name);
            assert_eq!(texts[0].is_some(), has_content, "{name}: {rest:#?}");
            if is_live {
                reads.insert(id, texts[0].as_deref().map(value));
            }
        }
        assert_eq!(rest.ids().len(), reads.len(), "there are entries nobody was told of: {rest:#?}");
        (rest, reads)
    }

    /// Explains the history of a path that all entries share.
    fn explain_shared(&self, rest: &Rest, reads: &BTreeMap<usize, Option<usize>>) {
        let value = reads.values().next().copied().flatten();
        assert!(reads.values().all(|read| *read == value), "entries of one path read {reads:?}");
        let ids = self.ids.lock().clone();
        let owner = reads.keys().next().and_then(|id| rest.owner_at(&ids[*id]));
        let owner = owner.and_then(|owner| ids.iter().position(|id| *id == owner));
        let live = reads.keys().fold(0, |live, id| live | 1 << id);
        let events = with_late_updates(&self.events.lock());
        let events = if self.kind.early_stores { without_early_stores(&events) } else { events };
        self.explain(&events, State { owner, value, live });
    }

    /// Explains the history of each entry, where each has a path of its own.
    fn explain_each(&self, reads: &BTreeMap<usize, Option<usize>>) {
        let events = self.events.lock().clone();
        let ids = self.ids.lock().len();
        for id in 0..ids {
            let of_id = |event: &&Event| match event.what {
                What::Store { id: of, .. }
                | What::Create { id: of, .. }
                | What::Read { id: of, .. }
                | What::Update { id: of, .. }
                | What::Delete { id: of, .. } => of == id,
                What::LateUpdate { .. } => false,
            };
            let events: Vec<_> = events.iter().filter(of_id).cloned().collect();
            let alive = |value| State { owner: Some(id), value, live: 1 << id };
            self.explain(&events, reads.get(&id).map_or_else(State::default, |value| alive(*value)));
        }
    }

    fn explain(&self, events: &[Event], end: State) {
        let mut events = events.to_vec();
        events.sort_unstable_by_key(|event| event.sent);
        let explained = explains(&events, end);
        assert!(
            explained,
            "{}: no order explains {events:#?}\nand at the end {end:?} of {:?}",
            self.namespace, self.ids
        );
    }
}

/// Takes updates that meet a deletion of their id as what may be written just after it.
fn with_late_updates(events: &[Event]) -> Vec<Event> {
    let is_deleted = |update: &Event, id: usize| {
        let meets = |event: &Event| event.sent < update.answered && update.sent < event.answered;
        events
            .iter()
            .any(|event| matches!(event.what, What::Delete { id: deleted, .. } if deleted == id) && meets(event))
    };
    let late = |event: &Event| match event.what {
        What::Update { id, from, value } if is_deleted(event, id) => {
            Event { what: What::LateUpdate { from, value }, ..event.clone() }
        }
        _ => event.clone(),
    };
    events.iter().map(late).collect()
}

/// Leaves out what was seen of stores before they were answered, and takes conditions that build on it, or on its being gone, as
/// none.
fn without_early_stores(events: &[Event]) -> Vec<Event> {
    let is_early = |value: usize, moment: u64| {
        let stored = |event: &Event| matches!(event.what, What::Store { value: stored, .. } if stored == value);
        events.iter().any(|event| stored(event) && event.answered > moment)
    };
    let meets_store = |create: &Event| {
        let overlaps = |event: &Event| event.sent < create.answered && create.sent < event.answered;
        events.iter().any(|event| matches!(event.what, What::Store { .. }) && overlaps(event))
    };
    let late = events.iter().filter_map(|event| {
        let still = |from: Option<usize>| from.filter(|from| !is_early(*from, event.sent));
        let what = match event.what {
            What::Read { value, .. } if is_early(value, event.answered) => return None,
            What::Update { id, from, value } => What::Update { id, from: still(from), value },
            What::LateUpdate { from, value } => What::LateUpdate { from: still(from), value },
            What::Delete { id, from } => What::Delete { id, from: still(from) },
            What::Create { id, value } if meets_store(event) => What::Store { id, value },
            other @ (What::Read { .. } | What::Store { .. } | What::Create { .. }) => other,
        };
        Some(Event { what, ..event.clone() })
    });
    late.collect()
}

fn on_tag(ask: Ask, tag: Option<String>) -> Ask {
    match tag {
        Some(tag) => ask.header("if-match", &tag),
        None => ask,
    }
}

fn text(value: usize) -> String {
    format!("value {value}")
}

fn value(text: &str) -> usize {
    text.strip_prefix("value ").unwrap().parse().unwrap()
}
