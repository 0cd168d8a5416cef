//! The machines: disks that fill, processors, memory, clocks. Disks first: a full one stops a broker.

use super::{Alert, Fires, MINUTE, Severity};

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "NodeDiskNearlyFull",
        severity: Severity::Warning,
        expr: "instance_mountpoint:node_filesystem_used:ratio",
        fires: Fires::Above(0.85),
        for_seconds: 5 * MINUTE,
        summary: "{{ $labels.mountpoint }} of {{ $labels.instance }} is {{ $value | humanizePercentage }} full.",
        description: "A broker whose disk is full stops; MSK's alarm is at 85 %.",
        causes: &[
            "Producers write more than retention.bytes and retention.ms were planned for.",
            "A topic without a limit; a consumer group's lag keeps nothing, but a compacted topic may not be cleaned.",
            "Other files on the same disk.",
        ],
        look: &[
            "The board Topics, Largest topics and their growth.",
            "NodeDiskFillsUp: how much time is left?",
        ],
        act: &[
            "Lower retention.ms or retention.bytes of the largest topic: segments are removed within minutes.",
            "Or delete what nobody reads, or grow the disk.",
            "Never remove files below a log directory by hand.",
        ],
        firing: &[
            (
                r#"node_filesystem_avail_bytes{cluster="c",job="node",instance="a",device="/dev/sda",fstype="ext4",mountpoint="/data"}"#,
                "10x120",
            ),
            (
                r#"node_filesystem_size_bytes{cluster="c",job="node",instance="a",device="/dev/sda",fstype="ext4",mountpoint="/data"}"#,
                "100x120",
            ),
        ],
        quiet: &[
            (
                r#"node_filesystem_avail_bytes{cluster="c",job="node",instance="a",device="/dev/sda",fstype="ext4",mountpoint="/data"}"#,
                "60x120",
            ),
            (
                r#"node_filesystem_size_bytes{cluster="c",job="node",instance="a",device="/dev/sda",fstype="ext4",mountpoint="/data"}"#,
                "100x120",
            ),
            // A read-only image is always full.
            (
                r#"node_filesystem_avail_bytes{cluster="c",job="node",instance="a",device="/dev/loop0",fstype="squashfs",mountpoint="/snap"}"#,
                "0x120",
            ),
            (
                r#"node_filesystem_size_bytes{cluster="c",job="node",instance="a",device="/dev/loop0",fstype="squashfs",mountpoint="/snap"}"#,
                "100x120",
            ),
        ],
    },
    Alert {
        name: "NodeDiskFull",
        severity: Severity::Critical,
        expr: "instance_mountpoint:node_filesystem_used:ratio",
        fires: Fires::Above(0.95),
        for_seconds: MINUTE,
        summary: "{{ $labels.mountpoint }} of {{ $labels.instance }} is {{ $value | humanizePercentage }} full.",
        description: "Brokers on it stop within minutes.",
        causes: &["NodeDiskNearlyFull was not acted upon, or the disk filled faster than that."],
        look: &["The board Topics, Largest topics."],
        act: &[
            "As for NodeDiskNearlyFull, now. Stop the producer that writes most if nothing else helps in time.",
        ],
        firing: &[
            (
                r#"node_filesystem_avail_bytes{cluster="c",job="node",instance="a",fstype="xfs",mountpoint="/data"}"#,
                "1x120",
            ),
            (
                r#"node_filesystem_size_bytes{cluster="c",job="node",instance="a",fstype="xfs",mountpoint="/data"}"#,
                "100x120",
            ),
        ],
        quiet: &[
            (
                r#"node_filesystem_avail_bytes{cluster="c",job="node",instance="a",fstype="xfs",mountpoint="/data"}"#,
                "10x120",
            ),
            (
                r#"node_filesystem_size_bytes{cluster="c",job="node",instance="a",fstype="xfs",mountpoint="/data"}"#,
                "100x120",
            ),
        ],
    },
    Alert {
        name: "NodeDiskFillsUp",
        severity: Severity::Warning,
        // Of a disk that is half empty, a straight line says nothing, nor does one through minutes.
        expr: r#"min by (cluster, job, instance, mountpoint) (predict_linear(node_filesystem_avail_bytes{fstype!~"ramfs|squashfs|iso9660"}[6h], 86400)) and on (cluster, job, instance, mountpoint) (node_filesystem_avail_bytes offset 20m) and on (cluster, job, instance, mountpoint) instance_mountpoint:node_filesystem_used:ratio > 0.6"#,
        fires: Fires::Below(0.0),
        for_seconds: 60 * MINUTE,
        summary: "{{ $labels.mountpoint }} of {{ $labels.instance }} is full within a day at this rate.",
        description: "The line through at most the last six hours reaches the end of the disk tomorrow.",
        causes: &["The same as for NodeDiskNearlyFull, seen earlier."],
        look: &["The board Topics, Growth of the log end."],
        act: &["As for NodeDiskNearlyFull, with time to plan."],
        firing: &[
            (
                r#"node_filesystem_avail_bytes{cluster="c",job="node",instance="a",fstype="xfs",mountpoint="/data"}"#,
                "3500-5x480",
            ),
            (
                r#"node_filesystem_size_bytes{cluster="c",job="node",instance="a",fstype="xfs",mountpoint="/data"}"#,
                "10000x480",
            ),
        ],
        quiet: &[
            (
                r#"node_filesystem_avail_bytes{cluster="c",job="node",instance="a",fstype="xfs",mountpoint="/data"}"#,
                "3500x480",
            ),
            (
                r#"node_filesystem_size_bytes{cluster="c",job="node",instance="a",fstype="xfs",mountpoint="/data"}"#,
                "10000x480",
            ),
        ],
    },
    Alert {
        name: "NodeInodesNearlyUsed",
        severity: Severity::Warning,
        expr: r#"max by (cluster, job, instance, mountpoint) (1 - node_filesystem_files_free{fstype!~"ramfs|squashfs|iso9660"} / (node_filesystem_files{fstype!~"ramfs|squashfs|iso9660"} > 0))"#,
        fires: Fires::Above(0.9),
        for_seconds: 15 * MINUTE,
        summary: "{{ $value | humanizePercentage }} of the inodes of {{ $labels.mountpoint }} on {{ $labels.instance }} are used.",
        description: "Without an inode no segment can be made, whatever space is left.",
        causes: &[
            "Many partitions with small segments (segment.bytes, segment.ms), each three files or more.",
        ],
        look: &["The board Topics: segments by partition."],
        act: &[
            "Raise segment.bytes and segment.ms of the topics that have most, or remove partitions.",
        ],
        firing: &[
            (
                r#"node_filesystem_files_free{cluster="c",job="node",instance="a",fstype="ext4",mountpoint="/data"}"#,
                "5x120",
            ),
            (
                r#"node_filesystem_files{cluster="c",job="node",instance="a",fstype="ext4",mountpoint="/data"}"#,
                "100x120",
            ),
        ],
        // btrfs counts no inodes.
        quiet: &[
            (
                r#"node_filesystem_files_free{cluster="c",job="node",instance="a",fstype="btrfs",mountpoint="/data"}"#,
                "0x120",
            ),
            (
                r#"node_filesystem_files{cluster="c",job="node",instance="a",fstype="btrfs",mountpoint="/data"}"#,
                "0x120",
            ),
        ],
    },
    Alert {
        name: "NodeCpuHigh",
        severity: Severity::Warning,
        expr: "instance:node_cpu_used:ratio_rate5m",
        fires: Fires::Above(0.6),
        for_seconds: 15 * MINUTE,
        summary: "The processors of {{ $labels.instance }} are {{ $value | humanizePercentage }} busy.",
        description: "MSK advises to stay below 60 %: when a broker fails, the others take over its load.",
        causes: &[
            "More traffic, more TLS, more small requests, or another process on the machine.",
        ],
        look: &[
            "The board Node, CPU by mode; the board Exporters and processes, CPU of each process.",
        ],
        act: &[
            "Spread partitions over more brokers or use bigger ones. Move no partitions while CPU is above 70 %.",
        ],
        firing: &[
            (
                r#"node_cpu_seconds_total{cluster="c",job="node",instance="a",cpu="0",mode="idle"}"#,
                "0+6x120",
            ),
            (
                r#"node_cpu_seconds_total{cluster="c",job="node",instance="a",cpu="0",mode="user"}"#,
                "0+54x120",
            ),
        ],
        // Waiting for a disk is no work.
        quiet: &[
            (
                r#"node_cpu_seconds_total{cluster="c",job="node",instance="a",cpu="0",mode="iowait"}"#,
                "0+50x120",
            ),
            (
                r#"node_cpu_seconds_total{cluster="c",job="node",instance="a",cpu="0",mode="user"}"#,
                "0+10x120",
            ),
        ],
    },
    Alert {
        name: "NodeMemoryHigh",
        severity: Severity::Warning,
        expr: "instance:node_memory_used:ratio",
        fires: Fires::Above(0.9),
        for_seconds: 15 * MINUTE,
        summary: "{{ $value | humanizePercentage }} of the memory of {{ $labels.instance }} cannot be freed.",
        description: "Little is left for the page cache, from which consumers are served, and the kernel is close to killing a process.",
        causes: &["A process that grew: a JVM's heap, a leak, or one that does not belong here."],
        look: &["The board Exporters and processes, Resident memory; `ps` on the machine."],
        act: &["Find the process. A JVM broker needs a quarter of the memory as heap, not more."],
        firing: &[
            (
                r#"node_memory_MemAvailable_bytes{cluster="c",job="node",instance="a"}"#,
                "5x120",
            ),
            (
                r#"node_memory_MemTotal_bytes{cluster="c",job="node",instance="a"}"#,
                "100x120",
            ),
        ],
        quiet: &[
            (
                r#"node_memory_MemAvailable_bytes{cluster="c",job="node",instance="a"}"#,
                "55x120",
            ),
            (
                r#"node_memory_MemTotal_bytes{cluster="c",job="node",instance="a"}"#,
                "100x120",
            ),
        ],
    },
    Alert {
        name: "NodeOutOfMemoryKill",
        severity: Severity::Critical,
        expr: "sum by (cluster, job, instance) (increase(node_vmstat_oom_kill[10m]))",
        fires: Fires::Above(0.0),
        for_seconds: 0,
        summary: "The kernel of {{ $labels.instance }} killed a process for lack of memory.",
        description: "If it was a broker, it restarts and recovers its logs; if it was another one, the broker may be next.",
        causes: &[
            "Less memory than the processes need together, or a memory limit of a container.",
        ],
        look: &["The kernel's log names the process."],
        act: &["Give it memory, or take something off the machine."],
        firing: &[(
            r#"node_vmstat_oom_kill{cluster="c",job="node",instance="a"}"#,
            "0x60 1+1x60",
        )],
        quiet: &[(
            r#"node_vmstat_oom_kill{cluster="c",job="node",instance="a"}"#,
            "3x120",
        )],
    },
    Alert {
        name: "NodeClockSkew",
        severity: Severity::Warning,
        expr: "max by (cluster, job, instance) (abs(node_time_seconds - timestamp(node_time_seconds)))",
        fires: Fires::Above(30.0),
        for_seconds: 5 * MINUTE,
        summary: "The clock of {{ $labels.instance }} differs from Prometheus' by {{ $value | humanizeDuration }}.",
        description: "IAM logins fail beyond five minutes, time stamps of records and retention go wrong at once.",
        causes: &["No time service, or one that cannot reach its servers; a machine that slept."],
        look: &["`timedatectl`, `chronyc tracking`; other machines tell whose clock is wrong."],
        act: &["Start the time service. Let it slew: a jump backwards confuses retention."],
        firing: &[(
            r#"node_time_seconds{cluster="c",job="node",instance="a"}"#,
            "120+60x120",
        )],
        quiet: &[(
            r#"node_time_seconds{cluster="c",job="node",instance="a"}"#,
            "0+60x120",
        )],
    },
    Alert {
        name: "NodeClockNotSynchronised",
        severity: Severity::Warning,
        // The kernel gives up at 16 s of possible error.
        expr: "max by (cluster, job, instance) (node_timex_maxerror_seconds) and on (cluster, job, instance) node_timex_sync_status == 0",
        fires: Fires::Above(15.0),
        for_seconds: 60 * MINUTE,
        summary: "Nobody keeps the clock of {{ $labels.instance }}.",
        description: "It drifts by seconds a day. IAM logins fail beyond five minutes.",
        causes: &[
            "No time service runs in this machine; in some virtual machines the host keeps the clock, and the guest does not know.",
        ],
        look: &["`timedatectl`, and NodeClockSkew."],
        act: &[
            "Start a time service. Where the host keeps the clock, silence this alert and rely on NodeClockSkew.",
        ],
        firing: &[
            (
                r#"node_timex_maxerror_seconds{cluster="c",job="node",instance="a"}"#,
                "16x240",
            ),
            (
                r#"node_timex_sync_status{cluster="c",job="node",instance="a"}"#,
                "0x240",
            ),
        ],
        quiet: &[
            (
                r#"node_timex_maxerror_seconds{cluster="c",job="node",instance="a"}"#,
                "0.02x240",
            ),
            (
                r#"node_timex_sync_status{cluster="c",job="node",instance="a"}"#,
                "1x240",
            ),
        ],
    },
];
