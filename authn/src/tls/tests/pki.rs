//! Authorities, certificates, revocation lists and the files of a listener, made for one test.

use crate::tls::{CipherSuites, ClientAuth, CrlExpiry, Keystore, Protocols, TlsSettings};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer,
    DistinguishedName, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyIdMethod, KeyPair,
    KeyUsagePurpose, NameConstraints, RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// 2026-11-28, some time of day.
pub(super) const NOW_MS: i64 = 1_795_900_000_000;
pub(super) const HOUR_MS: i64 = 60 * 60 * 1000;
pub(super) const DAY_MS: i64 = 24 * HOUR_MS;

pub(super) type Authority = CertifiedIssuer<'static, KeyPair>;

/// What a client has.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
    pub(super) pem: String,
}

/// What is unusual about a certificate.
#[derive(Clone, Copy)]
pub(super) struct Leaf<'a> {
    pub(super) serial: u64,
    pub(super) from_ms: i64,
    pub(super) to_ms: i64,
    pub(super) usage: Option<&'a ExtendedKeyUsagePurpose>,
    pub(super) dns_name: Option<&'a str>,
}

impl Default for Leaf<'_> {
    fn default() -> Self {
        Self {
            serial: 7,
            from_ms: NOW_MS - DAY_MS,
            to_ms: NOW_MS + 300 * DAY_MS,
            usage: Some(&ExtendedKeyUsagePurpose::ClientAuth),
            dns_name: None,
        }
    }
}

fn validity(params: &mut CertificateParams, from_ms: i64, to_ms: i64) {
    params.not_before = date_time_ymd(1970, 1, 1) + since(from_ms);
    params.not_after = date_time_ymd(1970, 1, 1) + since(to_ms);
}

fn since(ms: i64) -> Duration {
    Duration::from_millis(ms.try_into().unwrap())
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    validity(&mut params, NOW_MS - DAY_MS, NOW_MS + 3000 * DAY_MS);
    params
}

pub(super) fn authority(name: &str) -> Authority {
    CertifiedIssuer::self_signed(authority_params(name), KeyPair::generate().unwrap()).unwrap()
}

/// An authority that may only sign for names below `domain`.
pub(super) fn constrained_authority(domain: &str) -> Authority {
    let mut params = authority_params("constrained");
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(domain.to_owned())],
        excluded_subtrees: vec![],
    });
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// An authority below another.
pub(super) fn intermediate(root: &Authority, serial: u64) -> Authority {
    let mut params = authority_params("intermediate");
    params.serial_number = Some(SerialNumber::from(serial));
    CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), root).unwrap()
}

/// A client; `above` is sent after its own certificate.
pub(super) fn client(authority: &Authority, leaf: Leaf<'_>, above: &[&Authority]) -> Identity {
    let mut params = named("alice");
    params.serial_number = Some(SerialNumber::from(leaf.serial));
    params.extended_key_usages = leaf.usage.cloned().into_iter().collect();
    validity(&mut params, leaf.from_ms, leaf.to_ms);
    if let Some(name) = leaf.dns_name {
        let name = SanType::DnsName(name.to_owned().try_into().unwrap());
        params.subject_alt_names.push(name);
    }
    issue(&params, authority, above)
}

/// A client whose certificate is its own authority's.
pub(super) fn self_signed(own: &Authority) -> Identity {
    Identity {
        chain: vec![own.der().clone()],
        pem: format!("{}{}", own.key().serialize_pem(), own.pem()),
        key: PrivateKeyDer::Pkcs8(own.key().serialize_der().into()),
    }
}

/// The server, as `localhost`.
pub(super) fn server(authority: &Authority) -> Identity {
    let mut params = named("server");
    let name = SanType::DnsName("localhost".to_owned().try_into().unwrap());
    params.subject_alt_names.push(name);
    validity(&mut params, NOW_MS - DAY_MS, NOW_MS + 300 * DAY_MS);
    issue(&params, authority, &[])
}

fn issue(params: &CertificateParams, authority: &Authority, above: &[&Authority]) -> Identity {
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    let mut chain = vec![certificate.der().clone()];
    chain.extend(above.iter().map(|authority| authority.der().clone()));
    Identity {
        chain,
        pem: format!("{}{}", key.serialize_pem(), certificate.pem()),
        key: PrivateKeyDer::Pkcs8(key.serialize_der().into()),
    }
}

/// A revocation list as PEM.
pub(super) fn crl(authority: &Authority, revoked: &[u64], next_update_ms: i64) -> String {
    let revoked = revoked.iter().map(|&serial| RevokedCertParams {
        serial_number: SerialNumber::from(serial),
        revocation_time: date_time_ymd(1970, 1, 1) + since(NOW_MS - HOUR_MS),
        reason_code: None,
        invalidity_date: None,
    });
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(1970, 1, 1) + since(NOW_MS - DAY_MS),
        next_update: date_time_ymd(1970, 1, 1) + since(next_update_ms),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: revoked.collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    list.signed_by(authority).unwrap().pem().unwrap()
}

/// The files of one listener.
pub(super) struct Files(TempDir);

impl Files {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(super) fn root(&self) -> &Path {
        self.0.path()
    }

    /// `server.pem`, `ca.pem`, and `crl.pem` if there is one.
    pub(super) fn settings(&self, client_auth: ClientAuth) -> TlsSettings {
        let crl = self.path("crl.pem");
        TlsSettings {
            keystore: Keystore::OneFile(self.path("server.pem")),
            truststore: Some(self.path("ca.pem")),
            crls: crl.exists().then_some(crl).into_iter().collect(),
            crl_expiry: CrlExpiry::Enforced,
            client_auth,
            protocols: Protocols::Both,
            cipher_suites: CipherSuites::default(),
        }
    }
}
