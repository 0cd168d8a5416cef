//! THE TABLE of sinks: a row for each kind, with what its target looks like, which flags are its own and how
//! it is made of them.
//!
//! A sink is made in two steps: what was configured is read (and refused) before anything starts, by
//! [`SinkKind::read`]; connections, credentials and directories come with [`Opener`].

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use service::Clock;
use service::flags::{Flag, Values};

use crate::sink::{Sink, cloudwatch_logs, directory, firehose, kinesis, s3, stdout};

/// A kind of sink.
#[derive(Clone, Copy, Debug)]
pub struct SinkKind {
    /// What stands before the colon of `KIND:TARGET`.
    pub name: &'static str,
    /// What stands behind it, for people: `GROUP[:STREAM]`; empty where nothing does.
    pub target: &'static str,
    /// A sentence without its full stop.
    pub help: &'static str,
    /// Its own flags, all beginning with its name and a dot.
    pub flags: fn() -> Vec<&'static Flag>,
    /// Reads target and flags. What is wrong with a flag is noted in the values.
    ///
    /// # Errors
    /// What is wrong with the target: a sentence that names it and the remedy.
    pub read: fn(target: &str, values: &mut Values, about: &About) -> Result<Opener, String>,
}

/// What all sinks are told of where the logs come from and of the account they go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// `--cluster-name`.
    pub cluster_name: Arc<str>,
    /// `--cluster-uuid`.
    pub cluster_uuid: Arc<str>,
    /// `--broker-id`.
    pub broker_id: Arc<str>,
    /// `--account`.
    pub account: Arc<str>,
    /// `--region`; where it is empty, the SDK's search.
    pub region: Option<String>,
    /// `--role-arn`: whom to be, where not the one whose credentials are found.
    pub role_arn: Option<String>,
    /// `--endpoint-url`, over what the SDK finds.
    pub endpoint_url: Option<String>,
}

/// What a sink is opened with besides what was configured.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The time.
    pub clock: Clock,
}

/// A sink on its way.
pub type Opening = Pin<Box<dyn Future<Output = Result<Arc<dyn Sink>, OpenError>> + Send>>;

/// Opens the sink that was read; may be called more than once.
pub type Opener = Box<dyn Fn(Surroundings) -> Opening + Send + Sync>;

/// Opens a sink that needs nobody's answer for it.
pub fn opener<S: Sink + 'static>(
    make: impl Fn(Surroundings) -> Result<S, OpenError> + Send + Sync + 'static,
) -> Opener {
    Box::new(move |surroundings| {
        let made = make(surroundings);
        Box::pin(async move {
            let sink: Arc<dyn Sink> = Arc::new(made?);
            Ok(sink)
        })
    })
}

/// Why a sink cannot be had at all. What may pass, such as a group that is not there yet or credentials that are
/// refused, is no such reason but a [`Trouble`](crate::sink::Trouble) of its attempts.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct OpenError(pub String);

/// THE TABLE.
pub const SINKS: &[SinkKind] = &[
    SinkKind {
        name: "cloudwatch-logs",
        target: "GROUP[:STREAM]",
        help: "Log events in Amazon CloudWatch Logs; STREAM may hold {cluster}, {uuid}, {broker}, {log} and {host}",
        flags: cloudwatch_logs::flags,
        read: cloudwatch_logs::read,
    },
    SinkKind {
        name: "s3",
        target: "BUCKET[/PREFIX]",
        help: "Objects in Amazon S3, in the layout of Amazon MSK",
        flags: s3::flags,
        read: s3::read,
    },
    SinkKind {
        name: "kinesis",
        target: "STREAM",
        help: "Records in Amazon Kinesis Data Streams",
        flags: kinesis::flags,
        read: kinesis::read,
    },
    SinkKind {
        name: "firehose",
        target: "STREAM",
        help: "Records in Amazon Data Firehose",
        flags: firehose::flags,
        read: firehose::read,
    },
    SinkKind {
        name: "directory",
        target: "PATH",
        help: "Files in a directory, in the layout that Amazon MSK has in S3",
        flags: directory::flags,
        read: directory::read,
    },
    SinkKind {
        name: "stdout",
        target: "",
        help: "Lines on standard output",
        flags: stdout::flags,
        read: stdout::read,
    },
];

/// The row of `KIND:TARGET` and the target.
///
/// # Errors
/// There is no such kind: a sentence with the nearest, or with all of them.
pub fn find(text: &str) -> Result<(&'static SinkKind, &str), String> {
    let (name, target) = text.split_once(':').unwrap_or((text, ""));
    if let Some(kind) = SINKS.iter().find(|kind| kind.name == name) {
        return Ok((kind, target));
    }
    let near = config::nearest(name, SINKS.iter().map(|kind| kind.name));
    let advice = match near.as_slice() {
        [] => {
            let all: Vec<_> = SINKS.iter().map(SinkKind::spelling).collect();
            format!("there are {}", all.join(", "))
        }
        near => format!("did you mean {}:?", near.join(": or ")),
    };
    Err(format!("\"{text}\" names no kind of sink; {advice}"))
}

impl SinkKind {
    /// `cloudwatch-logs:GROUP[:STREAM]`.
    pub fn spelling(&self) -> String {
        format!("{}:{}", self.name, self.target)
    }
}
