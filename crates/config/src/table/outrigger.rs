//! Our own keys: what Kafka has no word for.
//!
//! They share one prefix, so that none can ever collide with a key of a later Kafka.

use crate::key::{Key, boolean, int, list, long, string};

pub(super) const KEYS: &[Key] = &[
    string("outrigger.admin.listener", "")
        .effective()
        .doc("host:port for /healthz and /metrics of this process; empty is none."),
    boolean("outrigger.clamp.replication", "")
        .unset()
        .effective()
        .doc(
            "Whether a replication factor or min.insync.replicas that one node cannot give is \
             lowered with a warning instead of refused. The preset msk turns it on.",
        ),
    // Requests are pipelined: this many of one connection are worked on at a time. The Java
    // client has five in flight, librdkafka may have a thousand and is read further as they end.
    int("outrigger.connection.inflight.requests", "64")
        .between(1, 100_000)
        .effective()
        .doc("Requests of one connection that are worked on at one time."),
    // One largest frame and room beside it.
    long("outrigger.connection.memory.bytes", "16777216")
        .at_least(1_048_576)
        .effective()
        .doc("Memory of one connection's requests and answers after which it takes no further request."),
    string("outrigger.endpoints.file", "")
        .effective()
        .doc("File that the bound addresses are written to once clients can connect."),
    string("outrigger.handoff.directory", "").effective().doc(
        "Directory of the sockets that authn hands connections over on; only the owner and the \
         group may enter it. Empty is none: then nobody but the listeners' own clients comes in.",
    ),
    boolean("outrigger.handoff.only", "false").effective().doc(
        "Whether authn alone lets clients in: then no listener is bound, and nothing is served in \
         plaintext.",
    ),
    list("outrigger.handoff.uids", "")
        .effective()
        .doc("Numbers of the users that may connect there; empty is the broker's own user."),
    string("outrigger.iam.store", "").effective().doc(
        "Directory of the IAM identity store, whose policies decide about principals of type IAM; \
         empty denies them everything.",
    ),
    // Half of what an exporter's scrape interval usually is, and cheap: one look at each shard.
    long("outrigger.lag.interval.ms", "5000")
        .between(100, 3_600_000)
        .effective()
        .doc("How often the lag of consumer groups is reckoned, which is how exact it is."),
    string("outrigger.log.dir", "")
        .effective()
        .doc("Directory of server.log; empty writes to standard error."),
    string("outrigger.log.undelivered.file", "")
        .effective()
        .doc(
            "File in which `outrigger logshipper` says what it has delivered: rotated log files that it has not \
             are kept as long as there is room. Empty keeps none longer.",
        ),
    string("outrigger.preset", "kafka")
        .one_of(&["kafka", "msk"])
        .effective()
        .doc("Whose defaults hold: Apache Kafka's, or those of an Amazon MSK cluster."),
    long("outrigger.requests.memory.bytes", "536870912")
        .at_least(1_048_576)
        .effective()
        .doc("Memory that the requests and answers of all connections may hold together."),
];
