//! DescribeUserScramCredentials (50): who has a SCRAM password, under which mechanism and with how
//! many rounds.
//!
//! KIP-554. Salts and keys are told to authn on its private socket, and to no client.

use std::collections::{BTreeMap, BTreeSet};

use authz::checks::table::DESCRIBE_USER_SCRAM_CREDENTIALS;
use protocol::messages::describe_user_scram_credentials::{
    CredentialInfo, DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse,
    DescribeUserScramCredentialsResult, UserName,
};
use protocol::{ErrorCode, Response, Str};

use crate::broker::Broker;
use crate::context::RequestContext;
use crate::metadata::Image;
use crate::reply::Reply;

/// Answers from one image; no list and an empty one both mean everybody.
pub fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: DescribeUserScramCredentialsRequest,
) -> Reply {
    let asked = request.users.unwrap_or_default();
    let response = match context.check(&DESCRIBE_USER_SCRAM_CREDENTIALS, "") {
        Ok(_permit) => DescribeUserScramCredentialsResponse {
            results: describe(&broker.metadata.image(), asked),
            ..DescribeUserScramCredentialsResponse::default()
        },
        Err(error_code) => denied(error_code, asked.len()),
    };
    Reply::Now(Response::DescribeUserScramCredentials(response))
}

/// Kafka repeats the error for each user that was asked for, without a name.
fn denied(error_code: ErrorCode, asked: usize) -> DescribeUserScramCredentialsResponse {
    let result = DescribeUserScramCredentialsResult {
        error_code,
        error_message: None,
        ..DescribeUserScramCredentialsResult::default()
    };
    DescribeUserScramCredentialsResponse {
        error_code,
        error_message: None,
        results: vec![result; asked],
        ..DescribeUserScramCredentialsResponse::default()
    }
}

fn describe(image: &Image, asked: Vec<UserName>) -> Vec<DescribeUserScramCredentialsResult> {
    let mut known: BTreeMap<&str, Vec<CredentialInfo>> = BTreeMap::new();
    for (user, mechanism, credential) in image.scram_credentials() {
        known.entry(user).or_default().push(CredentialInfo {
            mechanism: mechanism.code(),
            iterations: i32::try_from(credential.iterations).unwrap_or(i32::MAX),
        });
    }
    if asked.is_empty() {
        let everybody = known.into_iter();
        return everybody
            .map(|(user, infos)| described(Str::from(user), infos))
            .collect();
    }
    let (once, repeated) = once_and_repeated(asked.into_iter().map(|user| user.name));
    once.into_iter()
        .map(|user| {
            if repeated.contains(&user) {
                let sentence =
                    "Cannot describe SCRAM credentials for the same user twice in a single request";
                refused(user, ErrorCode::DUPLICATE_RESOURCE, sentence)
            } else if let Some(infos) = known.remove(&*user) {
                described(user, infos)
            } else {
                let sentence = "Attempt to describe a user credential that does not exist";
                refused(user, ErrorCode::RESOURCE_NOT_FOUND, sentence)
            }
        })
        .collect()
}

/// The names in order, each once; and those that stood there more often.
fn once_and_repeated(names: impl Iterator<Item = Str>) -> (Vec<Str>, BTreeSet<Str>) {
    let (mut seen, mut repeated) = (BTreeSet::new(), BTreeSet::new());
    let mut once = Vec::new();
    for name in names {
        if seen.insert(name.clone()) {
            once.push(name);
        } else {
            repeated.insert(name);
        }
    }
    (once, repeated)
}

fn described(user: Str, infos: Vec<CredentialInfo>) -> DescribeUserScramCredentialsResult {
    DescribeUserScramCredentialsResult {
        user,
        credential_infos: infos,
        ..DescribeUserScramCredentialsResult::default()
    }
}

fn refused(user: Str, error_code: ErrorCode, sentence: &str) -> DescribeUserScramCredentialsResult {
    DescribeUserScramCredentialsResult {
        error_message: Some(Str::from(format!("{sentence}: {user}"))),
        user,
        error_code,
        ..DescribeUserScramCredentialsResult::default()
    }
}
