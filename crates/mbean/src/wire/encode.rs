//! Writes a snapshot.

use std::collections::HashMap;

use super::{MAGIC, VERSION, tags};
use crate::name::ObjectName;
use crate::registry::attribute::Attribute;
use crate::registry::bean::{Bean, Body};
use crate::registry::collection::Emitted;
use crate::registry::kind::{AttributeKind, BeanKind};

/// What stands before the sections.
pub(crate) struct Head<'a> {
    pub(crate) process: &'a str,
    pub(crate) instance: u64,
    pub(crate) since: u64,
    pub(crate) uptime: f64,
}

pub(crate) struct Encoder {
    bytes: Vec<u8>,
    /// Where the last change and the number of sections go when they are known.
    patch_at: usize,
    sections: u32,
    texts: HashMap<Box<str>, u64>,
}

impl Encoder {
    pub(crate) fn new(head: &Head<'_>) -> Self {
        let mut bytes = Vec::with_capacity(64 * 1024);
        bytes.extend(MAGIC);
        bytes.push(VERSION);
        push_varint(&mut bytes, head.process.len() as u64);
        bytes.extend(head.process.as_bytes());
        bytes.extend(head.instance.to_le_bytes());
        push_varint(&mut bytes, head.since);
        bytes.extend(head.uptime.to_le_bytes());
        let patch_at = bytes.len();
        bytes.extend([0; 8 + 4]);
        Self {
            bytes,
            patch_at,
            sections: 0,
            texts: HashMap::new(),
        }
    }

    /// A section of beans, of which those that are shown count.
    pub(crate) fn section(&mut self, id: u64, number: u64, beans: Option<&[Bean]>, values: &[f64]) {
        self.begin(id, number, values.len());
        match beans {
            None => self.bytes.push(0),
            Some(beans) => {
                self.bytes.push(1);
                let shown = || beans.iter().filter(|bean| bean.is_shown());
                self.varint(shown().count() as u64);
                shown().for_each(|bean| self.bean(bean));
            }
        }
        self.values(values);
    }

    /// A section of a collection.
    pub(crate) fn rows(&mut self, rows: &Emitted<'_>) {
        self.begin(rows.id, rows.number, rows.values.len());
        match rows.names {
            None => self.bytes.push(0),
            Some(names) => {
                self.bytes.push(1);
                self.varint(names.len() as u64);
                for name in names {
                    self.bytes.push(tags::of_bean(BeanKind::Gauge));
                    self.name(name);
                }
            }
        }
        self.values(rows.values);
    }

    pub(crate) fn finish(mut self, change: u64) -> Vec<u8> {
        let mut patch = [0; 12];
        patch[..8].copy_from_slice(&change.to_le_bytes());
        patch[8..].copy_from_slice(&self.sections.to_le_bytes());
        self.bytes[self.patch_at..self.patch_at + 12].copy_from_slice(&patch);
        self.bytes
    }

    fn begin(&mut self, id: u64, number: u64, rows: usize) {
        self.sections += 1;
        self.varint(id);
        self.varint(number);
        self.varint(rows as u64);
    }

    fn bean(&mut self, bean: &Bean) {
        self.bytes.push(tags::of_bean(bean.kind()));
        self.name(&bean.name);
        match &bean.body {
            Body::Text { shown, .. } => self.text(shown),
            Body::Attributes(attributes) => {
                self.varint(attributes.len() as u64);
                attributes
                    .iter()
                    .for_each(|attribute| self.attribute(attribute));
            }
            _ => {}
        }
    }

    fn attribute(&mut self, attribute: &Attribute) {
        self.text(&attribute.name);
        self.text(&attribute.description);
        let kind = attribute.kind();
        self.bytes.push(tags::of_attribute(kind));
        if kind == AttributeKind::Text {
            self.text(attribute.shown());
        }
    }

    fn name(&mut self, name: &ObjectName) {
        self.text(name.domain());
        self.varint(name.properties().count() as u64);
        for (key, value) in name.properties() {
            self.text(key);
            self.text(value);
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(index) = self.texts.get(text) {
            let reference = index << 1 | 1;
            self.varint(reference);
            return;
        }
        self.texts.insert(text.into(), self.texts.len() as u64);
        self.varint((text.len() as u64) << 1);
        self.bytes.extend(text.as_bytes());
    }

    fn values(&mut self, values: &[f64]) {
        self.bytes.reserve(values.len() * 8);
        for value in values {
            self.bytes.extend_from_slice(&value.to_le_bytes());
        }
    }

    fn varint(&mut self, value: u64) {
        push_varint(&mut self.bytes, value);
    }
}

fn push_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}
