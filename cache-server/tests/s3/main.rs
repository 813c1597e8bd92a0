//! Several real servers on one bucket: whatever they do at once, and whichever of them dies, no acknowledged write is lost,
//! no reference dangles, and every path has one owner.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod counting;
mod creators;
mod histories;
mod history;
mod killed;
mod late;
mod linear;
mod lost_answers;
mod random;
mod rest;
mod server;
mod takeover;
mod views;
