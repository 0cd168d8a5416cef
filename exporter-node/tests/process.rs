//! The process as a user starts it: what it answers over HTTP, how it ends, and what it refuses.

#![cfg(test)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// Long enough for a machine that builds beside.
const PATIENCE: Duration = Duration::from_secs(60);
const TURN: Duration = Duration::from_millis(10);

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_outrigger-exporter-node"));
    let machine = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/machine");
    for (flag, name) in [("--path.procfs", "proc"), ("--path.sysfs", "sys")] {
        command.arg(flag).arg(machine.join(name));
    }
    command
}

struct Exporter {
    child: Child,
    address: String,
    directory: tempfile::TempDir,
}

impl Exporter {
    fn start(arguments: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let endpoints = directory.path().join("endpoints.json");
        let child = program()
            .args(["--web.listen-address", "127.0.0.1:0"])
            .arg("--outrigger.endpoints.file")
            .arg(&endpoints)
            .args(arguments)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let turns = PATIENCE.as_millis() / TURN.as_millis();
        let found = (0..turns).find_map(|_| {
            let read = std::fs::read_to_string(&endpoints).ok();
            if read.is_none() {
                // Nothing tells that a file has come; the number of turns bounds the wait.
                std::thread::park_timeout(TURN);
            }
            read
        });
        let found: serde_json::Value = serde_json::from_str(&found.unwrap()).unwrap();
        let address = found["listeners"]["http"].as_str().unwrap().to_owned();
        Self {
            child,
            address,
            directory,
        }
    }

    /// The answer's first line, its content type, and its body.
    fn get(&self, path: &str, accept: &str) -> (String, String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let address = &self.address;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.lines().next().unwrap().to_owned();
        let kind = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_kind = name.eq_ignore_ascii_case("content-type");
            is_kind.then(|| value.trim().to_owned())
        });
        (status, kind.unwrap_or_default(), body.to_owned())
    }

    /// Ends it as an administrator does, and gives its exit status.
    fn end(mut self) -> Option<i32> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(std::fs::read_dir(self.directory.path()).unwrap().count(), 0);
        status.code()
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_scrape_gives_what_it_asks_for() {
    let exporter = Exporter::start(&["--no-collector.netclass"]);
    let (status, kind, body) = exporter.get("/metrics", "*/*");
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
    for line in [
        "node_load1 1.25",
        "node_memory_MemTotal_bytes 2097152000",
        "node_scrape_collector_success{collector=\"meminfo\"} 1",
        "# TYPE process_resident_memory_bytes gauge",
        "# TYPE process_network_receive_bytes_total counter",
        "# TYPE process_virtual_memory_max_bytes gauge",
        "# TYPE node_timex_sync_status gauge",
        "# TYPE node_uname_info gauge",
    ] {
        assert!(body.lines().any(|found| found == line), "{line}");
    }
    assert!(body.contains("\nnode_exporter_build_info{"));
    assert!(!body.contains("collector=\"netclass\"") && !body.contains("\ngo_"));
    exposition::parse(&body).unwrap();

    let open_metrics = "application/openmetrics-text;version=1.0.0";
    let (_, kind, body) = exporter.get("/metrics", open_metrics);
    assert!(
        kind.starts_with(open_metrics.split(';').next().unwrap()),
        "{kind}"
    );
    assert!(body.ends_with("# EOF\n"));
    exposition::parse_as(&body, exposition::Format::OpenMetrics1).unwrap();

    let (_, _, body) = exporter.get("/metrics?collect[]=loadavg&collect%5B%5D=stat", "*/*");
    assert!(body.contains("\nnode_load5 0.75\n") && body.contains("\nnode_forks_total 4321\n"));
    assert!(!body.contains("\nnode_memory"));
    let (_, _, body) = exporter.get("/metrics?exclude[]=loadavg", "*/*");
    assert!(!body.contains("\nnode_load5 ") && body.contains("\nnode_memory"));
    for (query, expected) in [
        ("collect[]=gpu", "missing collector: gpu"),
        ("collect[]=netclass", "disabled collector: netclass"),
        (
            "collect[]=cpu&exclude[]=stat",
            "Combined collect and exclude queries are not allowed.",
        ),
    ] {
        let (status, _, body) = exporter.get(&format!("/metrics?{query}"), "*/*");
        assert_eq!(status, "HTTP/1.1 400 Bad Request");
        assert!(body.contains(expected), "{body}");
    }
    assert_eq!(exporter.end(), Some(0));
}

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

#[test]
fn what_cannot_be_configured_is_told_by_name() {
    for (arguments, expected) in [
        (
            &["--collector.wifi"][..],
            "collector.wifi: this collector of node_exporter is not offered",
        ),
        (
            &["--override", "collector.cpuu=true"],
            "did you mean collector.cpu",
        ),
        (&["--collector.vmstat.fields=("], "collector.vmstat.fields"),
        (&["--collector.gpu"], "--collector.gpu"),
        (&["--cloudwatch.enabled"], "cloudwatch.cluster-name"),
    ] {
        let output = run(arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && told.contains(expected),
            "{told}"
        );
    }
}

#[test]
fn a_check_and_a_dry_run_end_by_themselves() {
    let output = run(&[
        "--check-config",
        "--collector.disable-defaults",
        "--collector.cpu",
    ]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told, "configuration is valid: collectors cpu\n");
    let output = run(&["--cloudwatch.dry-run"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success() && told.contains("PER_BROKER"),
        "{told}"
    );
    let output = run(&["--print-default-config"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("\ncollector.cpu=true\n"), "{told}");
}
