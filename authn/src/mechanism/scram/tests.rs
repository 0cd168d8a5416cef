//! The published exchanges, and every way in which a client can deviate from them.

use std::num::NonZeroU32;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use identity::control::ScramUser;
use identity::{Principal, ScramCredential, ScramMechanism};

use super::messages::{ClientFinal, ClientFirst};
use super::{Challenged, first};
use crate::credentials::{PhantomKey, ScramCredentials};
use crate::mechanism::{Authenticators, Exchange, NoRandomness, Random, Reason, Step};

mod foreign_clients;

const SALT: &str = "W22ZaJ0SNY7soEsUEjb6gQ==";
const CLIENT_NONCE: &str = "rOprNGfwEbeRWgbNEkqO";

/// The same bits each time, so that exchanges are vectors.
#[derive(Debug)]
struct Fixed(u8);

impl Random for Fixed {
    fn fill(&self, to: &mut [u8]) -> Result<(), NoRandomness> {
        to.fill(self.0);
        Ok(())
    }
}

fn credential(mechanism: ScramMechanism, password: &str) -> ScramCredential {
    let salt = STANDARD.decode(SALT).unwrap();
    let iterations = NonZeroU32::new(4096).unwrap();
    ScramCredential::of_password(mechanism, password.as_bytes(), salt, iterations)
}

fn user(name: &str, mechanism: ScramMechanism, password: &str) -> ScramUser {
    ScramUser {
        name: name.to_owned(),
        mechanism,
        credential: credential(mechanism, password),
    }
}

fn authenticators(users: Vec<ScramUser>) -> Authenticators {
    let scram = ScramCredentials::new(PhantomKey::new(&[9; 32]));
    scram.set_broker(users);
    Authenticators {
        scram: Arc::new(scram),
        iam: None,
        random: Arc::new(Fixed(7)),
    }
}

/// `user` with the password `pencil`, and names that need escapes.
fn server(mechanism: ScramMechanism) -> Authenticators {
    let names = ["user", "al,ice", "a=b", "\u{1}\u{7f}"];
    authenticators(
        names
            .iter()
            .map(|name| user(name, mechanism, "pencil"))
            .collect(),
    )
}

fn challenge(step: Step) -> (String, Box<Challenged>) {
    match step {
        Step::Challenge {
            answer,
            exchange: Exchange::ScramFinal(challenged),
        } => (String::from_utf8(answer).unwrap(), challenged),
        other => panic!("no challenge: {other:?}"),
    }
}

fn reason(step: Step) -> Reason {
    match step {
        Step::Refused(refusal) => refusal.reason,
        other => panic!("not refused: {other:?}"),
    }
}

/// What an honest client answers to `challenge`, with its proof or a changed one.
struct Client<'a> {
    mechanism: ScramMechanism,
    first: &'a str,
    password: &'a str,
}

impl Client<'_> {
    /// `without_proof` of `r=NONCE` as the server sent it.
    fn finish(&self, challenge: &str, without_proof: &str) -> String {
        let proof = STANDARD.encode(self.proof(challenge, without_proof));
        format!("{without_proof},p={proof}")
    }

    fn proof(&self, challenge: &str, without_proof: &str) -> Vec<u8> {
        let salt = attribute(challenge, "s=");
        let salt = STANDARD.decode(salt).unwrap();
        let iterations = attribute(challenge, "i=").parse().unwrap();
        let salted = self
            .mechanism
            .salted_password(self.password.as_bytes(), &salt, iterations);
        let client_key = self.mechanism.hmac(&salted, b"Client Key");
        let stored_key = self.mechanism.hash(&client_key);
        let bare = self.first.splitn(3, ',').nth(2).unwrap();
        let transcript = format!("{bare},{challenge},{without_proof}");
        let signature = self.mechanism.hmac(&stored_key, transcript.as_bytes());
        client_key
            .iter()
            .zip(signature)
            .map(|(a, b)| a ^ b)
            .collect()
    }
}

fn attribute<'a>(message: &'a str, name: &str) -> &'a str {
    let mut attributes = message.split(',');
    attributes.find_map(|a| a.strip_prefix(name)).unwrap()
}

/// Runs a login with an honest client; `client_final` makes its last message of the challenge.
fn login(
    by: &Authenticators,
    mechanism: ScramMechanism,
    client_first: &str,
    client_final: impl Fn(&Client<'_>, &str) -> String,
) -> Step {
    let client = Client {
        mechanism,
        first: client_first,
        password: "pencil",
    };
    let (text, challenged) = challenge(first(mechanism, by, client_first.as_bytes()));
    challenged.last(&by.scram, client_final(&client, &text).as_bytes())
}

fn honest(client: &Client<'_>, challenge: &str) -> String {
    let header = client
        .first
        .split_inclusive(',')
        .take(2)
        .collect::<String>();
    let (binding, nonce) = (STANDARD.encode(header), attribute(challenge, "r="));
    client.finish(challenge, &format!("c={binding},r={nonce}"))
}

#[test]
fn the_exchange_of_rfc_7677_logs_in() {
    // The server's nonce is the RFC's, which has characters that ours never draws.
    let vectors = [
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
    for (mechanism, proof, signature) in vectors {
        let by = server(mechanism);
        let nonce = format!("{CLIENT_NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
        let challenged = Challenged {
            mechanism,
            name: "user".to_owned(),
            is_token: false,
            found: by.scram.find(mechanism, "user"),
            binding: "biws".to_owned(),
            client_nonce: CLIENT_NONCE.to_owned(),
            transcript: format!("n=user,r={CLIENT_NONCE},r={nonce},s={SALT},i=4096,").into(),
            nonce: nonce.clone(),
        };
        let last = format!("c=biws,r={nonce},p={proof}");
        let Step::Done { answer, identity } = challenged.last(&by.scram, last.as_bytes()) else {
            panic!("{mechanism:?} refused");
        };
        assert_eq!(String::from_utf8(answer).unwrap(), format!("v={signature}"));
        assert_eq!(identity.principal, Principal::user("user"));
        assert_eq!(identity.expires_at_ms, None);
    }
}

#[test]
fn a_challenge_has_the_users_salt_and_a_nonce_of_both() {
    let mechanism = ScramMechanism::Sha512;
    let by = server(mechanism);
    let (text, _) = challenge(first(mechanism, &by, b"n,,n=user,r=abc"));
    assert_eq!(
        text,
        format!("r=abcBwcHBwcHBwcHBwcHBwcHBwcH,s={SALT},i=4096")
    );
}

#[test]
fn everything_that_kafkas_clients_send_logs_in() {
    let mechanism = ScramMechanism::Sha512;
    let by = server(mechanism);
    for (client_first, name) in [
        ("n,,n=user,r=abc", "user"),
        ("n,a=user,n=user,r=abc", "user"),
        ("n,,n=al=2Cice,r=abc", "al,ice"),
        ("n,a=al=2Cice,n=al=2Cice,r=abc", "al,ice"),
        ("n,,n=a=3Db,r=abc", "a=b"),
        ("n,,n=\u{1}\u{7f},r=!~\"", "\u{1}\u{7f}"),
        ("n,,n=user,r=abc,tokenauth=false", "user"),
        ("n,,n=user,r=abc,other=x=y,more=z", "user"),
    ] {
        match login(&by, mechanism, client_first, honest) {
            Step::Done { identity, .. } => assert_eq!(identity.principal.name(), name),
            other => panic!("{client_first}: {other:?}"),
        }
    }
}

#[test]
fn extensions_of_the_last_message_are_signed_with_it() {
    let mechanism = ScramMechanism::Sha256;
    let with = |extension: &'static str| {
        move |client: &Client<'_>, challenge: &str| {
            let nonce = attribute(challenge, "r=");
            client.finish(challenge, &format!("c=biws,r={nonce},{extension}"))
        }
    };
    let by = server(mechanism);
    let done = login(&by, mechanism, "n,,n=user,r=abc", with("ext=1"));
    assert!(matches!(done, Step::Done { .. }));
    // Added by somebody in between.
    let added = login(&by, mechanism, "n,,n=user,r=abc", |client, challenge| {
        honest(client, challenge).replace(",p=", ",ext=1,p=")
    });
    assert_eq!(reason(added), Reason::WrongPassword);
}

#[test]
fn only_both_known_spellings_of_the_nonce_log_in() {
    let mechanism = ScramMechanism::Sha512;
    let by = server(mechanism);
    let with = |nonce: fn(&str) -> String| {
        login(
            &by,
            mechanism,
            "n,,n=user,r=abc",
            move |client, challenge| {
                let nonce = nonce(attribute(challenge, "r="));
                client.finish(challenge, &format!("c=biws,r={nonce}"))
            },
        )
    };
    let accepted: [fn(&str) -> String; 2] = [str::to_owned, |nonce| format!("abc{nonce}")];
    for nonce in accepted {
        assert!(matches!(with(nonce), Step::Done { .. }), "{}", nonce("N"));
    }
    let refused: [fn(&str) -> String; 8] = [
        |nonce| format!("abcabc{nonce}"),
        |nonce| format!("abd{nonce}"),
        |nonce| format!("x{nonce}"),
        |nonce| format!("{nonce}x"),
        |nonce| nonce[..nonce.len() - 1].to_owned(),
        |nonce| nonce[3..].to_owned(),
        |_| "abc".to_owned(),
        |nonce| nonce.to_lowercase(),
    ];
    for nonce in refused {
        assert!(
            matches!(reason(with(nonce)), Reason::Malformed(_)),
            "{}",
            nonce("N")
        );
    }
}

#[test]
fn the_channel_binding_must_be_that_of_the_first_message() {
    let mechanism = ScramMechanism::Sha512;
    let by = server(mechanism);
    for (client_first, binding, is_accepted) in [
        ("n,,n=user,r=abc", STANDARD.encode("n,,"), true),
        ("n,,n=user,r=abc", STANDARD.encode("y,,"), false),
        ("n,,n=user,r=abc", STANDARD.encode("n,a=user,"), false),
        ("n,,n=user,r=abc", STANDARD.encode("n,,x"), false),
        ("n,,n=user,r=abc", String::new(), false),
        ("n,,n=user,r=abc", "biw".to_owned(), false),
        ("n,a=user,n=user,r=abc", STANDARD.encode("n,,"), false),
        ("n,a=user,n=user,r=abc", STANDARD.encode("n,a=user,"), true),
    ] {
        let step = login(&by, mechanism, client_first, |client, challenge| {
            let nonce = attribute(challenge, "r=");
            client.finish(challenge, &format!("c={binding},r={nonce}"))
        });
        assert_eq!(matches!(step, Step::Done { .. }), is_accepted, "{binding}");
    }
}

#[test]
fn a_proof_of_another_length_or_password_is_refused() {
    let mechanism = ScramMechanism::Sha512;
    let by = server(mechanism);
    let changes: [fn(Vec<u8>) -> Vec<u8>; 6] = [
        |_| Vec::new(),
        |proof| proof[..63].to_vec(),
        |proof| [&proof[..], &[0]].concat(),
        |proof| proof[..32].to_vec(),
        |mut proof| {
            proof[63] ^= 1;
            proof
        },
        |proof| vec![0; proof.len()],
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let step = login(&by, mechanism, "n,,n=user,r=abc", |client, challenge| {
            let without_proof = format!("c=biws,r={}", attribute(challenge, "r="));
            let proof = change(client.proof(challenge, &without_proof));
            format!("{without_proof},p={}", STANDARD.encode(proof))
        });
        assert_eq!(reason(step), Reason::WrongPassword, "change {number}");
    }
}

#[test]
fn a_replayed_exchange_is_refused_by_another_nonce() {
    let mechanism = ScramMechanism::Sha512;
    let mut by = server(mechanism);
    let recorded = std::cell::RefCell::new(String::new());
    let done = login(&by, mechanism, "n,,n=user,r=abc", |client, challenge| {
        recorded.replace(honest(client, challenge));
        recorded.borrow().clone()
    });
    assert!(matches!(done, Step::Done { .. }));
    by.random = Arc::new(Fixed(8));
    let again = login(&by, mechanism, "n,,n=user,r=abc", |_, _| {
        recorded.borrow().clone()
    });
    assert!(matches!(reason(again), Reason::Malformed(_)));
}

#[test]
fn a_server_nonce_never_comes_twice() {
    let mechanism = ScramMechanism::Sha256;
    let mut by = authenticators(Vec::new());
    by.random = Arc::new(crate::mechanism::SystemRandom);
    let draw = |_| challenge(first(mechanism, &by, b"n,,n=u,r=abc")).0;
    let nonces: std::collections::HashSet<_> = (0..20_000)
        .map(draw)
        .map(|text| attribute(&text, "r=").to_owned())
        .collect();
    assert_eq!(nonces.len(), 20_000);
    let mut bits = std::collections::HashSet::new();
    for _ in 0..1_000_000 {
        let mut random = [0; super::SERVER_NONCE_BYTES];
        by.random.fill(&mut random).unwrap();
        assert!(bits.insert(random));
    }
}

#[test]
fn an_unknown_user_is_told_what_a_wrong_password_is() {
    let mechanism = ScramMechanism::Sha512;
    let by = server(mechanism);
    let unknown = login(&by, mechanism, "n,,n=nobody,r=abc", honest);
    let token = login(&by, mechanism, "n,,n=user,r=abc,tokenauth=TRUE", honest);
    let by_wrong = authenticators(vec![user("user", mechanism, "crayon")]);
    let wrong = login(&by_wrong, mechanism, "n,,n=user,r=abc", honest);
    let refusals = [unknown, token, wrong].map(|step| match step {
        Step::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    });
    let reasons = [
        Reason::UnknownUser,
        Reason::DelegationToken,
        Reason::WrongPassword,
    ];
    for (refusal, reason) in refusals.iter().zip(reasons) {
        assert_eq!(refusal.message, refusals[0].message);
        assert_eq!(refusal.reason, reason);
    }
}

#[test]
fn a_phantom_never_logs_in_even_if_its_proof_were_right() {
    let mechanism = ScramMechanism::Sha512;
    let by = server(mechanism);
    let (text, mut challenged) = challenge(first(mechanism, &by, b"n,,n=nobody,r=abc"));
    challenged.found.credential = Arc::new(credential(mechanism, "pencil"));
    let client = Client {
        mechanism,
        first: "n,,n=nobody,r=abc",
        password: "pencil",
    };
    let (_, salt_and_iterations) = text.split_once(",s=").unwrap();
    challenged.transcript = format!(
        "n=nobody,r=abc,{},",
        text.replace(salt_and_iterations, &format!("{SALT},i=4096"))
    )
    .into();
    let text = text.replace(salt_and_iterations, &format!("{SALT},i=4096"));
    let step = challenged.last(&by.scram, honest(&client, &text).as_bytes());
    assert_eq!(reason(step), Reason::UnknownUser);
}

#[test]
fn a_password_changed_or_removed_during_the_login_ends_it() {
    let mechanism = ScramMechanism::Sha512;
    for users in [vec![], vec![user("user", mechanism, "crayon")]] {
        let by = server(mechanism);
        let step = login(&by, mechanism, "n,,n=user,r=abc", |client, challenge| {
            by.scram.set_broker(users.clone());
            honest(client, challenge)
        });
        assert_eq!(reason(step), Reason::CredentialChanged);
    }
}

#[test]
fn a_password_is_its_utf_8_bytes() {
    // "ſ" and "s" are one letter to SASLprep and two to Kafka.
    let mechanism = ScramMechanism::Sha512;
    for (stored, is_accepted) in [("paſs\u{a0}wörd", true), ("pass wörd", false)] {
        let by = authenticators(vec![user("user", mechanism, stored)]);
        let (text, challenged) = challenge(first(mechanism, &by, b"n,,n=user,r=abc"));
        let client = Client {
            mechanism,
            first: "n,,n=user,r=abc",
            password: "paſs\u{a0}wörd",
        };
        let step = challenged.last(&by.scram, honest(&client, &text).as_bytes());
        assert_eq!(matches!(step, Step::Done { .. }), is_accepted, "{stored}");
    }
}

#[test]
fn somebody_elses_authorization_id_is_refused() {
    let mechanism = ScramMechanism::Sha512;
    let by = server(mechanism);
    for client_first in ["n,a=admin,n=user,r=abc", "n,a=admin,n=nobody,r=abc"] {
        let step = first(mechanism, &by, client_first.as_bytes());
        assert_eq!(reason(step), Reason::AuthorizationId, "{client_first}");
    }
}

#[test]
fn malformed_first_messages_are_refused() {
    let long_name = format!("n,,n={},r=abc", "x".repeat(256));
    let many = format!(
        "n,,n=user,r=abc{}",
        (b'a'..=b'z').fold(String::new(), |text, c| {
            text + &format!(",xx{}=1", char::from(c))
        })
    );
    let cases: &[&[u8]] = &[
        b"",
        b"n",
        b"n,",
        b"n,,",
        b"n,,,,",
        b"n,a,n=user,r=abc",
        b"n,,n=",
        b"n,,n=user",
        b"n,,n=user,",
        b"n,,n=user,r",
        b"n,,n=user,r=",
        b"n,,n=,r=abc",
        b"n,,r=abc,n=user",
        b"n,,x=1,n=user,r=abc",
        b"y,,n=user,r=abc",
        b"p=tls-unique,,n=user,r=abc",
        b"p=tls-exporter,,n=user,r=abc",
        b"N,,n=user,r=abc",
        b" n,,n=user,r=abc",
        b",n,,n=user,r=abc",
        b"n,b=user,n=user,r=abc",
        b"n,a=,n=user,r=abc",
        b"n,user,n=user,r=abc",
        b"n,,m=x,n=user,r=abc",
        b"n,,n=user,m=x,r=abc",
        b"n,,n=user,r=abc,m=x",
        b"n,,n=user,r=abc,n=bob",
        b"n,,n=user,n=bob,r=abc",
        b"n,,n=user,r=abc,r=def",
        b"n,,n=user,r=abc,a=admin",
        b"n,,n=user,r=abc,x=1,x=2",
        b"n,,n=user,r=abc,",
        b"n,,n=user,r=abc,x",
        b"n,,n=user,r=abc,x=",
        b"n,,n=user,r=abc,=x",
        b"n,,n=user,r=abc,x1=y",
        b"n,,n=us=er,r=abc",
        b"n,,n=us=2c,r=abc",
        b"n,,n=us=3d,r=abc",
        b"n,,n=us=2,r=abc",
        b"n,,n=us=,r=abc",
        b"n,,n=us\0er,r=abc",
        b"n,,n=user,r=a\0bc",
        b"n,,n=user,r=a bc",
        b"n,,n=user,r=a\x7fbc",
        b"n,,n=us\xc3\xa9r,r=abc",
        b"n,,n=us\xffer,r=abc",
        long_name.as_bytes(),
        many.as_bytes(),
    ];
    for case in cases {
        let text = String::from_utf8_lossy(case);
        assert!(ClientFirst::parse(case).is_err(), "{text}");
        let step = first(
            ScramMechanism::Sha512,
            &server(ScramMechanism::Sha512),
            case,
        );
        assert!(matches!(reason(step), Reason::Malformed(_)), "{text}");
    }
}

#[test]
fn malformed_last_messages_are_refused() {
    let cases: &[&[u8]] = &[
        b"",
        b"c",
        b"c=",
        b"c=biws",
        b"c=biws,r",
        b"c=biws,r=",
        b"c=biws,r=abc",
        b"c=biws,r=abc,p",
        b"c=biws,p=AA==",
        b"r=abc,c=biws,p=AA==",
        b"c=biws,r=abc,p=*",
        b"c=biws,r=abc,p=AA=",
        b"c=biws,r=abc,p=A",
        b"c=biws,r=abc,p=AA==,",
        b"c=biws,r=abc,p=AA==,x=1",
        b"c=biws,r=abc,p=AA==,p=AA==",
        b"c=biws,r=abc,r=def,p=AA==",
        b"c=biws,r=abc,m=1,p=AA==",
        b"c=biws,r=abc,x=1,x=2,p=AA==",
        b"c=biws,r=abc,x,p=AA==",
        b"c=biws,r=a\0c,p=AA==",
        b"c=biws,r=a\xc3\xa9c,p=AA==",
        b"m=1,c=biws,r=abc,p=AA==",
        b"\x01",
        b"n,,n=user,r=abc",
    ];
    for case in cases {
        assert!(
            ClientFinal::parse(case).is_err(),
            "{}",
            String::from_utf8_lossy(case)
        );
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        one in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..80),
        two in "[acehimnprsvx=,0-9A-Z+/ ]{0,60}",
    ) {
        let mechanism = ScramMechanism::Sha256;
        let by = authenticators(Vec::new());
        for token in [one.as_slice(), two.as_bytes()] {
            let _ = first(mechanism, &by, token);
            let (_, challenged) = challenge(first(mechanism, &by, b"n,,n=user,r=abc"));
            proptest::prop_assert!(matches!(challenged.last(&by.scram, token), Step::Refused(_)));
        }
    }
}
