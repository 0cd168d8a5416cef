//! `sasl.*`: which mechanism, and the credentials for it.

use identity::ScramMechanism;

use super::jaas::LoginModule;
use super::{Pairs, PropertyError};
use crate::{CredentialSource, IamLogin, Password, ProfileChain, Sasl};

const MECHANISM: &str = "sasl.mechanism";
const JAAS: &str = "sasl.jaas.config";
const LOGIN_HANDLER: &str = "sasl.login.callback.handler.class";
/// What makes the token of Amazon MSK, in AWS's own library.
const MSK_LOGIN_HANDLER: &str = "IAMOAuthBearerLoginCallbackHandler";
/// The option of AWS's login module that names a profile.
const PROFILE: &str = "awsProfileName";
/// Options of AWS's login module that change nothing here.
const IAM_NEEDLESS: [&str; 3] = ["awsDebugCreds", "awsMaxRetries", "awsMaxBackOffTimeMs"];

impl Pairs<'_> {
    pub(super) fn sasl(&self) -> Result<Sasl, PropertyError> {
        let name = self.text(MECHANISM).unwrap_or_default();
        if let Some(mechanism) = ScramMechanism::named(name) {
            let (username, password) = self.name_and_password("ScramLoginModule")?;
            return Ok(Sasl::Scram {
                mechanism,
                username,
                password,
            });
        }
        match name {
            "PLAIN" => {
                let (username, password) = self.name_and_password("PlainLoginModule")?;
                Ok(Sasl::Plain { username, password })
            }
            "AWS_MSK_IAM" => self.iam("IAMLoginModule").map(Sasl::AwsMskIam),
            "OAUTHBEARER" => {
                let handler = self.text(LOGIN_HANDLER);
                if handler.is_some_and(|class| !class.ends_with(MSK_LOGIN_HANDLER)) {
                    let problem = format!(
                        "tokens come from Amazon MSK's signer alone; set it to \
                         software.amazon.msk.auth.iam.{MSK_LOGIN_HANDLER}"
                    );
                    return Err(PropertyError::value(LOGIN_HANDLER, problem));
                }
                self.iam("OAuthBearerLoginModule").map(Sasl::OauthBearer)
            }
            other => {
                let found = match other {
                    "" => "it is not set".to_owned(),
                    other => format!("{other} is not supported"),
                };
                let problem = format!(
                    "{found}; take SCRAM-SHA-512, SCRAM-SHA-256, AWS_MSK_IAM, OAUTHBEARER or PLAIN"
                );
                Err(PropertyError::value(MECHANISM, problem))
            }
        }
    }

    /// The login module, where one is given.
    fn module(&self, class: &str) -> Result<Option<LoginModule>, PropertyError> {
        let Some(text) = self.text(JAAS) else {
            return Ok(None);
        };
        let module = LoginModule::parse(text);
        let module = module.map_err(|problem| PropertyError::value(JAAS, problem))?;
        if module.class != class {
            let problem = format!(
                "{} does not go with {MECHANISM}={}; it takes {class}",
                module.class,
                self.text(MECHANISM).unwrap_or_default()
            );
            return Err(PropertyError::value(JAAS, problem));
        }
        Ok(Some(module))
    }

    fn name_and_password(&self, class: &str) -> Result<(String, Password), PropertyError> {
        let missing = || {
            let problem = format!("set it to: {class} required username=\"…\" password=\"…\";");
            PropertyError::value(JAAS, problem)
        };
        let mut options = self.module(class)?.ok_or_else(missing)?.options;
        if options.contains_key("tokenauth") {
            let problem = "delegation tokens are not supported; log in as a user";
            return Err(PropertyError::value(JAAS, problem));
        }
        let username = options.remove("username").ok_or_else(missing)?;
        let password = options.remove("password").ok_or_else(missing)?;
        Ok((username, Password::new(password)))
    }

    fn iam(&self, class: &str) -> Result<IamLogin, PropertyError> {
        let module = self.module(class)?;
        let mut options = module.map(|module| module.options).unwrap_or_default();
        let profile = options.remove(PROFILE);
        let unknown = options
            .keys()
            .find(|name| !IAM_NEEDLESS.contains(&name.as_str()));
        if let Some(name) = unknown {
            let problem = format!(
                "option {name} is not supported; make a session beforehand (aws sts assume-role, \
                 outrigger iam) and give it as AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and \
                 AWS_SESSION_TOKEN, or as a profile with {PROFILE}"
            );
            return Err(PropertyError::value(JAAS, problem));
        }
        Ok(IamLogin {
            credentials: CredentialSource::Chain(ProfileChain {
                surroundings: self.surroundings,
                profile,
            }),
            region: None,
            now_ms: self.surroundings.now_ms,
        })
    }
}
