//! Where the broker listens and who it is.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::check::Check;
use crate::key::{Key, int, list, string};

pub(super) const KEYS: &[Key] = &[
    list("advertised.listeners", "")
        .unset()
        .check(Check::Items)
        .effective()
        .doc(
            "Addresses that clients are told, as NAME://host:port; each name must also be \
             in listeners. Empty means: what listeners says.",
        ),
    int("broker.id", "-1")
        .effective()
        .doc("Older name of node.id; both must agree where both are given."),
    string("broker.rack", "").unset().effective().doc(
        "Name of the rack or availability zone this node stands in; clients may \
             prefer to read from their own.",
    ),
    list("controller.listener.names", "")
        .unset()
        .check(Check::Items)
        .doc(
            "Listeners that only controllers use. One node needs none: listeners named \
             here are not opened.",
        ),
    list("early.start.listeners", "")
        .unset()
        .doc("Listeners that would accept connections before authorization is ready."),
    string("inter.broker.listener.name", "")
        .unset()
        .doc("Listener that brokers use among themselves."),
    string(
        "listener.security.protocol.map",
        "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT",
    )
    .per_broker()
    .effective()
    .doc("Security protocol of each listener name, as NAME:PROTOCOL pairs."),
    list("listeners", "PLAINTEXT://127.0.0.1:9092")
        .check(Check::Items)
        .per_broker()
        .effective()
        .doc(
            "Addresses to bind, as NAME://host:port. An empty host binds every interface, \
             port 0 any free port.",
        ),
    int("node.id", "1")
        .at_least(0)
        .effective()
        .doc("Number of this node in its cluster."),
    string("security.inter.broker.protocol", "PLAINTEXT")
        .one_of(&["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"])
        .doc("Security protocol that brokers use among themselves."),
];
