//! One server under test: started in a folder of its own on a free loopback port, killed and started again there on demand, gone when dropped.
//! It waits by polling until the server answers ApiVersions; it never looks inside.

mod kafka;
mod outrigger;
mod probe;

pub(crate) use self::kafka::java as java_command;
pub(crate) use self::probe::free_port;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::options::Server;
use crate::command::Failure;
use crate::stopwatch::poll;
use crate::tools::Tools;

/// How long a start may take: a JVM on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long a stop may take before it is a failure.
const STOP_LIMIT: Duration = Duration::from_secs(40);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Keys both servers get, so that their answers compare.
const COMMON_PROPERTIES: &str = "\
node.id=1
num.partitions=4
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
process.roles=broker,controller
controller.listener.names=CONTROLLER
";

pub(crate) struct Node {
    server: Server,
    tools: Tools,
    folder: PathBuf,
    /// Extra lines of its configuration.
    properties: String,
    /// Extra words for the JVM of Apache Kafka.
    jvm: Vec<String>,
    /// Unknown (0) until the first start, then fixed for the node's life.
    port: u16,
    child: Option<Child>,
}

impl Node {
    /// Starts `server` with its data and logs in `folder`, which must be new.
    pub(crate) fn start(
        server: &Server,
        tools: &Tools,
        folder: &Path,
        properties: &str,
    ) -> Result<Node, Failure> {
        Node::start_with(server, tools, folder, properties, Vec::new())
    }

    /// Starts Apache Kafka with these words more for its JVM.
    pub(crate) fn start_kafka(
        tools: &Tools,
        folder: &Path,
        properties: &str,
        jvm: Vec<String>,
    ) -> Result<Node, Failure> {
        Node::start_with(&Server::Kafka, tools, folder, properties, jvm)
    }

    fn start_with(
        server: &Server,
        tools: &Tools,
        folder: &Path,
        properties: &str,
        jvm: Vec<String>,
    ) -> Result<Node, Failure> {
        fs::create_dir_all(folder).map_err(|cause| Failure::of(folder.display(), cause))?;
        let mut node = Node {
            server: server.clone(),
            tools: tools.clone(),
            folder: folder.to_path_buf(),
            properties: format!("{COMMON_PROPERTIES}{properties}"),
            jvm,
            port: 0,
            child: None,
        };
        node.launch()?;
        Ok(node)
    }

    pub(crate) fn bootstrap(&self) -> String {
        match &self.server {
            Server::At(address) => address.clone(),
            Server::Kafka | Server::Outrigger => format!("127.0.0.1:{}", self.port),
        }
    }

    pub(crate) fn restartable(&self) -> bool {
        !matches!(self.server, Server::At(_))
    }

    /// `kill -9`; the port and the data stay.
    pub(crate) fn kill(&mut self) -> Result<(), Failure> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// SIGTERM, then the wait for a clean end.
    pub(crate) fn stop(&mut self) -> Result<(), Failure> {
        let Some(child) = self.child.as_mut() else {
            return Ok(());
        };
        Command::new("kill")
            .arg("-TERM")
            .arg(child.id().to_string())
            .status()?;
        let ended = poll(STOP_LIMIT, POLL_INTERVAL, || {
            child.try_wait().ok().flatten()
        });
        let status = ended.ok_or_else(|| {
            Failure::Failed(format!("the server ignored SIGTERM for {STOP_LIMIT:?}"))
        })?;
        self.child = None;
        // A JVM ended by SIGTERM reports 143.
        match status.code() {
            Some(0 | 143) => Ok(()),
            _ => Err(Failure::Failed(format!(
                "the server ended with {status} after SIGTERM"
            ))),
        }
    }

    /// Starts it again where it stood.
    pub(crate) fn launch(&mut self) -> Result<(), Failure> {
        let command = match self.server {
            Server::At(_) => None,
            Server::Kafka => Some(kafka::command(
                &self.tools,
                &self.folder,
                &self.properties,
                &self.jvm,
                &mut self.port,
            )?),
            Server::Outrigger => Some(outrigger::command(
                &self.tools,
                &self.folder,
                &self.properties,
                self.port,
            )?),
        };
        let Some(mut command) = command else {
            return Ok(());
        };
        let log = self.folder.join("server.out");
        let output = fs::File::options().create(true).append(true).open(&log)?;
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let child = command
            .spawn()
            .map_err(|cause| Failure::of(format!("{command:?}"), cause))?;
        let pid = child.id();
        self.child = Some(child);
        self.await_answers(pid, &log)
    }

    fn await_answers(&mut self, pid: u32, log: &Path) -> Result<(), Failure> {
        let (server, folder) = (self.server.clone(), self.folder.clone());
        let mut port = self.port;
        let Some(child) = self.child.as_mut() else {
            return Ok(());
        };
        let answered = poll(START_LIMIT, POLL_INTERVAL, || {
            if let Ok(Some(status)) = child.try_wait() {
                return Some(Err(status));
            }
            if server == Server::Outrigger {
                port = outrigger::port(&folder, pid)?;
            }
            probe::answers(port).then_some(Ok(()))
        });
        self.port = port;
        let why = match answered {
            Some(Ok(())) => return Ok(()),
            Some(Err(status)) => format!("the server ended with {status} at its start"),
            None => format!("the server did not answer within {START_LIMIT:?}"),
        };
        Err(Failure::Failed(format!(
            "{why}; its output is in {}",
            log.display()
        )))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}
