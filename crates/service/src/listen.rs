//! Binding a listener of clients.
//!
//! Accepting, and what a connection may do, is for the process whose listener it is.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket};

/// What the system gives a listener; its connections inherit the sizes of the buffers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SocketOptions {
    /// Connections that wait to be accepted.
    pub backlog: u32,
    /// `SO_RCVBUF`; `None` is the system's.
    pub receive_buffer_bytes: Option<u32>,
    /// `SO_SNDBUF`; `None` is the system's.
    pub send_buffer_bytes: Option<u32>,
}

/// A listener that has its address.
#[derive(Debug)]
pub struct Bound {
    /// Its name, as `listeners` spells it.
    pub name: Arc<str>,
    /// Where it really listens: the port is never 0.
    pub address: SocketAddr,
    /// What accepts.
    pub socket: TcpListener,
}

/// Why a listener has no address.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The host name leads nowhere.
    #[error("listener {listener}: cannot resolve {host}; use an address of this machine")]
    Resolve {
        /// The listener's name.
        listener: Arc<str>,
        /// The host in `listeners`.
        host: String,
    },
    /// Another process has the port.
    #[error(
        "listener {listener}: {address} is in use by another process; stop it, or choose another \
         port in {key}"
    )]
    InUse {
        /// The listener's name.
        listener: Arc<str>,
        /// The address.
        address: SocketAddr,
        /// What the address is configured by.
        key: &'static str,
    },
    /// Anything else the system says.
    #[error("listener {listener}: cannot listen on {address}: {cause}")]
    Io {
        /// The listener's name.
        listener: Arc<str>,
        /// The address.
        address: SocketAddr,
        /// What the system says.
        cause: io::Error,
    },
}

/// Binds the listener of this name to `host`, empty for every address, and `port`, 0 for any free
/// one. `key` is where the user has said so: an error names it.
///
/// # Errors
/// The host leads nowhere, or the system does not give the address.
pub async fn bind_by(
    key: &'static str,
    name: &Arc<str>,
    (host, port): (&str, u16),
    options: SocketOptions,
) -> Result<Bound, BindError> {
    let listener = Arc::clone(name);
    // Every address is IPv6 and IPv4 alike, as in Kafka.
    let lookup = if host.is_empty() { "::" } else { host };
    let resolved = tokio::net::lookup_host((lookup, port)).await;
    let Some(address) = resolved.ok().and_then(|mut addresses| addresses.next()) else {
        let host = host.to_owned();
        return Err(BindError::Resolve { listener, host });
    };
    match open(address, options) {
        Ok(socket) => Ok(Bound {
            name: listener,
            address: socket.local_addr().unwrap_or(address),
            socket,
        }),
        Err(e) if e.kind() == io::ErrorKind::AddrInUse => Err(BindError::InUse {
            listener,
            address,
            key,
        }),
        Err(cause) => Err(BindError::Io {
            listener,
            address,
            cause,
        }),
    }
}

/// Binds as [`bind_by`], for processes whose key is Kafka's `listeners`.
///
/// # Errors
/// Those of [`bind_by`].
pub async fn bind(
    name: &Arc<str>,
    place: (&str, u16),
    options: SocketOptions,
) -> Result<Bound, BindError> {
    bind_by("listeners", name, place, options).await
}

fn open(address: SocketAddr, options: SocketOptions) -> io::Result<TcpListener> {
    let socket = if address.is_ipv6() {
        TcpSocket::new_v6()
    } else {
        TcpSocket::new_v4()
    }?;
    socket.set_reuseaddr(true)?;
    if let Some(bytes) = options.receive_buffer_bytes {
        socket.set_recv_buffer_size(bytes)?;
    }
    if let Some(bytes) = options.send_buffer_bytes {
        socket.set_send_buffer_size(bytes)?;
    }
    socket.bind(address)?;
    socket.listen(options.backlog)
}

#[cfg(test)]
mod tests {
    use super::{BindError, SocketOptions, bind, bind_by};

    #[tokio::test]
    async fn what_cannot_be_bound_says_why() {
        let name = "CLIENT".into();
        let options = SocketOptions {
            backlog: 50,
            receive_buffer_bytes: Some(65_536),
            send_buffer_bytes: Some(65_536),
        };
        let bound = bind(&name, ("127.0.0.1", 0), options).await.unwrap();
        let taken = bound.address;
        assert_ne!(taken.port(), 0);
        assert_eq!(*bound.name, *"CLIENT");

        let error = bind(&name, ("127.0.0.1", taken.port()), options).await;
        assert_eq!(
            error.unwrap_err().to_string(),
            format!(
                "listener CLIENT: {taken} is in use by another process; stop it, or choose another \
                 port in listeners"
            )
        );
        let place = ("127.0.0.1", taken.port());
        let error = bind_by("web.listen-address", &name, place, options).await;
        let error = error.unwrap_err().to_string();
        assert!(error.ends_with("port in web.listen-address"), "{error}");
        let error = bind(&name, ("no.such.invalid", 1), options).await;
        assert_eq!(
            error.unwrap_err().to_string(),
            "listener CLIENT: cannot resolve no.such.invalid; use an address of this machine"
        );
        // An address of class E is no machine's.
        let error = bind(&name, ("240.0.0.1", 1), options).await.unwrap_err();
        let cause = error.to_string();
        let cause = cause.strip_prefix("listener CLIENT: cannot listen on 240.0.0.1:1: ");
        assert!(cause.is_some_and(|cause| !cause.is_empty()), "{error}");
        assert!(matches!(error, BindError::Io { .. }));
    }
}
