//! Summaries of bounded size that can be merged: how many different visitors, which values were frequent, how long answers took.
//!
//! Each is one text in a document, since documents are stored indented:
//!
//! | sketch | stored as | read by |
//! |---|---|---|
//! | [`Visitors`] | base64 of a `DataSketches` HLL sketch, `HLL_4`, 2^15 registers | `datasketches` for Java, C++, Python |
//! | [`Frequent`] | base64 of a `DataSketches` frequent-items sketch of UTF-8 strings | `datasketches` for Java, C++, Python |
//! | [`Durations`] | `bucket:count bucket:count …` in ascending order | whoever knows [the formula](durations) |
//!
//! `tests/compat/sketches.py` reads all three.

mod durations;
mod frequent;
mod visitors;

pub(crate) use durations::Durations;
pub(crate) use frequent::Frequent;
pub(crate) use visitors::Visitors;
