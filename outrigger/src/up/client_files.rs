//! Configurations that clients can be started with as they are: one file for each way in and kind of
//! client, with absolute paths. Pure texts; who writes them keeps them from others, because
//! passwords stand in them.

use super::properties::escaped;
use crate::endpoints::{Endpoints, IAM, SCRAM, TLS};
use std::fmt::Write;
use std::path::Path;

/// Who may do what with these files; the head of each.
const HEADER: &str = "Written by `outrigger up` at each start; changes made here are lost.";

/// What the texts are made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    pub(super) endpoints: &'a Endpoints,
    pub(super) ca_cert: &'a Path,
    pub(super) client_cert: &'a Path,
    pub(super) client_key: &'a Path,
    pub(super) truststore: &'a Path,
    pub(super) keystore: &'a Path,
    pub(super) store_password: &'a str,
    pub(super) scram_username: &'a str,
    pub(super) scram_password: &'a str,
    pub(super) region: &'a str,
    /// The profile in the files that `outrigger env` names to the AWS SDKs.
    pub(super) profile: &'a str,
    pub(super) aws_config: &'a Path,
    pub(super) aws_credentials: &'a Path,
}

/// THE TABLE: the name of a file, the way in that it is for, and who writes its text.
type Row = (&'static str, &'static str, fn(&Facts<'_>, &str) -> String);
const FILES: &[Row] = &[
    ("java-tls.properties", TLS, java_tls),
    ("java-scram.properties", SCRAM, java_scram),
    ("java-iam.properties", IAM, java_iam),
    ("java-oauthbearer.properties", IAM, java_oauthbearer),
    ("kcat-tls.conf", TLS, kcat_tls),
    ("kcat-scram.conf", SCRAM, kcat_scram),
    ("python-tls.py", TLS, python_tls),
    ("python-scram.py", SCRAM, python_scram),
    ("python-iam.py", IAM, python_iam),
];

/// Names and texts of the files for every way in that there is.
pub(super) fn files(facts: &Facts<'_>) -> Vec<(&'static str, String)> {
    let text = |&(name, way_in, text): &Row| {
        let address = facts.endpoints.bootstrap.get(way_in)?;
        Some((name, text(facts, address)))
    };
    FILES.iter().filter_map(text).collect()
}

/// Names of the files for ways in that are not there.
pub(super) fn of_no_use(endpoints: &Endpoints) -> impl Iterator<Item = &'static str> {
    let rows = FILES
        .iter()
        .filter(|(_, way_in, _)| !endpoints.bootstrap.contains_key(*way_in));
    rows.map(|(name, ..)| *name)
}

fn java(facts: &Facts<'_>, address: &str, protocol: &str, pairs: &[(&str, &str)]) -> String {
    let truststore = facts.truststore.display().to_string();
    let mut all = vec![
        ("bootstrap.servers", address),
        ("security.protocol", protocol),
        ("ssl.truststore.type", "PKCS12"),
        ("ssl.truststore.location", &truststore),
        ("ssl.truststore.password", facts.store_password),
    ];
    all.extend(pairs);
    let mut text = format!("# {HEADER}\n");
    for (key, value) in all {
        let _ = writeln!(text, "{key}={}", escaped(value, false));
    }
    text
}

fn java_tls(facts: &Facts<'_>, address: &str) -> String {
    let keystore = facts.keystore.display().to_string();
    let pairs = [
        ("ssl.keystore.type", "PKCS12"),
        ("ssl.keystore.location", keystore.as_str()),
        ("ssl.keystore.password", facts.store_password),
        ("ssl.key.password", facts.store_password),
    ];
    java(facts, address, "SSL", &pairs)
}

fn java_scram(facts: &Facts<'_>, address: &str) -> String {
    let login = format!(
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"{}\" password=\"{}\";",
        facts.scram_username, facts.scram_password
    );
    let pairs = [
        ("sasl.mechanism", super::credentials::SCRAM_MECHANISM.name()),
        ("sasl.jaas.config", login.as_str()),
    ];
    java(facts, address, "SASL_SSL", &pairs)
}

fn java_iam(facts: &Facts<'_>, address: &str) -> String {
    let login = "software.amazon.msk.auth.iam.IAMLoginModule required;";
    let handler = "software.amazon.msk.auth.iam.IAMClientCallbackHandler";
    let pairs = [
        ("sasl.mechanism", "AWS_MSK_IAM"),
        ("sasl.jaas.config", login),
        ("sasl.client.callback.handler.class", handler),
    ];
    with_environment(java(facts, address, "SASL_SSL", &pairs))
}

fn java_oauthbearer(facts: &Facts<'_>, address: &str) -> String {
    let login = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;";
    let handler = "software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler";
    let pairs = [
        ("sasl.mechanism", "OAUTHBEARER"),
        ("sasl.jaas.config", login),
        ("sasl.login.callback.handler.class", handler),
        ("sasl.client.callback.handler.class", handler),
    ];
    with_environment(java(facts, address, "SASL_SSL", &pairs))
}

/// What no file of Kafka's can say. It names no user: who logs in is whom the environment names, so
/// that nobody who exports other keys is taken for the owner.
fn with_environment(text: String) -> String {
    format!(
        "{text}# Needs the jar aws-msk-iam-auth. Who logs in is whom AWS's variables name: AWS_ACCESS_KEY_ID,\n\
         # AWS_SECRET_ACCESS_KEY and AWS_REGION as `outrigger env` prints them for the user that may do\n\
         # everything, `outrigger iam create-access-key ... --output env` for another.\n"
    )
}

fn kcat(facts: &Facts<'_>, address: &str, protocol: &str, pairs: &[(&str, &str)]) -> String {
    let ca_cert = facts.ca_cert.display();
    let mut text = format!(
        "# {HEADER}\nbootstrap.servers={address}\nsecurity.protocol={protocol}\n\
         ssl.ca.location={ca_cert}\n"
    );
    for (key, value) in pairs {
        let _ = writeln!(text, "{key}={value}");
    }
    text
}

fn kcat_tls(facts: &Facts<'_>, address: &str) -> String {
    let certificate = facts.client_cert.display().to_string();
    let key = facts.client_key.display().to_string();
    let pairs = [
        ("ssl.certificate.location", certificate.as_str()),
        ("ssl.key.location", key.as_str()),
    ];
    kcat(facts, address, "ssl", &pairs)
}

fn kcat_scram(facts: &Facts<'_>, address: &str) -> String {
    let pairs = [
        (
            "sasl.mechanisms",
            super::credentials::SCRAM_MECHANISM.name(),
        ),
        ("sasl.username", facts.scram_username),
        ("sasl.password", facts.scram_password),
    ];
    kcat(facts, address, "sasl_ssl", &pairs)
}

/// A script that produces a record and says where it went. `before` stands above the configuration.
fn python(
    facts: &Facts<'_>,
    (address, protocol): (&str, &str),
    before: &str,
    pairs: &[(&str, String)],
) -> String {
    let mut config = String::new();
    let mut pair = |key: &str, value: &str| {
        let _ = writeln!(config, "    \"{key}\": {value},");
    };
    pair("bootstrap.servers", &literal(address));
    pair("security.protocol", &literal(protocol));
    pair("ssl.ca.location", &path(facts.ca_cert));
    for (key, value) in pairs {
        pair(key, value);
    }
    format!(
        "# {HEADER}\n\
         # python3 THIS_FILE [TOPIC]; needs: pip install confluent-kafka\n\
         import sys\n\
         {before}\n\
         CONFIG = {{\n{config}}}\n\
         \n\
         if __name__ == \"__main__\":\n\
         \x20   from confluent_kafka import Producer\n\
         \n\
         \x20   def delivered(error, message):\n\
         \x20       print(error or f\"{{message.topic()}}-{{message.partition()}}@{{message.offset()}}\")\n\
         \n\
         \x20   producer = Producer(CONFIG)\n\
         \x20   topic = sys.argv[1] if len(sys.argv) > 1 else \"demo\"\n\
         \x20   producer.produce(topic, b\"hello\", on_delivery=delivered)\n\
         \x20   sys.exit(producer.flush(10))\n"
    )
}

fn python_tls(facts: &Facts<'_>, address: &str) -> String {
    let pairs = [
        ("ssl.certificate.location", path(facts.client_cert)),
        ("ssl.key.location", path(facts.client_key)),
    ];
    python(facts, (address, "SSL"), "", &pairs)
}

fn python_scram(facts: &Facts<'_>, address: &str) -> String {
    let mechanism = super::credentials::SCRAM_MECHANISM.name();
    let pairs = [
        ("sasl.mechanisms", literal(mechanism)),
        ("sasl.username", literal(facts.scram_username)),
        ("sasl.password", literal(facts.scram_password)),
    ];
    python(facts, (address, "SASL_SSL"), "", &pairs)
}

fn python_iam(facts: &Facts<'_>, address: &str) -> String {
    let before = format!(
        "import os\n\
         from aws_msk_iam_sasl_signer import MSKAuthTokenProvider  # pip install aws-msk-iam-sasl-signer-python\n\
         \n\
         # Who logs in is whom AWS's variables name. Where they name nobody, it is the user of `outrigger up`.\n\
         if not os.environ.keys() & {{\"AWS_ACCESS_KEY_ID\", \"AWS_PROFILE\"}}:\n\
         \x20   os.environ[\"AWS_CONFIG_FILE\"] = {}\n\
         \x20   os.environ[\"AWS_SHARED_CREDENTIALS_FILE\"] = {}\n\
         \x20   os.environ[\"AWS_PROFILE\"] = {}\n\
         \n\
         \n\
         def token(_):\n\
         \x20   token, expires_ms = MSKAuthTokenProvider.generate_auth_token({})\n\
         \x20   return token, expires_ms / 1000\n\
         \n",
        path(facts.aws_config),
        path(facts.aws_credentials),
        literal(facts.profile),
        literal(facts.region),
    );
    let pairs = [
        ("sasl.mechanisms", literal("OAUTHBEARER")),
        ("oauth_cb", "token".to_owned()),
    ];
    python(facts, (address, "SASL_SSL"), &before, &pairs)
}

fn path(path: &Path) -> String {
    literal(&path.display().to_string())
}

/// A string as Python reads it: JSON's strings are a part of Python's.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests;
