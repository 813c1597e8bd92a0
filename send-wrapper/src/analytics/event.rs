//! One thing that happened.

use serde::{Deserialize, Serialize};

use super::user_agent::UserAgent;
use crate::names::{Country, EventId, IpHash, TokenName, TransferId};
use crate::time::Timestamp;

/// The referrer of a request that came from a page of the site itself.
pub(crate) const OWN_SITE: &str = "(own site)";

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub enum EventType {
    /// A page was shown.
    PageView,
    /// A request that shows no page.
    ApiCall,
    /// A file came in.
    FileUpload,
    /// A transfer got all its files. Its bytes are counted with its uploads.
    TransferComplete,
    /// A file went out.
    FileDownload,
    /// A token was used.
    TokenUse,
}

/// Who says that it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub enum Source {
    /// The server, about a request.
    Http,
    /// The application, about what it did.
    Application,
    /// The content delivery network.
    Cloudfront,
}

/// One thing that happened.
///
/// It says nothing by which a person could be found: no address, no cookie, no whole referrer or user agent, no query. Text from
/// outside is cut to a length and loses control characters, so an event can always be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct Event {
    /// Its identifier.
    pub event_id: EventId,
    /// What kind of thing happened.
    pub event_type: EventType,
    /// When it happened; a request, when its answer was done.
    pub timestamp: Timestamp,
    /// Who says so.
    pub source: Source,
    /// The path of the request, without its query.
    pub path: Option<String>,
    /// The method of the request.
    pub method: Option<String>,
    /// The status of the answer.
    pub status_code: Option<u16>,
    /// How long the answer took, in milliseconds; a day at most.
    pub duration_ms: Option<u64>,
    /// What stands for the client's address.
    pub ip_hash: Option<IpHash>,
    /// The client's family and system.
    pub user_agent: Option<String>,
    /// Whether the client is a bot, as far as its user agent tells. Left out of documents where it is not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_bot: bool,
    /// Where the client is.
    pub country: Option<Country>,
    /// The host the client came from; `(own site)` for a page of the site itself.
    pub referrer_domain: Option<String>,
    /// The length of what was sent or received, in bytes; 2^53 at most.
    pub content_bytes: Option<u64>,
    /// The transfer it was about.
    pub transfer_id: Option<TransferId>,
    /// The token it was about.
    pub token_id: Option<TokenName>,
}

impl Event {
    /// Something the application did at this moment.
    pub fn new(event_type: EventType, timestamp: Timestamp) -> Self {
        Self {
            event_id: EventId::random(),
            event_type,
            timestamp,
            source: Source::Application,
            path: None,
            method: None,
            status_code: None,
            duration_ms: None,
            ip_hash: None,
            user_agent: None,
            is_bot: false,
            country: None,
            referrer_domain: None,
            content_bytes: None,
            transfer_id: None,
            token_id: None,
        }
    }

    /// Says who says that it happened.
    pub fn source(self, source: Source) -> Self {
        Self { source, ..self }
    }

    /// Says which request it was; the query is left out, the path cut to 512 characters.
    pub fn request(self, method: &str, path: &str) -> Self {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        Self { method: Some(bounded(method, 16)), path: Some(bounded(path, 512)), ..self }
    }

    /// Says how the request was answered, and in how many milliseconds.
    pub fn answer(self, status_code: u16, duration_ms: u64) -> Self {
        const DAY: u64 = 86_400_000;
        Self { status_code: Some(status_code), duration_ms: Some(duration_ms.min(DAY)), ..self }
    }

    /// What stands for the client's address.
    pub fn ip_hash(self, ip_hash: IpHash) -> Self {
        Self { ip_hash: Some(ip_hash), ..self }
    }

    /// Keeps the family and system of the client's user agent, such as `Firefox on Linux`, `other` for what is not known; and whether it is
    /// a bot's.
    pub fn user_agent(self, user_agent: &str) -> Self {
        let UserAgent { family_and_system, is_bot } = UserAgent::of(user_agent);
        Self { user_agent: Some(family_and_system), is_bot, ..self }
    }

    /// Where the client is.
    pub fn country(self, country: Country) -> Self {
        Self { country: Some(country), ..self }
    }

    /// Keeps the host of a referrer such as `https://example.org/a?b=c`, cut to 253 characters.
    pub fn referrer(self, url: &str) -> Self {
        let host =
            url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or_default();
        Self { referrer_domain: Some(bounded(host, 253)).filter(|host| !host.is_empty()), ..self }
    }

    /// Says that the client came from a page of the site itself.
    pub fn from_own_site(self) -> Self {
        Self { referrer_domain: Some(OWN_SITE.to_owned()), ..self }
    }

    /// How much was sent or received, in bytes.
    pub fn content_bytes(self, bytes: u64) -> Self {
        Self { content_bytes: Some(bytes.min(1 << 53)), ..self }
    }

    /// The transfer it was about.
    pub fn transfer_id(self, transfer_id: TransferId) -> Self {
        Self { transfer_id: Some(transfer_id), ..self }
    }

    /// The token it was about.
    pub fn token_id(self, token_id: TokenName) -> Self {
        Self { token_id: Some(token_id), ..self }
    }
}

/// Text from outside, without control characters and no longer than this many characters.
pub(crate) fn bounded(text: &str, characters: usize) -> String {
    text.chars().filter(|character| !character.is_control()).take(characters).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    #[test]
    fn whatever_comes_from_outside_is_bounded() {
        let event = Event::new(EventType::ApiCall, Timestamp::from_millis(1))
            .request("G\u{0}ET", &format!("/a?token=secret{}", "x".repeat(1000)))
            .answer(200, u64::MAX)
            .user_agent("Mozilla/5.0 (X11; Linux x86_64; a serial number) Firefox/140.0")
            .referrer("https://me:secret@exam\nple.org/private?q=secret")
            .content_bytes(u64::MAX);
        assert_eq!((event.method.as_deref(), event.path.as_deref()), (Some("GET"), Some("/a")));
        assert_eq!(event.duration_ms, Some(86_400_000));
        assert_eq!(event.user_agent.as_deref(), Some("Firefox on Linux"));
        assert_eq!(event.referrer_domain.as_deref(), Some("example.org"));
        assert_eq!(event.content_bytes, Some(1 << 53));
    }

    #[test]
    fn its_document_has_the_specified_fields() {
        let event = Event::new(EventType::FileUpload, Timestamp::from_millis(5));
        let document = serde_json::to_value(&event).unwrap();
        let fields: Vec<_> = document.as_object().unwrap().keys().map(String::as_str).collect();
        let specified = "event_id event_type timestamp source path method status_code duration_ms ip_hash user_agent country \
                         referrer_domain content_bytes transfer_id token_id";
        assert_eq!(fields, specified.split_whitespace().collect::<Vec<_>>());
        assert_eq!((&document["event_type"], &document["timestamp"]), (&"file_upload".into(), &5.into()));
    }
}
