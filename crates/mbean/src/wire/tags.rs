//! The bytes that stand for kinds.

use crate::registry::kind::{AttributeKind, BeanKind};

const BEANS: [BeanKind; 7] = [
    BeanKind::Gauge,
    BeanKind::Counter,
    BeanKind::Meter,
    BeanKind::Histogram,
    BeanKind::Timer,
    BeanKind::Text,
    BeanKind::Attributes,
];

const ATTRIBUTES: [AttributeKind; 3] = [
    AttributeKind::Gauge,
    AttributeKind::Counter,
    AttributeKind::Text,
];

pub(super) fn of_bean(kind: BeanKind) -> u8 {
    position(&BEANS, &kind)
}

pub(super) fn bean(tag: u8) -> Option<BeanKind> {
    BEANS.get(usize::from(tag)).copied()
}

pub(super) fn of_attribute(kind: AttributeKind) -> u8 {
    position(&ATTRIBUTES, &kind)
}

pub(super) fn attribute(tag: u8) -> Option<AttributeKind> {
    ATTRIBUTES.get(usize::from(tag)).copied()
}

fn position<T: PartialEq>(kinds: &[T], kind: &T) -> u8 {
    kinds.iter().position(|other| other == kind).unwrap_or(0) as u8
}
