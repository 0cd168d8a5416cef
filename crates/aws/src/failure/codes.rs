//! The error codes of the services, by what they mean for who calls.
//!
//! Only codes that the status of the answer does not already tell are here.

use super::FailureKind;

/// As the SDK has them (`aws_runtime::retries::classifiers`), and what KMS and older services say.
const THROTTLED: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "KMSThrottlingException",
    "LimitExceeded",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];
/// About who asks.
const CREDENTIALS: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "KMSAccessDeniedException",
    "KMSOptInRequired",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "NotAuthorized",
    "OptInRequired",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
];
/// About what the call is about: the log group, the stream, the bucket, the key of KMS, the region.
const MISSING: &[&str] = &[
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
    "InvalidKMSResourceException",
    "InvalidSourceException",
    "KMS.DisabledException",
    "KMS.KMSInvalidStateException",
    "KMS.NotFoundException",
    "KMSDisabledException",
    "KMSInvalidStateException",
    "KMSNotFoundException",
    "NoSuchBucket",
    "NoSuchKey",
    "NotFoundException",
    "PermanentRedirect",
    "ResourceNotFoundException",
];
/// About the data. By no means every code of a bad request is: what an operation that a service does not have, or a
/// name that is none, is answered with would make dead letters of all.
const DATA: &[&str] = &[
    "EntityTooLarge",
    "InvalidArgumentException",
    "InvalidParameterException",
];
/// Told with the status of a bad request, though the same request may succeed later.
const TRANSIENT: &[&str] = &[
    "BadDigest",
    "IncompleteBody",
    "RequestTimeout",
    "RequestTimeoutException",
    "XAmzContentSHA256Mismatch",
];
/// Parts of what is said of a signature when the clocks differ.
const CLOCKS: &[&str] = &["Signature expired", "Signature not yet current"];

/// What an error's code, its message and the status of its answer mean.
pub(super) fn kind(code: &str, message: &str, status: u16) -> FailureKind {
    if code == "RequestTimeTooSkewed" || CLOCKS.iter().any(|text| message.contains(text)) {
        return FailureKind::Clock;
    }
    let tables = [
        (THROTTLED, FailureKind::Throttled),
        (CREDENTIALS, FailureKind::Credentials),
        (MISSING, FailureKind::Missing),
        (DATA, FailureKind::Data),
        (TRANSIENT, FailureKind::Service),
    ];
    let told = tables.iter().find(|(codes, _)| codes.contains(&code));
    if let Some((_, kind)) = told {
        return *kind;
    }
    match status {
        // It was taken, and its answer cannot be read.
        0..300 => FailureKind::Unanswered,
        429 => FailureKind::Throttled,
        401 | 403 => FailureKind::Credentials,
        404 => FailureKind::Missing,
        // A smaller request may pass, whoever is in the way.
        413 => FailureKind::Data,
        // Without a code it is nothing that a service of AWS says.
        400 if !code.is_empty() => FailureKind::Refused,
        _ => FailureKind::Service,
    }
}

/// What the code of one record of several means: `ProvisionedThroughputExceededException`,
/// `ServiceUnavailableException`, `InternalFailure`.
pub(crate) fn of_record(code: &str) -> FailureKind {
    match kind(code, "", 500) {
        // Both services say so when they have too much to do.
        FailureKind::Service if code.starts_with("ServiceUnavailable") => FailureKind::Throttled,
        kind => kind,
    }
}
