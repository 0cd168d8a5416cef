//! What is configured, what stays at its default, and every problem at once.

use super::{AuthnConfig, Listener, SecurityProtocol, default_properties};
use crate::tls::ClientAuth;

const LEAST: &str = "outrigger.handoff.directory=/run/x\nssl.keystore.location=/k.pem\n";

fn read(text: &str) -> (AuthnConfig, Vec<String>) {
    AuthnConfig::from_properties(&format!("{LEAST}{text}"), &[]).unwrap()
}

fn mechanisms(listener: &Listener) -> String {
    let names: Vec<_> = listener.mechanisms.iter().map(|m| m.name()).collect();
    names.join("+")
}

#[test]
fn the_defaults_are_msks_listeners() {
    let (config, _) = read("");
    let listeners: Vec<_> = config
        .listeners
        .iter()
        .map(|l| (&*l.name, l.bind_address(), l.protocol, mechanisms(l)))
        .collect();
    let expected = [
        ("CLIENT_SECURE", "127.0.0.1:9094", SecurityProtocol::Ssl, ""),
        (
            "CLIENT_SASL_SCRAM",
            "127.0.0.1:9096",
            SecurityProtocol::SaslSsl,
            "SCRAM-SHA-512",
        ),
        (
            "CLIENT_IAM",
            "127.0.0.1:9098",
            SecurityProtocol::SaslSsl,
            "AWS_MSK_IAM+OAUTHBEARER",
        ),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|(name, at, protocol, m)| (*name, (*at).to_owned(), *protocol, (*m).to_owned()))
        .collect();
    assert_eq!(listeners, expected);
    assert_eq!(config.limits.login_timeout.as_secs(), 10);
    assert!(config.sandbox && !config.raw_tokens);
}

#[test]
fn a_listener_may_say_its_own() {
    let (config, _) = read(
        "ssl.client.auth=required\nssl.truststore.location=/t.pem\n\
         listener.name.client_secure.ssl.client.auth=requested\n\
         listener.name.client_sasl_scram.sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512\n\
         listener.name.client_iam.connections.max.reauth.ms=5000\n",
    );
    let [secure, scram, iam] = &config.listeners[..] else {
        panic!("three listeners")
    };
    assert_eq!(secure.tls.client_auth, ClientAuth::Requested);
    assert_eq!(scram.tls.client_auth, ClientAuth::None, "SASL decides");
    assert_eq!(scram.mechanisms.len(), 2);
    assert_eq!(
        (scram.reauth_max, iam.reauth_max.map(|d| d.as_secs())),
        (None, Some(5))
    );
}

#[test]
fn every_problem_is_told_at_once_with_its_line() {
    let text = "listeners=A://127.0.0.1:1,B://:x\n\
                listener.security.protocol.map=A:PLAINTEXT\n\
                outriger.sandbox=true\n\
                outrigger.login.timeout.ms=soon\n\
                listener.name.a.max.connections=3\n\
                listener.name.c.ssl.client.auth=required\n\
                ssl.keystore.type=JKS\n\
                outrigger.handoff.broker.uids=root\n\
                max.connections.per.ip.overrides=localhost:3\n";
    let errors = AuthnConfig::from_properties(text, &[]).unwrap_err();
    let told: Vec<String> = errors.problems().iter().map(ToString::to_string).collect();
    let told = told.join("\n");
    for part in [
        "line 1: listeners: \"B://:x\"",
        "line 2: listener.security.protocol.map: A asks for PLAINTEXT",
        "line 3: unknown property \"outriger.sandbox\"; did you mean outrigger.sandbox?",
        "line 4: Invalid value soon for configuration outrigger.login.timeout.ms",
        "line 5: listener.name.a.max.connections",
        "line 6: listener.name.c.ssl.client.auth: c is not one of listeners",
        "line 7: ssl.keystore.type is JKS; only PEM",
        "line 8: outrigger.handoff.broker.uids: \"root\"",
        "line 9: max.connections.per.ip.overrides: \"localhost:3\"",
        "outrigger.handoff.directory is missing",
        "ssl.keystore.location is missing for A",
    ] {
        assert!(told.contains(part), "{part} is not in\n{told}");
    }
}

#[test]
fn kafkas_other_keys_are_tolerated_with_a_warning() {
    let (_, warnings) = read("num.partitions=3\n");
    assert_eq!(
        warnings.last().unwrap(),
        "known properties without effect here: num.partitions"
    );
}

#[test]
fn the_printed_defaults_are_the_defaults() {
    let (config, _) = read("");
    let (printed, _) = read(&default_properties());
    assert_eq!(
        format!("{:?}", printed.listeners),
        format!("{:?}", config.listeners)
    );
    assert_eq!(printed.limits, config.limits);
    assert_eq!((printed.iam, printed.scram), (config.iam, config.scram));
}
