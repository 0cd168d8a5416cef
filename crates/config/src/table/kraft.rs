//! The metadata quorum, which a single node does not need.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::check::Check;
use crate::key::{Key, boolean, int, list, long, string};

pub(super) const KEYS: &[Key] = &[
    int("broker.heartbeat.interval.ms", "2000")
        .doc("How often a broker reports to the controller."),
    int("broker.session.timeout.ms", "9000")
        .doc("A broker that is silent for this long is fenced."),
    boolean("controlled.shutdown.enable", "true")
        .doc("Whether a broker hands its leadership over before it stops."),
    long("controller.performance.always.log.threshold.ms", "2000")
        .at_least(0)
        .when_set()
        .doc("Controller events that take longer than this are always logged."),
    long("controller.performance.sample.period.ms", "60000")
        .at_least(100)
        .when_set()
        .doc("How often the controller logs its own speed."),
    int("controller.quorum.append.linger.ms", "25")
        .at_least(0)
        .doc("How long the quorum's leader gathers writes."),
    boolean("controller.quorum.auto.join.enable", "false")
        .doc("Whether a controller adds itself to the voters."),
    list("controller.quorum.bootstrap.servers", "")
        .doc("Addresses through which the quorum is found."),
    int("controller.quorum.election.backoff.max.ms", "1000")
        .at_least(0)
        .doc("Longest pause after a lost election."),
    int("controller.quorum.election.timeout.ms", "1000")
        .at_least(0)
        .doc("Longest wait for the end of an election."),
    int("controller.quorum.fetch.max.bytes", "1048576")
        .at_least(1)
        .doc("Bytes that a voter copies at a time."),
    int("controller.quorum.fetch.snapshot.max.bytes", "1048576")
        .at_least(1)
        .doc("Bytes of a snapshot that a voter copies at a time."),
    int("controller.quorum.fetch.timeout.ms", "2000")
        .at_least(0)
        .doc("A leader that is silent for this long is replaced."),
    int("controller.quorum.request.timeout.ms", "2000")
        .at_least(0)
        .doc("Timeout of requests between controllers."),
    int("controller.quorum.retry.backoff.ms", "20")
        .at_least(0)
        .doc("Pause before a request between controllers is sent again."),
    list("controller.quorum.voters", "").doc("The quorum, as id@host:port."),
    int("controller.quota.window.num", "11")
        .at_least(1)
        .doc("Samples kept for the quota on metadata changes."),
    int("controller.quota.window.size.seconds", "1")
        .at_least(1)
        .doc("Length of one sample for the quota on metadata changes."),
    int("controller.socket.timeout.ms", "30000").doc("Timeout of connections to the controller."),
    int("initial.broker.registration.timeout.ms", "60000")
        .doc("How long a broker tries to register before it gives up."),
    long("internal.metadata.delete.delay.millis", "60000")
        .when_set()
        .doc("How long deleted metadata files stay."),
    int("internal.metadata.log.segment.bytes", "")
        .unset()
        .when_set()
        .doc("Size of a segment of the quorum's log, for tests."),
    int("internal.metadata.max.batch.size.in.bytes", "8388608")
        .when_set()
        .doc("Largest batch of the quorum's log."),
    string("metadata.log.dir", "").unset().doc(
        "Directory of the quorum's log. The metadata log lies in the first data \
             directory here.",
    ),
    long(
        "metadata.log.max.record.bytes.between.snapshots",
        "20971520",
    )
    .at_least(1)
    .doc("Bytes of metadata records after which a snapshot is written."),
    long("metadata.log.max.snapshot.interval.ms", "3600000")
        .at_least(0)
        .doc("Time after which a snapshot of metadata is written."),
    int("metadata.log.segment.bytes", "1073741824")
        .at_least(8_388_608)
        .doc("Size of a segment of the quorum's log."),
    long("metadata.log.segment.ms", "604800000")
        .doc("Time after which a segment of the quorum's log is closed."),
    int("metadata.max.idle.interval.ms", "500")
        .at_least(0)
        .doc("How often an idle quorum writes a no-op."),
    long("metadata.max.retention.bytes", "104857600")
        .doc("Size beyond which old metadata is deleted."),
    long("metadata.max.retention.ms", "604800000").doc("Time after which old metadata is deleted."),
    list("process.roles", "")
        .unset()
        .check(Check::ItemsOfOrMore(&["broker", "controller"]))
        .doc("Roles of this process. One node here is broker and controller."),
    long("server.max.startup.time.ms", "9223372036854775807")
        .at_least(0)
        .when_set()
        .doc("Longest time that a start may take."),
    boolean("unstable.api.versions.enable", "false")
        .when_set()
        .doc("Whether API versions in development are offered."),
    boolean("unstable.feature.versions.enable", "false")
        .when_set()
        .doc("Whether feature versions in development are offered."),
];
