//! The collectors: one file each, one row each in [`COLLECTORS`].
//!
//! A collector reads files and asks the kernel; it runs no program, needs no root, and waits for
//! nothing. Its duration and success are reported by `node`, not by itself.

pub(crate) mod absent;
mod arp;
mod attribute;
mod bcache;
mod bcachefs;
mod bonding;
mod btrfs;
mod cgroups;
mod chosen;
mod conntrack;
mod cpu;
mod cpufreq;
mod diskstats;
mod dmi;
mod dmmultipath;
mod edac;
mod entropy;
mod fibrechannel;
mod filefd;
pub(crate) mod filesystem;
mod human;
mod hwmon;
mod infiniband;
mod interrupts;
mod ipvs;
mod kernel_hung;
mod loadavg;
mod mdadm;
mod meminfo;
mod netclass;
mod netdev;
mod netstat;
mod nfs;
mod nfsd;
mod nvme;
mod os;
mod powersupplyclass;
mod pressure;
mod processes;
mod rapl;
mod round;
mod rpc;
mod schedstat;
mod selinux;
mod sockstat;
mod softirqs;
mod softnet;
mod stat;
mod systemd;
mod tapestats;
mod tcpstat;
mod textfile;
mod thermal_zone;
mod time;
mod timex;
mod udp_queues;
mod uname;
mod vmstat;
mod watchdog;
mod xfs;
mod zfs;

pub use round::Round;
use service::Clock;
use service::flags::{Flag, Values};

use crate::families::Families;
use crate::file::ReadError;
use crate::paths::Paths;

/// A source of families, with what it keeps from one round to the next.
pub trait Collector: Send {
    /// Puts what the machine says now into `families`.
    ///
    /// # Errors
    /// There is nothing to tell, or it cannot be had. What was put before the error stays, as
    /// upstream has it.
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError>;
}

/// Why a collector has not told all: `node_scrape_collector_success` is then 0.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The machine has no such thing: no failure.
    #[error("no data")]
    NoData,
    /// A file that should be there cannot be read.
    #[error(transparent)]
    Read(ReadError),
    /// A file says what it should not.
    #[error("{what}: {problem}")]
    Malformed {
        /// The file, or what was asked.
        what: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The kernel refuses to tell.
    #[error("{what}: {source}")]
    System {
        /// What was asked.
        what: &'static str,
        /// What it says.
        source: std::io::Error,
    },
}

/// What a collector is made of.
#[derive(Debug)]
pub struct Setup<'a> {
    /// Where the machine's files are.
    pub paths: &'a Paths,
    /// The flags; what is wrong with a value is noted there.
    pub values: &'a mut Values,
    /// The time.
    pub clock: &'a Clock,
    /// What they leave to each other.
    pub round: &'a Round,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The name in `--collector.NAME`.
    pub name: &'static str,
    /// `--collector.NAME`, on or off by default.
    pub switch: Flag,
    /// What else it understands.
    pub flags: &'static [&'static Flag],
    /// Makes it. A wrong flag is noted in `values`, and then nothing is collected.
    pub open: fn(&mut Setup<'_>) -> Box<dyn Collector>,
}

/// A collector that is on by default.
const fn on(
    name: &'static str,
    switch: &'static str,
    flags: &'static [&'static Flag],
    open: fn(&mut Setup<'_>) -> Box<dyn Collector>,
) -> Row {
    row(
        name,
        Flag::switch(switch, true, "Enable this collector"),
        flags,
        open,
    )
}

/// A collector that is off by default.
const fn off(
    name: &'static str,
    switch: &'static str,
    flags: &'static [&'static Flag],
    open: fn(&mut Setup<'_>) -> Box<dyn Collector>,
) -> Row {
    row(
        name,
        Flag::switch(switch, false, "Enable this collector"),
        flags,
        open,
    )
}

const fn row(
    name: &'static str,
    switch: Flag,
    flags: &'static [&'static Flag],
    open: fn(&mut Setup<'_>) -> Box<dyn Collector>,
) -> Row {
    Row {
        name,
        switch,
        flags,
        open,
    }
}

/// THE COLLECTORS, in the order in which they run: `textfile` comes last, as nothing that others have
/// written into files may take the name of what was measured.
#[rustfmt::skip]
pub const COLLECTORS: &[Row] = &[
    on("arp", "collector.arp", arp::FLAGS, arp::open),
    on("bcache", "collector.bcache", bcache::FLAGS, bcache::open),
    on("bcachefs", "collector.bcachefs", &[], bcachefs::open),
    on("bonding", "collector.bonding", &[], bonding::open),
    on("btrfs", "collector.btrfs", &[], btrfs::open),
    off("cgroups", "collector.cgroups", &[], cgroups::open),
    on("conntrack", "collector.conntrack", &[], conntrack::open),
    on("cpu", "collector.cpu", cpu::FLAGS, cpu::open),
    on("cpufreq", "collector.cpufreq", &[], cpufreq::open),
    on("diskstats", "collector.diskstats", diskstats::FLAGS, diskstats::open),
    on("dmi", "collector.dmi", &[], dmi::open),
    on("dmmultipath", "collector.dmmultipath", &[], dmmultipath::open),
    on("edac", "collector.edac", &[], edac::open),
    on("entropy", "collector.entropy", &[], entropy::open),
    on("fibrechannel", "collector.fibrechannel", &[], fibrechannel::open),
    on("filefd", "collector.filefd", &[], filefd::open),
    on("filesystem", "collector.filesystem", filesystem::FLAGS, filesystem::open),
    on("hwmon", "collector.hwmon", hwmon::FLAGS, hwmon::open),
    on("infiniband", "collector.infiniband", infiniband::FLAGS, infiniband::open),
    off("interrupts", "collector.interrupts", interrupts::FLAGS, interrupts::open),
    on("ipvs", "collector.ipvs", ipvs::FLAGS, ipvs::open),
    on("kernel_hung", "collector.kernel_hung", &[], kernel_hung::open),
    on("loadavg", "collector.loadavg", &[], loadavg::open),
    on("mdadm", "collector.mdadm", &[], mdadm::open),
    on("meminfo", "collector.meminfo", &[], meminfo::open),
    on("netclass", "collector.netclass", netclass::FLAGS, netclass::open),
    on("netdev", "collector.netdev", netdev::FLAGS, netdev::open),
    on("netstat", "collector.netstat", netstat::FLAGS, netstat::open),
    on("nfs", "collector.nfs", &[], nfs::open),
    on("nfsd", "collector.nfsd", &[], nfsd::open),
    on("nvme", "collector.nvme", &[], nvme::open),
    on("os", "collector.os", &[], os::open),
    on("powersupplyclass", "collector.powersupplyclass", powersupplyclass::FLAGS, powersupplyclass::open),
    on("pressure", "collector.pressure", &[], pressure::open),
    off("processes", "collector.processes", &[], processes::open),
    on("rapl", "collector.rapl", rapl::FLAGS, rapl::open),
    on("schedstat", "collector.schedstat", &[], schedstat::open),
    on("selinux", "collector.selinux", &[], selinux::open),
    on("sockstat", "collector.sockstat", &[], sockstat::open),
    off("softirqs", "collector.softirqs", &[], softirqs::open),
    on("softnet", "collector.softnet", &[], softnet::open),
    on("stat", "collector.stat", stat::FLAGS, stat::open),
    off("systemd", "collector.systemd", systemd::FLAGS, systemd::open),
    on("tapestats", "collector.tapestats", tapestats::FLAGS, tapestats::open),
    off("tcpstat", "collector.tcpstat", &[], tcpstat::open),
    on("textfile", "collector.textfile", textfile::FLAGS, textfile::open),
    on("thermal_zone", "collector.thermal_zone", &[], thermal_zone::open),
    on("time", "collector.time", &[], time::open),
    on("timex", "collector.timex", &[], timex::open),
    on("udp_queues", "collector.udp_queues", &[], udp_queues::open),
    on("uname", "collector.uname", &[], uname::open),
    on("vmstat", "collector.vmstat", vmstat::FLAGS, vmstat::open),
    on("watchdog", "collector.watchdog", &[], watchdog::open),
    on("xfs", "collector.xfs", &[], xfs::open),
    on("zfs", "collector.zfs", &[], zfs::open),
];

impl From<ReadError> for CollectError {
    fn from(error: ReadError) -> Self {
        match error.source.kind() {
            std::io::ErrorKind::NotFound => Self::NoData,
            _ => Self::Read(error),
        }
    }
}

impl CollectError {
    /// A file says what it should not.
    pub fn malformed(what: impl std::fmt::Display, problem: impl Into<String>) -> Self {
        Self::Malformed {
            what: what.to_string(),
            problem: problem.into(),
        }
    }
}

/// The number that a field is.
fn number<T: std::str::FromStr>(what: &str, field: &str) -> Result<T, CollectError> {
    let malformed = |_| CollectError::malformed(what, format!("\"{field}\" is no number"));
    field.parse().map_err(malformed)
}

/// Whether a collector will run, for those that follow another.
fn is_on(values: &Values, name: &str) -> bool {
    let row = COLLECTORS.iter().find(|row| row.name == name);
    row.is_some_and(|row| crate::node::is_on(row, values))
}
