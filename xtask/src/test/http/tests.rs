//! Whole answers and halves.

use super::{answer, escaped};

#[test]
fn whole_answers_are_read() {
    for (bytes, body) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n",
            "abc",
        ),
    ] {
        let read = answer(bytes.as_bytes()).expect("whole");
        assert_eq!((read.status, read.text().as_str()), (200, body));
    }
}

#[test]
fn halves_are_errors() {
    for bytes in [
        "",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nabc",
    ] {
        assert!(answer(bytes.as_bytes()).is_err(), "{bytes:?}");
    }
}

#[test]
fn a_form_field_is_escaped() {
    assert_eq!(escaped(r#"a{b="c"} "#), "a%7Bb%3D%22c%22%7D%20");
}
