//! Every key, and what is refused with its name.

use std::fs;

use super::{WebConfig, rate::Rate};

const HASH: &str = "$2y$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

fn read(text: &str) -> Result<WebConfig, String> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("web.yml");
    fs::write(&file, text).unwrap();
    let shown = format!("{}", dir.path().display());
    WebConfig::read(&file).map_err(|error| error.to_string().replace(&shown, "DIR"))
}

#[test]
fn a_configuration_is_read_with_all_its_keys() {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = certificate.self_signed(&key).unwrap().pem();
    let indented = |text: &str| text.trim_end().replace('\n', "\n    ");
    let text = format!(
        "tls_server_config:\n  cert: |\n    {}\n  key: |\n    {}\n  client_ca: |\n    {}\n\
         \x20 client_auth_type: RequireAndVerifyClientCert\n  client_allowed_sans: [a, b]\n\
         \x20 min_version: TLS12\n  max_version: TLS13\n  prefer_server_cipher_suites: false\n\
         \x20 cipher_suites: [TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305, TLS_AES_128_GCM_SHA256]\n\
         \x20 curve_preferences: [CurveP256, X25519]\n\
         http_server_config:\n  http2: false\n  headers:\n    X-Content-Type-Options: nosniff\n\
         \x20   Strict-Transport-Security: \"\"\n    Content-Security-Policy: default-src 'none'\n\
         basic_auth_users:\n  alice: {HASH}\nrate_limit:\n  interval: 1s\n  burst: 20\n",
        indented(&certificate),
        indented(&key.serialize_pem()),
        indented(&certificate),
    );
    let config = read(&text).unwrap();
    let tls = config.tls.unwrap();
    assert!(!tls.ignore_client_order);
    let suites = &tls.crypto_provider().cipher_suites;
    assert_eq!(
        (suites.len(), tls.crypto_provider().kx_groups.len()),
        (4, 2)
    );
    assert_eq!(
        (config.users.len(), config.headers.len(), config.files.len()),
        (1, 2, 1)
    );
    assert!(config.rate.is_some());
}

#[test]
fn an_empty_configuration_changes_nothing() {
    for text in [
        "",
        "# nothing\n",
        "tls_server_config: {}\n",
        "basic_auth_users:\n",
        "http_server_config:\n  http2: true\n",
        "rate_limit:\n  interval: 0\n",
    ] {
        let config = read(text).unwrap();
        assert!(config.tls.is_none() && config.users.is_empty(), "{text}");
        assert_eq!(config.rate, None::<Rate>);
    }
}

/// A configuration, and how what is said of it begins.
const REFUSED: &[(&str, &str)] = &[
    ("tls_config: {}\n", "DIR/web.yml: "),
    ("tls_server_config:\n  ca: x\n", "DIR/web.yml: "),
    ("basic_auth_users: [a]\n", "DIR/web.yml: "),
    ("a: b: c\n", "DIR/web.yml: "),
    (
        "tls_server_config:\n  key_file: key.pem\n",
        "cannot read DIR/key.pem: ",
    ),
    (
        "tls_server_config:\n  min_version: TLS12\n",
        "tls_server_config: cert_file (or cert) is missing",
    ),
    (
        "tls_server_config:\n  cert: x\n",
        "tls_server_config: key_file (or key) is missing",
    ),
    (
        "tls_server_config:\n  cert: x\n  cert_file: y\n",
        "tls_server_config.cert: cert and cert_file are both given",
    ),
    (
        "tls_server_config:\n  cert: x\n  key: y\n",
        "tls_server_config.cert: no certificates in PEM form in it",
    ),
    (
        "tls_server_config:\n  cert: x\n  key: y\n  client_auth_type: Ask\n",
        "tls_server_config.client_auth_type: Ask is none of NoClientCert, ",
    ),
    (
        "tls_server_config:\n  cert: x\n  key: y\n  client_ca: z\n",
        "tls_server_config.client_ca: needs a client_auth_type",
    ),
    (
        "tls_server_config:\n  cert: x\n  key: y\n  client_auth_type: VerifyClientCertIfGiven\n",
        "tls_server_config.client_ca_file: is missing",
    ),
    (
        "tls_server_config:\n  cert: x\n  key: y\n  client_auth_type: RequestClientCert\n  client_allowed_sans: [a]\n",
        "tls_server_config.client_allowed_sans: needs a client_auth_type",
    ),
    (
        "tls_server_config:\n  cert: x\n  key: y\n  cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA]\n",
        "tls_server_config.cipher_suites: TLS_RSA_WITH_AES_128_CBC_SHA is not supported; these are: ",
    ),
    (
        "tls_server_config:\n  cert: x\n  key: y\n  curve_preferences: [CurveP521]\n",
        "tls_server_config.curve_preferences: CurveP521 is not supported; these are: ",
    ),
    (
        "http_server_config:\n  headers:\n    Server: x\n",
        "http_server_config.headers.Server: cannot be set; these can: ",
    ),
    (
        "http_server_config:\n  headers:\n    X-Frame-Options: allow\n",
        "http_server_config.headers.X-Frame-Options: \"allow\" is none of deny, sameorigin",
    ),
    (
        "http_server_config:\n  headers:\n    X-XSS-Protection: \"a\\nb\"\n",
        "http_server_config.headers.X-XSS-Protection: \"a\\nb\" is no value of a header",
    ),
    (
        "basic_auth_users:\n  bob: secret\n",
        "basic_auth_users.bob: is no bcrypt hash",
    ),
    (
        "rate_limit:\n  interval: often\n",
        "rate_limit.interval: \"often\" is no duration",
    ),
    (
        "rate_limit:\n  interval: 1s\n",
        "rate_limit.burst: must be 1 or more",
    ),
];

#[test]
fn what_cannot_be_done_is_refused_by_name() {
    let cost = HASH.replace("$04$", "$31$");
    let dear = format!("basic_auth_users:\n  bob: {cost}\n");
    let dear = (
        dear.as_str(),
        "basic_auth_users.bob: has a bcrypt cost above 16",
    );
    for (text, expected) in REFUSED.iter().copied().chain([dear]) {
        let error = read(text).unwrap_err();
        assert!(error.starts_with(expected), "{text}: {error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn only_the_versions_that_are_safe_are_served() {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let pem = certificate.self_signed(&key).unwrap().pem();
    let indented = |text: &str| text.trim_end().replace('\n', "\n    ");
    let pair = format!(
        "tls_server_config:\n  cert: |\n    {}\n  key: |\n    {}\n",
        indented(&pem),
        indented(&key.serialize_pem())
    );
    for (versions, expected) in [
        (
            "  min_version: TLS10\n",
            "tls_server_config.min_version: TLS10 is broken",
        ),
        (
            "  max_version: TLS11\n",
            "tls_server_config.max_version: TLS11 is broken",
        ),
        (
            "  min_version: TLS14\n",
            "tls_server_config.min_version: TLS14 is neither",
        ),
        (
            "  min_version: TLS13\n  max_version: TLS12\n",
            "tls_server_config: min_version is above",
        ),
    ] {
        let error = read(&format!("{pair}{versions}")).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
}
