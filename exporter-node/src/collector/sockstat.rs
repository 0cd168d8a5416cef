//! `sockstat`: how many sockets there are of each protocol, and the memory that they take.
//!
//! ```text
//! sockets: used 43                              /proc/net/sockstat, /proc/net/sockstat6
//! TCP: inuse 9 orphan 0 tw 54 alloc 11 mem 113
//! ```

use exposition::Kind;

use super::{CollectError, Collector, Setup, number};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

const USED: Desc = Desc::gauge(
    "node_sockstat_sockets_used",
    "Number of IPv4 sockets in use.",
);
/// The states that are told, of those that a line has; upstream tells `inuse` in any case.
const STATES: [&str; 6] = ["inuse", "orphan", "tw", "alloc", "mem", "memory"];

struct Sockstat {
    four: KeptFile,
    six: KeptFile,
    page_bytes: f64,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Sockstat {
        four: setup.paths.proc_whole("net/sockstat"),
        six: setup.paths.proc_whole("net/sockstat6"),
        page_bytes: rustix::param::page_size() as f64,
    })
}

impl Collector for Sockstat {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        for (file, is_four) in [(&mut self.four, true), (&mut self.six, false)] {
            match file.text() {
                Ok(text) => tell(&text, is_four, self.page_bytes, families)?,
                // A kernel without this protocol.
                Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

fn tell(
    text: &str,
    is_four: bool,
    page_bytes: f64,
    families: &mut Families,
) -> Result<(), CollectError> {
    for line in text.lines() {
        let malformed =
            || CollectError::malformed("sockstat", format!("\"{line}\" is no line of it"));
        let (protocol, pairs) = line.split_once(':').ok_or_else(malformed)?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if protocol.is_empty() || !protocol.chars().all(is_name) {
            return Err(malformed());
        }
        let mut states = [None; STATES.len()];
        states[0] = Some(0.0);
        let mut used = None;
        let mut words = pairs.split_ascii_whitespace();
        while let Some(key) = words.next() {
            let value: i64 = number("sockstat", words.next().ok_or_else(malformed)?)?;
            if key == "used" {
                used = Some(value as f64);
            }
            if let Some(at) = STATES.iter().position(|state| *state == key) {
                states[at] = Some(value as f64);
            }
        }
        if protocol == "sockets" {
            if let (true, Some(used)) = (is_four, used) {
                families.put(&USED, &[], used);
            }
            continue;
        }
        let mut put = |state: &str, value: f64| {
            let name = format!("node_sockstat_{protocol}_{state}");
            let help = format!("Number of {protocol} sockets in state {state}.");
            families.put_named(Kind::Gauge, &name, &help, &[], value);
        };
        for (state, value) in STATES.iter().zip(states) {
            let Some(value) = value else { continue };
            put(state, value);
            if *state == "mem" {
                put("mem_bytes", value * page_bytes);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::tell;
    use crate::families::Families;

    #[test]
    fn a_line_tells_the_states_that_it_has() {
        let check = |text: &str, expected: Option<usize>| {
            let mut families = Families::default();
            let told = tell(text, true, 4096.0, &mut families).ok();
            assert_eq!(told.map(|()| families.len()), expected, "{text:?}");
        };
        check(
            "sockets: used 43\nTCP: inuse 9 orphan 0 tw 54 alloc 11 mem 113\n",
            Some(7),
        );
        check("RAW: inuse 0\nFRAG: memory 1\n", Some(3));
        check("", Some(0));
        check("TCP: new 3\n", Some(1));
        for text in [
            "TCP inuse 1\n",
            "TCP: inuse\n",
            "TCP: inuse x\n",
            "\u{fffd}: inuse 1\n",
        ] {
            check(text, None);
        }
    }
}
