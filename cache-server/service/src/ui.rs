//! The static files of a service's web UI: a fixed list, embedded into the program, with what browsers are told of them.
//!
//! A UI lies below a base such as `/console/`: its own pages, and below the same base the *house*, the files that all UIs
//! share (`ui/house` and `ui/vendor` of this crate). Addresses in the files are relative, so that a UI works below a path
//! prefix too. Debug builds read a file from its folder when that is there, so that an edit is seen without a build.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use parking_lot::Mutex;

use crate::keys::Digest;
use crate::routes::{Access, Entry};
use crate::ui_comments::without_comments;

/// What a page of a UI may do: run, show and call what comes from the service itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; \
                      font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Files of a UI: a folder, and the files of it that are served, with their bytes.
#[derive(Debug, Clone, Copy)]
pub struct Files {
    /// Where the folder lies in the sources.
    pub folder: &'static str,
    /// Names relative to the folder, and bytes.
    pub files: &'static [(&'static str, &'static [u8])],
}

/// Embeds files of a folder of the crate, for [`Ui::new`].
#[macro_export]
macro_rules! ui_files {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        $crate::Files {
            folder: concat!(env!("CARGO_MANIFEST_DIR"), "/", $folder),
            files: &[$(($name, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $folder, "/", $name)))),+],
        }
    };
}

/// A web UI.
pub struct Ui {
    base: &'static str,
    files: BTreeMap<&'static str, Arc<File>>,
}

impl std::fmt::Debug for Ui {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ui").field("base", &self.base).field("files", &self.files.len()).finish_non_exhaustive()
    }
}

impl Ui {
    /// A UI below `base`, such as `/console/`, of its own files and the house. `index.html` is its document.
    ///
    /// Meant to be made once a process: the addresses of the files are kept for ever.
    pub fn new(base: &'static str, own: Files) -> Self {
        let house = crate::ui_house::files();
        let file = |of: Files| {
            let embedded = of.files.iter().copied();
            embedded.chain(added(of)).map(move |(name, bytes)| {
                let address: &'static str = match name {
                    "index.html" => base,
                    name => format!("{base}{name}").leak(),
                };
                let on_disk = PathBuf::from(of.folder).join(name);
                let prepared = Mutex::new(Arc::new(Prepared::plain(sent(name, Bytes::from_static(bytes)))));
                (address, Arc::new(File { name, on_disk, prepared }))
            })
        };
        let ui = Self { base, files: file(house).chain(file(own)).collect() };
        let files: Vec<_> = ui.files.values().map(Arc::clone).collect();
        if !cfg!(debug_assertions) {
            // Half a second for all of them; until then they are sent as they are.
            std::thread::spawn(move || files.iter().for_each(|file| drop(file.pack(file.known().plain.clone()))));
        }
        ui
    }

    /// The lines of the route table that serve the UI, and lead browsers to it from `/`.
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        for (&address, file) in &self.files {
            let file = Arc::clone(file);
            let answer = move |request: HttpRequest| std::future::ready(file.answer(request.headers()));
            entries.push(Entry::new(Method::GET, address, Access::Open, answer).small());
        }
        let name = self.base.trim_matches('/');
        let redirect = move || {
            // Relative, for whoever sees the service below a prefix.
            let there = (header::LOCATION, format!("{name}/"));
            std::future::ready(HttpResponse::TemporaryRedirect().insert_header(there).finish())
        };
        let lead = |address| Entry::new(Method::GET, address, Access::Open, redirect).small();
        entries.push(lead(self.base.trim_end_matches('/')));
        entries.push(lead("/").for_browsers());
        entries
    }
}

/// In debug builds, files that lie in the folder and are not listed yet: they are read from there.
fn added(of: Files) -> Vec<(&'static str, &'static [u8])> {
    let (mut folders, mut added) = (vec![PathBuf::from(of.folder)], Vec::new());
    while let Some(folder) = folders.pop().filter(|_| cfg!(debug_assertions)) {
        for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let name = path.strip_prefix(of.folder).ok().and_then(|name| name.to_str()).map(str::to_owned);
            match name {
                _ if path.is_dir() => folders.push(path),
                Some(name) if is_served(&name) && of.files.iter().all(|(known, _)| *known != name) => {
                    added.push((&*name.leak(), [].as_slice()));
                }
                _ => {}
            }
        }
    }
    added
}

/// A file as browsers are sent it: our own scripts and styles without what is for readers.
fn sent(name: &str, bytes: Bytes) -> Bytes {
    let is_own = (name.ends_with(".js") || name.ends_with(".css")) && !name.starts_with("vendor/");
    match std::str::from_utf8(&bytes) {
        Ok(script) if is_own => without_comments(script).into(),
        _ => bytes,
    }
}

/// Tells whether a file of a UI's folder is one for browsers.
fn is_served(name: &str) -> bool {
    media_type(name) != OTHER
}

/// A file.
struct File {
    name: &'static str,
    on_disk: PathBuf,
    prepared: Mutex<Arc<Prepared>>,
}

/// A file as it is sent.
struct Prepared {
    plain: Bytes,
    /// The forms that are shorter, by their coding, the shortest first.
    packed: Vec<(&'static str, Bytes)>,
    /// The first 32 digits of the SHA-256 of the plain form.
    tag: String,
}

impl Prepared {
    fn plain(plain: Bytes) -> Self {
        let mut tag = Digest::of(&plain).to_string();
        tag.truncate(32);
        Self { plain, packed: Vec::new(), tag }
    }

    fn packed(self) -> Self {
        let Self { plain, tag, .. } = self;
        let mut gzip = GzEncoder::new(Vec::with_capacity(plain.len() / 2), Compression::best());
        let gzip = gzip.write_all(&plain).and_then(|()| gzip.finish());
        let mut brotli = Vec::with_capacity(plain.len() / 2);
        // The best takes too long where it is not optimized.
        let quality = if cfg!(debug_assertions) { 5 } else { 11 };
        let params = brotli::enc::BrotliEncoderParams { quality, size_hint: plain.len(), ..Default::default() };
        let packed = brotli::BrotliCompress(&mut &plain[..], &mut brotli, &params).map(|_| brotli);
        let (gzip, brotli) = gzip.and_then(|gzip| Ok((gzip, packed?))).expect("memory takes whatever is written");
        let mut packed = vec![("br", Bytes::from(brotli)), ("gzip", Bytes::from(gzip))];
        packed.retain(|(_, bytes)| bytes.len() < plain.len());
        Self { plain, packed, tag }
    }
}

impl File {
    fn known(&self) -> Arc<Prepared> {
        Arc::clone(&self.prepared.lock())
    }

    /// Makes the shorter forms, which takes some milliseconds.
    fn pack(&self, plain: Bytes) -> Arc<Prepared> {
        let packed = Arc::new(Prepared::plain(plain).packed());
        *self.prepared.lock() = Arc::clone(&packed);
        packed
    }

    /// The forms of the file; in debug builds anew when it has changed in its folder.
    fn prepared(&self) -> Arc<Prepared> {
        let known = self.known();
        let on_disk = if cfg!(debug_assertions) { std::fs::read(&self.on_disk).ok() } else { None };
        let on_disk = on_disk.map(|edited| sent(self.name, edited.into()));
        match on_disk {
            Some(edited) if edited != known.plain || known.packed.is_empty() => self.pack(edited),
            Some(_) | None => known,
        }
    }

    fn answer(&self, wanted: &HeaderMap) -> HttpResponse {
        let prepared = self.prepared();
        let Prepared { plain, packed, tag } = &*prepared;
        let mut answer = HttpResponse::Ok();
        answer
            .content_type(media_type(self.name))
            // Kept, but asked for again: the answer is 304 while nothing has changed.
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .insert_header((header::VARY, "Accept-Encoding"))
            .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
            .insert_header((header::REFERRER_POLICY, "no-referrer"))
            .insert_header((HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
            .insert_header((HeaderName::from_static("cross-origin-resource-policy"), "same-origin"));
        if let Some((coding, packed)) = packed.iter().find(|(coding, _)| takes(wanted, coding)) {
            answer.insert_header((header::ETAG, format!("\"{tag}-{coding}\"")));
            return answer.insert_header((header::CONTENT_ENCODING, *coding)).body(packed.clone());
        }
        answer.insert_header((header::ETAG, format!("\"{tag}\""))).body(plain.clone())
    }
}

/// Tells whether a client says that it takes a coding.
fn takes(wanted: &HeaderMap, coding: &str) -> bool {
    let values = wanted.get_all(header::ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    let refused = |weight: &str| weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse::<f32>() == Ok(0.0));
    values.flat_map(|value| value.split(',')).any(|value| {
        let mut parts = value.split(';');
        parts.next().is_some_and(|name| name.trim().eq_ignore_ascii_case(coding)) && !parts.any(refused)
    })
}

/// Tells whether a request is one of a browser that wants a page.
pub(crate) fn is_of_browser(wanted: &HeaderMap) -> bool {
    wanted.get_all(header::ACCEPT).filter_map(|value| value.to_str().ok()).any(|value| value.contains("text/html"))
}

/// The media type of what no UI is made of.
const OTHER: &str = "application/octet-stream";

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn a_coding_is_sent_to_those_who_take_it() {
        let wanted = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_str(text).unwrap());
            takes(&headers, "gzip")
        };
        for text in ["gzip", "br, GZIP", "deflate, gzip;q=0.5", "gzip; q=1"] {
            assert!(wanted(text), "{text}");
        }
        for text in ["", "br", "gzip;q=0", "gzip; q=0.0", "gzippy", "identity"] {
            assert!(!wanted(text), "{text}");
        }
        assert!(!takes(&HeaderMap::new(), "gzip"));
    }
}
