//! The route table: method, path, access and handler of every operation, and which of them a request matches.
//!
//! A path is made of segments. `{name}` takes one segment that is not empty. At the end, `{*name}` takes the rest, slashes
//! included, and may be empty; `{*name}/{last}` takes the rest and splits it at its last slash, so that `name` may be
//! empty too (`a//b`). Of several lines that match, the first one of the table counts.
//!
//! Matching is a walk through a radix tree of the method, to the few lines that may match. Each method has a tree of its
//! own, so that a name that is fixed in one (`/docs/`) is free in the others.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Responder};
use futures::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::Operation;
use utoipa::openapi::{RefOr, Schema};
use utoipa_actix_web::OpenApiFactory;

/// What a key has to be good for, for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// To read.
    Read,
    /// To store and change.
    Write,
    /// To delete.
    Delete,
    /// To look at, and after, the service itself, past namespaces.
    Admin,
}

impl std::str::FromStr for Scope {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|scope| scope.as_str() == name);
        known.ok_or("is none of read, write, delete, admin")
    }
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Delete, Self::Admin];

    /// Its name in keys files and documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Admin => "admin",
        }
    }
}

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, at any time: probes, which no guard and no limit stops.
    Probe,
    /// Everybody: documentation, and what leads in.
    Open,
    /// Whoever has a key, for whatever scope.
    AnyKey,
    /// Whoever has a key with this scope.
    Key(Scope),
}

/// How large the body of an operation may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodySize {
    /// 4 KiB: operations that take no content.
    Small,
    /// The configured limit: operations that store what is sent.
    Large,
}

/// A handler with its arguments hidden.
pub(crate) type Handle = Arc<dyn Fn(HttpRequest, Payload) -> LocalBoxFuture<'static, HttpResponse> + Send + Sync>;

/// What the OpenAPI document says of an operation: made when the document is, not by every worker.
pub type Described = fn() -> (Operation, Vec<(String, RefOr<Schema>)>);

/// A line of the table.
pub struct Entry {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) body: BodySize,
    /// Whether it is a write that takes conditions.
    pub(crate) conditional: bool,
    /// Whether it is called by machines again and again, and so is not logged as what an administrator does.
    pub(crate) routine: bool,
    pub(crate) handle: Handle,
    pub(crate) described: Option<Described>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {:?}", self.method, self.path, self.access)
    }
}

impl Entry {
    /// An operation that the OpenAPI document does not show.
    pub fn new<H, Args>(method: Method, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<Args> + Send + Sync,
        H::Output: Responder,
        Args: FromRequest + 'static,
    {
        let handle = move |request: HttpRequest, mut payload: Payload| {
            let handler = handler.clone();
            let answer = async move {
                match Args::from_request(&request, &mut payload).await {
                    Ok(args) => handler.call(args).await.respond_to(&request).map_into_boxed_body(),
                    Err(refused) => HttpResponse::from_error(refused),
                }
            };
            Box::pin(answer) as LocalBoxFuture<'static, HttpResponse>
        };
        Self {
            method,
            path,
            access,
            body: BodySize::Large,
            conditional: false,
            routine: false,
            handle: Arc::new(handle),
            described: None,
        }
    }

    /// Says what the OpenAPI document tells of it.
    #[must_use]
    pub fn described(self, described: Described) -> Self {
        Self { described: Some(described), ..self }
    }

    /// Takes no body of more than 4 KiB.
    #[must_use]
    pub fn small(self) -> Self {
        Self { body: BodySize::Small, ..self }
    }

    /// Takes conditions of its own, and refuses the others. Any other write refuses all of them.
    #[must_use]
    pub fn conditional(self) -> Self {
        Self { conditional: true, ..self }
    }

    /// Is called by machines again and again: it is not logged as what an administrator does.
    #[must_use]
    pub fn routine(self) -> Self {
        Self { routine: true, ..self }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path as the table has it, such as `/{namespace}/retrieve/{cache_id}`.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Who may call it.
    pub fn access(&self) -> Access {
        self.access
    }

    /// The path as OpenAPI writes it: of parameters only the names.
    pub(crate) fn openapi_path(&self) -> String {
        self.path.replace("{*", "{")
    }
}

/// What a handler's description in the OpenAPI document is, and the schemas it needs.
#[doc(hidden)]
pub fn describe(factory: &impl OpenApiFactory) -> (Operation, Vec<(String, RefOr<Schema>)>) {
    let mut schemas = Vec::new();
    factory.schemas(&mut schemas);
    let items = factory.paths().paths.into_values();
    let operation = items.flat_map(|item| [item.get, item.post, item.put, item.delete]).flatten().next();
    (operation.expect("a handler describes one operation"), schemas)
}

/// Makes a `Vec<Entry>` of lines such as
///
/// ```text
/// GET    "/{namespace}/retrieve/{cache_id}"   read    retrieve::retrieve_by_id;
/// POST   "/auth/set-auth-cookie"              open    auth::set_auth_cookie, small;
/// POST   "/{namespace}/update/{cache_id}/json" write  update::update_json, conditional;
/// ```
///
/// Access is `probe`, `open`, `any`, `read`, `write`, `delete` or `admin`. Handlers carry `#[utoipa::path(get, path = "", …)]`, whose
/// path is filled in from the table.
#[macro_export]
macro_rules! routes {
    ($($method:ident $path:literal $access:ident $($handler:ident)::+ $(, $more:ident)*;)+) => {
        vec![$(
            $crate::Entry::new(
                $crate::routes!(@method $method),
                $path,
                $crate::routes!(@access $access),
                $($handler)::+,
            )
            .described(|| $crate::routes!(@describe [] $($handler)::+))
            $(.$more())*
        ),+]
    };
    (@method GET) => { ::actix_web::http::Method::GET };
    (@method POST) => { ::actix_web::http::Method::POST };
    (@method PUT) => { ::actix_web::http::Method::PUT };
    (@method DELETE) => { ::actix_web::http::Method::DELETE };
    (@access probe) => { $crate::Access::Probe };
    (@access open) => { $crate::Access::Open };
    (@access any) => { $crate::Access::AnyKey };
    (@access read) => { $crate::Access::Key($crate::Scope::Read) };
    (@access write) => { $crate::Access::Key($crate::Scope::Write) };
    (@access delete) => { $crate::Access::Key($crate::Scope::Delete) };
    (@access admin) => { $crate::Access::Key($crate::Scope::Admin) };
    (@describe [$($module:ident)*] $handler:ident) => {
        $crate::private::paste! { $crate::private::describe(&$($module::)* [<__path_ $handler>]) }
    };
    (@describe [$($module:ident)*] $next:ident :: $($rest:ident)::+) => {
        $crate::routes!(@describe [$($module)* $next] $($rest)::+)
    };
}

/// A part of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Segment {
    /// This text.
    Fixed(&'static str),
    /// One segment, not empty.
    One(&'static str),
    /// All that is left, maybe nothing.
    Rest(&'static str),
    /// All that is left: what comes before its last slash, maybe nothing, and what comes after it.
    RestAndLast(&'static str, &'static str),
}

/// The parameters of a match: names, and where in the path their values lie.
pub(crate) type Params = Vec<(&'static str, Range<usize>)>;

/// What a path leads to.
#[derive(Debug)]
pub(crate) enum Found {
    /// This entry.
    Entry(usize, Params),
    /// Entries of other methods, that have a fixed segment.
    OtherMethods(Vec<Method>),
    /// Nothing.
    Nothing,
}

/// The route table of a service.
#[derive(Debug)]
pub struct Routes {
    entries: Vec<Entry>,
    trees: Vec<Tree>,
}

/// The lines of a method. At each place of the tree, the lines that may match what leads there, in the order of the table.
#[derive(Debug)]
struct Tree {
    method: Method,
    places: matchit::Router<Vec<(usize, Vec<Segment>)>>,
}

/// What takes the rest of a path in a tree.
const REST: &str = "{*rest}";

impl Routes {
    /// Makes a table of its lines.
    ///
    /// # Panics
    ///
    /// When a line can never match, since earlier ones do: a mistake in the program.
    pub fn new(entries: Vec<Entry>) -> Self {
        let mut methods: Vec<&Method> = Vec::new();
        for entry in &entries {
            if !methods.contains(&&entry.method) {
                methods.push(&entry.method);
            }
        }
        let trees = methods.into_iter().map(|method| tree(&entries, method)).collect();
        let routes = Self { entries, trees };
        for (number, entry) in routes.entries.iter().enumerate() {
            let example = entry.path.replace(['{', '}', '*'], "");
            let found = routes.find(&entry.method, &example);
            assert!(matches!(found, Found::Entry(found, _) if found == number), "{entry:?} never matches");
        }
        routes
    }

    /// The lines of the table.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn entry(&self, number: usize) -> &Entry {
        &self.entries[number]
    }

    /// Finds what a decoded path leads to.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Found {
        let own = self.trees.iter().find(|tree| tree.method == *method);
        if let Some((number, params)) = own.and_then(|tree| tree.find(path)) {
            return Found::Entry(number, params);
        }
        let is_known = |tree: &Tree| tree.find(path).is_some_and(|(number, _)| is_named(self.entries[number].path));
        let others = self.trees.iter().filter(|tree| tree.method != *method && is_known(tree));
        let methods: Vec<Method> = others.map(|tree| tree.method.clone()).collect();
        if methods.is_empty() { Found::Nothing } else { Found::OtherMethods(methods) }
    }
}

impl Tree {
    fn find(&self, path: &str) -> Option<(usize, Params)> {
        let place = self.places.at(path).ok()?;
        place.value.iter().find_map(|(number, segments)| Some((*number, matches(segments, path)?)))
    }
}

/// The tree of the lines of a method.
fn tree(entries: &[Entry], method: &Method) -> Tree {
    let lines = entries.iter().enumerate().filter(|(_, entry)| entry.method == *method);
    let lines: Vec<(usize, Vec<Segment>)> = lines.map(|(number, entry)| (number, segments(entry.path))).collect();
    let mut places: BTreeMap<String, Vec<(usize, Vec<Segment>)>> = BTreeMap::new();
    let takes_rest = |parent: &str| {
        lines.iter().any(|(_, line)| places_of(line).iter().any(|place| place.strip_suffix(REST) == Some(parent)))
    };
    for (_, line) in &lines {
        for mut place in places_of(line) {
            // A tree has no place for one segment beside that for the rest: `…/{file}` and `…/{*key}/{file}` share it.
            if let Some(parent) = place.strip_suffix("{}").filter(|parent| takes_rest(parent)) {
                place = format!("{parent}{REST}");
            }
            let candidates = lines.iter().filter(|(_, other)| may_both_match(line, other));
            places.entry(place).or_default().extend(candidates.cloned());
        }
    }
    let mut router = matchit::Router::new();
    for (place, mut candidates) in places {
        candidates.sort_by_key(|(number, _)| *number);
        candidates.dedup_by_key(|(number, _)| *number);
        router.insert(numbered(&place), candidates).expect("places are told apart by their fixed segments");
    }
    Tree { method: method.clone(), places: router }
}

/// Whether a line has a fixed segment. One without matches whatever has its length, which says nothing of what there is.
fn is_named(path: &str) -> bool {
    path.split('/').any(|part| !part.is_empty() && !part.starts_with('{'))
}

/// The parts of a path of the table.
fn segments(path: &'static str) -> Vec<Segment> {
    let name = |part: &'static str| part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
    let mut segments: Vec<Segment> = Vec::new();
    for part in path.split('/').skip(1) {
        match (segments.last().copied(), name(part)) {
            (Some(Segment::Rest(rest)), Some(last)) => {
                segments.pop();
                segments.push(Segment::RestAndLast(rest, last));
            }
            (_, Some(name)) => segments.push(match name.strip_prefix('*') {
                Some(rest) => Segment::Rest(rest),
                None => Segment::One(name),
            }),
            (_, None) => segments.push(Segment::Fixed(part)),
        }
    }
    segments
}

/// Where a line lies in a tree. The rest of a tree is never empty, so a line whose rest may be lies in two places.
fn places_of(line: &[Segment]) -> Vec<String> {
    let mut place = String::new();
    for segment in line {
        place.push('/');
        match segment {
            Segment::Fixed(text) => place += text,
            Segment::One(_) => place += "{}",
            Segment::RestAndLast(..) => return vec![place + REST],
            Segment::Rest(_) => return vec![place.clone(), place + REST],
        }
    }
    vec![place]
}

/// A place as a tree takes it, where parameters need names.
fn numbered(place: &str) -> String {
    let mut parts = place.split("{}");
    let mut path = parts.next().unwrap_or_default().to_owned();
    for (number, part) in parts.enumerate() {
        path += &format!("{{p{number}}}{part}");
    }
    path
}

/// Tells whether there may be a path that both lines match.
fn may_both_match(one: &[Segment], other: &[Segment]) -> bool {
    use Segment::{Fixed, One, Rest, RestAndLast};
    match (one, other) {
        ([], []) => true,
        ([Rest(_) | RestAndLast(..), ..], _) | (_, [Rest(_) | RestAndLast(..), ..]) => true,
        ([Fixed(a), ..], [Fixed(b), ..]) if a != b => false,
        ([Fixed(_) | One(_), one @ ..], [Fixed(_) | One(_), other @ ..]) => may_both_match(one, other),
        ([], [_, ..]) | ([_, ..], []) => false,
    }
}

/// Matches a line, and tells where its parameters lie in the path.
fn matches(line: &[Segment], path: &str) -> Option<Params> {
    let mut params = Params::with_capacity(line.len());
    let mut at = 0;
    for segment in line {
        if path.as_bytes().get(at) != Some(&b'/') {
            return None;
        }
        let start = at + 1;
        let end = path[start..].find('/').map_or(path.len(), |slash| start + slash);
        match *segment {
            Segment::Fixed(text) if path[start..end] != *text => return None,
            Segment::Fixed(_) => {}
            Segment::One(_) if start == end => return None,
            Segment::One(name) => params.push((name, start..end)),
            Segment::Rest(name) => {
                params.push((name, start..path.len()));
                return Some(params);
            }
            Segment::RestAndLast(name, last) => {
                let slash = start + path[start..].rfind('/')?;
                if slash + 1 == path.len() {
                    return None;
                }
                params.push((name, start..slash));
                params.push((last, slash + 1..path.len()));
                return Some(params);
            }
        }
        at = end;
    }
    (at == path.len()).then_some(params)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(lines: &[(&str, &'static str)]) -> Routes {
        let entry = |(method, path): &(&str, &'static str)| {
            Entry::new(method.parse().expect("a method"), path, Access::Open, || async { "" })
        };
        Routes::new(lines.iter().map(entry).collect())
    }

    fn found(routes: &Routes, method: Method, path: &str) -> String {
        match routes.find(&method, path) {
            Found::Entry(number, params) => {
                let values = params.into_iter().map(|(name, place)| format!(" {name}={}", &path[place]));
                routes.entry(number).path.to_owned() + &values.collect::<String>()
            }
            Found::OtherMethods(methods) => format!("405 {methods:?}"),
            Found::Nothing => "404".to_owned(),
        }
    }

    #[test]
    fn a_rest_is_split_at_its_last_slash_and_may_be_empty() {
        let routes = table(&[
            ("GET", "/{ns}/data/{file}"),
            ("GET", "/{ns}/data/{*key}/{file}"),
            ("GET", "/{ns}/list"),
            ("GET", "/{ns}/list/{*key}"),
            ("DELETE", "/{ns}/data/all"),
            ("DELETE", "/{ns}/data/all/{*key}"),
            ("DELETE", "/{ns}/data/{kind}/{file}"),
            ("DELETE", "/{ns}/data/{kind}/{*key}/{file}"),
            ("POST", "/{ns}/cache/{id}/store"),
            ("POST", "/{ns}/{strategy}/store/{*key}"),
        ]);
        for (method, path, expected) in [
            ("GET", "/a/data/f", "/{ns}/data/{file} ns=a file=f"),
            ("GET", "/a/data/k/f", "/{ns}/data/{*key}/{file} ns=a key=k file=f"),
            ("GET", "/a/data/k/l/f", "/{ns}/data/{*key}/{file} ns=a key=k/l file=f"),
            ("GET", "/a/data//f", "/{ns}/data/{*key}/{file} ns=a key= file=f"),
            ("GET", "/a/data/k//f", "/{ns}/data/{*key}/{file} ns=a key=k/ file=f"),
            ("GET", "/a/data/", "404"),
            ("GET", "/a/data/k/", "404"),
            ("GET", "/a/data//", "404"),
            ("GET", "/a/list", "/{ns}/list ns=a"),
            ("GET", "/a/list/", "/{ns}/list/{*key} ns=a key="),
            ("GET", "/a/list//x", "/{ns}/list/{*key} ns=a key=/x"),
            ("DELETE", "/a/data/all", "/{ns}/data/all ns=a"),
            ("DELETE", "/a/data/all/x", "/{ns}/data/all/{*key} ns=a key=x"),
            ("DELETE", "/a/data/json/x", "/{ns}/data/{kind}/{file} ns=a kind=json file=x"),
            ("DELETE", "/a/data/json/k/x", "/{ns}/data/{kind}/{*key}/{file} ns=a kind=json key=k file=x"),
            ("POST", "/a/cache/store/k", "/{ns}/{strategy}/store/{*key} ns=a strategy=cache key=k"),
            ("POST", "/a/cache/7/store", "/{ns}/cache/{id}/store ns=a id=7"),
            ("POST", "/a/list", "405 [GET]"),
            ("PUT", "/a/data/all", "405 [GET, DELETE]"),
            ("GET", "//list", "404"),
            ("GET", "/a/LIST", "404"),
            ("GET", "/a//list", "404"),
            ("GET", "", "404"),
            ("GET", "*", "404"),
        ] {
            assert_eq!(found(&routes, method.parse().expect("a method"), path), expected, "{method} {path}");
        }
    }

    #[test]
    fn the_first_line_that_matches_counts() {
        let routes = table(&[
            ("GET", "/{ns}/retrieve/{id}"),
            ("GET", "/{ns}/retrieve/{id}/string"),
            ("GET", "/{ns}/retrieve/hash/{hash}"),
            ("GET", "/{ns}/retrieve/hash/{hash}/string"),
            ("GET", "/a/retrieve/hash/{hash}/{*more}"),
        ]);
        for (path, expected) in [
            ("/a/retrieve/hash/string", "/{ns}/retrieve/{id}/string ns=a id=hash"),
            ("/a/retrieve/hash/other", "/{ns}/retrieve/hash/{hash} ns=a hash=other"),
            ("/a/retrieve/hash/x/string", "/{ns}/retrieve/hash/{hash}/string ns=a hash=x"),
            ("/a/retrieve/hash/x/y", "/a/retrieve/hash/{hash}/{*more} hash=x more=y"),
            ("/a/retrieve/hash/x/", "/a/retrieve/hash/{hash}/{*more} hash=x more="),
            ("/b/retrieve/hash/x/y", "404"),
        ] {
            assert_eq!(found(&routes, Method::GET, path), expected, "{path}");
        }
    }

    #[test]
    fn what_matches_any_path_of_its_length_makes_no_path_known() {
        let routes = table(&[("DELETE", "/{ns}"), ("GET", "/{ns}/list"), ("POST", "/{ns}/{kind}")]);
        assert_eq!(found(&routes, Method::DELETE, "/a"), "/{ns} ns=a");
        assert_eq!(found(&routes, Method::GET, "/a"), "404");
        assert_eq!(found(&routes, Method::DELETE, "/a/list"), "405 [GET]");
        assert_eq!(found(&routes, Method::DELETE, "/a/other"), "404");
    }

    #[test]
    #[should_panic(expected = "never matches")]
    fn a_line_that_can_never_match_is_refused() {
        table(&[("GET", "/{a}/x"), ("GET", "/{b}/x")]);
    }

    #[test]
    #[should_panic(expected = "never matches")]
    fn a_line_that_is_hidden_by_an_earlier_one_is_refused() {
        table(&[("GET", "/{a}/{b}"), ("GET", "/x/y")]);
    }
}
