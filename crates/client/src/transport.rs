//! The seam under a connection: how a byte stream to a broker is opened. Plain TCP today; TLS
//! and SASL become variants here, and nothing above them changes.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// How bytes travel to brokers.
#[derive(Clone, Debug, Default)]
pub enum Transport {
    /// TCP without encryption or login.
    #[default]
    Plain,
}

/// Both directions of an open stream.
pub(crate) struct Stream {
    pub(crate) read: Box<dyn AsyncRead + Send + Unpin>,
    pub(crate) write: Box<dyn AsyncWrite + Send + Unpin>,
}

impl Transport {
    /// Opens a stream to `address`, `host:port`.
    pub(crate) async fn open(&self, address: &str) -> io::Result<Stream> {
        match self {
            Self::Plain => {
                let stream = TcpStream::connect(address).await?;
                // Requests are whole when they are written; waiting for more only delays them.
                stream.set_nodelay(true)?;
                let (read, write) = stream.into_split();
                Ok(Stream {
                    read: Box::new(read),
                    write: Box::new(write),
                })
            }
        }
    }
}
