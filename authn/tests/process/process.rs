//! Starts the authn program in a directory of its own and ends it by its number.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::broker::{Broker, PATIENCE};
use crate::pki::Pki;

/// A running authn. Dropping it kills the process.
pub(crate) struct Authn {
    pub pki: Pki,
    directory: TempDir,
    child: Child,
    endpoints: serde_json::Value,
}

impl Authn {
    /// Starts the program with two listeners, `CLIENT_SECURE` (requested certificates) and
    /// `CLIENT_SASL_SCRAM`, and these further properties.
    pub(crate) async fn start(properties: &str) -> Self {
        Self::prepared(properties, |_| {}).await
    }

    /// The same with further files, which `prepare` writes; `DIR` in the properties is where.
    pub(crate) async fn prepared(properties: &str, prepare: impl FnOnce(&Path)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let pki = Pki::new();
        fs::write(at.join("server.pem"), pki.server_pem()).unwrap();
        fs::write(at.join("ca.pem"), pki.authority_pem()).unwrap();
        prepare(at);
        let handoff = at.join("run");
        fs::DirBuilder::new().mode(0o750).create(&handoff).unwrap();
        let text = format!(
            "listeners=CLIENT_SECURE://127.0.0.1:0,CLIENT_SASL_SCRAM://127.0.0.1:0\n\
             ssl.keystore.location={at}/server.pem\n\
             ssl.truststore.location={at}/ca.pem\n\
             ssl.client.auth=requested\n\
             outrigger.handoff.directory={at}/run\n\
             outrigger.endpoints.file={at}/run/authn.json\n\
             outrigger.admin.listener=127.0.0.1:0\n\
             outrigger.log.dir={at}/logs\n\
             {properties}\n",
            at = at.display(),
            properties = properties.replace("DIR", &at.to_string_lossy()),
        );
        fs::write(at.join("authn.properties"), text).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_outrigger-authn"))
            .arg("--config")
            .arg(at.join("authn.properties"))
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut authn = Self {
            pki,
            directory,
            child,
            endpoints: serde_json::Value::Null,
        };
        authn.endpoints = authn.read_endpoints().await;
        authn
    }

    async fn read_endpoints(&mut self) -> serde_json::Value {
        let file = self.handoff().join("authn.json");
        let read = async {
            loop {
                if let Ok(text) = fs::read_to_string(&file) {
                    return serde_json::from_str(&text).unwrap();
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        let endpoints = tokio::time::timeout(PATIENCE, read).await;
        endpoints.expect("authn starts in time")
    }

    /// The directory of the hand-off.
    pub(crate) fn handoff(&self) -> PathBuf {
        self.path("run")
    }

    /// A path in the directory of this process.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The number of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A broker for it.
    pub(crate) async fn broker(&self, key: u8) -> Broker {
        Broker::start(&self.handoff(), key).await
    }

    /// Where a listener is.
    pub(crate) fn address(&self, listener: &str) -> SocketAddr {
        let address = self.endpoints["listeners"][listener].as_str();
        address.unwrap().parse().unwrap()
    }

    /// The sum of a metric over all label sets whose text contains `labels`.
    pub(crate) async fn metric(&self, name: &str, labels: &str) -> f64 {
        let text = self.http("/metrics").await;
        text.lines()
            .filter(|line| line.starts_with(name) && line.contains(labels))
            .filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok())
            .sum()
    }

    /// What a GET of the admin listener answers.
    pub(crate) async fn http(&self, path: &str) -> String {
        String::from_utf8(self.http_bytes(path).await).unwrap()
    }

    /// The same where it is no text, head included.
    pub(crate) async fn http_bytes(&self, path: &str) -> Vec<u8> {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let address = self.endpoints["admin"].as_str().unwrap();
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        answer
    }

    /// Every attribute of every MBean: `name attribute`, such as
    /// `kafka.network:type=SocketServer,name=ExpiredConnectionsKilledCount Value`.
    pub(crate) async fn beans(&self) -> BTreeMap<String, f64> {
        let answer = self.http_bytes("/mbeans").await;
        let head = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let snapshot = mbean::wire::decode(&answer[head + 4..]).unwrap();
        let mut mirror = mbean::wire::Mirror::default();
        mirror.apply(snapshot).unwrap();
        assert_eq!(mirror.process(), "authn");
        let mut beans = BTreeMap::new();
        for section in mirror.sections() {
            let mut values = section.values.iter();
            for bean in section.beans.iter() {
                for attribute in bean.attributes.iter() {
                    let name = format!("{} {}", bean.name.as_str(), attribute.name);
                    let before = beans.insert(name, *values.next().unwrap());
                    assert!(before.is_none(), "{} is there twice", bean.name.as_str());
                }
            }
        }
        beans
    }

    /// Waits until a metric has come up to a value, or down to 0.
    pub(crate) async fn until_metric(&self, name: &str, labels: &str, value: f64) {
        let has = |now: f64| {
            if value == 0.0 {
                now == 0.0
            } else {
                now >= value
            }
        };
        let reached = async {
            while !has(self.metric(name, labels).await) {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, reached).await.is_err() {
            let is = self.metric(name, labels).await;
            panic!("{name}{{{labels}}} is {is}, not {value}");
        }
    }

    /// How many descriptors the process has open.
    pub(crate) fn descriptors(&self) -> usize {
        let dir = format!("/proc/{}/fd", self.pid());
        fs::read_dir(dir).unwrap().count()
    }

    /// Resident memory in bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let status = status(self.pid());
        let line = &status["VmRSS"];
        let kib = line.split_whitespace().next().unwrap();
        kib.parse::<u64>().unwrap() * 1024
    }

    /// A log file's text.
    pub(crate) fn log(&self, name: &str) -> String {
        fs::read_to_string(self.path("logs").join(name)).unwrap_or_default()
    }

    /// The file once it holds `text`: a thread of its own writes it.
    pub(crate) async fn log_with(&self, name: &str, text: &str) -> String {
        let written = async {
            loop {
                let log = self.log(name);
                if log.contains(text) {
                    return log;
                }
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        match tokio::time::timeout(PATIENCE, written).await {
            Ok(log) => log,
            Err(_) => panic!("{text:?} is not in {name}:\n{}", self.log(name)),
        }
    }

    /// Ends the process as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks the process to stop; gives its exit status.
    pub(crate) async fn terminate(&mut self) -> i32 {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status.code().unwrap_or(-1);
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        let status = tokio::time::timeout(PATIENCE, ended).await;
        status.expect("it stops in time")
    }
}

impl Drop for Authn {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `/proc/PID/status` by name.
pub(crate) fn status(pid: u32) -> BTreeMap<String, String> {
    let path = format!("/proc/{pid}/status");
    let text = fs::read_to_string(Path::new(&path)).unwrap();
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect()
}
