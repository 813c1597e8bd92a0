//! The demonstration: a store in memory with a believable fortnight, so that everything can be looked at in a minute.
//!
//! The same seed gives the same fortnight, but for the ids of entries and the time it ends at. With a moment to stand still at, that
//! is the same as well.

mod costs;
mod invitations;
mod random;
mod story;
mod visitors;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cache_client::clock::{Clock, SystemClock};

use self::invitations::Invitation;
use self::random::Random;
use self::story::Act;
use self::visitors::{Visitor, Visitors};
use crate::analytics::{
    Event, EventType, Heartbeats, Instance, Recorder, RecorderSettings, Retention, Secret, Window, WindowType,
};
use crate::audit::{Audit, AuditRecord};
use crate::error::{Error, Result};
use crate::names::{EventId, TokenName, TransferId, UseId};
use crate::send_cache::SendCache;
use crate::time::Timestamp;
use crate::tokens::{Action, UsageLimit, Use};

/// How often something is stored while the fortnight is filled.
const SLOT: u64 = 30 * story::MINUTE;
/// The programs that seem to record.
const INSTANCES: [&str; 2] = ["send-app-1", "send-app-2"];

/// A clock that is set while the fortnight is filled, and goes on, or stands still, from its end on.
#[derive(Debug, Default)]
pub(super) struct DemoClock {
    /// Where it stands; 0 when it goes.
    at: AtomicU64,
}

impl Clock for DemoClock {
    fn now(&self) -> u64 {
        match self.at.load(Ordering::SeqCst) {
            0 => SystemClock.now(),
            at => at,
        }
    }
}

impl DemoClock {
    fn set(&self, at: u64) {
        self.at.store(at, Ordering::SeqCst);
    }
}

/// A demonstration that was filled.
#[derive(Debug)]
pub(super) struct Demo {
    send: SendCache,
    recorders: [Recorder; 2],
    visitors: Visitors,
    random: Random,
    is_still: bool,
}

/// Fills an empty store with the fortnight before `still_at`, or before now.
pub(super) async fn fill(
    send: &SendCache,
    clock: &DemoClock,
    still_at: Option<Timestamp>,
    seed: u64,
) -> anyhow::Result<Demo> {
    let mut random = Random::new(seed);
    let end = still_at.unwrap_or_else(|| Timestamp::from_millis(SystemClock.now()));
    let visitors = Visitors::new(&mut random);
    let story = story::tell(end, &visitors, &mut random);
    let secret = || Secret::new(format!("the secret of demonstration {seed}"));
    let first = story.first().map_or(end.millis(), |(at, _)| *at);
    clock.set(first);
    let recorder = Recorder::start(send, secret()?, RecorderSettings::default());
    let another = Recorder::start(send, secret()?, RecorderSettings::default());
    let recorders = [recorder, another];
    let teller = Teller { send, recorders: &recorders, audit: Audit::new(send) };
    let mut slot = first / SLOT;
    for (at, act) in story {
        if at / SLOT > slot {
            flush(&recorders).await;
            slot = at / SLOT;
        }
        clock.set(at);
        teller.does(act).await?;
    }
    flush(&recorders).await;
    clock.set(end.millis());
    costs::record(send, end, &mut random).await?;
    let demo = Demo { send: send.clone(), recorders, visitors, random, is_still: still_at.is_some() };
    // What the first page shows.
    for ago in [0, 1, 7] {
        demo.add_up(ago).await?;
    }
    for mut heartbeats in demo.heartbeats()? {
        heartbeats.beat().await?;
    }
    if still_at.is_none() {
        clock.set(0);
    }
    Ok(demo)
}

/// Does what is told.
struct Teller<'a> {
    send: &'a SendCache,
    recorders: &'a [Recorder; 2],
    audit: Audit,
}

async fn flush(recorders: &[Recorder; 2]) {
    let [first, second] = recorders;
    futures::join!(first.flush(), second.flush());
}

impl Teller<'_> {
    async fn does(&self, act: Act) -> Result<()> {
        let tokens = self.send.tokens();
        match act {
            Act::Record(recorded) => {
                let (event, client) = *recorded;
                self.recorder_of(&event.event_id).record(event, client);
            }
            Act::Transfer(transfer, recorded) => {
                let (event, _) = *recorded;
                self.send
                    .transfers()
                    .recorded_by(self.recorder_of(&event.event_id))
                    .record_event(&transfer, event)
                    .await;
            }
            Act::Create(invitation) => self.create(invitation).await?,
            Act::Use(invitation, visitor, transfer, use_id) => {
                self.uses(invitation, &visitor, transfer, &use_id).await?;
            }
            Act::Revoke(invitation) => {
                tokens.revoke(&name(invitation)?).await?;
                self.was_done(invitation.created_by, "revoke_token", Some(invitation.name)).await;
            }
            Act::Reactivate(invitation) => {
                let limit = UsageLimit::new(invitation.limit + 10)?;
                tokens.reactivate(&name(invitation)?, Some(limit)).await?;
                self.was_done("alice", "reactivate_token", Some(invitation.name)).await;
            }
            Act::PlanRetention => {
                self.send.analytics().plan_retention(&Retention::default()).await?;
                self.was_done("alice", "plan_retention", None).await;
            }
        }
        Ok(())
    }

    async fn create(&self, invitation: &Invitation) -> Result<()> {
        let create = self.send.tokens().create(&name(invitation)?).usage_limit(invitation.limit);
        let create = create.created_by(invitation.created_by);
        let create = match invitation.ends_after_days {
            Some(days) => create.expires_at(self.send.now().plus(Duration::from_millis(story::DAY) * u32::from(days))),
            None => create,
        };
        let create = match invitation.note {
            "" => create,
            note => create.metadata("note", note),
        };
        create.send().await?;
        self.was_done(invitation.created_by, "create_token", Some(invitation.name)).await;
        Ok(())
    }

    async fn uses(
        &self,
        invitation: &Invitation,
        visitor: &Visitor,
        transfer: Option<TransferId>,
        use_id: &str,
    ) -> Result<()> {
        let action = Action::parse(if transfer.is_some() { "upload_completed" } else { "page_opened" })?;
        let wanted = Use::default().action(action).use_id(UseId::parse(use_id)?).country(visitor.country().clone());
        let wanted = wanted.ip_hash(self.recorders[0].hash_of(visitor.address(), self.send.now()));
        let wanted = visitor.family().into_iter().fold(wanted, |wanted, family| wanted.user_agent(family));
        let wanted = transfer.into_iter().fold(wanted, Use::transfer_id);
        let name = name(invitation)?;
        if self.send.tokens().use_once(&name, wanted).await?.is_granted() {
            let event = Event::new(EventType::TokenUse, self.send.now()).token_id(name);
            let event = Event { event_id: EventId::parse(use_id)?, ..event };
            self.recorder_of(&event.event_id).record(visitor.of(event), visitor.client());
        }
        Ok(())
    }

    /// The recorder of the program that a request came to: two of three come to the first.
    fn recorder_of(&self, event_id: &EventId) -> &Recorder {
        let is_second = event_id.as_str().bytes().map(u32::from).sum::<u32>() % 3 == 0;
        &self.recorders[usize::from(is_second)]
    }

    async fn was_done(&self, key: &str, operation: &str, target: Option<&str>) {
        let record = AuditRecord {
            at: self.send.now(),
            key: Some(key.to_owned()),
            operation: operation.to_owned(),
            target: target.map(str::to_owned),
            outcome: "done".to_owned(),
            request_id: None,
        };
        self.audit.record(&record).await;
    }
}

fn name(invitation: &Invitation) -> Result<TokenName, Error> {
    Ok(TokenName::parse(invitation.name)?)
}

impl Demo {
    fn heartbeats(&self) -> Result<Vec<Heartbeats>> {
        let with = |(recorder, name): (&Recorder, &str)| Ok(recorder.heartbeats(Instance::parse(name)?));
        self.recorders.iter().zip(INSTANCES).map(with).collect()
    }

    /// Adds up the day that was so many days ago.
    async fn add_up(&self, ago: u64) -> Result<()> {
        let moment = self.send.now().minus(Duration::from_millis(ago * story::DAY));
        let day = Window::at(WindowType::Daily, moment);
        self.send.analytics().aggregation(day).await.map(drop)
    }

    /// Lets the site live on, unless it is to stand still: somebody comes every few seconds. Also adds up the days before, so that
    /// nobody waits for that.
    pub(super) fn live(mut self) -> Result<()> {
        for heartbeats in self.heartbeats()? {
            heartbeats.start();
        }
        tokio::spawn(async move {
            for ago in 1..=story::DAYS {
                if let Err(error) = self.add_up(ago).await {
                    tracing::debug!(%error, "a day of the demonstration was not added up");
                }
            }
            while !self.is_still {
                tokio::time::sleep(Duration::from_millis(1500 + self.random.below(4500))).await;
                let visitor = self.visitors.somebody(&mut self.random);
                let event = story::request(self.send.now().millis(), false, false, &mut self.random);
                self.recorders[0].record(visitor.of(event), visitor.client());
            }
            // The recorders live as long as the demonstration.
            std::future::pending::<()>().await;
        });
        Ok(())
    }
}

/// The clock of a demonstration.
pub(super) fn clock() -> Arc<DemoClock> {
    Arc::default()
}
