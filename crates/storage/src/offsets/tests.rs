//! Waiting for the high watermark.

use std::sync::Arc;

use tokio::sync::Notify;

use super::{AtomicOffsets, Watchers};
use crate::test_log::runtime;

#[test]
fn the_high_watermark_never_goes_back() {
    let offsets = AtomicOffsets::new(3, 5);
    offsets.set_end(9);
    assert!(offsets.raise_high_watermark(8));
    assert!(!offsets.raise_high_watermark(7));
    let now = offsets.load();
    assert_eq!(
        (now.start, now.last_stable, now.high_watermark, now.end),
        (3, 8, 8, 9)
    );
}

#[test]
fn one_notify_may_watch_many_logs_and_only_registered_ones_are_woken() {
    let (first, second) = (Watchers::default(), Watchers::default());
    let (waiting, gone) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    first.add(&waiting);
    second.add(&waiting);
    second.add(&gone);
    second.remove(&gone);
    second.wake();
    runtime().block_on(async {
        waiting.notified().await;
        let nobody = tokio::time::timeout(std::time::Duration::ZERO, gone.notified());
        assert!(nobody.await.is_err());
    });
    first.remove(&waiting);
    second.remove(&waiting);
    assert_eq!(second.lock().capacity(), 0);
    first.wake();
}
