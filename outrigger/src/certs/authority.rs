//! The authority itself: its key and certificate, signing, and the revocation list.
//!
//! What goes into the certificates of servers and clients is decided beside it.

use super::directory::{self, PkiDir};
use super::error::CertsError;
use super::issued::{Entry, Issued};
use super::random;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateRevocationListParams,
    DistinguishedName, DnType, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, RevokedCertParams, SerialNumber, date_time_ymd,
};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::time::Duration;
use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Clients that trust it must be told again when it ends, so it lasts.
const AUTHORITY_DAYS: i64 = 3650;
/// A list is written at each revocation and not by a calendar, so it stays good as long as the
/// authority does.
const CRL_DAYS: i64 = AUTHORITY_DAYS;
/// Machines whose clocks are behind accept what was just issued.
const BACKDATE_MS: i64 = 60 * 60 * 1000;
/// 127 random bits: RFC 5280 asks for 64 at least and 20 bytes at most.
const SERIAL_BYTES: usize = 16;
/// Enough to tell authorities apart.
const NAME_BYTES: usize = 4;

/// An authority that can sign.
pub(super) struct Authority {
    certificate: CertificateDer<'static>,
    pem: String,
    issuer: Issuer<'static, KeyPair>,
    not_after_ms: i64,
}

/// A new key with its certificate.
pub(super) struct KeyAndCertificate {
    pub(super) key: KeyPair,
    pub(super) certificate: Certificate,
    pub(super) serial: String,
    pub(super) not_after_ms: i64,
}

impl Authority {
    /// Opens the one in the directory, or makes it.
    pub(super) fn open_or_create(dir: &PkiDir, now_ms: i64) -> Result<Self, CertsError> {
        if !dir.has_authority() {
            create(dir, now_ms)?;
        }
        Self::open(dir, now_ms)
    }

    /// Opens the one in the directory.
    pub(super) fn open(dir: &PkiDir, now_ms: i64) -> Result<Self, CertsError> {
        if !dir.has_authority() {
            return Err(CertsError::NoAuthority {
                dir: dir.path().to_owned(),
            });
        }
        let damaged = |path: std::path::PathBuf, error: &dyn std::fmt::Display| {
            let problem = error.to_string();
            CertsError::Damaged { path, problem }
        };
        let pem = directory::read(&dir.ca_cert())?;
        let key = KeyPair::from_pem(&directory::read(&dir.ca_key())?)
            .map_err(|error| damaged(dir.ca_key(), &error))?;
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|error| damaged(dir.ca_cert(), &error))?;
        let not_after_ms = not_after_ms(&certificate)
            .ok_or_else(|| damaged(dir.ca_cert(), &"it is no certificate"))?;
        if not_after_ms <= now_ms {
            return Err(CertsError::AuthorityExpired {
                dir: dir.path().to_owned(),
            });
        }
        let issuer = Issuer::from_ca_cert_der(&certificate, key)
            .map_err(|error| damaged(dir.ca_cert(), &error))?;
        Ok(Self {
            certificate,
            pem,
            issuer,
            not_after_ms,
        })
    }

    /// Its certificate as PEM.
    pub(super) fn pem(&self) -> &str {
        &self.pem
    }

    /// Its certificate.
    pub(super) fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// Whether a certificate names this authority's key as its signer. A forged one would not help
    /// anybody: this only decides whether a file of ours is still of use.
    pub(super) fn has_issued(&self, certificate: &X509Certificate<'_>) -> bool {
        let Ok((_, own)) = X509Certificate::from_der(&self.certificate) else {
            return false;
        };
        let own_key =
            own.iter_extensions()
                .find_map(|extension| match extension.parsed_extension() {
                    ParsedExtension::SubjectKeyIdentifier(key) => Some(key.0),
                    _ => None,
                });
        let signer = certificate.iter_extensions().find_map(|extension| {
            match extension.parsed_extension() {
                ParsedExtension::AuthorityKeyIdentifier(signer) => {
                    signer.key_identifier.as_ref().map(|key| key.0)
                }
                _ => None,
            }
        });
        own_key.is_some() && own_key == signer
    }

    /// [`Authority::has_issued`] for what is not parsed yet.
    pub(super) fn has_issued_der(&self, certificate: &CertificateDer<'_>) -> bool {
        X509Certificate::from_der(certificate).is_ok_and(|(_, parsed)| self.has_issued(&parsed))
    }

    /// Makes a key and signs a certificate for it, valid for `days` from now, but not longer than
    /// the authority.
    pub(super) fn issue(
        &self,
        mut params: CertificateParams,
        days: u32,
        now_ms: i64,
    ) -> Result<KeyAndCertificate, CertsError> {
        let made = CertsError::make("a certificate");
        let not_after_ms = (now_ms + i64::from(days) * DAY_MS).min(self.not_after_ms);
        let serial = new_serial()?;
        params.not_before = date_time_ymd(1970, 1, 1) + since(now_ms - BACKDATE_MS);
        params.not_after = date_time_ymd(1970, 1, 1) + since(not_after_ms);
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let key = new_key()?;
        let certificate = params
            .signed_by(&key, &self.issuer)
            .map_err(|error| made(error.into()))?;
        Ok(KeyAndCertificate {
            key,
            certificate,
            serial: hexadecimal(&serial),
            not_after_ms,
        })
    }

    /// Writes the book, and the revocation list that follows from it.
    pub(super) fn publish(
        &self,
        dir: &PkiDir,
        issued: &mut Issued,
        now_ms: i64,
    ) -> Result<(), CertsError> {
        let made = CertsError::make("the revocation list");
        issued.crl_number += 1;
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(1970, 1, 1) + since(now_ms - BACKDATE_MS),
            next_update: date_time_ymd(1970, 1, 1) + since(now_ms + CRL_DAYS * DAY_MS),
            crl_number: SerialNumber::from_slice(&number(issued.crl_number)),
            issuing_distribution_point: None,
            revoked_certs: issued.certificates.iter().filter_map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list
            .signed_by(&self.issuer)
            .map_err(|error| made(error.into()))?;
        let pem = list.pem().map_err(|error| made(error.into()))?;
        // The book first: a list can be made again from it.
        issued.write(dir)?;
        directory::write(&dir.crl(), pem.as_bytes())
    }
}

/// When a certificate ends; `None` for what is none.
pub(super) fn not_after_ms(certificate: &CertificateDer<'_>) -> Option<i64> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    parsed.validity().not_after.timestamp().checked_mul(1000)
}

fn create(dir: &PkiDir, now_ms: i64) -> Result<(), CertsError> {
    let made = CertsError::make("the authority");
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    let serial = new_serial()?;
    // Another name for each, so that nobody looks for a bad signature where the authority is another.
    let name = format!(
        "Outrigger private authority {}",
        hexadecimal(serial.get(..NAME_BYTES).unwrap_or_default())
    );
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(1970, 1, 1) + since(now_ms - BACKDATE_MS);
    params.not_after = date_time_ymd(1970, 1, 1) + since(now_ms + AUTHORITY_DAYS * DAY_MS);
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    let key = new_key()?;
    let certificate = params
        .self_signed(&key)
        .map_err(|error| made(error.into()))?;
    directory::write(&dir.ca_key(), key.serialize_pem().as_bytes())?;
    directory::write(&dir.ca_cert(), certificate.pem().as_bytes())
}

fn new_key() -> Result<KeyPair, CertsError> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
        .map_err(|error| CertsError::make("a key")(error.into()))
}

fn new_serial() -> Result<[u8; SERIAL_BYTES], CertsError> {
    let mut serial = random::bytes::<SERIAL_BYTES>()?;
    // Positive, and of full length: serial numbers are compared as bytes by some.
    if let Some(first) = serial.first_mut() {
        *first = *first & 0x7F | 0x40;
    }
    Ok(serial)
}

fn revoked(entry: &Entry) -> Option<RevokedCertParams> {
    Some(RevokedCertParams {
        serial_number: SerialNumber::from_slice(&bytes(&entry.serial)?),
        revocation_time: date_time_ymd(1970, 1, 1) + since(entry.revoked_at_ms?),
        reason_code: None,
        invalidity_date: None,
    })
}

/// As few bytes as hold it, and a zero before a leading bit.
fn number(value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let zeros = usize::try_from(value.leading_zeros() / 8).unwrap_or(0);
    bytes.get(zeros..).unwrap_or_default().to_vec()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hexadecimal
        .chars()
        .map(|char| u8::try_from(char.to_digit(16)?).ok())
        .collect();
    let pairs = digits?
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect();
    Some(pairs)
}

/// The distance from 1970, for `date_time_ymd(1970, 1, 1) + …`: rcgen does not name its type.
fn since(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}
