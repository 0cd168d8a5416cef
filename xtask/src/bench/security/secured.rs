//! The two secured servers: `outrigger up`, which makes the certificates and the user, and Apache
//! Kafka, which is given them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::Login;
use crate::bench::load::Load;
use crate::bench::server::{Binaries, Engine, PROPERTIES, free_ports};
use crate::command::Failure;
use crate::stopwatch::poll;

/// Longer than any start, which makes keys.
const START_MAX: Duration = Duration::from_secs(60);
const STOP_MAX: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

/// Where the load generator finds what it logs in with.
#[derive(Clone)]
pub(super) struct Credentials {
    ca_cert: String,
    client_cert: String,
    client_key: String,
    server_pem: PathBuf,
    username: String,
    password: String,
}

/// A server with a plaintext, a TLS and a SCRAM listener.
pub(super) struct Secured {
    engine: Engine,
    child: Child,
    /// Whose CPU counts.
    pids: String,
    plaintext: String,
    tls: String,
    scram: String,
    credentials: Credentials,
}

impl Secured {
    /// `outrigger up`, ready.
    pub(super) fn start_outrigger(binaries: &Binaries, folder: &Path) -> Result<Self, Failure> {
        let data = folder.join("outrigger");
        fs::create_dir_all(&data)?;
        let mut command = binaries.outrigger_up();
        command.args(["--ports", "auto", "--data-dir"]).arg(&data);
        let child = spawn(&mut command, &data.join("up.out"))?;
        let path = data.join("endpoints.json");
        let endpoints = poll(START_MAX, POLL, || {
            let text = fs::read(&path).ok()?;
            serde_json::from_slice::<Value>(&text).ok()
        });
        let endpoints = endpoints.ok_or_else(|| Failure::of("outrigger up", "does not start"))?;
        let text = |pointer: &str| {
            let text = endpoints.pointer(pointer).and_then(Value::as_str);
            text.map(str::to_string)
                .ok_or_else(|| Failure::of("endpoints.json", format!("no {pointer}")))
        };
        let processes = endpoints["processes"].as_array();
        let pids = processes.into_iter().flatten();
        let pids: Vec<String> = pids.map(|process| process["pid"].to_string()).collect();
        let ca_cert = text("/credentials/ca_cert")?;
        let password = fs::read_to_string(text("/credentials/scram_password_file")?)?;
        let credentials = Credentials {
            server_pem: Path::new(&ca_cert).with_file_name("server.pem"),
            ca_cert,
            client_cert: text("/credentials/client_cert")?,
            client_key: text("/credentials/client_key")?,
            username: text("/credentials/scram_username")?,
            password: password.trim().to_string(),
        };
        Ok(Self {
            engine: Engine::Outrigger,
            child,
            pids: pids.join(","),
            plaintext: text("/bootstrap/plaintext")?,
            tls: text("/bootstrap/tls")?,
            scram: text("/bootstrap/scram")?,
            credentials,
        })
    }

    /// Apache Kafka under the same certificates, started; [`Self::wait`] tells when it serves.
    pub(super) fn start_kafka(
        binaries: &Binaries,
        folder: &Path,
        credentials: &Credentials,
    ) -> Result<Self, Failure> {
        let folder = folder.join("kafka");
        fs::create_dir_all(&folder)?;
        let [plaintext, controller] = free_ports()?;
        let [tls, scram] = free_ports()?;
        let data = folder.join("data");
        let config = folder.join("server.properties");
        let text = format!(
            "{PROPERTIES}log.dirs={}\nprocess.roles=broker,controller\n\
             listeners=PLAINTEXT://127.0.0.1:{plaintext},SSL://127.0.0.1:{tls},\
             SASL_SSL://127.0.0.1:{scram},CONTROLLER://127.0.0.1:{controller}\n\
             controller.listener.names=CONTROLLER\n\
             listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,\
             SASL_SSL:SASL_SSL\n\
             controller.quorum.voters=1@127.0.0.1:{controller}\n\
             ssl.keystore.type=PEM\nssl.keystore.location={}\n\
             ssl.truststore.type=PEM\nssl.truststore.location={}\nssl.client.auth=requested\n\
             sasl.enabled.mechanisms=SCRAM-SHA-512\n\
             listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=\
             org.apache.kafka.common.security.scram.ScramLoginModule required;\n",
            data.display(),
            credentials.server_pem.display(),
            credentials.ca_cert,
        );
        fs::write(&config, text)?;
        let (user, password) = (&credentials.username, &credentials.password);
        let scram_user = format!("SCRAM-SHA-512=[name={user},password={password}]");
        binaries.format_with(&config, &["--add-scram", &scram_user])?;
        let mut command = binaries.kafka();
        command.arg(&config);
        let child = spawn(&mut command, &folder.join("server.out"))?;
        Ok(Self {
            engine: Engine::Kafka,
            pids: child.id().to_string(),
            child,
            plaintext: format!("127.0.0.1:{plaintext}"),
            tls: format!("127.0.0.1:{tls}"),
            scram: format!("127.0.0.1:{scram}"),
            credentials: credentials.clone(),
        })
    }

    /// Waits for the first acknowledged record.
    pub(super) fn wait(&self, load: &Load) -> Result<(), Failure> {
        let acked = load.wait_for(&self.plaintext)?.acked_unix_us();
        acked.map(|_| ())
    }

    pub(super) fn engine(&self) -> Engine {
        self.engine
    }

    pub(super) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Runs the load generator against the listener that `login` goes by.
    pub(super) fn run(&self, load: &Load, login: Login, words: &str) -> Result<Value, Failure> {
        let Credentials {
            ca_cert,
            client_cert,
            client_key,
            username,
            password,
            ..
        } = &self.credentials;
        let tls = format!("-X ssl.ca.location={ca_cert}");
        let (bootstrap, properties) = match login {
            Login::Tls => (&self.tls, format!("-X security.protocol=SSL {tls}")),
            Login::Mtls => (
                &self.tls,
                format!(
                    "-X security.protocol=SSL {tls} -X ssl.certificate.location={client_cert} \
                     -X ssl.key.location={client_key}"
                ),
            ),
            Login::Scram => (
                &self.scram,
                format!(
                    "-X security.protocol=SASL_SSL {tls} -X sasl.mechanism=SCRAM-SHA-512 \
                     -X sasl.username={username} -X sasl.password={password}"
                ),
            ),
        };
        load.run(
            bootstrap,
            &format!("{words} --pid {} {properties}", self.pids),
        )
    }

    /// Runs the load generator against the listener without TLS.
    pub(super) fn run_plaintext(&self, load: &Load, words: &str) -> Result<Value, Failure> {
        load.run(&self.plaintext, &format!("{words} --pid {}", self.pids))
    }

    /// SIGTERM, and waits for the end.
    pub(super) fn stop(mut self) -> Result<(), Failure> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        let ended = poll(STOP_MAX, POLL, || self.child.try_wait().ok().flatten());
        ended
            .map(|_| ())
            .ok_or_else(|| Failure::of(self.engine.name(), "did not stop in time"))
    }
}

impl Drop for Secured {
    fn drop(&mut self) {
        // Not running any more unless the run failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(command: &mut Command, output: &Path) -> Result<Child, Failure> {
    let log = File::create(output)?;
    command
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    let child = command.spawn();
    child.map_err(|cause| Failure::of(format!("{command:?}"), cause))
}
