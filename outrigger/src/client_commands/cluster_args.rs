//! Which cluster a command is about.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use client::{ClientError, Cluster, Sasl, SecurityProtocol, Settings, Transport};

use super::{CommandError, command_config, place};
use crate::data_dir::{DataDir, DataDirOption};
use crate::endpoints::{self, Endpoints};
use crate::status;

/// Where a broker listens that nobody configured.
const BOOTSTRAP_DEFAULT: &str = "127.0.0.1:9092";

/// The options of every command that speaks to a cluster.
#[derive(Args, Clone, Debug)]
pub(crate) struct ClusterArgs {
    /// Servers to begin with, comma-separated [default: those of the data directory; where none is named and none is there, 127.0.0.1:9092]
    #[arg(short, long, value_name = "HOST:PORT", value_parser = place::servers)]
    bootstrap: Option<String>,
    /// How to reach them: TLS, login, servers, in the file that Kafka's own tools take [default: plaintext]
    #[arg(long, value_name = "FILE")]
    command_config: Option<PathBuf>,
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
        let mut settings = match &self.command_config {
            Some(path) => command_config::settings(path)?,
            None => Settings::new(""),
        };
        if let Some(servers) = self.servers(&settings).await? {
            settings.bootstrap = Settings::new(&servers).bootstrap;
        }
        settings.connect_timeout = settings.connect_timeout.min(timeout);
        settings.request_timeout = timeout;
        settings.operation_timeout = timeout;
        let servers = settings.bootstrap.join(",");
        match Cluster::connect(settings).await {
            Err(ClientError::Connect { .. }) if self.bootstrap.is_none() => {
                Err(CommandError::Incomplete(format!(
                    "nothing listens on {servers}; start `outrigger up`, or name a cluster with \
                     --bootstrap"
                )))
            }
            Err(error) if self.command_config.is_none() && may_be_secured(&error) => {
                let told = CommandError::Cluster(error).report();
                Err(CommandError::Incomplete(format!(
                    "{told}; a listener with TLS or a login is reached with --command-config FILE"
                )))
            }
            connected => Ok(connected?),
        }
    }

    /// The data directory of the instance that is meant, unless the cluster was named by servers.
    pub(crate) fn own_data_dir(&self) -> Option<DataDir> {
        let others = self.bootstrap.is_some() && !self.data_dir.is_named();
        if others {
            return None;
        }
        self.data_dir.resolve().ok()
    }

    /// How long an operation may take.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout.max(1))
    }

    /// The servers of the command line, else of the file (`None`: they are there already), else
    /// of the data directory.
    async fn servers(&self, settings: &Settings) -> Result<Option<String>, CommandError> {
        if self.bootstrap.is_some() {
            return Ok(self.bootstrap.clone());
        }
        if !settings.bootstrap.is_empty() {
            return Ok(None);
        }
        let data_dir = self.data_dir.resolve().map_err(unreadable)?;
        let named = self.data_dir.is_named();
        let servers = servers_of(&data_dir, named, &settings.transport).await?;
        Ok(Some(servers))
    }
}

/// Whether a listener that wants TLS or a login may answer a bare client like this.
fn may_be_secured(error: &ClientError) -> bool {
    matches!(
        error,
        ClientError::Closed { .. } | ClientError::Broken { .. }
    )
}

/// The servers of the instance in a directory. Whoever named the directory, or left one there that
/// was killed, means no other cluster than that one.
async fn servers_of(
    data_dir: &DataDir,
    named: bool,
    transport: &Transport,
) -> Result<String, CommandError> {
    let running = status::running(data_dir).await.map_err(unreadable)?;
    let way_in = way_in(transport);
    if let Some(endpoints) = &running {
        if let Some(servers) = servers_by(endpoints, way_in) {
            return Ok(servers.to_owned());
        }
        return Err(CommandError::NotRunning(no_way_in(
            data_dir, endpoints, transport,
        )));
    }
    if named || data_dir.endpoints().exists() {
        let told = data_dir.nothing_is_up("servers with --bootstrap");
        return Err(CommandError::NotRunning(told));
    }
    Ok(BOOTSTRAP_DEFAULT.to_owned())
}

/// The sentence for a client of a kind that is not let in.
fn no_way_in(data_dir: &DataDir, endpoints: &Endpoints, transport: &Transport) -> String {
    let told = format!(
        "what is up in {} has no listener for {}",
        data_dir.path().display(),
        transport.security_protocol()
    );
    let by_certificate = data_dir.clients().join("java-tls.properties");
    if way_in(transport).is_none() && endpoints.bootstrap.contains_key(endpoints::TLS) {
        return format!("{told}; add --command-config {}", by_certificate.display());
    }
    format!("{told}; name servers with --bootstrap")
}

/// The key in `bootstrap` of the listener that a client of this kind needs.
fn way_in(transport: &Transport) -> Option<&'static str> {
    match (transport.security_protocol(), &transport.sasl) {
        (SecurityProtocol::Ssl, _) => Some(endpoints::TLS),
        (_, Some(Sasl::Scram { .. } | Sasl::Plain { .. })) => Some(endpoints::SCRAM),
        (_, Some(Sasl::AwsMskIam(_) | Sasl::OauthBearer(_))) => Some(endpoints::IAM),
        (_, None) => None,
    }
}

fn servers_by<'a>(endpoints: &'a Endpoints, way_in: Option<&str>) -> Option<&'a str> {
    match way_in {
        Some(way_in) => endpoints.bootstrap.get(way_in).map(String::as_str),
        None => endpoints.first_bootstrap(),
    }
}

fn unreadable(source: io::Error) -> CommandError {
    CommandError::Input {
        what: "the data directory; or name servers with --bootstrap".into(),
        source,
    }
}

#[cfg(test)]
mod tests;
