//! TLS for bare sockets, from the few librdkafka security properties that they can honour.

use std::collections::HashMap;
use std::net::TcpStream;

use anyhow::{Context, Result, anyhow, bail};
use openssl::ssl::{SslConnector, SslFiletype, SslMethod, SslStream, SslVerifyMode};

use crate::cli::Common;
use crate::client::key_value;

pub(super) struct Tls {
    connector: SslConnector,
    host: String,
    verify_hostname: bool,
}

impl Tls {
    /// `None` where the properties ask for plaintext.
    pub(super) fn from_properties(common: &Common, address: &str) -> Result<Option<Self>> {
        let properties: HashMap<&str, &str> = common
            .property
            .iter()
            .map(|pair| key_value(pair))
            .collect::<Result<_>>()?;
        let property = |key: &str| properties.get(key).copied();
        let protocol = property("security.protocol").unwrap_or("PLAINTEXT");
        match protocol.to_ascii_uppercase().as_str() {
            "PLAINTEXT" | "SASL_PLAINTEXT" => return Ok(None),
            "SSL" | "SASL_SSL" => {}
            other => bail!("security.protocol {other} is none"),
        }
        let mut builder = SslConnector::builder(SslMethod::tls_client())?;
        if let Some(file) = property("ssl.ca.location") {
            let done = builder.set_ca_file(file);
            done.with_context(|| format!("ssl.ca.location {file}"))?;
        }
        if let Some(file) = property("ssl.certificate.location") {
            let done = builder.set_certificate_chain_file(file);
            done.with_context(|| format!("ssl.certificate.location {file}"))?;
        }
        if let Some(file) = property("ssl.key.location") {
            let done = builder.set_private_key_file(file, SslFiletype::PEM);
            done.with_context(|| format!("ssl.key.location {file}"))?;
        }
        if property("enable.ssl.certificate.verification") == Some("false") {
            builder.set_verify(SslVerifyMode::NONE);
        }
        let (host, _) = address
            .rsplit_once(':')
            .with_context(|| format!("bootstrap server {address} has no port"))?;
        Ok(Some(Self {
            connector: builder.build(),
            host: host.trim_matches(['[', ']']).to_string(),
            verify_hostname: property("ssl.endpoint.identification.algorithm") != Some("none"),
        }))
    }

    pub(super) fn connect(&self, tcp: TcpStream) -> Result<SslStream<TcpStream>> {
        let configuration = self.connector.configure()?;
        configuration
            .verify_hostname(self.verify_hostname)
            .connect(&self.host, tcp)
            .map_err(|cause| anyhow!("TLS: {cause}"))
    }
}
