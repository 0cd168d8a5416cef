//! The metrics that a view has: names, help, kinds, and their heads rendered.

use std::collections::HashMap;

use exposition::{Format, Kind, write_head};

/// Metrics that the exporter itself has: no rule may make others of their names.
pub(super) const RESERVED: &[&str] = &[
    "jmx_config_",
    "jmx_exporter_",
    "jmx_scrape_",
    "outrigger_component_",
    "outrigger_exporter_",
    "outrigger_scrape_",
    "outrigger_source_",
];

/// All metrics, by number.
#[derive(Debug, Default)]
pub(super) struct Families {
    list: Vec<Family>,
    by_name: HashMap<Box<str>, u32>,
    /// Numbers in the order of names.
    sorted: Vec<u32>,
}

/// One metric.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) name: Box<str>,
    pub(super) kind: Kind,
    help: Box<str>,
    /// In text 0.0.4 and in OpenMetrics.
    heads: [Vec<u8>; 2],
}

impl Families {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    pub(super) fn get(&self, number: u32) -> &Family {
        &self.list[number as usize]
    }

    pub(super) fn sorted(&self) -> &[u32] {
        &self.sorted
    }

    /// The number of a metric; `help` is that of its first series, as in jmx_exporter. Where series disagree about the
    /// kind it is nobody's.
    pub(super) fn number(&mut self, name: &str, kind: Kind, help: Option<String>) -> u32 {
        if let Some(&number) = self.by_name.get(name) {
            let family = &mut self.list[number as usize];
            if family.kind != kind {
                family.kind = Kind::Untyped;
                family.render();
            }
            return number;
        }
        // More metrics than series that fit into memory there are not.
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        let mut family = Family {
            name: name.into(),
            kind,
            help: help.unwrap_or_default().into(),
            heads: [Vec::new(), Vec::new()],
        };
        family.render();
        self.list.push(family);
        self.by_name.insert(name.into(), number);
        number
    }

    /// After metrics were added.
    pub(super) fn sort(&mut self) {
        if self.sorted.len() == self.list.len() {
            return;
        }
        self.sorted = (0..self.list.len()).map(|index| index as u32).collect();
        let list = &self.list;
        self.sorted
            .sort_unstable_by(|a, b| list[*a as usize].name.cmp(&list[*b as usize].name));
    }
}

impl Family {
    /// A counter that is not called so would get another name in OpenMetrics: there nobody says what it is.
    pub(super) fn kind_in(&self, format: Format) -> Kind {
        match format {
            Format::OpenMetrics1
                if self.kind == Kind::Counter && !self.name.ends_with("_total") =>
            {
                Kind::Untyped
            }
            _ => self.kind,
        }
    }

    fn render(&mut self) {
        self.heads = [Format::Text004, Format::OpenMetrics1].map(|format| {
            let mut head = Vec::new();
            write_head(
                &mut head,
                &self.name,
                &self.help,
                self.kind_in(format),
                format,
            );
            head
        });
    }

    pub(super) fn write_head(&self, out: &mut Vec<u8>, format: Format) {
        let [text, open_metrics] = &self.heads;
        out.extend_from_slice(match format {
            Format::Text004 => text,
            Format::OpenMetrics1 => open_metrics,
        });
    }
}
