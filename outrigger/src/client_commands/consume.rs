//! `outrigger consume`: records to standard output, byte for byte.

mod base64;
mod format;
mod source;

use std::io::Write;
use std::time::Duration;

use clap::Args;
use model::{GroupId, PartitionIndex, TopicName};

use super::cluster_args::ClusterArgs;
use super::place::Place;
use super::progress::Progress;
use super::stop::Stop;
use super::{CommandError, place};
use format::Format;
use source::Source;

/// Print the records of topics
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger consume greetings --from beginning --exit
  outrigger consume orders --group billing --format json
  outrigger consume orders -p 0 --from -10 --format '%p %o %k: %s\\n'
  outrigger consume orders --from @2026-01-31T12:00:00Z -n 100

Formats: value, key-value, json, or text with
  %s value  %k key  %h headers  %t topic  %p partition  %o offset  %T timestamp
  %S length of the value  %K length of the key  %R length of the value in 4 bytes  %% a percent sign
  \\n \\t \\0 \\xNN

Exit status: 0 done, 1 the cluster refused or cannot be reached, 2 wrong command line.")]
pub(crate) struct ConsumeArgs {
    /// Topics to read
    #[arg(required = true, value_name = "TOPIC", value_parser = place::topic_name)]
    topics: Vec<TopicName>,
    /// Read as a member of this consumer group, and commit what was printed
    #[arg(short, long, conflicts_with = "partition", value_parser = place::group_id)]
    group: Option<GroupId>,
    /// Only this partition; may be repeated
    #[arg(short, long, value_parser = clap::value_parser!(i32).range(0..))]
    partition: Vec<i32>,
    /// Where to begin in each partition: beginning, end, an offset, -N for N before its end, @TIME.
    /// In a group, where nothing is committed [default: end]
    #[arg(
        short,
        long,
        value_name = "PLACE",
        allow_hyphen_values = true,
        default_value = "end",
        hide_default_value = true
    )]
    from: Place,
    /// Stop at the end of the topics
    #[arg(short, long)]
    exit: bool,
    /// Stop after so many records
    #[arg(short = 'n', long, value_name = "N")]
    max_messages: Option<u64>,
    /// Stop when nothing came for so many seconds
    #[arg(long, value_name = "SECONDS")]
    idle_timeout: Option<u64>,
    /// How records are printed
    #[arg(long, short = 'F', default_value = "value", value_parser = Format::parse)]
    format: Format,
    /// Print JSON, one record a line; the same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Leave out records of open and aborted transactions
    #[arg(long)]
    read_committed: bool,
    /// Print no summary
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    cluster: ClusterArgs,
}

impl ConsumeArgs {
    /// Does it.
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let cluster = self.cluster.connect().await?;
        let mut source = Source::open(cluster, &self.wanted()).await?;
        let mut stop = Stop::listen()?;
        let mut progress = Progress::start(self.quiet);
        let result = self.print_all(&mut source, &mut stop, &mut progress).await;
        progress.clear();
        let closed = tokio::select! {
            closed = source.close() => closed,
            // Asked a second time: at once. The group will notice.
            () = stop.requested() => Ok(()),
        };
        if !self.quiet {
            crate::output::note(&progress.summary());
        }
        result.and(closed)
    }

    fn wanted(&self) -> source::Wanted {
        source::Wanted {
            topics: self.topics.clone(),
            partitions: self.partition.iter().copied().map(PartitionIndex).collect(),
            group: self.group.clone(),
            from: self.from,
            until_end: self.exit,
            read_committed: self.read_committed,
        }
    }

    async fn print_all(
        &self,
        source: &mut Source,
        stop: &mut Stop,
        progress: &mut Progress,
    ) -> Result<(), CommandError> {
        let json = Format::Json;
        let format = if self.json { &json } else { &self.format };
        let mut left = self.max_messages.unwrap_or(u64::MAX);
        let idle = self.idle_timeout.map(Duration::from_secs);
        let mut idle_since = tokio::time::Instant::now();
        let mut out = Vec::new();
        while left > 0 && !(self.exit && source.is_at_end()) {
            let idle_end = idle.map(|idle| idle_since + idle);
            let records = tokio::select! {
                records = source.poll() => records?,
                () = stop.requested() => return Ok(()),
                () = async {
                    match idle_end {
                        Some(end) => tokio::time::sleep_until(end).await,
                        None => std::future::pending().await,
                    }
                } => return Ok(()),
            };
            let taken = records
                .len()
                .min(usize::try_from(left).unwrap_or(usize::MAX));
            let (printed, surplus) = records.split_at(taken);
            for record in printed {
                format.write(&mut out, record);
                progress.count(record.value.as_ref().map_or(0, |value| value.len()));
                left -= 1;
            }
            source.give_back(surplus);
            let mut stdout = std::io::stdout().lock();
            stdout.write_all(&out)?;
            stdout.flush()?;
            out.clear();
            progress.show();
            if !printed.is_empty() {
                idle_since = tokio::time::Instant::now();
            }
        }
        Ok(())
    }
}
