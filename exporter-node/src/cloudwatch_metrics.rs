//! The machine's metrics in MSK's names, for CloudWatch: once a period from the same collection that
//! a scrape is.
//!
//! MSK's metrics that only its hardware has (burst and CPU credits, allowances) are absent, and so is
//! `TrafficBytes`, of which the machine does not know what is the clients': `exporter-jmx` counts it.

mod broker;
mod places;
mod table;
mod view;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use cloudwatch::{Datum, Deltas, Level, Settings, dimension};
use service::flags::{Flag, Values};

use crate::paths::Paths;
use crate::scrapes::Scrapes;

use places::Places;
use table::METRICS;
use view::View;

const DATA_DIRECTORY: Flag = Flag::text(
    "cloudwatch.data-directory",
    "",
    "Directory of the broker's log.dirs, whose filesystem is KafkaDataLogsDiskUsed and Volume*; without it these are absent",
);
const LOG_DIRECTORY: Flag = Flag::text(
    "cloudwatch.log-directory",
    "",
    "Directory of the broker's application logs, whose filesystem is KafkaAppLogsDiskUsed; without it that is absent",
);
const BROKER_ENDPOINTS: Flag = Flag::text(
    "cloudwatch.broker-endpoints-file",
    "",
    "The broker's outrigger.endpoints.file, which tells its process, for KafkaFileDescriptorsUsagePercent and \
     KafkaMemoryMappedFilesUsagePercent; without it these are absent",
);

/// The flags of this file.
pub const FLAGS: &[&Flag] = &[&DATA_DIRECTORY, &LOG_DIRECTORY, &BROKER_ENDPOINTS];

/// What is published, and where the broker's files are.
#[derive(Clone, Debug)]
pub struct Published {
    /// Level, namespace, dimensions.
    pub settings: Settings,
    /// `cloudwatch.data-directory`.
    pub data_directory: Option<PathBuf>,
    /// `cloudwatch.log-directory`.
    pub log_directory: Option<PathBuf>,
    /// `cloudwatch.broker-endpoints-file`.
    pub broker_endpoints: Option<PathBuf>,
    /// Where the machine's files are.
    pub paths: Paths,
}

/// The machine's metrics, as CloudWatch asks for them.
pub struct NodeMetrics {
    scrapes: Scrapes,
    published: Arc<Published>,
    places: Arc<Mutex<Places>>,
    deltas: Mutex<Deltas>,
}

impl Published {
    /// From the flags.
    pub fn read(values: &mut Values, paths: &Paths) -> Self {
        let settings = Settings::read(values);
        let path = |flag| values.optional(flag).map(PathBuf::from);
        Self {
            settings,
            data_directory: path(&DATA_DIRECTORY),
            log_directory: path(&LOG_DIRECTORY),
            broker_endpoints: path(&BROKER_ENDPOINTS),
            paths: paths.clone(),
        }
    }
}

impl NodeMetrics {
    /// With the counters as they are now, so that already the first period tells what they grew by.
    pub async fn start(scrapes: Scrapes, published: Published) -> Self {
        let metrics = Self {
            scrapes,
            places: Arc::new(Mutex::new(Places::new(&published))),
            published: Arc::new(published),
            deltas: Mutex::default(),
        };
        cloudwatch::Metrics::collect(&metrics, Level::Partition).await;
        metrics
    }
}

impl cloudwatch::Metrics for NodeMetrics {
    async fn collect(&self, level: Level) -> Vec<Datum> {
        let families = self.scrapes.families().await.unwrap_or_default();
        let places = Arc::clone(&self.places);
        let published = Arc::clone(&self.published);
        // A filesystem may hang, and a process may have many files.
        let asked = tokio::task::spawn_blocking(move || {
            let mut places = places.lock().unwrap_or_else(PoisonError::into_inner);
            (places.ask(), broker::usage(&published))
        });
        let (places, broker) = asked.await.unwrap_or_default();
        let view = View {
            families: &families,
            places,
            broker,
        };
        let mut deltas = self.deltas.lock().unwrap_or_else(PoisonError::into_inner);
        let settings = &self.published.settings;
        let rows = METRICS.iter().filter(|row| row.level <= level);
        let data = rows.filter_map(|row| {
            let value = (row.value)(&view, &mut deltas)?;
            let datum = Datum::new(row.name, row.level, row.unit, value);
            Some(
                datum
                    .with(dimension::CLUSTER_NAME, &*settings.cluster_name)
                    .with(dimension::BROKER_ID, &*settings.broker_id),
            )
        });
        data.collect()
    }
}

#[cfg(test)]
mod tests;
