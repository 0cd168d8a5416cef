//! Files as people have them.

use super::*;

fn of(text: &str) -> Result<Settings, String> {
    let dir = tempfile::tempdir().expect("temp dir");
    let path = dir.path().join("client.properties");
    std::fs::write(&path, text).expect("written");
    settings(&path).map_err(|error| error.report().replace(&*path.to_string_lossy(), "FILE"))
}

#[test]
fn a_file_of_kafkas_tools_is_read() {
    let found = of(
        "# mine\nbootstrap.servers = a:9096,\\\n  b:9096\nsecurity.protocol=SASL_PLAINTEXT\n\
                    sasl.mechanism=SCRAM-SHA-512\nsasl.jaas.config=o.a.ScramLoginModule required \
                    username=\"alice\" \\\n  password=\"p\\\\\\\"w\";\n",
    );
    let found = found.expect("readable");
    assert_eq!(found.bootstrap, ["a:9096", "b:9096"]);
    let Some(client::Sasl::Scram { password, .. }) = &found.transport.sasl else {
        panic!("{found:?}");
    };
    assert_eq!(password.expose(), "p\"w");
}

#[test]
fn what_is_wrong_is_told_by_file_and_key() {
    let cases = [
        (
            "security.protocol=TLS\n",
            "FILE: security.protocol: TLS is none",
        ),
        ("a=\\u12\n", "FILE: line 1: \\u must be followed"),
        (
            "security.protocol=SSL\nssl.truststore.location=/nonexistent/ca.pem\n",
            "FILE: ssl.truststore.location: cannot read /nonexistent/ca.pem: No such file",
        ),
    ];
    for (text, expected) in cases {
        let told = of(text).expect_err("unusable");
        assert!(told.starts_with(expected), "{told}");
    }
}
