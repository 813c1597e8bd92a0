//! The route table: every operation with its method, path, access and handler. Paths are written nowhere else.
//!
//! Access is the scope that a key needs; `open` and `probe` need no key. Operations that store what is sent take large bodies,
//! the others are `small`. The syntax of paths, and which route goes first, are told at [`http_service::Routes`].

use std::sync::LazyLock;

use bytes::Bytes;
use http_service::{Entry, Routes, Ui, metrics, session};

use super::*;

/// How the paths begin of operations that retrieve one entry, for counters of hits and misses.
pub(crate) const RETRIEVES: &str = "/{namespace}/retrieve/";

/// The operations of the service.
#[rustfmt::skip]
pub(super) fn operations() -> Vec<Entry> {
    let own = http_service::routes! {
        // This service, and probes.
        GET    "/info/health"                                                                     read   info::health, small;
        GET    "/health/live"                                                                     probe  info::live, small;
        GET    "/health/ready"                                                                    probe  info::ready, small;
        GET    "/info/server"                                                                     read   info::server_info, small;
        GET    "/info/status"                                                                     read   info::service_status, small;
        GET    "/info/versions"                                                                   read   info::versions, small;
        GET    "/server/storage/info"                                                             admin  info::storage_info, small;
        GET    "/server/storage/read-cache"                                                       admin  info::read_cache, small;

        GET    "/server/config"                                                                   admin  server::server_config, small;
        GET    "/server/namespaces"                                                               read   server::survey_namespaces, small;
        POST   "/server/find"                                                                     read   server::find_entries;

        // Entries by their key: before those by id, since a key may be `string` or `refs/all`.
        GET    "/{namespace}/retrieve/key/{*cache_key}"                                           read   retrieve::by_key::retrieve_by_key, small;

        // Entries by their id.
        GET    "/{namespace}/retrieve/{cache_id}"                                                 read   retrieve::by_id::retrieve_by_id, small;
        GET    "/{namespace}/retrieve/{cache_id}/string"                                          read   retrieve::by_id::retrieve_string, small;
        GET    "/{namespace}/retrieve/{cache_id}/json"                                            read   retrieve::by_id::retrieve_json, small;
        GET    "/{namespace}/retrieve/{cache_id}/binary"                                          read   retrieve::by_id::retrieve_binary, small;

        // The documents about an entry.
        GET    "/{namespace}/retrieve/{cache_id}/config"                                          read   retrieve::documents::retrieve_config, small;
        GET    "/{namespace}/retrieve/{cache_id}/metadata"                                        read   retrieve::documents::retrieve_metadata, small;
        GET    "/{namespace}/retrieve/{cache_id}/refs"                                            read   retrieve::documents::retrieve_refs, small;
        GET    "/{namespace}/retrieve/{cache_id}/refs/all"                                        read   retrieve::documents::retrieve_refs_all, small;

        // Entries by their hash.
        GET    "/{namespace}/retrieve/hash/{cache_hash}"                                          read   retrieve::by_hash::retrieve_by_hash, small;
        GET    "/{namespace}/retrieve/hash/{cache_hash}/string"                                   read   retrieve::by_hash::retrieve_string_by_hash, small;
        GET    "/{namespace}/retrieve/hash/{cache_hash}/json"                                     read   retrieve::by_hash::retrieve_json_by_hash, small;
        GET    "/{namespace}/retrieve/hash/{cache_hash}/binary"                                   read   retrieve::by_hash::retrieve_binary_by_hash, small;
        GET    "/{namespace}/retrieve/hash/{cache_hash}/metadata"                                 read   retrieve::by_hash::retrieve_metadata_by_hash, small;
        GET    "/{namespace}/retrieve/hash/{cache_hash}/refs-hash"                                read   retrieve::by_hash::retrieve_refs_by_hash, small;
        GET    "/{namespace}/retrieve/hash/{cache_hash}/cache-id"                                 read   retrieve::by_hash::retrieve_cache_id_by_hash, small;

        // Many entries by their ids.
        POST   "/{namespace}/retrieve/ids"                                                        read   bulk::retrieve_ids;
        POST   "/{namespace}/delete/ids"                                                          delete bulk::delete_ids;

        // New entries.
        POST   "/{namespace}/{strategy}/store/string"                                             write  store::store_string, conditional;
        POST   "/{namespace}/{strategy}/store/string/{*cache_key}"                                write  store::store_string_with_key, conditional;
        POST   "/{namespace}/{strategy}/store/json"                                               write  store::store_json, conditional;
        POST   "/{namespace}/{strategy}/store/json/{*cache_key}"                                  write  store::store_json_with_key, conditional;
        POST   "/{namespace}/{strategy}/store/binary"                                             write  store::store_binary, conditional;
        POST   "/{namespace}/{strategy}/store/binary/{*cache_key}"                                write  store::store_binary_with_key, conditional;

        // Child files of an entry.
        POST   "/{namespace}/cache/{cache_id}/data/store/binary"                                  write  data::store::store_child_binary, conditional;
        POST   "/{namespace}/cache/{cache_id}/data/store/binary/{data_file_id}"                   write  data::store::store_child_binary_as, conditional;
        POST   "/{namespace}/cache/{cache_id}/data/store/binary/{*data_key}/{data_file_id}"       write  data::store::store_child_binary_under, conditional;
        POST   "/{namespace}/cache/{cache_id}/data/store/json"                                    write  data::store::store_child_json, conditional;
        POST   "/{namespace}/cache/{cache_id}/data/store/json/{data_file_id}"                     write  data::store::store_child_json_as, conditional;
        POST   "/{namespace}/cache/{cache_id}/data/store/json/{*data_key}/{data_file_id}"         write  data::store::store_child_json_under, conditional;
        POST   "/{namespace}/cache/{cache_id}/data/store/string"                                  write  data::store::store_child_string, conditional;
        POST   "/{namespace}/cache/{cache_id}/data/store/string/{data_file_id}"                   write  data::store::store_child_string_as, conditional;
        POST   "/{namespace}/cache/{cache_id}/data/store/string/{*data_key}/{data_file_id}"       write  data::store::store_child_string_under, conditional;
        GET    "/{namespace}/cache/{cache_id}/data/json/{data_file_id}"                           read   data::retrieve::retrieve_child_json, small;
        GET    "/{namespace}/cache/{cache_id}/data/json/{*data_key}/{data_file_id}"               read   data::retrieve::retrieve_child_json_under, small;
        GET    "/{namespace}/cache/{cache_id}/data/string/{data_file_id}"                         read   data::retrieve::retrieve_child_string, small;
        GET    "/{namespace}/cache/{cache_id}/data/string/{*data_key}/{data_file_id}"             read   data::retrieve::retrieve_child_string_under, small;
        GET    "/{namespace}/cache/{cache_id}/data/binary/{data_file_id}"                         read   data::retrieve::retrieve_child_binary, small;
        GET    "/{namespace}/cache/{cache_id}/data/binary/{*data_key}/{data_file_id}"             read   data::retrieve::retrieve_child_binary_under, small;
        POST   "/{namespace}/cache/{cache_id}/data/update/string/{data_file_id}"                  write  data::update::update_child_string, conditional;
        POST   "/{namespace}/cache/{cache_id}/data/update/string/{*data_key}/{data_file_id}"      write  data::update::update_child_string_under, conditional;
        POST   "/{namespace}/cache/{cache_id}/data/update/json/{data_file_id}"                    write  data::update::update_child_json, conditional;
        POST   "/{namespace}/cache/{cache_id}/data/update/json/{*data_key}/{data_file_id}"        write  data::update::update_child_json_under, conditional;
        POST   "/{namespace}/cache/{cache_id}/data/update/binary/{data_file_id}"                  write  data::update::update_child_binary, conditional;
        POST   "/{namespace}/cache/{cache_id}/data/update/binary/{*data_key}/{data_file_id}"      write  data::update::update_child_binary_under, conditional;
        GET    "/{namespace}/cache/{cache_id}/data/exists/{data_type}/{data_file_id}"             read   data::exists::child_exists, small;
        GET    "/{namespace}/cache/{cache_id}/data/exists/{data_type}/{*data_key}/{data_file_id}" read   data::exists::child_exists_under, small;
        GET    "/{namespace}/cache/{cache_id}/data/list"                                          read   data::list::list_children, small;
        GET    "/{namespace}/cache/{cache_id}/data/list/{*data_key}"                              read   data::list::list_children_under, small;
        GET    "/{namespace}/cache/{cache_id}/data/entries"                                       read   data::read::read_children, small;
        GET    "/{namespace}/cache/{cache_id}/data/entries/{*data_key}"                           read   data::read::read_children_under, small;
        DELETE "/{namespace}/cache/{cache_id}/data/delete/all"                                    delete data::delete::delete_children, small;
        DELETE "/{namespace}/cache/{cache_id}/data/delete/all/{*data_key}"                        delete data::delete::delete_children_under, small;
        DELETE "/{namespace}/cache/{cache_id}/data/delete/{data_type}/{data_file_id}"             delete data::delete::delete_child, conditional, small;
        DELETE "/{namespace}/cache/{cache_id}/data/delete/{data_type}/{*data_key}/{data_file_id}" delete data::delete::delete_child_under, conditional, small;

        // Archives.
        POST   "/{namespace}/{strategy}/zip/create/{*cache_key}/{file_id}"                        write  archives::whole::zip_create, small;
        POST   "/{namespace}/{strategy}/zip/store/{*cache_key}/{file_id}"                         write  archives::whole::zip_store;
        GET    "/{namespace}/zip/{cache_id}/retrieve"                                             read   archives::whole::zip_retrieve, small;
        GET    "/{namespace}/zip/{cache_id}/files/list"                                           read   archives::members::zip_files_list, small;
        GET    "/{namespace}/zip/{cache_id}/file/retrieve/{*file_path}"                           read   archives::members::zip_file_retrieve, small;
        POST   "/{namespace}/zip/{cache_id}/file/add/from/string/{*file_path}"                    write  archives::members::zip_file_add_from_string;
        POST   "/{namespace}/zip/{cache_id}/file/add/from/bytes/{*file_path}"                     write  archives::members::zip_file_add_from_bytes;
        DELETE "/{namespace}/zip/{cache_id}/file/delete/{*file_path}"                             write  archives::members::zip_file_delete, small;
        POST   "/{namespace}/zip/{cache_id}/batch/operations"                                     write  archives::batch::zip_batch_operations;

        // Whether there is an entry.
        GET    "/{namespace}/exists/id/{cache_id}"                                                read   exists::exists_by_id, small;
        GET    "/{namespace}/exists/hash/{cache_hash}"                                            read   exists::exists_by_hash, small;

        // New content for an entry.
        POST   "/{namespace}/update/{cache_id}/string"                                            write  update::update_string, conditional;
        POST   "/{namespace}/update/{cache_id}/json"                                              write  update::update_json, conditional;
        POST   "/{namespace}/update/{cache_id}/binary"                                            write  update::update_binary, conditional;

        // Entries with everything they own.
        DELETE "/{namespace}/delete/{cache_id}"                                                   delete delete::delete_by_id, conditional, small;

        // A whole namespace.
        GET    "/{namespace}/browse/{strategy}"                                                   read   browse::browse_entries, small;
        GET    "/{namespace}/count"                                                               read   browse::count_entries, small;
        GET    "/{namespace}/temporal/entries"                                                    read   temporal::read_temporal_entries, small;
        GET    "/{namespace}/entries"                                                             read   temporal::read_entries, small;
        DELETE "/{namespace}"                                                                     admin  clear::delete_namespace, small;
        GET    "/{namespace}/file-hashes"                                                         read   namespace::list_hashes, small;
        GET    "/{namespace}/file-ids"                                                            read   namespace::list_ids, small;
        GET    "/{namespace}/stats"                                                               read   namespace::namespace_stats, small;
        GET    "/namespaces/list"                                                                 read   namespace::list_namespaces, small;

        // Entries to try things out with.
        GET    "/server/create/test-fixtures"                                                     write  test_data::create_test_fixtures, small;
        POST   "/test-data/create/in/default-namespaces/comprehensive"                            write  test_data::create_comprehensive, small;
        POST   "/test-data/create/in/default-namespaces/minimal"                                  write  test_data::create_minimal, small;
        POST   "/test-data/create/in/new-namespace/{namespace}"                                   write  test_data::create_namespace, small;
        DELETE "/test-data/clear/{namespace}"                                                     delete test_data::clear_namespace, small;

        // The stored objects themselves, for administrators.
        GET    "/admin/storage/bucket-name"                                                       admin  admin_storage::bucket_name, small;
        GET    "/admin/storage/file/exists/{*path}"                                               admin  admin_storage::stored_file_exists, small;
        GET    "/admin/storage/file/bytes/{*path}"                                                admin  admin_storage::stored_file_bytes, small;
        GET    "/admin/storage/file/content/{*path}"                                              admin  admin_storage::stored_file_content, small;
        GET    "/admin/storage/file/json/{*path}"                                                 admin  admin_storage::stored_file_json, small;
        GET    "/admin/storage/file/html/{*path}"                                                 admin  admin_storage::stored_file_html, small;
        GET    "/admin/storage/files/in/{*path}"                                                  admin  admin_storage::list_stored_files, small;
        GET    "/admin/storage/files/all/{*path}"                                                 admin  admin_storage::list_all_stored_files, small;
        GET    "/admin/storage/files/sizes/{*path}"                                               admin  admin_storage::list_stored_file_sizes, small;
        GET    "/admin/storage/folders/{*path}"                                                   admin  admin_storage::list_stored_folders, small;
        DELETE "/admin/storage/file/delete/{*path}"                                               admin  admin_storage::delete_stored_file, small;

        // The API key as a cookie, as the Python service sets it.
        GET    "/auth/set-cookie-form"                                                            open   auth::set_cookie_form, small;
        POST   "/auth/set-auth-cookie"                                                            open   auth::set_auth_cookie, small;
    };
    own.into_iter().chain(metrics::routes()).chain(session::routes()).collect()
}

/// The console.
static UI: LazyLock<Ui> = LazyLock::new(|| Ui::new("/console/", console::FILES));

/// The operations, the pages that document them, and with `ui` the console.
pub(super) fn routes(ui: bool) -> Routes {
    static DOCUMENT: LazyLock<Bytes> =
        LazyLock::new(|| document().to_json().expect("the document is plain JSON").into());
    http_service::site("cache-server", operations(), "/openapi.json", &DOCUMENT, ui.then(|| &*UI))
}
