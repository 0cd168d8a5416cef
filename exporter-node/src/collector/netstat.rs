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
use super::{CollectError, Collector, Round, Setup, number};
use crate::families::Families;
use crate::file::KeptFile;
use crate::filter::pattern;
use crate::own;

const FIELDS: Flag = Flag::text(
    "collector.netstat.fields",
    "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)|Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$",
    "Regexp of fields to return for netstat collector",
);

/// The flags of this collector.
pub const FLAGS: &[&Flag] = &[&FIELDS];

struct Netstat {
    tables: [Table; 2],
    six: KeptFile,
    six_chosen: Chosen,
    pattern: Option<Regex>,
    /// Where the tables are of this process's own network.
    round: Option<Round>,
}

struct Table {
    file: KeptFile,
    /// In the order of the file.
    protocols: Vec<Protocol>,
}

/// A line of names, and which of them are told: looked at once, as the kernel writes the same names each time.
struct Protocol {
    names: String,
    count: usize,
    /// The places of those that are told, in their order.
    told: Vec<(usize, Told)>,
}

/// More protocols than any kernel has: those beyond are looked at each time.
const PROTOCOLS_MAX: usize = 64;

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let table = |name| Table {
        file: setup.paths.proc_whole(name),
        protocols: Vec::new(),
    };
    let tables = ["net/netstat", "net/snmp"].map(table);
    Box::new(Netstat {
        tables,
        six: setup.paths.proc_whole("net/snmp6"),
        six_chosen: Chosen::default(),
        pattern: pattern(setup.values, &FIELDS),
        round: setup.paths.is_own_procfs().then(|| setup.round.clone()),
    })
}

impl Collector for Netstat {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let pattern = self.pattern.as_ref();
        for Table { file, protocols } in &mut self.tables {
            let text = file.text()?;
            pairs(&text, protocols, pattern, families)?;
            if let (Some(round), Some(octets)) = (&self.round, own::octets(&text)) {
                round.put_octets(octets);
            }
        }
        match self.six.text() {
            Ok(text) => six(&text, &mut self.six_chosen, pattern, families),
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
    protocols: &mut Vec<Protocol>,
    pattern: Option<&Regex>,
    families: &mut Families,
) -> Result<(), CollectError> {
    let mut lines = text.lines();
    let mut at = 0;
    while let (Some(names), Some(values)) = (lines.next(), lines.next()) {
        let malformed =
            || CollectError::malformed("netstat", format!("\"{names}\" has other values"));
        if protocols.get(at).is_none_or(|known| known.names != names) {
            protocols.truncate(at);
            protocols.push(protocol(names, pattern).ok_or_else(malformed)?);
        }
        let Some(known) = protocols.get(at) else {
            break;
        };
        at = PROTOCOLS_MAX.min(at + 1);
        let (_, values) = values.split_once(':').ok_or_else(malformed)?;
        let mut told = known.told.iter().peekable();
        let mut count = 0;
        for value in values.split_ascii_whitespace() {
            if let Some((_, told)) = told.next_if(|(place, _)| *place == count) {
                put(families, told, value)?;
            }
            count += 1;
        }
        if count != known.count {
            return Err(malformed());
        }
    }
    Ok(())
}

/// `None` where the names are of no protocol.
fn protocol(line: &str, pattern: Option<&Regex>) -> Option<Protocol> {
    let (protocol, names) = line.split_once(':')?;
    let fields = names.split_ascii_whitespace().enumerate();
    let chosen = fields.clone();
    let chosen = chosen.filter_map(|(at, field)| Some((at, told(protocol, field, pattern)?)));
    Some(Protocol {
        names: line.to_owned(),
        count: fields.count(),
        told: chosen.collect(),
    })
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

    use super::{PROTOCOLS_MAX, Protocol, pairs, six};
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
        let mut protocols = Vec::new();
        let check = |text: &str, protocols: &mut Vec<Protocol>| {
            let mut families = Families::default();
            pairs(text, protocols, Some(&pattern), &mut families).map(|()| lines(&families))
        };
        let text = "Tcp: RtoMin MaxConn InSegs\nTcp: 200 -1 7\nUdp: InSegs x{}\nUdp: 9 1\n";
        for _ in 0..2 {
            let expected = [
                "node_netstat_Tcp_InSegs 7",
                "node_netstat_Tcp_MaxConn -1",
                "node_netstat_Udp_InSegs 9",
            ];
            assert_eq!(check(text, &mut protocols).unwrap(), expected);
        }
        for text in [
            "Tcp: A B\nTcp: 1\n",
            "Tcp: A\nTcp: 1 2\n",
            "Tcp\nTcp: 1\n",
            "Udp: a\nUdp: \u{fffd}\n",
        ] {
            assert!(check(text, &mut Vec::new()).is_err(), "{text:?}");
        }
        assert_eq!(check("Tcp: InSegs\n", &mut Vec::new()).unwrap(), [""; 0]);
        let many = "Udp: a\nUdp: 1\n".repeat(PROTOCOLS_MAX * 2);
        let mut protocols = Vec::new();
        for text in [&*many, text, "Udp: a b\nUdp: 1 2\n"] {
            let fresh = check(text, &mut Vec::new()).unwrap();
            assert_eq!(check(text, &mut protocols).unwrap(), fresh);
            assert!(protocols.len() <= PROTOCOLS_MAX + 1);
        }
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
