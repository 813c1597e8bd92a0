//! `test-data`, and the fixtures of `server`: entries to try things out with.

use actix_web::{HttpResponse, web};
use cache_client::{CacheHash, CacheId, CacheKey, FileId, Namespace, Strategy};
use http_service::{Call, Refusal, Scope};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::error::{Refused, Result};
use super::params::{InNamespace, Params};
use crate::cache::{self, Cache, STRATEGIES, Sample};
use crate::records::Owner;

/// The namespaces of the comprehensive test data.
const NAMESPACES: [&str; 3] = ["test-data", "test-demo", "test-analytics"];
/// The namespace of the minimal test data, and of the fixtures.
const DEFAULT: &str = "default";
/// How many entries the minimal test data has.
const MINIMAL: usize = 3;
/// What the names of namespaces begin with that anybody may clear.
const FOR_TESTS: &str = "test";

/// Test data that was created.
#[derive(Debug, Serialize, ToSchema)]
struct TestDataResponse {
    /// Always true: a refusal has another status.
    success: bool,
    /// When it was created, in milliseconds since 1970.
    timestamp: u64,
    /// How many entries.
    entries_created: u64,
    /// Their namespaces.
    #[schema(value_type = Vec<String>)]
    namespaces: Vec<Namespace>,
    /// Their strategies.
    #[schema(value_type = Vec<String>)]
    strategies_used: Vec<Strategy>,
    /// The entries.
    entries: Vec<TestDataEntry>,
    /// What was done.
    message: String,
}

/// An entry of the test data.
#[derive(Debug, Serialize, ToSchema)]
struct TestDataEntry {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    cache_id: CacheId,
    /// Its hash.
    #[schema(value_type = String)]
    cache_hash: CacheHash,
    /// Its namespace.
    #[schema(value_type = String)]
    namespace: Namespace,
    /// Its strategy.
    #[schema(value_type = String)]
    strategy: Strategy,
    /// `json`, `string` or `zip`.
    data_type: &'static str,
    /// What it is.
    description: String,
    /// Its cache key, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    cache_key: Option<CacheKey>,
    /// Its child files, where it has some.
    #[serde(skip_serializing_if = "Option::is_none")]
    children: Option<Vec<TestDataChild>>,
}

/// A child file of the test data.
#[derive(Debug, Serialize, ToSchema)]
struct TestDataChild {
    /// Its folder.
    data_key: String,
    /// Its name.
    #[schema(value_type = String)]
    data_file_id: FileId,
}

impl From<Sample> for TestDataEntry {
    fn from(sample: Sample) -> Self {
        let child = |(key, data_file_id): (cache_client::DataKey, FileId)| TestDataChild {
            data_key: key.echo().to_owned(),
            data_file_id,
        };
        Self {
            cache_id: sample.cache_id,
            cache_hash: sample.cache_hash,
            namespace: sample.namespace,
            strategy: sample.strategy,
            data_type: sample.data_type,
            description: sample.description,
            cache_key: sample.cache_key,
            children: sample.children.map(|children| children.into_iter().map(child).collect()),
        }
    }
}

/// A namespace that the request does not name, and that its key has to reach all the same.
fn reached(call: &Call, name: &str) -> Result<Namespace> {
    if !call.reaches(name) {
        return Err(Refusal::Namespace.into());
    }
    Ok(Namespace::parse(name).expect("this is a namespace"))
}

fn created(
    cache: &Cache,
    namespaces: Vec<Namespace>,
    strategies_used: &[Strategy],
    made: Vec<Sample>,
    message: String,
) -> HttpResponse {
    HttpResponse::Ok().json(TestDataResponse {
        success: true,
        timestamp: cache.now(),
        entries_created: made.len() as u64,
        namespaces,
        strategies_used: strategies_used.to_vec(),
        entries: made.into_iter().map(TestDataEntry::from).collect(),
        message,
    })
}

/// Create test data in three namespaces
///
/// They are `test-data`, `test-demo` and `test-analytics`.
#[utoipa::path(
    post,
    path = "",
    tag = "test_data",
    responses((status = 200, description = "The entries.", body = TestDataResponse), Refused)
)]
pub(crate) async fn create_comprehensive(cache: web::Data<Cache>, call: Call) -> Result<HttpResponse> {
    let namespaces: Vec<_> = NAMESPACES.into_iter().map(|name| reached(&call, name)).collect::<Result<_>>()?;
    let mut made = Vec::new();
    for namespace in &namespaces {
        made.extend(cache.create_test_data(namespace).await?);
    }
    Ok(created(&cache, namespaces, &STRATEGIES, made, "Comprehensive test data created".to_owned()))
}

/// Create three entries in the namespace `default`
#[utoipa::path(
    post,
    path = "",
    tag = "test_data",
    responses((status = 200, description = "The entries.", body = TestDataResponse), Refused)
)]
pub(crate) async fn create_minimal(cache: web::Data<Cache>, call: Call) -> Result<HttpResponse> {
    let namespace = reached(&call, DEFAULT)?;
    let made = cache.sample_documents(&namespace, Strategy::Direct, MINIMAL).await?;
    Ok(created(&cache, vec![namespace], &[Strategy::Direct], made, "Minimal test data created".to_owned()))
}

/// Create test data in a namespace
#[utoipa::path(
    post,
    path = "",
    tag = "test_data",
    params(InNamespace),
    responses((status = 200, description = "The entries.", body = TestDataResponse), Refused)
)]
pub(crate) async fn create_namespace(cache: web::Data<Cache>, Params(at): Params<InNamespace>) -> Result<HttpResponse> {
    let made = cache.create_test_data(&at.namespace).await?;
    let message = format!("Test data created for {}", at.namespace);
    Ok(created(&cache, vec![at.namespace], &STRATEGIES, made, message))
}

/// What was cleared.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClearResponse {
    /// Always true: a refusal has another status.
    success: bool,
    /// The namespace.
    #[schema(value_type = String)]
    namespace: Namespace,
    /// How many files are gone.
    files_deleted: u64,
    /// What was done.
    message: String,
    /// Always empty: a refusal has another status.
    error: &'static str,
}

/// Delete everything in a namespace
///
/// Without the scope `admin` the name of the namespace has to begin with `test`. Nobody should use the namespace
/// meanwhile: what is stored then may lose a part.
#[utoipa::path(
    delete,
    path = "",
    tag = "test_data",
    params(InNamespace),
    responses((status = 200, description = "How much was deleted.", body = ClearResponse), Refused)
)]
pub(crate) async fn clear_namespace(
    cache: web::Data<Cache>,
    call: Call,
    Params(InNamespace { namespace }): Params<InNamespace>,
) -> Result<web::Json<ClearResponse>> {
    let may_administer = call.key().is_none_or(|key| key.has(Scope::Admin));
    if !may_administer && !namespace.as_str().starts_with(FOR_TESTS) {
        return Err(Refusal::Scope(Scope::Admin).into());
    }
    let files_deleted = cache.clear_namespace(&namespace).await?;
    let message = format!("Cleared {files_deleted} files from {namespace}");
    Ok(web::Json(ClearResponse { success: true, namespace, files_deleted, message, error: "" }))
}

/// The manifest of the fixtures, as the Python service has it in memory.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FixturesResponse {
    /// The fixtures, each with its id, hash and type, and when they were stored.
    #[schema(value_type = serde_json::Value)]
    data: Box<RawValue>,
    /// Always `json`.
    data_type: &'static str,
    /// Always null.
    content_encoding: Option<String>,
    /// About the entry of the manifest.
    #[schema(value_type = serde_json::Value)]
    metadata: Owner,
}

/// Create the fixtures of tests
///
/// They are stored once, in the namespace `default`; the answer is their manifest.
#[utoipa::path(
    get,
    path = "",
    tag = "server",
    responses((status = 200, description = "The manifest.", body = FixturesResponse), Refused)
)]
pub(crate) async fn create_test_fixtures(cache: web::Data<Cache>, call: Call) -> Result<web::Json<FixturesResponse>> {
    let manifest = cache.fixtures(&reached(&call, DEFAULT)?).await?;
    let text = String::from_utf8_lossy(&manifest.content).into_owned();
    let data = RawValue::from_string(text)
        .map_err(|error| cache::Error::Unreadable { path: manifest.path.clone(), reason: error.to_string() })?;
    Ok(web::Json(FixturesResponse { data, data_type: "json", content_encoding: None, metadata: manifest.owner }))
}
