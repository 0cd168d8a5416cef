//! Consuming: drain N messages, or everything there was at the start.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::topic_partition_list::Offset;
use serde_json::{Value, json};

use crate::cli::{Common, Consume};
use crate::client::{self, Errors, Noting};
use crate::report::Outcome;
use crate::usage::{Probe, Usage};

/// Between two looks of the watchdog.
const LOOK: Duration = Duration::from_millis(20);
/// Longest wait for a message before the sums are looked at again.
const POLL: Duration = Duration::from_millis(50);
/// Messages between two additions to the shared sums, so that the consumers do not fight over a
/// cache line.
const SHARE_EVERY: u64 = 1000;

/// Sums over all consumers; times in nanoseconds since the start.
#[derive(Default)]
struct Shared {
    messages: AtomicU64,
    bytes: AtomicU64,
    first_ns: AtomicU64,
    last_ns: AtomicU64,
    /// Messages whose offset was not above the one before in their partition
    regressions: AtomicU64,
    stop: AtomicBool,
}

pub(crate) fn run(common: &Common, asked: &Consume, probe: Probe) -> Result<(Outcome, Usage)> {
    let partitions = client::prepare_topic(common, &asked.topic)?;
    let errors = Arc::new(Errors::default());
    let mut config = client::consumer_config(common, asked.group.as_deref())?;
    if asked.check_crcs {
        config.set("check.crcs", "true");
    }
    let consumers = (0..asked.consumers)
        .map(|_| {
            let context = Noting(errors.clone());
            config.create_with_context(context).context("consumer")
        })
        .collect::<Result<Vec<BaseConsumer<Noting>>>>()?;
    let first = consumers.first().context("--consumers must be above 0")?;
    let marks = client::watermarks(first, &asked.topic.topic, partitions)?;
    let available: u64 = marks
        .iter()
        .map(|(low, high)| (high - low).max(0) as u64)
        .sum();
    let target = match (asked.messages, &asked.group) {
        (Some(messages), _) => messages,
        (None, None) => available,
        (None, Some(_)) => {
            bail!("--group needs --messages: where the group stands is not known here")
        }
    };

    let meter = probe.start()?;
    let start = Instant::now();
    for (index, consumer) in consumers.iter().enumerate() {
        match asked.group {
            Some(_) => consumer.subscribe(&[&asked.topic.topic])?,
            None => assign(consumer, asked, &marks, index)?,
        }
    }
    let shared = Shared::default();
    thread::scope(|scope| {
        for consumer in &consumers {
            scope.spawn(|| drain(consumer, &shared, &errors, start, target));
        }
        watch(asked, &shared, start, target);
    });

    let bytes = shared.bytes.load(Relaxed);
    let usage = meter.stop(bytes)?;
    let errors = errors.take();
    let complete = shared.messages.load(Relaxed) >= target;
    let clean = complete && shared.regressions.load(Relaxed) == 0 && errors.is_empty();
    let mut result = result(&shared);
    result["topic_partitions"] = json!(partitions);
    result["available"] = json!(available);
    result["target"] = json!(target);
    result["errors"] = json!(errors);
    Ok((Outcome { clean, result }, usage))
}

/// Gives the consumer its share of the partitions, from their beginnings.
fn assign(
    consumer: &BaseConsumer<Noting>,
    asked: &Consume,
    marks: &[(i64, i64)],
    index: usize,
) -> Result<()> {
    let mut list = TopicPartitionList::new();
    for (partition, (low, _)) in marks.iter().enumerate() {
        if partition % usize::from(asked.consumers) == index {
            let partition = i32::try_from(partition)?;
            list.add_partition_offset(&asked.topic.topic, partition, Offset::Offset(*low))?;
        }
    }
    Ok(consumer.assign(&list)?)
}

/// Stops the consumers when the target is reached, nothing arrives any more, or time is up.
fn watch(asked: &Consume, shared: &Shared, start: Instant, target: u64) {
    let (mut seen, mut since) = (0, Instant::now());
    while !shared.stop.load(Relaxed) {
        thread::sleep(LOOK);
        let now = shared.messages.load(Relaxed);
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
        let idle = since.elapsed().as_secs_f64() > asked.idle;
        let late = start.elapsed().as_secs_f64() > asked.timeout;
        if now >= target || idle || late {
            shared.stop.store(true, Relaxed);
        }
    }
}

/// One consumer's loop. What it read is shared whenever the local queue is empty or `SHARE_EVERY`
/// messages have come.
fn drain(
    consumer: &BaseConsumer<Noting>,
    shared: &Shared,
    errors: &Errors,
    start: Instant,
    target: u64,
) {
    let mut last_offset = std::collections::HashMap::new();
    let (mut messages, mut bytes, mut regressions) = (0u64, 0u64, 0u64);
    while !shared.stop.load(Relaxed) {
        let left = target.saturating_sub(shared.messages.load(Relaxed));
        let polled = consumer.poll(if messages > 0 { Duration::ZERO } else { POLL });
        match &polled {
            Some(Ok(message)) => {
                messages += 1;
                bytes += (message.payload_len() + message.key_len()) as u64;
                let last = last_offset.insert(message.partition(), message.offset());
                regressions += u64::from(last.is_some_and(|last| message.offset() <= last));
            }
            Some(Err(error)) => errors.note(error),
            None => {}
        }
        if messages > 0 && (polled.is_none() || messages >= SHARE_EVERY.min(left.max(1))) {
            let now_ns = start.elapsed().as_nanos() as u64;
            let _ = shared
                .first_ns
                .compare_exchange(0, now_ns, Relaxed, Relaxed);
            shared.last_ns.fetch_max(now_ns, Relaxed);
            shared.bytes.fetch_add(bytes, Relaxed);
            shared.regressions.fetch_add(regressions, Relaxed);
            if shared.messages.fetch_add(messages, Relaxed) + messages >= target {
                shared.stop.store(true, Relaxed);
            }
            (messages, bytes, regressions) = (0, 0, 0);
        }
    }
}

fn result(shared: &Shared) -> Value {
    let messages = shared.messages.load(Relaxed);
    let bytes = shared.bytes.load(Relaxed);
    let first_s = shared.first_ns.load(Relaxed) as f64 / 1e9;
    let last_s = shared.last_ns.load(Relaxed) as f64 / 1e9;
    let over = |amount: f64, s: f64| if s > 0.0 { amount / s } else { 0.0 };
    json!({
        "messages": messages,
        "bytes": bytes,
        "elapsed_s": last_s,
        "first_message_s": first_s,
        "msgs_per_s": over(messages as f64, last_s),
        "mb_per_s": over(bytes as f64 / 1e6, last_s),
        "mb_per_s_after_first": over(bytes as f64 / 1e6, last_s - first_s),
        "offset_regressions": shared.regressions.load(Relaxed),
    })
}
