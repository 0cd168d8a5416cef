//! The MBeans of a running broker, as an exporter reads them.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use mbean::wire::{Mirror, decode};

use crate::broker::Broker;

/// Lines of `server.properties` without which there is nothing to read, and with which the lag of
/// groups is soon known.
pub const PROPERTIES: &str = "outrigger.admin.listener=127.0.0.1:0\noutrigger.lag.interval.ms=100";

/// Reads the beans of one process again and again.
#[derive(Debug)]
pub struct Beans {
    admin: SocketAddr,
    mirror: Mirror,
}

/// Attributes by the name of their bean.
pub type Values = BTreeMap<String, BTreeMap<String, f64>>;

impl Beans {
    /// Those of a broker that was started with [`PROPERTIES`].
    pub fn of(broker: &Broker) -> Self {
        let path = broker.folder().join("broker-endpoints.json");
        let text = std::fs::read(path).expect("the endpoints file");
        let endpoints: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        let admin = endpoints["admin"].as_str().expect("an admin address");
        Self {
            admin: admin.parse().expect("an address"),
            mirror: Mirror::default(),
        }
    }

    /// All values now.
    pub fn read(&mut self) -> Values {
        let query = self.mirror.known().map(|known| known.to_query());
        let path = format!("/mbeans?{}", query.unwrap_or_default());
        let snapshot = decode(&get(self.admin, &path)).expect("a snapshot");
        self.mirror.apply(snapshot).expect("the names that changed");
        let mut values = Values::new();
        for section in self.mirror.sections() {
            let mut row = section.values.iter();
            for bean in section.beans.iter() {
                let attributes = bean.attributes.iter().map(|attribute| {
                    let value = row.next().expect("a value for each attribute");
                    (attribute.name.to_string(), *value)
                });
                let attributes: BTreeMap<_, _> = attributes.collect();
                let twice = values.insert(bean.name.to_string(), attributes);
                assert!(twice.is_none(), "{} is there twice", bean.name);
            }
        }
        values
    }

    /// One attribute now; none where there is no such bean.
    pub fn value(&mut self, bean: &str, attribute: &str) -> Option<f64> {
        self.read().get(bean)?.get(attribute).copied()
    }
}

/// The body of an answer of the admin server.
pub fn get(admin: SocketAddr, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(admin).expect("the admin server");
    let request = format!("GET {path} HTTP/1.1\r\nHost: tests\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let head = String::from_utf8_lossy(&answer[..end.expect("a header")]).into_owned();
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    answer.split_off(end.unwrap_or_default() + 4)
}
