//! Listings: byte order, pages, and what lies in a folder.

use cache_server::storage::SharedStorage;

use crate::support::{delete, fill, folder, keys_after, names, names_after, put};

/// Names around `a`: in byte order `-`, `.`, `/`, `0` follow one another.
const AROUND: [&str; 12] =
    ["a!", "a-", "a-b", "a-b/c", "a.json", "a.json.metadata", "a/-", "a/b", "a/b-c", "a/c/d/e", "a0", "a0/1"];

/// `AROUND` below a folder, without those that need a file and a folder of one name.
fn around(below: &str) -> Vec<String> {
    let no_folder = |name: &&&str| !matches!(**name, "a-b" | "a0");
    let mut names: Vec<_> = AROUND.iter().filter(no_folder).map(|name| format!("{below}/{name}")).collect();
    names.extend(["b", "aa/a", "Z/a", "é/a"].map(|name| format!("{below}/{name}")));
    names.sort_unstable();
    names
}

async fn fill_around(storage: &SharedStorage, below: &str) -> Vec<String> {
    let names = around(below);
    fill(storage, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    names
}

pub(crate) async fn a_listing_is_in_the_byte_order_of_the_paths(storage: &SharedStorage) {
    let expected = fill_around(storage, "order").await;
    assert_eq!(names(storage, "order").await, expected);
    // The root lists everything that this storage holds.
    let all = names(storage, "").await;
    assert!(all.is_sorted());
    assert!(expected.iter().all(|name| all.binary_search(name).is_ok()));
}

pub(crate) async fn pages_show_every_object_once(storage: &SharedStorage) {
    let expected = fill_around(storage, "pages").await;
    for limit in 1..=expected.len() + 1 {
        let mut seen: Vec<String> = Vec::new();
        loop {
            let page = names_after(storage, "pages", seen.last().map(String::as_str), limit).await;
            assert!(page.len() <= limit);
            let is_last = page.len() < limit;
            seen.extend(page);
            if is_last {
                break;
            }
        }
        assert_eq!(seen, expected, "in pages of {limit}");
    }
    assert!(names_after(storage, "pages", None, 0).await.is_empty());
}

pub(crate) async fn pages_from_the_last_to_the_first_show_every_object_once(storage: &SharedStorage) {
    let mut expected = fill_around(storage, "backwards").await;
    expected.reverse();
    let page = async |before: Option<&str>, limit| {
        let listed = storage.list_back(&folder("backwards"), before, limit).await.unwrap();
        listed.into_iter().map(|listed| (listed.path.to_string(), listed.size)).collect::<Vec<_>>()
    };
    for limit in 1..=expected.len() + 1 {
        let mut seen: Vec<String> = Vec::new();
        loop {
            let page = page(seen.last().map(String::as_str), limit).await;
            assert!(page.iter().all(|(path, size)| *size == path.len() as u64), "{page:?}");
            let is_last = page.len() < limit;
            seen.extend(page.into_iter().map(|(path, _)| path));
            if is_last {
                break;
            }
        }
        assert_eq!(seen, expected, "in pages of {limit}");
    }
    // Any text may be what the page comes before.
    let texts = ["", "b", "backwards", "backwards/", "backwards/a", "backwards/a.", "backwards/a/", "backwards/~", "c"];
    for text in texts {
        let before: Vec<_> = page(Some(text), 100).await.into_iter().map(|(path, _)| path).collect();
        let wanted: Vec<_> = expected.iter().filter(|path| path.as_str() < text).cloned().collect();
        assert_eq!(before, wanted, "before {text:?}");
    }
}

/// For servers with an order of their own.
pub(crate) async fn folder_by_folder_pages_show_every_object_once(storage: &SharedStorage) {
    let expected = fill_around(storage, "folders").await;
    for limit in 1..=expected.len() + 1 {
        let mut seen: Vec<String> = Vec::new();
        loop {
            let page = names_after(storage, "folders", seen.last().map(String::as_str), limit).await;
            let is_last = page.len() < limit;
            seen.extend(page);
            if is_last {
                break;
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, expected, "in pages of {limit}");
    }
}

pub(crate) async fn a_page_may_begin_after_any_text(storage: &SharedStorage) {
    let there = fill_around(storage, "after").await;
    let mut texts: Vec<String> = there.clone();
    // Prefixes of names, folders with and without a slash, names that were deleted, and texts outside the folder.
    for name in AROUND {
        for end in 0..=name.len() {
            texts.push(format!("after/{}", &name[..end]));
        }
        texts.push(format!("after/{name}/deleted"));
        texts.push(format!("after/{name}~"));
    }
    texts.extend(
        ["", "a", "after", "after/", "after0", "b", "zzz", "after/\u{10ffff}", "after-", "\u{0}"].map(String::from),
    );
    for after in &texts {
        let expected: Vec<_> = there.iter().filter(|name| *name > after).cloned().collect();
        assert_eq!(names_after(storage, "after", Some(after), 100).await, expected, "after {after:?}");
        let two = names_after(storage, "after", Some(after), 2).await;
        assert_eq!(two, expected[..expected.len().min(2)], "two after {after:?}");
    }
    let middle = &there[there.len() / 2];
    delete(storage, middle).await;
    assert_eq!(names_after(storage, "after", Some(middle), 100).await, there[there.len() / 2 + 1..]);
}

pub(crate) async fn a_folder_lists_what_lies_in_it_and_nothing_else(storage: &SharedStorage) {
    fill(storage, &["in/ab/x", "in/ab/y/z", "in/abc/x", "in/ab-/x", "in/ab.json", "in/a"]).await;
    assert_eq!(names(storage, "in/ab").await, ["in/ab/x", "in/ab/y/z"]);
    assert_eq!(names(storage, "in/ab/y").await, ["in/ab/y/z"]);
    assert_eq!(names(storage, "in/abc").await, ["in/abc/x"]);
    for nothing in ["in/ab/x", "in/a", "in/none", "in/ab/y/z/deeper", "in/AB"] {
        assert!(names(storage, nothing).await.is_empty(), "{nothing:?}");
        assert!(keys_after(storage, nothing, None, 10).await.is_empty(), "{nothing:?}");
    }
    assert_eq!(names_after(storage, "in/ab", Some("in/abc/x"), 10).await, [""; 0]);
    assert_eq!(names_after(storage, "in/ab", Some("in/a"), 10).await.len(), 2);
}

pub(crate) async fn writes_between_pages_hide_no_other_object(storage: &SharedStorage) {
    let there = fill_around(storage, "between").await;
    let mut seen: Vec<String> = Vec::new();
    while let [name] = names_after(storage, "between", seen.last().map(String::as_str), 1).await.as_slice() {
        // What was seen goes away with its folder, and something new comes in front of it.
        delete(storage, name).await;
        put(storage, &format!("between/!{}", seen.len()), "new").await;
        seen.push(name.clone());
    }
    assert_eq!(seen, there);
}

pub(crate) async fn children_are_files_and_folders_in_the_order_of_their_keys(storage: &SharedStorage) {
    fill_around(storage, "children").await;
    let keys = keys_after(storage, "children", None, 100).await;
    assert_eq!(keys, ["Z/", "a!", "a-", "a-b/", "a.json", "a.json.metadata", "a/", "a0/", "aa/", "b", "é/"]);
    assert!(keys.is_sorted());
    assert_eq!(keys_after(storage, "children/a", None, 100).await, ["-", "b", "b-c", "c/"]);
    assert_eq!(keys_after(storage, "children/a/c", None, 100).await, ["d/"]);
    let root = keys_after(storage, "", None, usize::MAX).await;
    assert!(root.is_sorted());
    assert!(root.contains(&"children/".to_owned()));
}

pub(crate) async fn pages_of_children_show_every_child_once(storage: &SharedStorage) {
    fill_around(storage, "keys").await;
    let expected = keys_after(storage, "keys", None, 100).await;
    for limit in 1..=expected.len() + 1 {
        let mut seen: Vec<String> = Vec::new();
        loop {
            let page = keys_after(storage, "keys", seen.last().map(String::as_str), limit).await;
            let is_last = page.len() < limit;
            seen.extend(page);
            if is_last {
                break;
            }
        }
        assert_eq!(seen, expected, "in pages of {limit}");
    }
    for after in ["a", "a-b", "a.", "a/", "a0", "none", "none/", "!", "z", "zz/", "aa"] {
        let after_it: Vec<_> = expected.iter().filter(|key| key.as_str() > after).cloned().collect();
        assert_eq!(keys_after(storage, "keys", Some(after), 100).await, after_it, "after {after:?}");
    }
    assert!(keys_after(storage, "keys", None, 0).await.is_empty());
}

/// For engines whose folders are only parts of names.
pub(crate) async fn a_file_and_a_folder_may_share_a_name(storage: &SharedStorage) {
    let paths: Vec<_> = AROUND.iter().map(|name| format!("both/{name}")).chain(["both/a".to_owned()]).collect();
    fill(storage, &paths.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut expected = paths.clone();
    expected.sort_unstable();
    assert_eq!(names(storage, "both").await, expected);
    let keys = keys_after(storage, "both", None, 100).await;
    assert_eq!(keys, ["a", "a!", "a-", "a-b", "a-b/", "a.json", "a.json.metadata", "a/", "a0", "a0/"]);
    let mut seen: Vec<String> = Vec::new();
    while let [key] = keys_after(storage, "both", seen.last().map(String::as_str), 1).await.as_slice() {
        seen.push(key.clone());
    }
    assert_eq!(seen, keys);
}
