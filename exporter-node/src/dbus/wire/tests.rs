//! Messages as dbus-daemon 1.14 takes and sends them, cut and bent in every way.

use super::{Call, HEAD_BYTES, Value, decode, message_bytes};

/// `Hello` with serial 1.
const HELLO: &[u8] = b"l\x01\x00\x01\x00\x00\x00\x00\x01\x00\x00\x00\x6d\x00\x00\x00\
    \x01\x01o\x00\x15\x00\x00\x00/org/freedesktop/DBus\x00\x00\x00\
    \x02\x01s\x00\x14\x00\x00\x00org.freedesktop.DBus\x00\x00\x00\x00\
    \x03\x01s\x00\x05\x00\x00\x00Hello\x00\x00\x00\
    \x06\x01s\x00\x14\x00\x00\x00org.freedesktop.DBus\x00\x00\x00\x00";

/// An answer to serial 7, in either order of bytes: a variant that holds `t` 5.
fn answer(is_big_endian: bool) -> Vec<u8> {
    let u32 = |value: u32| match is_big_endian {
        true => value.to_be_bytes(),
        false => value.to_le_bytes(),
    };
    let order = if is_big_endian { b'B' } else { b'l' };
    let mut bytes = vec![order, 2, 1, 1];
    bytes.extend(u32(16));
    bytes.extend(u32(99));
    bytes.extend(u32(15));
    bytes.extend([5, 1, b'u', 0]);
    bytes.extend(u32(7));
    bytes.extend([8, 1, b'g', 0, 1, b'v', 0, 0]);
    bytes.extend([1, b't', 0, 0, 0, 0, 0, 0]);
    bytes.extend(match is_big_endian {
        true => 5u64.to_be_bytes(),
        false => 5u64.to_le_bytes(),
    });
    bytes
}

#[test]
fn a_call_is_what_the_bus_expects() {
    let call = Call {
        destination: "org.freedesktop.DBus",
        path: "/org/freedesktop/DBus",
        interface: "org.freedesktop.DBus",
        member: "Hello",
        arguments: &[],
    };
    assert_eq!(
        call.encode(1).escape_ascii().to_string(),
        HELLO.escape_ascii().to_string()
    );
    let arguments = call_with_arguments();
    assert_eq!(arguments.len() % 4, 2, "the body ends with its last string");
    assert_eq!(
        &arguments[arguments.len() - 14..],
        b"\x01\0\0\0a\0\0\0\x01\0\0\0b\0"
    );
}

fn call_with_arguments() -> Vec<u8> {
    let call = Call {
        destination: "",
        path: "/a",
        interface: "b.c",
        member: "Get",
        arguments: &["a", "b"],
    };
    call.encode(2)
}

#[test]
fn answers_are_read_in_both_orders() {
    for is_big_endian in [false, true] {
        let bytes = answer(is_big_endian);
        let head = bytes.first_chunk::<HEAD_BYTES>().unwrap();
        assert_eq!(message_bytes(head), Some(bytes.len()));
        let reply = decode(&bytes).unwrap();
        assert_eq!((reply.to, reply.signature), (7, "v"));
        let value = reply.result.unwrap().variant();
        assert_eq!(value, Some(Some(Value::Unsigned(5))));
    }
}

#[test]
fn what_is_cut_or_bent_is_no_message_or_another() {
    let bytes = answer(false);
    for length in 0..bytes.len() {
        let cut = decode(&bytes[..length]);
        assert!(cut.is_none(), "{length} bytes");
    }
    for at in 0..bytes.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut bent = bytes.clone();
            bent[at] = value;
            if let Some(reply) = decode(&bent)
                && let Ok(mut body) = reply.result
            {
                let _ = body.variant();
            }
            let _ = message_bytes(bent.first_chunk().unwrap());
        }
    }
}

#[test]
fn no_message_is_longer_than_the_limit() {
    let cases = [
        (u32::MAX, 0, None),
        (0, u32::MAX, None),
        (16 << 20, 0, None),
        ((16 << 20) - 16, 0, Some(16 << 20)),
        (0, 1, Some(24)),
    ];
    for (body, fields, expected) in cases {
        let mut head = [0; HEAD_BYTES];
        head[..4].copy_from_slice(b"l\x02\x00\x01");
        head[4..8].copy_from_slice(&u32::to_le_bytes(body));
        head[12..].copy_from_slice(&u32::to_le_bytes(fields));
        assert_eq!(message_bytes(&head), expected, "{body} {fields}");
    }
    assert_eq!(message_bytes(b"HTTP/1.1 400 Bad"), None);
}

#[test]
fn an_array_ends_where_it_says() {
    let read = |length: u32, elements: &[&str]| {
        let mut body = length.to_le_bytes().to_vec();
        body.resize(8, 0);
        for text in elements {
            body.resize(body.len().next_multiple_of(8), 0);
            body.extend(u32::to_le_bytes(text.len() as u32));
            body.extend(text.as_bytes());
            body.push(0);
        }
        let mut reader = super::Reader::of(&body, false);
        let mut found = Vec::new();
        let result = reader.structures(|reader| {
            found.push(reader.string()?.to_owned());
            Some(())
        });
        result.map(|()| found.join(","))
    };
    assert_eq!(read(0, &[]).as_deref(), Some(""));
    assert_eq!(read(6, &["a"]).as_deref(), Some("a"));
    assert_eq!(read(14, &["a", "b"]).as_deref(), Some("a,b"));
    assert_eq!(read(13, &["a", "b"]), None);
    assert_eq!(read(15, &["a", "b"]), None);
    assert_eq!(read(u32::MAX, &["a"]), None);
}
