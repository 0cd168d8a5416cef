//! What of a section of beans is published: found once, when the section is new.

use crate::source::{AttributeKind, Bean, Section};

use super::listeners::Told;
use super::row::{Combine, Keys, Row};
use super::table::ROWS;

/// One attribute of one bean that a row asks for.
#[derive(Debug)]
pub(super) struct Match {
    pub(super) row: &'static Row,
    /// The bean's whole name.
    pub(super) bean: Box<str>,
    /// Where its value is among those of the section.
    pub(super) place: usize,
    /// Where its `Count` is, for a weighted mean.
    pub(super) weight_place: Option<usize>,
}

/// A section that was looked through.
#[derive(Debug)]
pub(super) struct MatchedSection {
    pub(super) number: u64,
    pub(super) matches: Vec<Match>,
    /// What its beans tell of listeners.
    pub(super) told: Vec<Told>,
}

impl MatchedSection {
    pub(super) fn of(section: &Section) -> Self {
        let mut matched = Self {
            number: section.number,
            matches: Vec::new(),
            told: Vec::new(),
        };
        let mut place = 0;
        for bean in section.beans.iter() {
            matched.look(bean, place);
            place += bean.attributes.len();
        }
        matched
    }

    fn look(&mut self, bean: &Bean, first_place: usize) {
        let named = |name: &str| {
            let mut attributes = bean.attributes.iter();
            attributes.position(|attribute| attribute.path.is_empty() && &*attribute.name == name)
        };
        for row in ROWS.iter().filter(|row| is_of(bean, row)) {
            let Some(place) = named(row.attribute) else {
                continue;
            };
            let weight = if row.combine == Combine::Mean {
                named("Count")
            } else {
                None
            };
            self.matches.push(Match {
                row,
                bean: bean.name().into(),
                place: first_place + place,
                weight_place: weight.map(|place| first_place + place),
            });
        }
        let texts = bean
            .attributes
            .iter()
            .filter_map(|attribute| match &attribute.kind {
                AttributeKind::Text(text) => Some(&**text),
                _ => None,
            });
        self.told
            .extend(texts.filter_map(|text| Told::of(bean, text)));
    }

    /// The counters that it has, as they are kept.
    pub(super) fn delta_names(&self) -> impl Iterator<Item = String> {
        let grown = self
            .matches
            .iter()
            .filter(|found| found.row.combine == Combine::Growth);
        grown.map(Match::delta_name)
    }
}

impl Match {
    /// A property of the bean, unquoted.
    pub(super) fn property(&self, key: &str) -> Option<String> {
        let bean = Bean::new(&self.bean);
        bean.property(key).map(unquoted)
    }

    /// What its counter is kept under.
    pub(super) fn delta_name(&self) -> String {
        format!("{}:{}", self.bean, self.row.attribute)
    }
}

fn is_of(bean: &Bean, row: &Row) -> bool {
    if bean.domain() != row.domain || bean.property("type") != Some(row.bean_type) {
        return false;
    }
    let name = bean.property("name");
    let has_name = if row.name.is_empty() {
        name.is_none()
    } else {
        name == Some(row.name)
    };
    let has_also = row
        .also
        .is_none_or(|(key, value)| bean.property(key) == Some(value));
    if !has_name || !has_also {
        return false;
    }
    match row.keys {
        Keys::Any => true,
        Keys::Only(keys) => {
            let known = 1 + usize::from(name.is_some()) + usize::from(row.also.is_some());
            let has_all = keys.iter().all(|key| bean.property(key).is_some());
            has_all && bean.properties().count() == known + keys.len()
        }
    }
}

/// A value of a property as it was before JMX quoted it.
pub(super) fn unquoted(value: &str) -> String {
    let inner = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'));
    let Some(inner) = inner else {
        return value.to_owned();
    };
    let mut plain = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(char) = chars.next() {
        match (char, char == '\\') {
            (_, true) => match chars.next() {
                Some('n') => plain.push('\n'),
                Some(escaped) => plain.push(escaped),
                None => plain.push('\\'),
            },
            (char, _) => plain.push(char),
        }
    }
    plain
}
