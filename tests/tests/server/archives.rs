//! Archives: stored, read, changed and refused, over both transports and on every engine.

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _, Write as _};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use bytes::Bytes;
use cache_client::client::{StoredZip, ZipChange};
use cache_client::{CacheClient, CacheHashGenerator, CacheId, Error, Strategy};
use cache_tests::{Engine, World, each_engine, each_transport};
use futures::future::{Either, join_all, select};
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

each_transport!(
    an_archive_is_stored_as_sent_and_hashed_by_its_members,
    a_change_makes_a_new_entry_and_leaves_the_original,
    a_member_that_is_added_replaces_the_one_of_its_name,
    members_that_did_not_change_keep_their_packed_bytes_and_their_order,
    several_changes_make_one_archive,
    a_batch_that_fails_stores_nothing_or_what_did_not_fail,
    changes_at_once_lose_nothing,
    what_is_absent_is_none_and_cannot_be_changed,
    what_was_made_here_is_taken_back,
    archives_with_zip64_fields_are_read_and_changed,
    a_zip_in_a_zip_is_just_bytes,
    whatever_is_no_archive_is_refused,
    names_that_lead_elsewhere_are_refused,
    members_of_other_kinds_are_refused,
    damaged_and_forged_archives_are_refused,
    bombs_are_refused,
    others_are_served_while_an_archive_is_unpacked,
);

type Writer = ZipWriter<Cursor<Vec<u8>>>;

fn deflated() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Stored)
}

/// An archive that `write` makes.
fn written(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    write(&mut writer);
    writer.finish().unwrap().into_inner()
}

/// An archive of these members.
fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    written(|writer| {
        for (name, content) in members {
            writer.start_file(*name, deflated()).unwrap();
            writer.write_all(content).unwrap();
        }
    })
}

/// An archive with every place where some bytes stand replaced by others of the same length.
fn forged(archive: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut forged = archive.to_vec();
    let places: Vec<_> = forged.windows(from.len()).enumerate().filter(|(_, at)| *at == from).map(|(i, _)| i).collect();
    assert!(!places.is_empty());
    for place in places {
        forged[place..place + to.len()].copy_from_slice(to);
    }
    forged
}

/// Where the header of a kind begins, the first one or the last one.
fn header(archive: &[u8], kind: &[u8; 4], last: bool) -> usize {
    let mut places = archive.windows(4).enumerate().filter(|(_, at)| at == kind).map(|(place, _)| place);
    if last { places.next_back().unwrap() } else { places.next().unwrap() }
}

const LOCAL: &[u8; 4] = b"PK\x03\x04";
const CENTRAL: &[u8; 4] = b"PK\x01\x02";
const END: &[u8; 4] = b"PK\x05\x06";

async fn put(client: &CacheClient, archive: impl Into<Bytes>) -> Result<StoredZip, Error> {
    client.zip().store("ns", Strategy::KeyBased, "archives/sent", "file", archive).send().await
}

async fn members(client: &CacheClient, id: CacheId) -> Vec<(String, Vec<u8>)> {
    let bytes = client.zip().archive("ns", id).bytes().await.unwrap().unwrap();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut members = Vec::new();
    for number in 0..archive.len() {
        let mut member = archive.by_index(number).unwrap();
        let (name, mut content) = (member.name().unwrap().into_owned(), Vec::new());
        member.read_to_end(&mut content).unwrap();
        members.push((name, content));
    }
    members
}

fn named(members: &[(&str, &[u8])]) -> Vec<(String, Vec<u8>)> {
    members.iter().map(|(name, content)| ((*name).to_owned(), content.to_vec())).collect()
}

async fn ids(client: &CacheClient) -> usize {
    client.namespace().ids("ns").all().await.unwrap().len()
}

async fn an_archive_is_stored_as_sent_and_hashed_by_its_members(World { client, .. }: World) {
    let zip = client.zip();
    for strategy in Strategy::ALL {
        let empty = zip.create("ns", strategy, "a/key", "empty").send().await.unwrap();
        assert_eq!((empty.cache_hash.as_str(), empty.size, empty.file_count), ("e3b0c44298fc1c14", 22, 0));
        let sent = archive(&[("dir/b.json", br#"{"b": 1}"#), ("a.txt", b"aaa"), ("ünï.bin", b"\0\xff")]);
        let one = zip.store("ns", strategy, "a/key", "full", sent.clone()).send().await.unwrap();
        assert_eq!((one.size, one.file_count), (sent.len() as u64, 3));
        let stored = zip.archive("ns", one.cache_id);
        assert_eq!(stored.bytes().await.unwrap().unwrap(), sent);
        assert_eq!(stored.files().await.unwrap().unwrap(), ["a.txt", "dir/b.json", "ünï.bin"]);
        assert_eq!(stored.file("ünï.bin").await.unwrap().unwrap(), b"\0\xff".as_slice());
        assert_eq!(client.retrieve().by_hash("ns", &one.cache_hash).binary().await.unwrap().unwrap(), sent);
    }
    // In another order, and packed in another way.
    let packed = archive(&[("a.txt", b"aaa"), ("dir/b.json", br#"{"b": 1}"#)]);
    let plain = written(|writer| {
        for (name, content) in [("dir/b.json", r#"{"b": 1}"#), ("a.txt", "aaa")] {
            writer.start_file(name, stored()).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
    });
    for archive in [packed, plain] {
        assert_eq!(put(&client, archive).await.unwrap().cache_hash.as_str(), "ce061ae4244079c0");
    }
}

async fn a_change_makes_a_new_entry_and_leaves_the_original(World { client, .. }: World) {
    for strategy in Strategy::ALL {
        let sent = archive(&[("a.txt", b"aaa"), ("dir/b.json", br#"{"b": 1}"#)]);
        let first = client.zip().store("ns", strategy, "k", "f", sent.clone()).send().await.unwrap();
        let original = client.zip().archive("ns", first.cache_id);
        let added = original.add("new/c.bin", vec![0, 1, 2]).await.unwrap();
        let removed = original.remove("a.txt").await.unwrap();
        let unchanged = original.remove("nothing").await.unwrap();
        assert_eq!(BTreeSet::from([first.cache_id, added, removed, unchanged]).len(), 4);
        assert_eq!(original.bytes().await.unwrap().unwrap(), sent);
        let files: [(&str, &[u8]); 2] = [("a.txt", b"aaa"), ("dir/b.json", br#"{"b": 1}"#)];
        assert_eq!(members(&client, added).await, named(&[files[0], files[1], ("new/c.bin", b"\0\x01\x02")]));
        assert_eq!(members(&client, removed).await, named(&files[1..]));
        assert_eq!(members(&client, unchanged).await, named(&files));

        let entry = client.retrieve().by_id("ns", added).refs().await.unwrap().unwrap();
        assert_eq!(entry.strategy, strategy);
        assert!(entry.file_paths.content_files[0].ends_with(&format!("{added}.bin")), "{:?}", entry.file_paths);
        let mut hash = CacheHashGenerator::default().archive();
        for (name, content) in [files[0], files[1], ("new/c.bin", b"\0\x01\x02")] {
            hash.name(name);
            hash.content(content);
            hash.end();
        }
        assert_eq!(entry.cache_hash, hash.finish());
        let again = client.retrieve().by_id("ns", unchanged).refs().await.unwrap().unwrap();
        assert_eq!(again.cache_hash, first.cache_hash);
    }
}

async fn a_member_that_is_added_replaces_the_one_of_its_name(World { client, .. }: World) {
    let first = put(&client, archive(&[("a.txt", b"old"), ("b.txt", b"b")])).await.unwrap();
    let second = client.zip().archive("ns", first.cache_id).add("a.txt", "new").await.unwrap();
    assert_eq!(members(&client, second).await, named(&[("b.txt", b"b"), ("a.txt", b"new")]));
    let changes =
        [ZipChange::rename("b.txt", "a.txt"), ZipChange::add("c.txt", "c"), ZipChange::replace("c.txt", "cc")];
    let third = client.zip().archive("ns", second).batch(changes).send().await.unwrap();
    assert_eq!(members(&client, third.cache_id).await, named(&[("a.txt", b"b"), ("c.txt", b"cc")]));
}

async fn members_that_did_not_change_keep_their_packed_bytes_and_their_order(World { client, .. }: World) {
    let text = "a text that packs well ".repeat(50);
    let sent = written(|writer| {
        for (name, options) in [("mimetype", stored()), ("b", deflated().compression_level(Some(1))), ("a", deflated())]
        {
            writer.start_file(name, options).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.add_directory("dir/", stored()).unwrap();
    });
    let packed = |bytes: Bytes| {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let each = |number| {
            let mut member = archive.by_index_raw(number).unwrap();
            let mut packed = Vec::new();
            member.read_to_end(&mut packed).unwrap();
            (member.name().unwrap().into_owned(), member.compression(), member.last_modified(), packed)
        };
        (0..4).map(each).collect::<Vec<_>>()
    };
    let first = put(&client, sent.clone()).await.unwrap();
    let changes = [ZipChange::add("z", "z"), ZipChange::add("a0", "a0")];
    let second = client.zip().archive("ns", first.cache_id).batch(changes).send().await.unwrap();
    let changed = client.zip().archive("ns", second.cache_id).bytes().await.unwrap().unwrap();
    assert_eq!(packed(changed), packed(sent.into()));
    let order: Vec<_> = members(&client, second.cache_id).await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(order, ["mimetype", "b", "a", "dir/", "z", "a0"]);
}

async fn several_changes_make_one_archive(World { client, .. }: World) {
    let sent = archive(&[("a.txt", b"aaa"), ("dir/b.txt", b"b"), ("dir/c.bin", b"c"), ("keep", b"k")]);
    let first = put(&client, sent.clone()).await.unwrap();
    let before = ids(&client).await;
    let changes = [
        ZipChange::remove_matching("*.txt"),
        ZipChange::add("a.txt", "not now").if_exists(),
        ZipChange::add("keep", "not now").if_not_exists(),
        ZipChange::rename("dir/c.bin", "d/c.bin"),
        ZipChange::replace("keep", "kept"),
        ZipChange::add("n.txt", "nnn").if_not_exists(),
        ZipChange::remove("gone").if_exists(),
    ];
    let done = client.zip().archive("ns", first.cache_id).batch(changes).send().await.unwrap();
    assert!(done.success && !done.rollback_performed && done.error_message.is_empty());
    assert_eq!((done.operations_applied, done.operations_failed, done.new_file_count), (7, 0, 3));
    assert_eq!(done.files_added, ["n.txt"]);
    assert_eq!(done.files_removed, ["a.txt", "dir/b.txt"]);
    assert_eq!(done.files_modified, ["dir/c.bin", "d/c.bin", "keep"]);
    let files: [(&str, &[u8]); 3] = [("d/c.bin", b"c"), ("keep", b"kept"), ("n.txt", b"nnn")];
    assert_eq!(members(&client, done.cache_id).await, named(&files));
    assert_eq!(ids(&client).await, before + 1);
    // The hash is the one of a store of the same members.
    let same = put(&client, archive(&files)).await.unwrap();
    let refs = client.retrieve().by_id("ns", done.cache_id).refs().await.unwrap().unwrap();
    assert_eq!(refs.cache_hash, same.cache_hash);
    let size = client.zip().archive("ns", done.cache_id).bytes().await.unwrap().unwrap().len() as u64;
    assert_eq!(done.new_size, size);
}

async fn a_batch_that_fails_stores_nothing_or_what_did_not_fail(World { client, .. }: World) {
    let first = put(&client, archive(&[("a.txt", b"aaa")])).await.unwrap();
    let original = client.zip().archive("ns", first.cache_id);
    let before = ids(&client).await;
    let changes = || [ZipChange::add("b.txt", "b"), ZipChange::rename("nope", "z"), ZipChange::add("c.txt", "c")];
    let failed = original.batch(changes()).send().await.unwrap();
    assert_eq!((failed.success, failed.rollback_performed, failed.cache_id), (false, true, first.cache_id));
    assert_eq!((failed.operations_applied, failed.operations_failed, failed.operation_results.len()), (1, 1, 2));
    assert_eq!(failed.error_message, "Atomic batch failed: \"There is no item named 'nope' in the archive\"");
    for wrong in [ZipChange::remove("nope"), ZipChange::remove_matching("*.nope"), ZipChange::add("empty", "")] {
        assert!(!original.batch([wrong]).send().await.unwrap().success);
    }
    assert_eq!(ids(&client).await, before);

    let partly = original.batch(changes()).atomic(false).send().await.unwrap();
    assert_eq!((partly.success, partly.rollback_performed), (false, false));
    assert_eq!((partly.operations_applied, partly.operations_failed), (2, 1));
    let files: [(&str, &[u8]); 3] = [("a.txt", b"aaa"), ("b.txt", b"b"), ("c.txt", b"c")];
    assert_eq!(members(&client, partly.cache_id).await, named(&files));
    assert_eq!(ids(&client).await, before + 1);

    // Nothing to do, or nothing that could be done.
    let nothing = original.batch([]).send().await.unwrap();
    assert_eq!((nothing.success, nothing.cache_id, nothing.new_file_count), (true, first.cache_id, 1));
    let nothing = original.batch([ZipChange::remove("nope")]).atomic(false).send().await.unwrap();
    assert_eq!((nothing.success, nothing.cache_id, nothing.new_file_count), (false, first.cache_id, 1));
    assert_eq!(ids(&client).await, before + 1);
}

async fn changes_at_once_lose_nothing(World { client, .. }: World) {
    let sent = archive(&[("a.txt", b"aaa")]);
    let first = put(&client, sent.clone()).await.unwrap();
    let original = client.zip().archive("ns", first.cache_id);
    let add = |number: usize| {
        let original = &original;
        async move { (number, original.add(format!("{number}.txt"), number.to_string()).await.unwrap()) }
    };
    let added = join_all((0..12).map(add)).await;
    assert_eq!(added.iter().map(|(_, id)| *id).collect::<BTreeSet<_>>().len(), 12);
    for (number, id) in added {
        let (name, content) = (format!("{number}.txt"), number.to_string());
        assert_eq!(members(&client, id).await, named(&[("a.txt", b"aaa"), (&name, content.as_bytes())]));
    }
    assert_eq!(original.bytes().await.unwrap().unwrap(), sent);
}

async fn what_is_absent_is_none_and_cannot_be_changed(World { client, .. }: World) {
    let none = client.zip().archive("ns", CacheId::random());
    assert_eq!(none.bytes().await.unwrap(), None);
    assert_eq!(none.files().await.unwrap(), None);
    assert_eq!(none.file("a").await.unwrap(), None);
    assert!(matches!(none.add("a", "a").await, Err(Error::NotFound { .. })));
    assert!(matches!(none.remove("a").await, Err(Error::NotFound { .. })));
    assert!(matches!(none.batch([ZipChange::remove("a")]).send().await, Err(Error::NotFound { .. })));
    let first = put(&client, archive(&[("a.txt", b"aaa")])).await.unwrap();
    assert_eq!(client.zip().archive("ns", first.cache_id).file("b.txt").await.unwrap(), None);
    // A text is no archive, and neither are any bytes.
    let text = client.store().string("ns", Strategy::Direct, "text").send().await.unwrap();
    let text = client.zip().archive("ns", text.cache_id);
    assert_eq!(text.files().await.unwrap(), None);
    assert!(matches!(text.add("a", "a").await, Err(Error::NotFound { .. })));
    assert!(matches!(text.bytes().await, Err(Error::InvalidInput { .. })));
    let bytes = client.store().binary("ns", Strategy::Direct, "no zip").send().await.unwrap();
    let bytes = client.zip().archive("ns", bytes.cache_id);
    assert_eq!(bytes.files().await.unwrap(), None);
    assert!(matches!(bytes.add("a", "a").await, Err(Error::InvalidInput { .. })));
}

async fn what_was_made_here_is_taken_back(World { client, .. }: World) {
    let empty = client.zip().create("ns", Strategy::Direct, "k", "f").send().await.unwrap();
    // What would pack to less than a hundredth, small and large.
    let mut id = client.zip().archive("ns", empty.cache_id).add("zeros", vec![0; 3 << 20]).await.unwrap();
    for number in 0..4 {
        id = client.zip().archive("ns", id).add(format!("{number}"), vec![b'x'; 900_000]).await.unwrap();
    }
    id = client.zip().archive("ns", id).batch([ZipChange::rename("zeros", "null")]).send().await.unwrap().cache_id;
    let made = client.zip().archive("ns", id).bytes().await.unwrap().unwrap();
    let again = put(&client, made).await.unwrap();
    assert_eq!(again.file_count, 5);
    assert_eq!(client.zip().archive("ns", again.cache_id).file("null").await.unwrap().unwrap(), vec![0; 3 << 20]);
}

async fn archives_with_zip64_fields_are_read_and_changed(World { client, .. }: World) {
    let sent = written(|writer| {
        writer.start_file("large.txt", deflated().large_file(true)).unwrap();
        writer.write_all(b"not so large").unwrap();
    });
    let first = put(&client, sent).await.unwrap();
    let second = client.zip().archive("ns", first.cache_id).add("b", "b").await.unwrap();
    assert_eq!(members(&client, second).await, named(&[("large.txt", b"not so large"), ("b", b"b")]));
}

async fn a_zip_in_a_zip_is_just_bytes(World { client, .. }: World) {
    let inner = archive(&[("../up", b"not looked at")]);
    let sent = written(|writer| {
        writer.start_file("inner.zip", stored()).unwrap();
        writer.write_all(&inner).unwrap();
    });
    let first = put(&client, sent).await.unwrap();
    let stored = client.zip().archive("ns", first.cache_id);
    assert_eq!(stored.files().await.unwrap().unwrap(), ["inner.zip"]);
    assert_eq!(stored.file("inner.zip").await.unwrap().unwrap(), inner);
}

/// The archive is refused with 400, or with 413, for this reason, and nothing is stored.
async fn refused(client: &CacheClient, archive: impl Into<Bytes>, status: u16, why: &str) {
    let error = put(client, archive).await.unwrap_err();
    let (answered, said) = match &error {
        Error::InvalidInput { reason, .. } => (400, reason),
        Error::TooLarge { message, .. } => (413, message),
        other => panic!("{why}: {other}"),
    };
    assert_eq!(answered, status, "{why}: {error}");
    assert!(said.contains(why), "{why}: {error}");
    assert_eq!(ids(client).await, 0, "{why}");
}

async fn whatever_is_no_archive_is_refused(World { client, .. }: World) {
    let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &[7; 300]].concat();
    refused(&client, png, 400, "not a zip file").await;
    refused(&client, "not a zip", 400, "not a zip file").await;
    refused(&client, "PK\x03\x04", 400, "not a zip file").await;
    let good = archive(&[("a.txt", b"aaa"), ("b.txt", b"bbb")]);
    for length in [good.len() - 1, good.len() - 22, good.len() - 60, 40] {
        refused(&client, good[..length].to_vec(), 400, "not a zip file").await;
    }
}

async fn names_that_lead_elsewhere_are_refused(World { client, .. }: World) {
    let long = "x".repeat(1025);
    for (name, why) in [
        ("../up", "\"..\" segment"),
        ("a/../../up", "\"..\" segment"),
        ("a\\..\\up", "\"..\" segment"),
        ("/etc/passwd", "is absolute"),
        ("\\\\server\\share", "is absolute"),
        ("C:\\x", "is absolute"),
        ("a\0b", "control character"),
        ("a\nb", "control character"),
        (long.as_str(), "longer than 1024 characters"),
    ] {
        // The writer refuses some of them.
        let place = "?".repeat(name.len());
        let forged = forged(&archive(&[("good", b"g"), (&place, b"x")]), place.as_bytes(), name.as_bytes());
        refused(&client, forged, 400, why).await;
    }
    let twice = archive(&[("same-1", b"one"), ("same-2", b"two")]);
    refused(&client, forged(&twice, b"same-2", b"same-1"), 400, "is there twice").await;

    // Neither does a name of that kind come in by a change. Paths of URLs are shortened by clients; bodies are not.
    let first = put(&client, archive(&[("a.txt", b"aaa")])).await.unwrap();
    let original = client.zip().archive("ns", first.cache_id);
    for name in ["../up", "/up", "C:up", &"x".repeat(70_000)] {
        assert!(matches!(original.add(name, "x").await, Err(Error::InvalidInput { request_id: None, .. })));
        let renamed = original.batch([ZipChange::rename("a.txt", name)]).send().await;
        assert!(matches!(renamed, Err(Error::InvalidInput { request_id: None, .. })));
    }
    assert_eq!(ids(&client).await, 1);
}

async fn members_of_other_kinds_are_refused(World { client, .. }: World) {
    let link = written(|writer| writer.add_symlink("link", "/etc/passwd", stored()).unwrap());
    refused(&client, link, 400, "\"link\" is a symbolic link").await;
    let plain = archive(&[("a.txt", b"aaa")]);
    let (local, central) = (header(&plain, LOCAL, false), header(&plain, CENTRAL, false));
    let with = |offset: usize, value: u8| {
        let mut forged = plain.clone();
        forged[local + offset] = value;
        forged[central + offset + 2] = value;
        forged
    };
    refused(&client, with(6, 1), 400, "\"a.txt\" is encrypted").await;
    for (method, name) in [(12, "Bzip2"), (14, "Lzma"), (93, "Zstd"), (9, "Deflate64"), (99, "")] {
        refused(&client, with(8, method), 400, name).await;
    }
}

async fn damaged_and_forged_archives_are_refused(World { client, .. }: World) {
    let good = written(|writer| {
        writer.start_file("a.txt", stored()).unwrap();
        writer.write_all(b"some content").unwrap();
        writer.start_file("b.txt", deflated()).unwrap();
        writer.write_all(b"more content, more content").unwrap();
    });
    let (first, last) = (header(&good, CENTRAL, false), header(&good, CENTRAL, true));
    let end = header(&good, END, true);
    let with = |places: &[(usize, &[u8])]| {
        let mut forged = good.clone();
        for (place, value) in places {
            forged[*place..*place + value.len()].copy_from_slice(value);
        }
        forged
    };
    refused(&client, forged(&good, b"some content", b"same content"), 400, "checksum").await;
    // A size that is not the one it unpacks to; a packed size that cuts it off, or goes past the end.
    refused(&client, with(&[(last + 24, &[1, 0, 0, 0])]), 400, "\"b.txt\" is damaged").await;
    refused(&client, with(&[(last + 20, &[5, 0, 0, 0])]), 400, "\"b.txt\" is damaged").await;
    refused(&client, with(&[(last + 20, &[0xff, 0xff, 0, 0])]), 400, "overlap").await;
    refused(&client, with(&[(last + 20, &[0, 0, 0, 0x7f]), (last + 24, &[0, 0, 0, 0x7f])]), 400, "overlap").await;
    // A member that lies elsewhere, or has another name there.
    refused(&client, with(&[(last + 42, &[1, 0, 0, 0])]), 400, "not where the directory says").await;
    refused(&client, with(&[(last + 42, &[0, 0, 0, 0])]), 400, "not where the directory says").await;
    refused(&client, with(&[(header(&good, LOCAL, true) + 30, b"c")]), 400, "not where the directory says").await;
    // A directory that counts fewer members than it has, or more, or is cut off.
    refused(&client, with(&[(end + 8, &[1, 0, 1, 0])]), 400, "has 2 members and counts 1").await;
    refused(&client, with(&[(end + 8, &[3, 0, 3, 0])]), 400, "not a zip file").await;
    refused(&client, with(&[(first, b"XX")]), 400, "not a zip file").await;
    let mut cut = good[..last].to_vec();
    cut.extend_from_slice(&good[end..]);
    refused(&client, cut, 400, "not a zip file").await;
}

/// A member of 101 MiB that packs to a fortieth, and an archive with eleven of nearly as many bytes.
static LARGE: LazyLock<(Bytes, Bytes)> = LazyLock::new(|| {
    let mut state = 1_u64;
    let mut content = Vec::with_capacity(101 << 20);
    while content.len() < 101 << 20 {
        for _ in 0..2 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            content.extend_from_slice(&state.to_le_bytes());
        }
        content.resize(content.len() + 1000, 0);
    }
    let fast = deflated().compression_level(Some(1));
    let single = |content: &[u8]| {
        written(|writer| {
            writer.start_file("large", fast).unwrap();
            writer.write_all(content).unwrap();
        })
    };
    let mut source = ZipArchive::new(Cursor::new(single(&content[..99 << 20]))).unwrap();
    let many = written(|writer| {
        for number in 0..11 {
            writer.raw_copy_file_rename(source.by_index_raw(0).unwrap(), format!("large-{number}")).unwrap();
        }
    });
    (single(&content).into(), many.into())
});

/// An archive with a member too many.
static CROWDED: LazyLock<Bytes> = LazyLock::new(|| {
    let crowded = written(|writer| {
        for number in 0..=100_000 {
            writer.start_file(format!("{number}"), stored()).unwrap();
        }
    });
    crowded.into()
});

async fn bombs_are_refused(World { client, engine, .. }: World) {
    refused(&client, archive(&[("zeros", &[0; 20 << 20])]), 413, "\"zeros\" unpacks to more than 100 times").await;
    let zeros = vec![0; 1 << 20];
    let names: Vec<_> = (0..30).map(|number| number.to_string()).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), zeros.as_slice())).collect();
    refused(&client, archive(&many), 413, "the archive unpacks to more than 100 times its size").await;
    refused(&client, CROWDED.clone(), 413, "more than 100000 members").await;
    // These take a while, and no engine sees them.
    if engine == Engine::Memory {
        let (large, many) = LARGE.clone();
        refused(&client, large, 413, "\"large\" unpacks to more than 104857600 bytes").await;
        refused(&client, many, 413, "the archive unpacks to more than 1073741824 bytes").await;
    }
}

async fn others_are_served_while_an_archive_is_unpacked(World { client, engine, .. }: World) {
    if engine != Engine::Memory {
        return;
    }
    let sent = LARGE.0.clone();
    let begun = Instant::now();
    let mut store = std::pin::pin!(put(&client, sent));
    let mut longest = Duration::ZERO;
    loop {
        let asked = Instant::now();
        let exists = client.exists();
        let exists = std::pin::pin!(exists.by_id("ns", CacheId::random()));
        match select(store.as_mut(), exists).await {
            Either::Left((stored, _)) => {
                assert!(matches!(stored, Err(Error::TooLarge { .. })), "{stored:?}");
                break;
            }
            Either::Right((exists, _)) => assert!(!exists.unwrap()),
        }
        longest = longest.max(asked.elapsed());
    }
    let whole = begun.elapsed();
    assert!(longest < whole / 2, "a request took {longest:?} of {whole:?}");
}

each_engine!(what_is_sent_in_other_ways_is_taken_or_refused);
async fn what_is_sent_in_other_ways_is_taken_or_refused(engine: Engine) {
    let server = engine.start();
    let sent = archive(&[("a.txt", b"aaa")]);
    let store = "/ns/direct/zip/store/k/f";
    let stored = server.post(store).bytes(sent.clone()).stored().await;
    let batch = format!("/ns/zip/{}/batch/operations", stored.cache_id);
    for list in ["[]", " [null, null]", "[true, null, \"ns\", null, []]"] {
        server.post(&batch).json(list).refused(400).await;
    }
    for media_type in ["application/zip", "text/plain", "application/x-zip-compressed"] {
        let answer = server.post(store).bytes(sent.clone()).header("content-type", media_type).value().await;
        assert_eq!(answer["file_count"], 1);
    }
    let encoded = server.post(store).bytes(sent.clone()).header("content-encoding", "gzip").refused(400).await;
    assert_eq!(encoded["detail"][0]["loc"], json!(["header", "content-encoding"]));
    server.post(store).bytes(sent.clone()).header("content-encoding", "identity").ok().await;
    server.post(store).bytes(sent.clone()).header("content-type", "application/json").refused(400).await;
    server.post(store).bytes(Vec::new()).refused(400).await;
    server.post(store).json(r#""a text""#).refused(400).await;
    server.post("/ns/direct/zip/store//f").bytes(sent.clone()).refused(400).await;
    server.post("/ns/nope/zip/store/k/f").bytes(sent.clone()).refused(400).await;

    let id = server.post(store).bytes(sent).value().await["cache_id"].as_str().unwrap().to_owned();
    let at = |rest: &str| format!("/ns/zip/{id}/{rest}");
    let whole = server.get(at("retrieve")).ok().await;
    assert_eq!(whole.header("content-type"), Some("application/zip"));
    assert_eq!(whole.header("content-disposition").unwrap(), format!("attachment; filename={id}.zip"));
    let tag = whole.tag();
    assert_eq!(server.get(at("retrieve")).header("if-none-match", &tag).await.status(), 304);
    let member = server.get(at("file/retrieve/a.txt")).ok().await;
    assert_eq!((member.text().as_str(), member.header("content-type")), ("aaa", Some("application/octet-stream")));
    let nothing = server.get(at("file/retrieve/b.txt")).refused(404).await;
    assert_eq!(nothing["detail"], "File 'b.txt' not found in zip");
    server.get(at("file/retrieve/")).refused(404).await;

    // Texts and bytes, with a content or without.
    for (how, body, content) in [("string", r#""é""#, "é"), ("string", r#""""#, ""), ("bytes", r#""""#, "")] {
        let added = server.post(at(&format!("file/add/from/{how}/n/é"))).json(body).value().await;
        assert_eq!(added["files_affected"], json!(["n/é"]));
        let member = format!("/ns/zip/{}/file/retrieve/n/é", added["cache_id"].as_str().unwrap());
        assert_eq!(server.get(member).ok().await.text(), content);
    }
    server.post(at("file/add/from/string/x")).json("{}").refused(400).await;
    server.post(at("file/add/from/bytes/x")).bytes(Vec::new()).refused(400).await;
    for name in ["", "a%2F..%2F..%2Fup", "%2Fup", "C:up", "dir/", &"x".repeat(1025)] {
        let answer = server.post(at(&format!("file/add/from/string/{name}"))).json(r#""x""#).refused(400).await;
        assert_eq!(answer["detail"][0]["loc"], json!(["path", "file_path"]), "{name}");
    }
}

each_engine!(a_batch_that_makes_no_sense_is_refused);
async fn a_batch_that_makes_no_sense_is_refused(engine: Engine) {
    let server = engine.start();
    let sent = archive(&[("a.txt", b"aaa")]);
    let id = server.post("/ns/direct/zip/store/k/f").bytes(sent).value().await["cache_id"].as_str().unwrap().to_owned();
    let batch = || server.post(format!("/ns/zip/{id}/batch/operations"));
    for wrong in [
        r#"{"operations": [{"action": "move", "path": "a.txt", "new_path": "b.txt"}]}"#,
        r#"{"operations": [{"action": "explode", "path": "a.txt"}]}"#,
        r#"{"operations": [{"path": "a.txt"}]}"#,
        r#"{"operations": [{"action": "add", "path": "a.txt", "content": "x", "condition": "sometimes"}]}"#,
        r#"{"operations": [{"action": "add", "path": "a.txt", "content": 5}]}"#,
        r#"{"operations": {}}"#,
        r#"{"atomic": "perhaps"}"#,
        "[]",
        "{",
        "",
    ] {
        batch().json(wrong).refused(400).await;
    }
    batch().text(r#"{"operations": []}"#).refused(400).await;
    let long = "x".repeat(70_000);
    for (name, why) in [("../up", "segment"), ("/up", "absolute"), ("", "empty"), (long.as_str(), "longer than")] {
        let add = json!({ "operations": [{ "action": "add", "path": name, "content": "x" }], "atomic": false });
        let rename = json!({ "operations": [{ "action": "rename", "path": "a.txt", "new_path": name }] });
        let answer = batch().json(add).refused(400).await;
        assert!(answer["detail"].as_str().unwrap().contains(why), "{answer}");
        if !name.is_empty() {
            batch().json(rename).refused(400).await;
        }
    }
    let pattern = |pattern: &str| json!({ "action": "remove", "path": "", "pattern": pattern });
    batch().json(json!({ "operations": [pattern(&"*".repeat(513))] })).refused(400).await;
    batch().json(json!({ "operations": vec![pattern("*"); 101] })).refused(413).await;
    let add = json!({ "action": "add", "path": "x", "content": "x" });
    batch().json(json!({ "operations": vec![add; 10_001] })).refused(413).await;
    for known in ["list", "get"] {
        let done = batch().json(json!({ "operations": [{ "action": known, "path": "a.txt" }] })).value().await;
        assert_eq!(done["error_message"], format!("Atomic batch failed: Unknown action: {known}"));
    }
    assert_eq!(server.get("/ns/file-ids").value().await.as_array().unwrap().len(), 1);
}
