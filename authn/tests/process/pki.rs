//! An authority, a server's certificate and clients' certificates, made anew for each test.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer,
    KeyIdMethod, KeyPair, SerialNumber, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

pub(crate) struct Pki {
    issuer: Issuer<'static, KeyPair>,
    authority: rcgen::Certificate,
}

impl Pki {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let name = DnType::CommonName;
        params.distinguished_name.push(name, "authority of a test");
        let key = KeyPair::generate().unwrap();
        let authority = params.self_signed(&key).unwrap();
        Self {
            issuer: Issuer::new(params, key),
            authority,
        }
    }

    pub(crate) fn authority_pem(&self) -> String {
        self.authority.pem()
    }

    /// Certificate and key of a server on this machine, in one PEM file.
    pub(crate) fn server_pem(&self) -> String {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let params = CertificateParams::new(names).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        format!("{}{}", certificate.pem(), key.serialize_pem())
    }

    /// The same, valid until the beginning of a year.
    pub(crate) fn server_pem_until(&self, year: i32) -> String {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        format!("{}{}", certificate.pem(), key.serialize_pem())
    }

    /// A client's TLS, with a certificate for `common_name` where one is given.
    pub(crate) fn client(&self, common_name: Option<&str>) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let Some(common_name) = common_name else {
            return Arc::new(builder.with_no_client_auth());
        };
        let (chain, key) = self.identity(common_name);
        Arc::new(builder.with_client_auth_cert(chain, key).unwrap())
    }

    fn identity(
        &self,
        common_name: &str,
    ) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        let name = DnType::CommonName;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(name, common_name);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        (vec![certificate.der().clone()], key)
    }
}

/// When [`empty_crl`] is due, in seconds since 1970: the first day of 2041.
pub(crate) const CRL_NEXT_UPDATE: i64 = 2_240_611_200;

/// A revocation list of some authority that revokes nothing.
pub(crate) fn empty_crl() -> String {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = Issuer::new(params, KeyPair::generate().unwrap());
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2020, 1, 1),
        next_update: date_time_ymd(2041, 1, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    list.signed_by(&issuer).unwrap().pem().unwrap()
}
