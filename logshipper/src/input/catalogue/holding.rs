//! What is kept open: everything that must not be lost, but no more descriptors and no more of the disk than
//! allowed.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::tracked::{Tracked, Whereabouts};
use crate::input::file::{EndCause, LogFile};
use crate::input::settings::{InputSettings, RELEASE_AFTER, WhenBehind};
use crate::input::shared::Shared;
use crate::position::FileKey;

/// Closes files beyond the limit: first those that were read to the end, the longest untouched first, then others
/// that can be opened again. Deleted ones stay open: they could not.
pub(super) fn close_excess<'a>(tracked: impl Iterator<Item = &'a Tracked>, shared: &Shared) {
    let excess = shared.descriptors.excess();
    if excess == 0 {
        return;
    }
    let mut closable: Vec<_> = tracked
        .filter(|tracked| matches!(tracked.whereabouts, Whereabouts::Listed))
        .filter(|tracked| tracked.file.source().opened().is_some())
        .map(|tracked| ((!tracked.file.is_read(), tracked.changed_ms), &tracked.file))
        .collect();
    closable.sort_by_key(|(order, _)| *order);
    for (_, file) in closable.into_iter().take(excess) {
        file.source().close();
    }
}

/// Gives deleted files up that take more of the disk than allowed, the longest deleted first; returns them.
pub(super) fn release(
    tracked: &HashMap<FileKey, Tracked>,
    settings: &InputSettings,
    shared: &Shared,
    now_ms: i64,
) -> Vec<Arc<LogFile>> {
    let mut deleted: Vec<_> = tracked
        .values()
        .filter(|tracked| !tracked.file.is_ended() && tracked.file.source().opened().is_some())
        .filter_map(|tracked| match tracked.whereabouts {
            Whereabouts::Deleted(since_ms) => Some((since_ms, tracked)),
            _ => None,
        })
        .collect();
    // What is delivered goes first: nothing is lost by it.
    deleted.sort_by_key(|(since_ms, tracked)| {
        (!tracked.file.is_delivered(), *since_ms, tracked.file.key())
    });
    let mut held: u64 = deleted.iter().map(|(_, tracked)| tracked.file.size()).sum();
    let release_after_ms = i64::try_from(RELEASE_AFTER.as_millis()).unwrap_or(i64::MAX);
    let mut released = Vec::new();
    for (since_ms, tracked) in deleted {
        let is_due = settings.when_behind == WhenBehind::Release
            && now_ms.saturating_sub(since_ms) >= release_after_ms;
        if held <= settings.held_bytes_max && !is_due {
            continue;
        }
        held = held.saturating_sub(tracked.file.size());
        if !tracked.file.is_delivered() {
            tracing::warn!(
                path = %tracked.file.path().display(),
                undelivered_bytes = tracked.file.undelivered(),
                held_bytes_max = settings.held_bytes_max,
                "a deleted log is given up before all of it was delivered: see `when-behind` and `held-bytes-max`"
            );
        }
        tracked.file.end(EndCause::Released);
        released.push(Arc::clone(&tracked.file));
    }
    shared
        .counters
        .held_deleted_bytes
        .store(held, Ordering::Relaxed);
    released
}
