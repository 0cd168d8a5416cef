//! Latency under an open-loop load: message i is due at start + i/rate whatever the server does,
//! and its latencies count from then, so a stall is felt by every message due during it
//! (no coordinated omission).

mod receiver;

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use rdkafka::producer::Producer;
use serde_json::{Value, json};

use crate::cli::{Common, Latency};
use crate::client::{self, Errors};
use crate::histogram::{Histogram, locked};
use crate::payload::{self, STAMP_BYTES};
use crate::produce::{Acks, Stream, precise_sleeps};
use crate::report::Outcome;
use crate::usage::{Meter, Probe, Usage};
use receiver::{Received, Receiver};

/// Time for the consumer's first fetch to be under way before anything is sent.
const SETTLE: Duration = Duration::from_millis(500);
/// Between two looks at what has arrived, at the end.
const LOOK: Duration = Duration::from_millis(5);

/// When each message is due, once everything is connected.
#[derive(Clone, Copy)]
struct Plan {
    start_ns: u64,
    period_ns: f64,
    /// Messages in all, and how many of the first do not count
    total: u64,
    warm: u64,
}

impl Plan {
    fn due_ns(&self, sequence: u64) -> u64 {
        self.start_ns + (sequence as f64 * self.period_ns) as u64
    }
}

/// What came of the run, before it is reported.
struct Run {
    usage: Usage,
    lag: Histogram,
    received: Option<Received>,
    /// When the last of it had arrived, or was given up
    left_ns: u64,
}

pub(crate) fn run(common: &Common, asked: &Latency, probe: Probe) -> Result<(Outcome, Usage)> {
    if asked.produced.size < STAMP_BYTES {
        bail!("--size must be at least {STAMP_BYTES}: latency is read off a stamp in the value");
    }
    if asked.rate.is_nan() || asked.rate <= 0.0 {
        bail!("--rate must be above 0");
    }
    let topic = asked.topic.topic.as_str();
    let partitions = client::prepare_topic(common, &asked.topic)?;
    let errors = Arc::new(Errors::default());
    let epoch = Instant::now();
    let run = payload::run_id();
    let receiver = if asked.no_consumer {
        None
    } else {
        Some(Receiver::at_end(
            common, topic, partitions, run, epoch, &errors,
        )?)
    };
    let acks = Arc::new(Acks::new(epoch, errors.clone())?);
    let mut stream = Stream::open(
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

    let plan = Plan {
        start_ns: (epoch.elapsed() + SETTLE).as_nanos() as u64,
        period_ns: 1e9 / asked.rate,
        total: ((asked.warmup + asked.duration) * asked.rate) as u64,
        warm: (asked.warmup * asked.rate) as u64,
    };
    acks.count_from_ns.store(plan.due_ns(plan.warm), Relaxed);
    let done = drive(asked, plan, &mut stream, receiver.as_ref(), probe)?;

    let mut result = result(asked, plan, &acks, &done);
    let errors = errors.take();
    let arrived = done
        .received
        .as_ref()
        .is_none_or(|got| got.messages == plan.total);
    let clean = acks.acked.load(Relaxed) == plan.total && arrived && errors.is_empty();
    result["topic_partitions"] = json!(partitions);
    result["queue_full_waits"] = json!(stream.queue_full);
    result["errors"] = json!(errors);
    Ok((Outcome { clean, result }, done.usage))
}

/// Sends on this thread, receives on another, and waits for what is outstanding.
fn drive(
    asked: &Latency,
    plan: Plan,
    stream: &mut Stream<'_>,
    receiver: Option<&Receiver>,
    probe: Probe,
) -> Result<Run> {
    thread::scope(|scope| {
        let receiving = receiver.map(|receiver| {
            let count_from_ns = plan.due_ns(plan.warm);
            scope.spawn(move || receiver.receive(plan.total, count_from_ns))
        });
        let sent = send_all(stream, plan, probe);
        if sent.is_ok() {
            let drain = Duration::from_secs_f64(asked.drain);
            let deadline = Instant::now() + drain;
            stream.flush(drain);
            while receiver.is_some_and(|receiver| receiver.arrived.load(Relaxed) < plan.total)
                && Instant::now() < deadline
            {
                thread::sleep(LOOK);
            }
        }
        let left_ns = stream.now_ns();
        if let Some(receiver) = receiver {
            receiver.stop.store(true, Relaxed);
        }
        let received = receiving
            .map(|thread| thread.join().map_err(|_| anyhow!("the receiver panicked")))
            .transpose()?
            .transpose()?;
        let (meter, lag) = sent?;
        let counted = plan.total - plan.warm;
        Ok(Run {
            usage: meter.stop(counted * asked.produced.size as u64)?,
            lag,
            received,
            left_ns,
        })
    })
}

/// Sends every message when it is due. The meter starts with the first one that counts.
fn send_all(stream: &mut Stream<'_>, plan: Plan, probe: Probe) -> Result<(Meter, Histogram)> {
    precise_sleeps();
    let mut lag = Histogram::new()?;
    let mut probe = Some(probe);
    let mut meter = None;
    for sequence in 0..plan.total {
        if sequence == plan.warm {
            meter = probe.take().map(Probe::start).transpose()?;
        }
        let late_ns = stream.wait_until(plan.due_ns(sequence));
        if sequence >= plan.warm {
            lag.record(late_ns);
        }
        stream.send(sequence, plan.due_ns(sequence))?;
    }
    let meter = meter.context("nothing to send: --duration times --rate is below 1")?;
    Ok((meter, lag))
}

fn result(asked: &Latency, plan: Plan, acks: &Acks, run: &Run) -> Value {
    let acked = acks.acked.load(Relaxed);
    let failed = acks.failed.load(Relaxed);
    let received = run.received.as_ref();
    json!({
        "sent": plan.total,
        "counted": plan.total - plan.warm,
        "acked": acked,
        "failed": failed,
        "unacked": plan.total.saturating_sub(acked + failed),
        "e2e_received": received.map(|got| got.messages),
        "e2e_missing": received.map(|got| plan.total - got.messages),
        "e2e_duplicates": received.map(|got| got.duplicates),
        "mb_per_s_offered": asked.rate * asked.produced.size as f64 / 1e6,
        "ack_latency": locked(&acks.latency).summary(),
        "e2e_latency": received.map(|got| got.latency.summary()),
        // How late the client itself was in handing messages over; part of the latencies.
        "send_lag": run.lag.summary(),
        "drained_after_s": run.left_ns.saturating_sub(plan.due_ns(plan.total)) as f64 / 1e9,
    })
}
