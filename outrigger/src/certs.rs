//! A private certificate authority in a directory: what `up` needs to serve TLS on its first
//! start, and `outrigger certs` to let more clients in and throw them out again.
//!
//! It is for development and small teams: one authority, its key in a file, no intermediates, no
//! requests signed for others. Whoever has an authority gives authn its files instead.
//!
//!     DIR/                       0700
//!       ca-key.pem               the authority's key
//!       served/                  all that authn reads:
//!         ca.pem                 the authority's certificate
//!         server.pem             key and chain of the listeners
//!         crl.pem                what is revoked; authn notices each change
//!       issued.json              every certificate ever issued
//!       clients/NAME/            a folder to hand to whoever runs that client:
//!         client.pem  client-key.pem  ca.pem
//!         keystore.p12  truststore.p12  store-password        the same for Java

mod authority;
mod client;
mod client_files;
mod commands;
mod directory;
mod error;
mod issued;
mod preparation;
mod random;
mod server;
mod stores;

pub(crate) use commands::{CertsArgs, command};
pub(crate) use directory::{CA, CRL, SERVER};
pub(crate) use preparation::{Prepared, prepare};

#[cfg(test)]
mod tests;
