//! What became of numbered lines at one service: how often each came, which did not come at all, and what
//! came that was never written.
//!
//! Events of several writers are told apart; the order is that of acceptance, and a line is out of order
//! if a later one of its writer came for the first time before it did.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::numbered::{Found, Number, read};

/// Numbers beyond this are foreign: a stray digit must not take gigabytes.
const SEQUENCES_MAX: u32 = 200_000_000;
/// Ranges of missing numbers, and texts, that are told word by word.
const TOLD_MAX: usize = 20;
/// How much of a text is told.
const TEXT_BYTES_TOLD: usize = 160;

/// Counts of one service.
#[derive(Clone, Debug, Default)]
pub struct Oracle {
    writers: BTreeMap<u8, Writer>,
    faults: Faults,
}

/// What came that was not written so.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Faults {
    /// Ends too early.
    pub torn: u64,
    /// Has another checksum.
    pub altered: u64,
    /// Is no numbered line.
    pub foreign: u64,
    /// The first of them.
    pub examples: Vec<String>,
}

#[derive(Clone, Debug, Default)]
struct Writer {
    times: Vec<u8>,
    distinct: u64,
    duplicates: u64,
    out_of_order: u64,
}

/// What became of what one writer wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// By how many numbers, from 0 on.
    pub written: u32,
    /// How many came.
    pub distinct: u64,
    /// How many did not.
    pub missing: u64,
    /// The first of them, from and to, both included.
    pub missing_ranges: Vec<(u32, u32)>,
    /// How many came again.
    pub duplicates: u64,
    /// How many came for the first time after a later one.
    pub out_of_order: u64,
}

impl Oracle {
    /// Looks at what arrived: one event, or many with line ends between them, or JSON objects whose
    /// `message` is the event. Gives how many events it found.
    pub fn observe(&mut self, text: &[u8]) -> u64 {
        let mut rest = text;
        let mut events = 0;
        while !rest.is_empty() {
            let used = if rest.first() == Some(&b'{') {
                let end = line_end(rest);
                let line = rest.get(..end).unwrap_or(rest);
                match message(line) {
                    Some(message) => events += self.observe(message.as_bytes()),
                    None => self.fault(line, |faults| &mut faults.foreign),
                }
                end
            } else {
                let (used, event) = self.observe_event(rest);
                events += u64::from(event);
                used
            };
            rest = rest.get(used + 1..).unwrap_or_default();
        }
        events
    }

    /// One event at the beginning of the text; gives where the next begins, but for the line end.
    fn observe_event(&mut self, text: &[u8]) -> (usize, bool) {
        match read(text) {
            Found::Event(number, bytes) if number.sequence < SEQUENCES_MAX => {
                self.writers.entry(number.writer).or_default().add(number);
                (bytes, true)
            }
            Found::Event(..) | Found::Foreign => {
                self.fault(text, |faults| &mut faults.foreign);
                (next_event(text), false)
            }
            Found::Altered(_) => {
                self.fault(text, |faults| &mut faults.altered);
                (next_event(text), false)
            }
            Found::Torn(_) => {
                self.fault(text, |faults| &mut faults.torn);
                (next_event(text), false)
            }
        }
    }

    fn fault(&mut self, text: &[u8], count: impl Fn(&mut Faults) -> &mut u64) {
        *count(&mut self.faults) += 1;
        if self.faults.examples.len() < TOLD_MAX {
            let told = text.get(..TEXT_BYTES_TOLD).unwrap_or(text);
            let told = String::from_utf8_lossy(told).into_owned();
            self.faults.examples.push(told);
        }
    }

    /// What came that was not written so.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Who was seen, and by how many numbers they were seen at least.
    pub fn seen(&self) -> BTreeMap<u8, u32> {
        let writers = self.writers.iter();
        writers
            .map(|(writer, seen)| (*writer, u32::try_from(seen.times.len()).unwrap_or(u32::MAX)))
            .collect()
    }

    /// What became of the first `written` numbers of a writer.
    pub fn tally(&self, writer: u8, written: u32) -> Tally {
        let none = Writer::default();
        let seen = self.writers.get(&writer).unwrap_or(&none);
        let mut missing_ranges: Vec<(u32, u32)> = Vec::new();
        let mut missing = 0;
        for sequence in 0..written {
            if seen
                .times
                .get(sequence as usize)
                .is_some_and(|times| *times > 0)
            {
                continue;
            }
            missing += 1;
            let told = missing_ranges.len();
            match missing_ranges.last_mut() {
                Some((_, last)) if *last + 1 == sequence => *last = sequence,
                _ if told < TOLD_MAX => missing_ranges.push((sequence, sequence)),
                _ => {}
            }
        }
        Tally {
            written,
            distinct: seen.distinct,
            missing,
            missing_ranges,
            duplicates: seen.duplicates,
            out_of_order: seen.out_of_order,
        }
    }
}

impl Writer {
    fn add(&mut self, number: Number) {
        let place = number.sequence as usize;
        let later_came = place < self.times.len();
        if !later_came {
            self.times.resize(place + 1, 0);
        }
        if let Some(times) = self.times.get_mut(place) {
            if *times == 0 {
                self.distinct += 1;
                self.out_of_order += u64::from(later_came);
            } else {
                self.duplicates += 1;
            }
            *times = times.saturating_add(1);
        }
    }
}

fn line_end(text: &[u8]) -> usize {
    let end = text.iter().position(|byte| *byte == b'\n');
    end.unwrap_or(text.len())
}

/// Where the line end before the next event is, or the end of the text.
fn next_event(text: &[u8]) -> usize {
    let end = text
        .windows(2)
        .position(|two| two == b"\n[" || two == b"\n{");
    end.unwrap_or(text.len())
}

fn message(line: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(line).ok()?;
    value.get("message")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests;
