//! The MBeans of this process, in Kafka's names: what Apache Kafka's socket server says of a listener,
//! authn says of those that it serves in the broker's stead.
//!
//! Each listener is one network processor, number 0. What an I/O loop of Java has and we have not
//! (`select-*`, `io-*`) is absent. exporter-jmx merges these beans with the broker's.

mod listener;
mod logins;
mod pairs;

use mbean::{ObjectName, Registry, Section};
use service::admin::Health;

pub use listener::ListenerBeans;
pub use logins::LoginBeans;
pub use pairs::PairPlace;

/// Whether each part of this process works, `outrigger.process:type=Component,name=…,process=authn`:
/// who reads the beans of all processes need ask nobody else.
pub fn components(registry: &Registry, health: &Health, process: &str) -> Section {
    let section = registry.section();
    for (component, _) in health.components() {
        let name = ObjectName::new("outrigger.process", "Component")
            .with("name", component)
            .with("process", process);
        let health = health.clone();
        section.gauge(name, move || f64::from(u8::from(health.works(component))));
    }
    section
}

/// Kafka's own metrics of a socket server, as `kafka.server:type=socket-server-metrics` begins.
fn socket_server() -> ObjectName {
    ObjectName::new("kafka.server", "socket-server-metrics")
}
