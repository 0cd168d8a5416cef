//! Kafka's own `Rate`, `Avg` and `Max`: samples of 30 s, of which two whole ones count.
//!
//! As `SampledStat` does it: a sample whose last event is older than both windows is emptied, one
//! that overlaps them stays (so there are three), and a rate is divided by the time since the
//! oldest sample began, but at least by one whole window.

/// `metrics.sample.window.ms`.
const WINDOW_NS: u64 = 30_000_000_000;
/// `metrics.num.samples`.
const SAMPLES: usize = 2;
/// A sample that began before the windows and reaches into them is kept as well.
const KEPT: usize = SAMPLES + 1;

/// What was recorded over the last two windows.
#[derive(Debug, Default)]
pub(crate) struct Windows {
    samples: Vec<Sample>,
    current: usize,
    folded_ns: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    began_ns: u64,
    last_ns: u64,
    count: u64,
    sum: f64,
    max: f64,
}

impl Windows {
    /// Nothing was recorded before this moment.
    pub(crate) fn begin(&mut self, now_ns: u64) {
        self.folded_ns.get_or_insert(now_ns);
    }

    /// Takes in `count` events since the last call, with their sum and the largest of them.
    pub(crate) fn record(&mut self, now_ns: u64, count: u64, sum: f64, max: f64) {
        // They belong to the sample in which they may have begun.
        let since_ns = self.folded_ns.replace(now_ns).unwrap_or(now_ns);
        if count == 0 {
            return;
        }
        let fresh = Sample::new(since_ns);
        if self.samples.is_empty() {
            self.samples.push(fresh);
        } else if since_ns.saturating_sub(self.samples[self.current].began_ns) >= WINDOW_NS {
            self.current = (self.current + 1) % KEPT;
            if self.current == self.samples.len() {
                self.samples.push(fresh);
            } else {
                self.samples[self.current] = fresh;
            }
        }
        let sample = &mut self.samples[self.current];
        sample.count += count;
        sample.sum += sum;
        sample.max = sample.max.max(max);
        sample.last_ns = now_ns;
    }

    /// Sum per second.
    pub(crate) fn rate(&mut self, now_ns: u64) -> f64 {
        self.purge(now_ns);
        let sum: f64 = self.samples.iter().map(|sample| sample.sum).sum();
        sum / (self.elapsed_ns(now_ns) as f64 * 1e-9)
    }

    /// The mean; of nothing it is not a number.
    pub(crate) fn average(&mut self, now_ns: u64) -> f64 {
        self.purge(now_ns);
        let sum: f64 = self.samples.iter().map(|sample| sample.sum).sum();
        let count: u64 = self.samples.iter().map(|sample| sample.count).sum();
        if count == 0 {
            return f64::NAN;
        }
        sum / count as f64
    }

    /// The largest; of nothing it is not a number.
    pub(crate) fn max(&mut self, now_ns: u64) -> f64 {
        self.purge(now_ns);
        let filled = self.samples.iter().filter(|sample| sample.count > 0);
        filled.map(|sample| sample.max).fold(f64::NAN, f64::max)
    }

    fn purge(&mut self, now_ns: u64) {
        if self.samples.is_empty() {
            self.samples.push(Sample::new(now_ns));
        }
        for sample in &mut self.samples {
            if now_ns.saturating_sub(sample.last_ns) >= SAMPLES as u64 * WINDOW_NS {
                *sample = Sample::new(now_ns);
            }
        }
    }

    fn elapsed_ns(&self, now_ns: u64) -> u64 {
        let oldest = self.samples.iter().map(|sample| sample.began_ns).min();
        let elapsed = now_ns.saturating_sub(oldest.unwrap_or(now_ns));
        let missing = (SAMPLES as u64 - 1).saturating_sub(elapsed / WINDOW_NS);
        // Kafka takes at least a millisecond, so that nothing is divided by zero.
        (elapsed + missing * WINDOW_NS).max(1_000_000)
    }
}

impl Sample {
    fn new(now_ns: u64) -> Self {
        Self {
            began_ns: now_ns,
            last_ns: now_ns,
            count: 0,
            sum: 0.0,
            max: f64::NEG_INFINITY,
        }
    }
}

#[cfg(test)]
mod tests;
