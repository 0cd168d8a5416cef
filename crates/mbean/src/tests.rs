//! From what is recorded to what a reader sees.

mod collections;
mod sections;

use crate::wire::{Mirror, decode};
use crate::{ObjectName, Registry};

const SECOND: u64 = 1_000_000_000;

/// One reader of a registry.
struct Reader<'a> {
    registry: &'a Registry,
    mirror: Mirror,
    /// How many sections brought names with the last snapshot.
    named: usize,
}

impl<'a> Reader<'a> {
    fn of(registry: &'a Registry) -> Self {
        let mirror = Mirror::default();
        Self {
            registry,
            mirror,
            named: 0,
        }
    }

    /// What it sees: `name attribute=value`.
    fn lines(&mut self, now_ns: u64) -> Vec<String> {
        let bytes = self.registry.snapshot(self.mirror.known(), now_ns);
        let snapshot = decode(&bytes).unwrap();
        let named = snapshot
            .sections
            .iter()
            .filter(|section| section.beans.is_some());
        self.named = named.count();
        self.mirror.apply(snapshot).unwrap();
        let mut lines = Vec::new();
        for section in self.mirror.sections() {
            let mut values = section.values.iter();
            for bean in section.beans.iter() {
                for info in bean.attributes.iter() {
                    let value = values.next().unwrap();
                    lines.push(format!("{} {}={value}{}", bean.name, info.name, info.text));
                }
            }
            assert_eq!(values.next(), None);
        }
        lines
    }
}

fn named(name: &str) -> ObjectName {
    ObjectName::new("d", "T").with("name", name)
}
