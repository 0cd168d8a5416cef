//! Asks the exporter once a period, and lets what it gave be sent.
//!
//! Periods are those of the wall clock: a minute is a minute everywhere. Within it, each process asks and sends
//! at a moment of its own, so that not all machines of a company come at once.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws::{ClientConfig, CloudWatch};
use prometheus::Registry;
use service::Clock;
use service::admin::Health;
use service::shutdown::Signal;

use crate::aggregate::{Period, aggregate};
use crate::backoff;
use crate::batch::batches;
use crate::datum::Datum;
use crate::health::{HealthMetrics, Outcome};
use crate::level::Level;
use crate::queue::Queue;
use crate::sender::Sender;
use crate::settings::Settings;
use crate::trouble::Trouble;

/// At the end, what is queued has this long.
const FLUSH_MAX: Duration = Duration::from_secs(5);
/// Below, CloudWatch keeps metrics by the second.
const RESOLUTION: Duration = Duration::from_secs(60);

/// What the exporter gives.
pub trait Metrics: Send + Sync + 'static {
    /// Everything up to this level as it is now; counters as what they grew by since the last time.
    fn collect(&self, level: Level) -> impl Future<Output = Vec<Datum>> + Send;
}

/// CloudWatch is a service of a region, and none is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "cloudwatch.region: there is no AWS region; set it, or AWS_REGION, or a profile that has one"
)]
pub struct NoRegion;

/// Publishes until it is told to end.
#[derive(Debug)]
pub struct Publisher<M> {
    settings: Settings,
    exporter: Arc<M>,
    /// `None` until region and credentials are looked for, which may take seconds.
    client: Option<CloudWatch>,
    metrics: HealthMetrics,
    trouble: Trouble,
    clock: Clock,
    offset: Duration,
}

impl<M: Metrics> Publisher<M> {
    /// A publisher with these settings, whose own metrics are in `registry`. Region and credentials are
    /// found as every AWS program finds them; nothing is sent yet.
    ///
    /// # Errors
    /// A metric of its own has a name that is taken in the registry.
    pub fn new(
        settings: Settings,
        exporter: Arc<M>,
        registry: &Registry,
        clock: Clock,
        health: &Health,
    ) -> Result<Self, prometheus::Error> {
        let offset = backoff::place(settings.interval, backoff::random());
        let metrics = HealthMetrics::register(registry)?;
        let trouble = Trouble::new(health.clone(), clock.clone(), settings.interval);
        Ok(Self {
            settings,
            exporter,
            client: None,
            metrics,
            trouble,
            clock,
            offset,
        })
    }

    /// Looks for the region now, which may take a second where it is not configured.
    ///
    /// # Errors
    /// There is none.
    pub async fn located(mut self) -> Result<Self, NoRegion> {
        let config = ClientConfig::load(self.settings.region.clone()).await;
        config.region().ok_or(NoRegion)?;
        self.client = Some(self.client_of(&config));
        Ok(self)
    }

    /// Publishes until the signal. What is queued then is sent within a few seconds, or counted as dropped.
    pub async fn run(self, mut signal: Signal) {
        let client = tokio::select! {
            client = self.client() => client,
            _ = signal.wait() => return,
        };
        let queue = Queue::default();
        let mut sender = Sender {
            client,
            namespace: self.settings.namespace.clone(),
            queue: queue.clone(),
            metrics: self.metrics.clone(),
            trouble: self.trouble.clone(),
            clock: self.clock.clone(),
            failures: 0,
            halvings: 0,
        };
        let mut ending = signal.clone();
        let deadline = async {
            ending.wait().await;
            tokio::time::sleep(FLUSH_MAX).await;
        };
        let mut ended = signal.clone();
        let collecting = async {
            tokio::select! {
                () = self.collect(&queue) => {}
                _ = ended.wait() => {}
            }
        };
        let working = async { tokio::join!(collecting, sender.run(signal)) };
        tokio::select! {
            _ = working => {}
            () = deadline => {}
        }
        let mut left = 0;
        while let Some(batch) = queue.take() {
            left += batch.data.len();
        }
        if left > 0 {
            tracing::warn!(
                count = left,
                "metrics were not sent to CloudWatch before the end"
            );
        }
        self.metrics.data(Outcome::Dropped, left);
        self.metrics.queued.set(0);
    }

    async fn client(&self) -> CloudWatch {
        if let Some(client) = &self.client {
            return client.clone();
        }
        let config = ClientConfig::load(self.settings.region.clone()).await;
        self.client_of(&config)
    }

    fn client_of(&self, config: &ClientConfig) -> CloudWatch {
        CloudWatch::new(config, self.settings.endpoint_url.as_deref())
    }

    /// Asks in each period, at this process's moment in it. Never ends.
    async fn collect(&self, queue: &Queue) {
        let mut last = None;
        let mut was_capped = false;
        loop {
            let (timestamp_ms, wait) = next(
                self.clock.now_ms(),
                self.settings.interval,
                self.offset,
                last,
            );
            tokio::time::sleep(wait).await;
            last = Some(timestamp_ms);
            let collecting = self.exporter.collect(self.settings.level);
            let Ok(data) = tokio::time::timeout(self.settings.interval, collecting).await else {
                self.metrics.collection("late");
                continue;
            };
            self.metrics.collection("success");
            let period = aggregate(data, &self.settings);
            self.tell(&period, &mut was_capped);
            let is_high_resolution = self.settings.interval < RESOLUTION;
            let gone = queue.push(batches(period.metrics, timestamp_ms, is_high_resolution));
            let dropped = gone.iter().map(|batch| batch.data.len()).sum();
            self.metrics.data(Outcome::Dropped, dropped);
            self.trouble.dropped(dropped);
            self.metrics
                .queued
                .set(i64::try_from(queue.len()).unwrap_or(i64::MAX));
        }
    }

    /// Counts what is left out of a period; that there is something is said once, until it was not so.
    fn tell(&self, period: &Period, was_capped: &mut bool) {
        for level in Level::ALL {
            let of_level = period.metrics.iter().filter(|metric| metric.level == level);
            self.metrics.level(level, of_level.count());
        }
        self.metrics.data(Outcome::Capped, period.capped);
        self.metrics.data(Outcome::Illegal, period.illegal);
        let is_capped = period.capped > 0;
        if is_capped && !*was_capped {
            tracing::warn!(
                published = period.metrics.len(),
                left_out = period.capped,
                "cloudwatch.max-metrics leaves metrics out, those of the highest levels"
            );
        }
        *was_capped = is_capped;
        if let Some((name, illegal)) = &period.illegal_example {
            tracing::debug!(count = period.illegal, name, why = %illegal, "metrics that CloudWatch would refuse");
        }
    }
}

/// The next period (its beginning, in milliseconds) and how long until the moment in it. A period is not
/// asked for twice, also when the clock goes back.
fn next(
    now_ms: i64,
    interval: Duration,
    offset: Duration,
    last_ms: Option<i64>,
) -> (i64, Duration) {
    let interval_ms = i64::try_from(interval.as_millis())
        .unwrap_or(i64::MAX)
        .max(1);
    let offset_ms = i64::try_from(offset.as_millis()).unwrap_or(0);
    // The first moment that is not over.
    let mut begin = (now_ms - offset_ms + interval_ms - 1).div_euclid(interval_ms) * interval_ms;
    // More than a period behind what was: the clock was set back, and its new time is as good as any.
    if let Some(last) = last_ms
        && begin <= last
        && last - begin <= interval_ms
    {
        begin = last + interval_ms;
    }
    let wait = begin.saturating_add(offset_ms).saturating_sub(now_ms);
    (
        begin,
        Duration::from_millis(u64::try_from(wait).unwrap_or(0)),
    )
}

#[cfg(test)]
mod tests;
