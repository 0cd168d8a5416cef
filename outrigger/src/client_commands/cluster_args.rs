//! Which cluster a command is about.

use std::time::Duration;

use clap::Args;
use client::{ClientError, Cluster, Settings};

use super::{CommandError, place};
use crate::data_dir::DataDirOption;
use crate::endpoints::Endpoints;

/// Where a broker listens that nobody configured.
const BOOTSTRAP_DEFAULT: &str = "127.0.0.1:9092";

/// The options of every command that speaks to a cluster.
#[derive(Args, Clone, Debug)]
pub(crate) struct ClusterArgs {
    /// Servers to begin with, comma-separated [default: the running instance's, else 127.0.0.1:9092]
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
        let servers = self.servers()?;
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

    fn servers(&self) -> Result<String, CommandError> {
        if let Some(servers) = &self.bootstrap {
            return Ok(servers.clone());
        }
        let unreadable = |source| CommandError::Input {
            what: "endpoints.json of the data directory; or name servers with --bootstrap".into(),
            source,
        };
        let data_dir = self.data_dir.resolve().map_err(unreadable)?;
        let endpoints = Endpoints::read(&data_dir).map_err(unreadable)?;
        let running = endpoints.as_ref().and_then(Endpoints::first_bootstrap);
        Ok(running.unwrap_or(BOOTSTRAP_DEFAULT).to_owned())
    }
}
