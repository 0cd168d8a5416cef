//! Percent-encoding as Signature Version 4 wants it (RFC 3986: everything but the unreserved
//! characters, upper-case digits), and its strict reverse.

/// Encodes every byte that is not unreserved.
pub(super) fn encode(text: &str) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or('0');
    let mut encoded = String::with_capacity(text.len() + text.len() / 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', digit(byte >> 4), digit(byte & 0x0F)]);
        }
    }
    encoded
}

/// Decodes `%XX`; `None` for a broken escape or what is not UTF-8. A `+` stays a `+`.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => digit(rest.next()?)? << 4 | digit(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// The value of a hexadecimal digit.
pub(super) fn digit(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn everything_but_the_unreserved_is_encoded() {
        assert_eq!(encode("aZ09-._~"), "aZ09-._~");
        assert_eq!(encode("a/b+c=d:é "), "a%2Fb%2Bc%3Dd%3A%C3%A9%20");
    }

    #[test]
    fn broken_escapes_are_refused() {
        for (text, expected) in [
            ("a%2Fb%2fc", Some("a/b/c")),
            ("%252F", Some("%2F")),
            ("a+b", Some("a+b")),
            ("%", None),
            ("%2", None),
            ("%2G", None),
            ("%-1", None),
            ("%C3", None),
            ("%C3%A9", Some("é")),
        ] {
            assert_eq!(decode(text).as_deref(), expected, "{text}");
        }
    }
}
