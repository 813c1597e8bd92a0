//! Subcommands that work on stores while no server does, or beside one: copying, and looking for damage.

mod archive;
mod budget;
mod config;
mod copy;
mod documents;
mod engine;
mod listing;
mod nothing;
mod open;
mod place;
mod progress;
mod remote;
mod sections;
mod sorter;
mod sqlite;
mod store;
mod verify;

use std::process::ExitCode;

use anyhow::Context;

pub use config::{CopyConfig, Reach, Secret, Share, VerifyConfig};
pub use place::{NoPlace, Place};

/// What a subcommand came to, as scripts see it in its exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wrong: status 0.
    Fine,
    /// There are differences: status 1.
    Differences,
    /// There is damage: status 3.
    Damage,
}

/// The status of what could not be done.
const FAILED: u8 = 2;

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        Self::from(match verdict {
            Verdict::Fine => 0,
            Verdict::Differences => 1,
            Verdict::Damage => 3,
        })
    }
}

impl CopyConfig {
    /// Copies; returns the status of the process.
    pub fn run(self) -> ExitCode {
        let json = self.json;
        run(json, copy::run(self))
    }
}

impl VerifyConfig {
    /// Verifies; returns the status of the process.
    pub fn run(self) -> ExitCode {
        let json = self.json;
        run(json, verify::run(self))
    }
}

/// Runs a subcommand to its end, and tells why it could not be done.
fn run(json: bool, work: impl Future<Output = anyhow::Result<Verdict>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no threads");
    match runtime.and_then(|runtime| runtime.block_on(work)) {
        Ok(verdict) => verdict.into(),
        Err(error) => {
            if json {
                println!("{}", serde_json::json!({ "event": "error", "message": format!("{error:#}") }));
            }
            eprintln!("error: {error:#}");
            ExitCode::from(FAILED)
        }
    }
}
