//! Two libraries that others wrote log in against our server.
//!
//! As servers both are refused for this product (one refuses every Kafka client, the other panics
//! on malformed input); as clients they follow the RFC.

use identity::ScramMechanism;
use rsasl::config::SASLConfig;
use rsasl::prelude::{Mechname, SASLClient};
use sasl::client::Mechanism as _;
use sasl::client::mechanisms::Scram;
use sasl::common::ChannelBinding;
use sasl::common::scram::Sha256;

use super::{challenge, first, reason, server};
use crate::mechanism::{Reason, Step};

const MECHANISMS: [ScramMechanism; 2] = identity::scram::MECHANISMS;

#[test]
fn rsasl_logs_in_and_accepts_our_signature() {
    for mechanism in MECHANISMS {
        let by = server(mechanism);
        for (name, password, is_accepted) in [
            ("user", "pencil", true),
            ("user", "crayon", false),
            ("nobody", "pencil", false),
        ] {
            let config = SASLConfig::with_credentials(None, name.into(), password.into()).unwrap();
            let offered = [Mechname::parse(mechanism.name().as_bytes()).unwrap()];
            let mut client = SASLClient::new(config).start_suggested(&offered).unwrap();
            let mut client_first = Vec::new();
            client.step(None, &mut client_first).unwrap();
            let (text, challenged) = challenge(first(mechanism, &by, &client_first));
            let mut client_final = Vec::new();
            client
                .step(Some(text.as_bytes()), &mut client_final)
                .unwrap();
            match challenged.last(&by.scram, &client_final) {
                Step::Done { answer, .. } => {
                    assert!(is_accepted, "{name} {password}");
                    let state = client.step(Some(&answer), &mut Vec::new()).unwrap();
                    assert!(state.is_finished());
                }
                step => {
                    assert!(!is_accepted, "{name} {password}: {step:?}");
                    let expected = [Reason::WrongPassword, Reason::UnknownUser];
                    assert!(expected.contains(&reason(step)));
                }
            }
        }
    }
}

#[test]
fn sasl_logs_in_and_accepts_our_signature() {
    let mechanism = ScramMechanism::Sha256;
    let by = server(mechanism);
    for (password, is_accepted) in [("pencil", true), ("crayon", false)] {
        let mut client =
            Scram::<Sha256>::new("user", password.to_owned(), ChannelBinding::None).unwrap();
        let (text, challenged) = challenge(first(mechanism, &by, &client.initial()));
        let client_final = client.response(text.as_bytes()).unwrap();
        match challenged.last(&by.scram, &client_final) {
            Step::Done { answer, .. } => {
                assert!(is_accepted);
                client.success(&answer).unwrap();
            }
            step => {
                assert!(!is_accepted, "{step:?}");
                assert_eq!(reason(step), Reason::WrongPassword);
            }
        }
    }
}
