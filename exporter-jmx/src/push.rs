//! What is pushed instead of scraped: by OTLP, the metrics of a scrape and those of the process itself; to CloudWatch, MSK's.

use std::sync::Arc;
use std::time::Duration;

use otlp::{Otlp, OtlpError, Process};
use prometheus::Registry;
use scrape::Server;
use service::Clock;
use service::admin::Health;
use service::shutdown::Signal;

use cloudwatch::Publisher;

use crate::cloudwatch::JmxMetrics;
use crate::collector::{Collector, Scrapes};
use crate::config::JmxConfig;
use crate::start::StartError;

/// The push, where somebody asked for it.
pub(crate) fn otlp(
    config: &JmxConfig,
    server: &Server<Scrapes>,
    clock: &Clock,
    registry: &Registry,
) -> Result<Otlp, OtlpError> {
    let process = Process {
        service: "outrigger-exporter-jmx",
        instance: server.instance(),
    };
    Otlp::new(config.otlp.clone(), &process, clock, registry)
}

/// What is pushed: MBeans in the default names and at the default level, and the process's own metrics.
pub(crate) fn sources(collector: &Arc<Collector>, registry: &Registry) -> Vec<otlp::Source> {
    let collector = Arc::clone(collector);
    let families = move || {
        let collector = Arc::clone(&collector);
        let collecting: otlp::Collecting = Box::pin(collector.families());
        collecting
    };
    vec![
        otlp::Source::Async(Box::new(families)),
        otlp::Source::registry(registry),
    ]
}

/// The publisher, where somebody asked for it.
pub(crate) async fn cloudwatch(
    config: &JmxConfig,
    collector: &Arc<Collector>,
    (registry, clock, health): (&Registry, &Clock, &Health),
) -> Result<Option<Publisher<JmxMetrics>>, StartError> {
    let settings = &config.cloudwatch;
    if !settings.is_enabled {
        return Ok(None);
    }
    let metrics = Arc::new(JmxMetrics::new(Arc::clone(collector), settings));
    let publisher = Publisher::new(settings.clone(), metrics, registry, clock.clone(), health)?;
    Ok(Some(publisher.located().await?))
}

/// How many metrics each level would publish, once every source gives something; at the signal, or when a
/// source does not in time, of what there is.
pub(crate) async fn dry_run(
    config: &JmxConfig,
    collector: &Arc<Collector>,
    mut signal: Signal,
) -> String {
    const PATIENCE: Duration = Duration::from_secs(30);
    const RETRY: Duration = Duration::from_millis(200);
    let complete = async {
        loop {
            let asked = collector.read(config.source_timeout).await;
            if asked.iter().all(|asked| asked.reading.is_ok()) {
                return;
            }
            tokio::time::sleep(RETRY).await;
        }
    };
    tokio::select! {
        () = complete => {}
        () = tokio::time::sleep(PATIENCE) => {}
        _ = signal.wait() => {}
    }
    let metrics = JmxMetrics::new(Arc::clone(collector), &config.cloudwatch);
    cloudwatch::dry_run(&config.cloudwatch, &metrics).await
}
