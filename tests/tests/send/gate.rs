//! The gate: who is let in, who is not, and what somebody learns who guesses.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use cache_tests::{World, each_transport};
use futures::future::join_all;
use send_wrapper::analytics::Secret;
use send_wrapper::tokens::{Refusal, Remaining, UsageLimit, Use};
use send_wrapper::{Gate, ManualClock, Probing, SendCache, Timestamp, TokenName, TransferId, Verdict};

each_transport!(
    a_token_opens_the_gate_as_often_as_it_allows,
    one_transfer_is_one_use_however_often_it_is_completed,
    whoever_may_not_use_a_token_is_denied,
    who_guesses_names_is_turned_away_and_learns_nothing,
    who_guesses_many_names_at_once_is_turned_away_as_well,
);

const NOON: u64 = 1_770_993_000_000;

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn send_at(world: &World) -> (SendCache, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(NOON));
    let send = SendCache::new(world.client.clone()).clock(Arc::clone(&clock) as Arc<_>);
    (send.time_limit(Duration::from_secs(120)), clock)
}

async fn create(send: &SendCache, name: &str, limit: u64) -> TokenName {
    let name = TokenName::parse(name).unwrap();
    send.tokens().create(&name).usage_limit(limit).send().await.unwrap();
    name
}

async fn a_token_opens_the_gate_as_often_as_it_allows(world: World) {
    let (send, _) = send_at(&world);
    let name = create(&send, "door", 2).await;
    let (gate, client) = (Gate::new(&send), address("192.0.2.1"));
    for left in [1, 0] {
        // Looking costs nothing.
        for _ in 0..2 {
            assert_eq!(gate.check("Door", client).await, Verdict::Allowed(Remaining::Uses(left + 1)));
        }
        let consumed = gate.consume("Door", &TransferId::random(), client, Use::default()).await;
        assert_eq!(consumed, Verdict::Allowed(Remaining::Uses(left)));
    }
    assert_eq!(gate.check("door", client).await, Verdict::Denied(Refusal::Exhausted));
    let consumed = gate.consume("door", &TransferId::random(), client, Use::default()).await;
    assert_eq!(consumed, Verdict::Denied(Refusal::Exhausted));
    assert_eq!(send.tokens().lookup(&name).await.unwrap().unwrap().usage_count, 2);
}

async fn one_transfer_is_one_use_however_often_it_is_completed(world: World) {
    let (send, _) = send_at(&world);
    let name = create(&send, "door", 5).await;
    let (gate, client, transfer) = (Gate::new(&send), address("192.0.2.1"), TransferId::random());
    let completions = (0..10).map(|_| gate.consume("door", &transfer, client, Use::default()));
    assert!(join_all(completions).await.iter().all(|verdict| verdict.is_allowed()));
    assert_eq!(send.tokens().lookup(&name).await.unwrap().unwrap().usage_count, 1);
    let events = send.tokens().usage(&name, &Default::default()).await.unwrap();
    assert_eq!((events.len(), &events[0].transfer_id), (1, &Some(transfer)));
}

async fn whoever_may_not_use_a_token_is_denied(world: World) {
    let (send, clock) = send_at(&world);
    let (gate, client) = (Gate::new(&send), address("192.0.2.1"));
    let revoked = create(&send, "revoked", 5).await;
    send.tokens().revoke(&revoked).await.unwrap();
    let expired = TokenName::parse("expired").unwrap();
    send.tokens().create(&expired).expires_at(Timestamp::from_millis(NOON + 1)).send().await.unwrap();
    let exhausted = create(&send, "exhausted", 5).await;
    for _ in 0..5 {
        send.tokens().use_once(&exhausted, Use::default()).await.unwrap();
    }
    clock.advance(1);
    for (name, refusal) in [
        ("revoked", Refusal::Revoked),
        ("expired", Refusal::Expired),
        ("exhausted", Refusal::Exhausted),
        ("nobody", Refusal::NotFound),
        ("no name at all", Refusal::NotFound),
        ("../user", Refusal::NotFound),
        ("", Refusal::NotFound),
    ] {
        assert_eq!(gate.check(name, client).await, Verdict::Denied(refusal), "{name:?}");
        let consumed = gate.consume(name, &TransferId::random(), client, Use::default()).await;
        assert_eq!(consumed, Verdict::Denied(refusal), "{name:?}");
    }
    send.tokens().update_limit(&exhausted, UsageLimit::UNLIMITED).await.unwrap();
    assert_eq!(gate.check("exhausted", client).await, Verdict::Allowed(Remaining::Unlimited));
}

async fn who_guesses_names_is_turned_away_and_learns_nothing(world: World) {
    let (send, clock) = send_at(&world);
    create(&send, "secret", 5).await;
    let gate = Gate::new(&send).probing(Probing { misses: 3, every: Duration::from_secs(10) });
    let (guesser, other) = (address("192.0.2.1"), address("192.0.2.2"));
    for guess in ["guess-1", "not a name", "guess-3"] {
        assert_eq!(gate.check(guess, guesser).await, Verdict::Denied(Refusal::NotFound));
    }
    // From now on all names look alike, also to clones of the gate and to those who would use a token.
    let wait = Verdict::TooMany(Duration::from_secs(10));
    for name in ["guess-4", "secret", "not a name"] {
        assert_eq!(gate.clone().check(name, guesser).await, wait, "{name}");
        assert_eq!(gate.consume(name, &TransferId::random(), guesser, Use::default()).await, wait, "{name}");
    }
    assert!(gate.check("secret", other).await.is_allowed());
    clock.advance(10_000);
    assert!(gate.check("secret", guesser).await.is_allowed());
    assert_eq!(gate.check("guess-5", guesser).await, Verdict::Denied(Refusal::NotFound));
    assert_eq!(gate.check("secret", guesser).await, wait);
    // Who names a token that exists is not slowed down, whatever becomes of the use.
    for _ in 0..20 {
        assert!(gate.check("secret", other).await.is_allowed());
    }
}

#[tokio::test]
async fn what_is_forgotten_already_is_not_given_back() {
    let service = cache_server::in_process::InProcess::in_memory().unwrap();
    let clock = Arc::new(ManualClock::at(NOON));
    let send = SendCache::new(service.client()).clock(Arc::clone(&clock) as Arc<_>);
    create(&send, "door", 2).await;
    let gate = Gate::new(&send).probing(Probing { misses: 1, every: Duration::from_secs(6) });
    let client = address("192.0.2.1");
    // The service, on a thread of its own, may be faster than one look.
    let slow = loop {
        let mut check = Box::pin(gate.check("door", client));
        if futures::poll!(&mut check).is_pending() {
            break check;
        }
    };
    clock.advance(10_000);
    assert_eq!(gate.check("guess", client).await, Verdict::Denied(Refusal::NotFound));
    assert!(slow.await.is_allowed());
    assert!(matches!(gate.check("guess", client).await, Verdict::TooMany(_)));
}

async fn who_guesses_many_names_at_once_is_turned_away_as_well(world: World) {
    let (send, _) = send_at(&world);
    let gate = Gate::new(&send).probing(Probing { misses: 3, every: Duration::from_secs(10) });
    let names: Vec<_> = (0..20).map(|number| format!("guess-{number}")).collect();
    let verdicts = join_all(names.iter().map(|name| gate.check(name, address("192.0.2.1")))).await;
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Denied(Refusal::NotFound)).count(), 3);
    assert_eq!(verdicts.iter().filter(|verdict| matches!(verdict, Verdict::TooMany(_))).count(), 17);
}

#[tokio::test]
async fn the_gate_says_who_has_used_a_token() {
    let send = SendCache::new(cache_server::in_process::InProcess::in_memory().unwrap().client());
    let send = send.secret(Secret::new("a secret for these tests").unwrap());
    let name = create(&send, "door", 5).await;
    let gate = Gate::new(&send);
    for (transfer, client, agent) in [
        ("t-1", "192.0.2.1", None),
        ("t-2", "192.0.2.1", Some("curl/8.5.0")),
        ("t-3", "2001:db8::1", Some("curl/8.5.0")),
    ] {
        let transfer = TransferId::parse(transfer).unwrap();
        let details = Use::default().client(None, agent, None);
        assert!(gate.consume("door", &transfer, address(client), details).await.is_allowed());
    }
    let events = send.tokens().usage(&name, &Default::default()).await.unwrap();
    let of = |transfer: &str| {
        let event = events.iter().find(|event| event.transfer_id.as_ref().is_some_and(|id| id.as_str() == transfer));
        event.map(|event| (event.ip_hash.clone().unwrap(), event.user_agent.as_deref())).unwrap()
    };
    assert_eq!((of("t-1").0 == of("t-2").0, of("t-2").0 == of("t-3").0), (true, false));
    assert_eq!((of("t-1").1, of("t-3").1), (None, Some("curl")));
}

#[tokio::test]
async fn all_addresses_of_a_network_guess_together() {
    let send = SendCache::new(cache_server::in_process::InProcess::in_memory().unwrap().client());
    let gate = Gate::new(&send).probing(Probing { misses: 1, every: Duration::from_secs(3600) });
    // A /56 is what a customer gets; by a /64 each, a /48 would have 65,536 allowances.
    for (first, other) in [("2001:db8::1", "2001:db8:0:ff::2"), ("192.0.2.1", "::ffff:192.0.2.1")] {
        assert_eq!(gate.check("guess", address(first)).await, Verdict::Denied(Refusal::NotFound));
        assert!(matches!(gate.check("guess", address(other)).await, Verdict::TooMany(_)), "{other}");
    }
    assert_eq!(gate.check("guess", address("2001:db8:0:100::1")).await, Verdict::Denied(Refusal::NotFound));
}
