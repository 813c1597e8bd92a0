//! Crashes: whatever ends the server, and whenever, everything acknowledged is there afterwards and nothing is half
//! there.
//!
//! Every cycle starts the real program, loads it over HTTP, ends it in the middle, and looks at what the next start
//! finds.
//! `CRASH_CYCLES` sets how many cycles are run.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod check;
mod clear;
mod cut_off;
mod failing_flush;
mod full_disk;
mod load;
mod memtables;
mod opened;
mod server;
mod shutdown;
mod tree;
mod values;

use std::path::Path;
use std::time::Instant;

use load::{Ledger, Limit};
use server::Server;
use values::Random;

const TASKS: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded_loses_nothing_when_it_is_killed_under_load() {
    kill_under_load("embedded", 3000, |_| {}).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn local_disk_loses_nothing_when_it_is_killed_under_load() {
    // A create that was cut off blocks its name for a minute. Its files are made older instead of waiting.
    kill_under_load("local_disk", 800, tree::make_older).await;
}

fn cycles() -> u64 {
    std::env::var("CRASH_CYCLES").map_or(3, |cycles| cycles.parse().unwrap())
}

async fn kill_under_load(mode: &str, most: usize, before_restart: impl Fn(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    let mut ledgers: Vec<_> = (0..TASKS).map(|task| Ledger::new(task, 20_260_213)).collect();
    let mut random = Random::seeded(mode.len() as u64);
    for cycle in 0..cycles() {
        // Now and then very early: while the server is still busy with what the last kill left.
        let most = most >> random.below(6);
        let requests = 1 + random.below(most);
        let server = Server::start(mode, folder.path());
        let limit = Limit::after(requests);
        let load = |ledger: Ledger| tokio::spawn(ledger.load(server.http(), limit.clone()));
        let loads: Vec<_> = std::mem::take(&mut ledgers).into_iter().map(load).collect();
        let begun = Instant::now();
        limit.reached().await;
        server.kill();
        let loaded = begun.elapsed();
        for load in loads {
            ledgers.push(load.await.unwrap());
        }
        before_restart(folder.path());
        let begun = Instant::now();
        let server = Server::start(mode, folder.path());
        let recovered = begun.elapsed();
        let begun = Instant::now();
        check::all(&server.http(), &mut ledgers).await;
        let entries: usize = ledgers.iter().map(|ledger| ledger.entries.len()).sum();
        println!(
            "{mode}, cycle {cycle}: killed after {requests} answers in {loaded:.1?}, up again in {recovered:.1?}, \
             {entries} entries checked in {:.1?}",
            begun.elapsed()
        );
        server.kill();
    }
}
