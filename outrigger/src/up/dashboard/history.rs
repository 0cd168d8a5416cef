//! What the panels showed since the start: every moment of the last hour, and minutes of a day.
//!
//! Bounded: a panel has so many series and a series so many values; where a new series is larger
//! than the smallest that is kept, it takes its place.

use super::figures::Figures;
use super::panel::Panel;
use std::collections::VecDeque;

/// One hour of a figure every 5 s.
const FINE_VALUES: usize = 720;
/// One day of minutes.
const COARSE_VALUES: usize = 1440;
/// Twice what a panel shows, so that few are forgotten that come back.
const SERIES_MAX: usize = 16;

/// How finely one looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// Every moment.
    Fine,
    /// The mean of every minute.
    Coarse,
}

/// Of all panels.
#[derive(Debug)]
pub(super) struct History {
    fine: Ring,
    coarse: Ring,
    /// The minute that is not over, in seconds since 1970.
    minute: Option<f64>,
}

/// Values of one resolution.
#[derive(Debug)]
pub(super) struct Ring {
    capacity: usize,
    /// Seconds since 1970.
    times: VecDeque<f64>,
    panels: Vec<Vec<Series>>,
}

/// Not a number where there was none.
#[derive(Debug)]
struct Series {
    name: String,
    values: VecDeque<f64>,
}

/// A series from some moment on.
pub(super) struct Part<'a> {
    pub(super) name: &'a str,
    pub(super) values: Vec<Option<f64>>,
}

impl History {
    pub(super) fn new(panels: &[Panel]) -> Self {
        Self {
            fine: Ring::new(panels.len(), FINE_VALUES),
            coarse: Ring::new(panels.len(), COARSE_VALUES),
            minute: None,
        }
    }

    /// Adds a moment; `figures` are in the order of the panels.
    pub(super) fn push(&mut self, time: f64, figures: &[Figures]) {
        let minute = (time / 60.0).floor() * 60.0;
        match self.minute {
            // It is added when the next has begun.
            Some(begun) if minute > begun => {
                let means = self.fine.means(begun, minute);
                self.coarse.push(begun, &means);
                self.minute = Some(minute);
            }
            Some(_) => {}
            None => self.minute = Some(minute),
        }
        self.fine.push(time, figures);
    }

    pub(super) fn ring(&self, span: Span) -> &Ring {
        match span {
            Span::Fine => &self.fine,
            Span::Coarse => &self.coarse,
        }
    }
}

impl Ring {
    fn new(panels: usize, capacity: usize) -> Self {
        Self {
            capacity,
            times: VecDeque::new(),
            panels: (0..panels).map(|_| Vec::new()).collect(),
        }
    }

    /// The moments after `since`.
    pub(super) fn times(&self, since: f64) -> Vec<f64> {
        let after = self.times.iter().filter(|time| **time > since);
        after.copied().collect()
    }

    /// The series of a panel after `since`, those that had a value.
    pub(super) fn panel(&self, panel: usize, since: f64) -> Vec<Part<'_>> {
        let skipped = self.times.iter().filter(|time| **time <= since).count();
        let series = self.panels.get(panel).into_iter().flatten();
        let parts = series.map(|series| {
            let values = series.values.iter().skip(skipped);
            Part {
                name: &series.name,
                values: values
                    .map(|value| value.is_finite().then_some(*value))
                    .collect(),
            }
        });
        parts
            .filter(|part| part.values.iter().any(Option::is_some))
            .collect()
    }

    fn push(&mut self, time: f64, figures: &[Figures]) {
        if self.times.len() == self.capacity {
            self.times.pop_front();
        }
        self.times.push_back(time);
        for (panel, figures) in self.panels.iter_mut().zip(figures) {
            for series in panel.iter_mut() {
                if series.values.len() == self.capacity {
                    series.values.pop_front();
                }
                series.values.push_back(f64::NAN);
            }
            for (name, value) in figures {
                if let Some(series) = place(panel, name, *value, self.times.len())
                    && let Some(last) = series.values.back_mut()
                {
                    *last = *value;
                }
            }
            panel.retain(|series| series.values.iter().any(|value| value.is_finite()));
        }
    }

    /// The mean of each series from one time to another.
    fn means(&self, from: f64, until: f64) -> Vec<Figures> {
        let within = |time: &f64| (from..until).contains(time);
        let mean = |series: &Series| {
            let pairs = self.times.iter().zip(&series.values);
            let values = pairs.filter(|(time, value)| within(time) && value.is_finite());
            let (count, sum) =
                values.fold((0.0, 0.0), |(n, sum), (_, value)| (n + 1.0, sum + value));
            (count > 0.0).then(|| (series.name.clone(), sum / count))
        };
        let panels = self.panels.iter();
        panels
            .map(|panel| panel.iter().filter_map(mean).collect())
            .collect()
    }
}

/// The series of this name; a new one where there is room, or where it is larger than another.
fn place<'a>(
    panel: &'a mut Vec<Series>,
    name: &str,
    value: f64,
    values: usize,
) -> Option<&'a mut Series> {
    if let Some(at) = panel.iter().position(|series| series.name == name) {
        return panel.get_mut(at);
    }
    if panel.len() >= SERIES_MAX {
        let last = |series: &Series| {
            let finite = series.values.iter().rev().find(|value| value.is_finite());
            finite.copied().unwrap_or(f64::NEG_INFINITY)
        };
        let lasts = panel.iter().map(last).enumerate();
        let (at, smallest) = lasts.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
        if smallest >= value {
            return None;
        }
        panel.swap_remove(at);
    }
    panel.push(Series {
        name: name.to_owned(),
        values: std::iter::repeat_n(f64::NAN, values).collect(),
    });
    panel.last_mut()
}

#[cfg(test)]
mod tests;
