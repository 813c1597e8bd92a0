//! What the HTTP services of this workspace are made of.
//!
//! A service is a [route table](Routes): method, path, access, handler. It is the only place where paths are written, and
//! whatever depends on "which operation is this?" asks the route that matched, never what the path looks like. A request
//! passes, in this order:
//!
//! 1. its path is decoded, once, and looked up in the tree of its method;
//! 2. the [guard] of services without a key: loopback, and programs only;
//! 3. the [keys]: which key is it, has it the route's scope, does it reach the namespace, is it within its rate;
//! 4. the [limits](Limits): requests in work, bytes in flight;
//! 5. the handler, which finds all of this in its [`Call`].
//!
//! Refusals are [`Refusal`]s, for which each service has a [shape](Shape). This crate knows neither caches nor tokens.

mod body;
mod call;
mod conditional;
pub mod config;
mod connection;
mod dispatch;
mod docs;
pub mod guard;
mod health;
mod in_flight;
pub mod keys;
mod limits;
pub mod log;
pub mod metrics;
mod refusal;
mod response_body;
mod routes;
mod sending;
mod service;
pub mod session;
mod site;
mod start;
mod trace_id;
mod ui;
mod ui_comments;
mod ui_house;
mod unread;

pub use body::Body;
pub use call::Call;
pub use docs::{ApiDescription, document};
pub use health::check_health;
pub use limits::{Limits, ReportOnly};
pub use refusal::Refusal;
pub use routes::{Access, BodySize, Described, Entry, Routes, Scope};
pub use service::{Service, Shape, app};
pub use site::site;
pub use start::{Bound, Listen, Stopping, bind, until_asked_to_stop};
pub use ui::{Files, Ui};

#[doc(hidden)]
pub mod private {
    pub use pastey::paste;

    pub use crate::routes::describe;
}
