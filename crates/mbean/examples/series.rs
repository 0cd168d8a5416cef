//! Feeds a series of events from stdin to a registry and checks what that shows against what the
//! same series of events gave elsewhere; `cargo xtask test --only yammer` writes the series.
//!
//! ```text
//! scenario NAME          a fresh registry, its clock at 0
//! at MILLISECOND         the clock moves
//! mark N | record N…     a meter counts, a histogram records
//! tick                   what the owner of a registry does every 5 s
//! expect ATTRIBUTE LOW HIGH    what a reader must see: a value within these, or NaN
//! ```

use std::collections::HashMap;
use std::io::{self, BufRead};
use std::process::ExitCode;

use mbean::wire::{Mirror, decode};
use mbean::{Attribute, Counter, Histogram, ObjectName, Recent, Registry, Scale, Section};

struct Scenario {
    name: String,
    now_ns: u64,
    registry: Registry,
    meter: Counter,
    histogram: Histogram,
    recent: Recent,
    /// What a reader sees at this moment.
    seen: Option<HashMap<String, f64>>,
    _section: Section,
}

impl Scenario {
    fn new(name: &str) -> Self {
        let registry = Registry::new(0);
        let section = registry.section();
        let meter = section.meter(ObjectName::new("d", "Meter"));
        let histogram = section.histogram(ObjectName::new("d", "Histogram"), Scale::ONE);
        let recent = Recent::default();
        section.attributes(
            ObjectName::new("d", "kafka"),
            vec![
                Attribute::rate("rate", "", &meter),
                Attribute::avg("avg", "", &recent),
                Attribute::max("max", "", &recent),
            ],
        );
        Self {
            name: name.to_owned(),
            now_ns: 0,
            registry,
            meter,
            histogram,
            recent,
            seen: None,
            _section: section,
        }
    }

    fn see(&mut self) -> HashMap<String, f64> {
        let mut mirror = Mirror::default();
        let bytes = self.registry.snapshot(None, self.now_ns);
        if let Ok(snapshot) = decode(&bytes) {
            mirror.apply(snapshot).ok();
        }
        let mut seen = HashMap::new();
        for section in mirror.sections() {
            let attributes = section.beans.iter().flat_map(|bean| {
                let kind = bean.name.property("type").unwrap_or_default();
                let names = bean.attributes.iter();
                names.map(move |info| format!("{kind}.{}", info.name))
            });
            seen.extend(attributes.zip(section.values.iter().copied()));
        }
        seen
    }

    /// Carries one line out; a line that is not understood is a failure as well.
    fn step(&mut self, line: &str) -> Result<(), String> {
        let mut words = line.split(' ');
        let verb = words.next().unwrap_or_default();
        if verb == "expect" {
            return self.expect(words.next().unwrap_or_default(), words);
        }
        self.seen = None;
        let numbers = words.map(str::parse).collect::<Result<Vec<u64>, _>>();
        let numbers = numbers.map_err(|error| format!("{line}: {error}"))?;
        match (verb, numbers.as_slice()) {
            ("at", [millisecond]) => self.now_ns = millisecond * 1_000_000,
            ("mark", [n]) => self.meter.add(*n),
            ("record", values) => values.iter().for_each(|value| {
                self.histogram.record(*value);
                self.recent.record(*value);
            }),
            ("tick", []) => self.registry.tick(self.now_ns),
            _ => return Err(format!("{line}: what is that?")),
        }
        Ok(())
    }

    fn expect<'a>(
        &mut self,
        attribute: &str,
        bounds: impl Iterator<Item = &'a str>,
    ) -> Result<(), String> {
        let seen = match self.seen.take() {
            Some(seen) => seen,
            None => self.see(),
        };
        let value = seen.get(attribute).copied();
        self.seen = Some(seen);
        let bounds: Vec<f64> = bounds.filter_map(|word| word.parse().ok()).collect();
        let is_within = match (value, bounds.as_slice()) {
            (Some(value), [low, high]) if low.is_nan() && high.is_nan() => value.is_nan(),
            (Some(value), [low, high]) => *low <= value && value <= *high,
            _ => false,
        };
        let second = self.now_ns / 1_000_000_000;
        let scenario = &self.name;
        if is_within {
            return Ok(());
        }
        Err(format!(
            "{scenario} at {second} s: {attribute} is {value:?}, not {bounds:?}"
        ))
    }
}

fn main() -> io::Result<ExitCode> {
    let mut scenario = Scenario::new("none");
    let (mut expectations, mut failures) = (0, 0);
    for line in io::stdin().lock().lines() {
        let line = line?;
        if let Some(name) = line.strip_prefix("scenario ") {
            scenario = Scenario::new(name);
            continue;
        }
        expectations += u32::from(line.starts_with("expect "));
        if let Err(what) = scenario.step(&line) {
            failures += 1;
            println!("{what}");
        }
    }
    println!("{expectations} expectations, {failures} failures");
    Ok(if failures == 0 && expectations > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
