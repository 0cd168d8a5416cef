//! A client's certificate and the folder that is handed to whoever runs that client.

use super::authority::Authority;
use super::directory::{self, ClientDir, PkiDir};
use super::error::CertsError;
use super::issued::{Entry, Issued, Kind};
use super::{client_files, random, stores};
use authn::principal::PrincipalMapping;
use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, SanType};
use zeroize::Zeroizing;

/// RFC 5280's bound on a common name.
const NAME_BYTES_MAX: usize = 64;

/// What a certificate is to say.
#[derive(Clone, Debug, Default)]
pub(super) struct Subject {
    /// The common name, and the name of the folder.
    pub(super) name: String,
    /// Further attributes of the distinguished name.
    pub(super) attributes: Vec<Attribute>,
    /// Names for authn's `san_dns`.
    pub(super) dns_names: Vec<String>,
    /// Names for authn's `san_uri`.
    pub(super) uris: Vec<String>,
}

/// Such as `OU=Users`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    kind: AttributeKind,
    value: String,
}

/// In the order in which they stand in the certificate, widest first; Java shows them in reverse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum AttributeKind {
    Country,
    State,
    Locality,
    Organization,
    OrganizationalUnit,
}

/// Issues a certificate and fills the client's folder. `bootstrap` is where its owner may use it now.
pub(super) fn issue(
    dir: &PkiDir,
    authority: &Authority,
    issued: &mut Issued,
    subject: &Subject,
    bootstrap: Option<&str>,
    days: u32,
    now_ms: i64,
) -> Result<Entry, CertsError> {
    check_name(&subject.name)?;
    let made = authority.issue(params(subject)?, days, now_ms)?;
    let folder = dir.client(&subject.name);
    directory::create(folder.path())?;
    let der: &[u8] = made.certificate.der();
    let key = made.key.serialized_der();
    fill(&folder, authority, &subject.name, bootstrap, key, der)?;
    directory::write(&folder.key(), made.key.serialize_pem().as_bytes())?;
    // Last, because its presence says that the folder is whole.
    directory::write(&folder.cert(), made.certificate.pem().as_bytes())?;
    let entry = Entry {
        serial: made.serial,
        kind: Kind::Client,
        name: subject.name.clone(),
        principal: principal(made.certificate.der())?,
        not_after_ms: made.not_after_ms,
        revoked_at_ms: None,
    };
    issued.certificates.push(entry.clone());
    Ok(entry)
}

/// The stores for Java, the authority's certificate, and how clients are told of all of it.
fn fill(
    folder: &ClientDir,
    authority: &Authority,
    alias: &str,
    bootstrap: Option<&str>,
    key: &[u8],
    certificate: &[u8],
) -> Result<(), CertsError> {
    let password = random::password()?;
    let ca: &[u8] = authority.certificate();
    let keystore = stores::keystore(alias, key, &[certificate, ca], &password)?;
    let truststore = stores::truststore(ca, &password)?;
    directory::write(&folder.ca_cert(), authority.pem().as_bytes())?;
    directory::write(&folder.store_password(), password.as_bytes())?;
    let java = Zeroizing::new(client_files::java(folder, bootstrap, &password));
    directory::write(&folder.java(), java.as_bytes())?;
    directory::write(
        &folder.kcat(),
        client_files::kcat(folder, bootstrap).as_bytes(),
    )?;
    directory::write(&folder.keystore(), &keystore)?;
    directory::write(&folder.truststore(), &truststore)
}

/// What authn makes of it when nobody configures a mapping.
pub(super) fn principal(
    certificate: &rustls_pki_types::CertificateDer<'_>,
) -> Result<String, CertsError> {
    let made = CertsError::make("a certificate");
    let mapping = PrincipalMapping::parse("dn", None).map_err(|error| made(error.into()))?;
    let principal = mapping.principal(Some(certificate));
    principal
        .map(|principal| principal.to_string())
        .map_err(|error| made(error.into()))
}

impl std::str::FromStr for Attribute {
    type Err = CertsError;

    fn from_str(text: &str) -> Result<Self, CertsError> {
        let refused = |problem| CertsError::Value {
            value: text.to_owned(),
            what: "an attribute",
            problem,
        };
        let (kind, value) = text
            .split_once('=')
            .ok_or_else(|| refused("write KIND=VALUE, such as OU=Users"))?;
        let kind = match kind.trim().to_ascii_uppercase().as_str() {
            "C" => AttributeKind::Country,
            "ST" => AttributeKind::State,
            "L" => AttributeKind::Locality,
            "O" => AttributeKind::Organization,
            "OU" => AttributeKind::OrganizationalUnit,
            _ => return Err(refused("the kinds are C, ST, L, O and OU")),
        };
        let value = value.trim();
        if value.is_empty() || value.len() > NAME_BYTES_MAX || value.chars().any(char::is_control) {
            return Err(refused(
                "a value has 1 to 64 bytes and no control characters",
            ));
        }
        if kind == AttributeKind::Country && value.len() != 2 {
            return Err(refused("a country has two letters"));
        }
        Ok(Self {
            kind,
            value: value.to_owned(),
        })
    }
}

impl AttributeKind {
    fn dn_type(self) -> DnType {
        match self {
            Self::Country => DnType::CountryName,
            Self::State => DnType::StateOrProvinceName,
            Self::Locality => DnType::LocalityName,
            Self::Organization => DnType::OrganizationName,
            Self::OrganizationalUnit => DnType::OrganizationalUnitName,
        }
    }
}

/// A name is a folder, and a principal that people type.
fn check_name(name: &str) -> Result<(), CertsError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let fits = !name.is_empty() && name.len() <= NAME_BYTES_MAX && name.bytes().all(is_plain);
    if fits && !name.starts_with(['.', '-']) {
        return Ok(());
    }
    Err(CertsError::Value {
        value: name.to_owned(),
        what: "the name of a client",
        problem: "use 1 to 64 of a-z A-Z 0-9 . _ - and begin with a letter or digit",
    })
}

fn params(subject: &Subject) -> Result<CertificateParams, CertsError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    let mut attributes = subject.attributes.clone();
    attributes.sort_by_key(|attribute| attribute.kind);
    for pair in attributes.windows(2) {
        if let [first, second] = pair
            && first.kind == second.kind
        {
            return Err(CertsError::Value {
                value: second.value.clone(),
                what: "an attribute",
                problem: "each kind stands once",
            });
        }
    }
    for attribute in attributes {
        let kind = attribute.kind.dn_type();
        params.distinguished_name.push(kind, attribute.value);
    }
    params
        .distinguished_name
        .push(DnType::CommonName, subject.name.as_str());
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let refused = |value: &str| CertsError::Value {
        value: value.to_owned(),
        what: "an alternative name",
        problem: "use ASCII",
    };
    for name in &subject.dns_names {
        let text = name.clone().try_into().map_err(|_| refused(name))?;
        params.subject_alt_names.push(SanType::DnsName(text));
    }
    for uri in &subject.uris {
        let text = uri.clone().try_into().map_err(|_| refused(uri))?;
        params.subject_alt_names.push(SanType::URI(text));
    }
    Ok(params)
}
