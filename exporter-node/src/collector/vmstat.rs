//! `vmstat`: fields of `/proc/vmstat` that a pattern names.

use exposition::Kind;
use regex::Regex;
use service::flags::Flag;

use super::chosen::{Chosen, Told, is_wanted};
use super::{CollectError, Collector, Setup, number};
use crate::families::Families;
use crate::file::KeptFile;
use crate::filter::pattern;

const FIELDS: Flag = Flag::text(
    "collector.vmstat.fields",
    "^(oom_kill|pgpg|pswp|pg.*fault).*",
    "Regexp of fields to return for vmstat collector",
);

/// The flags of this collector.
pub const FLAGS: &[&Flag] = &[&FIELDS];

struct Vmstat {
    file: KeptFile,
    chosen: Chosen,
    pattern: Option<Regex>,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Vmstat {
        file: setup.paths.proc_file("vmstat"),
        chosen: Chosen::default(),
        pattern: pattern(setup.values, &FIELDS),
    })
}

impl Collector for Vmstat {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let pattern = self.pattern.as_ref();
        let text = self.file.text()?;
        for (index, line) in text.lines().enumerate() {
            let Some((key, value)) = line.split_once(' ') else {
                let problem = format!("\"{line}\" has no value");
                return Err(CollectError::malformed("vmstat", problem));
            };
            let choose = |key: &str| {
                is_wanted(pattern, key).then(|| Told {
                    name: format!("node_vmstat_{key}"),
                    help: format!("/proc/vmstat information field {key}."),
                })
            };
            if let Some(told) = self.chosen.field(index, key, choose) {
                let value: f64 = number("vmstat", value.trim_ascii())?;
                families.put_named(Kind::Untyped, &told.name, &told.help, &[], value);
            }
        }
        Ok(())
    }
}
