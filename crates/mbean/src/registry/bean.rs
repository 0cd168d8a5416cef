//! One bean of a section: its name, and how its values are read.

use std::mem;

use super::attribute::Attribute;
use super::kind::BeanKind;
use crate::counter::Counter;
use crate::histogram::Histogram;
use crate::name::ObjectName;
use crate::reading::distribution::Distribution;
use crate::reading::rates::Rates;
use crate::scale::Scale;

pub(crate) struct Bean {
    pub(crate) name: ObjectName,
    pub(crate) body: Body,
}

/// What a reader remembers is boxed: there may be a hundred thousand that were never marked.
pub(crate) enum Body {
    /// It is not shown before its first mark.
    Waiting(Waiting),
    Gauge(Box<dyn Fn() -> f64 + Send + Sync>),
    Text {
        read: Box<dyn Fn() -> String + Send + Sync>,
        shown: String,
    },
    Counter(Counter),
    Meter {
        counter: Counter,
        rates: Box<Rates>,
        /// What the rates per second are multiplied with.
        unit: Scale,
    },
    Histogram {
        histogram: Histogram,
        scale: Scale,
        distribution: Box<Distribution>,
    },
    Timer {
        histogram: Histogram,
        scale: Scale,
        distribution: Box<Distribution>,
        rates: Box<Rates>,
    },
    Attributes(Vec<Attribute>),
}

pub(crate) enum Waiting {
    Meter(Counter),
    Histogram(Histogram, Scale),
}

impl Bean {
    pub(crate) fn is_shown(&self) -> bool {
        !matches!(self.body, Body::Waiting(_))
    }

    pub(crate) fn kind(&self) -> BeanKind {
        match &self.body {
            Body::Waiting(Waiting::Meter(_)) | Body::Meter { .. } => BeanKind::Meter,
            Body::Waiting(Waiting::Histogram(..)) | Body::Histogram { .. } => BeanKind::Histogram,
            Body::Gauge(_) => BeanKind::Gauge,
            Body::Text { .. } => BeanKind::Text,
            Body::Counter(_) => BeanKind::Counter,
            Body::Timer { .. } => BeanKind::Timer,
            Body::Attributes(_) => BeanKind::Attributes,
        }
    }

    /// Shows a waiting bean that has its first mark by now (the last tick was at `ticked_ns`): was
    /// it so?
    pub(crate) fn appear(&mut self, ticked_ns: u64) -> bool {
        self.body = match &self.body {
            Body::Waiting(Waiting::Meter(counter)) if counter.count() > 0 => Body::Meter {
                counter: counter.clone(),
                rates: Box::new(Rates::appeared(ticked_ns)),
                unit: Scale::ONE,
            },
            Body::Waiting(Waiting::Histogram(histogram, scale)) if histogram.count() > 0 => {
                Body::histogram(histogram.clone(), *scale)
            }
            _ => return false,
        };
        true
    }

    /// Asks for strings again: is one other than before?
    pub(crate) fn refresh(&mut self) -> bool {
        match &mut self.body {
            Body::Text { read, shown } => {
                let before = mem::replace(shown, read());
                before != *shown
            }
            Body::Attributes(attributes) => {
                let each = attributes.iter_mut();
                each.fold(false, |changed, attribute| changed | attribute.refresh())
            }
            _ => false,
        }
    }

    /// Brings rates and percentiles up to date.
    pub(crate) fn tick(&mut self, now_ns: u64) {
        match &mut self.body {
            Body::Waiting(_) | Body::Gauge(_) | Body::Text { .. } | Body::Counter(_) => {}
            Body::Meter { counter, rates, .. } => rates.tick(now_ns, counter.count()),
            Body::Histogram {
                histogram,
                distribution,
                ..
            } => distribution.fold(now_ns, histogram),
            Body::Timer {
                histogram,
                distribution,
                rates,
                ..
            } => {
                distribution.fold(now_ns, histogram);
                rates.tick(now_ns, histogram.count());
            }
            Body::Attributes(attributes) => {
                for attribute in attributes {
                    attribute.tick(now_ns);
                }
            }
        }
    }

    /// Its values, in the order of its attributes.
    pub(crate) fn read(&mut self, now_ns: u64, values: &mut Vec<f64>) {
        match &mut self.body {
            Body::Waiting(_) => {}
            Body::Gauge(read) => values.push(read()),
            Body::Text { .. } => values.push(f64::NAN),
            Body::Counter(counter) => values.push(counter.count() as f64),
            Body::Meter {
                counter,
                rates,
                unit,
            } => {
                let count = counter.count();
                values.push(count as f64);
                push_rates(rates, now_ns, count, *unit, values);
            }
            Body::Histogram {
                histogram,
                scale,
                distribution,
            } => push_distribution(histogram, *scale, distribution, now_ns, values),
            Body::Timer {
                histogram,
                scale,
                distribution,
                rates,
            } => {
                push_distribution(histogram, *scale, distribution, now_ns, values);
                push_rates(rates, now_ns, histogram.count(), Scale::ONE, values);
            }
            Body::Attributes(attributes) => {
                for attribute in attributes {
                    attribute.tick(now_ns);
                    values.push(attribute.value(now_ns));
                }
            }
        }
    }
}

impl Body {
    pub(crate) fn histogram(histogram: Histogram, scale: Scale) -> Self {
        Self::Histogram {
            histogram,
            scale,
            distribution: Box::default(),
        }
    }
}

fn push_rates(rates: &Rates, now_ns: u64, count: u64, unit: Scale, values: &mut Vec<f64>) {
    values.push(unit.of(rates.mean(now_ns, count)));
    values.extend(rates.moving().map(|rate| unit.of(rate)));
}

/// `Count`, `Max`, `Min`, `Mean`, `StdDev` of all time, 0 where there was nothing; percentiles.
fn push_distribution(
    histogram: &Histogram,
    scale: Scale,
    distribution: &mut Distribution,
    now_ns: u64,
    values: &mut Vec<f64>,
) {
    distribution.fold(now_ns, histogram);
    let totals = histogram.totals();
    values.push(totals.count as f64);
    values.extend(totals.moments().map(|value| scale.of(value)));
    values.extend(distribution.quantiles().map(|value| scale.of(value)));
}
