//! `outrigger produce`: lines of a file or of standard input become records.

mod lines;
mod outcome;

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use client::{Acks, Producer, ProducerRecord, ProducerSettings};
use model::{PartitionIndex, TopicName};
use records::{Compression, RecordHeader};
use service::clock::Clock;
use tokio::io::AsyncRead;

use super::cluster_args::ClusterArgs;
use super::escape::{self, Separator};
use super::output::OutputArgs;
use super::progress::Progress;
use super::stop::Stop;
use super::{CommandError, output, place};
use lines::Lines;
use outcome::{Collector, Outcome};

/// Write lines of standard input or of a file as records
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  echo hello | outrigger produce greetings
  outrigger produce orders --file orders.tsv --key-separator '\\t' --compression zstd
  outrigger produce users -K : -H source=import --null-value < users.txt

Exit status: 0 all records are written, 1 some are not, or the cluster cannot be reached, 2 wrong command line.")]
pub(crate) struct ProduceArgs {
    /// Where to
    #[arg(value_parser = place::topic_name)]
    topic: TopicName,
    /// Read this file instead of standard input
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// What ends a record; \n \t \0 \xNN are understood
    #[arg(short = 'D', long, default_value = "\\n", value_parser = escape::separator)]
    delimiter: Separator,
    /// What separates key and value; a line without it has no key
    #[arg(short = 'K', long, value_name = "SEPARATOR", value_parser = escape::separator)]
    key_separator: Option<Separator>,
    /// The key of every record
    #[arg(short, long, conflicts_with = "key_separator")]
    key: Option<String>,
    /// A header of every record; may be repeated
    #[arg(short = 'H', long, value_name = "NAME=VALUE", value_parser = place::name_and_value)]
    header: Vec<(String, String)>,
    /// The partition of every record [default: by key; without one, spread some hundred at a time]
    #[arg(short, long, value_parser = clap::value_parser!(i32).range(0..))]
    partition: Option<i32>,
    /// Write empty values as null, which deletes a key in a compacted topic
    #[arg(short = 'Z', long)]
    null_value: bool,
    /// Timestamp of every record, in milliseconds [default: now]
    #[arg(long, value_name = "MS")]
    timestamp: Option<i64>,
    /// Who must have a record
    #[arg(long, value_enum, default_value_t = AcksArg::All)]
    acks: AcksArg,
    /// Codec of the batches: none, gzip, snappy, lz4 or zstd
    #[arg(short = 'z', long, default_value = "none", value_parser = codec)]
    compression: Compression,
    /// Level of the codec
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    compression_level: Option<i32>,
    /// How long records wait to be sent together
    #[arg(long, value_name = "MS", default_value_t = 5)]
    linger_ms: u64,
    /// Do without the producer id by which a broker drops what a retry repeats
    #[arg(long)]
    no_idempotence: bool,
    /// Print no summary
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum AcksArg {
    /// All replicas that are in sync
    All,
    /// The leader
    #[value(name = "1", alias = "leader")]
    Leader,
    /// Nobody: records can be lost without a word
    #[value(name = "0", alias = "none")]
    None,
}

fn codec(name: &str) -> Result<Compression, String> {
    Compression::from_name(name).ok_or_else(|| "expected none, gzip, snappy, lz4 or zstd".into())
}

impl ProduceArgs {
    /// Does it.
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let input = self.input().await?;
        let cluster = self.cluster.connect().await?;
        let producer = Producer::new(cluster, self.settings()).await;
        let producer = producer.map_err(CommandError::of_producer)?;
        let mut stop = Stop::listen()?;
        let mut progress = Progress::start(self.quiet);
        let mut collector = Collector::start();
        let mut lines = Lines::new(input, self.delimiter.0.clone());
        let template = self.template();
        let read = loop {
            let line = tokio::select! {
                line = lines.next() => line,
                // What was read so far is still written.
                () = stop.requested() => break Ok(()),
            };
            let line = match line {
                Ok(Some(line)) => line,
                Ok(None) => break Ok(()),
                Err(source) => {
                    let what = self.input_name();
                    break Err(CommandError::Input { what, source });
                }
            };
            let bytes = line.len();
            if !collector.accepts() {
                break Ok(());
            }
            match producer.send(self.record(&template, line)).await {
                Ok(delivery) => collector.add(delivery, bytes).await,
                Err(error) => break Err(CommandError::of_topic(&self.topic, error)),
            }
            progress.count(bytes);
            progress.show();
        };
        tokio::select! {
            () = producer.flush() => {}
            // Asked a second time: at once.
            () = stop.requested() => {
                progress.clear();
                let stopped = "stopped before every record was written".to_owned();
                return Err(CommandError::Incomplete(stopped));
            }
        }
        let outcome = collector.finish().await;
        progress.clear();
        self.tell(&outcome, progress.seconds(), read.is_ok())?;
        read.and(outcome.into_result())
    }

    /// Says what was written; to people, where there is something to say besides the error.
    fn tell(&self, outcome: &Outcome, seconds: f64, read: bool) -> Result<(), CommandError> {
        if self.output.json {
            return output::json(&outcome.summary(seconds));
        }
        let sentence = outcome.sentence(seconds);
        let sentence = sentence.filter(|_| !self.quiet && (read || outcome.has_written()));
        if let Some(sentence) = sentence {
            crate::output::note(&sentence);
        }
        Ok(())
    }

    fn settings(&self) -> ProducerSettings {
        let acks = match self.acks {
            AcksArg::All => Acks::All,
            AcksArg::Leader => Acks::Leader,
            AcksArg::None => Acks::None,
        };
        ProducerSettings {
            acks,
            idempotent: acks == Acks::All && !self.no_idempotence,
            delivery_timeout: self.cluster.timeout(),
            linger: Duration::from_millis(self.linger_ms),
            compression: self.compression,
            compression_level: self.compression_level,
            ..ProducerSettings::default()
        }
    }

    fn input_name(&self) -> String {
        match &self.file {
            Some(path) => path.display().to_string(),
            None => "standard input".to_owned(),
        }
    }

    async fn input(&self) -> Result<Box<dyn AsyncRead + Send + Unpin>, CommandError> {
        let Some(path) = &self.file else {
            return Ok(Box::new(tokio::io::stdin()));
        };
        let opened = tokio::fs::File::open(path).await;
        let file = opened.map_err(|source| CommandError::Input {
            what: self.input_name(),
            source,
        })?;
        Ok(Box::new(file))
    }

    /// What all records have in common.
    fn template(&self) -> ProducerRecord {
        let header = |(name, value): &(String, String)| RecordHeader {
            key: name.clone().into(),
            value: Some(value.clone().into()),
        };
        ProducerRecord {
            topic: self.topic.clone(),
            partition: self.partition.map(PartitionIndex),
            timestamp_ms: 0,
            key: self.key.clone().map(Bytes::from),
            value: None,
            headers: self.header.iter().map(header).collect(),
        }
    }

    fn record(&self, template: &ProducerRecord, line: Bytes) -> ProducerRecord {
        let mut record = template.clone();
        record.timestamp_ms = self.timestamp.unwrap_or_else(|| Clock::real().now_ms());
        let separator = self.key_separator.as_ref().map(|by| &by.0);
        let split = separator.and_then(|by| Some((lines::find(&line, by)?, by.len())));
        let value = match split {
            Some((at, length)) => {
                record.key = Some(line.slice(..at));
                line.slice(at + length..)
            }
            None => line,
        };
        record.value = Some(value).filter(|value| !(self.null_value && value.is_empty()));
        record
    }
}
