//! Yammer's meter: the mean rate since the beginning, and moving averages over 1, 5 and 15 minutes.
//!
//! Yammer ticks every 5 s with α = 1 − e^(−5 s / m); here α follows from the time that really
//! passed, which is the same at 5 s, and right after a stall too: what was counted in a long
//! interval is spread over all of it.

use super::seconds_between;

/// Time constants of the three averages, in seconds.
const MINUTES: [f64; 3] = [60.0, 300.0, 900.0];
/// Two ticks closer than this are one: the rate of a moment says nothing.
const INTERVAL_MIN_SECONDS: f64 = 0.5;

/// The rates of one counter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rates {
    born_ns: u64,
    ticked_ns: u64,
    counted: u64,
    phase: Phase,
    per_second: [f64; 3],
}

/// Until the first tick that sets the averages.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// It exists since `born_ns`: the first tick knows how long it counted.
    Born,
    /// It appeared somewhere between two ticks: the next one knows how long it counted.
    Appeared,
    /// One whole interval lies ahead; what was counted before belongs to a part of another.
    Partial {
        before: f64,
    },
    Running,
}

impl Rates {
    /// Of a counter that exists since `now_ns` exactly.
    pub(crate) fn born(now_ns: u64) -> Self {
        Self {
            born_ns: now_ns,
            ticked_ns: now_ns,
            counted: 0,
            phase: Phase::Born,
            per_second: [0.0; 3],
        }
    }

    /// Of a counter that appeared at some moment after the tick at `ticked_ns`.
    pub(crate) fn appeared(ticked_ns: u64) -> Self {
        Self {
            phase: Phase::Appeared,
            ..Self::born(ticked_ns)
        }
    }

    pub(crate) fn tick(&mut self, now_ns: u64, count: u64) {
        let interval = seconds_between(self.ticked_ns, now_ns);
        if interval < INTERVAL_MIN_SECONDS {
            return;
        }
        let delta = count.saturating_sub(self.counted) as f64;
        let instant = delta / interval;
        match self.phase {
            Phase::Appeared => {
                // `counted` stays: the next tick takes both intervals into account.
                self.phase = Phase::Partial { before: delta };
                self.ticked_ns = now_ns;
                return;
            }
            Phase::Partial { before } => {
                // A steady stream gives its rate whenever it began; a burst that is over before the
                // first tick is not lost.
                let rate = ((delta - before) / interval).max(delta / (2.0 * interval));
                self.per_second = [rate; 3];
            }
            Phase::Born => self.per_second = [instant; 3],
            Phase::Running => {
                for (rate, seconds) in self.per_second.iter_mut().zip(MINUTES) {
                    *rate += -(-interval / seconds).exp_m1() * (instant - *rate);
                }
            }
        }
        self.phase = Phase::Running;
        self.ticked_ns = now_ns;
        self.counted = count;
    }

    /// `MeanRate`: per second since the beginning.
    pub(crate) fn mean(&self, now_ns: u64, count: u64) -> f64 {
        let lifetime = seconds_between(self.born_ns, now_ns);
        if count == 0 || lifetime == 0.0 {
            return 0.0;
        }
        count as f64 / lifetime
    }

    /// The averages over 1, 5 and 15 minutes, per second.
    pub(crate) fn moving(&self) -> [f64; 3] {
        match self.phase {
            Phase::Running => self.per_second,
            Phase::Born | Phase::Appeared | Phase::Partial { .. } => [0.0; 3],
        }
    }
}

#[cfg(test)]
mod tests;
