//! The door of an application: lets in who holds a token, and nobody when it cannot be sure.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quick_cache::unsync::Cache;

use crate::error::Result;
use crate::health::describe;
use crate::names::{TokenName, TransferId, UseId};
use crate::send_cache::SendCache;
use crate::time::Timestamp;
use crate::tokens::{Refusal, Remaining, Use, Used};

/// How many client addresses are watched; those that have not been seen for longest are forgotten first.
const WATCHED: usize = 100_000;

/// The door of an application.
///
/// It **fails closed**: whatever goes wrong, the answer is never [`Allowed`](Verdict::Allowed). A name that no token can have and a
/// name that no token has are answered alike, and a client that tries many of them is turned away for a while, also with
/// names that exist, so that it learns nothing more.
///
/// ```
/// use send_wrapper::{Gate, SendCache, TokenName, TransferId, Verdict};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> anyhow::Result<()> {
/// # let send = SendCache::new(cache_server::in_process::InProcess::in_memory()?.client());
/// send.tokens().create(&TokenName::parse("community-x")?).usage_limit(1).send().await?;
/// let gate = Gate::new(&send);
/// let client = "192.0.2.7".parse()?;
///
/// assert!(gate.check("community-x", client).await.is_allowed());
/// let transfer = TransferId::random();
/// assert!(gate.consume("community-x", &transfer, client, Default::default()).await.is_allowed());
/// // The same transfer again is the same use; another one is refused.
/// assert!(gate.consume("community-x", &transfer, client, Default::default()).await.is_allowed());
/// let other = gate.consume("community-x", &TransferId::random(), client, Default::default()).await;
/// assert!(matches!(other, Verdict::Denied(_)));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Gate {
    send: SendCache,
    probing: Probing,
    /// When the tries of a client are forgotten.
    tries: Arc<Mutex<Cache<IpAddr, Timestamp>>>,
}

/// How much a client may guess.
///
/// A name that exists costs nothing in the end, but it counts as a guess until the cache has answered: so this is also how many
/// requests one address may have under way.
#[derive(Debug, Clone, Copy)]
pub struct Probing {
    /// So many names that do not exist are answered at once.
    pub misses: u32,
    /// After that, one for each of these times.
    pub every: Duration,
}

impl Default for Probing {
    /// Twenty names, then one every six seconds.
    fn default() -> Self {
        Self { misses: 20, every: Duration::from_secs(6) }
    }
}

/// What the door says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Come in.
    Allowed(Remaining),
    /// No: the token cannot be used. [`NotFound`](Refusal::NotFound) stands for names that cannot be names as well.
    Denied(Refusal),
    /// No: the client has tried too many names; not before this time.
    TooMany(Duration),
    /// No: the cache is out of reach, so nobody knows. For a use that was to be counted, ask again: it counts once.
    Unavailable,
}

impl Verdict {
    /// Tells whether it says to come in.
    pub fn is_allowed(self) -> bool {
        matches!(self, Self::Allowed(_))
    }
}

impl Gate {
    /// A door to what these tokens open.
    pub fn new(send: &SendCache) -> Self {
        Self { send: send.clone(), probing: Probing::default(), tries: Arc::new(Mutex::new(Cache::new(WATCHED))) }
    }

    /// Limits guessing otherwise than [by default](Probing::default).
    pub fn probing(self, probing: Probing) -> Self {
        Self { probing, ..self }
    }

    /// Looks whether a token can be used, without using it. One call.
    pub async fn check(&self, name: &str, client: IpAddr) -> Verdict {
        let looked_up = async |name: TokenName| {
            let token = self.send.tokens().lookup(&name).await?;
            Ok(token.map_or(Verdict::Denied(Refusal::NotFound), |token| match Refusal::of(token.status) {
                None => Verdict::Allowed(Remaining::of(&token)),
                Some(refusal) => Verdict::Denied(refusal),
            }))
        };
        self.answer(name, client, looked_up).await
    }

    /// Uses a token for a transfer: exactly once, however often it is asked for.
    ///
    /// What `details` say about the use and the transfer is replaced; the client's address is added unless they have one. A token remembers its newest 256 uses: keep with the
    /// transfer that it was paid for, and do not ask again later.
    pub async fn consume(&self, name: &str, transfer_id: &TransferId, client: IpAddr, details: Use) -> Verdict {
        let wanted =
            details.coming_from(client).use_id(UseId::of_transfer(transfer_id)).transfer_id(transfer_id.clone());
        let used = async |name: TokenName| {
            Ok(match self.send.tokens().use_once(&name, wanted).await? {
                Used::Granted { remaining, .. } => Verdict::Allowed(remaining),
                Used::Refused(refusal) => Verdict::Denied(refusal),
            })
        };
        self.answer(name, client, used).await
    }

    /// Asks about a name, if the client has not guessed too much. A name that cannot be one is a guess like any other.
    async fn answer(&self, name: &str, client: IpAddr, ask: impl AsyncFnOnce(TokenName) -> Result<Verdict>) -> Verdict {
        let client = network(client);
        let charged_until = match self.charge(client) {
            Ok(charged_until) => charged_until,
            Err(wait) => return Verdict::TooMany(wait),
        };
        let Ok(name) = TokenName::parse(name) else { return Verdict::Denied(Refusal::NotFound) };
        let verdict = ask(name).await.unwrap_or_else(|error| {
            tracing::warn!(error = describe(&error), "nobody is let in: the token could not be looked at");
            Verdict::Unavailable
        });
        if verdict != Verdict::Denied(Refusal::NotFound) {
            self.give_back(client, charged_until);
        }
        verdict
    }

    /// Charges a client for a try, and tells until when; or how long it has to wait.
    fn charge(&self, client: IpAddr) -> Result<Timestamp, Duration> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.send.now();
        let forgotten = tries.get(&client).map_or(now, |forgotten| now.max(*forgotten)).plus(self.probing.every);
        let latest = now.plus(self.probing.every * self.probing.misses.max(1));
        if forgotten > latest {
            return Err(Duration::from_millis(forgotten.millis() - latest.millis()));
        }
        tries.insert(client, forgotten);
        Ok(forgotten)
    }

    /// Gives back what a try was charged, if it is not forgotten already.
    fn give_back(&self, client: IpAddr, charged_until: Timestamp) {
        if charged_until <= self.send.now() {
            return;
        }
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mut forgotten) = tries.get_mut(&client) {
            *forgotten = forgotten.minus(self.probing.every);
        }
    }
}

/// Whose guesses are counted together: an IPv4 address, or the /56 of an IPv6 address, which is what providers give to a customer.
///
/// By a /64 each, whoever has a /48 would have 65,536 allowances.
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 72 << 72).into()),
        address @ IpAddr::V4(_) => address,
    }
}
