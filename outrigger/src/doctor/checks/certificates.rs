//! The certificates by which clients know the server, and the server its clients: when they end, and
//! whether they are for the names that clients use.
//!
//! Those that `up` made are judged by what its next start would do: it renews the server's.

use crate::certs;
use crate::doctor::situation::Situation;
use crate::doctor::verdict::Verdict;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use service::files::read_text;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

const FILE_BYTES_MAX: u64 = 1 << 20;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// `up` renews the server's certificate when no more than this is left.
const RENEWAL_DAYS: i64 = 30;
/// Always in the certificate that `up` makes.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Certificate {
    not_before_ms: i64,
    not_after_ms: i64,
    /// Host names and addresses, in lower case.
    names: BTreeSet<String>,
}

/// A file of certificates.
#[derive(Clone, Debug)]
struct File {
    what: &'static str,
    path: PathBuf,
    /// `None` where there is none.
    content: Option<Result<Certificate, String>>,
}

/// What is known.
#[derive(Clone, Debug)]
struct Facts {
    now_ms: i64,
    /// Whether `up` makes and renews the files.
    is_own: bool,
    is_running: bool,
    server: File,
    others: Vec<File>,
    /// How clients come.
    hosts: BTreeSet<String>,
}

/// See the head of this file.
pub(in crate::doctor) fn verdicts(situation: &Situation) -> Vec<Verdict> {
    let pki = situation.data_dir.pki();
    let own = pki.join(certs::SERVER);
    let configured = situation.outlook.value("authn", "ssl.keystore.location");
    let server = configured.map_or_else(|| own.clone(), PathBuf::from);
    let is_own = server == own;
    let mut others = Vec::new();
    if is_own {
        others.push(file("authority", pki.join(certs::CA)));
        let client = situation
            .data_dir
            .pki()
            .join("clients/outrigger/client.pem");
        others.push(file("first client", client));
    } else if let Some(trusted) = situation.outlook.value("authn", "ssl.truststore.location") {
        others.push(file("trusted authority", PathBuf::from(trusted)));
    }
    judge(&Facts {
        now_ms: situation.now_ms,
        is_own,
        is_running: situation.running().is_some(),
        server: file("server", server),
        others,
        hosts: situation.outlook.tls_hosts.clone(),
    })
}

fn file(what: &'static str, path: PathBuf) -> File {
    let content = match read_text(&path, FILE_BYTES_MAX) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => Some(Err(error.to_string())),
        Ok(text) => Some(certificate(&text)),
    };
    File {
        what,
        path,
        content,
    }
}

/// The first certificate of a PEM file.
fn certificate(pem: &str) -> Result<Certificate, String> {
    let none = || "it has no certificate in PEM".to_owned();
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| none())?;
    let (_, certificate) = X509Certificate::from_der(&der).map_err(|_| none())?;
    let validity = certificate.validity();
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names
        .into_iter()
        .flat_map(|extension| &extension.value.general_names);
    Ok(Certificate {
        not_before_ms: validity.not_before.timestamp().saturating_mul(1000),
        not_after_ms: validity.not_after.timestamp().saturating_mul(1000),
        names: names.filter_map(name).collect(),
    })
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let v6 = <[u8; 16]>::try_from(*bytes).map(IpAddr::from);
            v4.or(v6).ok().map(|address| address.to_string())
        }
        _ => None,
    }
}

fn judge(facts: &Facts) -> Vec<Verdict> {
    let files = [&facts.server].into_iter().chain(&facts.others);
    let mut verdicts: Vec<_> = files.filter_map(|file| trouble(file, facts)).collect();
    verdicts.extend(missing_names(facts));
    if verdicts.is_empty() {
        let server = facts.server.content.as_ref();
        verdicts.push(Verdict::ok(
            match server.and_then(|found| found.as_ref().ok()) {
                Some(server) => format!(
                    "the server's lasts {} days",
                    days(server.not_after_ms - facts.now_ms)
                ),
                None => "none yet: the first start makes them".to_owned(),
            },
        ));
    }
    verdicts
}

/// What is wrong with one file.
fn trouble(file: &File, facts: &Facts) -> Option<Verdict> {
    let File { what, path, .. } = file;
    let path = path.display();
    let remedy = remedy(what, &path.to_string(), facts);
    let found = match &file.content {
        None if facts.is_own => return None,
        None => {
            let found = format!("{path} is not there");
            return Some(Verdict::problem(found, remedy));
        }
        Some(Err(problem)) => {
            let found = format!("{path} cannot be used: {problem}");
            return Some(Verdict::problem(found, remedy));
        }
        Some(Ok(certificate)) => certificate,
    };
    // The next start of `up` renews it, and the first client's, too.
    let renewed = facts.is_own && *what != "authority" && !facts.is_running;
    let left = found.not_after_ms - facts.now_ms;
    if left <= 0 && !renewed {
        let found = format!("the {what} certificate has ended {} days ago", days(-left));
        return Some(Verdict::problem(found, remedy));
    }
    if found.not_before_ms > facts.now_ms {
        let found = format!("the {what} certificate is not valid yet");
        let remedy = "set the clock right, or make the certificate anew";
        return Some(Verdict::problem(found, remedy));
    }
    let soon = left <= RENEWAL_DAYS * DAY_MS && !renewed;
    soon.then(|| {
        let found = format!("the {what} certificate ends in {} days", days(left));
        Verdict::warning(found, remedy)
    })
}

fn remedy(what: &str, path: &str, facts: &Facts) -> String {
    match (facts.is_own, what) {
        (false, _) => format!("put one of your authority into {path}; authn takes it without a restart"),
        (true, "authority") => "remove pki/ in the data directory while nothing runs: the next start makes a new one, which clients must be given".to_owned(),
        (true, _) => "start `outrigger up` again, which renews it".to_owned(),
    }
}

/// Names by which clients come and that the server's certificate does not have.
fn missing_names(facts: &Facts) -> Option<Verdict> {
    let Some(Ok(server)) = &facts.server.content else {
        return None;
    };
    // The next start makes the certificate anew.
    if facts.is_own && !facts.is_running {
        return None;
    }
    let hosts = facts.hosts.iter().map(|host| host.to_ascii_lowercase());
    let missing: Vec<_> = hosts
        .filter(|host| !covers(&server.names, host))
        .filter(|host| !facts.is_own || !LOCAL.contains(&host.as_str()))
        .collect();
    if missing.is_empty() {
        return None;
    }
    Some(Verdict::warning(
        format!("the server certificate is not for {}", missing.join(", ")),
        if facts.is_own {
            "clients that come by that name refuse it; start `outrigger up` again, which makes it anew".to_owned()
        } else {
            format!(
                "clients that come by that name refuse it; put one that has it into {}",
                facts.server.path.display()
            )
        },
    ))
}

/// A wildcard stands for one label (RFC 6125).
fn covers(names: &BTreeSet<String>, host: &str) -> bool {
    let wildcard = host.split_once('.').map(|(_, rest)| format!("*.{rest}"));
    names.contains(host) || wildcard.is_some_and(|wildcard| names.contains(&wildcard))
}

fn days(ms: i64) -> i64 {
    ms / DAY_MS
}

#[cfg(test)]
mod tests;
