//! `nfs`: what the NFS client did, out of `/proc/net/rpc/nfs`.

use super::rpc::{self, Field, Holds, Line, Procedures};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

static PACKETS: Desc = Desc::counter(
    "node_nfs_packets_total",
    "Total NFSd network packets (sent+received) by protocol type.",
);
static CONNECTIONS: Desc = Desc::counter(
    "node_nfs_connections_total",
    "Total number of NFSd TCP connections.",
);
static RPCS: Desc = Desc::counter("node_nfs_rpcs_total", "Total number of RPCs performed.");
static RETRANSMISSIONS: Desc = Desc::counter(
    "node_nfs_rpc_retransmissions_total",
    "Number of RPC transmissions performed.",
);
static REFRESHES: Desc = Desc::counter(
    "node_nfs_rpc_authentication_refreshes_total",
    "Number of RPC authentication refreshes performed.",
);
static REQUESTS: Desc = Desc::counter(
    "node_nfs_requests_total",
    "Number of NFS procedures invoked.",
);

#[rustfmt::skip]
static LINES: [Line; 5] = [
    Line { subject: "net", holds: Holds::Fields(&[
        Field { column: 1, desc: &PACKETS, labels: &[("protocol", "udp")] },
        Field { column: 2, desc: &PACKETS, labels: &[("protocol", "tcp")] },
        Field { column: 3, desc: &CONNECTIONS, labels: &[] },
    ]) },
    Line { subject: "rpc", holds: Holds::Fields(&[
        Field { column: 0, desc: &RPCS, labels: &[] },
        Field { column: 1, desc: &RETRANSMISSIONS, labels: &[] },
        Field { column: 2, desc: &REFRESHES, labels: &[] },
    ]) },
    Line { subject: "proc2", holds: Holds::Procedures(Procedures {
        desc: &REQUESTS, proto: "2", at_least: 18, methods: &[
            "Null", "GetAttr", "SetAttr", "Root", "Lookup", "ReadLink", "Read", "WrCache", "Write",
            "Create", "Remove", "Rename", "Link", "SymLink", "MkDir", "RmDir", "ReadDir", "FsStat",
        ],
    }) },
    Line { subject: "proc3", holds: Holds::Procedures(Procedures {
        desc: &REQUESTS, proto: "3", at_least: 22, methods: &[
            "Null", "GetAttr", "SetAttr", "Lookup", "Access", "ReadLink", "Read", "Write",
            "Create", "MkDir", "SymLink", "MkNod", "Remove", "RmDir", "Rename", "Link", "ReadDir",
            "ReadDirPlus", "FsStat", "FsInfo", "PathConf", "Commit",
        ],
    }) },
    Line { subject: "proc4", holds: Holds::Procedures(Procedures {
        desc: &REQUESTS, proto: "4", at_least: 0, methods: &[
            "Null", "Read", "Write", "Commit", "Open", "OpenConfirm", "OpenNoattr",
            "OpenDowngrade", "Close", "Setattr", "FsInfo", "Renew", "SetClientID",
            "SetClientIDConfirm", "Lock", "Lockt", "Locku", "Access", "Getattr", "Lookup",
            "LookupRoot", "Remove", "Rename", "Link", "Symlink", "Create", "Pathconf", "StatFs",
            "ReadLink", "ReadDir", "ServerCaps", "DelegReturn", "GetACL", "SetACL", "FsLocations",
            "ReleaseLockowner", "Secinfo", "FsidPresent", "ExchangeID", "CreateSession",
            "DestroySession", "Sequence", "GetLeaseTime", "ReclaimComplete", "GetDeviceInfo",
            "LayoutGet", "LayoutCommit", "LayoutReturn", "SecinfoNoName", "TestStateID",
            "FreeStateID", "GetDeviceList", "BindConnToSession", "DestroyClientID", "Seek",
            "Allocate", "DeAllocate", "LayoutStats", "Clone",
        ],
    }) },
];

struct Nfs {
    table: KeptFile,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let table = setup.paths.proc_file("net/rpc/nfs");
    Box::new(Nfs { table })
}

impl Collector for Nfs {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        rpc::put(&self.table.text()?, "net/rpc/nfs", &LINES, families)
    }
}
