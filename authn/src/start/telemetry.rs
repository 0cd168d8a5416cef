//! What this process tells about itself: its registries, the push, and who keeps them young.

use std::time::Duration;

use mbean::wire::{CONTENT_TYPE, Known};
use mbean::{Registry as Beans, Section};
use otlp::{Otlp, Process, Source, Traces};
use prometheus::Registry;
use service::admin::{Admin, Content, Health};
use service::listen::Bound;
use service::shutdown::{Signal, until};
use service::{Clock, build_info};
use tokio::task::JoinSet;

use super::StartError;
use crate::config::AuthnConfig;
use crate::mbeans;

/// The name of this process, as its metrics carry it.
const PROCESS: &str = "authn";
/// How often rates are brought up to date; Yammer's own.
const TICK: Duration = Duration::from_secs(5);

/// Everything that is recorded, and where it goes.
pub(super) struct Telemetry {
    pub registry: Registry,
    pub beans: Beans,
    /// Whether each part works, for as long as somebody asks.
    components: Section,
    clock: Clock,
    otlp: Otlp,
}

impl Telemetry {
    /// Registries with nothing in them yet.
    pub fn new(
        config: &AuthnConfig,
        clock: &Clock,
        bound: &[Bound],
        health: &Health,
    ) -> Result<Self, StartError> {
        let registry = Registry::new();
        build_info::register(&registry, PROCESS)?;
        let machine = super::machine();
        let port = bound.first().map_or(0, |bound| bound.address.port());
        let process = Process {
            service: "outrigger-authn",
            instance: format!("{machine}:{port}"),
        };
        let otlp = Otlp::new(config.otlp.clone(), &process, clock, &registry)?;
        let beans = Beans::of(PROCESS, clock.monotonic_nanos());
        Ok(Self {
            components: mbeans::components(&beans, health, PROCESS),
            beans,
            clock: clock.clone(),
            registry,
            otlp,
        })
    }

    /// Where spans begin.
    pub fn traces(&self) -> Traces {
        self.otlp.traces()
    }

    /// The admin server, which serves the beans at `/mbeans`, too.
    pub async fn admin(
        &self,
        config: &AuthnConfig,
        health: Health,
    ) -> Result<Option<Admin>, StartError> {
        let address = config.admin_listener.as_deref();
        let admin = Admin::listen(address, health, self.registry.clone()).await?;
        let (beans, clock) = (self.beans.clone(), self.clock.clone());
        let content = move |query: &str| Content {
            kind: CONTENT_TYPE,
            bytes: beans.snapshot(Known::from_query(query), clock.monotonic_nanos()),
        };
        Ok(admin.map(|admin| admin.with("/mbeans", content)))
    }

    /// Keeps it up until `signal`.
    pub fn serve(self, signal: &Signal, tasks: &mut JoinSet<()>) {
        let kept = (self.beans, self.components);
        tasks.spawn(until(signal.clone(), tick(kept, self.clock)));
        let sources = vec![Source::registry(&self.registry)];
        tasks.spawn(self.otlp.run(sources, signal.clone()));
    }
}

async fn tick((beans, _components): (Beans, Section), clock: Clock) {
    let mut ticks = tokio::time::interval(TICK);
    loop {
        ticks.tick().await;
        beans.tick(clock.monotonic_nanos());
    }
}
