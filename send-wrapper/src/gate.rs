//! The door of an application: lets in who holds a token, and nobody when it cannot be sure.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use quick_cache::sync::Cache;

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
    /// When the misses of a client are forgotten.
    misses: Arc<Cache<IpAddr, Timestamp>>,
}

/// How much a client may guess.
#[derive(Debug, Clone, Copy)]
pub struct Probing {
    /// So many names that do not exist are answered at once.
    pub misses: u32,
    /// After that, one for each of these times.
    pub every: Duration,
}

impl Default for Probing {
    /// Ten names, then one every six seconds.
    fn default() -> Self {
        Self { misses: 10, every: Duration::from_secs(6) }
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
        Self { send: send.clone(), probing: Probing::default(), misses: Arc::new(Cache::new(WATCHED)) }
    }

    /// Limits guessing otherwise than [by default](Probing::default).
    pub fn probing(self, probing: Probing) -> Self {
        Self { probing, ..self }
    }

    /// Looks whether a token can be used, without using it. One call.
    pub async fn check(&self, name: &str, client: IpAddr) -> Verdict {
        if let Some(wait) = self.wait_of(client) {
            return Verdict::TooMany(wait);
        }
        let Ok(name) = TokenName::parse(name) else { return self.miss(client) };
        match self.send.tokens().lookup(&name).await {
            Ok(Some(token)) => match Refusal::of(token.status) {
                None => Verdict::Allowed(Remaining::of(&token)),
                Some(refusal) => Verdict::Denied(refusal),
            },
            Ok(None) => self.miss(client),
            Err(error) => unavailable(&error),
        }
    }

    /// Uses a token for a transfer: exactly once, however often it is asked for.
    ///
    /// What `details` say about the use and the transfer is replaced. A token remembers its newest 256 uses: keep with the
    /// transfer that it was paid for, and do not ask again later.
    pub async fn consume(&self, name: &str, transfer_id: &TransferId, client: IpAddr, details: Use) -> Verdict {
        if let Some(wait) = self.wait_of(client) {
            return Verdict::TooMany(wait);
        }
        let Ok(name) = TokenName::parse(name) else { return self.miss(client) };
        let wanted = details.use_id(UseId::of_transfer(transfer_id)).transfer_id(transfer_id.clone());
        match self.send.tokens().use_once(&name, wanted).await {
            Ok(Used::Granted { remaining, .. }) => Verdict::Allowed(remaining),
            Ok(Used::Refused(Refusal::NotFound)) => self.miss(client),
            Ok(Used::Refused(refusal)) => Verdict::Denied(refusal),
            Err(error) => unavailable(&error),
        }
    }

    /// How long a client has to wait because of the names it has tried.
    fn wait_of(&self, client: IpAddr) -> Option<Duration> {
        let forgotten = self.misses.get(&client)?;
        let allowed = self.send.now().plus(self.probing.every * self.probing.misses.max(1));
        // A miss more has to fit.
        let over = forgotten.plus(self.probing.every).millis().saturating_sub(allowed.millis());
        (over > 0).then(|| Duration::from_millis(over))
    }

    /// Answers a name that does not exist, and remembers that it was tried.
    fn miss(&self, client: IpAddr) -> Verdict {
        let now = self.send.now();
        let forgotten = self.misses.get(&client).unwrap_or_default().max(now);
        self.misses.insert(client, forgotten.plus(self.probing.every));
        Verdict::Denied(Refusal::NotFound)
    }
}

fn unavailable(error: &crate::Error) -> Verdict {
    tracing::warn!(%error, "nobody is let in: the token could not be looked at");
    Verdict::Unavailable
}
