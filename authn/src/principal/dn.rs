//! A distinguished name as Java writes it: `X500Principal.getName()`, the text that every Kafka
//! ACL of an mTLS client names.
//!
//! It is RFC 2253 with what the JDK adds: `=` and `#` are escaped everywhere (else `OU="CN=admin"`
//! would read as a `CN`), NUL is `\00`, a leading or trailing carriage return counts as a space, and
//! every string type is read as UTF-8, a BMPString too. Only nine attribute types have a keyword;
//! the rest is `OID=#hex` of the value's DER. The RDNs come last first.

mod oid;

use std::fmt::Write as _;
use x509_parser::asn1_rs::{Any, Class, Tag};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

/// Attribute types that RFC 2253 gives a keyword.
const KEYWORDS: &[(&str, &str)] = &[
    ("2.5.4.3", "CN"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
];
/// The content of the identifier of a common name.
pub(super) const COMMON_NAME: &[u8] = &[0x55, 4, 3];
/// The string types that Java shows as text.
const TEXT_TAGS: &[Tag] = &[
    Tag::PrintableString,
    Tag::TeletexString,
    Tag::Ia5String,
    Tag::GeneralString,
    Tag::BmpString,
    Tag::Utf8String,
];
const ESCAPED: &str = ",=+<>#;\"\\";

/// A name that has no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the subject of the certificate holds a value that is no DER")]
pub struct NotAName;

/// The name as Java's `X500Principal.getName()` writes it.
///
/// # Errors
/// A value's tag cannot be written again.
pub fn java_name(name: &X509Name<'_>) -> Result<String, NotAName> {
    let rdns: Vec<_> = name.iter_rdn().collect();
    let mut text = String::new();
    for (position, rdn) in rdns.iter().rev().enumerate() {
        if position > 0 {
            text.push(',');
        }
        for (position, attribute) in rdn.iter().enumerate() {
            if position > 0 {
                text.push('+');
            }
            write_attribute(attribute, &mut text)?;
        }
    }
    Ok(text)
}

/// The text of a value as Java reads it; `None` for one that is not of a string type.
pub(super) fn value_text(value: &Any<'_>) -> Option<String> {
    let is_text = value.class() == Class::Universal
        && !value.header.is_constructed()
        && TEXT_TAGS.contains(&value.tag());
    is_text.then(|| java_utf8(value.data))
}

fn write_attribute(
    attribute: &AttributeTypeAndValue<'_>,
    out: &mut String,
) -> Result<(), NotAName> {
    let oid = oid::dotted(attribute.attr_type().as_bytes());
    let keyword = KEYWORDS.iter().find(|(known, _)| *known == oid);
    let text = value_text(attribute.attr_value());
    out.push_str(keyword.map_or(&oid, |(_, keyword)| keyword));
    out.push('=');
    match (keyword, text) {
        (Some(_), Some(text)) => write_escaped(&text, out),
        _ => write_hex(attribute.attr_value(), out)?,
    }
    Ok(())
}

fn write_escaped(text: &str, out: &mut String) {
    let is_space = |c: char| c == ' ' || c == '\r';
    let inner = text.trim_matches(is_space);
    let lead = text.len() - text.trim_start_matches(is_space).len();
    let (before, rest) = text.split_at(lead);
    for space in before.chars() {
        out.extend(['\\', space]);
    }
    for char in inner.chars() {
        match char {
            '\0' => out.push_str("\\00"),
            _ if ESCAPED.contains(char) => out.extend(['\\', char]),
            _ => out.push(char),
        }
    }
    for space in rest.chars().skip(inner.chars().count()) {
        out.extend(['\\', space]);
    }
}

/// `#` and the value with its tag and length, as DER.
fn write_hex(value: &Any<'_>, out: &mut String) -> Result<(), NotAName> {
    let tag = value.header.raw_tag().ok_or(NotAName)?;
    out.push('#');
    let length = value.data.len();
    let significant = length
        .to_be_bytes()
        .into_iter()
        .skip_while(|&byte| byte == 0);
    let mut head = tag.to_vec();
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => head.push(short),
        _ => {
            let bytes: Vec<u8> = significant.collect();
            head.push(0x80 | u8::try_from(bytes.len()).map_err(|_| NotAName)?);
            head.extend(bytes);
        }
    }
    for byte in head.iter().chain(value.data) {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    Ok(())
}

/// `new String(bytes, UTF_8)`: what is malformed becomes U+FFFD, in Java's portions. They are
/// Rust's, but for an encoded surrogate, which is one portion.
fn java_utf8(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(chunk) = rest.utf8_chunks().next() {
        text.push_str(chunk.valid());
        let (valid, invalid) = (chunk.valid().len(), chunk.invalid().len());
        if invalid > 0 {
            text.push(char::REPLACEMENT_CHARACTER);
        }
        let after = rest.get(valid..).unwrap_or_default();
        let length = surrogate_bytes(after).unwrap_or(invalid);
        rest = after.get(length..).unwrap_or_default();
    }
    text
}

/// How many bytes of an encoded surrogate, perhaps cut short, stand at the start.
fn surrogate_bytes(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0xED, 0xA0..=0xBF, 0x80..=0xBF, ..] => Some(3),
        [0xED, 0xA0..=0xBF, ..] => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
