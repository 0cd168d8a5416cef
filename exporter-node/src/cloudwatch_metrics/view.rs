//! One collection, as the table asks it.

use cloudwatch::Deltas;
use exposition::{Family, Sample};

use super::broker::Usage;
use super::places::Asked;

/// Everything that was found in one period.
pub(super) struct View<'a> {
    /// Of all collectors that are on.
    pub families: &'a [Family],
    /// The filesystems that were named.
    pub places: Asked,
    /// What the broker's process has taken.
    pub broker: Usage,
}

impl View<'_> {
    /// The samples of a family; none where its collector is off or has no data.
    fn samples(&self, family: &str) -> &[Sample] {
        let mut families = self.families.iter();
        let found = families.find(|found| found.name == family);
        found.map_or(&[], |found| &found.samples)
    }

    /// A family of one sample.
    pub fn value(&self, family: &str) -> Option<f64> {
        self.samples(family).first().map(|sample| sample.value)
    }

    /// The sum over the samples that `is_wanted`; `None` where there is none.
    pub fn sum(&self, family: &str, is_wanted: impl Fn(&Sample) -> bool) -> Option<f64> {
        let samples = self.samples(family).iter();
        let mut values = samples.filter(|sample| is_wanted(sample)).map(|s| s.value);
        let first = values.next()?;
        Some(values.fold(first, |sum, value| sum + value))
    }

    /// What the seconds of these modes are of those of all, in percent, over the period.
    pub fn cpu_percent(&self, deltas: &mut Deltas, metric: &str, modes: &[&str]) -> Option<f64> {
        let family = "node_cpu_seconds_total";
        let of_modes = |sample: &Sample| modes.iter().any(|mode| label(sample, "mode") == *mode);
        let spent = self.sum(family, of_modes)?;
        let all = self.sum(family, |_| true)?;
        let spent = deltas.take(metric, spent);
        let all = deltas.take(&format!("{metric} of all"), all);
        let (spent, all) = (spent?, all?);
        (all > 0.0).then(|| spent / all * 100.0)
    }

    /// What a counter of all interfaces but the loopback grew by.
    pub fn network(&self, deltas: &mut Deltas, family: &str) -> Option<f64> {
        let sum = self.sum(family, |sample| label(sample, "device") != "lo")?;
        deltas.take(family, sum)
    }

    /// A gauge of the data's volume.
    pub fn volume(&self, family: &str) -> Option<f64> {
        let device = self.places.device.as_deref()?;
        self.sum(family, |sample| label(sample, "device") == device)
    }

    /// What a counter of the data's volume grew by.
    pub fn volume_delta(&self, deltas: &mut Deltas, family: &str) -> Option<f64> {
        let counter = self.volume(family)?;
        deltas.take(family, counter)
    }
}

fn label<'a>(sample: &'a Sample, name: &str) -> &'a str {
    let mut labels = sample.labels.iter();
    let found = labels.find(|(found, _)| found == name);
    found.map_or("", |(_, value)| value)
}
