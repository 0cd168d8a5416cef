//! THE TABLE of queries that may have no data under this load, each with its reason. One that has some is a fault of the table,
//! unless it depends on the machine.

#[derive(Clone, Copy, PartialEq)]
pub(super) enum When {
    /// Nothing of this load makes such a series.
    Always,
    /// Some machines have it.
    Machine,
}

pub(super) struct Empty {
    /// A part of the expression that no other expression has.
    pub(super) part: &'static str,
    pub(super) when: When,
    pub(super) reason: &'static str,
}

const fn always(part: &'static str, reason: &'static str) -> Empty {
    Empty {
        part,
        when: When::Always,
        reason,
    }
}

const fn machine(part: &'static str, reason: &'static str) -> Empty {
    Empty {
        part,
        when: When::Machine,
        reason,
    }
}

pub(super) const EMPTY: &[Empty] = &[
    always(
        r#"name="FailedFetchRequestsPerSec",topic=~".*",topic!="""#,
        "Kafka counts only fetches that fail for no reason of the client's: a disk that cannot be read",
    ),
    always(
        "outrigger_cloudwatch_",
        "nothing is published to CloudWatch here; the suite `cloudwatch` does it",
    ),
    machine(
        "node_pressure_",
        "kernels without PSI, or with it switched off",
    ),
    machine("node_disk_", "a container without block devices of its own"),
    machine("node_network_", "a network namespace with loopback alone"),
];
