//! AlterUserScramCredentials (51): gives users passwords and takes them away; the client salts the
//! password, and what is kept of it cannot log in.
//!
//! KIP-554. Each user's outcome is its own; a user who stands there twice is not touched.

use std::collections::BTreeMap;

use authz::checks::table::ALTER_USER_SCRAM_CREDENTIALS;
use authz::{Permit, Resource, ResourceType};
use identity::scram::{ITERATIONS_MAX, ITERATIONS_MIN};
use identity::{Principal, ScramCredential, ScramMechanism};
use protocol::messages::alter_user_scram_credentials::{
    AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse,
    AlterUserScramCredentialsResult, ScramCredentialDeletion, ScramCredentialUpsertion,
};
use protocol::{ErrorCode, Response, Str};
use tracing::info;

use super::error::Failure;
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::metadata::{CommitError, Image, MetadataRecord};
use crate::reply::Reply;

/// Changes in one request, as in Kafka.
const CHANGES_MAX: usize = 10_000;
/// authn is told every credential in one message, whose length is bounded; Kafka's tools make
/// salts of 26 bytes, librdkafka's of 64.
const SALT_BYTES_MAX: usize = 256;
/// For the same reason; certificates' names and e-mail addresses are shorter.
const USER_BYTES_MAX: usize = 255;
/// For the same reason; Amazon MSK ends at a thousand.
const CREDENTIALS_MAX: usize = 100_000;

/// Stores what can be stored, at once, and answers for each user.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: AlterUserScramCredentialsRequest,
) -> Reply {
    let users = users(&request);
    let results = match context.check(&ALTER_USER_SCRAM_CREDENTIALS, "") {
        Ok(permit) => alter(broker, context, permit, &request, users).await,
        Err(error_code) => all(users, &Failure::bare(error_code)),
    };
    let response = AlterUserScramCredentialsResponse {
        results,
        ..AlterUserScramCredentialsResponse::default()
    };
    Reply::Now(Response::AlterUserScramCredentials(response))
}

/// Everybody who is named, in order, once.
fn users(request: &AlterUserScramCredentialsRequest) -> Vec<Str> {
    let deleted = request.deletions.iter().map(|deletion| &deletion.name);
    let upserted = request.upsertions.iter().map(|upsertion| &upsertion.name);
    let mut seen = std::collections::HashSet::new();
    deleted
        .chain(upserted)
        .filter(|name| seen.insert(*name))
        .cloned()
        .collect()
}

fn all(users: Vec<Str>, failure: &Failure) -> Vec<AlterUserScramCredentialsResult> {
    let refused = |user| result(user, Err(failure.clone()));
    users.into_iter().map(refused).collect()
}

fn result(user: Str, outcome: Result<(), Failure>) -> AlterUserScramCredentialsResult {
    let (error_code, error_message) = match outcome {
        Ok(()) => (ErrorCode::NONE, None),
        Err(failure) => (failure.error_code, failure.message()),
    };
    AlterUserScramCredentialsResult {
        user,
        error_code,
        error_message,
    }
}

async fn alter(
    broker: &Broker,
    context: &RequestContext,
    permit: Permit,
    request: &AlterUserScramCredentialsRequest,
    users: Vec<Str>,
) -> Vec<AlterUserScramCredentialsResult> {
    let upsertions = upsertions(request, Exposure::of(context));
    let decide = |image: &Image| {
        let outcomes = outcomes(image, &request.deletions, upsertions);
        let records: Vec<_> = outcomes.values().flatten().cloned().collect();
        if records.len() > CHANGES_MAX {
            return Err(Failure::bare(ErrorCode::UNKNOWN_SERVER_ERROR));
        }
        if image.scram_credentials().count() + records.len() > CREDENTIALS_MAX {
            let sentence = format!("More than {CREDENTIALS_MAX} SCRAM credentials.");
            return Err(Failure::new(ErrorCode::POLICY_VIOLATION, sentence));
        }
        Ok((records, outcomes))
    };
    match broker.commit(permit, context.now_ms, decide).await {
        Ok(mut outcomes) => {
            let altered = outcomes.values().filter(|outcome| outcome.is_ok()).count();
            info!(users = altered, by = %context.connection.principal, "altered SCRAM credentials");
            for (user, _) in outcomes.iter().filter(|(_, outcome)| outcome.is_ok()) {
                let user = Principal::user(user).to_string();
                let resource = Resource::of(ResourceType::User, &user);
                context.changed(resource, "altered its SCRAM credentials");
            }
            let mut outcome = |user: &Str| outcomes.remove(user).unwrap_or_else(twice).map(drop);
            users
                .into_iter()
                .map(|user| {
                    let outcome = outcome(&user);
                    result(user, outcome)
                })
                .collect()
        }
        Err(CommitError::Refused(failure)) => all(users, &failure),
        Err(other) => {
            let failure = Failure::new(ErrorCode::KAFKA_STORAGE_ERROR, other.to_string());
            all(users, &failure)
        }
    }
}

/// Whether somebody on the way may have read the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exposure {
    /// It came encrypted, or never left the machine.
    Private,
    /// It crossed a network in the clear.
    Public,
}

impl Exposure {
    fn of(context: &RequestContext) -> Self {
        let connection = &context.connection;
        if connection.encrypted || connection.client_address.to_canonical().is_loopback() {
            Self::Private
        } else {
            Self::Public
        }
    }
}

type Outcome = Result<MetadataRecord, Failure>;

/// What each upsertion comes to by itself.
fn upsertions(
    request: &AlterUserScramCredentialsRequest,
    exposure: Exposure,
) -> Vec<(Str, Outcome)> {
    let upsert = |asked: &ScramCredentialUpsertion| {
        let outcome = upsert(asked, exposure);
        (asked.name.clone(), outcome)
    };
    request.upsertions.iter().map(upsert).collect()
}

/// The first error of a user stays; a second change of a user who had none is an error.
fn outcomes(
    image: &Image,
    deletions: &[ScramCredentialDeletion],
    upsertions: Vec<(Str, Outcome)>,
) -> BTreeMap<Str, Outcome> {
    let deletions = deletions
        .iter()
        .map(|asked| (asked.name.clone(), delete(image, asked)));
    let mut outcomes: BTreeMap<Str, Outcome> = BTreeMap::new();
    for (user, outcome) in deletions.chain(upsertions) {
        outcomes
            .entry(user)
            .and_modify(|earlier| {
                if earlier.is_ok() {
                    *earlier = twice();
                }
            })
            .or_insert(outcome);
    }
    outcomes
}

fn twice() -> Outcome {
    let sentence = "A user credential cannot be altered twice in the same request";
    Err(Failure::new(ErrorCode::DUPLICATE_RESOURCE, sentence))
}

fn unacceptable(sentence: impl Into<Str>) -> Failure {
    Failure::new(ErrorCode::UNACCEPTABLE_CREDENTIAL, sentence)
}

fn mechanism(user: &str, code: i8) -> Result<ScramMechanism, Failure> {
    if user.is_empty() {
        return Err(unacceptable("Username must not be empty"));
    }
    ScramMechanism::of_code(code).ok_or_else(|| {
        let code = ErrorCode::UNSUPPORTED_SASL_MECHANISM;
        Failure::new(code, "Unknown SCRAM mechanism")
    })
}

fn delete(image: &Image, asked: &ScramCredentialDeletion) -> Outcome {
    let mechanism = mechanism(&asked.name, asked.mechanism)?;
    if image.scram_credential(&asked.name, mechanism).is_none() {
        let sentence = "Attempt to delete a user credential that does not exist";
        return Err(Failure::new(ErrorCode::RESOURCE_NOT_FOUND, sentence));
    }
    Ok(MetadataRecord::ScramCredentialDeleted {
        user: asked.name.to_string(),
        mechanism,
    })
}

fn upsert(asked: &ScramCredentialUpsertion, exposure: Exposure) -> Outcome {
    let mechanism = mechanism(&asked.name, asked.mechanism)?;
    let iterations = u32::try_from(asked.iterations).unwrap_or_default();
    if iterations < ITERATIONS_MIN {
        return Err(unacceptable("Too few iterations"));
    }
    if iterations > ITERATIONS_MAX {
        return Err(unacceptable("Too many iterations"));
    }
    if asked.salted_password.is_empty() {
        // Kafka fails on it, and says no more.
        return Err(Failure::bare(ErrorCode::UNKNOWN_SERVER_ERROR));
    }
    if asked.salt.len() > SALT_BYTES_MAX {
        let sentence = format!("Salt is longer than {SALT_BYTES_MAX} bytes");
        return Err(unacceptable(sentence));
    }
    if asked.name.len() > USER_BYTES_MAX {
        let sentence = format!("Username is longer than {USER_BYTES_MAX} bytes");
        return Err(unacceptable(sentence));
    }
    if exposure == Exposure::Public {
        // A salted password is as good as the password.
        return Err(unacceptable(
            "The salted password crossed a network unencrypted, so that it must count as known; \
             choose another one and send it over TLS or from the broker's own machine",
        ));
    }
    let credential = ScramCredential::of_salted_password(
        mechanism,
        &asked.salted_password,
        asked.salt.to_vec(),
        iterations,
    );
    Ok(MetadataRecord::ScramCredential {
        user: asked.name.to_string(),
        mechanism,
        credential,
    })
}

#[cfg(test)]
mod tests;
