//! Requests signed by the SDK's own signer.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use hyper::Request;

use super::*;

const AT_S: u64 = 1_795_936_800;
const NOW_MS: i64 = 1_795_936_800_000;
const BODY: &[u8] = b"{}";

/// A request to CloudWatch Logs, signed with this secret.
fn signed(secret: &str, token: Option<&str>, service: &str) -> Incoming {
    let credentials = Credentials::new("key", secret, token.map(str::to_owned), None, "test");
    let identity = credentials.into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region("eu-central-1")
        .name(service)
        .time(UNIX_EPOCH + Duration::from_secs(AT_S))
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let target = ("x-amz-target", "Logs_20140328.PutLogEvents");
    let headers = [target, ("host", "localhost:1")];
    let url = "http://localhost:1/?b=2&a";
    let body = SignableBody::Bytes(BODY);
    let request = SignableRequest::new("POST", url, headers.into_iter(), body).unwrap();
    let (instructions, _) = headers_of(request, &parameters);
    let mut request = Request::post(url).header("host", "localhost:1");
    request = request.header(target.0, target.1);
    for (name, value) in instructions {
        request = request.header(name, value);
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let mut incoming = Incoming::head(parts);
    incoming.body = Bytes::from_static(BODY);
    incoming
}

fn headers_of(
    request: SignableRequest<'_>,
    parameters: &aws_sigv4::http_request::SigningParams<'_>,
) -> (Vec<(String, String)>, String) {
    let (instructions, signature) = sign(request, parameters).unwrap().into_parts();
    let headers = instructions.headers();
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    (headers.collect(), signature)
}

fn known(secret: &str, session: Option<(&str, i64)>) -> impl Fn(&str) -> Option<Secret> {
    let secret = Secret {
        secret: secret.to_owned(),
        session: session.map(|(token, until)| (token.to_owned(), until)),
    };
    move |key| (key == "key").then(|| secret.clone())
}

#[test]
fn who_knows_the_secret_is_let_in() {
    let incoming = signed("secret", None, "logs");
    assert_eq!(check(&incoming, NOW_MS, known("secret", None)), Ok(()));
    let other = check(&incoming, NOW_MS, known("other", None));
    assert_eq!(other, Err(Refused::Mismatch));
    assert_eq!(check(&incoming, NOW_MS, |_| None), Err(Refused::UnknownKey));
}

#[test]
fn the_body_is_signed() {
    let mut incoming = signed("secret", None, "logs");
    incoming.body = Bytes::from_static(b"{\"a\":1}");
    let refused = check(&incoming, NOW_MS, known("secret", None));
    assert_eq!(refused, Err(Refused::Mismatch));
}

#[test]
fn a_request_is_good_for_five_minutes() {
    let incoming = signed("secret", None, "logs");
    for (now_ms, expected) in [
        (NOW_MS + SKEW_MS_MAX, Ok(())),
        (NOW_MS + SKEW_MS_MAX + 1, Err(Refused::Skewed)),
        (NOW_MS - SKEW_MS_MAX - 1, Err(Refused::Skewed)),
    ] {
        assert_eq!(check(&incoming, now_ms, known("secret", None)), expected);
    }
}

#[test]
fn a_session_ends() {
    let incoming = signed("secret", Some("token"), "logs");
    let session = |token, until| known("secret", Some((token, until)));
    let check = |session| check(&incoming, NOW_MS, session);
    assert_eq!(check(session("token", NOW_MS + 1)), Ok(()));
    assert_eq!(check(session("token", NOW_MS)), Err(Refused::Expired));
    let other = check(session("other", NOW_MS + 1));
    assert_eq!(other, Err(Refused::UnknownKey));
}

#[test]
fn the_scope_names_the_service() {
    let incoming = signed("secret", None, "kinesis");
    let refused = check(&incoming, NOW_MS, known("secret", None));
    assert_eq!(refused, Err(Refused::Malformed("credential scope")));
}
