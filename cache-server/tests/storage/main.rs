//! What every storage engine must do: one suite of plain functions, called for each engine, and what single engines
//! add.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod atomicity;
mod conditions;
mod edits;
mod health;
mod listing;
mod local_disk;
mod model;
mod objects;
mod reopening;
mod support;

use std::sync::Arc;

use cache_server::storage::{Embedded, Folder, LocalDisk, Prefixed, SharedStorage};

use support::{embedded, local_disk, memory, s3};
use test_buckets::Product;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn memory_passes_the_suite() {
    let storage = memory();
    objects::values_of_every_size_come_back(&storage).await;
    objects::odd_names_are_names_like_others(&storage).await;
    objects::reads_are_answered_in_the_order_asked(&storage).await;
    objects::a_write_of_other_bytes_makes_a_new_version(&storage).await;
    objects::every_write_makes_a_new_version(&storage).await;
    objects::deleting_what_is_not_there_changes_nothing(&storage).await;
    objects::outcomes_are_in_the_order_of_the_writes(&storage).await;
    objects::later_stages_see_what_earlier_ones_wrote(&storage).await;
    objects::writes_of_one_object_in_one_stage_follow_each_other(&storage).await;
    conditions::absent_holds_only_where_nothing_is(&storage).await;
    conditions::a_version_holds_until_the_next_write(&storage).await;
    conditions::what_is_there_exists(&storage).await;
    conditions::presence_holds_whoever_wrote_meanwhile(&storage).await;
    conditions::a_batch_whose_condition_fails_writes_nothing(&storage).await;
    conditions::of_many_creates_of_one_object_one_wins(&storage).await;
    conditions::of_many_updates_of_one_version_one_wins(&storage).await;
    edits::an_edit_puts_deletes_or_keeps(&storage).await;
    edits::concurrent_edits_of_one_object_lose_nothing(&storage).await;
    edits::batches_that_cross_each_other_do_not_block(&storage).await;
    listing::a_listing_is_in_the_byte_order_of_the_paths(&storage).await;
    listing::pages_show_every_object_once(&storage).await;
    listing::pages_from_the_last_to_the_first_show_every_object_once(&storage).await;
    listing::a_page_may_begin_after_any_text(&storage).await;
    listing::a_folder_lists_what_lies_in_it_and_nothing_else(&storage).await;
    listing::writes_between_pages_hide_no_other_object(&storage).await;
    listing::children_are_files_and_folders_in_the_order_of_their_keys(&storage).await;
    listing::pages_of_children_show_every_child_once(&storage).await;
    listing::a_file_and_a_folder_may_share_a_name(&storage).await;
    atomicity::no_read_sees_half_a_batch(&storage).await;
    atomicity::no_read_sees_half_a_removal(&storage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn embedded_passes_the_suite() {
    let (storage, _folder) = embedded();
    objects::values_of_every_size_come_back(&storage).await;
    objects::odd_names_are_names_like_others(&storage).await;
    objects::reads_are_answered_in_the_order_asked(&storage).await;
    objects::a_write_of_other_bytes_makes_a_new_version(&storage).await;
    objects::every_write_makes_a_new_version(&storage).await;
    objects::deleting_what_is_not_there_changes_nothing(&storage).await;
    objects::outcomes_are_in_the_order_of_the_writes(&storage).await;
    objects::later_stages_see_what_earlier_ones_wrote(&storage).await;
    objects::writes_of_one_object_in_one_stage_follow_each_other(&storage).await;
    conditions::absent_holds_only_where_nothing_is(&storage).await;
    conditions::a_version_holds_until_the_next_write(&storage).await;
    conditions::what_is_there_exists(&storage).await;
    conditions::presence_holds_whoever_wrote_meanwhile(&storage).await;
    conditions::a_batch_whose_condition_fails_writes_nothing(&storage).await;
    conditions::of_many_creates_of_one_object_one_wins(&storage).await;
    conditions::of_many_updates_of_one_version_one_wins(&storage).await;
    edits::an_edit_puts_deletes_or_keeps(&storage).await;
    edits::concurrent_edits_of_one_object_lose_nothing(&storage).await;
    edits::batches_that_cross_each_other_do_not_block(&storage).await;
    listing::a_listing_is_in_the_byte_order_of_the_paths(&storage).await;
    listing::pages_show_every_object_once(&storage).await;
    listing::pages_from_the_last_to_the_first_show_every_object_once(&storage).await;
    listing::a_page_may_begin_after_any_text(&storage).await;
    listing::a_folder_lists_what_lies_in_it_and_nothing_else(&storage).await;
    listing::writes_between_pages_hide_no_other_object(&storage).await;
    listing::children_are_files_and_folders_in_the_order_of_their_keys(&storage).await;
    listing::pages_of_children_show_every_child_once(&storage).await;
    listing::a_file_and_a_folder_may_share_a_name(&storage).await;
    atomicity::no_read_sees_half_a_batch(&storage).await;
    atomicity::no_read_sees_half_a_removal(&storage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn local_disk_passes_the_suite() {
    let (storage, _folder) = local_disk();
    objects::values_of_every_size_come_back(&storage).await;
    objects::odd_names_are_names_like_others(&storage).await;
    objects::reads_are_answered_in_the_order_asked(&storage).await;
    objects::a_write_of_other_bytes_makes_a_new_version(&storage).await;
    objects::every_write_makes_a_new_version(&storage).await;
    objects::deleting_what_is_not_there_changes_nothing(&storage).await;
    objects::outcomes_are_in_the_order_of_the_writes(&storage).await;
    objects::later_stages_see_what_earlier_ones_wrote(&storage).await;
    objects::writes_of_one_object_in_one_stage_follow_each_other(&storage).await;
    conditions::absent_holds_only_where_nothing_is(&storage).await;
    conditions::a_version_holds_until_the_next_write(&storage).await;
    conditions::what_is_there_exists(&storage).await;
    conditions::presence_holds_whoever_wrote_meanwhile(&storage).await;
    conditions::a_batch_whose_condition_fails_writes_nothing(&storage).await;
    conditions::of_many_creates_of_one_object_one_wins(&storage).await;
    conditions::of_many_updates_of_one_version_one_wins(&storage).await;
    edits::an_edit_puts_deletes_or_keeps(&storage).await;
    edits::concurrent_edits_of_one_object_lose_nothing(&storage).await;
    edits::batches_that_cross_each_other_do_not_block(&storage).await;
    listing::a_listing_is_in_the_byte_order_of_the_paths(&storage).await;
    listing::pages_show_every_object_once(&storage).await;
    listing::pages_from_the_last_to_the_first_show_every_object_once(&storage).await;
    listing::a_page_may_begin_after_any_text(&storage).await;
    listing::a_folder_lists_what_lies_in_it_and_nothing_else(&storage).await;
    listing::writes_between_pages_hide_no_other_object(&storage).await;
    listing::children_are_files_and_folders_in_the_order_of_their_keys(&storage).await;
    listing::pages_of_children_show_every_child_once(&storage).await;
    // Instead of a name shared by a file and a folder:
    local_disk::a_file_and_a_folder_of_one_name_are_refused(&storage).await;
    // No batch is atomic here; what a crash leaves of one is in the tests of crashes.
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s3_passes_the_suite() {
    let Some(storage) = s3(Product::Moto, "suite", "").await else { return };
    objects::values_of_every_size_come_back(&storage).await;
    objects::odd_names_are_names_like_others(&storage).await;
    objects::reads_are_answered_in_the_order_asked(&storage).await;
    objects::a_write_of_other_bytes_makes_a_new_version(&storage).await;
    objects::deleting_what_is_not_there_changes_nothing(&storage).await;
    objects::outcomes_are_in_the_order_of_the_writes(&storage).await;
    objects::later_stages_see_what_earlier_ones_wrote(&storage).await;
    objects::writes_of_one_object_in_one_stage_follow_each_other(&storage).await;
    conditions::absent_holds_only_where_nothing_is(&storage).await;
    conditions::a_version_holds_until_the_next_write(&storage).await;
    conditions::what_is_there_exists(&storage).await;
    conditions::a_batch_whose_condition_fails_writes_nothing(&storage).await;
    conditions::of_many_creates_of_one_object_one_wins(&storage).await;
    conditions::of_many_updates_of_one_version_one_wins(&storage).await;
    edits::an_edit_puts_deletes_or_keeps(&storage).await;
    edits::concurrent_edits_of_one_object_lose_nothing(&storage).await;
    edits::batches_that_cross_each_other_do_not_block(&storage).await;
    listing::a_listing_is_in_the_byte_order_of_the_paths(&storage).await;
    listing::pages_show_every_object_once(&storage).await;
    listing::pages_from_the_last_to_the_first_show_every_object_once(&storage).await;
    listing::a_page_may_begin_after_any_text(&storage).await;
    listing::a_folder_lists_what_lies_in_it_and_nothing_else(&storage).await;
    listing::writes_between_pages_hide_no_other_object(&storage).await;
    listing::children_are_files_and_folders_in_the_order_of_their_keys(&storage).await;
    listing::pages_of_children_show_every_child_once(&storage).await;
    listing::a_file_and_a_folder_may_share_a_name(&storage).await;
    // Two writes of the same bytes are one version here, and no batch is atomic.
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_part_of_s3_passes_the_suite() {
    let Some(whole) = s3(Product::Moto, "part", "below/here").await else { return };
    let storage: SharedStorage = Arc::new(Prefixed::new(whole, Folder::parse("below/here").unwrap()));
    objects::values_of_every_size_come_back(&storage).await;
    objects::odd_names_are_names_like_others(&storage).await;
    objects::reads_are_answered_in_the_order_asked(&storage).await;
    objects::a_write_of_other_bytes_makes_a_new_version(&storage).await;
    objects::deleting_what_is_not_there_changes_nothing(&storage).await;
    objects::outcomes_are_in_the_order_of_the_writes(&storage).await;
    objects::later_stages_see_what_earlier_ones_wrote(&storage).await;
    objects::writes_of_one_object_in_one_stage_follow_each_other(&storage).await;
    conditions::absent_holds_only_where_nothing_is(&storage).await;
    conditions::a_version_holds_until_the_next_write(&storage).await;
    conditions::what_is_there_exists(&storage).await;
    conditions::a_batch_whose_condition_fails_writes_nothing(&storage).await;
    conditions::of_many_creates_of_one_object_one_wins(&storage).await;
    conditions::of_many_updates_of_one_version_one_wins(&storage).await;
    edits::an_edit_puts_deletes_or_keeps(&storage).await;
    edits::concurrent_edits_of_one_object_lose_nothing(&storage).await;
    edits::batches_that_cross_each_other_do_not_block(&storage).await;
    listing::a_listing_is_in_the_byte_order_of_the_paths(&storage).await;
    listing::pages_show_every_object_once(&storage).await;
    listing::pages_from_the_last_to_the_first_show_every_object_once(&storage).await;
    listing::a_page_may_begin_after_any_text(&storage).await;
    listing::a_folder_lists_what_lies_in_it_and_nothing_else(&storage).await;
    listing::writes_between_pages_hide_no_other_object(&storage).await;
    listing::children_are_files_and_folders_in_the_order_of_their_keys(&storage).await;
    listing::pages_of_children_show_every_child_once(&storage).await;
    listing::a_file_and_a_folder_may_share_a_name(&storage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s3_on_a_server_that_lists_folder_by_folder_passes_the_suite() {
    let Some(storage) = s3(Product::SeaweedFs, "suite", "").await else { return };
    objects::values_of_every_size_come_back(&storage).await;
    // Not odd names: it takes a backslash at the end of one for a folder.
    objects::reads_are_answered_in_the_order_asked(&storage).await;
    objects::a_write_of_other_bytes_makes_a_new_version(&storage).await;
    objects::deleting_what_is_not_there_changes_nothing(&storage).await;
    objects::outcomes_are_in_the_order_of_the_writes(&storage).await;
    objects::later_stages_see_what_earlier_ones_wrote(&storage).await;
    objects::writes_of_one_object_in_one_stage_follow_each_other(&storage).await;
    conditions::absent_holds_only_where_nothing_is(&storage).await;
    conditions::a_version_holds_until_the_next_write(&storage).await;
    conditions::what_is_there_exists(&storage).await;
    conditions::a_batch_whose_condition_fails_writes_nothing(&storage).await;
    edits::an_edit_puts_deletes_or_keeps(&storage).await;
    listing::folder_by_folder_pages_show_every_object_once(&storage).await;
    listing::a_folder_lists_what_lies_in_it_and_nothing_else(&storage).await;
    listing::children_are_files_and_folders_in_the_order_of_their_keys(&storage).await;
    listing::pages_of_children_show_every_child_once(&storage).await;
    // Races take seconds each there, and a listing has another order.
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_part_of_memory_passes_the_suite() {
    let storage: SharedStorage = Arc::new(Prefixed::new(memory(), Folder::parse("below/here").unwrap()));
    objects::values_of_every_size_come_back(&storage).await;
    objects::odd_names_are_names_like_others(&storage).await;
    objects::reads_are_answered_in_the_order_asked(&storage).await;
    objects::a_write_of_other_bytes_makes_a_new_version(&storage).await;
    objects::every_write_makes_a_new_version(&storage).await;
    objects::deleting_what_is_not_there_changes_nothing(&storage).await;
    objects::outcomes_are_in_the_order_of_the_writes(&storage).await;
    objects::later_stages_see_what_earlier_ones_wrote(&storage).await;
    objects::writes_of_one_object_in_one_stage_follow_each_other(&storage).await;
    conditions::absent_holds_only_where_nothing_is(&storage).await;
    conditions::a_version_holds_until_the_next_write(&storage).await;
    conditions::what_is_there_exists(&storage).await;
    conditions::a_batch_whose_condition_fails_writes_nothing(&storage).await;
    conditions::of_many_creates_of_one_object_one_wins(&storage).await;
    conditions::of_many_updates_of_one_version_one_wins(&storage).await;
    edits::an_edit_puts_deletes_or_keeps(&storage).await;
    edits::concurrent_edits_of_one_object_lose_nothing(&storage).await;
    edits::batches_that_cross_each_other_do_not_block(&storage).await;
    listing::a_listing_is_in_the_byte_order_of_the_paths(&storage).await;
    listing::pages_show_every_object_once(&storage).await;
    listing::pages_from_the_last_to_the_first_show_every_object_once(&storage).await;
    listing::a_page_may_begin_after_any_text(&storage).await;
    listing::a_folder_lists_what_lies_in_it_and_nothing_else(&storage).await;
    listing::writes_between_pages_hide_no_other_object(&storage).await;
    listing::children_are_files_and_folders_in_the_order_of_their_keys(&storage).await;
    listing::pages_of_children_show_every_child_once(&storage).await;
    listing::a_file_and_a_folder_may_share_a_name(&storage).await;
    atomicity::no_read_sees_half_a_batch(&storage).await;
    atomicity::no_read_sees_half_a_removal(&storage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_part_of_local_disk_passes_the_suite() {
    let (whole, _folder) = local_disk();
    let storage: SharedStorage = Arc::new(Prefixed::new(whole, Folder::parse("below").unwrap()));
    objects::values_of_every_size_come_back(&storage).await;
    objects::odd_names_are_names_like_others(&storage).await;
    objects::reads_are_answered_in_the_order_asked(&storage).await;
    objects::a_write_of_other_bytes_makes_a_new_version(&storage).await;
    objects::every_write_makes_a_new_version(&storage).await;
    objects::deleting_what_is_not_there_changes_nothing(&storage).await;
    objects::outcomes_are_in_the_order_of_the_writes(&storage).await;
    objects::later_stages_see_what_earlier_ones_wrote(&storage).await;
    objects::writes_of_one_object_in_one_stage_follow_each_other(&storage).await;
    conditions::absent_holds_only_where_nothing_is(&storage).await;
    conditions::a_version_holds_until_the_next_write(&storage).await;
    conditions::what_is_there_exists(&storage).await;
    conditions::a_batch_whose_condition_fails_writes_nothing(&storage).await;
    conditions::of_many_creates_of_one_object_one_wins(&storage).await;
    conditions::of_many_updates_of_one_version_one_wins(&storage).await;
    edits::an_edit_puts_deletes_or_keeps(&storage).await;
    edits::concurrent_edits_of_one_object_lose_nothing(&storage).await;
    edits::batches_that_cross_each_other_do_not_block(&storage).await;
    listing::a_listing_is_in_the_byte_order_of_the_paths(&storage).await;
    listing::pages_show_every_object_once(&storage).await;
    listing::pages_from_the_last_to_the_first_show_every_object_once(&storage).await;
    listing::a_page_may_begin_after_any_text(&storage).await;
    listing::a_folder_lists_what_lies_in_it_and_nothing_else(&storage).await;
    listing::writes_between_pages_hide_no_other_object(&storage).await;
    listing::children_are_files_and_folders_in_the_order_of_their_keys(&storage).await;
    listing::pages_of_children_show_every_child_once(&storage).await;
    local_disk::a_file_and_a_folder_of_one_name_are_refused(&storage).await;
}

#[test]
fn memory_does_what_an_ordered_map_does() {
    model::agrees_with_an_ordered_map(&memory(), 96);
}

#[test]
fn embedded_does_what_an_ordered_map_does() {
    let (storage, _folder) = embedded();
    model::agrees_with_an_ordered_map(&storage, 48);
}

#[test]
fn local_disk_does_what_an_ordered_map_does() {
    let (storage, _folder) = local_disk();
    model::agrees_with_an_ordered_map(&storage, 32);
}

#[test]
fn a_part_of_memory_does_what_an_ordered_map_does() {
    let storage: SharedStorage = Arc::new(Prefixed::new(memory(), Folder::parse("below/here").unwrap()));
    model::agrees_with_an_ordered_map(&storage, 48);
}

#[test]
fn a_part_of_local_disk_does_what_an_ordered_map_does() {
    let (whole, _folder) = local_disk();
    let storage: SharedStorage = Arc::new(Prefixed::new(whole, Folder::parse("below").unwrap()));
    model::agrees_with_an_ordered_map(&storage, 24);
}

#[test]
fn s3_does_what_an_ordered_map_does() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let Some(storage) = runtime.block_on(s3(Product::Moto, "model", "")) else { return };
    model::agrees_with_an_ordered_map(&storage, 12);
}

#[tokio::test]
async fn embedded_keeps_everything_when_it_is_opened_again() {
    reopening::everything_is_kept(|folder| Ok(Arc::new(Embedded::open(folder)?))).await;
}

#[tokio::test]
async fn local_disk_keeps_everything_when_it_is_opened_again() {
    reopening::everything_is_kept(|folder| Ok(Arc::new(LocalDisk::open(folder)?))).await;
}

#[tokio::test]
async fn embedded_is_open_only_once() {
    reopening::a_second_open_is_refused(|folder| Ok(Arc::new(Embedded::open(folder)?))).await;
}

#[tokio::test]
async fn local_disk_is_open_only_once() {
    reopening::a_second_open_is_refused(|folder| Ok(Arc::new(LocalDisk::open(folder)?))).await;
}

#[tokio::test]
async fn a_part_shows_nothing_of_the_rest() {
    let whole = memory();
    let part: SharedStorage = Arc::new(Prefixed::new(Arc::clone(&whole), Folder::parse("below").unwrap()));
    support::put(&whole, "outside", "1").await;
    support::put(&whole, "below-too/x", "2").await;
    support::put(&part, "inside", "3").await;
    assert_eq!(support::names(&part, "").await, ["inside"]);
    assert_eq!(support::names(&whole, "").await, ["below-too/x", "below/inside", "outside"]);
    assert_eq!(support::get(&part, "outside").await, None);
    let refused = support::commit_absent(&part, "inside").await.unwrap_err();
    assert!(matches!(refused, cache_server::storage::Error::Precondition { path } if path.as_str() == "inside"));
}

#[tokio::test]
async fn embedded_repeats_no_version_when_the_clock_was_set_back() {
    reopening::no_version_is_repeated_when_the_clock_was_set_back(|folder, clock| {
        Ok(Arc::new(Embedded::open_by(folder, clock)?))
    })
    .await;
}

#[tokio::test]
async fn local_disk_repeats_no_version_when_the_clock_was_set_back() {
    reopening::no_version_is_repeated_when_the_clock_was_set_back(|folder, clock| {
        Ok(Arc::new(LocalDisk::open_by(folder, clock)?))
    })
    .await;
}

#[tokio::test]
async fn embedded_says_when_it_cannot_write_any_more() {
    let (storage, folder) = embedded();
    health::a_folder_that_is_gone_is_told(&storage, folder.path()).await;
    let (storage, _folder) = embedded();
    health::a_dead_committer_is_told(&storage).await;
}

#[tokio::test]
async fn local_disk_says_when_it_cannot_write_any_more() {
    let (storage, folder) = local_disk();
    health::a_folder_that_is_gone_is_told(&storage, folder.path()).await;
}
