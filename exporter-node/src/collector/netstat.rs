//! `netstat`: counters of the network protocols, those that a pattern names.
//!
//! ```text
//! TcpExt: SyncookiesSent SyncookiesRecv …       /proc/net/netstat, /proc/net/snmp: names, then values
//! TcpExt: 0 0 …
//! Ip6InReceives 5                         /proc/net/snmp6
//! ```

use exposition::Kind;
use regex::Regex;
use service::flags::Flag;

use super::chosen::{Chosen, Told, is_wanted};
use super::{CollectError, Collector, Setup, number};
use crate::families::Families;
use crate::file::KeptFile;
use crate::filter::pattern;

const FIELDS: Flag = Flag::text(
    "collector.netstat.fields",
    "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)|Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$",
    "Regexp of fields to return for netstat collector",
);

/// The flags of this collector.
pub const FLAGS: &[&Flag] = &[&FIELDS];

struct Netstat {
    tables: [Table; 2],
    six: Table,
    pattern: Option<Regex>,
}

struct Table {
    file: KeptFile,
    chosen: Chosen,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let table = |name| Table {
        file: setup.paths.proc_file(name),
        chosen: Chosen::default(),
    };
    let tables = ["net/netstat", "net/snmp"].map(table);
    let six = table("net/snmp6");
    Box::new(Netstat {
        tables,
        six,
        pattern: pattern(setup.values, &FIELDS),
    })
}

impl Collector for Netstat {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let pattern = self.pattern.as_ref();
        for Table { file, chosen } in &mut self.tables {
            pairs(&file.text()?, chosen, pattern, families)?;
        }
        match self.six.file.text() {
            Ok(text) => six(&text, &mut self.six.chosen, pattern, families),
            // A kernel without IPv6.
            Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn told(protocol: &str, field: &str, pattern: Option<&Regex>) -> Option<Told> {
    let key = format!("{protocol}_{field}");
    is_wanted(pattern, &key).then(|| Told {
        name: format!("node_netstat_{key}"),
        help: format!("Statistic {protocol}{field}."),
    })
}

fn put(families: &mut Families, told: &Told, value: &str) -> Result<(), CollectError> {
    let value: f64 = number("netstat", value)?;
    families.put_named(Kind::Untyped, &told.name, &told.help, &[], value);
    Ok(())
}

/// Lines of names, each followed by one of values.
fn pairs(
    text: &str,
    chosen: &mut Chosen,
    pattern: Option<&Regex>,
    families: &mut Families,
) -> Result<(), CollectError> {
    let mut lines = text.lines();
    let mut index = 0;
    while let (Some(names), Some(values)) = (lines.next(), lines.next()) {
        let malformed =
            || CollectError::malformed("netstat", format!("\"{names}\" has other values"));
        let (protocol, names) = names.split_once(':').ok_or_else(malformed)?;
        let (_, values) = values.split_once(':').ok_or_else(malformed)?;
        let mut values = values.split_ascii_whitespace();
        // A field is known by its place: where another protocol stands, all behind it is new.
        chosen.field(index, protocol, |_| None);
        index += 1;
        for field in names.split_ascii_whitespace() {
            let value = values.next().ok_or_else(malformed)?;
            let choose = |field: &str| told(protocol, field, pattern);
            if let Some(told) = chosen.field(index, field, choose) {
                put(families, told, value)?;
            }
            index += 1;
        }
        if values.next().is_some() {
            return Err(malformed());
        }
    }
    Ok(())
}

/// Lines of a name, in which the protocol ends with the first 6, and a value.
fn six(
    text: &str,
    chosen: &mut Chosen,
    pattern: Option<&Regex>,
    families: &mut Families,
) -> Result<(), CollectError> {
    for (index, line) in text.lines().enumerate() {
        let mut words = line.split_ascii_whitespace();
        let (Some(key), Some(value)) = (words.next(), words.next()) else {
            continue;
        };
        let choose = |key: &str| {
            let (protocol, field) = key.split_at(key.find('6')? + 1);
            told(protocol, field, pattern)
        };
        if let Some(told) = chosen.field(index, key, choose) {
            put(families, told, value)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use exposition::Format;
    use regex::Regex;

    use super::{pairs, six};
    use crate::collector::chosen::Chosen;
    use crate::families::Families;

    fn lines(families: &Families) -> Vec<String> {
        let mut text = Vec::new();
        families.write(Format::Text004, &mut text);
        let text = String::from_utf8(text).unwrap();
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        samples.map(str::to_owned).collect()
    }

    #[test]
    fn names_and_values_stand_in_lines_of_their_own() {
        let pattern = Regex::new("^(Tcp_(MaxConn|InSegs)|Udp_.*)$").unwrap();
        let mut chosen = Chosen::default();
        let check = |text: &str, chosen: &mut Chosen| {
            let mut families = Families::default();
            pairs(text, chosen, Some(&pattern), &mut families).map(|()| lines(&families))
        };
        let text = "Tcp: RtoMin MaxConn InSegs\nTcp: 200 -1 7\nUdp: InSegs x{}\nUdp: 9 1\n";
        for _ in 0..2 {
            let expected = [
                "node_netstat_Tcp_InSegs 7",
                "node_netstat_Tcp_MaxConn -1",
                "node_netstat_Udp_InSegs 9",
            ];
            assert_eq!(check(text, &mut chosen).unwrap(), expected);
        }
        for text in [
            "Tcp: A B\nTcp: 1\n",
            "Tcp: A\nTcp: 1 2\n",
            "Tcp\nTcp: 1\n",
            "Udp: a\nUdp: \u{fffd}\n",
        ] {
            assert!(check(text, &mut Chosen::default()).is_err(), "{text:?}");
        }
        assert_eq!(
            check("Tcp: InSegs\n", &mut Chosen::default()).unwrap(),
            [""; 0]
        );
    }

    #[test]
    fn six_ends_the_protocol() {
        let mut families = Families::default();
        let text = "Ip6InReceives \t 5\nIcmp6OutType134  3\nNothing\nhalf 3\n";
        six(text, &mut Chosen::default(), None, &mut families).unwrap();
        let expected = [
            "node_netstat_Icmp6_OutType134 3",
            "node_netstat_Ip6_InReceives 5",
        ];
        assert_eq!(lines(&families), expected);
    }
}
