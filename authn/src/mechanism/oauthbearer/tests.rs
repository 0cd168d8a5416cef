//! The frame of RFC 7628 and what it carries.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::Principal;

use super::{ClientMessage, acknowledged, step};
use crate::mechanism::iam::tests::{NOW_MS, PEER, login};
use crate::mechanism::{Exchange, Message, Reason, Refusal, Step};

const URL: &str = "https://kafka.us-east-1.amazonaws.com/?Action=kafka-cluster%3AConnect\
    &X-Amz-Algorithm=AWS4-HMAC-SHA256\
    &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261122%2Fus-east-1%2Fkafka-cluster%2Faws4_request\
    &X-Amz-Date=20261122T120000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\
    &X-Amz-Signature=07804cb0c04c41ecd75db534f6c211209844f43eb713b82f6896728c9bd32276\
    &User-Agent=test-client%2F1.0";
const ARN: &str = "arn:aws:iam::000000000000:user/alice";

fn message(header: &str, token: &str) -> Vec<u8> {
    format!("{header}\x01auth=Bearer {token}\x01\x01").into_bytes()
}

fn refused(step: Step) -> Refusal {
    match step {
        Step::Challenge {
            answer,
            exchange: Exchange::OauthBearerRefused(refusal),
        } => {
            assert_eq!(answer, br#"{"status":"invalid_token"}"#);
            *refusal
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_token_logs_in_for_as_long_as_it_is_good() {
    let token = URL_SAFE_NO_PAD.encode(URL);
    for header in ["n,,", "n,a=,", &format!("n,a={ARN},")] {
        let step = step(
            Some(&login()),
            &PEER,
            &message(header, &token),
            NOW_MS + 2_000,
        );
        let Step::Done { answer, identity } = step else {
            panic!("{header}: {step:?}");
        };
        assert!(answer.is_empty());
        assert_eq!(identity.principal, Principal::iam(ARN));
        assert_eq!(identity.expires_at_ms, Some(NOW_MS + 900_000));
    }
}

#[test]
fn whatever_is_wrong_with_a_token_takes_the_round_of_the_refusal() {
    let token = URL_SAFE_NO_PAD.encode(URL);
    let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.";
    let other = URL_SAFE_NO_PAD.encode(URL.replace("us-east-1.amazonaws", "us-east-2.amazonaws"));
    let flipped = URL_SAFE_NO_PAD.encode(URL.replace("07804cb0", "07804cb1"));
    for (header, token, now_ms, reason) in [
        ("n,,", &*token, NOW_MS + 900_001, Some(Reason::Expired)),
        ("n,,", &token, NOW_MS - 300_001, Some(Reason::NotYetValid)),
        ("n,a=bob,", &token, NOW_MS, Some(Reason::AuthorizationId)),
        ("n,,", &other, NOW_MS, Some(Reason::WrongHost)),
        ("n,,", &flipped, NOW_MS, Some(Reason::WrongSignature)),
        ("n,,", jwt, NOW_MS, None),
        ("n,,", "e30", NOW_MS, None),
        ("n,,", &token[1..], NOW_MS, None),
        ("n,,", &token[..token.len() - 60], NOW_MS, None),
    ] {
        let refusal = refused(step(Some(&login()), &PEER, &message(header, token), now_ms));
        match reason {
            Some(reason) => assert_eq!(refusal.reason, reason),
            None => assert!(matches!(refusal.reason, Reason::Malformed(_)), "{token}"),
        }
        let text = "[01234567-89ab-cdef-0123-456789abcdef]: Access denied";
        assert_eq!(refusal.message, Message::Text(text.to_owned()));
    }
    let refusal = refused(step(None, &PEER, &message("n,,", &token), NOW_MS));
    assert_eq!(refusal.reason, Reason::NoIdentityStore);
}

#[test]
fn a_refusal_stands_whatever_is_said_to_it() {
    let refusal = Refusal::of("AKIA", Reason::Expired);
    for (token, reason) in [
        (&b"\x01"[..], Some(Reason::Expired)),
        (b"", None),
        (b"\x01\x01", None),
        (&message("n,,", &URL_SAFE_NO_PAD.encode(URL)), None),
    ] {
        let Step::Refused(found) = acknowledged(refusal.clone(), token) else {
            panic!("not refused");
        };
        assert_eq!(found.message, refusal.message);
        match reason {
            Some(reason) => assert_eq!(found.reason, reason),
            None => assert!(matches!(found.reason, Reason::Malformed(_))),
        }
    }
}

#[test]
fn the_frame_has_one_grammar() {
    let parse = |text: &str| {
        ClientMessage::parse(text.as_bytes())
            .ok()
            .map(|m| (m.authorization_id.map(str::to_owned), m.token.to_owned()))
    };
    let plain = Some((None, "abc".to_owned()));
    for (text, expected) in [
        ("n,,\x01auth=Bearer abc\x01\x01", plain.clone()),
        ("n,,\x01auth=bearer abc\x01\x01", plain.clone()),
        ("n,,\x01auth=BEARER   abc \x01\x01", plain.clone()),
        (
            "n,,\x01auth=Bearer abc\x01ext=value with = and \t\r\n\x01\x01",
            plain.clone(),
        ),
        (
            "n,,\x01ext=v\x01auth=Bearer abc\x01other=\x01\x01",
            plain.clone(),
        ),
        (
            "n,a=al ice,\x01auth=Bearer a-_~+/.9==\x01\x01",
            Some((Some("al ice".to_owned()), "a-_~+/.9==".to_owned())),
        ),
        ("", None),
        ("\x01", None),
        ("\x01\x01", None),
        ("n,,", None),
        ("n,,\x01", None),
        ("n,,\x01\x01", None),
        ("n,,\x01auth=Bearer abc\x01", None),
        ("n,,\x01auth=Bearer abc", None),
        ("n,,\x01auth=Bearer abc\x01\x01\x01", None),
        ("n,,\x01\x01auth=Bearer abc\x01\x01", None),
        ("n,\x01auth=Bearer abc\x01\x01", None),
        ("y,,\x01auth=Bearer abc\x01\x01", None),
        ("p=x,,\x01auth=Bearer abc\x01\x01", None),
        ("n,b=x,\x01auth=Bearer abc\x01\x01", None),
        ("n,a=x,y,\x01auth=Bearer abc\x01\x01", None),
        ("n,,auth=Bearer abc\x01\x01", None),
        ("n,,\x01Auth=Bearer abc\x01\x01", None),
        ("n,,\x01auth=Bearer\x01\x01", None),
        ("n,,\x01auth=Bearer \x01\x01", None),
        ("n,,\x01auth=Bearer ==\x01\x01", None),
        ("n,,\x01auth=Bearer a=b\x01\x01", None),
        ("n,,\x01auth=Bearer a b\x01\x01", None),
        ("n,,\x01auth=Bearer a,b\x01\x01", None),
        ("n,,\x01auth=Basic abc\x01\x01", None),
        ("n,,\x01auth=abc\x01\x01", None),
        ("n,,\x01auth=Bearer abc\x01auth=Bearer def\x01\x01", None),
        ("n,,\x01auth=Bearer abc\x01x=1\x01x=2\x01\x01", None),
        ("n,,\x01auth=Bearer abc\x01x1=1\x01\x01", None),
        ("n,,\x01auth=Bearer abc\x01=1\x01\x01", None),
        ("n,,\x01auth=Bearer abc\x01x\x01\x01", None),
        ("n,,\x01auth=Bearer abc\x01x=\x02\x01\x01", None),
        ("n,,\x01auth=Bearer abc\x01x=é\x01\x01", None),
        ("n,,\x01ext=v\x01\x01", None),
    ] {
        assert_eq!(parse(text), expected, "{text:?}");
    }
    assert!(ClientMessage::parse(b"n,,\x01auth=Bearer abc\x01x=\xff\x01\x01").is_err());
    let extensions = "\x01x=1".repeat(100);
    assert!(parse(&format!("n,,{extensions}\x01auth=Bearer abc\x01\x01")).is_none());
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..100),
        text in "n,[a=,b]{0,4}\x01(auth=Bearer [a-z=]{0,5}\x01|[a-z]=[a-z]\x01){0,4}\x01?",
    ) {
        for token in [bytes.as_slice(), text.as_bytes()] {
            let is_done = matches!(step(Some(&login()), &PEER, token, NOW_MS), Step::Done { .. });
            proptest::prop_assert!(!is_done);
        }
    }
}
