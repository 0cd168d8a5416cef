//! Families of several files, and of the collectors that ran before, under one name each.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use exposition::{Family, Kind, Sample};

use crate::families::Families;

/// The families of all files.
#[derive(Debug, Default)]
pub struct Merged(BTreeMap<String, One>);

#[derive(Debug)]
struct One {
    kind: Kind,
    help: String,
    files: Vec<String>,
    samples: Vec<Sample>,
}

impl Merged {
    /// Adds the families of a file. One that contradicts what an earlier file says of its name is
    /// left out.
    pub fn add(&mut self, path: &Path, found: Vec<Family>, problems: &mut Vec<String>) {
        let file = path.to_string_lossy();
        for family in found {
            let one = self
                .0
                .entry(family.name.to_string())
                .or_insert_with(|| One {
                    kind: family.kind,
                    help: family.help.to_string(),
                    files: Vec::new(),
                    samples: Vec::new(),
                });
            let agrees = family.help.is_empty() || one.help.is_empty() || family.help == one.help;
            if one.kind != family.kind || !agrees {
                let name = &family.name;
                problems.push(format!(
                    "{file}: inconsistent help or type of metric {name}"
                ));
                continue;
            }
            if one.help.is_empty() {
                one.help = family.help.to_string();
            }
            one.files.push(file.to_string());
            one.samples.extend(family.samples);
        }
    }

    /// Tells all; a name that another collector has told of under another help or type, and a
    /// sample that was told before, are left out.
    pub fn tell(self, families: &mut Families, problems: &mut Vec<String>) {
        for (name, one) in self.0 {
            let help = match one.help.is_empty() {
                true => format!("Metric read from {}", one.files.join(", ")),
                false => one.help,
            };
            if families.declared(&name).is_some() {
                problems.push(format!("metric {name} is one of the machine's own"));
                continue;
            }
            let mut names: Vec<&str> = Vec::new();
            for (label, _) in one.samples.iter().flat_map(|sample| &sample.labels) {
                if !names.contains(&&**label) {
                    names.push(label);
                }
            }
            let mut seen = HashSet::new();
            for sample in &one.samples {
                let mut labels: Vec<(&str, &str)> = sample
                    .labels
                    .iter()
                    .map(|(name, value)| (&**name, &**value))
                    .collect();
                labels.sort_unstable();
                if !seen.insert((sample.suffix, labels.clone())) {
                    problems.push(format!("metric {name} has a sample twice"));
                    continue;
                }
                families.put_part(
                    (one.kind, &name, &help),
                    sample.suffix,
                    &labels,
                    sample.value,
                );
            }
        }
    }
}
