//! A group of beans that come and go together: those of one topic, one listener, one API.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Registry;
use super::attribute::Attribute;
use super::bean::{Bean, Body, Waiting};
use crate::counter::{Allocator, Counter};
use crate::histogram::{Histogram, Histograms};
use crate::name::ObjectName;
use crate::scale::Scale;

/// Beans of a registry, for as long as it lives: dropping it removes them.
///
/// Making a bean takes a lock and allocates, so it belongs to where a topic or a listener is
/// created; what it returns is what the hot path keeps. Gauges are asked while a reader holds the
/// section, so they must not add beans to their own.
pub struct Section {
    registry: Registry,
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) id: u64,
    state: Mutex<State>,
}

pub(crate) struct State {
    pub(crate) beans: Vec<Bean>,
    /// Counters of one section lie side by side.
    counters: Allocator,
    /// The change of the registry at which its names were last other than before.
    pub(crate) number: u64,
    /// Beans were added since.
    pub(crate) dirty: bool,
}

impl Section {
    pub(crate) fn new(registry: Registry, id: u64) -> Self {
        let state = State {
            beans: Vec::new(),
            counters: Allocator::new(),
            number: 0,
            dirty: true,
        };
        let shared = Shared {
            id,
            state: Mutex::new(state),
        };
        let shared = Arc::new(shared);
        Self { registry, shared }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// A Yammer meter: `Count` and rates per second.
    pub fn meter(&self, name: ObjectName) -> Counter {
        self.add_meter(name, Scale::ONE)
    }

    /// A meter whose rates are per nanosecond: marked with nanoseconds, they are a ratio.
    pub fn ratio_meter(&self, name: ObjectName) -> Counter {
        self.add_meter(name, Scale::NANOS_AS_SECONDS)
    }

    /// A meter that appears with its first mark, as Kafka's per-topic meters do.
    pub fn lazy_meter(&self, name: ObjectName) -> Counter {
        self.add_counter(name, |counter| Body::Waiting(Waiting::Meter(counter)))
    }

    /// A Yammer counter: `Count`.
    pub fn counter_bean(&self, name: ObjectName) -> Counter {
        self.add_counter(name, Body::Counter)
    }

    /// A Yammer histogram of values that are multiplied with `scale` when they are read.
    pub fn histogram(&self, name: ObjectName, scale: Scale) -> Histogram {
        self.add_histogram(name, |histogram| Body::histogram(histogram, scale))
    }

    /// Histograms that are recorded together.
    pub fn histograms<const N: usize>(&self, beans: [(ObjectName, Scale); N]) -> Histograms<N> {
        let histograms = Histograms::default();
        for ((name, scale), histogram) in beans.into_iter().zip(histograms.each()) {
            self.shared
                .state()
                .add(name, Body::histogram(histogram, scale));
        }
        histograms
    }

    /// A histogram of values that are nearly always 0: there is one for each value of `of`, and only
    /// others are recorded (`record_unless_zero`), before that of `of`.
    pub fn histogram_over(&self, name: ObjectName, scale: Scale, of: &Histogram) -> Histogram {
        let histogram = Histogram::over(of);
        let body = Body::histogram(histogram.clone(), scale);
        self.shared.state().add(name, body);
        histogram
    }

    /// A histogram that appears with its first value.
    pub fn lazy_histogram(&self, name: ObjectName, scale: Scale) -> Histogram {
        let waiting = |histogram| Body::Waiting(Waiting::Histogram(histogram, scale));
        self.add_histogram(name, waiting)
    }

    /// A Yammer timer: a histogram, and the rates of a meter.
    pub fn timer(&self, name: ObjectName, scale: Scale) -> Histogram {
        let rates = Box::new(self.registry.fresh_rates());
        self.add_histogram(name, |histogram| Body::Timer {
            histogram,
            scale,
            distribution: Box::default(),
            rates,
        })
    }

    /// `Value`, asked for when somebody reads.
    pub fn gauge(&self, name: ObjectName, read: impl Fn() -> f64 + Send + Sync + 'static) {
        let body = Body::Gauge(Box::new(read));
        self.shared.state().add(name, body);
    }

    /// `Value` as a string that seldom changes.
    pub fn text(&self, name: ObjectName, read: impl Fn() -> String + Send + Sync + 'static) {
        let body = Body::Text {
            read: Box::new(read),
            shown: String::new(),
        };
        self.shared.state().add(name, body);
    }

    /// Kafka's own metrics: one bean with attributes in kebab-case.
    pub fn attributes(&self, name: ObjectName, mut attributes: Vec<Attribute>) {
        let ticked_ns = self.registry.ticked_ns();
        attributes.iter_mut().for_each(|a| a.begin(ticked_ns));
        let body = Body::Attributes(attributes);
        self.shared.state().add(name, body);
    }

    fn add_meter(&self, name: ObjectName, unit: Scale) -> Counter {
        let rates = Box::new(self.registry.fresh_rates());
        self.add_counter(name, |counter| Body::Meter {
            counter,
            rates,
            unit,
        })
    }

    fn add_counter(&self, name: ObjectName, body: impl FnOnce(Counter) -> Body) -> Counter {
        let mut state = self.shared.state();
        let counter = state.counters.counter();
        state.add(name, body(counter.clone()));
        counter
    }

    fn add_histogram(&self, name: ObjectName, body: impl FnOnce(Histogram) -> Body) -> Histogram {
        let histogram = Histogram::default();
        self.shared.state().add(name, body(histogram.clone()));
        histogram
    }
}

impl Drop for Section {
    fn drop(&mut self) {
        self.registry.remove(self.shared.id);
    }
}

impl std::fmt::Debug for Section {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Section({})", self.shared.id)
    }
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A gauge that panicked leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add(&mut self, name: ObjectName, body: Body) {
        self.beans.push(Bean { name, body });
        self.dirty = true;
    }
}
