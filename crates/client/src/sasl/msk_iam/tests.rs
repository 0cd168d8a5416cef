//! What goes over the wire, byte for byte where AWS's own signers agree with each other.

use super::*;
use crate::CredentialSource;

fn login(token: Option<&str>, region: Option<&str>) -> IamLogin {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let keys = AwsCredentials::new("AKIAIOSFODNN7EXAMPLE", secret, token);
    IamLogin {
        credentials: CredentialSource::Given(keys),
        region: region.map(str::to_owned),
        now_ms: || 1_795_348_800_000,
    }
}

#[test]
fn the_payload_has_its_ten_or_eleven_keys() {
    let host = "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com";
    for (token, count) in [(None, 10), (Some("t"), 11)] {
        let payload = login(token, Some("eu-west-1")).payload(host).unwrap();
        let payload: Value = serde_json::from_slice(&payload).unwrap();
        let object = payload.as_object().unwrap();
        assert_eq!(object.len(), count);
        assert!(object.values().all(Value::is_string));
        // The host's region is believed before any other.
        let credential = "AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/kafka-cluster/aws4_request";
        assert_eq!(object["x-amz-credential"], credential);
        assert_eq!(object["host"], host);
    }
}

#[test]
fn the_token_is_a_presigned_url() {
    let token = login(None, Some("us-east-1")).token("localhost").unwrap();
    let url = String::from_utf8(URL_SAFE_NO_PAD.decode(token).unwrap()).unwrap();
    let start = "https://kafka.us-east-1.amazonaws.com/?Action=kafka-cluster%3AConnect\
                 &X-Amz-Algorithm=AWS4-HMAC-SHA256";
    assert!(url.starts_with(start), "{url}");
    let end = format!(
        "&X-Amz-SignedHeaders=host&X-Amz-Signature=\
         07804cb0c04c41ecd75db534f6c211209844f43eb713b82f6896728c9bd32276\
         &User-Agent=outrigger%2F{}",
        env!("CARGO_PKG_VERSION")
    );
    assert!(url.ends_with(&end), "{url}");
}

#[test]
fn without_a_region_nothing_is_signed() {
    let login = login(None, None);
    assert_eq!(login.payload("localhost"), Err(SaslError::NoRegion));
    assert_eq!(login.token("localhost"), Err(SaslError::NoRegion));
}

#[test]
fn only_the_known_version_is_an_answer() {
    assert_eq!(
        check_answer(br#"{"version":"2020_10_22","request-id":"x"}"#),
        Ok(())
    );
    for bad in [&b""[..], b"{}", br#"{"version":"2021"}"#, b"\xff"] {
        assert_eq!(check_answer(bad), Err(SaslError::Unreadable(NAME)));
    }
}
