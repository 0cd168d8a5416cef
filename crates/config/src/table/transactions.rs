//! Producers and transactions.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::key::{Key, boolean, int, short};

pub(super) const KEYS: &[Key] = &[
    int("add.partitions.to.txn.retry.backoff.max.ms", "100")
        .at_least(0)
        .doc(
            "Longest time that adding a partition to a transaction is tried again by the \
             broker.",
        ),
    int("add.partitions.to.txn.retry.backoff.ms", "20")
        .at_least(1)
        .doc("Pause between such tries."),
    int("producer.id.expiration.check.interval.ms", "600000")
        .at_least(1)
        .when_set()
        .doc("How often it is looked whether idle producers are to be forgotten."),
    int("producer.id.expiration.ms", "86400000")
        .at_least(1)
        .cluster_wide()
        .effective()
        .doc("How long a producer that does not write is remembered."),
    int(
        "transaction.abort.timed.out.transaction.cleanup.interval.ms",
        "10000",
    )
    .at_least(1)
    .doc("How often overdue transactions are looked for."),
    int("transaction.max.timeout.ms", "900000")
        .at_least(1)
        .doc("Longest transaction timeout that a producer may ask for."),
    boolean("transaction.partition.verification.enable", "true")
        .cluster_wide()
        .doc(
            "Whether the broker checks that a partition was added to the transaction that \
             writes to it.",
        ),
    int(
        "transaction.remove.expired.transaction.cleanup.interval.ms",
        "3600000",
    )
    .at_least(1)
    .doc("How often unused transactional ids are looked for."),
    int("transaction.state.log.load.buffer.size", "5242880")
        .at_least(1)
        .doc("Bytes read at a time when transaction state is loaded."),
    int("transaction.state.log.min.isr", "2")
        .at_least(1)
        .doc("In-sync replicas that __transaction_state needs."),
    int("transaction.state.log.num.partitions", "50")
        .at_least(1)
        .doc("Partitions of __transaction_state."),
    short("transaction.state.log.replication.factor", "3")
        .at_least(1)
        .doc("Replicas of __transaction_state."),
    int("transaction.state.log.segment.bytes", "104857600")
        .at_least(1)
        .doc("Size of a segment of __transaction_state."),
    boolean("transaction.two.phase.commit.enable", "false")
        .doc("Whether producers may take part in two-phase commits."),
    int("transactional.id.expiration.ms", "604800000")
        .at_least(1)
        .doc("How long an unused transactional id is remembered."),
];
