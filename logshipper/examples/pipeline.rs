//! Measures the way of a log from its file to the body of PutLogEvents, by stages, without a network.
//!
//!     cargo run --release -p logshipper --example pipeline -- server.log [rounds]
//!
//! Each line tells MiB of log for a second of this process's CPU, user and system, and is for all stages up to it.

use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::tz::TimeZone;
use logshipper::batch::Batch;
use logshipper::event::{Chunk, Ending, Framer, Framing, Multiline};
use logshipper::position::FileKey;
use logshipper::sink::cloudwatch_logs::put_log_events_body;
use rustix::time::{ClockId, clock_gettime};

/// How much is read at once.
const CHUNK_BYTES: usize = 512 * 1024;
/// The limits of CloudWatch Logs.
const BATCH_BYTES: usize = 1_048_576;
const BATCH_EVENTS: usize = 10_000;
const OVERHEAD_BYTES: usize = 26;
const EVENT_BYTES_MAX: usize = 262_144;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Read,
    Frame,
    Batch,
    Json,
    Gzip,
}

/// What came out.
#[derive(Debug, Default)]
struct Counts {
    log_bytes: u64,
    events: u64,
    batches: u64,
    body_bytes: u64,
}

fn main() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let Some(path) = words.next() else {
        println!("usage: pipeline FILE [ROUNDS]");
        return Ok(());
    };
    let rounds: u32 = words.next().and_then(|word| word.parse().ok()).unwrap_or(4);
    let file = File::open(path)?;
    for stage in [
        Stage::Read,
        Stage::Frame,
        Stage::Batch,
        Stage::Json,
        Stage::Gzip,
    ] {
        let mut counts = Counts::default();
        let before = cpu_seconds();
        for _ in 0..rounds {
            run(&file, stage, &mut counts)?;
        }
        let seconds = cpu_seconds() - before;
        let mib = counts.log_bytes as f64 / f64::from(1 << 20);
        println!(
            "{stage:?}: {:.0} MiB per CPU-second; {counts:?}",
            mib / seconds
        );
    }
    Ok(())
}

fn run(file: &File, stage: Stage, counts: &mut Counts) -> io::Result<()> {
    let framing = Framing::new(Multiline::Kafka, TimeZone::UTC, EVENT_BYTES_MAX);
    let mut framer = Framer::at(0);
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut batch = Batch::new(Arc::from("stream"));
    loop {
        let read = file.read_at(&mut buffer, framer.offset())?;
        if read == 0 {
            break;
        }
        if stage == Stage::Read {
            framer = Framer::at(framer.offset() + read as u64);
            counts.log_bytes += read as u64;
            continue;
        }
        let chunk = Chunk {
            file: FileKey(1),
            bytes: buffer.get(..read).unwrap_or_default(),
            ending: if read < CHUNK_BYTES {
                Ending::Final
            } else {
                Ending::Open
            },
            modified_ms: 0,
        };
        counts.log_bytes += framer.frame(&framing, chunk, |event| {
            counts.events += 1;
            if stage == Stage::Frame {
                return ControlFlow::Continue(());
            }
            let bytes = batch.text_bytes() + (batch.events().len() + 1) * OVERHEAD_BYTES;
            if bytes + event.text.len() > BATCH_BYTES || batch.events().len() == BATCH_EVENTS {
                finish(
                    &mut batch,
                    stage,
                    &mut counts.batches,
                    &mut counts.body_bytes,
                );
            }
            batch.push(&event);
            ControlFlow::Continue(())
        }) as u64;
    }
    if !batch.is_empty() {
        finish(
            &mut batch,
            stage,
            &mut counts.batches,
            &mut counts.body_bytes,
        );
    }
    Ok(())
}

fn finish(batch: &mut Batch, stage: Stage, batches: &mut u64, body_bytes: &mut u64) {
    *batches += 1;
    if stage >= Stage::Json {
        let mut body = put_log_events_body(batch, "/outrigger/pipeline");
        if stage == Stage::Gzip {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::new(1));
            // Writing into memory does not fail.
            body = io::Write::write_all(&mut encoder, &body)
                .and_then(|()| encoder.finish())
                .unwrap_or_default();
        }
        *body_bytes += body.len() as u64;
    }
    batch.clear(Arc::from("stream"));
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
