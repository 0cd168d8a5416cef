//! The two that are scraped: `outrigger up`, and Apache Kafka with the agent in its JVM.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::bench::node::client::Client;
use crate::bench::server::{Binaries, PROPERTIES, free_ports};
use crate::command::Failure;
use crate::stopwatch::poll;
use crate::tools::Tools;

/// A JVM beside compilers.
const START_MAX: Duration = Duration::from_secs(180);
const STOP_MAX: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);
/// The agent builds the text of ten thousand partitions in memory, beside what their logs need.
const HEAP: &str = "-Xmx4G";
/// `/proc` counts CPU time in hundredths of a second on every Linux that Rust runs on.
const TICKS_PER_S: f64 = 100.0;
/// Of our processes, those that a scrape of MBeans asks.
const ASKED: [&str; 3] = ["broker", "authn", "exporter-jmx"];

/// A server, and where it is scraped.
pub(super) struct Scraped {
    pub(super) name: &'static str,
    child: Child,
    bootstrap: String,
    pub(super) address: String,
    /// Those whose CPU counts.
    pids: Vec<(String, u64)>,
}

/// `outrigger up`, ready.
pub(super) fn outrigger(binaries: &Binaries, folder: &Path) -> Result<Scraped, Failure> {
    let data = folder.join("outrigger");
    fs::create_dir_all(&data)?;
    let mut command = binaries.outrigger_up();
    command.args(["--ports", "auto", "--data-dir"]).arg(&data);
    let child = spawn(&mut command, &folder.join("up.out"))?;
    let path = data.join("endpoints.json");
    let endpoints = poll(START_MAX, POLL, || {
        let text = fs::read(&path).ok()?;
        serde_json::from_slice::<Value>(&text).ok()
    });
    let endpoints = endpoints.ok_or_else(|| Failure::of("outrigger up", "does not start"))?;
    let text = |pointer: &str| {
        let text = endpoints.pointer(pointer).and_then(Value::as_str);
        text.map(str::to_owned)
            .ok_or_else(|| Failure::of("endpoints.json", format!("no {pointer}")))
    };
    let processes = endpoints["processes"].as_array().into_iter().flatten();
    let pids = processes.filter_map(|process| {
        let name = process["name"].as_str()?;
        let pid = process["pid"].as_u64()?;
        ASKED.contains(&name).then(|| (name.to_owned(), pid))
    });
    Ok(Scraped {
        name: "outrigger",
        child,
        bootstrap: text("/bootstrap/plaintext")?,
        address: text("/http/exporter_jmx")?
            .trim_start_matches("http://")
            .to_owned(),
        pids: pids.collect(),
    })
}

/// Apache Kafka, once its agent answers.
pub(super) fn kafka(tools: &Tools, binaries: &Binaries, folder: &Path) -> Result<Scraped, Failure> {
    let folder = folder.join("kafka");
    fs::create_dir_all(&folder)?;
    let [port, controller] = free_ports()?;
    let [agent, _] = free_ports()?;
    let config = folder.join("server.properties");
    let text = format!(
        "{PROPERTIES}log.dirs={}\nprocess.roles=broker,controller\n\
         listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}\n\
         controller.listener.names=CONTROLLER\ncontroller.quorum.voters=1@127.0.0.1:{controller}\n",
        folder.join("data").display()
    );
    fs::write(&config, text)?;
    let rules = folder.join("rules.yml");
    fs::write(&rules, "{}\n")?;
    binaries.format_with(&config, &[])?;
    let option = format!(
        "-javaagent:{}=127.0.0.1:{agent}:{}",
        tools.jmx_agent().display(),
        rules.display()
    );
    let mut command = binaries.kafka_with(&[HEAP]);
    command.arg(&config).env("JAVA_TOOL_OPTIONS", option);
    let child = spawn(&mut command, &folder.join("server.out"))?;
    let server = Scraped {
        name: "kafka",
        pids: vec![("kafka".to_owned(), u64::from(child.id()))],
        child,
        bootstrap: format!("127.0.0.1:{port}"),
        address: format!("127.0.0.1:{agent}"),
    };
    let answers = || {
        let mut client = Client::connect(&server.address).ok()?;
        client.scrape("identity").ok()
    };
    match poll(START_MAX, POLL, answers) {
        Some(_) => Ok(server),
        None => Err(Failure::of("the agent", "does not answer")),
    }
}

impl Scraped {
    /// Makes topics, each with a record that somebody has read.
    pub(super) fn create(
        &self,
        tools: &Tools,
        topics: usize,
        partitions: usize,
        folder: &Path,
    ) -> Result<(), Failure> {
        let script = tools.repository().join("tests/compat/python/jmx_topics.py");
        let errors = folder.join(format!("{}.topics", self.name));
        let status = Command::new(tools.python())
            .arg(script)
            .args(["--bootstrap", &self.bootstrap])
            .args(["--topics", &topics.to_string()])
            .args(["--partitions", &partitions.to_string()])
            .stdin(Stdio::null())
            .stderr(File::create(&errors)?)
            .status()?;
        match status.success() {
            true => Ok(()),
            false => {
                let said = fs::read_to_string(&errors).unwrap_or_default();
                let last = said.lines().last().unwrap_or_default();
                Err(Failure::of("jmx_topics.py", last))
            }
        }
    }

    /// CPU seconds so far of each process that counts.
    pub(super) fn cpu_s(&self) -> Result<Vec<(String, f64)>, Failure> {
        let of = |(name, pid): &(String, u64)| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat"))
                .map_err(|cause| Failure::of(name, cause))?;
            let fields = stat.rsplit_once(')').map(|(_, fields)| fields);
            let ticks = fields.map(|fields| fields.split_whitespace().skip(11).take(2));
            let ticks = ticks.into_iter().flatten().flat_map(str::parse::<f64>);
            Ok((name.clone(), ticks.sum::<f64>() / TICKS_PER_S))
        };
        self.pids.iter().map(of).collect()
    }
}

impl Drop for Scraped {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        // What it says at its end concerns nobody any more.
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        if poll(STOP_MAX, POLL, || self.child.try_wait().ok().flatten()).is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
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
