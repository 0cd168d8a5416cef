//! What codes, statuses and answers mean.

use std::time::Duration;

use aws_sdk_cloudwatch::config::http::HttpResponse;
use aws_sdk_cloudwatch::error::{ErrorMetadata, SdkError};
use aws_sdk_cloudwatch::operation::put_metric_data::PutMetricDataError;
use aws_sdk_s3::primitives::SdkBody;

use super::codes::{kind, of_record};
use super::{Failure, FailureKind as Kind};

#[test]
fn codes_and_statuses_mean() {
    for (code, status, expected) in [
        ("ThrottlingException", 400, Kind::Throttled),
        (
            "ProvisionedThroughputExceededException",
            400,
            Kind::Throttled,
        ),
        ("KMSThrottlingException", 400, Kind::Throttled),
        ("LimitExceededException", 400, Kind::Throttled),
        ("SlowDown", 503, Kind::Throttled),
        ("", 429, Kind::Throttled),
        ("AccessDeniedException", 400, Kind::Credentials),
        ("ExpiredTokenException", 400, Kind::Credentials),
        ("ExpiredToken", 400, Kind::Credentials),
        ("UnrecognizedClientException", 400, Kind::Credentials),
        ("InvalidAccessKeyId", 403, Kind::Credentials),
        ("KMSAccessDeniedException", 400, Kind::Credentials),
        ("", 403, Kind::Credentials),
        ("RequestTimeTooSkewed", 403, Kind::Clock),
        ("ResourceNotFoundException", 400, Kind::Missing),
        ("NoSuchBucket", 404, Kind::Missing),
        ("KMSDisabledException", 400, Kind::Missing),
        ("KMS.NotFoundException", 400, Kind::Missing),
        ("PermanentRedirect", 301, Kind::Missing),
        ("", 404, Kind::Missing),
        ("InvalidParameterException", 400, Kind::Data),
        ("InvalidArgumentException", 400, Kind::Data),
        ("EntityTooLarge", 400, Kind::Data),
        ("UnknownOperationException", 400, Kind::Refused),
        ("ValidationException", 400, Kind::Refused),
        ("SerializationException", 400, Kind::Refused),
        ("", 413, Kind::Data),
        ("InternalFailure", 500, Kind::Service),
        ("ServiceUnavailableException", 503, Kind::Service),
        ("RequestTimeout", 400, Kind::Service),
        ("ConditionalRequestConflict", 409, Kind::Service),
        // Something on the way, which says nothing of the data.
        ("", 400, Kind::Service),
        ("", 502, Kind::Service),
        ("", 200, Kind::Unanswered),
    ] {
        assert_eq!(kind(code, "", status), expected, "{code} {status}");
    }
    for (message, expected) in [
        (
            "Signature expired: 20260131T000000Z is now earlier than …",
            Kind::Clock,
        ),
        ("Signature not yet current: 20260131T000000Z", Kind::Clock),
        (
            "The request signature we calculated does not match",
            Kind::Credentials,
        ),
    ] {
        assert_eq!(kind("InvalidSignatureException", message, 400), expected);
    }
    for (code, expected) in [
        ("ProvisionedThroughputExceededException", Kind::Throttled),
        ("ServiceUnavailableException", Kind::Throttled),
        ("InternalFailure", Kind::Service),
        ("KMSNotFoundException", Kind::Missing),
    ] {
        assert_eq!(of_record(code), expected, "{code}");
    }
}

fn failure(
    status: u16,
    headers: &[(&'static str, &'static str)],
    code: &str,
    message: &str,
) -> Failure {
    let mut answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
    for (name, value) in headers {
        answer.headers_mut().insert(*name, *value);
    }
    let metadata = ErrorMetadata::builder().code(code).message(message).build();
    let error = PutMetricDataError::generic(metadata);
    Failure::of("Kinesis", SdkError::service_error(error, answer))
}

#[test]
fn a_wish_to_be_left_alone_is_heard() {
    for (headers, expected) in [
        (&[("x-amz-retry-after", "1500")][..], Some(1500)),
        (&[("retry-after", "2")], Some(2000)),
        (
            &[("x-amz-retry-after", "10"), ("retry-after", "2")],
            Some(10),
        ),
        (&[("retry-after", "86400")], Some(300_000)),
        (&[("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")], None),
        (&[], None),
    ] {
        let failure = failure(503, headers, "SlowDown", "");
        assert_eq!(
            failure.retry_after,
            expected.map(Duration::from_millis),
            "{headers:?}"
        );
    }
}

#[test]
fn a_failure_says_what_the_service_says_but_no_secret() {
    let told = failure(
        400,
        &[],
        "a.b#AccessDeniedException",
        "User x may not logs:PutLogEvents",
    );
    assert_eq!(told.code, "AccessDeniedException");
    let sentence = told.to_string();
    assert!(
        sentence.contains("(AccessDeniedException: User x may not logs:PutLogEvents)"),
        "{sentence}"
    );
    let message = "does not match. The canonical string was x-amz-security-token:SECRET";
    for code in ["SignatureDoesNotMatch", "InvalidSignatureException"] {
        let sentence = failure(403, &[], code, message).to_string();
        assert!(
            sentence.contains(code) && !sentence.contains("SECRET"),
            "{sentence}"
        );
    }
    let long = failure(400, &[], "X", &"x".repeat(9000)).to_string();
    assert!(long.len() < 500, "{long}");
}
