//! Several changes of an archive at once.

use actix_web::web;
use cache_client::CacheId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{NO_ARCHIVE, message};
use crate::api::body::Body;
use crate::api::error::{Refused, Result};
use crate::api::params::{ById, Params};
use crate::cache::{Action, BatchChange, BatchOutcome, Cache, Condition, NOTHING_REMOVED};

/// Changes of an archive.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ZipBatchRequest {
    /// Whether all changes are made or none; they are when not said otherwise.
    atomic: Option<bool>,
    /// The changes, in their order.
    operations: Option<Vec<ZipBatchOperation>>,
}

/// One change.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ZipBatchOperation {
    /// What is done.
    action: ZipAction,
    /// The member.
    path: Option<String>,
    /// The text of a member that is added or replaced.
    content: Option<String>,
    /// The new name of a member that is renamed.
    new_path: Option<String>,
    /// When it is done; always when not said otherwise.
    condition: Option<ZipCondition>,
    /// The names to remove instead of one: `*` stands for anything.
    pattern: Option<String>,
}

/// What is done with a member. `list` and `get` are known and fail, as in the Python service.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ZipAction {
    List,
    Get,
    Add,
    Remove,
    Replace,
    Rename,
}

/// When a change is made.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ZipCondition {
    Always,
    IfExists,
    IfNotExists,
}

/// What became of the changes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ZipBatchResponse {
    /// Whether no change failed.
    success: bool,
    /// The new archive; the original where nothing was stored.
    #[schema(value_type = String, format = "uuid")]
    cache_id: CacheId,
    /// The archive that was changed, which is left as it was.
    #[schema(value_type = String, format = "uuid")]
    original_cache_id: CacheId,
    /// How many changes were made, or needed not be.
    operations_applied: u64,
    /// How many changes failed.
    operations_failed: u64,
    /// What became of each change that was tried.
    operation_results: Vec<ZipOperationResult>,
    /// The members that were added.
    files_added: Vec<String>,
    /// The members that were removed.
    files_removed: Vec<String>,
    /// The members that were replaced, and both names of those that were renamed.
    files_modified: Vec<String>,
    /// How many members there are afterwards; 0 where it was rolled back.
    new_file_count: u64,
    /// The length of the archive afterwards, in bytes; 0 where it was rolled back.
    new_size: u64,
    /// When it was done, in milliseconds since 1970.
    completed_at: u64,
    /// Whether nothing was stored because a change failed.
    rollback_performed: bool,
    /// Why nothing was stored.
    error_message: String,
}

/// What became of one change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ZipOperationResult {
    /// What was to be done.
    action: &'static str,
    /// The member.
    path: String,
    /// Whether it was done, or needed not be.
    success: bool,
    /// Why it failed.
    error: String,
}

impl From<ZipBatchOperation> for BatchChange {
    fn from(operation: ZipBatchOperation) -> Self {
        let ZipBatchOperation { action, path, content, new_path, condition, pattern } = operation;
        Self {
            action: match action {
                ZipAction::List => Action::List,
                ZipAction::Get => Action::Get,
                ZipAction::Add => Action::Add,
                ZipAction::Remove => Action::Remove,
                ZipAction::Replace => Action::Replace,
                ZipAction::Rename => Action::Rename,
            },
            path: path.unwrap_or_default(),
            content: content.map(Into::into),
            new_path,
            condition: match condition {
                None | Some(ZipCondition::Always) => Condition::Always,
                Some(ZipCondition::IfExists) => Condition::IfExists,
                Some(ZipCondition::IfNotExists) => Condition::IfNotExists,
            },
            pattern,
        }
    }
}

/// Make several changes of an archive at once
///
/// They come to one new archive; the original is left as it is. A change that fails is said in the answer, whose status
/// is 200, and rolls the others back unless `atomic` is false. Names that an archive cannot have refuse the request.
#[utoipa::path(
    post,
    path = "",
    tag = "zip",
    params(ById),
    request_body(content = ZipBatchRequest, description = "The changes."),
    responses((status = 200, description = "What became of the changes.", body = ZipBatchResponse), Refused)
)]
pub(crate) async fn zip_batch_operations(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
    body: Body,
) -> Result<web::Json<ZipBatchResponse>> {
    let ZipBatchRequest { atomic, operations } = body.parsed().await?;
    let changes = operations.unwrap_or_default().into_iter().map(BatchChange::from).collect();
    let done = cache.batch_archive(&at.namespace, at.cache_id, changes, atomic.unwrap_or(true)).await?;
    let (batch, stored) = done.unzip();
    let (is_there, batch) = (batch.is_some(), batch.unwrap_or_default());
    let error_message = match &batch.rolled_back {
        None if is_there => String::new(),
        None => NO_ARCHIVE.to_owned(),
        Some(reason) if reason == NOTHING_REMOVED => "Atomic batch failed".to_owned(),
        Some(reason) => message(&format!("Atomic batch failed: {reason}")),
    };
    let BatchOutcome { results, added, removed, modified, rolled_back, count, size } = &batch;
    let result = |(action, path, failed): &(Action, String, Option<String>)| ZipOperationResult {
        action: action.as_str(),
        path: path.clone(),
        success: failed.is_none(),
        error: message(failed.as_deref().unwrap_or_default()),
    };
    Ok(web::Json(ZipBatchResponse {
        success: is_there && batch.failed() == 0,
        cache_id: stored.flatten().map_or(at.cache_id, |stored| stored.entry.cache_id),
        original_cache_id: at.cache_id,
        operations_applied: batch.applied() as u64,
        operations_failed: batch.failed() as u64,
        operation_results: results.iter().map(result).collect(),
        files_added: added.clone(),
        files_removed: removed.clone(),
        files_modified: modified.clone(),
        new_file_count: *count as u64,
        new_size: *size,
        completed_at: cache.now(),
        rollback_performed: rolled_back.is_some(),
        error_message,
    }))
}
