//! The crate and the service for SGraph Send.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod accuracy;
mod admin;
mod admin_audit;
mod admin_site;
mod admin_tokens;
mod aggregations;
mod analytics;
mod application;
mod collector;
mod costs;
mod demo;
mod entries;
mod faults;
mod gate;
mod newest;
mod processes;
mod retention;
mod tokens;
mod transfers;
