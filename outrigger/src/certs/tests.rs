//! An authority from its first start on; its files read by authn, and its stores by Java's keytool.

use super::authority::Authority;
use super::client::{self, Attribute, Subject};
use super::directory::PkiDir;
use super::error::CertsError;
use super::issued::{Issued, State};
use super::{Prepared, prepare};
use authn::tls::{
    CipherSuites, ClientAuth, CrlExpiry, Keystore, Protocols, TlsListener, TlsSettings,
};
use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject;
use service::Clock;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use x509_parser::prelude::{CertificateRevocationList, FromDer};

const NOW_MS: i64 = 1_795_900_000_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn first_start() -> (TempDir, Prepared) {
    let dir = tempfile::tempdir().unwrap();
    let prepared = prepare(dir.path(), &[], NOW_MS).unwrap();
    (dir, prepared)
}

/// Every file with its content.
fn content(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(content(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    found
}

/// The names of the files that differ.
fn changed(dir: &Path, before: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<String> {
    let after = content(dir);
    let differs = after
        .iter()
        .filter(|(path, bytes)| before.get(*path) != Some(bytes));
    differs
        .map(|(path, _)| path.strip_prefix(dir).unwrap().display().to_string())
        .collect()
}

fn named(name: &str) -> Subject {
    Subject {
        name: name.to_owned(),
        ..Subject::default()
    }
}

/// What `outrigger certs issue` does.
fn issue(dir: &Path, subject: &Subject) -> Result<String, CertsError> {
    let dir = PkiDir::new(dir);
    let authority = Authority::open(&dir, NOW_MS)?;
    let mut issued = Issued::read(&dir)?;
    let entry = client::issue(&dir, &authority, &mut issued, subject, None, 30, NOW_MS)?;
    issued.write(&dir)?;
    Ok(entry.principal)
}

#[test]
fn the_first_start_makes_everything_for_the_owner_alone() {
    let (dir, prepared) = first_start();
    assert_eq!(prepared.client_principal, "User:CN=outrigger");
    for path in [
        &prepared.ca_cert,
        &prepared.server_pem,
        &prepared.crl,
        &prepared.client_cert,
        &prepared.client_key,
        &prepared.keystore_p12,
        &prepared.truststore_p12,
        &prepared.store_password_file,
    ] {
        assert!(path.is_file(), "{}", path.display());
    }
    for path in content(dir.path()).keys() {
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
    let settings = TlsSettings {
        keystore: Keystore::OneFile(prepared.server_pem),
        truststore: Some(prepared.ca_cert),
        crls: vec![prepared.crl],
        crl_expiry: CrlExpiry::Enforced,
        client_auth: ClientAuth::Required,
        protocols: Protocols::Both,
        cipher_suites: CipherSuites::default(),
    };
    TlsListener::open(settings, Clock::manual(NOW_MS).0).expect("authn serves them");
}

#[test]
fn later_starts_keep_what_is_good() {
    let (dir, prepared) = first_start();
    let before = content(dir.path());
    let names = ["LOCALHOST".to_owned(), "[::1]".to_owned()];
    let again = prepare(dir.path(), &names, NOW_MS + 300 * DAY_MS).unwrap();
    assert_eq!(again, prepared);
    assert_eq!(changed(dir.path(), &before), [""; 0]);

    let names = ["kafka.example.org".to_owned(), "10.0.0.7".to_owned()];
    prepare(dir.path(), &names, NOW_MS).unwrap();
    assert_eq!(
        changed(dir.path(), &before),
        ["issued.json", "served/crl.pem", "served/server.pem"]
    );
}

#[test]
fn what_is_about_to_end_or_damaged_is_made_anew() {
    let (dir, prepared) = first_start();
    let before = content(dir.path());
    prepare(dir.path(), &[], NOW_MS + 380 * DAY_MS).unwrap();
    let renewed = changed(dir.path(), &before);
    assert!(
        renewed.contains(&"served/server.pem".to_owned()),
        "{renewed:?}"
    );
    assert!(renewed.contains(&"clients/outrigger/client.pem".to_owned()));
    assert!(!renewed.contains(&"served/ca.pem".to_owned()));

    let before = content(dir.path());
    std::fs::write(&prepared.server_pem, "damaged").unwrap();
    std::fs::remove_file(&prepared.keystore_p12).unwrap();
    prepare(dir.path(), &[], NOW_MS).unwrap();
    let repaired = changed(dir.path(), &before);
    assert!(repaired.contains(&"clients/outrigger/keystore.p12".to_owned()));
    assert!(repaired.contains(&"served/server.pem".to_owned()));

    let ended = prepare(dir.path(), &[], NOW_MS + 3651 * DAY_MS).unwrap_err();
    assert!(matches!(ended, CertsError::AuthorityExpired { .. }));
}

#[test]
fn a_client_is_known_by_its_distinguished_name() {
    let (dir, _) = first_start();
    assert_eq!(
        issue(dir.path(), &named("orders")).unwrap(),
        "User:CN=orders"
    );
    let attributes = ["O=Example, Inc.", "c=FR", "OU=CN=admin"];
    let subject = Subject {
        attributes: attributes
            .iter()
            .map(|text| text.parse().unwrap())
            .collect(),
        ..named("billing")
    };
    assert_eq!(
        issue(dir.path(), &subject).unwrap(),
        r"User:CN=billing,OU=CN\=admin,O=Example\, Inc.,C=FR"
    );
    for name in ["", ".", "../x", "a/b", "a b", "-x", "å", &"x".repeat(65)] {
        let refused = issue(dir.path(), &named(name));
        assert!(matches!(refused, Err(CertsError::Value { .. })), "{name}");
    }
    for text in ["OU", "OU=", "XX=a", "C=FRA", "OU=a\nb"] {
        assert!(text.parse::<Attribute>().is_err(), "{text}");
    }
    let twice = Subject {
        attributes: vec!["O=a".parse().unwrap(), "O=b".parse().unwrap()],
        ..named("twice")
    };
    assert!(matches!(
        issue(dir.path(), &twice),
        Err(CertsError::Value { .. })
    ));
}

#[test]
fn a_revocation_is_by_name_or_serial_number_and_lasts() {
    let (dir, prepared) = first_start();
    issue(dir.path(), &named("orders")).unwrap();
    issue(dir.path(), &named("orders")).unwrap();
    issue(dir.path(), &named("billing")).unwrap();
    let pki = PkiDir::new(dir.path());
    let authority = Authority::open(&pki, NOW_MS).unwrap();
    let mut issued = Issued::read(&pki).unwrap();
    let billing = issued.certificates.last().unwrap().serial.clone();
    assert_eq!(issued.revoke("orders", NOW_MS), 2);
    assert_eq!(issued.revoke("orders", NOW_MS), 0, "they are revoked");
    assert_eq!(issued.revoke(&billing.to_uppercase(), NOW_MS), 1);
    assert_eq!(
        issued.revoke("server", NOW_MS),
        0,
        "that is no client's name"
    );
    authority.publish(&pki, &mut issued, NOW_MS).unwrap();

    let issued = Issued::read(&pki).unwrap();
    let states: Vec<(&str, State)> = issued
        .certificates
        .iter()
        .map(|entry| (entry.name.as_str(), entry.state(NOW_MS)))
        .collect();
    let expected = [
        ("server", State::Valid),
        ("outrigger", State::Valid),
        ("orders", State::Revoked),
        ("orders", State::Revoked),
        ("billing", State::Revoked),
    ];
    assert_eq!(states, expected);
    let der = CertificateRevocationListDer::from_pem_file(&prepared.crl).unwrap();
    let (_, list) = CertificateRevocationList::from_der(&der).unwrap();
    let serials: Vec<String> = list
        .iter_revoked_certificates()
        .map(|revoked| format!("{:x}", revoked.serial()))
        .collect();
    assert_eq!(serials.len(), 3);
    assert!(serials.contains(&billing), "{serials:?}");
}

#[test]
fn a_newer_book_is_refused_with_a_sentence() {
    let (dir, _) = first_start();
    std::fs::write(dir.path().join("issued.json"), r#"{"version":2}"#).unwrap();
    let refused = prepare(dir.path(), &[], NOW_MS).unwrap_err().to_string();
    assert!(refused.ends_with("has version 2, and this program knows 1; use a newer outrigger"));
}

#[test]
fn java_reads_the_stores() {
    let (_dir, prepared) = first_start();
    let password = std::fs::read_to_string(&prepared.store_password_file).unwrap();
    let trusted = keytool(&prepared.truststore_p12, &password);
    assert!(
        trusted.contains("Your keystore contains 1 entry"),
        "{trusted}"
    );
    assert!(
        trusted.contains("Entry type: trustedCertEntry"),
        "{trusted}"
    );
    let own = keytool(&prepared.keystore_p12, &password);
    assert!(own.contains("Entry type: PrivateKeyEntry"), "{own}");
    assert!(own.contains("Certificate chain length: 2"), "{own}");
    assert!(own.contains("Owner: CN=outrigger"), "{own}");
}

fn keytool(store: &Path, password: &str) -> String {
    let mut keytool = Command::new("keytool");
    keytool
        .args([
            "-J-Duser.language=en",
            "-list",
            "-v",
            "-storetype",
            "PKCS12",
            "-storepass",
        ])
        .arg(password)
        .arg("-keystore")
        .arg(store);
    said(keytool, "a JDK 17 is needed on the path")
}

fn said(mut command: Command, need: &str) -> String {
    let output = command.output().expect(need);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}");
    text
}

#[test]
fn clients_are_told_where_the_instance_is_when_it_runs() {
    let (dir, _) = first_start();
    let dir = PkiDir::new(dir.path());
    let authority = Authority::open(&dir, NOW_MS).unwrap();
    let mut issued = Issued::read(&dir).unwrap();
    let cases = [
        ("orders", Some("127.0.0.1:9094"), true),
        ("billing", None, false),
    ];
    for (name, bootstrap, told) in cases {
        let subject = named(name);
        client::issue(
            &dir,
            &authority,
            &mut issued,
            &subject,
            bootstrap,
            30,
            NOW_MS,
        )
        .unwrap();
        let folder = dir.client(name);
        for file in [folder.java(), folder.kcat()] {
            let text = std::fs::read_to_string(&file).unwrap();
            assert_eq!(
                text.starts_with("bootstrap.servers=127.0.0.1:9094\n"),
                told,
                "{text}"
            );
        }
    }
}
