//! The SCRAM user of an instance: created in the broker, as `kafka-configs` would, where it is not
//! there, and given the password of its file where that does not let it in (any more): the files that
//! clients are started with, and `endpoints.json`, say that one.

use super::credentials::{Password, SCRAM_MECHANISM, SCRAM_USERNAME, SecretText, random};
use super::failure::UpError;
use super::owner::Owner;
use crate::probe::Listener;
use bytes::Bytes;
use client::Sasl;
use identity::scram::ITERATIONS_MIN;
use protocol::messages::alter_user_scram_credentials::{
    AlterUserScramCredentialsRequest, ScramCredentialUpsertion,
};
use protocol::messages::describe_user_scram_credentials::{
    DescribeUserScramCredentialsRequest, UserName,
};
use protocol::{ErrorCode, Request, Response, Str};
use std::num::NonZeroU32;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(10);
/// The only version there is of both.
const VERSION: i16 = 0;
/// As long as Kafka's own tool draws it.
const SALT_BYTES: usize = 26;
/// More rounds make guessing slower, and nobody guesses a password of 160 random bits.
const ITERATIONS: u32 = ITERATIONS_MIN;

/// Creates the user unless it exists with this password, or there is no door for it. Gives a sentence where it had another.
pub(super) async fn create(owner: &Owner, password: &Password) -> Result<Option<String>, UpError> {
    if !owner.has_scram() {
        return Ok(None);
    }
    let created = async {
        let mut listener = owner.connect(TIMEOUT).await?;
        let exists = !password.is_new && exists(&mut listener).await?;
        if exists && !owner.is_refused(login(&password.text), TIMEOUT).await {
            return Ok(None);
        }
        upsert(&mut listener, &password.text).await?;
        Ok(exists.then(|| {
            format!(
                "somebody changed the password of the SCRAM user {SCRAM_USERNAME}: it is again the \
                 one in credentials/scram-password; to have another, write it there and start again"
            )
        }))
    };
    created.await.map_err(UpError::ScramUser)
}

fn login(password: &SecretText) -> Sasl {
    Sasl::Scram {
        mechanism: SCRAM_MECHANISM,
        username: SCRAM_USERNAME.to_owned(),
        password: client::Password::new(password.expose().as_str()),
    }
}

async fn exists(listener: &mut Listener) -> Result<bool, String> {
    let request = Request::DescribeUserScramCredentials(DescribeUserScramCredentialsRequest {
        users: Some(vec![UserName {
            name: Str::from_static(SCRAM_USERNAME),
        }]),
    });
    let Response::DescribeUserScramCredentials(answer) = listener.ask(request, VERSION).await?
    else {
        return Err("another answer came".to_owned());
    };
    refused(answer.error_code, answer.error_message)?;
    let user = answer.results.into_iter().next();
    let user = user.ok_or("the answer names no user")?;
    if user.error_code == ErrorCode::RESOURCE_NOT_FOUND {
        return Ok(false);
    }
    refused(user.error_code, user.error_message)?;
    let mut credentials = user.credential_infos.iter();
    Ok(credentials.any(|credential| credential.mechanism == SCRAM_MECHANISM.code()))
}

async fn upsert(listener: &mut Listener, password: &SecretText) -> Result<(), String> {
    let iterations = NonZeroU32::new(ITERATIONS).ok_or("no rounds")?;
    let mut salt = [0; SALT_BYTES];
    random(&mut salt);
    let password = password.expose().as_bytes();
    let salted = SCRAM_MECHANISM.salted_password(password, &salt, iterations);
    let request = Request::AlterUserScramCredentials(AlterUserScramCredentialsRequest {
        deletions: Vec::new(),
        upsertions: vec![ScramCredentialUpsertion {
            name: Str::from_static(SCRAM_USERNAME),
            mechanism: SCRAM_MECHANISM.code(),
            iterations: i32::try_from(ITERATIONS).unwrap_or(i32::MAX),
            salt: Bytes::copy_from_slice(&salt),
            salted_password: Bytes::copy_from_slice(&salted),
        }],
    });
    let Response::AlterUserScramCredentials(answer) = listener.ask(request, VERSION).await? else {
        return Err("another answer came".to_owned());
    };
    let mut results = answer.results.into_iter();
    results.try_for_each(|result| refused(result.error_code, result.error_message))
}

fn refused(code: ErrorCode, message: Option<Str>) -> Result<(), String> {
    if code.is_none() {
        return Ok(());
    }
    Err(format!("{code}: {}", message.unwrap_or_default()))
}
