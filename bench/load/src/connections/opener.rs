//! One connection: a whole librdkafka client, or a bare socket that has been through ApiVersions.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use openssl::ssl::SslStream;
use rdkafka::config::ClientConfig;

use super::frame::exchange;
use super::scram::Scram;
use super::tls::Tls;
use crate::cli::{Common, Connections};
use crate::client::{self, Asker, key_value};

const API_VERSIONS: i16 = 18;

/// Something open; dropping it closes it.
pub(super) enum Open {
    Client(#[expect(dead_code, reason = "held open")] Box<Asker>),
    Tcp(#[expect(dead_code, reason = "held open")] TcpStream),
    Tls(#[expect(dead_code, reason = "held open")] Box<SslStream<TcpStream>>),
}

pub(super) enum Opener {
    Client {
        config: ClientConfig,
    },
    Raw {
        address: String,
        tls: Option<Box<Tls>>,
        scram: Option<Box<Scram>>,
    },
}

impl Opener {
    pub(super) fn new(common: &Common, asked: &Connections) -> Result<Self> {
        if !asked.raw {
            let config = client::plain_config(common)?;
            return Ok(Self::Client { config });
        }
        let servers = common.bootstrap.split(',');
        let address = servers
            .map(str::trim)
            .next()
            .unwrap_or_default()
            .to_string();
        let tls = Tls::from_properties(common, &address)?.map(Box::new);
        let scram = scram(common)?.map(Box::new);
        Ok(Self::Raw {
            address,
            tls,
            scram,
        })
    }

    pub(super) fn open(&self, timeout: Duration) -> Result<Open> {
        match self {
            Self::Client { config } => {
                let asker = Asker::new(config)?;
                asker.metadata("load-handshake", timeout)?;
                Ok(Open::Client(Box::new(asker)))
            }
            Self::Raw {
                address,
                tls,
                scram,
            } => {
                let peer = address.to_socket_addrs()?.next().context("no address")?;
                let tcp = TcpStream::connect_timeout(&peer, timeout).context("connect")?;
                tcp.set_nodelay(true)?;
                tcp.set_read_timeout(Some(timeout))?;
                tcp.set_write_timeout(Some(timeout))?;
                let Some(tls) = tls else {
                    greet(&mut &tcp, scram.as_deref())?;
                    return Ok(Open::Tcp(tcp));
                };
                let mut stream = tls.connect(tcp)?;
                greet(&mut stream, scram.as_deref())?;
                Ok(Open::Tls(Box::new(stream)))
            }
        }
    }
}

/// Everything before a client's first real request.
fn greet(stream: &mut (impl Read + Write), scram: Option<&Scram>) -> Result<()> {
    ask_api_versions(stream)?;
    match scram {
        Some(scram) => scram.log_in(stream),
        None => Ok(()),
    }
}

/// From the properties that librdkafka would take.
fn scram(common: &Common) -> Result<Option<Scram>> {
    let properties: HashMap<&str, &str> = common
        .property
        .iter()
        .map(|pair| key_value(pair))
        .collect::<Result<_>>()?;
    let property = |key: &str| properties.get(key).copied().unwrap_or_default();
    if !property("security.protocol")
        .to_ascii_uppercase()
        .starts_with("SASL")
    {
        return Ok(None);
    }
    let (user, password) = (property("sasl.username"), property("sasl.password"));
    Scram::new(property("sasl.mechanism"), user, password).map(Some)
}

/// Sends ApiVersions v0, as every client does first.
fn ask_api_versions(stream: &mut (impl Read + Write)) -> Result<()> {
    let answer = exchange(stream, API_VERSIONS, 0, &[])?;
    let code = answer.first_chunk().copied().map(i16::from_be_bytes);
    ensure!(code == Some(0), "ApiVersions error {code:?}");
    Ok(())
}
