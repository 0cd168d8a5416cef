//! MSK's metrics of two collections of an invented machine.

use std::path::Path;

use cloudwatch::{Deltas, Level};
use exposition::Format;

use super::broker::{Usage, open_files_max};
use super::places::{Asked, whole_disk};
use super::table::METRICS;
use super::view::View;

fn machine(round: f64) -> Vec<exposition::Family> {
    let text = format!(
        "# TYPE node_cpu_seconds_total counter
node_cpu_seconds_total{{cpu=\"0\",mode=\"user\"}} {user}
node_cpu_seconds_total{{cpu=\"1\",mode=\"nice\"}} {user}
node_cpu_seconds_total{{cpu=\"1\",mode=\"softirq\"}} {user}
node_cpu_seconds_total{{cpu=\"1\",mode=\"iowait\"}} 3
node_cpu_seconds_total{{cpu=\"0\",mode=\"idle\"}} {idle}
node_memory_MemTotal_bytes 1000
node_memory_MemFree_bytes 200
node_memory_Buffers_bytes 50
node_memory_Cached_bytes 150
node_memory_SwapTotal_bytes 100
node_memory_SwapFree_bytes 60
node_network_receive_packets_total{{device=\"lo\"}} {many}
node_network_receive_packets_total{{device=\"eth0\"}} {few}
node_network_receive_packets_total{{device=\"eth1\"}} 5
node_netstat_Tcp_ActiveOpens {few}
node_netstat_Tcp_PassiveOpens {few}
node_disk_io_now{{device=\"sda\"}} 4
node_disk_io_now{{device=\"sdb\"}} 9
node_disk_read_bytes_total{{device=\"sda\"}} {many}
node_disk_read_bytes_total{{device=\"sdb\"}} 1
",
        user = 10.0 * round,
        idle = 70.0 * round,
        many = 1e6 * round,
        few = 7.0 * round,
    );
    exposition::parse_as(&text, Format::Text004).unwrap()
}

fn published(round: f64, deltas: &mut Deltas) -> Vec<(&'static str, f64)> {
    let families = machine(round);
    let view = View {
        families: &families,
        places: Asked {
            root_percent: Some(12.5),
            data_percent: Some(50.0),
            logs_percent: None,
            device: Some("sda".to_owned()),
        },
        broker: Usage {
            descriptors_percent: Some(1.0),
            maps_percent: None,
        },
    };
    let rows = METRICS.iter();
    rows.filter_map(|row| Some((row.name, (row.value)(&view, deltas)?)))
        .collect()
}

#[test]
fn counters_are_told_as_what_they_grew_by() {
    let mut deltas = Deltas::default();
    let gauges = [
        ("MemoryUsed", 600.0),
        ("MemoryFree", 200.0),
        ("MemoryCached", 150.0),
        ("MemoryBuffered", 50.0),
        ("SwapUsed", 40.0),
        ("SwapFree", 60.0),
        ("RootDiskUsed", 12.5),
        ("KafkaDataLogsDiskUsed", 50.0),
        ("KafkaFileDescriptorsUsagePercent", 1.0),
    ];
    let mut first = gauges.to_vec();
    first.push(("VolumeQueueLength", 4.0));
    assert_eq!(published(1.0, &mut deltas), first);

    let mut second = vec![
        ("CpuUser", 20.0),
        ("CpuSystem", 10.0),
        ("CpuIdle", 70.0),
        ("CpuIoWait", 0.0),
    ];
    second.extend(gauges);
    second.extend([
        ("NetworkRxPackets", 7.0),
        ("TcpConnections", 14.0),
        ("VolumeQueueLength", 4.0),
        ("VolumeReadBytes", 1e6),
    ]);
    assert_eq!(published(2.0, &mut deltas), second);
}

#[test]
fn names_are_there_once_and_none_is_of_a_topic() {
    let mut names: Vec<_> = METRICS.iter().map(|row| row.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(METRICS.iter().all(|row| row.level <= Level::Enhanced));
}

#[test]
fn a_partition_is_on_its_disk() {
    for (target, expected) in [
        (
            "../../devices/pci0000:00/ata1/host0/block/sda/sda1",
            Some("sda"),
        ),
        ("../../devices/virtual/block/dm-0", Some("dm-0")),
        ("../../devices/virtual", None),
        ("block", None),
    ] {
        let found = whole_disk(Path::new(target));
        assert_eq!(found.as_deref(), expected, "{target}");
    }
}

#[test]
fn the_soft_limit_of_open_files_counts() {
    let limits =
        "Limit  Soft Limit Hard Limit Units\nMax open files            1024   4096   files\n";
    assert_eq!(open_files_max(limits), Some(1024));
    assert_eq!(open_files_max("Max open files            unlimited"), None);
    assert_eq!(open_files_max(""), None);
}
