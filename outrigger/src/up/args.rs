//! The options of `outrigger up`, which are also those of `outrigger` alone.

use super::parts::PARTS;
use super::topic::TopicSpec;
use crate::data_dir::DataDirOption;
use clap::{Args, ValueEnum, ValueHint};
use service::settings::{self, Setting};
use std::path::PathBuf;

/// See `outrigger up --help`.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct UpArgs {
    #[command(flatten)]
    pub(crate) data_dir: DataDirOption,

    /// Remove the data directory at the end: a new temporary one, or that of --data-dir, which must not be there yet
    #[arg(long)]
    pub(crate) ephemeral: bool,

    /// Ports: MSK's own (9092 …), or free ones of the loopback interface [default: msk]
    #[arg(long, value_name = "PORTS")]
    pub(crate) ports: Option<Ports>,

    /// What clients may speak, in MSK's words (ClientBroker): TLS alone, TLS and plaintext, plaintext alone [default: tls-plaintext]
    #[arg(long, value_name = "PROTOCOLS")]
    pub(crate) client_broker: Option<ClientBroker>,

    /// Whose defaults hold: Apache Kafka's, or those of an Amazon MSK cluster [default: Kafka's for the broker, MSK's for who may do what]
    #[arg(long, value_name = "PRESET")]
    pub(crate) preset: Option<Preset>,

    /// Where the page with the main figures is served, or `off` [default: 127.0.0.1:11000, or a free port]
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) dashboard: Option<String>,

    /// Configuration file [default: ./outrigger.toml where there is one]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,

    /// Override a configuration key, such as broker.num.partitions=4; may be repeated
    #[arg(long, value_name = "PART.KEY=VALUE", value_parser = set)]
    pub(crate) set: Vec<Setting>,

    /// Create a topic unless it exists, such as orders:3; may be repeated
    #[arg(long, value_name = "NAME:PARTITIONS")]
    pub(crate) topic: Vec<TopicSpec>,
}

/// The part that `up` itself is.
const ITSELF: &str = "up";
/// The option above, as messages call it.
pub(super) const SET: &str = "--set";

/// `PART.KEY=VALUE` as an argument.
pub(super) fn set(text: &str) -> Result<Setting, String> {
    let setting = settings::assignment(SET, text).map_err(|_| {
        "'=' is missing; write PART.KEY=VALUE, such as broker.num.partitions=4".to_owned()
    })?;
    match setting.key.split_once('.') {
        Some((part, key)) if is_part(part) && !key.is_empty() => Ok(setting),
        _ => Err(no_such_part()),
    }
}

/// What is wrong with a key that begins with no part of the suite.
pub(super) fn no_such_part() -> String {
    let names: Vec<_> = PARTS.iter().map(|part| part.name).collect();
    format!(
        "no such part; write PART.KEY with one of the parts {}, {ITSELF}",
        names.join(", ")
    )
}

/// What `[PART]` and `--set PART.KEY=VALUE` may name.
fn is_part(name: &str) -> bool {
    name == ITSELF || PARTS.iter().any(|part| part.name == name)
}

/// The set of ports to bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ports {
    /// Those of Amazon MSK.
    Msk,
    /// Any that are free, so that many instances run side by side.
    Auto,
}

/// What Amazon MSK calls encryption in transit between clients and brokers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClientBroker {
    /// TLS alone: nothing listens in plaintext.
    Tls,
    /// Both.
    #[default]
    TlsPlaintext,
    /// Plaintext alone: nobody can log in.
    Plaintext,
}

/// A set of defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Preset {
    /// Apache Kafka's.
    Kafka,
    /// Those of a cluster that Amazon MSK creates without a configuration of one's own.
    Msk,
}

impl Ports {
    /// As the option and the key `up.ports` spell it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Msk => "msk",
            Self::Auto => "auto",
        }
    }
}

impl ClientBroker {
    /// As the option and the key `up.client-broker` spell it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::TlsPlaintext => "tls-plaintext",
            Self::Plaintext => "plaintext",
        }
    }

    /// Whether there are ports with TLS, and with them logins.
    pub(super) fn has_tls(self) -> bool {
        self != Self::Plaintext
    }
}

impl Preset {
    /// As the option and the key `up.preset` spell it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kafka => "kafka",
            Self::Msk => "msk",
        }
    }
}
