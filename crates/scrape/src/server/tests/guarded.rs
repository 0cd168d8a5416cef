//! TLS, passwords, headers and limits from a web configuration that changes.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use super::peer::{Answer, Peer};
use super::{Running, start, until};
use crate::Web;

/// The least cost there is: tests have no time.
const COST: u32 = 4;

fn web(dir: &Path, config: &str) -> Web {
    let file = dir.join("web.yml");
    fs::write(&file, config).unwrap();
    Web {
        config_file: Some(file),
        ..Web::default()
    }
}

fn basic(user: &str, password: &str) -> String {
    let encoded = STANDARD.encode(format!("{user}:{password}"));
    format!("Authorization: Basic {encoded}\r\n")
}

fn users(password: &str) -> String {
    format!(
        "basic_auth_users:\n  alice: {}\n",
        bcrypt::hash(password, COST).unwrap()
    )
}

async fn status(running: &Running, headers: &str) -> u16 {
    let mut peer = Peer::connect(running.port).await;
    peer.get("/metrics", headers).await.unwrap().status
}

#[tokio::test]
async fn only_who_knows_the_password_is_let_in() {
    let dir = tempfile::tempdir().unwrap();
    let running = start(web(dir.path(), &users("open sesame"))).await;
    for (headers, expected) in [
        (String::new(), 401),
        ("Authorization: Bearer x\r\n".to_owned(), 401),
        ("Authorization: Basic !!\r\n".to_owned(), 401),
        (basic("alice", "wrong"), 401),
        (basic("bob", "open sesame"), 401),
        (basic("alice", ""), 401),
        (basic("alice", "open sesame"), 200),
        (basic("alice", "open sesame"), 200),
    ] {
        assert_eq!(status(&running, &headers).await, expected, "{headers}");
    }
    let mut peer = Peer::connect(running.port).await;
    let landing: Answer = peer.get("/", "").await.unwrap();
    assert_eq!(landing.status, 401);
    assert!(
        landing
            .header("www-authenticate")
            .unwrap()
            .starts_with("Basic ")
    );
    running.stop().await;
}

#[tokio::test]
async fn a_changed_configuration_holds_and_a_broken_one_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let web = web(dir.path(), &users("one"));
    let file = web.config_file.clone().unwrap();
    let running = start(web).await;
    let (one, two) = (basic("alice", "one"), basic("alice", "two"));
    assert_eq!(status(&running, &one).await, 200);
    fs::write(&file, users("two")).unwrap();
    until("the new password holds", async || {
        status(&running, &two).await == 200
    })
    .await;
    assert_eq!(status(&running, &one).await, 401);
    fs::write(&file, "basic_auth_users: [nobody]\n").unwrap();
    until("it was read", async || reload_failures(&running) > 0.0).await;
    assert_eq!(
        (status(&running, &two).await, status(&running, "").await),
        (200, 401)
    );
    fs::write(&file, "").unwrap();
    until("nobody is asked any more", async || {
        status(&running, "").await == 200
    })
    .await;
    running.stop().await;
}

#[tokio::test]
async fn headers_and_limits_are_as_configured() {
    let dir = tempfile::tempdir().unwrap();
    let config = "http_server_config:\n  headers:\n    X-Frame-Options: deny\n\
        rate_limit:\n  interval: 1h\n  burst: 2\n";
    let running = start(web(dir.path(), config)).await;
    let mut peer = Peer::connect(running.port).await;
    for expected in [200, 200, 429] {
        let answer = peer.get("/", "").await.unwrap();
        assert_eq!(
            (answer.status, answer.header("x-frame-options")),
            (expected, Some("deny"))
        );
    }
    running.stop().await;
}

struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { issuer }
    }

    fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Certificate and key for these names.
    fn issue(&self, names: &[&str]) -> (String, String) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(names).unwrap();
        let certificate = certificate.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

#[tokio::test]
async fn tls_asks_for_the_certificates_that_are_configured() {
    let (ours, strangers) = (Authority::new(), Authority::new());
    let (scraper, other) = (ours.issue(&["scraper"]), ours.issue(&["other"]));
    let stranger = strangers.issue(&["scraper"]);
    let dir = tempfile::tempdir().unwrap();
    let (certificate, key) = ours.issue(&["localhost"]);
    for (name, text) in [
        ("cert.pem", &certificate),
        ("key.pem", &key),
        ("ca.pem", &ours.pem()),
    ] {
        fs::write(dir.path().join(name), text).unwrap();
    }
    let files = "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n";
    let verified = "  client_ca_file: ca.pem\n  client_auth_type: RequireAndVerifyClientCert\n";
    let named = "  client_allowed_sans: [scraper]\n";
    let any = "  client_auth_type: RequireAnyClientCert\n  min_version: TLS13\n";
    let if_given = "  client_ca_file: ca.pem\n  client_auth_type: VerifyClientCertIfGiven\n  max_version: TLS12\n";
    // Whether each of nobody, the scraper, the other one and the stranger is let in.
    for (config, expected) in [
        (files.to_owned(), [true, true, true, true]),
        (format!("{files}{verified}"), [false, true, true, false]),
        (
            format!("{files}{verified}{named}"),
            [false, true, false, false],
        ),
        (format!("{files}{any}"), [false, true, true, true]),
        (format!("{files}{any}{named}"), [false, true, false, true]),
        (format!("{files}{if_given}"), [true, true, true, false]),
    ] {
        let running = start(web(dir.path(), &config)).await;
        let mut found = [false; 4];
        let clients = [None, Some(&scraper), Some(&other), Some(&stranger)];
        for (found, client) in found.iter_mut().zip(clients) {
            let own = client.map(|(chain, key)| (chain.as_str(), key.as_str()));
            // With TLS 1.3 a refusal comes with the first answer.
            if let Ok(mut peer) = Peer::connect_tls(running.port, &ours.pem(), own).await {
                *found = peer
                    .get("/metrics", "")
                    .await
                    .is_ok_and(|answer| answer.status == 200);
            }
        }
        assert_eq!(found, expected, "{config}");
        running.stop().await;
    }
}

#[tokio::test]
async fn a_renewed_certificate_is_served_to_new_connections() {
    let (before, after) = (Authority::new(), Authority::new());
    let dir = tempfile::tempdir().unwrap();
    let write = |authority: &Authority| {
        let (certificate, key) = authority.issue(&["localhost"]);
        fs::write(dir.path().join("key.pem"), key).unwrap();
        fs::write(dir.path().join("cert.pem"), certificate).unwrap();
    };
    write(&before);
    let config = "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n";
    let running = start(web(dir.path(), config)).await;
    let port = running.port;
    let trusts = async |authority: &Authority| {
        Peer::connect_tls(port, &authority.pem(), None)
            .await
            .is_ok()
    };
    assert!(trusts(&before).await);
    write(&after);
    until("the new one is served", async || trusts(&after).await).await;
    assert!(!trusts(&before).await);
    running.stop().await;
}

#[tokio::test]
async fn a_certificate_that_is_named_first_and_written_then_is_served() {
    let authority = Authority::new();
    let (certificate, key) = authority.issue(&["localhost"]);
    let dir = tempfile::tempdir().unwrap();
    let web = web(dir.path(), "");
    let file = web.config_file.clone().unwrap();
    let running = start(web).await;
    fs::write(dir.path().join("key.pem"), key).unwrap();
    let config = "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n";
    fs::write(&file, config).unwrap();
    until("it was read", async || reload_failures(&running) > 0.0).await;
    fs::write(dir.path().join("cert.pem"), certificate).unwrap();
    let port = running.port;
    let trusts = async || {
        Peer::connect_tls(port, &authority.pem(), None)
            .await
            .is_ok()
    };
    until("TLS is spoken", trusts).await;
    running.stop().await;
}

fn reload_failures(running: &Running) -> f64 {
    let gathered = service::families(&running.registry);
    let family = gathered
        .iter()
        .find(|f| f.name == "outrigger_scrape_web_config_reloads_total");
    let mut samples = family.into_iter().flat_map(|family| &family.samples);
    let failure = samples.find(|sample| sample.labels[0].1 == "failure");
    failure.map_or(0.0, |sample| sample.value)
}
