//! Whole configurations, as people bring them from MSK.

use std::path::Path;

use identity::ScramMechanism;

use super::*;
use crate::{CredentialSource, Sasl};

/// A self-made authority, valid to 2126.
const CA: &str = include_str!("../transport/testdata/ca.pem");
/// A key and the certificate for it.
const CLIENT: &str = include_str!("../transport/testdata/client.pem");

fn read(path: &Path) -> io::Result<Vec<u8>> {
    match path.to_str() {
        Some("/ca.pem") => Ok(CA.into()),
        Some("/client.pem") => Ok(CLIENT.into()),
        Some("/client.p12") => Ok(include_bytes!("../transport/testdata/client.p12").to_vec()),
        Some("/trust.p12") => Ok(include_bytes!("../transport/testdata/trust.p12").to_vec()),
        Some("/old.jks") => Ok(vec![0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2]),
        Some("/encrypted.pem") => Ok(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n".to_vec()),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

const SURROUNDINGS: Surroundings = Surroundings {
    read,
    variable: |_| None,
    now_ms: || 0,
};

fn parse(pairs: &[(&str, &str)]) -> Result<FromProperties, String> {
    let owned = pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Settings::from_properties(&owned.collect(), SURROUNDINGS).map_err(|errors| {
        let line = |error: &PropertyError| {
            let source = std::error::Error::source(error);
            format!(
                "{error}{}\n",
                source.map_or_else(String::new, |s| format!(": {s}"))
            )
        };
        errors.iter().map(line).collect()
    })
}

const SCRAM: &str = "org.apache.kafka.common.security.scram.ScramLoginModule required \
                     username=\"alice\" password=\"alice-secret\";";

/// Pairs, and the protocol that they come to.
const READABLE: [(&[(&str, &str)], SecurityProtocol); 9] = [
    (
        &[
            ("security.protocol", "SSL"),
            ("ssl.truststore.certificates", CA),
            ("ssl.keystore.certificate.chain", CLIENT),
            ("ssl.keystore.key", CLIENT),
        ],
        SecurityProtocol::Ssl,
    ),
    (&[], SecurityProtocol::Plaintext),
    (
        &[
            ("security.protocol", "SSL"),
            ("ssl.truststore.location", "/ca.pem"),
        ],
        SecurityProtocol::Ssl,
    ),
    (
        &[
            ("security.protocol", "ssl"),
            ("ssl.truststore.location", "/trust.p12"),
            ("ssl.truststore.password", "changeit"),
            ("ssl.keystore.location", "/client.p12"),
            ("ssl.keystore.password", "changeit"),
            ("ssl.key.password", "changeit"),
        ],
        SecurityProtocol::Ssl,
    ),
    (
        &[
            ("security.protocol", "SSL"),
            ("ssl.truststore.type", "PEM"),
            ("ssl.truststore.location", "/ca.pem"),
            ("ssl.keystore.type", "PEM"),
            ("ssl.keystore.location", "/client.pem"),
            ("ssl.enabled.protocols", "TLSv1.3"),
        ],
        SecurityProtocol::Ssl,
    ),
    (
        &[
            ("security.protocol", "SASL_SSL"),
            ("ssl.truststore.certificates", CA),
            ("ssl.endpoint.identification.algorithm", ""),
            ("sasl.mechanism", "SCRAM-SHA-512"),
            ("sasl.jaas.config", SCRAM),
        ],
        SecurityProtocol::SaslSsl,
    ),
    (
        &[
            ("security.protocol", "SASL_SSL"),
            ("ssl.truststore.location", "/ca.pem"),
            ("sasl.mechanism", "AWS_MSK_IAM"),
            (
                "sasl.jaas.config",
                "software.amazon.msk.auth.iam.IAMLoginModule required;",
            ),
            (
                "sasl.client.callback.handler.class",
                "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
            ),
        ],
        SecurityProtocol::SaslSsl,
    ),
    (
        &[
            ("security.protocol", "SASL_SSL"),
            ("ssl.truststore.location", "/ca.pem"),
            ("sasl.mechanism", "OAUTHBEARER"),
            (
                "sasl.login.callback.handler.class",
                "software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler",
            ),
        ],
        SecurityProtocol::SaslSsl,
    ),
    (
        &[
            ("security.protocol", "SASL_PLAINTEXT"),
            ("sasl.mechanism", "PLAIN"),
            (
                "sasl.jaas.config",
                "PlainLoginModule required username=a password=b;",
            ),
        ],
        SecurityProtocol::SaslPlaintext,
    ),
];

#[test]
fn the_configurations_of_msk_are_read() {
    for (pairs, expected) in READABLE {
        let found = parse(pairs).unwrap();
        assert_eq!(found.settings.transport.security_protocol(), expected);
        assert_eq!(found.without_effect, [""; 0]);
    }
}

#[test]
fn credentials_arrive_and_do_not_show() {
    let settings = parse(&[
        ("security.protocol", "SASL_PLAINTEXT"),
        ("sasl.mechanism", "SCRAM-SHA-256"),
        ("sasl.jaas.config", SCRAM),
    ])
    .unwrap()
    .settings;
    let Some(Sasl::Scram {
        mechanism,
        username,
        password,
    }) = &settings.transport.sasl
    else {
        panic!("{settings:?}");
    };
    assert_eq!(*mechanism, ScramMechanism::Sha256);
    assert_eq!(username, "alice");
    assert_eq!(password.expose(), "alice-secret");
    assert!(!format!("{settings:?}").contains("alice-secret"));
}

#[test]
fn a_profile_is_taken_over() {
    let settings = parse(&[
        ("security.protocol", "SASL_PLAINTEXT"),
        ("sasl.mechanism", "AWS_MSK_IAM"),
        (
            "sasl.jaas.config",
            "IAMLoginModule required awsProfileName=\"dev\";",
        ),
    ])
    .unwrap()
    .settings;
    let Some(Sasl::AwsMskIam(login)) = &settings.transport.sasl else {
        panic!("{settings:?}");
    };
    let CredentialSource::Chain(chain) = &login.credentials else {
        panic!("{login:?}");
    };
    assert_eq!(chain.profile.as_deref(), Some("dev"));
}

const SSL: (&str, &str) = ("security.protocol", "SSL");
const SASL: (&str, &str) = ("security.protocol", "SASL_PLAINTEXT");
/// Pairs, and a part of what is told about them.
const UNUSABLE: [(&[(&str, &str)], &str); 13] = [
    (
        &[("security.protocol", "TLS")],
        "security.protocol: TLS is none; take PLAINTEXT, SSL",
    ),
    (&[SSL], "ssl.truststore.location: it is not set"),
    (
        &[SSL, ("ssl.truststore.location", "/gone")],
        "ssl.truststore.location: cannot read /gone",
    ),
    (
        &[SSL, ("ssl.truststore.location", "/old.jks")],
        "it is a JKS file; convert it with",
    ),
    (
        &[
            SSL,
            ("ssl.truststore.location", "/trust.p12"),
            ("ssl.truststore.password", "no"),
        ],
        "check the password",
    ),
    (
        &[
            SSL,
            ("ssl.truststore.location", "/ca.pem"),
            ("ssl.keystore.location", "/ca.pem"),
        ],
        "ssl.keystore.location: it holds no private key",
    ),
    (
        &[
            SSL,
            ("ssl.truststore.location", "/ca.pem"),
            ("ssl.keystore.location", "/encrypted.pem"),
        ],
        "openssl pkcs8",
    ),
    (
        &[
            SSL,
            ("ssl.truststore.location", "/ca.pem"),
            ("ssl.enabled.protocols", "TLSv1"),
        ],
        "ssl.enabled.protocols: TLSv1 holds neither",
    ),
    (&[SASL], "sasl.mechanism: it is not set; take SCRAM-SHA-512"),
    (
        &[SASL, ("sasl.mechanism", "GSSAPI")],
        "sasl.mechanism: GSSAPI is not supported",
    ),
    (
        &[SASL, ("sasl.mechanism", "SCRAM-SHA-512")],
        "sasl.jaas.config: set it to: ScramLoginModule required",
    ),
    (
        &[
            SASL,
            ("sasl.mechanism", "AWS_MSK_IAM"),
            ("sasl.jaas.config", SCRAM),
        ],
        "ScramLoginModule does not go with sasl.mechanism=AWS_MSK_IAM; it takes IAMLoginModule",
    ),
    (
        &[
            SASL,
            ("sasl.mechanism", "AWS_MSK_IAM"),
            ("sasl.jaas.config", "IAMLoginModule required awsRoleArn=x;"),
        ],
        "option awsRoleArn is not supported; make a session beforehand",
    ),
];

#[test]
fn what_cannot_be_used_is_told_with_its_key_and_the_remedy() {
    for (pairs, expected) in UNUSABLE {
        let told = parse(pairs).err().unwrap();
        assert!(told.contains(expected), "{told}");
        assert!(!told.contains("alice-secret"), "{told}");
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let told = parse(&[
        ("security.protocol", "SASL_SSL"),
        ("ssl.truststore.location", "/gone"),
        ("ssl.endpoint.identification.algorithm", "ldaps"),
    ]);
    assert_eq!(told.err().unwrap().lines().count(), 3);
}

#[test]
fn keys_of_security_that_nobody_reads_are_told_and_others_passed_over() {
    let found = parse(&[
        ("acks", "all"),
        ("group.id", "g"),
        ("ssl.trustore.location", "/ca.pem"),
        ("sasl.username", "alice"),
        ("ssl.protocol", "TLSv1.3"),
        ("sasl.login.refresh.buffer.seconds", "1"),
        ("bootstrap.servers", "a:1, b:2"),
        ("client.id", "me"),
    ])
    .unwrap();
    assert_eq!(
        found.without_effect,
        ["sasl.username", "ssl.trustore.location"]
    );
    assert_eq!(found.settings.bootstrap, ["a:1", "b:2"]);
    assert_eq!(found.settings.client_id, "me");
}
