//! Where AWS credentials come from: given, environment variables, or a profile, in the order of
//! AWS's SDKs. Roles, SSO, `credential_process` and instance metadata are not followed: whoever
//! uses those exports a session as variables.

mod profile;

use std::path::{Path, PathBuf};

use super::{Password, SaslError};
use crate::Surroundings;
use profile::Profile;

/// Keys to sign with.
#[derive(Clone, Debug)]
pub struct AwsCredentials {
    /// `AKIA…`, or `ASIA…` of a session.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: Password,
    /// Of a session.
    pub session_token: Option<Password>,
}

/// Where keys come from.
#[derive(Clone, Debug)]
pub enum CredentialSource {
    /// From whoever made the settings.
    Given(AwsCredentials),
    /// Looked up at each login.
    Chain(ProfileChain),
}

/// The lookup of AWS's SDKs, as far as files and variables go.
#[derive(Clone, Debug)]
pub struct ProfileChain {
    /// How files and variables are read.
    pub surroundings: Surroundings,
    /// A profile that was named: then no variables are looked at. `None` is `AWS_PROFILE`, else
    /// `default`.
    pub profile: Option<String>,
}

impl CredentialSource {
    pub(super) fn resolve(&self) -> Result<AwsCredentials, SaslError> {
        match self {
            Self::Given(credentials) => Ok(credentials.clone()),
            Self::Chain(chain) => chain.resolve(),
        }
    }

    pub(super) fn region(&self) -> Option<String> {
        match self {
            Self::Given(_) => None,
            Self::Chain(chain) => chain.region(),
        }
    }
}

impl ProfileChain {
    fn resolve(&self) -> Result<AwsCredentials, SaslError> {
        if self.profile.is_none()
            && let Some(credentials) = self.of_variables()
        {
            return Ok(credentials);
        }
        let name = self.profile_name();
        let mut unreadable = None;
        for file in self.files() {
            match self.profile_in(&file, &name) {
                Ok(Some(profile)) => {
                    if let Some(credentials) = profile.credentials() {
                        return Ok(credentials);
                    }
                }
                Ok(None) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => unreadable = Some(format!("{}: {error}", file.path.display())),
            }
        }
        let because = unreadable.map_or_else(String::new, |error| format!(" ({error})"));
        Err(SaslError::NoCredentials(format!(
            "no AWS credentials: profile {name:?} holds no aws_access_key_id with its \
             aws_secret_access_key{because}; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or \
             name a profile file with AWS_SHARED_CREDENTIALS_FILE; `outrigger env` prints what \
             an instance made"
        )))
    }

    fn of_variables(&self) -> Option<AwsCredentials> {
        let variable = self.surroundings.variable;
        let id = variable("AWS_ACCESS_KEY_ID")?;
        let secret = variable("AWS_SECRET_ACCESS_KEY")?;
        let token = variable("AWS_SESSION_TOKEN");
        Some(AwsCredentials::new(&id, &secret, token.as_deref()))
    }

    fn region(&self) -> Option<String> {
        let variable = self.surroundings.variable;
        let name = self.profile_name();
        variable("AWS_REGION")
            .or_else(|| variable("AWS_DEFAULT_REGION"))
            .or_else(|| {
                let files = self.files();
                let mut files = files.iter();
                files.find_map(|file| self.profile_in(file, &name).ok()??.region)
            })
    }

    fn profile_name(&self) -> String {
        let named = self.profile.clone();
        let named = named.or_else(|| (self.surroundings.variable)("AWS_PROFILE"));
        named.unwrap_or_else(|| "default".to_owned())
    }

    /// The credentials file, then the configuration file.
    fn files(&self) -> Vec<File> {
        let variable = self.surroundings.variable;
        let path = |name: &str, below_home: &str| {
            let home = || Some(Path::new(&variable("HOME")?).join(below_home));
            variable(name).map(PathBuf::from).or_else(home)
        };
        let credentials = path("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");
        let config = path("AWS_CONFIG_FILE", ".aws/config");
        let credentials = credentials.map(|path| File { path, prefix: "" });
        let config = config.map(|path| File {
            path,
            prefix: "profile ",
        });
        credentials.into_iter().chain(config).collect()
    }

    fn profile_in(&self, file: &File, name: &str) -> std::io::Result<Option<Profile>> {
        let content = (self.surroundings.read)(&file.path)?;
        let content = zeroize::Zeroizing::new(content);
        let text = std::str::from_utf8(&content)
            .map_err(|_| std::io::Error::from(std::io::ErrorKind::InvalidData))?;
        Ok(Profile::find(text, name, file.prefix))
    }
}

/// A file of profiles, and what stands before a name in its headings.
struct File {
    path: PathBuf,
    prefix: &'static str,
}

#[cfg(test)]
mod tests;
