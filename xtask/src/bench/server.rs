//! The two servers: how each is set up in a folder, started and stopped. Both get the same keys and
//! otherwise their defaults; Apache Kafka gets the heap its own start script gives it.

mod binaries;

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::command::Failure;
use crate::stopwatch::poll;

pub(super) use binaries::Binaries;

/// What a single node needs, whoever it is.
pub(super) const PROPERTIES: &str = "\
node.id=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
";
/// How long a server may take to stop cleanly.
const STOP_MAX: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Engine {
    Kafka,
    Outrigger,
}

impl Engine {
    pub(super) const ALL: [Self; 2] = [Self::Kafka, Self::Outrigger];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kafka => "kafka",
            Self::Outrigger => "outrigger",
        }
    }
}

/// One server in a folder of its own, on a port that was free.
pub(super) struct Server<'a> {
    engine: Engine,
    binaries: &'a Binaries,
    folder: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl<'a> Server<'a> {
    /// Sets the folder up; starts nothing.
    pub(super) fn prepare(
        engine: Engine,
        binaries: &'a Binaries,
        folder: &Path,
    ) -> Result<Self, Failure> {
        fs::create_dir_all(folder).map_err(|cause| Failure::of(folder.display(), cause))?;
        let [port, controller] = free_ports()?;
        let data = folder.join("data");
        let data = data.display();
        let text = match engine {
            Engine::Kafka => format!(
                "{PROPERTIES}log.dirs={data}\nprocess.roles=broker,controller\n\
                 listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}\n\
                 controller.listener.names=CONTROLLER\n\
                 controller.quorum.voters=1@127.0.0.1:{controller}\n"
            ),
            Engine::Outrigger => {
                format!("{PROPERTIES}log.dirs={data}\nlisteners=PLAINTEXT://127.0.0.1:{port}\n")
            }
        };
        let config = folder.join("server.properties");
        fs::write(&config, text).map_err(|cause| Failure::of(config.display(), cause))?;
        if engine == Engine::Kafka {
            binaries.format(&config)?;
        }
        Ok(Self {
            engine,
            binaries,
            folder: folder.to_path_buf(),
            port,
            child: None,
        })
    }

    /// Forks; whether it answers is for a client to find out.
    pub(super) fn start(&mut self) -> Result<(), Failure> {
        let config = self.folder.join("server.properties");
        let mut command = match self.engine {
            Engine::Kafka => self.binaries.kafka(),
            Engine::Outrigger => self.binaries.outrigger(),
        };
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("server.out"))?;
        command.arg(config).current_dir(&self.folder);
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let child = command.spawn();
        self.child = Some(child.map_err(|cause| Failure::of(self.engine.name(), cause))?);
        Ok(())
    }

    pub(super) fn bootstrap(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(super) fn pid(&self) -> Result<u32, Failure> {
        let child = self.child.as_ref();
        child
            .map(Child::id)
            .ok_or_else(|| Failure::of(self.engine.name(), "is not running"))
    }

    /// The end of what it said, for a failure.
    pub(super) fn output(&self) -> String {
        let text = fs::read_to_string(self.folder.join("server.out")).unwrap_or_default();
        let tail: Vec<&str> = text.lines().rev().take(5).collect();
        tail.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// SIGTERM, and waits for the end.
    pub(super) fn stop(&mut self) -> Result<(), Failure> {
        let Some(mut child) = self.child.take() else {
            return Ok(());
        };
        let pid = child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        let ended = poll(STOP_MAX, POLL, || child.try_wait().ok().flatten());
        if ended.is_none() {
            child.kill()?;
            child.wait()?;
            let what = format!("did not stop within {} s", STOP_MAX.as_secs());
            return Err(Failure::of(self.engine.name(), what));
        }
        Ok(())
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // Only reached when the run failed: nothing is left to measure.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Two loopback ports that were free a moment ago.
pub(super) fn free_ports() -> Result<[u16; 2], Failure> {
    let (one, other) = (
        TcpListener::bind("127.0.0.1:0")?,
        TcpListener::bind("127.0.0.1:0")?,
    );
    Ok([one.local_addr()?.port(), other.local_addr()?.port()])
}
