//! `ssl.*`: whom to trust, and which certificate to show.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Pairs, PropertyError, pem};
use crate::{ClientIdentity, HostCheck, StoreFormat, Tls, TlsVersions, TrustAnchors};

const TRUST: &str = "ssl.truststore.location";
const TRUST_INLINE: &str = "ssl.truststore.certificates";
const KEY: &str = "ssl.keystore.location";
const KEY_INLINE: &str = "ssl.keystore.key";
const CHAIN_INLINE: &str = "ssl.keystore.certificate.chain";
const HOST_CHECK: &str = "ssl.endpoint.identification.algorithm";
const VERSIONS: &str = "ssl.enabled.protocols";
/// Where systems keep the authorities that they trust: Debian, Red Hat, BSD and Alpine.
const SYSTEM_BUNDLES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

impl Pairs<'_> {
    pub(super) fn tls(&self) -> Result<Tls, Vec<PropertyError>> {
        let trust = self.trust();
        let identity = self.identity();
        let host_check = self.host_check();
        let versions = self.versions();
        match (trust, identity, host_check, versions) {
            (Ok(trust), Ok(identity), Ok(host_check), Ok(versions)) => {
                let tls = Tls::new(&trust, identity, host_check, versions);
                tls.map_err(|source| vec![PropertyError::Store { key: KEY, source }])
            }
            (trust, identity, host_check, versions) => {
                let errors = [
                    trust.err(),
                    identity.err(),
                    host_check.err(),
                    versions.err(),
                ];
                Err(errors.into_iter().flatten().collect())
            }
        }
    }

    fn trust(&self) -> Result<TrustAnchors, PropertyError> {
        let key = TRUST;
        let inline = self.text(TRUST_INLINE);
        if let Some(text) = inline {
            let text = pem::unfolded(text);
            let anchors = TrustAnchors::from_store(text.as_bytes(), Some(StoreFormat::Pem), None);
            let key = TRUST_INLINE;
            return anchors.map_err(|source| PropertyError::Store { key, source });
        }
        let Some(path) = self.text(key) else {
            return self.system_trust();
        };
        let content = self.read(key, Path::new(path))?;
        let format = self.format("ssl.truststore.type")?;
        let password = self.text("ssl.truststore.password");
        TrustAnchors::from_store(&content, format, password)
            .map_err(|source| PropertyError::Store { key, source })
    }

    /// Without a trust store, whom the system trusts: Amazon's brokers have public certificates.
    fn system_trust(&self) -> Result<TrustAnchors, PropertyError> {
        let named = (self.surroundings.variable)("SSL_CERT_FILE").map(PathBuf::from);
        let usual = SYSTEM_BUNDLES.iter().map(PathBuf::from);
        let found = named.into_iter().chain(usual).find_map(|path| {
            let content = (self.surroundings.read)(&path).ok()?;
            TrustAnchors::from_system_bundle(&content).ok()
        });
        found.ok_or_else(|| {
            let problem = "it is not set, and this system has no list of authorities to trust; set \
                           it to the CA certificate of the cluster";
            PropertyError::value(TRUST, problem)
        })
    }

    fn identity(&self) -> Result<Option<ClientIdentity>, PropertyError> {
        let stored = |key| move |source| PropertyError::Store { key, source };
        match (
            self.text(KEY_INLINE),
            self.text(CHAIN_INLINE),
            self.text(KEY),
        ) {
            (Some(key), Some(chain), _) => {
                let (chain, key) = (pem::unfolded(chain), Zeroizing::new(pem::unfolded(key)));
                let identity = ClientIdentity::from_pem(chain.as_bytes(), key.as_bytes());
                identity.map(Some).map_err(stored(KEY_INLINE))
            }
            (Some(_), None, _) => {
                let problem = format!("it must be set together with {KEY_INLINE}");
                Err(PropertyError::value(CHAIN_INLINE, problem))
            }
            (None, Some(_), _) => {
                let problem = format!("it must be set together with {CHAIN_INLINE}");
                Err(PropertyError::value(KEY_INLINE, problem))
            }
            (None, None, Some(path)) => {
                let content = Zeroizing::new(self.read(KEY, Path::new(path))?);
                let format = self.format("ssl.keystore.type")?;
                let password = self.text("ssl.keystore.password");
                let identity = ClientIdentity::from_store(&content, format, password);
                identity.map(Some).map_err(stored(KEY))
            }
            (None, None, None) => Ok(None),
        }
    }

    /// The announced type. JKS is Java's default and may stand for PKCS#12, which the file shows.
    fn format(&self, key: &'static str) -> Result<Option<StoreFormat>, PropertyError> {
        match self.text(key).map(str::to_ascii_uppercase).as_deref() {
            None | Some("JKS") => Ok(None),
            Some("PEM") => Ok(Some(StoreFormat::Pem)),
            Some("PKCS12") => Ok(Some(StoreFormat::Pkcs12)),
            Some(other) => {
                let problem = format!("{other} is not supported; take PEM or PKCS12");
                Err(PropertyError::value(key, problem))
            }
        }
    }

    fn host_check(&self) -> Result<HostCheck, PropertyError> {
        match self.properties.get(HOST_CHECK).map(|value| value.trim()) {
            None => Ok(HostCheck::Https),
            Some(value) if value.eq_ignore_ascii_case("https") => Ok(HostCheck::Https),
            Some("") => Ok(HostCheck::Off),
            Some(other) => {
                let problem = format!("{other} is not supported; take https, or nothing");
                Err(PropertyError::value(HOST_CHECK, problem))
            }
        }
    }

    fn versions(&self) -> Result<TlsVersions, PropertyError> {
        let Some(list) = self.text(VERSIONS) else {
            return Ok(TlsVersions::Both);
        };
        let has = |version: &str| list.split(',').any(|entry| entry.trim() == version);
        match (has("TLSv1.2"), has("TLSv1.3")) {
            (true, true) => Ok(TlsVersions::Both),
            (true, false) => Ok(TlsVersions::Only12),
            (false, true) => Ok(TlsVersions::Only13),
            (false, false) => {
                let problem = format!("{list} holds neither TLSv1.2 nor TLSv1.3, which it must");
                Err(PropertyError::value(VERSIONS, problem))
            }
        }
    }

    fn read(&self, key: &'static str, path: &Path) -> Result<Vec<u8>, PropertyError> {
        (self.surroundings.read)(path).map_err(|source| PropertyError::File {
            key,
            path: path.to_owned(),
            source,
        })
    }
}
