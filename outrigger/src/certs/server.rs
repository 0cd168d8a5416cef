//! The listeners' certificate: for which names, and when it must be made anew.

use super::authority::Authority;
use super::directory::{self, PkiDir};
use super::error::CertsError;
use super::issued::{Entry, Issued, Kind};
use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, SanType};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::net::IpAddr;
use std::str::FromStr;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// As long as public authorities once allowed; `up` renews it, so nobody counts.
const SERVER_DAYS: u32 = 397;
/// Renewed when no more than this is left: a process that is not restarted for a month is told by
/// the metric.
const RENEWAL_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// By these one always reaches the machine one is on.
const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
const SERVER_NAME: &str = "server";

/// What a server certificate is for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ServerName {
    Address(IpAddr),
    Host(String),
}

/// Makes a certificate for the local names and `names`, unless there is a good one; whether it did.
pub(super) fn prepare(
    dir: &PkiDir,
    authority: &Authority,
    issued: &mut Issued,
    names: &[String],
    now_ms: i64,
) -> Result<bool, CertsError> {
    let wanted = wanted(names)?;
    if dir.server().exists()
        && is_good(&directory::read(&dir.server())?, authority, &wanted, now_ms)
    {
        return Ok(false);
    }
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "outrigger server");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    for name in &wanted {
        params.subject_alt_names.push(name.san()?);
    }
    let made = authority.issue(params, SERVER_DAYS, now_ms)?;
    let pem = format!("{}{}", made.key.serialize_pem(), made.certificate.pem());
    directory::write(&dir.server(), pem.as_bytes())?;
    issued.certificates.push(Entry {
        serial: made.serial,
        kind: Kind::Server,
        name: SERVER_NAME.to_owned(),
        principal: String::new(),
        not_after_ms: made.not_after_ms,
        revoked_at_ms: None,
    });
    Ok(true)
}

impl ServerName {
    fn parse(name: &str) -> Self {
        // `[::1]` is how an address stands in `host:port`.
        let bare = name
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        match IpAddr::from_str(bare.unwrap_or(name)) {
            Ok(address) => Self::Address(address),
            Err(_) => Self::Host(name.to_ascii_lowercase()),
        }
    }

    fn san(&self) -> Result<SanType, CertsError> {
        match self {
            Self::Address(address) => Ok(SanType::IpAddress(*address)),
            Self::Host(name) => {
                let unusable = |problem| CertsError::Value {
                    value: name.clone(),
                    what: "the name of a server",
                    problem,
                };
                if !is_host_name(name) {
                    return Err(unusable("use letters, digits, dots and hyphens"));
                }
                let text = name.clone().try_into();
                Ok(SanType::DnsName(
                    text.map_err(|_| unusable("it is not ASCII"))?,
                ))
            }
        }
    }

    fn of(name: &GeneralName<'_>) -> Option<Self> {
        match name {
            GeneralName::DNSName(name) => Some(Self::Host(name.to_ascii_lowercase())),
            GeneralName::IPAddress(bytes) => {
                let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
                let v6 = <[u8; 16]>::try_from(*bytes).map(IpAddr::from);
                v4.or(v6).ok().map(Self::Address)
            }
            _ => None,
        }
    }
}

fn wanted(names: &[String]) -> Result<Vec<ServerName>, CertsError> {
    let mut wanted: Vec<ServerName> = Vec::new();
    for name in LOCAL_NAMES
        .into_iter()
        .chain(names.iter().map(String::as_str))
    {
        let name = ServerName::parse(name);
        if !wanted.contains(&name) {
            wanted.push(name);
        }
    }
    Ok(wanted)
}

fn is_host_name(name: &str) -> bool {
    let labels = name.strip_prefix("*.").unwrap_or(name);
    let fits = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    name.len() <= 253 && labels.split('.').all(fits)
}

/// Whether a certificate is of this authority, lasts, and has all names.
fn is_good(pem: &str, authority: &Authority, wanted: &[ServerName], now_ms: i64) -> bool {
    let Ok(der) = CertificateDer::from_pem_slice(pem.as_bytes()) else {
        return false;
    };
    let Ok((_, certificate)) = X509Certificate::from_der(&der) else {
        return false;
    };
    let left_ms = certificate.validity().not_after.timestamp() * 1000 - now_ms;
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return false;
    };
    let names = &extension.value.general_names;
    let names: Vec<ServerName> = names.iter().filter_map(ServerName::of).collect();
    left_ms > RENEWAL_MS
        && authority.has_issued(&certificate)
        && wanted.iter().all(|name| names.contains(name))
}
