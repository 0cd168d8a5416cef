//! Sockets, connections and waiting requests.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::key::{Key, int, long, string};

pub(super) const KEYS: &[Key] = &[
    int("connection.failed.authentication.delay.ms", "100")
        .at_least(0)
        .doc("Pause before a connection is closed whose authentication failed."),
    long("connections.max.idle.ms", "600000")
        .effective()
        .doc("A connection on which nothing was asked for this long is closed."),
    int("max.connection.creation.rate", "2147483647")
        .at_least(0)
        .cluster_wide()
        .doc("Most new connections in a second."),
    int("max.connections", "2147483647")
        .at_least(0)
        .cluster_wide()
        .effective()
        .doc("Most connections open at one time on this broker."),
    int("max.connections.per.ip", "2147483647")
        .at_least(0)
        .cluster_wide()
        .effective()
        .doc("Most connections open at one time from one address."),
    string("max.connections.per.ip.overrides", "")
        .cluster_wide()
        .effective()
        .doc("Connection limits of single addresses or host names, as name:limit pairs."),
    int("num.io.threads", "8")
        .at_least(1)
        .cluster_wide()
        .doc("Threads that work on requests. The runtime here sizes itself by the processors."),
    int("num.network.threads", "3")
        .at_least(1)
        .cluster_wide()
        .doc(
            "Threads that read and write sockets. The runtime here sizes itself by the \
             processors.",
        ),
    long("queued.max.request.bytes", "-1").effective().doc(
        "Most bytes of requests waiting to be worked on; -1 leaves it to the memory \
             budgets.",
    ),
    int("queued.max.requests", "500").at_least(1).doc(
        "Most requests waiting to be worked on. None waits here: the memory budgets bound them.",
    ),
    int("request.timeout.ms", "30000")
        .doc("How long this node waits for an answer to a request it sends itself."),
    long("socket.connection.setup.timeout.max.ms", "30000")
        .doc("Longest wait for a connection this node opens itself."),
    long("socket.connection.setup.timeout.ms", "10000")
        .doc("First wait for a connection this node opens itself."),
    int("socket.listen.backlog.size", "50")
        .at_least(1)
        .effective()
        .doc("Connections the kernel keeps waiting until they are accepted."),
    int("socket.receive.buffer.bytes", "-1")
        .effective()
        .doc("SO_RCVBUF of each connection. -1 leaves it to the kernel."),
    int("socket.request.max.bytes", "104857600")
        .at_least(1)
        .effective()
        .doc("Largest request frame that is accepted."),
    int("socket.send.buffer.bytes", "-1")
        .effective()
        .doc("SO_SNDBUF of each connection. -1 leaves it to the kernel."),
];
