//! Buckets as sources and targets, of a server that lists by bytes and of one that lists folder by folder.

use test_buckets::{Fault, Product, Proxy, Rule, tally};

use crate::fill;
use crate::program::{Server, copied, copy, equal, s3_flags};
use crate::tree::{pack, plant, tree};

async fn there_and_back(product: Product) {
    let Some(s3) = product.shared() else { return };
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let url = |kind: &str, name: &str| format!("{kind}:{}", place(name).display());
    let flags = s3_flags(s3.endpoint());
    let bucket = format!("copied-{product:?}").to_lowercase();
    let entries = fill::folder("embedded", &place("a"), 40).await;
    copied(&url("embedded", "a"), &url("disk", "files"), &[]);
    let to = format!("s3://{bucket}/below/here");
    copied(&url("embedded", "a"), &to, &flags);
    // Byte by byte, and the listing alone tells that it is equal.
    equal(&url("embedded", "a"), &to, &flags);
    copied(&to, &format!("s3://{bucket}/again"), &flags);
    equal(&format!("s3://{bucket}/again"), &to, &flags);
    copied(&format!("s3://{bucket}/again"), &url("disk", "back"), &flags);
    assert!(tree(&place("files")) == tree(&place("back")), "the trees differ");
    let mut serving = flags.clone();
    serving.extend(["--storage-mode", "s3", "--bucket", &bucket, "--storage-prefix", "below/here"].map(str::to_owned));
    let server = Server::start(&serving);
    fill::all_read(&server, &entries).await;
}

#[tokio::test]
async fn a_store_goes_to_a_bucket_that_lists_by_bytes_and_back() {
    there_and_back(Product::Moto).await;
}

#[tokio::test]
async fn a_store_goes_to_a_bucket_that_lists_folder_by_folder_and_back() {
    there_and_back(Product::SeaweedFs).await;
}

#[tokio::test]
async fn a_copy_to_a_bucket_costs_one_request_an_object_and_a_few_listings() {
    let Some(s3) = Product::Moto.shared() else { return };
    let root = tempfile::tempdir().unwrap();
    let a = root.path().join("a");
    fill::folder("local_disk", &a, 20).await;
    let objects = tree(&a).len();
    let proxy = Proxy::to(s3.endpoint());
    // One that nobody writes to: of others, entries of the last minutes are looked at once more.
    pack(&a, &root.path().join("a.zip"));
    let (from, to) = (format!("zip:{}", root.path().join("a.zip").display()), "s3://counted".to_owned());
    copied(&from, &to, &s3_flags(&proxy.endpoint()));
    let count = |method: &str, log: &[test_buckets::Request]| log.iter().filter(|r| r.method == method).count();
    let log = proxy.take_log();
    // The probe writes some objects of its own.
    assert!(count("PUT", &log) >= objects && count("PUT", &log) < objects + 20, "{:#?}", tally(&log));
    // The root, and of each of six namespaces: itself, its references, and the three parts that were compared.
    let paths: Vec<&String> =
        log.iter().filter(|r| r.method == "GET" && !r.path.contains("?list")).map(|r| &r.path).collect();
    assert!(count("GET", &log) < 50, "{paths:#?} {:#?}", tally(&log));
    assert!(count("HEAD", &log) < 20, "{:#?}", tally(&log));
    equal(&from, &to, &s3_flags(&proxy.endpoint()));
    let log = proxy.take_log();
    assert_eq!((count("PUT", &log), count("HEAD", &log)), (0, 0), "{:#?}", tally(&log));
    assert!(count("GET", &log) < 50, "{:#?}", tally(&log));
}

#[tokio::test]
async fn names_that_a_bucket_cannot_hold_end_a_copy_before_it_begins() {
    let Some(s3) = Product::Moto.shared() else { return };
    let root = tempfile::tempdir().unwrap();
    let a = root.path().join("a");
    plant(
        &a,
        &format!("ns/data/{}f", format!("{}/", "k".repeat(240)).repeat(4)),
        b"longer than 1,024 bytes with the prefix",
    );
    plant(&a, "ns/data/f", b"short");
    let flags = s3_flags(s3.endpoint());
    let from = format!("disk:{}", a.display());
    copy(&from, &format!("s3://named/{}", "p".repeat(80)), &flags).refused("is longer than 943 bytes");
    assert!(s3.bucket("named").keys("").await.is_empty());
    copied(&from, "s3://named", &flags);
}

#[tokio::test]
async fn keys_that_cannot_be_addressed_are_told() {
    let Some(s3) = Product::Moto.shared() else { return };
    let root = tempfile::tempdir().unwrap();
    let a = root.path().join("a");
    fill::folder("local_disk", &a, 3).await;
    let flags = s3_flags(s3.endpoint());
    copied(&format!("disk:{}", a.display()), "s3://odd", &flags);
    // As the Python service stores a key with an empty segment; this server takes what is not signed.
    let key = format!("{}/odd/many/data/direct/a//b.json", s3.endpoint());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    assert!(client.put(key).body("{}").send().await.unwrap().status().is_success());
    let said = copy("s3://odd", &format!("disk:{}", root.path().join("b").display()), &flags);
    said.refused("without some of it: names that cannot be held here (1: \"many/data/direct/a//b.json\")");
    assert_eq!(tree(&root.path().join("b")), tree(&a));
    // It is the first one in the bucket, which can be opened all the same.
    copied("s3://odd/ns-direct", "s3://odd/again", &flags);
}

#[tokio::test]
async fn a_bucket_that_refuses_is_told_and_a_source_is_not_written_to() {
    let Some(s3) = Product::SeaweedFs.shared() else { return };
    let root = tempfile::tempdir().unwrap();
    let a = root.path().join("a");
    fill::folder("local_disk", &a, 1).await;
    let from = format!("disk:{}", a.display());
    let flags = s3_flags(s3.endpoint());
    let wrong: Vec<String> = flags.iter().map(|flag| flag.replace("S3RVER", "NOBODY")).collect();
    let back = format!("disk:{}", root.path().join("b").display());
    copy(&from, "s3://nobodys", &wrong).refused("cannot open s3://nobodys/");
    copy("s3://nobodys", &back, &wrong).refused("cannot list bucket");
    copy("s3://no-such-bucket", &back, &flags).refused("does not exist");
    // Refused in the middle: what was copied stays, and the next copy goes on.
    let proxy = Proxy::to(s3.endpoint());
    proxy.set([Rule::new(Fault::SlowDown).when(|request| request.method == "PUT" && request.path.contains("ns-"))]);
    let mut through = s3_flags(&proxy.endpoint());
    through.extend(["--s3-retries", "1"].map(str::to_owned));
    copy(&from, "s3://slow", &through).refused("goes on from there");
    proxy.set([]);
    copied(&from, "s3://slow", &s3_flags(&proxy.endpoint()));
    equal(&from, "s3://slow", &flags);
}
