//! Golden texts, and that nothing is offered for a way in that is not there.

use super::{Facts, files};
use crate::data_dir::DataDir;
use crate::endpoints::Endpoints;
use std::path::Path;

fn endpoints(listeners: &str) -> Endpoints {
    let dir = DataDir::new(Path::new("/data")).expect("absolute");
    Endpoints::of_broker(&dir, &format!(r#"{{"pid":1,"listeners":{{{listeners}}}}}"#))
}

const ALL: &str = r#""CLIENT_SECURE":"127.0.0.1:9094","CLIENT_SASL_SCRAM":"127.0.0.1:9096","CLIENT_IAM":"127.0.0.1:9098""#;

fn texts(listeners: &str) -> Vec<(&'static str, String)> {
    let endpoints = endpoints(listeners);
    files(&Facts {
        endpoints: &endpoints,
        ca_cert: Path::new("/my data/ca.pem"),
        client_cert: Path::new("/my data/client.pem"),
        client_key: Path::new("/my data/client-key.pem"),
        truststore: Path::new("/my data/truststore.p12"),
        keystore: Path::new("/my data/keystore.p12"),
        store_password: "store",
        scram_username: "outrigger",
        scram_password: "0123",
        region: "us-east-1",
        profile: "outrigger",
        aws_config: Path::new("/my data/aws-config"),
        aws_credentials: Path::new("/my data/aws-credentials"),
    })
}

fn text(name: &str) -> String {
    let all = texts(ALL);
    let found = all.into_iter().find(|(file, _)| *file == name);
    let (_, text) = found.expect(name);
    let (_, body) = text.split_once('\n').expect("a head");
    body.to_owned()
}

#[test]
fn golden_java() {
    assert_eq!(
        text("java-tls.properties"),
        "bootstrap.servers=127.0.0.1:9094\n\
         security.protocol=SSL\n\
         ssl.truststore.type=PKCS12\n\
         ssl.truststore.location=/my data/truststore.p12\n\
         ssl.truststore.password=store\n\
         ssl.keystore.type=PKCS12\n\
         ssl.keystore.location=/my data/keystore.p12\n\
         ssl.keystore.password=store\n\
         ssl.key.password=store\n"
    );
    let scram = text("java-scram.properties");
    let login = "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \
                 username=\"outrigger\" password=\"0123\";\n";
    assert!(scram.contains(login), "{scram}");
    assert!(scram.contains("sasl.mechanism=SCRAM-SHA-512\n"), "{scram}");
}

#[test]
fn golden_kcat() {
    assert_eq!(
        text("kcat-scram.conf"),
        "bootstrap.servers=127.0.0.1:9096\n\
         security.protocol=sasl_ssl\n\
         ssl.ca.location=/my data/ca.pem\n\
         sasl.mechanisms=SCRAM-SHA-512\n\
         sasl.username=outrigger\n\
         sasl.password=0123\n"
    );
}

#[test]
fn who_logs_in_with_iam_is_whom_the_environment_names() {
    for file in ["java-iam.properties", "java-oauthbearer.properties"] {
        let text = text(file);
        assert!(text.contains("LoginModule required;\n"), "{text}");
    }
    let script = text("python-iam.py");
    // What it would sign with, without the signer, which is not installed here.
    let (_, rest) = script.split_once("import os\n").expect("a head");
    let (_, choice) = rest.split_once('\n').expect("the signer");
    let (choice, _) = choice.split_once("\ndef token").expect("an end");
    let shown = format!("import os\n{choice}\nprint(os.environ.get('AWS_PROFILE'))");
    let who = |variable: &str| {
        let said = std::process::Command::new("python3")
            .args(["-c", &shown])
            .env_remove("AWS_PROFILE")
            .env_remove("AWS_ACCESS_KEY_ID")
            .env(variable, "other")
            .output()
            .expect("python3 is there");
        String::from_utf8(said.stdout).expect("text")
    };
    assert_eq!(who("AWS_ACCESS_KEY_ID"), "None\n");
    assert_eq!(who("AWS_PROFILE"), "other\n");
    assert_eq!(who("UNRELATED"), "outrigger\n");
}

#[test]
fn python_reads_every_script() {
    let scripts = texts(ALL)
        .into_iter()
        .filter(|(name, _)| name.ends_with(".py"));
    for (name, text) in scripts {
        let compiled = std::process::Command::new("python3")
            .args(["-c", "import ast, sys; ast.parse(sys.argv[1])", &text])
            .output()
            .expect("python3 is there");
        assert!(compiled.status.success(), "{name}: {compiled:?}\n{text}");
    }
}

#[test]
fn a_file_is_there_when_its_way_in_is() {
    let names = |listeners| {
        let names = texts(listeners).into_iter().map(|(name, _)| name);
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(ALL).len(), super::FILES.len());
    assert_eq!(
        names(r#""CLIENT_SASL_SCRAM":"127.0.0.1:9096""#),
        [
            "java-scram.properties",
            "kcat-scram.conf",
            "python-scram.py"
        ]
    );
    assert_eq!(names(""), [""; 0]);
}
