//! `softirqs`: software interrupts of each processor, out of `/proc/softirqs`.

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

static FUNCTIONS: Desc = Desc::counter("node_softirqs_functions_total", "Softirq counts per CPU.");

struct Softirqs {
    table: KeptFile,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let table = setup.paths.proc_file("softirqs");
    Box::new(Softirqs { table })
}

impl Collector for Softirqs {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let text = self.table.text()?;
        let put = |kind: &str, cpu: usize, count: u64| {
            let cpu = cpu.to_string();
            families.put(&FUNCTIONS, &[("cpu", &cpu), ("type", kind)], count as f64);
        };
        each(&text, put)
            .ok_or_else(|| CollectError::malformed("softirqs", "no counts of processors in a line"))
    }
}

/// A title, then a kind a line with a count for each processor.
fn each(text: &str, mut put: impl FnMut(&str, usize, u64)) -> Option<()> {
    let mut lines = text.lines();
    lines.next()?;
    for line in lines {
        let (kind, counts) = line.split_once(':')?;
        for (cpu, count) in counts.split_ascii_whitespace().enumerate() {
            put(kind.trim_ascii_start(), cpu, count.parse().ok()?);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::each;

    #[test]
    fn every_processor_has_a_count_of_every_kind() {
        let check = |text: &str, expected: Option<&str>| {
            let mut told = String::new();
            let put = |kind: &str, cpu, count| told.push_str(&format!("{kind}/{cpu}={count} "));
            assert_eq!(
                each(text, put).map(|()| told.as_str()),
                expected,
                "{text:?}"
            );
        };
        let title = "  CPU0 CPU1\n";
        let two = format!("{title}  HI: 7 1\n NET_TX: 3 0\n");
        check(&two, Some("HI/0=7 HI/1=1 NET_TX/0=3 NET_TX/1=0 "));
        check(title, Some(""));
        check("", None);
        check("t\nHI 7\n", None);
        check("t\nHI: -7\n", None);
    }
}
