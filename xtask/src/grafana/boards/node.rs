//! The machine below: processors, memory, disks, network, in node_exporter's names.

use crate::grafana::panel::{Board, CPU, Column, DISK, Row, Unit, graph, query, stat, table};

pub(super) const BOARD: Board = Board {
    uid: "outrigger-node",
    title: "Kafka / Node",
    about: "The machines of the brokers. Amazon MSK's own port 11002 reports processors, disks and file systems; the rest needs exporter-node or node_exporter.",
    anchor: r#"node_cpu_seconds_total{mode="idle"}"#,
    variables: &[],
    rows: &[
        Row {
            title: "At a glance",
            panels: &[
                stat(
                    "CPU in use",
                    Unit::Ratio,
                    "Everything but idle and waiting for disks. MSK advises to stay below 60 %.",
                    &[query(
                        r#"1 - sum(rate(node_cpu_seconds_total{@,mode=~"idle|iowait"}[$__rate_interval])) / sum(rate(node_cpu_seconds_total{@}[$__rate_interval]))"#,
                        "used",
                    )],
                )
                .judged(CPU)
                .share(),
                stat(
                    "Cores",
                    Unit::Count,
                    "Processors of the chosen machines.",
                    &[query(
                        r#"count(rate(node_cpu_seconds_total{@,mode="idle"}[$__rate_interval]))"#,
                        "cores",
                    )],
                )
                .whole(),
                stat(
                    "Memory in use",
                    Unit::Ratio,
                    "What cannot be given to a process without swapping. The page cache counts as free: Kafka lives in it.",
                    &[query(
                        r#"1 - sum(node_memory_MemAvailable_bytes{@}) / sum(node_memory_MemTotal_bytes{@})"#,
                        "used",
                    )],
                )
                .judged(DISK)
                .share(),
                stat(
                    "Fullest file system",
                    Unit::Ratio,
                    "Used share. MSK's alarm is at 85 %.",
                    &[query(
                        r#"max(1 - node_filesystem_avail_bytes{@,fstype!~"ramfs|squashfs|iso9660"} / (node_filesystem_size_bytes{@,fstype!~"ramfs|squashfs|iso9660"} > 0))"#,
                        "used",
                    )],
                )
                .judged(DISK)
                .share(),
                stat(
                    "Clock offset",
                    Unit::Seconds,
                    "How far the clock is from its time server, as the kernel knows it. IAM signatures fail beyond five minutes.",
                    &[query(r#"max(abs(node_timex_offset_seconds{@}))"#, "offset")],
                ),
                stat(
                    "Up since",
                    Unit::FromNow,
                    "When the machine that booted last did so.",
                    &[query(r#"max(node_boot_time_seconds{@}) * 1000"#, "boot")],
                ),
            ],
        },
        Row {
            title: "Processors",
            panels: &[
                graph(
                    "CPU by mode",
                    Unit::Ratio,
                    "Share of all cores. Much iowait means that disks are too slow, much steal that the host is shared.",
                    &[query(
                        r#"sum by (mode) (rate(node_cpu_seconds_total{@,mode!="idle"}[$__rate_interval])) / scalar(count(rate(node_cpu_seconds_total{@,mode="idle"}[$__rate_interval])))"#,
                        "{{mode}}",
                    )],
                )
                .stacked(),
                graph(
                    "Load",
                    Unit::Count,
                    "Processes that run or wait, averaged over one, five and fifteen minutes. Compare with the number of cores.",
                    &[
                        query(r#"node_load1{@}"#, "1 min {{instance}}"),
                        query(r#"node_load5{@}"#, "5 min {{instance}}"),
                        query(r#"node_load15{@}"#, "15 min {{instance}}"),
                    ],
                )
                .above_zero(),
                graph(
                    "Pressure",
                    Unit::Ratio,
                    "Share of time in which some task waited for the resource (PSI).",
                    &[
                        query(
                            r#"rate(node_pressure_cpu_waiting_seconds_total{@}[$__rate_interval])"#,
                            "cpu {{instance}}",
                        ),
                        query(
                            r#"rate(node_pressure_memory_waiting_seconds_total{@}[$__rate_interval])"#,
                            "memory {{instance}}",
                        ),
                        query(
                            r#"rate(node_pressure_io_waiting_seconds_total{@}[$__rate_interval])"#,
                            "io {{instance}}",
                        ),
                    ],
                )
                .above_zero(),
                graph(
                    "Context switches and interrupts",
                    Unit::OperationsPerSecond,
                    "A jump without more traffic is worth a look.",
                    &[
                        query(
                            r#"rate(node_context_switches_total{@}[$__rate_interval])"#,
                            "switches {{instance}}",
                        ),
                        query(
                            r#"rate(node_intr_total{@}[$__rate_interval])"#,
                            "interrupts {{instance}}",
                        ),
                    ],
                )
                .above_zero(),
                graph(
                    "Processes",
                    Unit::Count,
                    "Runnable ones, and those blocked in the kernel, mostly on disks.",
                    &[
                        query(r#"node_procs_running{@}"#, "running {{instance}}"),
                        query(r#"node_procs_blocked{@}"#, "blocked {{instance}}"),
                    ],
                )
                .above_zero(),
                graph(
                    "Open file descriptors",
                    Unit::Count,
                    "Of the whole machine. Kafka needs one for each connection and three for each open segment.",
                    &[query(r#"node_filefd_allocated{@}"#, "{{instance}}")],
                )
                .above_zero(),
            ],
        },
        Row {
            title: "Memory",
            panels: &[
                graph(
                    "Memory",
                    Unit::Bytes,
                    "What it is used for. The page cache is where consumers that keep up are served from.",
                    &[
                        query(
                            r#"sum(node_memory_MemTotal_bytes{@} - node_memory_MemFree_bytes{@} - node_memory_Buffers_bytes{@} - node_memory_Cached_bytes{@})"#,
                            "used",
                        ),
                        query(r#"sum(node_memory_Buffers_bytes{@})"#, "buffers"),
                        query(r#"sum(node_memory_Cached_bytes{@})"#, "page cache"),
                        query(r#"sum(node_memory_MemFree_bytes{@})"#, "free"),
                    ],
                )
                .stacked(),
                graph(
                    "Dirty pages",
                    Unit::Bytes,
                    "Written by processes and not yet on disk. A power cut loses them where producers rely on replicas alone.",
                    &[
                        query(r#"node_memory_Dirty_bytes{@}"#, "dirty {{instance}}"),
                        query(
                            r#"node_memory_Writeback_bytes{@}"#,
                            "being written {{instance}}",
                        ),
                    ],
                )
                .above_zero(),
                graph(
                    "Swap and faults",
                    Unit::OperationsPerSecond,
                    "Pages swapped in and out, and faults that had to read a disk. Consumers that are behind cause the latter.",
                    &[
                        query(
                            r#"rate(node_vmstat_pswpin{@}[$__rate_interval]) + rate(node_vmstat_pswpout{@}[$__rate_interval])"#,
                            "swapped {{instance}}",
                        ),
                        query(
                            r#"rate(node_vmstat_pgmajfault{@}[$__rate_interval])"#,
                            "major faults {{instance}}",
                        ),
                    ],
                )
                .above_zero(),
            ],
        },
        Row {
            title: "Disks",
            panels: &[
                graph(
                    "Read and written",
                    Unit::BytesPerSecond,
                    "Reads (above) are consumers that the page cache cannot serve; writes (below) follow the producers.",
                    &[
                        query(
                            r#"sum by (instance, device) (rate(node_disk_read_bytes_total{@}[$__rate_interval]))"#,
                            "read {{instance}} {{device}}",
                        ),
                        query(
                            r#"sum by (instance, device) (rate(node_disk_written_bytes_total{@}[$__rate_interval]))"#,
                            "written {{instance}} {{device}}",
                        ),
                    ],
                )
                .mirrored("/^written /"),
                graph(
                    "Operations",
                    Unit::OperationsPerSecond,
                    "Completed reads (above) and writes (below).",
                    &[
                        query(
                            r#"sum by (instance, device) (rate(node_disk_reads_completed_total{@}[$__rate_interval]))"#,
                            "read {{instance}} {{device}}",
                        ),
                        query(
                            r#"sum by (instance, device) (rate(node_disk_writes_completed_total{@}[$__rate_interval]))"#,
                            "written {{instance}} {{device}}",
                        ),
                    ],
                )
                .mirrored("/^written /"),
                graph(
                    "Time of an operation",
                    Unit::Seconds,
                    "Mean over the interval, queueing included.",
                    &[
                        query(
                            r#"rate(node_disk_read_time_seconds_total{@}[$__rate_interval]) / rate(node_disk_reads_completed_total{@}[$__rate_interval])"#,
                            "read {{instance}} {{device}}",
                        ),
                        query(
                            r#"rate(node_disk_write_time_seconds_total{@}[$__rate_interval]) / rate(node_disk_writes_completed_total{@}[$__rate_interval])"#,
                            "written {{instance}} {{device}}",
                        ),
                    ],
                )
                .above_zero(),
                graph(
                    "Disk busy",
                    Unit::Ratio,
                    "Share of time in which a disk had something to do. An SSD at 1 may still have room.",
                    &[query(
                        r#"rate(node_disk_io_time_seconds_total{@}[$__rate_interval])"#,
                        "{{instance}} {{device}}",
                    )],
                )
                .share(),
                graph(
                    "Used space",
                    Unit::Ratio,
                    "Of writable file systems. MSK's alarm is at 85 %.",
                    &[query(
                        r#"max by (instance, mountpoint) (1 - node_filesystem_avail_bytes{@,fstype!~"ramfs|squashfs|iso9660"} / (node_filesystem_size_bytes{@,fstype!~"ramfs|squashfs|iso9660"} > 0))"#,
                        "{{instance}} {{mountpoint}}",
                    )],
                )
                .judged(DISK)
                .share(),
                graph(
                    "Used inodes",
                    Unit::Ratio,
                    "Many small segments use them up before the space.",
                    &[query(
                        r#"max by (instance, mountpoint) (1 - node_filesystem_files_free{@,fstype!~"ramfs|squashfs|iso9660"} / (node_filesystem_files{@,fstype!~"ramfs|squashfs|iso9660"} > 0))"#,
                        "{{instance}} {{mountpoint}}",
                    )],
                )
                .judged(DISK)
                .share(),
                table(
                    "File systems",
                    "Size and what is left, by mount point.",
                    &[
                        Column::Label("instance", "Machine"),
                        Column::Label("mountpoint", "Mount point"),
                        Column::Judged("Used", Unit::Ratio, DISK),
                        Column::Value("Available", Unit::Bytes),
                        Column::Value("Size", Unit::Bytes),
                        Column::Value("Read-only", Unit::Count),
                    ],
                    &[
                        query(
                            r#"max by (instance, mountpoint) (1 - node_filesystem_avail_bytes{@,fstype!~"ramfs|squashfs|iso9660"} / (node_filesystem_size_bytes{@,fstype!~"ramfs|squashfs|iso9660"} > 0))"#,
                            "Used",
                        ),
                        query(
                            r#"min by (instance, mountpoint) (node_filesystem_avail_bytes{@,fstype!~"ramfs|squashfs|iso9660"})"#,
                            "Available",
                        ),
                        query(
                            r#"max by (instance, mountpoint) (node_filesystem_size_bytes{@,fstype!~"ramfs|squashfs|iso9660"})"#,
                            "Size",
                        ),
                        query(
                            r#"max by (instance, mountpoint) (node_filesystem_readonly{@,fstype!~"ramfs|squashfs|iso9660"})"#,
                            "Read-only",
                        ),
                    ],
                ),
            ],
        },
        Row {
            title: "Network",
            panels: &[
                graph(
                    "Bytes",
                    Unit::BytesPerSecond,
                    "Received (above) and sent (below), loopback left out.",
                    &[
                        query(
                            r#"rate(node_network_receive_bytes_total{@,device!="lo"}[$__rate_interval])"#,
                            "received {{instance}} {{device}}",
                        ),
                        query(
                            r#"rate(node_network_transmit_bytes_total{@,device!="lo"}[$__rate_interval])"#,
                            "sent {{instance}} {{device}}",
                        ),
                    ],
                )
                .mirrored("/^sent /"),
                graph(
                    "Packets",
                    Unit::Packets,
                    "Received (above) and sent (below), loopback left out.",
                    &[
                        query(
                            r#"rate(node_network_receive_packets_total{@,device!="lo"}[$__rate_interval])"#,
                            "received {{instance}} {{device}}",
                        ),
                        query(
                            r#"rate(node_network_transmit_packets_total{@,device!="lo"}[$__rate_interval])"#,
                            "sent {{instance}} {{device}}",
                        ),
                    ],
                )
                .mirrored("/^sent /"),
                graph(
                    "Errors and drops",
                    Unit::Packets,
                    "Packets lost at the interface. Anything steady is a fault or a limit of the machine's type.",
                    &[
                        query(
                            r#"rate(node_network_receive_errs_total{@}[$__rate_interval]) + rate(node_network_transmit_errs_total{@}[$__rate_interval])"#,
                            "errors {{instance}} {{device}}",
                        ),
                        query(
                            r#"rate(node_network_receive_drop_total{@}[$__rate_interval]) + rate(node_network_transmit_drop_total{@}[$__rate_interval])"#,
                            "drops {{instance}} {{device}}",
                        ),
                    ],
                )
                .above_zero(),
                graph(
                    "TCP connections",
                    Unit::Count,
                    "Established ones, and those that wait out their end.",
                    &[
                        query(r#"node_netstat_Tcp_CurrEstab{@}"#, "established {{instance}}"),
                        query(r#"node_sockstat_TCP_tw{@}"#, "time-wait {{instance}}"),
                    ],
                )
                .above_zero(),
                graph(
                    "Retransmitted segments",
                    Unit::Ratio,
                    "Share of the segments sent. Above a hundredth, look at the network.",
                    &[query(
                        r#"rate(node_netstat_Tcp_RetransSegs{@}[$__rate_interval]) / rate(node_netstat_Tcp_OutSegs{@}[$__rate_interval])"#,
                        "{{instance}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Connections dropped by a full queue",
                    Unit::PerSecond,
                    "The process did not accept fast enough, and the kernel turned clients away.",
                    &[query(
                        r#"rate(node_netstat_TcpExt_ListenDrops{@}[$__rate_interval])"#,
                        "{{instance}}",
                    )],
                )
                .above_zero(),
            ],
        },
    ],
};
