//! `conntrack`: netfilter's table of connections, out of `/proc/sys/net/netfilter` and
//! `/proc/net/stat/nf_conntrack`.

use super::attribute::unsigned;
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

static ENTRIES: Desc = Desc::gauge(
    "node_nf_conntrack_entries",
    "Number of currently allocated flow entries for connection tracking.",
);
static LIMIT: Desc = Desc::gauge(
    "node_nf_conntrack_entries_limit",
    "Maximum size of connection tracking table.",
);
/// Column of the statistics, and what it is called.
static COUNTS: [(usize, Desc); 8] = [
    (
        2,
        Desc::gauge(
            "node_nf_conntrack_stat_found",
            "Number of searched entries which were successful.",
        ),
    ),
    (
        4,
        Desc::gauge(
            "node_nf_conntrack_stat_invalid",
            "Number of packets seen which can not be tracked.",
        ),
    ),
    (
        5,
        Desc::gauge(
            "node_nf_conntrack_stat_ignore",
            "Number of packets seen which are already connected to a conntrack entry.",
        ),
    ),
    (
        8,
        Desc::gauge(
            "node_nf_conntrack_stat_insert",
            "Number of entries inserted into the list.",
        ),
    ),
    (
        9,
        Desc::gauge(
            "node_nf_conntrack_stat_insert_failed",
            "Number of entries for which list insertion was attempted but failed.",
        ),
    ),
    (
        10,
        Desc::gauge(
            "node_nf_conntrack_stat_drop",
            "Number of packets dropped due to conntrack failure.",
        ),
    ),
    (
        11,
        Desc::gauge(
            "node_nf_conntrack_stat_early_drop",
            "Number of dropped conntrack entries to make room for new ones, if maximum table size was reached.",
        ),
    ),
    (
        16,
        Desc::gauge(
            "node_nf_conntrack_stat_search_restart",
            "Number of conntrack table lookups which had to be restarted due to hashtable resizes.",
        ),
    ),
];
/// Columns before Linux 2.6.35, which did not have `search_restart`.
const COLUMNS_MIN: usize = 16;
const COLUMNS_MAX: usize = 17;

type Columns = [u64; COLUMNS_MAX];

struct Conntrack {
    count: KeptFile,
    max: KeptFile,
    statistics: KeptFile,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Conntrack {
        count: setup
            .paths
            .proc_whole("sys/net/netfilter/nf_conntrack_count"),
        max: setup.paths.proc_whole("sys/net/netfilter/nf_conntrack_max"),
        statistics: setup.paths.proc_short_lines("net/stat/nf_conntrack"),
    })
}

impl Collector for Conntrack {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let count = unsigned(&mut self.count)?;
        families.put(&ENTRIES, &[], count);
        families.put(&LIMIT, &[], unsigned(&mut self.max)?);
        let text = self.statistics.text()?;
        let sums = sums(&text).ok_or_else(|| {
            CollectError::malformed(
                "net/stat/nf_conntrack",
                "not 16 or 17 columns of hexadecimal numbers",
            )
        })?;
        for (column, desc) in &COUNTS {
            let sum = sums.get(*column).copied().unwrap_or(0);
            families.put(desc, &[], sum as f64);
        }
        Ok(())
    }
}

/// A title, then a line of hexadecimal numbers for each processor: their sums.
fn sums(text: &str) -> Option<Columns> {
    let mut sums = Columns::default();
    for line in text.lines().skip(1) {
        let mut columns = 0;
        for (at, word) in line.split_ascii_whitespace().enumerate() {
            let sum = sums.get_mut(at)?;
            *sum = sum.wrapping_add(u64::from_str_radix(word, 16).ok()?);
            columns += 1;
        }
        if columns < COLUMNS_MIN {
            return None;
        }
    }
    Some(sums)
}

#[cfg(test)]
mod tests {
    use super::sums;

    #[test]
    fn processors_are_summed() {
        let old = "title\n1 2 3 4 5 6 7 8 9 a b c d e f 10\n1 2 3 4 5 6 7 8 9 a b c d e f 10\n";
        assert_eq!(
            sums(old),
            Some([
                2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 0
            ])
        );
        let new = "title\n0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 ff\n";
        assert_eq!(sums(new).map(|sums| sums[16]), Some(255));
        assert_eq!(sums(""), Some([0; 17]));
        for bad in [
            "t\n1 2 3\n",
            "t\n\n",
            "t\nx 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
        ] {
            assert_eq!(sums(bad), None, "{bad:?}");
        }
        let long = format!("t\n{}\n", "0 ".repeat(18));
        assert_eq!(sums(&long), None);
    }
}
