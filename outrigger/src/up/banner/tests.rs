//! The golden banner.

use super::Banner;
use crate::data_dir::DataDir;
use crate::endpoints::Endpoints;
use crate::up::parts::Everybody;
use std::path::Path;

const GOLDEN: &str = include_str!("golden.txt");

fn banner(topics: &[&str], auto_create: bool) -> String {
    let dir = DataDir::new(Path::new("/srv/my data")).expect("absolute");
    let endpoints = Endpoints::of_broker(
        &dir,
        r#"{"pid":42,"listeners":{"PLAINTEXT":"127.0.0.1:9092"},"admin":"127.0.0.1:5000"}"#,
    );
    let version = service::build_info::VERSION;
    let banner = Banner {
        endpoints: &endpoints,
        data_dir: &dir,
        topics,
        log_sinks: &["directory:/srv/my data/delivered-logs"],
        warnings: &topics
            .iter()
            .map(|t| format!("{t} is odd"))
            .collect::<Vec<_>>(),
        auto_create,
        everybody: Everybody::AllWithoutAcl,
        anonymous_tls: true,
        program: "outrigger",
        ephemeral: topics.is_empty(),
    };
    banner.text().replacen(version, "VERSION", 1)
}

#[test]
fn golden() {
    assert_eq!(banner(&["orders", "audit"], false), GOLDEN);
}

#[test]
fn without_topics_a_name_is_proposed_and_without_a_future_none_is_promised() {
    let text = banner(&[], true);
    assert!(!text.contains("topics"), "{text}");
    assert!(text.contains("kcat -b 127.0.0.1:9092 -t demo -C"), "{text}");
    assert!(
        text.ends_with("Ctrl-C stops it and removes its data.\n"),
        "{text}"
    );
}

#[test]
fn where_no_topic_comes_by_itself_the_first_line_creates_it() {
    let text = banner(&[], false);
    let (_, lines) = text.split_once("Try it:\n\n").expect("lines to copy");
    let first = lines.lines().next().expect("a line");
    assert_eq!(
        first,
        "  first, once             outrigger topics create demo --data-dir '/srv/my data'"
    );
}

#[test]
fn every_way_in_with_a_login_has_a_line_to_copy() {
    let dir = DataDir::new(Path::new("/srv/data")).expect("absolute");
    let bound = r#"{"pid":42,"listeners":{"PLAINTEXT":"h:9092","CLIENT_SECURE":"h:9094","CLIENT_IAM":"h:9098"}}"#;
    let mut endpoints = Endpoints::of_broker(&dir, bound);
    endpoints
        .credentials
        .insert("ca_cert".to_owned(), "/srv/data/pki/ca.pem".to_owned());
    let banner = Banner {
        endpoints: &endpoints,
        data_dir: &dir,
        topics: &["orders"],
        log_sinks: &[],
        warnings: &[],
        auto_create: true,
        everybody: Everybody::All,
        anonymous_tls: true,
        program: "outrigger",
        ephemeral: false,
    };
    let text = banner.text();
    let (_, logins) = text.split_once("With a login:\n\n").expect("lines to copy");
    let (logins, _) = logins.split_once("\n\n").expect("an end");
    assert_eq!(
        logins,
        "  certificate             kcat -F /srv/data/clients/kcat-tls.conf -t orders -C -o beginning -e
  IAM, any AWS signer     eval \"$(outrigger env --data-dir /srv/data)\"
  IAM, Python             python3 /srv/data/clients/python-iam.py orders
  IAM, Java               eval \"$(outrigger env --data-dir /srv/data)\" && kafka-console-producer.sh --bootstrap-server h:9098 --command-config /srv/data/clients/java-iam.properties --topic orders
  Outrigger               echo hello | outrigger produce orders --command-config /srv/data/clients/java-tls.properties"
    );
    assert!(
        text.contains("\nWho reaches h:9092 needs no login and may do everything"),
        "{text}"
    );
    assert!(
        text.contains("  clients                 /srv/data/clients/*\n"),
        "{text}"
    );
}

#[test]
fn without_plaintext_the_lines_come_by_certificate() {
    let dir = DataDir::new(Path::new("/d")).expect("absolute");
    let bound = r#"{"pid":42,"listeners":{"CLIENT_SECURE":"h:9094"}}"#;
    let mut endpoints = Endpoints::of_broker(&dir, bound);
    let ca = ("ca_cert".to_owned(), "/d/pki/ca.pem".to_owned());
    endpoints.credentials.extend([ca]);
    let banner = |auto_create, anonymous_tls| {
        let banner = Banner {
            endpoints: &endpoints,
            data_dir: &dir,
            topics: &[],
            log_sinks: &[],
            warnings: &[],
            auto_create,
            everybody: Everybody::AllWithoutAcl,
            anonymous_tls,
            program: "outrigger",
            ephemeral: false,
        };
        banner.text()
    };
    let text = banner(true, true);
    let (_, lines) = text.split_once("Try it:\n\n").expect("lines to copy");
    let by = "--command-config /d/clients/java-tls.properties";
    let expected = format!(
        "  Outrigger               echo hello | outrigger produce demo {by}
                          outrigger consume demo --from beginning {by}
    how it is             outrigger status --data-dir /d
    for scripts           eval \"$(outrigger env --data-dir /d)\"

With a login:

  certificate             kcat -F /d/clients/kcat-tls.conf -t demo -C -o beginning -e

Who reaches h:9094 needs no login"
    );
    assert!(lines.starts_with(&expected), "{lines}");
    assert!(!text.contains("plaintext"), "{text}");
    let close = "outrigger up --data-dir /d --client-broker tls --set broker.allow";
    assert!(text.contains(close), "{text}");
    let text = banner(false, false);
    let create = format!("  first, once             outrigger topics create demo {by}\n");
    assert!(text.contains(&create), "{text}");
    assert!(!text.contains("needs no login"), "{text}");
}
