//! What the authorizer decides, as Kafka's `StandardAuthorizer` tells it (KIP-877); the engine of the
//! IAM policies beside it in the same words.

use std::sync::Arc;

use mbean::{Attribute, ObjectName, Scale, Section};

use super::Gauges;
use crate::audit::Decisions;
use crate::broker::Broker;

/// Kafka's rates are per minute.
const PER_MINUTE: Scale = Scale::factor(60.0);

/// Registers those of the engines that there are.
pub fn register(broker: &Arc<Broker>) -> Section {
    let section = broker.metrics.registry().section();
    if broker.authorizer.acl().is_some() {
        let mut attributes = attributes(broker.audit.acl_decisions());
        let acls: fn(&Broker) -> f64 = |broker| broker.metadata.image().acls().count() as f64;
        let gauges = Gauges::new(&section, broker);
        attributes.extend(gauges.attributes(&[("acls-total-count", "ACLs that there are", acls)]));
        let name = plugin("authorizer.class.name", "StandardAuthorizer");
        section.attributes(name, attributes);
    }
    if broker.authorizer.iam().is_some() {
        let name = plugin("outrigger.iam.store", "IamAuthorizer");
        section.attributes(name, attributes(broker.audit.iam_decisions()));
    }
    section
}

fn plugin(config: &str, class: &str) -> ObjectName {
    ObjectName::new("kafka.server", "plugins")
        .with("config", config)
        .with("class", class)
        .with("role", "broker")
}

fn attributes(decisions: &Decisions) -> Vec<Attribute> {
    let rate = |name: &'static str, what: &'static str, counter| {
        Attribute::rate(name, what, counter).scaled(PER_MINUTE)
    };
    vec![
        rate(
            "authorization-request-rate-per-minute",
            "Decisions per minute",
            &decisions.asked,
        ),
        rate(
            "authorization-allowed-rate-per-minute",
            "Decisions per minute that allowed",
            &decisions.allowed,
        ),
        rate(
            "authorization-denied-rate-per-minute",
            "Decisions per minute that denied",
            &decisions.denied,
        ),
    ]
}
