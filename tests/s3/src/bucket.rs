//! A bucket as a test sees it, past the server under test.

use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::signer::Signer;
use object_store::{Error, ObjectStore, ObjectStoreExt, RetryConfig};
use reqwest::Method;
use reqwest::header::CONTENT_LENGTH;

use crate::{KEY, REGION, SECRET};

/// A bucket of one of the servers here, or of a proxy to it.
///
/// Its connections belong to the runtime they were opened in: make one for each test.
#[derive(Debug)]
pub struct Bucket {
    name: String,
    store: AmazonS3,
}

impl Bucket {
    /// The bucket of this name at this address; it need not exist.
    pub fn at(endpoint: &str, name: &str) -> Self {
        let store = AmazonS3Builder::new()
            .with_endpoint(endpoint)
            .with_allow_http(true)
            .with_region(REGION)
            .with_access_key_id(KEY)
            .with_secret_access_key(SECRET)
            .with_bucket_name(name)
            // What fails is seen, not retried.
            .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() })
            .build()
            .unwrap();
        Self { name: name.to_owned(), store }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The client, for what has no short word here. It retries nothing.
    pub fn store(&self) -> &AmazonS3 {
        &self.store
    }

    /// Creates the bucket.
    pub async fn create(&self) {
        self.ask(Method::PUT).await;
    }

    /// Removes the bucket with what is in it.
    pub async fn remove(&self) {
        for key in self.keys("").await {
            self.delete(&key).await;
        }
        self.ask(Method::DELETE).await;
    }

    /// Sends a request about the bucket itself, for which [`ObjectStore`] has no words.
    async fn ask(&self, method: Method) {
        let url = self.store.signed_url(method.clone(), &Path::default(), Duration::from_secs(60)).await.unwrap();
        // moto refuses a PUT without a length, and an empty body alone sends none.
        let answer = reqwest::Client::new().request(method, url).header(CONTENT_LENGTH, "0").send().await.unwrap();
        assert!(answer.status().is_success(), "{}: {}", self.name, answer.text().await.unwrap());
    }

    /// Writes an object.
    pub async fn put(&self, key: &str, content: impl Into<Bytes>) {
        self.store.put(&path(key), content.into().into()).await.unwrap();
    }

    /// Reads an object.
    pub async fn get(&self, key: &str) -> Option<Bytes> {
        match self.store.get(&path(key)).await {
            Ok(object) => Some(object.bytes().await.unwrap()),
            Err(Error::NotFound { .. }) => None,
            Err(error) => panic!("{key}: {error}"),
        }
    }

    /// Deletes an object; one that is not there is no error.
    pub async fn delete(&self, key: &str) {
        self.store.delete(&path(key)).await.unwrap();
    }

    /// The keys below a folder (all of them below the empty one), in the order of their bytes.
    pub async fn keys(&self, folder: &str) -> Vec<String> {
        let listing = self.store.list(Some(&path(folder)));
        let mut keys: Vec<_> = listing.map_ok(|object| object.location.to_string()).try_collect().await.unwrap();
        keys.sort_unstable();
        keys
    }
}

fn path(key: &str) -> Path {
    Path::parse(key).unwrap()
}
