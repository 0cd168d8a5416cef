//! What `/proc/cpuinfo` says of each processor: off by default, as it is long and seldom changes.

use regex::Regex;

use crate::collector::CollectError;
use crate::families::{Desc, Families};
use crate::file::KeptFile;

const INFO: Desc = Desc::gauge("node_cpu_info", "CPU information from /proc/cpuinfo.");
const FREQUENCY: Desc = Desc::gauge(
    "node_cpu_frequency_hertz",
    "CPU frequency in hertz from /proc/cpuinfo.",
);
const FLAG: Desc = Desc::gauge(
    "node_cpu_flag_info",
    "The `flags` field of CPU information from /proc/cpuinfo taken from the first core.",
);
const BUG: Desc = Desc::gauge(
    "node_cpu_bug_info",
    "The `bugs` field of CPU information from /proc/cpuinfo taken from the first core.",
);

/// The labels of `node_cpu_info` and the names that the file gives them.
const LABELS: [(&str, &str); 10] = [
    ("cachesize", "cache size"),
    ("core", "core id"),
    ("cpu", "processor"),
    ("family", "cpu family"),
    ("microcode", "microcode"),
    ("model", "model"),
    ("model_name", "model name"),
    ("package", "physical id"),
    ("stepping", "stepping"),
    ("vendor", "vendor_id"),
];

/// The part of the collector that reads `/proc/cpuinfo`.
#[derive(Debug)]
pub struct Info {
    /// The file.
    pub file: KeptFile,
    /// Whether frequencies are told.
    pub with_frequency: bool,
    /// `--collector.cpu.info.flags-include`.
    pub flags: Option<Regex>,
    /// `--collector.cpu.info.bugs-include`.
    pub bugs: Option<Regex>,
}

impl Info {
    /// Tells of each processor, and of the flags and bugs of the first.
    pub fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let text = self.file.text()?;
        for (index, cpu) in text.split("\n\n").map(Fields).enumerate() {
            if cpu.field("processor").is_empty() {
                continue;
            }
            let labels = LABELS.map(|(label, name)| (label, cpu.field(name)));
            families.put(&INFO, &labels, 1.0);
            if self.with_frequency
                && let Ok(megahertz) = cpu.field("cpu MHz").parse::<f64>()
            {
                let labels = [
                    ("core", cpu.field("core id")),
                    ("cpu", cpu.field("processor")),
                    ("package", cpu.field("physical id")),
                ];
                families.put(&FREQUENCY, &labels, megahertz * 1e6);
            }
            if index > 0 {
                continue;
            }
            let lists = [
                (&FLAG, "flag", "flags", &self.flags),
                (&BUG, "bug", "bugs", &self.bugs),
            ];
            for (desc, label, name, pattern) in lists {
                let Some(pattern) = pattern else { continue };
                let words = cpu.field(name).split_ascii_whitespace();
                for word in words.filter(|word| pattern.is_match(word)) {
                    families.put(desc, &[(label, word)], 1.0);
                }
            }
        }
        Ok(())
    }
}

/// The lines `name : value` of one processor.
struct Fields<'a>(&'a str);

impl<'a> Fields<'a> {
    fn field(&self, name: &str) -> &'a str {
        let pairs = self.0.lines().filter_map(|line| line.split_once(':'));
        let mut values = pairs.filter(|(found, _)| found.trim() == name);
        values.next().map_or("", |(_, value)| value.trim())
    }
}
