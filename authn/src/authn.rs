//! What all connections of this process share.

use std::sync::Arc;

use otlp::Traces;
use service::Clock;

use crate::audit::Audit;
use crate::floods::Floods;
use crate::limits::Limits;
use crate::mbeans::LoginBeans;
use crate::metrics::Metrics;
use crate::network_rules::NetworkRules;
use crate::upstream::Upstream;

/// What all connections of this process share.
#[derive(Debug)]
pub struct Authn {
    /// The time.
    pub clock: Clock,
    /// What strangers may take.
    pub limits: Arc<Limits>,
    /// Who may connect at all.
    pub network_rules: NetworkRules,
    /// The way to the broker.
    pub upstream: Upstream,
    /// What is counted.
    pub metrics: Metrics,
    /// What is counted by mechanism, as MBeans.
    pub logins: LoginBeans,
    /// Where logins are traced, if they are.
    pub traces: Traces,
    /// What strangers can cause to be logged.
    pub floods: Floods,
    /// Who tried to log in.
    pub audit: Audit,
}
