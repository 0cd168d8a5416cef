//! The choice of how a certificate becomes a principal, and what refuses to become one.
//!
//! `dn` is Kafka's way: Java's text of the subject, then `ssl.principal.mapping.rules`. Text is
//! where attacks on mappings live, so there are ways that never go through it: the only CN, the
//! only DNS name, the only URI of the certificate.

use super::dn::{COMMON_NAME, NotAName, java_name, value_text};
use super::rules::{EmptyCaptures, Mapped, RuleError, Rules};
use identity::Principal;
use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// The rule that Amazon MSK's documentation gives: the last CN of the text, up to its first odd
/// character; other names stay as they are.
const MSK_RULES: &str = "RULE:^.*[Cc][Nn]=([a-zA-Z0-9._-]*).*$/CN=$1/,DEFAULT";

/// How certificates become principals.
#[derive(Clone, Debug)]
pub struct PrincipalMapping(Way);

#[derive(Clone, Debug)]
enum Way {
    Name(Rules),
    CommonName,
    SanDns,
    SanUri,
}

/// A configuration that maps nothing. The text names the remedy; the caller names the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// Not a way of ours.
    #[error(
        "'{0}' is not one of dn (ssl.principal.mapping.rules), msk (Amazon MSK's rule), cn, san_dns, san_uri"
    )]
    Source(String),
    /// The rules are refused.
    #[error("ssl.principal.mapping.rules: {0}")]
    Rules(#[from] RuleError),
}

/// A good certificate that is nobody. The text says why, for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPrincipal {
    /// It cannot be read.
    #[error("the client's certificate cannot be read")]
    Malformed,
    /// Its subject cannot be written as text.
    #[error(transparent)]
    Name(#[from] NotAName),
    /// No rule matches.
    #[error("no rule of ssl.principal.mapping.rules matches {0:?}")]
    NoRule(String),
    /// A rule matches and takes nothing from the name.
    #[error(
        "the rule of Amazon MSK finds no name in {0:?}; a CN must begin with one of a-z A-Z 0-9 . _ -"
    )]
    EmptyCapture(String),
    /// The name would be empty.
    #[error("the certificate gives an empty name")]
    Empty,
    /// What is to be the name is missing, or there are several.
    #[error("the certificate has {count} {what} where exactly one must name its owner")]
    NotOne {
        /// How many.
        count: usize,
        /// Of what.
        what: &'static str,
    },
    /// A control character, which no name in a log or an ACL should have.
    #[error("the name in the certificate holds a control character")]
    Control,
}

impl PrincipalMapping {
    /// Reads `outrigger.ssl.principal.source` and `ssl.principal.mapping.rules`.
    ///
    /// # Errors
    /// An unknown way, or rules that are refused.
    pub fn parse(source: &str, rules: Option<&str>) -> Result<Self, MappingError> {
        let way = match source {
            "dn" => Way::Name(Rules::parse(rules.unwrap_or("DEFAULT"))?),
            "msk" => Way::Name(Rules::with(MSK_RULES, EmptyCaptures::Refused)?),
            "cn" => Way::CommonName,
            "san_dns" => Way::SanDns,
            "san_uri" => Way::SanUri,
            other => return Err(MappingError::Source(other.to_owned())),
        };
        Ok(Self(way))
    }

    /// The principal of a connection with this certificate; without one it is anonymous.
    ///
    /// # Errors
    /// The certificate is nobody: the login fails.
    pub fn principal(
        &self,
        certificate: Option<&CertificateDer<'_>>,
    ) -> Result<Principal, NoPrincipal> {
        let Some(der) = certificate else {
            return Ok(Principal::anonymous());
        };
        let (_, parsed) = X509Certificate::from_der(der).map_err(|_| NoPrincipal::Malformed)?;
        let name = match &self.0 {
            Way::Name(rules) => mapped_name(rules, &parsed)?,
            Way::CommonName => only(common_names(&parsed), "common names")?,
            Way::SanDns => only(san(&parsed, dns_name)?, "DNS names")?,
            Way::SanUri => only(san(&parsed, uri)?, "URIs")?,
        };
        if name.is_empty() {
            return Err(NoPrincipal::Empty);
        }
        Ok(Principal::user(&name))
    }
}

fn mapped_name(rules: &Rules, certificate: &X509Certificate<'_>) -> Result<String, NoPrincipal> {
    let name = java_name(certificate.subject())?;
    match rules.map(&name) {
        Mapped::Name(mapped) => Ok(mapped),
        Mapped::EmptyCapture => Err(NoPrincipal::EmptyCapture(name)),
        Mapped::NoRule => Err(NoPrincipal::NoRule(name)),
    }
}

fn common_names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let attributes = certificate.subject().iter_attributes();
    attributes
        .filter(|attribute| attribute.attr_type().as_bytes() == COMMON_NAME)
        .map(|attribute| value_text(attribute.attr_value()).unwrap_or_default())
        .collect()
}

fn san(
    certificate: &X509Certificate<'_>,
    of_kind: fn(&GeneralName<'_>) -> Option<String>,
) -> Result<Vec<String>, NoPrincipal> {
    let extension = certificate
        .subject_alternative_name()
        .map_err(|_| NoPrincipal::Malformed)?;
    let names = extension.map(|found| found.value.general_names.as_slice());
    Ok(names
        .unwrap_or_default()
        .iter()
        .filter_map(of_kind)
        .collect())
}

fn dns_name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    }
}

fn uri(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::URI(uri) => Some((*uri).to_owned()),
        _ => None,
    }
}

/// The only one of them; several would let the issuer's requester choose.
fn only(names: Vec<String>, what: &'static str) -> Result<String, NoPrincipal> {
    let count = names.len();
    let mut names = names.into_iter();
    match (names.next(), names.next()) {
        (Some(name), None) if name.chars().any(char::is_control) => Err(NoPrincipal::Control),
        (Some(name), None) => Ok(name),
        _ => Err(NoPrincipal::NotOne { count, what }),
    }
}

#[cfg(test)]
mod tests;
