//! Which cluster a command is about.

use std::io;
use std::time::Duration;

use clap::Args;
use client::{ClientError, Cluster, Settings};

use super::{CommandError, place};
use crate::data_dir::{DataDir, DataDirOption};
use crate::endpoints::Endpoints;
use crate::status;

/// Where a broker listens that nobody configured.
const BOOTSTRAP_DEFAULT: &str = "127.0.0.1:9092";

/// The options of every command that speaks to a cluster.
#[derive(Args, Clone, Debug)]
pub(crate) struct ClusterArgs {
    /// Servers to begin with, comma-separated [default: those of the data directory; where none is named and none is there, 127.0.0.1:9092]
    #[arg(short, long, value_name = "HOST:PORT", value_parser = place::servers)]
    bootstrap: Option<String>,
    #[command(flatten)]
    data_dir: DataDirOption,
    /// Give an operation up after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u64,
}

impl ClusterArgs {
    /// Connects.
    pub(crate) async fn connect(&self) -> Result<Cluster, CommandError> {
        let timeout = self.timeout();
        let servers = self.servers().await?;
        let mut settings = Settings::new(&servers);
        settings.connect_timeout = settings.connect_timeout.min(timeout);
        settings.request_timeout = timeout;
        settings.operation_timeout = timeout;
        match Cluster::connect(settings).await {
            Err(ClientError::Connect { .. }) if self.bootstrap.is_none() => {
                Err(CommandError::Incomplete(format!(
                    "nothing listens on {servers}; start `outrigger up`, or name a cluster with \
                     --bootstrap"
                )))
            }
            connected => Ok(connected?),
        }
    }

    /// How long an operation may take.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout.max(1))
    }

    async fn servers(&self) -> Result<String, CommandError> {
        if let Some(servers) = &self.bootstrap {
            return Ok(servers.clone());
        }
        let data_dir = self.data_dir.resolve().map_err(unreadable)?;
        servers_of(&data_dir, self.data_dir.is_named()).await
    }
}

/// The servers of the instance in a directory. Whoever named the directory, or left one there that
/// was killed, means no other cluster than that one.
async fn servers_of(data_dir: &DataDir, named: bool) -> Result<String, CommandError> {
    let running = status::running(data_dir).await.map_err(unreadable)?;
    if let Some(servers) = running.as_ref().and_then(Endpoints::first_bootstrap) {
        return Ok(servers.to_owned());
    }
    if named || data_dir.endpoints().exists() {
        let told = data_dir.nothing_is_up("servers with --bootstrap");
        return Err(CommandError::NotRunning(told));
    }
    Ok(BOOTSTRAP_DEFAULT.to_owned())
}

fn unreadable(source: io::Error) -> CommandError {
    CommandError::Input {
        what: "the data directory; or name servers with --bootstrap".into(),
        source,
    }
}

#[cfg(test)]
mod tests;
