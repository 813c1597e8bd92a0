//! What happens in the fortnight: everything that is to be done, with its time, in order.

use super::invitations::{INVITATIONS, Invitation};
use super::random::Random;
use super::visitors::{Visitor, Visitors};
use crate::analytics::{Client, Event, EventType, Source};
use crate::names::{EventId, TransferId};
use crate::time::Timestamp;

pub(super) const MINUTE: u64 = 60_000;
pub(super) const HOUR: u64 = 60 * MINUTE;
pub(super) const DAY: u64 = 24 * HOUR;
/// How many days there are before the one that runs.
pub(super) const DAYS: u64 = 14;
/// How many days before the end the site was launched, and how many before it a night had errors.
const LAUNCH: u64 = 9;
const BAD_NIGHT: u64 = 4;
/// How many requests people make in the busiest hour of a usual day.
const BUSIEST_HOUR: f64 = 110.0;

/// How busy each hour of the day is, of ten.
const HOURS: [u8; 24] = [1, 1, 0, 0, 1, 1, 2, 4, 7, 9, 10, 9, 7, 8, 9, 9, 8, 7, 6, 6, 5, 4, 3, 2];
const PATHS: [(&str, u64); 9] = [
    ("/", 40),
    ("/upload", 18),
    ("/how-it-works", 9),
    ("/pricing", 7),
    ("/download", 22),
    ("/security", 4),
    ("/imprint", 2),
    ("/blog/launch", 6),
    ("/old-page", 1),
];
const REFERRERS: [(&str, u64); 6] = [
    ("https://www.google.com/", 38),
    ("https://news.ycombinator.com/item", 12),
    ("https://github.com/", 14),
    ("https://www.linkedin.com/", 9),
    ("https://mastodon.social/", 5),
    ("https://duckduckgo.com/", 8),
];

/// Something that is done.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// A request, or something the application did on its own.
    Record(Box<(Event, Client)>),
    /// Something that happened to a transfer.
    Transfer(TransferId, Box<(Event, Client)>),
    Create(&'static Invitation),
    Use(&'static Invitation, Visitor, Option<TransferId>, String),
    Revoke(&'static Invitation),
    Reactivate(&'static Invitation),
    /// Somebody looks at what retention would delete.
    PlanRetention,
}

/// What is to be done when, the first thing first.
pub(super) type Story = Vec<(u64, Act)>;

/// Tells what happens in the fortnight before `end`.
pub(super) fn tell(end: Timestamp, visitors: &Visitors, random: &mut Random) -> Story {
    let end = end.millis();
    let today = end - end % DAY;
    let begin = today - DAYS * DAY;
    let mut story = Story::new();
    let mut hour = begin;
    while hour < end {
        site(&mut story, hour, end, today, visitors, random);
        hour += HOUR;
    }
    let mut last_minutes = end - 5 * MINUTE;
    while last_minutes < end {
        let visitor = visitors.somebody(random);
        record(&mut story, last_minutes, visitor, request(last_minutes, false, false, random));
        last_minutes += 2_000 + random.below(14_000);
    }
    for invitation in &INVITATIONS {
        invite(&mut story, invitation, today, end, visitors, random);
    }
    story.push((end - DAY - 3 * HOUR, Act::PlanRetention));
    story.retain(|(at, _)| *at < end);
    // What was told first happens first, of things of the same time.
    story.sort_by_key(|(at, _)| *at);
    story
}

/// What happens on the site in an hour.
fn site(story: &mut Story, hour: u64, end: u64, today: u64, visitors: &Visitors, random: &mut Random) {
    let (day, of_day) = ((today - (hour - hour % DAY)) / DAY, hour % DAY / HOUR);
    // 1970 began on a Thursday.
    let is_weekend = (hour / DAY + 3) % 7 >= 5;
    let is_launch = day == LAUNCH && (13..=22).contains(&of_day);
    let is_bad = day == BAD_NIGHT && (1..=4).contains(&of_day);
    let busy = f64::from(HOURS[usize::try_from(of_day).unwrap_or_default()].max(1)) / 10.0;
    let growth = if day < LAUNCH { 1.35 } else { 1.0 };
    let rush = match (is_launch, is_bad) {
        (true, _) => 5.0,
        // Who gets no answer tries again.
        (false, true) => 7.0,
        (false, false) => 1.0,
    };
    let factor = busy * growth * rush * if is_weekend { 0.45 } else { 1.0 };
    let part = (end - hour).min(HOUR);
    let chance = 0.85 + 0.3 * random.share();
    let requests = random.near(BUSIEST_HOUR * factor * chance * part as f64 / HOUR as f64);
    for _ in 0..requests {
        let at = hour + random.below(part);
        let visitor = if random.happens(0.07) { visitors.bot() } else { visitors.somebody(random) };
        record(story, at, visitor, request(at, is_bad, is_launch, random));
    }
    for _ in 0..random.near(0.3 * factor) {
        transfer(story, hour + random.below(part), visitors, random);
    }
}

/// A request to the site, and how it was answered.
pub(super) fn request(at: u64, is_bad: bool, is_launch: bool, random: &mut Random) -> Event {
    let path = *random.pick(&PATHS);
    let is_api = path == "/upload" && random.happens(0.5);
    let kind = if is_api { EventType::ApiCall } else { EventType::PageView };
    let (status, usual) = match path {
        _ if is_bad && random.happens(0.38) => (if random.happens(0.7) { 503 } else { 500 }, 2400.0),
        "/old-page" => (404, 9.0),
        _ if is_launch => (200, 140.0),
        _ if random.happens(0.01) => (404, 9.0),
        _ if random.happens(0.12) => (304, 6.0),
        _ => (200, if is_bad { 420.0 } else { 38.0 }),
    };
    let (method, path) = if is_api { ("POST", "/api/transfers") } else { ("GET", path) };
    let event = event(kind, at, random).source(Source::Http).request(method, path);
    let event = event.answer(status, random.duration(usual)).content_bytes(1800 + random.below(60_000));
    match random.share() {
        share if share < 0.35 => event.from_own_site(),
        share if share < 0.65 || is_launch && share < 0.95 => match is_launch && random.happens(0.7) {
            true => event.referrer("https://news.ycombinator.com/item"),
            false => event.referrer(random.pick::<&str>(&REFERRERS)),
        },
        _ => event,
    }
}

fn event(kind: EventType, at: u64, random: &mut Random) -> Event {
    let event_id = EventId::parse(&random.digits(16)).expect("16 hexadecimal digits are an id");
    Event { event_id, ..Event::new(kind, Timestamp::from_millis(at)) }
}

fn record(story: &mut Story, at: u64, visitor: &Visitor, event: Event) {
    story.push((at, Act::Record(Box::new((visitor.of(event), visitor.client())))));
}

/// The life of a transfer; answers which one it is.
fn transfer(story: &mut Story, at: u64, visitors: &Visitors, random: &mut Random) -> TransferId {
    let id = TransferId::parse(&random.digits(16)).expect("16 hexadecimal digits are an identifier");
    let sender = visitors.somebody(random).clone();
    let bytes = 40_000 + random.below(90_000_000);
    let mut at = at;
    let mut add = |at: u64, visitor: &Visitor, kind, bytes, random: &mut Random| {
        let about = event(kind, at, random).content_bytes(bytes);
        story.push((at, Act::Transfer(id.clone(), Box::new((visitor.of(about), visitor.client())))));
    };
    add(at, &sender, EventType::FileUpload, bytes, random);
    at += 2_000 + random.below(90_000);
    add(at, &sender, EventType::TransferComplete, 0, random);
    for _ in 0..random.below(6) {
        at += random.below(9 * HOUR);
        let reader = visitors.somebody(random).clone();
        add(at, &reader, EventType::PageView, 0, random);
        if random.happens(0.6) {
            add(at + 3_000 + random.below(40_000), &reader, EventType::FileDownload, bytes, random);
        }
    }
    id
}

/// The life of an invitation.
fn invite(
    story: &mut Story,
    invitation: &'static Invitation,
    today: u64,
    end: u64,
    visitors: &Visitors,
    random: &mut Random,
) {
    let created = today - u64::from(invitation.days_ago) * DAY + 9 * HOUR + random.below(3 * HOUR);
    let created = created.min(end - 2 * HOUR);
    story.push((created, Act::Create(invitation)));
    let last = match invitation.ends_after_days {
        Some(days) => (created + u64::from(days) * DAY).min(end),
        None => end,
    };
    for number in 0..invitation.uses {
        let at = created + MINUTE + random.below(last.saturating_sub(created + 2 * MINUTE).max(MINUTE));
        let visitor = visitors.somebody(random).clone();
        let transfer = (number % 6 == 0).then(|| transfer(story, at, visitors, random));
        story.push((at, Act::Use(invitation, visitor, transfer, random.digits(16))));
    }
    if let Some(days) = invitation.revoked_after_days {
        let at = created + u64::from(days) * DAY + random.below(5 * HOUR);
        story.push((at, Act::Revoke(invitation)));
        if invitation.is_given_back {
            story.push((at + 20 * HOUR, Act::Reactivate(invitation)));
        } else {
            // Somebody tries it all the same.
            for _ in 0..3 {
                let late = at + HOUR + random.below(20 * HOUR);
                story.push((late, Act::Use(invitation, visitors.somebody(random).clone(), None, random.digits(16))));
            }
        }
    }
}
