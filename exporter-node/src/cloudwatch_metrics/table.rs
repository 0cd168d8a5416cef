//! THE METRICS: MSK's name, its level and unit, and where the value comes from.

use cloudwatch::{Deltas, Level, Unit};

use super::view::View;

/// One row.
pub(super) struct Row {
    /// MSK's name.
    pub name: &'static str,
    /// The least level that has it.
    pub level: Level,
    /// What it counts.
    pub unit: Unit,
    /// Its value; `None` where the machine does not tell.
    pub value: fn(&View<'_>, &mut Deltas) -> Option<f64>,
}

const fn row(
    name: &'static str,
    level: Level,
    unit: Unit,
    value: fn(&View<'_>, &mut Deltas) -> Option<f64>,
) -> Row {
    Row {
        name,
        level,
        unit,
        value,
    }
}

use Level::{Basic, Enhanced};
use Unit::{Bytes, Count, Percent, Seconds};

/// THE METRICS.
#[rustfmt::skip]
pub(super) const METRICS: &[Row] = &[
    row("CpuUser", Basic, Percent, |view, deltas| view.cpu_percent(deltas, "CpuUser", &["user", "nice"])),
    row("CpuSystem", Basic, Percent, |view, deltas| view.cpu_percent(deltas, "CpuSystem", &["system", "irq", "softirq"])),
    row("CpuIdle", Basic, Percent, |view, deltas| view.cpu_percent(deltas, "CpuIdle", &["idle"])),
    row("CpuIoWait", Basic, Percent, |view, deltas| view.cpu_percent(deltas, "CpuIoWait", &["iowait"])),
    // Used is what is neither free nor of the page cache, so that the four add up to the machine's.
    row("MemoryUsed", Basic, Bytes, |view, _| {
        let spare = view.value("node_memory_MemFree_bytes")?
            + view.value("node_memory_Buffers_bytes")?
            + view.value("node_memory_Cached_bytes")?;
        Some(view.value("node_memory_MemTotal_bytes")? - spare)
    }),
    row("MemoryFree", Basic, Bytes, |view, _| view.value("node_memory_MemFree_bytes")),
    row("MemoryCached", Basic, Bytes, |view, _| view.value("node_memory_Cached_bytes")),
    row("MemoryBuffered", Basic, Bytes, |view, _| view.value("node_memory_Buffers_bytes")),
    row("SwapUsed", Basic, Bytes, |view, _| {
        Some(view.value("node_memory_SwapTotal_bytes")? - view.value("node_memory_SwapFree_bytes")?)
    }),
    row("SwapFree", Basic, Bytes, |view, _| view.value("node_memory_SwapFree_bytes")),
    row("RootDiskUsed", Basic, Percent, |view, _| view.places.root_percent),
    row("KafkaDataLogsDiskUsed", Basic, Percent, |view, _| view.places.data_percent),
    row("KafkaAppLogsDiskUsed", Basic, Percent, |view, _| view.places.logs_percent),
    row("KafkaFileDescriptorsUsagePercent", Basic, Percent, |view, _| view.broker.descriptors_percent),
    row("KafkaMemoryMappedFilesUsagePercent", Basic, Percent, |view, _| view.broker.maps_percent),
    row("NetworkRxPackets", Basic, Count, |view, deltas| view.network(deltas, "node_network_receive_packets_total")),
    row("NetworkRxErrors", Basic, Count, |view, deltas| view.network(deltas, "node_network_receive_errs_total")),
    row("NetworkRxDropped", Basic, Count, |view, deltas| view.network(deltas, "node_network_receive_drop_total")),
    row("NetworkTxPackets", Basic, Count, |view, deltas| view.network(deltas, "node_network_transmit_packets_total")),
    row("NetworkTxErrors", Basic, Count, |view, deltas| view.network(deltas, "node_network_transmit_errs_total")),
    row("NetworkTxDropped", Basic, Count, |view, deltas| view.network(deltas, "node_network_transmit_drop_total")),
    // MSK counts segments with SYN in both directions: connections opened, by either side.
    row("TcpConnections", Enhanced, Count, |view, deltas| {
        let opened = view.value("node_netstat_Tcp_ActiveOpens")? + view.value("node_netstat_Tcp_PassiveOpens")?;
        deltas.take("TcpConnections", opened)
    }),
    row("VolumeQueueLength", Enhanced, Count, |view, _| view.volume("node_disk_io_now")),
    row("VolumeReadBytes", Enhanced, Bytes, |view, deltas| view.volume_delta(deltas, "node_disk_read_bytes_total")),
    row("VolumeReadOps", Enhanced, Count, |view, deltas| view.volume_delta(deltas, "node_disk_reads_completed_total")),
    row("VolumeTotalReadTime", Enhanced, Seconds, |view, deltas| view.volume_delta(deltas, "node_disk_read_time_seconds_total")),
    row("VolumeWriteBytes", Enhanced, Bytes, |view, deltas| view.volume_delta(deltas, "node_disk_written_bytes_total")),
    row("VolumeWriteOps", Enhanced, Count, |view, deltas| view.volume_delta(deltas, "node_disk_writes_completed_total")),
    row("VolumeTotalWriteTime", Enhanced, Seconds, |view, deltas| view.volume_delta(deltas, "node_disk_write_time_seconds_total")),
];
