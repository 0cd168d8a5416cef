//! Apache Kafka itself, with its own authorizer, for tests that compare decisions: one node, users who log in by PLAIN.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use protocol::ErrorCode;
use tempfile::TempDir;

use crate::binary::repository;
use crate::deadline::within;
use crate::login;
use crate::process::Process;
use crate::wire::Wire;

/// Who may do everything.
pub const SUPER_USER: &str = "admin";
const PASSWORD: &str = "secret";
/// A JVM beside compilers and other tests takes many times the five seconds that it takes alone.
const START: Duration = Duration::from_secs(180);
const CLUSTER_ID: &str = "b3V0cmlnZ2VyLXRlc3RzMQ";

/// A running node. Its folder goes with it.
#[derive(Debug)]
pub struct Kafka {
    _process: Process,
    address: SocketAddr,
    _folder: TempDir,
}

impl Kafka {
    /// Starts one whose `users` can log in beside [`SUPER_USER`], with further `properties`.
    pub fn start(users: &[&str], properties: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [client, controller] = free_ports();
        let logins = [SUPER_USER].iter().chain(users);
        let logins: Vec<String> = logins
            .map(|user| format!("user_{user}=\"{PASSWORD}\""))
            .collect();
        let text = format!(
            "node.id=1\nprocess.roles=broker,controller\nlog.dirs={}\n\
             listeners=SASL_PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}\n\
             controller.listener.names=CONTROLLER\ncontroller.quorum.voters=1@127.0.0.1:{controller}\n\
             listener.security.protocol.map=CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT\n\
             inter.broker.listener.name=SASL_PLAINTEXT\nsasl.mechanism.inter.broker.protocol=PLAIN\n\
             sasl.enabled.mechanisms=PLAIN\n\
             listener.name.sasl_plaintext.plain.sasl.jaas.config=\
             org.apache.kafka.common.security.plain.PlainLoginModule required \
             username=\"{SUPER_USER}\" password=\"{PASSWORD}\" {};\n\
             authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n\
             super.users=User:{SUPER_USER};User:ANONYMOUS\n\
             offsets.topic.replication.factor=1\noffsets.topic.num.partitions=4\n\
             transaction.state.log.replication.factor=1\ntransaction.state.log.min.isr=1\n\
             group.initial.rebalance.delay.ms=0\n{properties}\n",
            folder.path().join("data").display(),
            logins.join(" "),
        );
        let config = folder.path().join("server.properties");
        fs::write(&config, text).expect("the configuration can be written");
        let format = ["kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c"];
        let formatted = java().args(format).arg(&config).output().expect("java");
        assert!(formatted.status.success(), "{formatted:?}");
        let process = Process::start(
            java().arg("kafka.Kafka").arg(&config),
            &folder.path().join("kafka.out"),
        );
        let address = SocketAddr::from(([127, 0, 0, 1], client));
        let kafka = Self {
            _process: process,
            address,
            _folder: folder,
        };
        let answers = within(START, || Wire::try_connect(address).ok());
        assert!(answers.is_some(), "Apache Kafka did not start in {START:?}");
        kafka
    }

    /// A connection on which `user` has logged in.
    pub fn connect(&self, user: &str) -> Wire {
        let mut wire = Wire::connect(self.address);
        login::choose(&mut wire, "PLAIN");
        let token = format!("\0{user}\0{PASSWORD}");
        let answer = login::token(&mut wire, token.as_bytes());
        assert_eq!(
            answer.error_code,
            ErrorCode::NONE,
            "{:?}",
            answer.error_message
        );
        wire
    }
}

fn java() -> Command {
    let libs = libs();
    assert!(
        libs.is_dir(),
        "Apache Kafka is not in .tools/kafka/libs: run `cargo xtask tools`"
    );
    let mut java = Command::new("java");
    java.args(["-Xmx512m", "-XX:+UseSerialGC", "-cp"])
        .arg(libs.join("*"));
    java
}

fn libs() -> PathBuf {
    let repository: &Path = repository();
    repository.join(".tools/kafka/libs")
}

/// Two loopback ports that were free a moment ago: a node must know them before it binds them.
fn free_ports() -> [u16; 2] {
    let free = || TcpListener::bind("127.0.0.1:0").expect("a free port");
    let both = [free(), free()];
    both.map(|listener| listener.local_addr().expect("an address").port())
}
