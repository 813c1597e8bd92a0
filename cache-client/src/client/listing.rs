//! Listings: a page, or all items as a stream of pages.

use std::num::NonZeroU32;

use futures::stream::{BoxStream, StreamExt, TryStreamExt, iter, try_unfold};
use reqwest::header::HeaderMap;

use crate::error::{Error, Result};

/// The items of a listing or a bulk read, in order, read page by page as they are asked for.
///
/// Every page is a call of its own, limited and repeated like any other.
pub type Items<T> = BoxStream<'static, Result<T>>;

/// Part of a listing.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
}

/// How many items a page has when it is not said.
pub(super) const PAGE: u32 = 1000;

/// The place and size of a page.
#[derive(Debug, Clone, Default)]
pub(super) struct At {
    pub(super) cursor: Option<String>,
    pub(super) limit: Option<u32>,
}

impl At {
    pub(super) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// 1 to 10,000, as the server takes it.
    pub(super) fn limit(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.limit.unwrap_or(PAGE).clamp(1, 10_000))
    }
}

pub(super) fn next_cursor(headers: &HeaderMap) -> Option<String> {
    Some(headers.get("x-next-cursor")?.to_str().ok()?.to_owned())
}

/// All items from a place on, a page at a time.
pub(super) fn items<T, F>(from: At, read: impl Fn(At) -> F + Send + 'static) -> Items<T>
where
    T: Send + 'static,
    F: Future<Output = Result<Page<T>>> + Send + 'static,
{
    let limit = from.limit;
    let pages = try_unfold((Some(from), read), move |(at, read)| async move {
        let Some(at) = at else { return Ok::<_, Error>(None) };
        let page: Page<T> = read(at).await?;
        let next = page.next.map(|cursor| At { cursor: Some(cursor), limit });
        Ok(Some((iter(page.items.into_iter().map(Ok)), (next, read))))
    });
    pages.try_flatten().boxed()
}

/// Lists names, a page or all of them.
pub struct Listing<T> {
    at: At,
    read: Box<dyn Fn(At) -> futures::future::BoxFuture<'static, Result<Page<T>>> + Send>,
}

impl<T> std::fmt::Debug for Listing<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listing").field("at", &self.at).finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Listing<T> {
    pub(super) fn new<F>(read: impl Fn(At) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<Page<T>>> + Send + 'static,
    {
        Self { at: At::default(), read: Box::new(move |at| Box::pin(read(at))) }
    }

    /// Begins where a page before said.
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.at.cursor = Some(cursor.into());
        self
    }

    /// Makes pages of this many items, 1 to 10,000; 1,000 when not given.
    pub fn page_size(mut self, items: u32) -> Self {
        self.at.limit = Some(items);
        self
    }

    /// Reads one page.
    pub async fn page(self) -> Result<Page<T>> {
        (self.read)(self.at).await
    }

    /// Reads all items as a stream.
    pub fn stream(self) -> Items<T> {
        items(self.at, self.read)
    }

    /// Reads all items into memory.
    pub async fn all(self) -> Result<Vec<T>> {
        self.stream().try_collect().await
    }
}
