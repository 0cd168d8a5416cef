//! What is known of a process from its snapshots: names that it told once, for the values of each time.

use std::collections::HashMap;
use std::sync::Arc;

use mbean::wire;
use mbean::{AttributeKind as Wired, BeanKind, Known};

use crate::source::{Attribute, AttributeKind, Bean, Reading, Section, SectionId};

/// Names by section.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    known: Option<Known>,
    sections: HashMap<u64, (u64, Arc<[Bean]>)>,
    /// The attributes of kinds that always have the same.
    fixed: Vec<(BeanKind, Arc<[Attribute]>)>,
}

impl Decoded {
    /// What the next request should tell.
    pub(super) fn known(&self) -> Option<Known> {
        self.known
    }

    /// Brings the names up to date and hands out the values with them. Where they do not go together everything is
    /// forgotten, so that the next request asks for all of it.
    pub(super) fn apply(&mut self, snapshot: wire::Snapshot) -> Result<Reading, String> {
        let before = std::mem::take(&mut self.known);
        let mut sections = std::mem::take(&mut self.sections);
        let builds_on = before.filter(|known| known.instance == snapshot.instance);
        if snapshot.since > builds_on.map_or(0, |known| known.change) {
            return Err(format!("it builds on change {}", snapshot.since));
        }
        if builds_on.is_none() {
            sections.clear();
        }
        let known = snapshot.known();
        let mut reading = Reading {
            sections: Vec::with_capacity(snapshot.sections.len()),
            values: snapshot.values,
        };
        for section in snapshot.sections {
            let beans = match section.beans {
                Some(beans) => beans.into_iter().map(|bean| self.bean(bean)).collect(),
                None => match sections.remove(&section.id) {
                    Some((number, beans)) if number == section.number => beans,
                    _ => return Err(format!("section {} came without names", section.id)),
                },
            };
            let rows: usize = beans.iter().map(|bean: &Bean| bean.attributes.len()).sum();
            if rows != section.rows.len() {
                return Err(format!("section {} has rows without names", section.id));
            }
            reading.sections.push(Section {
                id: SectionId {
                    instance: snapshot.instance,
                    section: section.id,
                },
                number: section.number,
                beans: Arc::clone(&beans),
                first_value: section.rows.start,
            });
            self.sections.insert(section.id, (section.number, beans));
        }
        self.known = Some(known);
        Ok(reading)
    }

    fn bean(&mut self, bean: wire::Bean) -> Bean {
        let is_fixed = !matches!(bean.kind, BeanKind::Text | BeanKind::Attributes);
        if is_fixed && let Some((_, known)) = self.fixed.iter().find(|(kind, _)| *kind == bean.kind)
        {
            return Bean::with(bean.name.as_str(), Arc::clone(known));
        }
        let kafkas_own = bean.kind == BeanKind::Attributes;
        let attributes = bean.attributes.iter().map(|info| Attribute {
            path: Box::new([]),
            name: (*info.name).into(),
            description: (*info.description).into(),
            kind: match (info.kind, &*info.name) {
                (Wired::Text, _) => AttributeKind::Text(info.text.as_str().into()),
                // Kafka's own metrics are doubles, whatever they count.
                (Wired::Counter, _) if !kafkas_own => AttributeKind::Counter,
                (Wired::Gauge, "Value") => AttributeKind::Whole,
                _ => AttributeKind::Real,
            },
        });
        let attributes: Arc<[Attribute]> = attributes.collect();
        if is_fixed {
            self.fixed.push((bean.kind, Arc::clone(&attributes)));
        }
        Bean::with(bean.name.as_str(), attributes)
    }
}
