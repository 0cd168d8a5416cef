//! What the process itself is: `KafkaServer`, `app-info`, how much memory requests hold, how many
//! beans there are.

use std::sync::Arc;

use mbean::{Attribute, ObjectName, Scale, Section};
use service::admin::Health;

use super::{Described, Gauges};
use crate::broker::Broker;

/// Kafka's `BrokerState`: serving.
const RUNNING: f64 = 3.0;

/// Registers them.
pub fn register(broker: &Arc<Broker>) -> Section {
    let registry = broker.metrics.registry();
    let section = registry.section();
    let gauges = Gauges::new(&section, broker);
    let server = |name| ObjectName::new("kafka.server", "KafkaServer").with("name", name);
    // The admin server answers from the first request of a client to the last.
    section.gauge(server("BrokerState"), || RUNNING);
    let image = broker.metadata.image();
    let cluster_id = image.cluster_id.to_string();
    section.text(server("ClusterId"), move || cluster_id.clone());
    // One process is broker and controller.
    for kind in ["KafkaServer", "ControllerServer"] {
        let bean = |name| ObjectName::new("kafka.server", kind).with("name", name);
        gauges.gauge(bean("yammer-metrics-count"), |b| {
            b.metrics.registry().counts().0 as f64
        });
        section.gauge(bean("linux-disk-read-bytes"), || disk_bytes("read_bytes"));
        section.gauge(bean("linux-disk-write-bytes"), || disk_bytes("write_bytes"));
    }
    let socket_server = |name| ObjectName::new("kafka.network", "SocketServer").with("name", name);
    gauges.gauge(socket_server("MemoryPoolAvailable"), |b| {
        b.memory.left_bytes() as f64
    });
    memory(&section, broker);
    gauges.gauge(socket_server("MemoryPoolUsed"), |b| {
        b.memory.used_bytes() as f64
    });
    if broker.config.current().security.handoff.is_none() {
        // Sessions end where people log in, which is authn where there is one.
        section.gauge(socket_server("ExpiredConnectionsKilledCount"), || 0.0);
    }
    let count: Described = ("count", "Metrics in beans with attributes", |b| {
        b.metrics.registry().counts().1 as f64
    });
    let name = ObjectName::new("kafka.server", "kafka-metrics-count");
    section.attributes(name, gauges.attributes(&[count]));
    app_info(&section, broker);
    section
}

/// How long requests found no memory.
fn memory(section: &Section, broker: &Broker) {
    let depleted = broker.memory.depleted();
    let share = "Share of time in which request memory was spent";
    let attributes = vec![
        Attribute::rate("MemoryPoolAvgDepletedPercent", share, depleted)
            .scaled(Scale::NANOS_AS_SECONDS),
        Attribute::total(
            "MemoryPoolDepletedTimeTotal",
            "Nanoseconds in which request memory was spent",
            depleted,
        ),
        Attribute::rate(
            "broker-connection-accept-rate",
            "Connections accepted per second, on all listeners and by authn",
            broker.metrics.accepted(),
        ),
    ];
    let name = ObjectName::new("kafka.server", "socket-server-metrics");
    section.attributes(name, attributes);
}

/// Whether each component of `/healthz` works, so that one scrape tells of every process.
pub fn components(broker: &Broker, health: &Health) -> Section {
    let section = broker.metrics.registry().section();
    for (component, _) in health.components() {
        let name = ObjectName::new("outrigger.process", "Component")
            .with("name", component)
            .with("process", "broker");
        let health = health.clone();
        section.gauge(name, move || f64::from(u8::from(health.works(component))));
    }
    section
}

fn app_info(section: &Section, broker: &Broker) {
    let started_ms = broker.clock.now_ms() as f64;
    let id = broker.metadata.image().broker.id.to_string();
    let name = ObjectName::new("kafka.server", "app-info").with("id", &id);
    let attributes = vec![
        Attribute::gauge("StartTimeMs", "When the process started", move || {
            started_ms
        }),
        Attribute::text("Version", "The version of this program", || {
            service::build_info::VERSION.to_owned()
        }),
    ];
    section.attributes(name, attributes);
    let attributes = vec![Attribute::gauge(
        "start-time-ms",
        "When the process started",
        move || started_ms,
    )];
    section.attributes(ObjectName::new("kafka.server", "app-info"), attributes);
}

/// A line of `/proc/self/io`, what the process moved to and from devices; not a number where the
/// system does not tell.
fn disk_bytes(key: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    counted(&text, key).map_or(f64::NAN, |bytes| bytes as f64)
}

fn counted(text: &str, key: &str) -> Option<u64> {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.into_iter().find(|(name, _)| *name == key)?;
    value.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn a_line_is_found_by_its_whole_name() {
        let text = "rchar: 1\nread_bytes: 4096\nwrite_bytes: 12\ncancelled_write_bytes: 7\n";
        assert_eq!(counted(text, "read_bytes"), Some(4096));
        assert_eq!(counted(text, "write_bytes"), Some(12));
        assert_eq!(counted(text, "bytes"), None);
    }
}
