//! `nfsd`: what the NFS server of the kernel did, out of `/proc/net/rpc/nfsd`.

use super::rpc::{self, Field, Holds, Line, Procedures};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

static CACHE_HITS: Desc = Desc::counter(
    "node_nfsd_reply_cache_hits_total",
    "Total number of NFSd Reply Cache hits (client lost server response).",
);
static CACHE_MISSES: Desc = Desc::counter(
    "node_nfsd_reply_cache_misses_total",
    "Total number of NFSd Reply Cache an operation that requires caching (idempotent).",
);
static NO_CACHE: Desc = Desc::counter(
    "node_nfsd_reply_cache_nocache_total",
    "Total number of NFSd Reply Cache non-idempotent operations (rename/delete/…).",
);
static STALE_HANDLES: Desc = Desc::counter(
    "node_nfsd_file_handles_stale_total",
    "Total number of NFSd stale file handles",
);
static BYTES_READ: Desc =
    Desc::counter("node_nfsd_disk_bytes_read_total", "Total NFSd bytes read.");
static BYTES_WRITTEN: Desc = Desc::counter(
    "node_nfsd_disk_bytes_written_total",
    "Total NFSd bytes written.",
);
static THREADS: Desc = Desc::gauge(
    "node_nfsd_server_threads",
    "Total number of NFSd kernel threads that are running.",
);
static READ_AHEAD_SIZE: Desc = Desc::gauge(
    "node_nfsd_read_ahead_cache_size_blocks",
    "How large the read ahead cache is in blocks.",
);
static READ_AHEAD_NOT_FOUND: Desc = Desc::counter(
    "node_nfsd_read_ahead_cache_not_found_total",
    "Total number of NFSd read ahead cache not found.",
);
static PACKETS: Desc = Desc::counter(
    "node_nfsd_packets_total",
    "Total NFSd network packets (sent+received) by protocol type.",
);
static CONNECTIONS: Desc = Desc::counter(
    "node_nfsd_connections_total",
    "Total number of NFSd TCP connections.",
);
static ERRORS: Desc = Desc::counter(
    "node_nfsd_rpc_errors_total",
    "Total number of NFSd RPC errors by error type.",
);
static RPCS: Desc = Desc::counter("node_nfsd_server_rpcs_total", "Total number of NFSd RPCs.");
static REQUESTS: Desc = Desc::counter(
    "node_nfsd_requests_total",
    "Total number NFSd Requests by method and protocol.",
);

#[rustfmt::skip]
static LINES: [Line; 11] = [
    Line { subject: "rc", holds: Holds::Fields(&[
        Field { column: 0, desc: &CACHE_HITS, labels: &[] },
        Field { column: 1, desc: &CACHE_MISSES, labels: &[] },
        Field { column: 2, desc: &NO_CACHE, labels: &[] },
    ]) },
    Line { subject: "fh", holds: Holds::Fields(&[
        Field { column: 0, desc: &STALE_HANDLES, labels: &[] },
    ]) },
    Line { subject: "io", holds: Holds::Fields(&[
        Field { column: 0, desc: &BYTES_READ, labels: &[] },
        Field { column: 1, desc: &BYTES_WRITTEN, labels: &[] },
    ]) },
    Line { subject: "th", holds: Holds::Fields(&[
        Field { column: 0, desc: &THREADS, labels: &[] },
    ]) },
    Line { subject: "ra", holds: Holds::Fields(&[
        Field { column: 0, desc: &READ_AHEAD_SIZE, labels: &[] },
        Field { column: 11, desc: &READ_AHEAD_NOT_FOUND, labels: &[] },
    ]) },
    Line { subject: "net", holds: Holds::Fields(&[
        Field { column: 1, desc: &PACKETS, labels: &[("proto", "udp")] },
        Field { column: 2, desc: &PACKETS, labels: &[("proto", "tcp")] },
        Field { column: 3, desc: &CONNECTIONS, labels: &[] },
    ]) },
    Line { subject: "rpc", holds: Holds::Fields(&[
        Field { column: 0, desc: &RPCS, labels: &[] },
        Field { column: 2, desc: &ERRORS, labels: &[("error", "fmt")] },
        Field { column: 3, desc: &ERRORS, labels: &[("error", "auth")] },
        Field { column: 4, desc: &ERRORS, labels: &[("error", "cInt")] },
    ]) },
    Line { subject: "proc2", holds: Holds::Procedures(Procedures {
        desc: &REQUESTS, proto: "2", at_least: 18, methods: &[
            "", "GetAttr", "SetAttr", "Root", "Lookup", "ReadLink", "Read", "WrCache", "Write",
            "Create", "Remove", "Rename", "Link", "SymLink", "MkDir", "RmDir", "ReadDir", "FsStat",
        ],
    }) },
    Line { subject: "proc3", holds: Holds::Procedures(Procedures {
        desc: &REQUESTS, proto: "3", at_least: 22, methods: &[
            "", "GetAttr", "SetAttr", "Lookup", "Access", "ReadLink", "Read", "Write",
            "Create", "MkDir", "SymLink", "MkNod", "Remove", "RmDir", "Rename", "Link", "ReadDir",
            "ReadDirPlus", "FsStat", "FsInfo", "PathConf", "Commit",
        ],
    }) },
    Line { subject: "proc4ops", holds: Holds::Procedures(Procedures {
        desc: &REQUESTS, proto: "4", at_least: 39, methods: &[
            "", "", "", "Access", "Close", "Commit", "Create", "DelegPurge", "DelegReturn",
            "GetAttr", "GetFH", "Link", "Lock", "Lockt", "Locku", "Lookup", "LookupRoot",
            "Nverify", "Open", "OpenAttr", "OpenConfirm", "OpenDgrd", "PutFH", "", "", "Read",
            "ReadDir", "ReadLink", "Remove", "Rename", "Renew", "RestoreFH", "SaveFH", "SecInfo",
            "SetAttr", "SetClientID", "SetClientIDConfirm", "Verify", "Write", "RelLockOwner",
        ],
    }) },
    Line { subject: "wdeleg_getattr", holds: Holds::Fields(&[
        Field { column: 0, desc: &REQUESTS, labels: &[("proto", "4"), ("method", "WdelegGetattr")] },
    ]) },
];

struct Nfsd {
    table: KeptFile,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let table = setup.paths.proc_file("net/rpc/nfsd");
    Box::new(Nfsd { table })
}

impl Collector for Nfsd {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        rpc::put(&self.table.text()?, "net/rpc/nfsd", &LINES, families)
    }
}
