//! A scrape: every source is read, each on its own, and what they gave is written in the asked-for names.
//!
//! A source that gives nothing makes the scrape say so (`jmx_scrape_error`, `outrigger_source_up`); what the others give
//! is served all the same. No source is ever half.

mod self_metrics;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use exposition::{Family, Format, write_family};
use prometheus::Registry;
use scrape::{Collected, Exporter, Failure, Query, Request};
use service::Clock;
use service::admin::Health;

use crate::level::Level;
use crate::rule_sets::RuleSets;
use crate::source::{Reading, Source, SourceError};
use crate::view::{View, Wanted};
use self_metrics::{Scraped, SelfMetrics};

/// The component of health that fails while a source gives nothing.
pub const COMPONENT: &str = "sources";
/// Of a scraper's patience, what sources may take: the rest is for writing.
const SHARE_OF_SOURCES: (u32, u32) = (8, 10);
/// How often sources are asked while they give nothing and nobody scrapes.
const RETRY: Duration = Duration::from_millis(500);

/// What collects.
#[derive(Debug)]
pub struct Collector {
    sources: Vec<Held>,
    rule_sets: Arc<RuleSets>,
    /// By rule set, what is rendered of it, and of which of its generations.
    views: Vec<Mutex<Option<(u64, View)>>>,
    level: Level,
    source_timeout: Duration,
    clock: Clock,
    started: Duration,
    health: Health,
    metrics: SelfMetrics,
    /// By source, whether the log has it as one that cannot be read.
    told: Mutex<Vec<bool>>,
}

/// A source, and what it was called when it was last read: that is wanted while somebody else reads it.
#[derive(Clone)]
struct Held {
    name: Arc<Mutex<String>>,
    source: Arc<tokio::sync::Mutex<Box<dyn Source>>>,
}

impl Held {
    fn new(source: Box<dyn Source>) -> Self {
        Self {
            name: Arc::new(Mutex::new(source.name().to_owned())),
            source: Arc::new(tokio::sync::Mutex::new(source)),
        }
    }

    fn name(&self) -> String {
        let name = self.name.lock().unwrap_or_else(PoisonError::into_inner);
        name.clone()
    }

    fn call(&self, name: &str) {
        let mut held = self.name.lock().unwrap_or_else(PoisonError::into_inner);
        if *held != name {
            name.clone_into(&mut held);
        }
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Held({})", self.name())
    }
}

/// What it collects from and how.
#[derive(Debug)]
pub struct Setup {
    /// What can be asked for.
    pub rule_sets: Arc<RuleSets>,
    /// What is shown where a request names no level.
    pub level: Level,
    /// How long one source may take, whatever the scraper's patience.
    pub source_timeout: Duration,
    /// The process's.
    pub clock: Clock,
    /// Where sources that give nothing are told.
    pub health: Health,
}

/// What one source gave, and how long it took.
#[derive(Debug)]
pub struct Asked {
    /// As it is called.
    pub name: String,
    /// What it gave.
    pub reading: Result<Reading, SourceError>,
    /// How long it took.
    pub took: Duration,
}

/// What a request asks for.
struct Wish {
    set: usize,
    level: Level,
    names: Vec<String>,
}

impl Collector {
    /// A collector of these sources; its own figures are shown in `registry`, too.
    ///
    /// # Errors
    /// `registry` has metrics of these names already.
    pub fn new(
        sources: Vec<Box<dyn Source>>,
        setup: Setup,
        registry: &Registry,
    ) -> Result<Self, prometheus::Error> {
        let told = Mutex::new(vec![false; sources.len()]);
        let views = setup.rule_sets.all().iter().map(|_| Mutex::new(None));
        Ok(Self {
            told,
            views: views.collect(),
            sources: sources.into_iter().map(Held::new).collect(),
            metrics: SelfMetrics::new(registry, Arc::clone(&setup.rule_sets))?,
            rule_sets: setup.rule_sets,
            level: setup.level,
            source_timeout: setup.source_timeout,
            started: setup.clock.monotonic(),
            clock: setup.clock,
            health: setup.health,
        })
    }

    /// Reads every source at once, each for `timeout` at most; tells health what came of it.
    pub async fn read(&self, timeout: Duration) -> Vec<Asked> {
        let timeout = timeout.min(self.source_timeout);
        let ask = |held: &Held| tokio::spawn(ask(held.clone(), timeout, self.clock.clone()));
        let tasks: Vec<_> = self.sources.iter().map(|held| (held, ask(held))).collect();
        let mut asked = Vec::with_capacity(tasks.len());
        for (held, task) in tasks {
            asked.push(task.await.unwrap_or_else(|error| Asked {
                name: held.name(),
                reading: Err(SourceError(format!("it ended: {error}"))),
                took: Duration::ZERO,
            }));
        }
        self.tell(&asked);
        asked
    }

    fn tell(&self, asked: &[Asked]) {
        self.metrics.note(asked);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for (was_told, Asked { name, reading, .. }) in told.iter_mut().zip(asked) {
            match reading {
                Err(error) if !*was_told => {
                    tracing::warn!(source = name, %error, "cannot read a source; trying on");
                }
                Ok(_) if *was_told => tracing::info!(source = name, "the source can be read again"),
                _ => {}
            }
            *was_told = reading.is_err();
        }
        drop(told);
        let failed: Vec<_> = asked
            .iter()
            .filter_map(|asked| Some((&asked.name, asked.reading.as_ref().err()?)))
            .map(|(name, error)| format!("{name}: {error}"))
            .collect();
        if failed.is_empty() {
            self.health.ok(COMPONENT);
        } else {
            self.health.failed(COMPONENT, failed.join("; "));
        }
    }

    /// Asks sources that give nothing again until they do, for as long as it is polled, so that health does not wait
    /// for a scrape to learn it. The first time it also renders the default, which the first scrape then need not.
    pub async fn follow_sources(self: Arc<Self>) {
        let mut is_first = true;
        loop {
            let components = self.health.components();
            let is_ok = components.contains(&(COMPONENT, true));
            if is_first || !is_ok {
                let asked = self.read(self.source_timeout).await;
                if is_first && asked.iter().any(|asked| asked.reading.is_ok()) {
                    is_first = false;
                    let collector = Arc::clone(&self);
                    let render = move || {
                        collector.with_view(0, &readings(&asked), |_| ());
                    };
                    let _ = tokio::task::spawn_blocking(render).await;
                }
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// What a scrape without parameters shows, for those who push; nothing where it cannot be had.
    pub async fn families(self: Arc<Self>) -> Vec<Family> {
        let request = Request {
            query: Query::default(),
            format: Format::Text004,
            timeout: self.source_timeout * 2,
        };
        let Ok(Collected::Text(text)) = Scrapes(self).collect(request).await else {
            return Vec::new();
        };
        let text = String::from_utf8_lossy(&text);
        let mut families = exposition::parse(&text).unwrap_or_default();
        // The process's own registry has them, too, and is pushed beside this.
        families.retain(|family| !family.name.starts_with("outrigger_source_"));
        families
    }

    fn wish(&self, request: &Request) -> Result<Wish, Failure> {
        let query = &request.query;
        let dialect = query.first("dialect");
        let set = self.rule_sets.find(dialect).ok_or_else(|| {
            let sets = self.rule_sets.all().iter();
            let names: Vec<_> = sets.map(|set| set.name.as_str()).collect();
            let unknown = dialect.unwrap_or_default();
            let message = format!("dialect={unknown}: there are {}", names.join(", "));
            Failure::Query(message)
        })?;
        let level = match query.first("level") {
            None | Some("") => self.level,
            Some(level) => level
                .parse()
                .map_err(|error| Failure::Query(format!("level={level}: {error}")))?,
        };
        let names = query.all("name[]").map(str::to_owned).collect();
        Ok(Wish { set, level, names })
    }

    /// A file may ask for some time without metrics after the start.
    fn delayed(&self, set: usize) -> Result<(), Failure> {
        let rules = self.rule_sets.all().get(set).map(|set| set.in_force());
        let delay = rules.map_or(0, |rules| rules.rules.start_delay_seconds);
        let since = self.clock.monotonic().saturating_sub(self.started);
        if since < Duration::from_secs(delay) {
            let message = format!("startDelaySeconds: {delay} s from the start are not over");
            return Err(Failure::Unavailable(message));
        }
        Ok(())
    }

    /// Brings the view of a rule set to what the sources gave, and does something with it.
    fn with_view<T>(
        &self,
        set: usize,
        readings: &[Option<&Reading>],
        then: impl FnOnce(&View) -> T,
    ) -> Option<T> {
        let in_force = self.rule_sets.all().get(set)?.in_force();
        let mut held = self
            .views
            .get(set)?
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !matches!(&*held, Some((generation, _)) if *generation == in_force.generation) {
            *held = Some((in_force.generation, View::new(in_force.rules.clone())));
        }
        let (_, view) = held.as_mut()?;
        view.update(readings);
        Some(then(view))
    }

    fn write(&self, request: &Request, wish: &Wish, asked: &[Asked], began: Duration) -> Vec<u8> {
        let names: HashSet<&str> = wish.names.iter().map(String::as_str).collect();
        let wanted = Wanted {
            level: wish.level,
            names: &names,
            format: request.format,
        };
        let mut out = Vec::new();
        let readings = readings(asked);
        let counts = self.with_view(wish.set, &readings, |view| {
            out.reserve(view.bytes_written() + 16 * 1024);
            view.write(&readings, wanted, &mut out);
            view.counts()
        });
        let scraped = Scraped {
            took: self.clock.monotonic().saturating_sub(began),
            counts: counts.unwrap_or_default(),
            asked,
        };
        for family in self.metrics.families(&scraped) {
            if names.is_empty() || names.contains(&*family.name) {
                write_family(&mut out, &family, request.format);
            }
        }
        out
    }
}

async fn ask(held: Held, timeout: Duration, clock: Clock) -> Asked {
    let began = clock.monotonic();
    // Another scrape may be reading it: that counts, too.
    let reading = match tokio::time::timeout(timeout, held.source.lock()).await {
        Ok(mut source) => {
            let left = timeout.saturating_sub(clock.monotonic().saturating_sub(began));
            let reading = source.read(left).await;
            held.call(source.name());
            reading
        }
        Err(_) => {
            let message = format!("others have been reading it for {timeout:?}");
            Err(SourceError(message))
        }
    };
    Asked {
        name: held.name(),
        reading,
        took: clock.monotonic().saturating_sub(began),
    }
}

/// In the order of the sources; `None` for one that gave nothing.
pub fn readings(asked: &[Asked]) -> Vec<Option<&Reading>> {
    asked
        .iter()
        .map(|asked| asked.reading.as_ref().ok())
        .collect()
}

/// `exporter-jmx` behind the server of scrapes.
#[derive(Clone, Debug)]
pub struct Scrapes(pub Arc<Collector>);

impl Exporter for Scrapes {
    async fn collect(&self, request: Request) -> Result<Collected, Failure> {
        let collector = Arc::clone(&self.0);
        let wish = collector.wish(&request)?;
        collector.delayed(wish.set)?;
        let began = collector.clock.monotonic();
        let (share, of) = SHARE_OF_SOURCES;
        let asked = collector.read(request.timeout * share / of).await;
        let write = move || collector.write(&request, &wish, &asked, began);
        match tokio::task::spawn_blocking(write).await {
            Ok(text) => Ok(Collected::Text(text)),
            Err(error) => Err(Failure::Internal(format!("cannot write it: {error}"))),
        }
    }

    fn parameters(&self) -> Option<&'static [&'static str]> {
        Some(&["dialect", "level", "name[]"])
    }
}

#[cfg(test)]
mod tests;
