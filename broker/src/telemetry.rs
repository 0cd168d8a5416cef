//! What this process tells about itself: its own metrics for Prometheus, its MBeans, the push by OTLP.
//! What is recorded, and where, is `metrics`' and `mbeans`' business.

use std::sync::Arc;

use otlp::{Otlp, OtlpError, Process, Source, Traces};
use prometheus::Registry;
use service::admin::{Admin, AdminError, Health};
use service::shutdown::Signal;
use service::telemetry::Undelivered;
use service::{Clock, build_info};
use tokio::task::JoinSet;

use crate::broker::Broker;
use crate::config::BrokerConfig;
use crate::mbeans::MBeans;
use crate::metrics::Exposed;

/// The name of this process, as its metrics carry it.
const PROCESS: &str = "broker";

/// Where everything that is recorded goes.
#[derive(Debug)]
pub struct Telemetry {
    registry: Registry,
    otlp: Otlp,
}

impl Telemetry {
    /// Nothing is told yet.
    ///
    /// # Errors
    /// Metrics of one name are registered twice.
    pub fn new(
        config: &BrokerConfig,
        undelivered: &Undelivered,
        clock: &Clock,
    ) -> Result<Self, OtlpError> {
        let registry = Registry::new();
        build_info::register(&registry, PROCESS)?;
        undelivered.register(&registry)?;
        let process = Process {
            service: "outrigger-broker",
            instance: config.node_id.to_string(),
        };
        let otlp = Otlp::new(config.otlp.clone(), &process, clock, &registry)?;
        Ok(Self { registry, otlp })
    }

    /// Where spans begin.
    pub fn traces(&self) -> Traces {
        self.otlp.traces()
    }

    /// The admin server of `broker`, if one is wanted, and all that runs beside it until `signal`.
    ///
    /// # Errors
    /// Its address cannot be had.
    pub async fn serve(
        self,
        broker: &Arc<Broker>,
        health: Health,
        signal: &Signal,
        tasks: &mut JoinSet<()>,
    ) -> Result<Option<Admin>, AdminError> {
        Exposed::register(&self.registry, Arc::clone(broker));
        let address = broker.config.current().admin_listener.clone();
        let mbeans = MBeans::new(broker, &health);
        let admin = Admin::listen(address.as_deref(), health, self.registry.clone()).await?;
        let admin = admin.map(|admin| mbeans.serve(admin));
        tasks.spawn(mbeans.reckon_lag(signal.clone()));
        tasks.spawn(mbeans.tick(signal.clone()));
        let sources = vec![Source::registry(&self.registry)];
        tasks.spawn(self.otlp.run(sources, signal.clone()));
        Ok(admin)
    }
}
