//! A directory of logs, a state directory, and a sink that answers as it was told and remembers what it took.

use std::collections::VecDeque;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::tz::TimeZone;
use prometheus::Registry;
use service::Clock;
use tempfile::TempDir;
use tokio::sync::Semaphore;

use crate::batch::{Batch, Limits};
use crate::checkpoint::Store;
use crate::dead_letter::DeadLetters;
use crate::delivery::budget::Budget;
use crate::delivery::{Delivery, Parts};
use crate::event::{Framing, Multiline};
use crate::input::{Catalogue, InputSettings};
use crate::metrics::{Metrics, SinkFigures};
use crate::sink::{Origin, Outcome, Rejection, Sending, Sink, Trouble, TroubleClass};

/// Long enough for a machine that builds beside.
const PATIENCE: Duration = Duration::from_secs(60);
const TURN: Duration = Duration::from_millis(5);

/// What the sink answers to one request.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    Take,
    Reject(Vec<usize>, Rejection),
    Leave(Vec<usize>),
    Fail(TroubleClass),
    /// It takes them, and nobody hears of it.
    TakeUnheard,
    /// Nothing is heard for ever.
    Hang,
    /// It panics.
    Break,
}

/// Answers as it was told, and takes everything once there is nothing more to say.
pub(super) struct Scripted {
    pub(super) limits: Limits,
    script: Mutex<VecDeque<Answer>>,
    /// Answers in any case where the text holds this.
    poison: Option<(&'static str, TroubleClass)>,
    taken: Mutex<Vec<Vec<String>>>,
    requests: Mutex<Vec<Request>>,
    /// With names for what it makes; those that it has.
    names: Option<Mutex<Vec<Arc<str>>>>,
    /// Waits for a permit for each request.
    pub(super) gate: Option<Semaphore>,
    by_log: bool,
}

/// The name of a request and its events.
pub(super) type Request = (Option<Arc<str>>, Vec<String>);

pub(super) const LIMITS: Limits = Limits {
    events_max: 10,
    bytes_max: 1 << 20,
    event_overhead_bytes: 26,
    event_bytes_max: 1 << 18,
    span_ms_max: 24 * 3600 * 1000,
    linger_ms: 5,
};

impl Scripted {
    pub(super) fn new(script: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            limits: LIMITS,
            script: Mutex::new(script.into_iter().collect()),
            poison: None,
            taken: Mutex::default(),
            requests: Mutex::default(),
            names: None,
            gate: None,
            by_log: false,
        }
    }

    pub(super) fn poisoned(mut self, text: &'static str, class: TroubleClass) -> Self {
        self.poison = Some((text, class));
        self
    }

    pub(super) fn with_names(mut self) -> Self {
        self.names = Some(Mutex::default());
        self
    }

    /// One destination for each log.
    pub(super) fn by_log(mut self) -> Self {
        self.by_log = true;
        self
    }

    pub(super) fn gated(mut self) -> Self {
        self.gate = Some(Semaphore::new(0));
        self
    }

    /// All that it took, in order of arrival.
    pub(super) fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().concat()
    }

    /// The same in the order of their text, each once.
    pub(super) fn distinct(&self) -> Vec<String> {
        let mut taken = self.taken();
        taken.sort();
        taken.dedup();
        taken
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    fn take(&self, batch: &Batch, texts: Vec<String>) {
        if let (Some(names), Some(name)) = (&self.names, &batch.plan) {
            let mut names = names.lock().unwrap();
            if names.contains(name) {
                return;
            }
            names.push(Arc::clone(name));
        }
        self.taken.lock().unwrap().push(texts);
    }

    async fn answer(&self, batch: &Batch) -> Outcome {
        let texts: Vec<String> = batch
            .events()
            .iter()
            .map(|event| String::from_utf8_lossy(batch.text(event)).into_owned())
            .collect();
        self.requests
            .lock()
            .unwrap()
            .push((batch.plan.clone(), texts.clone()));
        if let Some(gate) = &self.gate {
            gate.acquire().await.unwrap().forget();
        }
        if let Some((poison, class)) = self.poison
            && texts.iter().any(|text| text.contains(poison))
        {
            return Outcome::Failed(trouble(class));
        }
        let answer = self
            .script
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or(Answer::Take);
        let without = |left: &[usize]| {
            let texts = texts.iter().enumerate();
            let kept = texts.filter(|(index, _)| !left.contains(index));
            kept.map(|(_, text)| text.clone()).collect()
        };
        match answer {
            Answer::Take => {
                self.take(batch, texts);
                Outcome::Delivered { rejected: vec![] }
            }
            Answer::Reject(indices, reason) => {
                self.take(batch, without(&indices));
                let rejected = indices.into_iter().map(|index| (index, reason)).collect();
                Outcome::Delivered { rejected }
            }
            Answer::Leave(remaining) => {
                self.take(batch, without(&remaining));
                Outcome::Partial {
                    remaining,
                    trouble: trouble(TroubleClass::Throttled),
                }
            }
            Answer::Fail(class) => Outcome::Failed(trouble(class)),
            Answer::TakeUnheard => {
                self.take(batch, texts);
                Outcome::Failed(trouble(TroubleClass::Unanswered))
            }
            Answer::Hang => std::future::pending().await,
            Answer::Break => panic!("a sink that breaks"),
        }
    }
}

fn trouble(class: TroubleClass) -> Trouble {
    Trouble {
        class,
        retry_after: None,
        doubtful: None,
        message: format!("{class:?}"),
    }
}

impl Sink for Scripted {
    fn limits(&self) -> Limits {
        self.limits
    }

    fn destination(&self, origin: Origin<'_>) -> Arc<str> {
        match self.by_log {
            true => origin.log.into(),
            false => "all".into(),
        }
    }

    fn plan(&self, batch: &Batch) -> Option<Arc<str>> {
        self.names.as_ref()?;
        let first = batch.events().first()?;
        let origin = batch.origin(first.span.file)?;
        Some(format!("{}-{}", origin.file_id, first.span.start).into())
    }

    fn send<'a>(&'a self, batch: &'a Batch) -> Sending<'a> {
        Box::pin(self.answer(batch))
    }
}

/// Where everything is.
pub(super) struct Rig {
    pub(super) directory: TempDir,
    pub(super) share: usize,
    /// Which of its files are logs.
    pub(super) glob: &'static str,
}

/// A delivery at work.
pub(super) struct Work {
    pub(super) delivery: Delivery,
    pub(super) figures: Arc<SinkFigures>,
    pub(super) registry: Registry,
}

impl Rig {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("logs")).unwrap();
        std::fs::create_dir(directory.path().join("state")).unwrap();
        Self {
            directory,
            share: 8 << 20,
            glob: "*",
        }
    }

    pub(super) fn log(&self, name: &str) -> PathBuf {
        self.directory.path().join("logs").join(name)
    }

    pub(super) fn state(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    /// Lines `name 0000` and so on at the end of a log.
    pub(super) fn write(&self, name: &str, numbers: std::ops::Range<usize>) -> Vec<String> {
        let lines: Vec<_> = numbers
            .map(|number| format!("{name} {number:06}"))
            .collect();
        let file = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.log(name));
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        file.unwrap().write_all(text.as_bytes()).unwrap();
        lines
    }

    pub(super) fn start(&self, sink: &Arc<Scripted>) -> Work {
        let clock = Clock::real();
        let store = Store::new(&self.state(), "scripted:");
        let loaded = store.load().unwrap();
        let known = loaded
            .checkpoint
            .iter()
            .flat_map(|checkpoint| &checkpoint.files);
        let known = known.map(|entry| entry.identity.clone()).collect();
        let mut settings = InputSettings::new(vec![self.log(self.glob).display().to_string()]);
        settings.quiet = Duration::from_millis(20);
        settings.rescan = Duration::from_millis(20);
        let catalogue = Catalogue::start(settings, known, clock.clone()).unwrap();
        let registry = Registry::new();
        let figures = Metrics::new(&registry)
            .unwrap()
            .sink(&"scripted:".into(), &clock);
        let delivery = Delivery::start(Parts {
            sink: Arc::clone(sink) as Arc<dyn Sink>,
            number: 0,
            catalogue: Arc::new(catalogue),
            framing: Framing::new(Multiline::None, TimeZone::UTC, 4096),
            store,
            loaded,
            dead_letters: DeadLetters::new(&self.state(), "scripted:", 1 << 20),
            budget: Budget::new(self.share),
            figures: Arc::clone(&figures),
            clock,
            requests_max: 4,
            after_checkpoint: Box::new(|| {}),
            broken: Arc::default(),
        });
        Work {
            delivery: delivery.unwrap(),
            figures,
            registry,
        }
    }

    /// The text of the dead letters.
    pub(super) fn dead_letters(&self) -> Vec<serde_json::Value> {
        let letters = DeadLetters::new(&self.state(), "scripted:", 1 << 20);
        let text = std::fs::read_to_string(letters.path()).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl Work {
    /// Bytes that are not dealt with.
    pub(super) fn lag(&self) -> u64 {
        let state = self.delivery.progress().lock();
        state.files.values().map(|file| file.lag_bytes()).sum()
    }

    /// The sum of a metric over its labels, those that have this value where one is given.
    pub(super) fn metric(&self, name: &str, label: &str) -> f64 {
        let families = self.registry.gather();
        let named = families.iter().filter(|family| family.name() == name);
        let metrics = named.flat_map(|family| family.get_metric());
        let labelled = metrics.filter(|metric| {
            let mut labels = metric.get_label().iter();
            label.is_empty() || labels.any(|pair| pair.value() == label)
        });
        labelled
            .map(|metric| metric.get_counter().get_value() + metric.get_gauge().get_value())
            .sum()
    }
}

/// Waits until it holds.
pub(super) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let turns = PATIENCE.as_millis() / TURN.as_millis();
    for _ in 0..turns {
        if holds() {
            return;
        }
        // Nothing tells; the number of turns bounds the wait.
        tokio::time::sleep(TURN).await;
    }
    panic!("it never came: {what}");
}
