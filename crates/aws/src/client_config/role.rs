//! Credentials of an assumed role, whose errors name the role: without that, whoever has keys is told that there are none.

use std::fmt;

use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};

/// Asks STS for them.
#[derive(Debug)]
pub(super) struct RoleProvider {
    pub(super) arn: String,
    pub(super) inner: AssumeRoleProvider,
}

/// The role cannot be assumed. The cause is in `source()`.
#[derive(Debug)]
pub(crate) struct NotAssumed {
    pub(crate) arn: String,
    source: CredentialsError,
}

impl ProvideCredentials for RoleProvider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let credentials = self.inner.provide_credentials().await;
            credentials.map_err(|source| {
                let arn = self.arn.clone();
                CredentialsError::provider_error(NotAssumed { arn, source })
            })
        })
    }
}

impl fmt::Display for NotAssumed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "role {} cannot be assumed", self.arn)
    }
}

impl std::error::Error for NotAssumed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
