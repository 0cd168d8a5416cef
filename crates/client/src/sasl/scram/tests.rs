//! The published exchanges, and a server that lies.

use super::*;

const NONCE: &str = "rOprNGfwEbeRWgbNEkqO";
const SERVER_FIRST: &str = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
    s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

fn begin(mechanism: ScramMechanism) -> (Exchange, Vec<u8>) {
    Exchange::begin_with(
        mechanism,
        "user",
        &Password::new("pencil"),
        NONCE.to_owned(),
    )
}

fn text(step: Step) -> String {
    match step {
        Step::Send(token) => String::from_utf8(token).unwrap(),
        Step::Done => panic!("done"),
    }
}

#[test]
fn the_exchanges_of_rfc_7677_and_of_sha_512() {
    let cases = [
        (
            ScramMechanism::Sha256,
            "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        ),
        (
            ScramMechanism::Sha512,
            "gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==",
            "ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw==",
        ),
    ];
    for (mechanism, proof, signature) in cases {
        let (mut exchange, first) = begin(mechanism);
        assert_eq!(first, b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        let token = text(exchange.next(SERVER_FIRST.as_bytes()).unwrap());
        let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        assert_eq!(token, format!("c=biws,r={nonce},p={proof}"));
        let done = exchange.next(format!("v={signature}").as_bytes());
        assert_eq!(done, Ok(Step::Done));
    }
}

#[test]
fn names_are_escaped() {
    let password = Password::new("x");
    let (_, first) =
        Exchange::begin_with(ScramMechanism::Sha512, "a=b,c", &password, "n".to_owned());
    assert_eq!(first, b"n,,n=a=3Db=2Cc,r=n");
}

#[test]
fn a_server_that_does_not_play_by_the_rules_is_left() {
    let unreadable = SaslError::Unreadable("SCRAM");
    let cases = [
        (&b"\xff"[..], unreadable.clone()),
        (b"", unreadable.clone()),
        (b"r=other,s=AAAA,i=4096", unreadable.clone()),
        (b"r=rOprNGfwEbeRWgbNEkqO,s=AAAA,i=4096", unreadable.clone()),
        (b"r=rOprNGfwEbeRWgbNEkqOx,s=A,i=4096", unreadable.clone()),
        (b"r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=-1", unreadable.clone()),
        (b"s=AAAA,r=rOprNGfwEbeRWgbNEkqOx,i=4096", unreadable),
        (
            b"r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=1",
            SaslError::Iterations(1),
        ),
        (
            b"r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4000000000",
            SaslError::Iterations(4_000_000_000),
        ),
    ];
    for (answer, expected) in cases {
        let (mut exchange, _) = begin(ScramMechanism::Sha256);
        let found = exchange.next(answer);
        assert_eq!(found, Err(expected), "{}", answer.escape_ascii());
    }
}

#[test]
fn a_server_without_the_password_is_an_impostor() {
    let cases = [
        (&b"v=AAAA"[..], SaslError::ServerUnproven),
        (b"v=", SaslError::ServerUnproven),
        (b"v=!", SaslError::Unreadable("SCRAM")),
        (b"", SaslError::Unreadable("SCRAM")),
        (
            b"e=invalid-proof",
            SaslError::Refused("invalid-proof".to_owned()),
        ),
    ];
    for (answer, expected) in cases {
        let (mut exchange, _) = begin(ScramMechanism::Sha256);
        exchange.next(SERVER_FIRST.as_bytes()).unwrap();
        assert_eq!(exchange.next(answer), Err(expected));
    }
}
