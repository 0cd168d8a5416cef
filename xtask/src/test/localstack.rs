//! LocalStack on a free loopback port, without a container: AWS for tests. Started, waited for until it is healthy, stopped.
//! What is in it is in memory and gone afterwards. It checks no signature: any credentials are good.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::node::free_port;
use crate::command::{Failure, root};
use crate::stopwatch::poll;
use crate::tools::Tools;

/// It takes 5 s on an idle machine.
const START_LIMIT: Duration = Duration::from_secs(90);
const STOP_LIMIT: Duration = Duration::from_secs(20);
const POLL_INTERVAL: Duration = Duration::from_millis(100);
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// Of kinesis-local, as LocalStack 4.9.2 wants it and package.json has it.
const KINESIS_VERSION: &str = "0.4.13";
/// The region of everything in it.
const REGION: &str = "us-east-1";

pub(crate) struct Localstack {
    child: Child,
    port: u16,
}

impl Localstack {
    /// Starts it with these services, comma-separated, and its files in `folder`.
    pub(crate) fn start(tools: &Tools, folder: &Path, services: &str) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder).map_err(|cause| Failure::of(folder.display(), cause))?;
        provide_kinesis(tools, folder)?;
        let port = free_port()
            .ok_or_else(|| Failure::Failed("no port is free for LocalStack".to_owned()))?;
        let address = format!("127.0.0.1:{port}");
        let log = folder.join("localstack.out");
        let output = File::create(&log)?;
        let mut command = command(tools, folder, &address, services);
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let child = command
            .spawn()
            .map_err(|cause| Failure::of(format!("{command:?}"), cause))?;
        let mut localstack = Localstack { child, port };
        let healthy = poll(START_LIMIT, POLL_INTERVAL, || {
            if let Ok(Some(status)) = localstack.child.try_wait() {
                return Some(Err(format!("LocalStack ended with {status} at its start")));
            }
            localstack.is_healthy().then_some(Ok(()))
        });
        let late = || Err(format!("LocalStack was not healthy within {START_LIMIT:?}"));
        match healthy.unwrap_or_else(late) {
            Ok(()) => Ok(localstack),
            Err(why) => Err(Failure::Failed(format!(
                "{why}; its output is in {}",
                log.display()
            ))),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What points an AWS SDK to it.
    pub(crate) fn variables(&self) -> [(&'static str, String); 5] {
        [
            (
                "AWS_ENDPOINT_URL",
                format!("http://127.0.0.1:{}", self.port),
            ),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_DEFAULT_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ]
    }

    /// Stops it; one that ended by itself was a failure.
    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        if let Some(status) = self.child.try_wait()? {
            return Err(Failure::Failed(format!("LocalStack ended with {status}")));
        }
        Command::new("kill")
            .arg("-TERM")
            .arg(self.child.id().to_string())
            .status()?;
        // One that does not listen is killed when it is dropped: its state is of no worth.
        poll(STOP_LIMIT, POLL_INTERVAL, || {
            self.child.try_wait().ok().flatten()
        });
        Ok(())
    }

    fn is_healthy(&self) -> bool {
        self.health()
            .is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }

    fn health(&self) -> std::io::Result<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let mut stream = TcpStream::connect_timeout(&address, ANSWER_LIMIT)?;
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        let request =
            "GET /_localstack/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

/// What runs it at `address`, with its files in `folder` and these services, comma-separated.
pub(crate) fn command(tools: &Tools, folder: &Path, address: &str, services: &str) -> Command {
    let mut command = Command::new(tools.localstack_python());
    command
        .arg(root().join("tests/compat/localstack/start.py"))
        .env("FILESYSTEM_ROOT", folder)
        .env("HOME", folder)
        .env("GATEWAY_LISTEN", address)
        .env("LOCALSTACK_HOST", address)
        .env("SERVICES", services)
        // No container, no name server, no word to its makers, no download.
        .env("OVERRIDE_IN_DOCKER", "0")
        .env("DNS_ADDRESS", "0")
        .env("DISABLE_EVENTS", "1")
        .env("SKIP_SSL_CERT_DOWNLOAD", "1")
        // Healthy is then ready: loading a service takes longer than a client waits.
        .env("EAGER_SERVICE_LOADING", "1")
        .env("LS_LOG", "warn")
        .current_dir(folder);
    command
}

/// Puts what plays Kinesis where LocalStack would have put it, from the network, at the first call.
///
/// # Errors
/// The folder cannot be written.
pub(crate) fn provide_kinesis(tools: &Tools, folder: &Path) -> Result<(), Failure> {
    let installed = tools.localstack_kinesis();
    let place = folder.join("var/lib/localstack/lib/kinesis-local");
    let link = place.join(KINESIS_VERSION);
    if !installed.exists() || link.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(&place).map_err(|cause| Failure::of(place.display(), cause))?;
    std::os::unix::fs::symlink(&installed, &link)
        .map_err(|cause| Failure::of(link.display(), cause))
}

impl Drop for Localstack {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
