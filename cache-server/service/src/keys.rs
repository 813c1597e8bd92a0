//! Keys: who may do what, in which namespaces, until when, and how often.
//!
//! Keys are compared by their SHA-256, in constant time; no key is kept. They come from the configuration, or from a file
//! with a line for each:
//!
//! ```toml
//! # name = { SHA-256 of the key, scopes, and where wanted: namespaces, end, requests a second }
//! reader = { sha256 = "9f86…0a08", scopes = ["read"], namespaces = ["send-*", "notes"], expires = 2027-01-31, rate = 100 }
//! ```

mod file;
mod new;

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use chrono::{DateTime, Utc};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use parking_lot::{Mutex, RwLock};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::Notify;

pub use file::{BadFile, parse};
use file::{LOOK_EVERY, Stamp};
pub use new::{NewKey, Printed};

use crate::limits::{Limits, ReportOnly};
use crate::metrics::Reasons;
use crate::refusal::Refusal;
use crate::routes::Scope;

/// The SHA-256 of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of a key.
    pub fn of(key: &[u8]) -> Self {
        Self(Sha256::digest(key).into())
    }

    /// Reads 64 hexadecimal digits.
    fn parse(text: &str) -> Option<Self> {
        let digit = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut digest = [0; 32];
        for (number, byte) in digest.iter_mut().enumerate() {
            *byte = digit(2 * number)?;
        }
        Some(Self(digest))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A name of a namespace, or with `*` at its end what names begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Reads `name` or `prefix*`.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.strip_suffix('*').unwrap_or(text);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        (!text.is_empty() && name.len() <= 128 && name.chars().all(is_plain)).then(|| Self(text.to_owned()))
    }

    fn takes(&self, namespace: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(prefix) => namespace.starts_with(prefix),
            None => self.0 == namespace,
        }
    }
}

/// A key.
#[derive(Debug)]
pub struct Key {
    /// What logs and counters call it.
    pub name: String,
    /// Its SHA-256.
    pub digest: Digest,
    /// What it is good for.
    pub scopes: Vec<Scope>,
    /// Where; everywhere when empty.
    pub namespaces: Vec<Pattern>,
    /// Until when.
    pub expires: Option<DateTime<Utc>>,
    rate: Option<Rate>,
    /// How many requests carried it; shared by all keys of its name, one after the other.
    requests: Arc<AtomicU64>,
}

/// How often a key may ask, in this process.
struct Rate {
    per_second: NonZeroU32,
    limiter: DefaultDirectRateLimiter,
}

impl fmt::Debug for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.per_second)
    }
}

impl Key {
    /// A key that is good for these scopes, everywhere and for ever.
    pub fn new(name: impl Into<String>, digest: Digest, scopes: Vec<Scope>) -> Self {
        let (name, requests) = (name.into(), Arc::default());
        Self { name, digest, scopes, namespaces: Vec::new(), expires: None, rate: None, requests }
    }

    /// Limits the requests a second; bursts may be as large.
    #[must_use]
    pub fn rate(self, per_second: Option<NonZeroU32>) -> Self {
        let rate = |per_second| Rate { per_second, limiter: RateLimiter::direct(Quota::per_second(per_second)) };
        Self { rate: per_second.map(rate), ..self }
    }

    /// Tells whether it is good for a scope.
    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Tells whether it reaches a namespace, whether that exists or not.
    pub fn reaches(&self, namespace: &str) -> bool {
        self.namespaces.is_empty() || self.namespaces.iter().any(|pattern| pattern.takes(namespace))
    }

    fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Counts a request, also against its rate.
    pub(crate) fn count(&self, limits: &Limits, reasons: &Reasons) -> Result<(), Refusal> {
        self.requests.fetch_add(1, Relaxed);
        let Some(rate) = &self.rate else { return Ok(()) };
        let Err(until) = rate.limiter.check() else { return Ok(()) };
        if limits.only_reports(ReportOnly::Rate) {
            reasons.report(ReportOnly::Rate);
            tracing::warn!(key = self.name, "report only: this request would have been refused for its rate");
            return Ok(());
        }
        let wait = until.wait_time_from(DefaultClock::default().now());
        Err(Refusal::KeyRate { wait })
    }
}

/// The keys of a service, which may be replaced while it runs.
#[derive(Debug)]
pub struct Keys {
    /// The name of the header, or cookie, that carries a key.
    pub header: String,
    current: RwLock<Arc<Vec<Arc<Key>>>>,
    default_rate: Option<NonZeroU32>,
    file: Option<PathBuf>,
    /// Whether the service has namespaces, so that keys may name some.
    namespaces: bool,
    /// The file as it was when it was read.
    seen: Mutex<Option<Stamp>>,
    /// Requests by the name of their key, also of names that are no more.
    requests: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
}

/// Of so many names requests are counted apart. A file may be replaced any number of times.
const COUNTED_NAMES: usize = 1000;
/// What all others are counted as; no key can be called so.
const OTHER_NAMES: &str = "(other)";

impl Keys {
    /// These keys. None of them opens a service without keys, to whoever reaches it.
    pub fn new(header: impl Into<String>, keys: Vec<Key>, default_rate: Option<NonZeroU32>) -> Self {
        let (header, current) = (header.into(), RwLock::default());
        let (seen, requests) = (Mutex::default(), Mutex::default());
        let made = Self { header, current, default_rate, file: None, namespaces: true, seen, requests };
        made.replace(keys);
        made
    }

    /// Takes these keys instead of those before, with the rate of keys that have none of their own.
    fn replace(&self, keys: Vec<Key>) {
        let mut requests = self.requests.lock();
        let complete = |key: Key| {
            let name = if requests.len() < COUNTED_NAMES || requests.contains_key(&key.name) {
                &key.name
            } else {
                OTHER_NAMES
            };
            let counted = Arc::clone(requests.entry(name.to_owned()).or_default());
            let key = if key.rate.is_none() { key.rate(self.default_rate) } else { key };
            Arc::new(Key { requests: counted, ..key })
        };
        *self.current.write() = Arc::new(keys.into_iter().map(complete).collect());
    }

    /// Requests by the name of their key.
    pub(crate) fn requests(&self) -> Vec<(String, u64)> {
        self.requests.lock().iter().map(|(name, count)| (name.clone(), count.load(Relaxed))).collect()
    }

    /// How many keys there are.
    pub(crate) fn known(&self) -> usize {
        self.current.read().len()
    }

    /// The keys of a file. It is read again when it changes, and when the program is told to by SIGHUP.
    pub fn of_file(
        header: impl Into<String>,
        file: PathBuf,
        default_rate: Option<NonZeroU32>,
        namespaces: bool,
    ) -> Result<Self, BadFile> {
        let keys = Self { file: Some(file), namespaces, ..Self::new(header, Vec::new(), default_rate) };
        keys.reload()?;
        Ok(keys)
    }

    /// Tells whether it has none, and is open to whoever reaches it.
    pub fn is_open(&self) -> bool {
        self.file.is_none() && self.current.read().is_empty()
    }

    /// The key with this value, unless it is over.
    pub(crate) fn find(&self, value: &[u8], now: DateTime<Utc>) -> Option<Arc<Key>> {
        let digest = Digest::of(value);
        let keys = Arc::clone(&self.current.read());
        let mut found = None;
        // All are looked at, whichever it is.
        for key in keys.iter() {
            if bool::from(key.digest.0.ct_eq(&digest.0)) {
                found = Some(Arc::clone(key));
            }
        }
        found.filter(|key| !key.is_expired(now))
    }

    /// The key of this name, unless it is over.
    pub(crate) fn named(&self, name: &str, now: DateTime<Utc>) -> Option<Arc<Key>> {
        let keys = Arc::clone(&self.current.read());
        keys.iter().find(|key| key.name == name && !key.is_expired(now)).cloned()
    }

    /// Reads the file again. A broken one changes nothing.
    pub fn reload(&self) -> Result<(), BadFile> {
        let Some(file) = &self.file else { return Ok(()) };
        *self.seen.lock() = Stamp::of(file);
        let keys = file::read(file, self.namespaces)?;
        self.replace(keys);
        Ok(())
    }

    /// Reads the file again whenever it changes, or when it is told to. Never expires.
    pub(crate) async fn follow(&self, told: &Notify) {
        let Some(file) = &self.file else { return std::future::pending().await };
        loop {
            let is_told = tokio::select! {
                () = told.notified() => true,
                () = tokio::time::sleep(LOOK_EVERY) => false,
            };
            if is_told || Stamp::of(file) != *self.seen.lock() {
                match self.reload() {
                    Ok(()) => tracing::info!(keys = self.current.read().len(), "the keys were read again"),
                    Err(error) => tracing::error!("the keys stay as they were: {error}"),
                }
            }
        }
    }
}
