//! Producing: as fast as possible, or paced; one thread per producer instance. The latency mode
//! uses the same stream and acks with a schedule of its own.

mod acks;
mod pace;
mod stream;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use rdkafka::producer::Producer;
use serde_json::{Value, json};

use crate::cli::{Common, Produce};
use crate::client::{self, Errors};
use crate::payload;
use crate::report::Outcome;
use crate::usage::{Probe, Usage};

pub(crate) use acks::Acks;
use pace::Schedule;
pub(crate) use pace::precise_sleeps;
pub(crate) use stream::Stream;

/// Between two looks at the number of acks.
const LOOK: Duration = Duration::from_millis(20);

/// What the senders did.
#[derive(Default)]
struct Sent {
    messages: u64,
    queue_full: u64,
    mb_each_second: Vec<f64>,
}

pub(crate) fn run(common: &Common, asked: &Produce, probe: Probe) -> Result<(Outcome, Usage)> {
    let partitions = client::prepare_topic(common, &asked.topic)?;
    let errors = Arc::new(Errors::default());
    let epoch = Instant::now();
    let (streams, acks) = open_streams(common, asked, partitions, epoch, &errors)?;

    // Connections are made: the clock starts.
    let meter = probe.start()?;
    let start_ns = epoch.elapsed().as_nanos() as u64;
    let sent = send_all(asked, streams, &acks, start_ns)?;

    let acked = acks
        .iter()
        .map(|acks| acks.acked.load(Relaxed))
        .sum::<u64>();
    let usage = meter.stop(acked * asked.produced.size as u64)?;
    let mut result = result(asked, &sent, &acks, start_ns)?;
    let errors = errors.take();
    let complete =
        asked.duration.is_some() || asked.messages.is_none_or(|all| all == sent.messages);
    let clean = acked == sent.messages && errors.is_empty() && complete;
    result["topic_partitions"] = json!(partitions);
    result["errors"] = json!(errors);
    Ok((Outcome { clean, result }, usage))
}

fn open_streams<'a>(
    common: &Common,
    asked: &'a Produce,
    partitions: i32,
    epoch: Instant,
    errors: &Arc<Errors>,
) -> Result<(Vec<Stream<'a>>, Vec<Arc<Acks>>)> {
    let run = payload::run_id();
    let topic = asked.topic.topic.as_str();
    let (mut streams, mut all_acks) = (Vec::new(), Vec::new());
    for index in 0..u64::from(asked.producers) {
        let acks = Arc::new(Acks::new(epoch, errors.clone())?);
        let run = run.wrapping_add(index);
        let stream = Stream::open(
            common,
            topic,
            partitions,
            &asked.produced,
            acks.clone(),
            run,
        )?;
        let client = stream.producer.client();
        client
            .fetch_metadata(Some(topic), client::TIMEOUT)
            .context("fetching metadata")?;
        streams.push(stream);
        all_acks.push(acks);
    }
    Ok((streams, all_acks))
}

fn send_all(
    asked: &Produce,
    streams: Vec<Stream<'_>>,
    acks: &[Arc<Acks>],
    start_ns: u64,
) -> Result<Sent> {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let senders: Vec<_> = streams
            .into_iter()
            .zip(0..)
            .map(|(stream, index)| {
                let schedule = Schedule::new(asked, index, start_ns);
                scope.spawn(move || send(stream, &schedule, asked.drain))
            })
            .collect();
        let sampler = scope.spawn(|| sample(acks, &done, asked.produced.size));
        let mut sent = Sent::default();
        let mut failed = None;
        for sender in senders {
            match sender.join() {
                Ok(Ok((messages, queue_full))) => {
                    sent.messages += messages;
                    sent.queue_full += queue_full;
                }
                Ok(Err(cause)) => failed = Some(cause),
                Err(_) => failed = Some(anyhow!("a sending thread panicked")),
            }
        }
        done.store(true, Relaxed);
        sent.mb_each_second = sampler.join().unwrap_or_default();
        failed.map_or(Ok(sent), Err)
    })
}

/// One producer's loop: messages handed over, and how often the queue was full.
fn send(mut stream: Stream<'_>, schedule: &Schedule, drain_s: f64) -> Result<(u64, u64)> {
    precise_sleeps();
    let mut sent = 0;
    while let Some(intended_ns) = schedule.next(sent, stream.now_ns()) {
        stream.wait_until(intended_ns);
        stream.send(sent, intended_ns)?;
        sent += 1;
    }
    stream.flush(Duration::from_secs_f64(drain_s));
    Ok((sent, stream.queue_full))
}

/// MB acked in each second, until `done`.
fn sample(acks: &[Arc<Acks>], done: &AtomicBool, size: usize) -> Vec<f64> {
    let total = || {
        acks.iter()
            .map(|acks| acks.acked.load(Relaxed))
            .sum::<u64>()
    };
    let (mut seconds, mut last) = (Vec::new(), 0);
    let mut next = Instant::now() + Duration::from_secs(1);
    while !done.load(Relaxed) {
        thread::sleep(LOOK);
        if Instant::now() >= next {
            let now = total();
            seconds.push((now - last) as f64 * size as f64 / 1e6);
            last = now;
            next += Duration::from_secs(1);
        }
    }
    seconds
}

fn result(asked: &Produce, sent: &Sent, acks: &[Arc<Acks>], start_ns: u64) -> Result<Value> {
    let sum = |of: fn(&Acks) -> &AtomicU64| -> u64 {
        acks.iter().map(|acks| of(acks).load(Relaxed)).sum()
    };
    let (acked, failed) = (sum(|acks| &acks.acked), sum(|acks| &acks.failed));
    let last_ns = acks.iter().map(|acks| acks.last_ns.load(Relaxed)).max();
    let elapsed_s = last_ns.unwrap_or(0).saturating_sub(start_ns) as f64 / 1e9;
    let per_s = |amount: f64| {
        if elapsed_s > 0.0 {
            amount / elapsed_s
        } else {
            0.0
        }
    };
    let (latency, batches) = acks::merged(acks)?;
    Ok(json!({
        "sent": sent.messages,
        "acked": acked,
        "failed": failed,
        "unacked": sent.messages.saturating_sub(acked + failed),
        "elapsed_s": elapsed_s,
        "msgs_per_s": per_s(acked as f64),
        "mb_per_s": per_s(acked as f64 * asked.produced.size as f64 / 1e6),
        "mb_each_second": sent.mb_each_second,
        "ack_latency": latency.summary(),
        "batch_bytes_mean": batches.mean_bytes(),
        "batch_messages_mean": batches.mean_messages(),
        "queue_full_waits": sent.queue_full,
    }))
}
