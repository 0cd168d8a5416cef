//! Thousands of like gauges that somebody else keeps, such as those of all partitions: their names
//! are made only when a reader lacks them.

use std::collections::HashMap;

use crate::name::ObjectName;

/// Who keeps the gauges. One call gives names and values together, so they cannot disagree.
///
/// ```ignore
/// for topic in topics.iter() {
///     if rows.section(topic.id, topic.generation) {
///         topic.partitions.iter().for_each(|p| rows.gauge(size_name(p)));
///     }
///     topic.partitions.iter().for_each(|p| rows.value(p.size()));
/// }
/// ```
pub trait Collection: Send + Sync {
    /// Gives every row once, section by section.
    fn read(&self, rows: &mut Rows<'_>);
}

/// Takes the rows of a collection.
pub struct Rows<'a> {
    known: &'a mut HashMap<u64, Known>,
    /// Sections whose number is larger are new to whoever reads.
    since: u64,
    round: u64,
    change: &'a mut u64,
    next_id: &'a mut dyn FnMut() -> u64,
    open: Option<Open>,
    emit: &'a mut dyn FnMut(Emitted<'_>),
    names: Vec<ObjectName>,
    values: Vec<f64>,
}

/// What is remembered of a section of a collection.
pub(crate) struct Known {
    id: u64,
    generation: u64,
    number: u64,
    rows: usize,
    /// The last reading that had it.
    round: u64,
}

struct Open {
    key: u64,
    generation: u64,
    wants_names: bool,
    /// The names are other than before.
    is_new: bool,
}

/// A section that is complete.
pub(crate) struct Emitted<'a> {
    pub(crate) id: u64,
    pub(crate) number: u64,
    pub(crate) names: Option<&'a [ObjectName]>,
    pub(crate) values: &'a [f64],
}

/// What the sections of one collection were when it was last read.
#[derive(Default)]
pub(crate) struct Memory {
    known: HashMap<u64, Known>,
    round: u64,
}

impl Memory {
    /// Reads the collection for a reader that knows all changes up to `since`.
    pub(crate) fn read(
        &mut self,
        collection: &dyn Collection,
        since: u64,
        change: &mut u64,
        next_id: &mut dyn FnMut() -> u64,
        emit: &mut dyn FnMut(Emitted<'_>),
    ) {
        self.round += 1;
        let round = self.round;
        let mut rows = Rows {
            known: &mut self.known,
            since,
            round,
            change,
            next_id,
            open: None,
            emit,
            names: Vec::new(),
            values: Vec::new(),
        };
        collection.read(&mut rows);
        rows.close();
        self.known.retain(|_, known| known.round == round);
    }
}

impl Rows<'_> {
    /// Begins the rows of one group (a topic), which the collection tells apart by `key`; its
    /// `generation` changes whenever its names or their order do. Where it answers true, every
    /// value needs its name (`gauge`), in the order of the values.
    ///
    /// A group whose names and values differ in number is left out of this reading.
    pub fn section(&mut self, key: u64, generation: u64) -> bool {
        self.close();
        let known = self.known.get(&key);
        let is_new = known.is_none_or(|known| known.generation != generation);
        let wants_names = is_new || known.is_some_and(|known| known.number > self.since);
        self.open = Some(Open {
            key,
            generation,
            wants_names,
            is_new,
        });
        wants_names
    }

    /// The name of the next row that has none yet; its attribute is `Value`.
    pub fn gauge(&mut self, name: ObjectName) {
        self.names.push(name);
    }

    /// The value of the next row.
    pub fn value(&mut self, value: f64) {
        self.values.push(value);
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            self.emit(&open);
        }
        self.names.clear();
        self.values.clear();
    }

    fn emit(&mut self, open: &Open) {
        let rows = self.values.len();
        let is_whole = if open.wants_names {
            self.names.len() == rows
        } else {
            self.known
                .get(&open.key)
                .is_some_and(|known| known.rows == rows)
        };
        if !is_whole {
            self.known.remove(&open.key);
            return;
        }
        if open.is_new {
            *self.change += 1;
        }
        let number = *self.change;
        let next_id = &mut self.next_id;
        let known = self.known.entry(open.key).or_insert_with(|| Known {
            id: next_id(),
            generation: open.generation,
            number,
            rows,
            round: 0,
        });
        known.round = self.round;
        known.rows = rows;
        if open.is_new {
            known.generation = open.generation;
            known.number = number;
        }
        (self.emit)(Emitted {
            id: known.id,
            number: known.number,
            names: open.wants_names.then_some(self.names.as_slice()),
            values: &self.values,
        });
    }
}
