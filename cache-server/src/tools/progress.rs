//! What a person or a script sees of work that is under way, and its end.

use std::collections::VecDeque;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use parking_lot::Mutex;
use serde_json::{Value, json};

/// How often a line of JSON tells how far the work is.
const EVERY: Duration = Duration::from_secs(1);
/// How often the rate of work is looked at.
const SAMPLE: Duration = Duration::from_millis(250);
/// The rate is that of so much time: what is there already goes fast, and says nothing of what is not.
const WINDOW: Duration = Duration::from_secs(20);
/// Work is counted in objects, and in pieces of so many bytes: which of the two takes the time depends on the store.
const PIECE: u64 = 16 << 10;

/// The progress of some work, on a terminal or as lines of JSON.
#[derive(Debug)]
pub(super) struct Progress {
    json: bool,
    bar: ProgressBar,
    objects: AtomicU64,
    bytes: AtomicU64,
    of: Mutex<Option<(u64, u64)>>,
    begun: Instant,
    rate: Mutex<Rate>,
}

/// How fast the work went lately.
#[derive(Debug)]
struct Rate {
    samples: VecDeque<(Instant, u64)>,
    told: Instant,
}

impl Rate {
    fn new() -> Self {
        Self { samples: VecDeque::new(), told: Instant::now() }
    }

    /// How long the rest takes at this rate.
    fn left(&mut self, now: Instant, done: u64, of: u64) -> Option<Duration> {
        if self.samples.back().is_none_or(|(last, _)| now.duration_since(*last) >= SAMPLE) {
            self.samples.push_back((now, done));
        }
        while self.samples.len() > 2
            && self.samples.front().is_some_and(|(first, _)| now.duration_since(*first) > WINDOW)
        {
            self.samples.pop_front();
        }
        let (first, before) = self.samples.front()?;
        let (seconds, worked) = (now.duration_since(*first).as_secs_f64(), done.saturating_sub(*before));
        let left = seconds * of.saturating_sub(done) as f64 / worked as f64;
        (worked > 0 && seconds > 0.0).then(|| Duration::from_secs_f64(left.min(1e9)))
    }
}

impl Progress {
    pub(super) fn new(json: bool) -> Self {
        let target = if json { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(5) };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(style("{spinner} {msg}"));
        Self {
            json,
            bar,
            objects: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            of: Mutex::new(None),
            begun: Instant::now(),
            rate: Mutex::new(Rate::new()),
        }
    }

    /// Tells how much there is to do; what was counted before does not count any more.
    pub(super) fn known(&self, objects: u64, bytes: u64) {
        *self.of.lock() = Some((objects, bytes));
        *self.rate.lock() = Rate::new();
        self.objects.store(0, Relaxed);
        self.bytes.store(0, Relaxed);
        self.bar.set_length(objects + bytes / PIECE);
        self.bar.set_style(style("{bar:32} {percent:>3}%  {msg}"));
    }

    /// Adds what was done.
    pub(super) fn add(&self, objects: u64, bytes: u64) {
        let objects = self.objects.fetch_add(objects, Relaxed) + objects;
        let bytes = self.bytes.fetch_add(bytes, Relaxed) + bytes;
        let done = objects + bytes / PIECE;
        let of = *self.of.lock();
        let now = Instant::now();
        let (left, is_time) = {
            let mut rate = self.rate.lock();
            let left = of.and_then(|(objects, bytes)| rate.left(now, done, objects + bytes / PIECE));
            let is_time = now.duration_since(rate.told) >= EVERY;
            if is_time {
                rate.told = now;
            }
            (left, is_time)
        };
        if self.json && is_time {
            self.line(&json!({
                "event": "progress",
                "objects": objects,
                "bytes": bytes,
                "of_objects": of.map(|of| of.0),
                "of_bytes": of.map(|of| of.1),
                "seconds": self.seconds(),
                "seconds_left": left.map(|left| rounded(left.as_secs_f64())),
            }));
        }
        if !self.bar.is_hidden() {
            self.bar.set_position(done);
            self.bar.set_message(match of {
                None => format!("{} objects, {}", HumanCount(objects), HumanBytes(bytes)),
                Some((of, _)) => {
                    let left =
                        left.map_or_else(|| "unknown".to_owned(), |left| format!("about {}", HumanDuration(left)));
                    format!("{} of {} objects, {}, {left} left", HumanCount(objects), HumanCount(of), HumanBytes(bytes))
                }
            });
        }
    }

    /// Tells something that a person should know, above the bar.
    pub(super) fn note(&self, event: &'static str, text: &str, mut document: Value) {
        if self.json {
            document["event"] = event.into();
            self.line(&document);
        } else {
            self.bar.suspend(|| print(text));
        }
    }

    /// Ends with a summary.
    pub(super) fn end(&self, text: &str, mut document: Value) {
        self.bar.finish_and_clear();
        document["seconds"] = self.seconds().into();
        self.note("summary", text, document);
    }

    /// Whether lines of JSON are printed.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether anybody sees how far the work is.
    pub(super) fn is_watched(&self) -> bool {
        self.json || !self.bar.is_hidden()
    }

    /// How long it has taken, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        rounded(self.begun.elapsed().as_secs_f64())
    }

    fn line(&self, document: &Value) {
        print(&document.to_string());
    }
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}

/// Prints a line; that nobody reads it any more is no reason to end.
fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is well formed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remaining_time_is_that_at_the_rate_of_late() {
        let (begun, mut rate) = (Instant::now(), Rate::new());
        // A hundred times as fast as the rest, since it was there already.
        for second in 0..10_u64 {
            rate.left(begun + Duration::from_secs(second), second * 10_000, 1_000_000);
        }
        for second in 10..60_u64 {
            rate.left(begun + Duration::from_secs(second), 90_000 + (second - 9) * 100, 1_000_000);
        }
        let left = rate.left(begun + Duration::from_secs(60), 95_100, 1_000_000).map(|left| left.as_secs());
        assert_eq!(left, Some(9_049));
    }
}
