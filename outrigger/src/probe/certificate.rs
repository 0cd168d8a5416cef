//! How the instance's own commands come by TLS: with the client certificate that `up` made, and the
//! authority that it made, both named in `endpoints.json`, for whoever may read them.

use super::explained;
use crate::endpoints::Endpoints;
use client::{ClientIdentity, HostCheck, StoreFormat, Tls, TlsVersions, TrustAnchors};
use std::path::Path;
use zeroize::Zeroizing;

/// TLS of the instance's owner.
///
/// # Errors
/// A file is not named, cannot be read, or is none.
pub(crate) fn owner_tls(endpoints: &Endpoints) -> Result<Tls, String> {
    let read = |key: &str| {
        let path = endpoints.credentials.get(key);
        let path = Path::new(path.ok_or_else(|| format!("endpoints.json names no {key}"))?);
        let read = std::fs::read(path).map(Zeroizing::new);
        read.map_err(|error| format!("cannot read {}: {error}", path.display()))
    };
    let (ca, chain, key) = (read("ca_cert")?, read("client_cert")?, read("client_key")?);
    let made = || {
        let anchors = TrustAnchors::from_store(&ca, Some(StoreFormat::Pem), None)?;
        let identity = ClientIdentity::from_pem(&chain, &key)?;
        Tls::new(
            &anchors,
            Some(identity),
            HostCheck::Https,
            TlsVersions::Both,
        )
    };
    made().map_err(|error| explained(&error))
}
