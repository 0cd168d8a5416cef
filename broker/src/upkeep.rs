//! What a node does by the clock: flush, checkpoints, retention, removal of deleted logs, and telling
//! of denials that were repeated.
//!
//! One task, one blocking pass at a time; each piece of work has its own interval.

use std::sync::Arc;
use std::time::Duration;

use service::admin::Health;
use service::shutdown::Signal;
use tracing::{info, warn};

use crate::broker::Broker;

/// How often this task looks at its intervals, and removes deleted logs that are due.
const TICK: Duration = Duration::from_secs(1);
/// How often logs that went quiet are flushed, so that a start after a crash reads little.
const FLUSH_QUIET: Duration = Duration::from_secs(30);

/// Runs until `signal`.
pub async fn run(broker: Arc<Broker>, health: Health, mut signal: Signal) {
    let mut done = Done::default();
    loop {
        tokio::select! {
            _ = signal.wait() => return,
            () = tokio::time::sleep(TICK) => {}
        }
        let (broker, health) = (Arc::clone(&broker), health.clone());
        let pass = tokio::task::spawn_blocking(move || {
            done.pass(&broker, &health);
            done
        });
        match pass.await {
            Ok(after) => done = after,
            Err(error) => {
                // A panic in here was logged; the work of the next tick is another one.
                warn!(%error, "upkeep failed");
                done = Done::default();
            }
        }
    }
}

/// Monotonic time at which each piece of work was last done.
#[derive(Clone, Copy, Debug, Default)]
struct Done {
    flush: Duration,
    flush_quiet: Duration,
    recovery_checkpoint: Duration,
    retention: Duration,
}

impl Done {
    fn pass(&mut self, broker: &Broker, health: &Health) {
        let config = broker.config.current();
        let (now, now_ms) = (broker.clock.monotonic(), broker.clock.now_ms());
        broker.audit.tell_repeats(now_ms);
        let disk = broker.partitions.disk();
        let mut failures = Vec::new();
        if due(&mut self.flush, now, config.logs.flush_check_interval) {
            for log in broker.partitions.all() {
                if let Err(error) = log.flush_if_due(now_ms) {
                    failures.push(format!("{}: {error}", log.partition()));
                }
            }
        }
        if due(&mut self.flush_quiet, now, FLUSH_QUIET)
            && let Err(error) = disk.flush_quiet(&broker.partitions.all(), now_ms)
        {
            failures.push(error.to_string());
        }
        let checkpoint_interval = config
            .logs
            .recovery_checkpoint_interval
            .min(config.logs.start_offset_checkpoint_interval);
        if due(&mut self.recovery_checkpoint, now, checkpoint_interval)
            && let Err(error) = disk.checkpoint()
        {
            failures.push(error.to_string());
        }
        if due(
            &mut self.retention,
            now,
            config.logs.retention_check_interval,
        ) {
            retain(broker, now_ms, &mut failures);
        }
        if let Err(error) = disk.remove_deleted(now_ms) {
            failures.push(error.to_string());
        }
        match failures.first() {
            None => health.ok("storage"),
            Some(first) => {
                health.failed("storage", first.as_str());
                if let Some(others) = broker.storage_failures.admit(now_ms) {
                    warn!(others, failures = failures.len(), "storage upkeep: {first}");
                }
            }
        }
    }
}

fn due(last: &mut Duration, now: Duration, interval: Duration) -> bool {
    let due = now.saturating_sub(*last) >= interval;
    if due {
        *last = now;
    }
    due
}

fn retain(broker: &Broker, now_ms: i64, failures: &mut Vec<String>) {
    for log in broker.partitions.all() {
        match log.apply_retention(now_ms) {
            Ok(0) => {}
            Ok(segments) => {
                info!(partition = %log.partition(), segments, "deleted segments by retention");
            }
            Err(error) => failures.push(format!("{}: {error}", log.partition())),
        }
    }
}
