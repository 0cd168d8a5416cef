//! One connection: a whole librdkafka client, or a bare socket that has been through ApiVersions.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use openssl::ssl::SslStream;
use rdkafka::config::ClientConfig;

use super::tls::Tls;
use crate::cli::{Common, Connections};
use crate::client::{self, Asker};

/// Correlation id of the one request that a bare socket sends.
const CORRELATION: [u8; 4] = *b"load";
/// An ApiVersions answer longer than this is none.
const ANSWER_BYTES_MAX: usize = 1 << 20;

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
        Ok(Self::Raw { address, tls })
    }

    pub(super) fn open(&self, timeout: Duration) -> Result<Open> {
        match self {
            Self::Client { config } => {
                let asker = Asker::new(config)?;
                asker.metadata("load-handshake", timeout)?;
                Ok(Open::Client(Box::new(asker)))
            }
            Self::Raw { address, tls } => {
                let peer = address.to_socket_addrs()?.next().context("no address")?;
                let tcp = TcpStream::connect_timeout(&peer, timeout).context("connect")?;
                tcp.set_nodelay(true)?;
                tcp.set_read_timeout(Some(timeout))?;
                tcp.set_write_timeout(Some(timeout))?;
                let Some(tls) = tls else {
                    ask_api_versions(&tcp)?;
                    return Ok(Open::Tcp(tcp));
                };
                let mut stream = tls.connect(tcp)?;
                ask_api_versions(&mut stream)?;
                Ok(Open::Tls(Box::new(stream)))
            }
        }
    }
}

/// Sends ApiVersions v0 and reads the answer.
///
///     length (4) | api key 18 (2) | version 0 (2) | correlation (4) | client id length (2), "load"
fn ask_api_versions(mut stream: impl Read + Write) -> Result<()> {
    let mut frame = Vec::from([0, 0, 0, 14, 0, 18, 0, 0]);
    frame.extend_from_slice(&CORRELATION);
    frame.extend_from_slice(&[0, 4]);
    frame.extend_from_slice(b"load");
    stream.write_all(&frame)?;

    let mut length = [0; 4];
    stream
        .read_exact(&mut length)
        .context("ApiVersions response")?;
    let length = u32::from_be_bytes(length) as usize;
    ensure!(
        (6..=ANSWER_BYTES_MAX).contains(&length),
        "ApiVersions response of {length} bytes"
    );
    let mut body = vec![0; length];
    stream
        .read_exact(&mut body)
        .context("ApiVersions response")?;
    ensure!(body[..4] == CORRELATION, "wrong correlation id");
    let code = i16::from_be_bytes([body[4], body[5]]);
    ensure!(code == 0, "ApiVersions error {code}");
    Ok(())
}
