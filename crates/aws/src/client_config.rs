//! The settings that all clients of AWS share, read once from the environment and the profiles.
//!
//! It opens no file but those of the SDK's own chain: a bundle of certificates comes as bytes.

mod role;

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudwatch::config::{Credentials, SharedCredentialsProvider, SharedHttpClient};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

pub(crate) use self::role::NotAssumed;
use self::role::RoleProvider;

/// How long a call may take, with its connection, where nothing else is said.
const CALL: Duration = Duration::from_secs(10);
/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(3);

/// What clients are made of.
#[derive(Clone, Debug)]
pub struct ClientConfig(pub(crate) SdkConfig);

/// What wins over the environment and the profiles.
#[derive(Clone, Debug, Default)]
pub struct ClientOptions {
    /// The region.
    pub region: Option<String>,
    /// Where all services are: `http://127.0.0.1:4566`.
    pub endpoint: Option<String>,
    /// As whom to call, by the credentials that are found.
    pub role: Option<Role>,
    /// The certificates (PEM) by which the services are known, instead of the system's: what `AWS_CA_BUNDLE`
    /// names, which the SDK does not read by itself.
    pub certificates: Option<Vec<u8>>,
}

/// A role that is assumed, anew before its session ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// `arn:aws:iam::123456789012:role/logs`.
    pub arn: String,
    /// What the session is called in the other account's trail.
    pub session: String,
    /// What the role's owner wants to be told, where it does.
    pub external_id: Option<String>,
}

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub enum ClientConfigError {
    /// A bundle without a certificate.
    #[error("there is no certificate in the bundle; it must hold some in PEM")]
    NoCertificate,
    /// A certificate that cannot be used.
    #[error("the bundle's certificate number {number} cannot be read")]
    Certificate {
        /// From 1.
        number: usize,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl ClientConfig {
    /// Reads the environment and the profiles. `region` wins over what they say.
    pub async fn load(region: Option<String>) -> Self {
        Self::load_with(region, None, None).await
    }

    /// Reads the environment and the profiles, but for what the options say.
    ///
    /// # Errors
    /// There are certificates, and they cannot be used.
    pub async fn with(options: ClientOptions) -> Result<Self, ClientConfigError> {
        let http = options.certificates.as_deref().map(http_client);
        let config = Self::load_with(options.region, options.endpoint, http.transpose()?).await;
        match options.role {
            Some(role) => Ok(config.assuming(role).await),
            None => Ok(config),
        }
    }

    async fn load_with(
        region: Option<String>,
        endpoint: Option<String>,
        http: Option<SharedHttpClient>,
    ) -> Self {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts(CALL));
        if let Some(region) = region {
            loader = loader.region(Region::new(region));
        }
        if let Some(endpoint) = endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        if let Some(http) = http {
            loader = loader.http_client(http);
        }
        Self(loader.load().await)
    }

    async fn assuming(self, role: Role) -> Self {
        let mut builder = AssumeRoleProvider::builder(&role.arn)
            .configure(&self.0)
            .session_name(role.session);
        if let Some(external_id) = role.external_id {
            builder = builder.external_id(external_id);
        }
        // `build` would look for the first credentials anew, without these settings.
        let inner = match self.0.credentials_provider() {
            Some(first) => builder.build_from_provider(first).await,
            None => builder.build().await,
        };
        let provider = RoleProvider {
            arn: role.arn,
            inner,
        };
        let provider = SharedCredentialsProvider::new(provider);
        Self(self.0.into_builder().credentials_provider(provider).build())
    }

    /// Settings without a look at the environment, for a stand-in of the service: where it is, and the
    /// credentials that it takes.
    pub fn fixed(
        endpoint: &str,
        region: &str,
        access_key_id: &str,
        secret_access_key: &str,
    ) -> Self {
        let credentials = Credentials::new(access_key_id, secret_access_key, None, None, "fixed");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(Region::new(region.to_owned()))
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts(CALL))
            .credentials_provider(SharedCredentialsProvider::new(credentials));
        Self(config.build())
    }

    /// The same for calls that may take so long, with their connection.
    #[must_use]
    pub fn within(&self, call: Duration) -> Self {
        let builder = self.0.clone().into_builder();
        Self(builder.timeout_config(timeouts(call)).build())
    }

    /// The same, with these certificates (PEM) instead of the system's.
    ///
    /// # Errors
    /// They cannot be used.
    pub fn trusting(&self, certificates: &[u8]) -> Result<Self, ClientConfigError> {
        let builder = self.0.clone().into_builder();
        Ok(Self(
            builder.http_client(http_client(certificates)?).build(),
        ))
    }

    /// The region, where there is one.
    pub fn region(&self) -> Option<&str> {
        self.0.region().map(Region::as_ref)
    }

    /// Where all services are, if somewhere else than AWS has them.
    pub fn endpoint(&self) -> Option<&str> {
        self.0.endpoint_url()
    }

    pub(crate) fn sdk(&self) -> &SdkConfig {
        &self.0
    }
}

fn timeouts(call: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_timeout(call)
        .build()
}

fn http_client(certificates: &[u8]) -> Result<SharedHttpClient, ClientConfigError> {
    // The SDK panics on what it cannot read.
    let mut store = RootCertStore::empty();
    for (index, certificate) in CertificateDer::pem_slice_iter(certificates).enumerate() {
        let refused = |source: Box<dyn std::error::Error + Send + Sync>| {
            let number = index + 1;
            ClientConfigError::Certificate { number, source }
        };
        let certificate = certificate.map_err(|error| refused(Box::new(error)))?;
        store
            .add(certificate)
            .map_err(|error| refused(Box::new(error)))?;
    }
    if store.is_empty() {
        return Err(ClientConfigError::NoCertificate);
    }
    let trust = TrustStore::empty().with_pem_certificate(certificates);
    let builder =
        aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    // Building a context checks nothing, and has no way to fail.
    let builder = match TlsContext::builder().with_trust_store(trust).build() {
        Ok(context) => builder.tls_context(context),
        Err(_) => builder,
    };
    Ok(builder.build_https())
}

#[cfg(test)]
mod tests;
