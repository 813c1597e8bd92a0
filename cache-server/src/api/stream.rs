//! Long answers, sent while they are read: listings as JSON, bulk reads as lines.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use serde::Serialize;
use serde_json::json;

use super::error::{Error, Result};

/// How many items are read at once for an answer that is streamed.
const CHUNK: usize = 1000;

/// The header with the cursor of the next page.
const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");

/// One page: its items, and where the next one begins.
pub(super) type Chunk<T> = (Vec<T>, Option<String>);

/// Refuses a cursor whose place is none of its listing.
pub(super) fn no_cursor(place: &str) -> Error {
    Error::parameter("query", "cursor", "is not a cursor of this listing", place)
}

/// The text of a JSON answer before and after its list; what comes after may tell the count.
pub(super) struct Frame<A> {
    pub(super) before: String,
    pub(super) after: A,
}

impl Frame<fn(&Totals) -> String> {
    /// A list alone.
    pub(super) fn list() -> Self {
        Self { before: "[".to_owned(), after: |_| "]".to_owned() }
    }
}

/// What was sent so far.
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// How many items.
    pub(super) count: usize,
    /// Their sizes added, where they have one.
    pub(super) size: u64,
}

/// Something that can be listed as JSON.
pub(super) trait Item: Serialize {
    /// Its size in bytes, where it has one.
    fn size(&self) -> u64 {
        0
    }
}

impl Item for String {}

/// A listing that is on its way.
struct Listing<R, A> {
    read: R,
    after: A,
    next: Option<String>,
    totals: Totals,
}

impl<R, A: Fn(&Totals) -> String> Listing<R, A> {
    /// Adds items, and the end when there is no next page.
    fn push<T: Item>(&mut self, text: &mut String, items: &[T], next: Option<String>) {
        for item in items {
            if self.totals.count > 0 {
                text.push(',');
            }
            self.totals.count += 1;
            self.totals.size += item.size();
            text.push_str(&serde_json::to_string(item).expect("items are plain fields"));
        }
        if next.is_none() {
            text.push_str(&(self.after)(&self.totals));
        }
        self.next = next;
    }
}

/// Answers one page when there is a limit, with the cursor of the next; else everything, streamed.
///
/// `read` takes the place to begin after and how many items to read at most. The first page is read before the answer
/// begins, so that a failure still has a status; a later failure cuts the answer off.
pub(super) async fn listing<T, R, F, A>(page: super::params::Page, frame: Frame<A>, read: R) -> Result<HttpResponse>
where
    T: Item + 'static,
    R: Fn(Option<String>, usize) -> F + 'static,
    F: Future<Output = Result<Chunk<T>>> + 'static,
    A: Fn(&Totals) -> String + 'static,
{
    let (items, next) = read(page.cursor, page.limit.unwrap_or(CHUNK)).await?;
    let mut text = frame.before;
    let mut listing = Listing { read, after: frame.after, next: None, totals: Totals::default() };
    let mut response = HttpResponse::Ok();
    response.content_type("application/json");
    if page.limit.is_some() {
        if let Some(next) = next {
            response.insert_header((NEXT_CURSOR, cursor_header(&page.listing.cursor(&next))));
        }
        listing.push(&mut text, &items, None);
        return Ok(response.body(text));
    }
    listing.push(&mut text, &items, next);
    if listing.next.is_none() {
        return Ok(response.body(text));
    }
    let rest = stream::try_unfold(listing, |mut listing| async move {
        let Some(from) = listing.next.take() else { return Ok::<_, Error>(None) };
        let (items, next) = (listing.read)(Some(from), CHUNK).await?;
        let mut text = String::new();
        listing.push(&mut text, &items, next);
        Ok(Some((Bytes::from(text), listing)))
    });
    Ok(response.streaming(stream::once(async { Ok(Bytes::from(text)) }).chain(rest)))
}

/// Answers lines of JSON as they are read; a last line, and a header where it is known before, tell the next cursor.
pub(super) fn lines(next: Option<&str>, lines: impl Stream<Item = Result<String>> + 'static) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.content_type("application/x-ndjson");
    if let Some(next) = next {
        response.insert_header((NEXT_CURSOR, cursor_header(next)));
    }
    response.streaming(lines.map(|lines| lines.map(Bytes::from)))
}

/// The last line of a bulk read.
pub(super) fn last_line(next: Option<&str>) -> String {
    next.map(|next| format!("{}\n", json!({ "next": next }))).unwrap_or_default()
}

fn cursor_header(cursor: &str) -> HeaderValue {
    HeaderValue::from_str(cursor).expect("a cursor is made of letters, digits and percent signs")
}
