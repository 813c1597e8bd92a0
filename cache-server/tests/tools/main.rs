//! The subcommands that work on stores, as processes: what is copied is equal, whatever ends the copy; what is refused is refused
//! before anything is lost.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod buckets;
mod copying;
mod figures;
mod fill;
mod killed;
mod left_out;
mod memory;
mod mistaken;
mod outside;
mod owners;
mod packed;
mod program;
mod refused;
mod tree;
mod verifying;
