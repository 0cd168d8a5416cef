//! The preface against itself, against a parser of somebody else, and against damage.

use super::{Preface, PrefaceError};
use crate::{HandoffKey, IamCaller, IamContext, Principal};

fn preface(client: &str, local: &str) -> Preface {
    Preface {
        client: client.parse().unwrap(),
        local: local.parse().unwrap(),
        principal: Principal::user("CN=alice,O=x"),
        security_protocol: "SSL".to_owned(),
        mechanism: None,
        listener: "CLIENT_SECURE".to_owned(),
        tls_version: Some("TLSv1.3".to_owned()),
        client_certificate: true,
        token_authenticated: false,
        iam: None,
        software: Some(("librdkafka".to_owned(), "2.12.1".to_owned())),
        connection_id: [9; 16],
    }
}

fn iam() -> Preface {
    let arn = "arn:aws:iam::000000000000:user/u";
    Preface {
        principal: Principal::iam(arn),
        security_protocol: "SASL_SSL".to_owned(),
        mechanism: Some("AWS_MSK_IAM".to_owned()),
        client_certificate: false,
        iam: Some(IamContext {
            account_id: "000000000000".to_owned(),
            caller: IamCaller::User {
                name: "u".to_owned(),
            },
            identity_arn: arn.to_owned(),
            user_id: "AIDA1".to_owned(),
            access_key_id: "AKIA1".to_owned(),
            source_identity: None,
            token_issued_at: None,
            expires_at_ms: None,
        }),
        software: None,
        ..preface("[2001:db8::1]:1", "[::1]:9098")
    }
}

fn key() -> HandoffKey {
    HandoffKey::new([3; 32])
}

#[test]
fn what_is_written_is_read_back() {
    let four = preface("192.0.2.1:4711", "127.0.0.1:9094");
    let mixed = preface("[2001:db8::1]:4711", "127.0.0.1:9094");
    for preface in [four, mixed, iam()] {
        let bytes = preface.encode(&key()).unwrap();
        assert_eq!(
            Preface::length(bytes.first_chunk().unwrap()),
            Ok(bytes.len())
        );
        assert_eq!(Preface::decode(&bytes, &key()), Ok(preface));
    }
}

#[test]
fn an_ipv4_client_on_an_ipv6_socket_is_an_ipv4_client() {
    let preface = preface("[::ffff:192.0.2.1]:4711", "[::ffff:127.0.0.1]:9094");
    let read = Preface::decode(&preface.encode(&key()).unwrap(), &key()).unwrap();
    assert_eq!(read.client.to_string(), "192.0.2.1:4711");
}

#[test]
fn another_parser_reads_addresses_and_tlvs() {
    let bytes = preface("192.0.2.1:4711", "127.0.0.1:9094")
        .encode(&key())
        .unwrap();
    let header = ppp::v2::Header::try_from(bytes.as_slice()).unwrap();
    assert_eq!(header.len(), bytes.len());
    let ppp::v2::Addresses::IPv4(addresses) = header.addresses else {
        panic!("{:?}", header.addresses)
    };
    assert_eq!(addresses.source_address.to_string(), "192.0.2.1");
    assert_eq!(addresses.destination_port, 9094);
    let kinds: Vec<u8> = header.tlvs().map(|tlv| tlv.unwrap().kind).collect();
    assert_eq!(
        kinds,
        [0x20, 0xE0, 0xE1, 0xE2, 0xE3, 0xE4, 0xE6, 0xE7, 0xEF]
    );
}

#[test]
fn every_changed_byte_and_every_shorter_text_is_refused() {
    let bytes = iam().encode(&key()).unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x01;
        assert!(Preface::decode(&changed, &key()).is_err(), "byte {at}");
        assert!(Preface::decode(&bytes[..at], &key()).is_err(), "{at} bytes");
    }
    let other = HandoffKey::new([4; 32]);
    assert_eq!(Preface::decode(&bytes, &other), Err(PrefaceError::Forged));
}

#[test]
fn what_the_key_signs_may_still_be_wrong() {
    let check = |from: &[u8], to: &[u8], expected: PrefaceError| {
        let mut bytes = iam().encode(&key()).unwrap();
        let at = bytes.windows(from.len()).position(|w| w == from).unwrap();
        bytes.splice(at..at + from.len(), to.iter().copied());
        let signed = bytes.len() - 35;
        let code = key().sign(&[&bytes[..signed]]);
        bytes.truncate(signed + 3);
        bytes.extend(code);
        assert_eq!(Preface::decode(&bytes, &key()), Err(expected));
    };
    check(
        &[0xE3, 0, 13],
        &[0xE8, 0, 13],
        PrefaceError::UnknownType(0xE8),
    );
    check(&[0xE3, 0, 13], &[0xE1, 0, 13], PrefaceError::Repeated(0xE1));
    check(&[0xE3, 0, 13], &[0x05, 0, 13], PrefaceError::Missing(0xE3));
    check(
        &[0xE0, 0, 1, 1],
        &[0xE0, 0, 1, 2],
        PrefaceError::Invalid(0xE0),
    );
    check(b"IAM:", b"USR:", PrefaceError::Invalid(0xE5));
    check(b"SASL_SSL\0", b"SASL_SSL_", PrefaceError::Invalid(0xE2));
}

#[test]
fn names_too_long_for_a_preface_are_told_to_the_writer() {
    let long = Preface {
        principal: Principal::user(&"x".repeat(4096)),
        ..preface("192.0.2.1:1", "192.0.2.1:2")
    };
    assert_eq!(long.encode(&key()), None);
}
