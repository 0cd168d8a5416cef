//! Names in Java's text: cases by hand, and the JDK itself over ten thousand random ones.

use super::*;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use x509_parser::prelude::FromDer;

const CN: &[u8] = &[0x55, 4, 3];
const COUNTRY: &[u8] = &[0x55, 4, 6];
const STATE: &[u8] = &[0x55, 4, 8];
const UNIT: &[u8] = &[0x55, 4, 11];
const UID: &[u8] = &[0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 1, 1];
const DC: &[u8] = &[0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 1, 25];
const EMAIL: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 1];
/// Every type with a keyword, and some without.
const KINDS: &[&[u8]] = &[
    CN,
    COUNTRY,
    STATE,
    UNIT,
    UID,
    DC,
    EMAIL,
    &[0x55, 4, 5],
    &[0x55, 4, 7],
    &[0x55, 4, 9],
    &[0x55, 4, 10],
    &[0x55, 4, 12],
    &[0x55, 4, 42],
    &[0x2B, 6, 1, 4, 1, 0x82, 0x37, 0x59],
    &[0x81, 0x34, 3],
    &[
        0x2A, 0x83, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F,
    ],
];

const UTF8: u8 = 0x0C;
const PRINTABLE: u8 = 0x13;
const IA5: u8 = 0x16;
const BMP: u8 = 0x1E;
/// All string types, an integer, an octet string, a sequence, and a tag of the context.
const TAGS: &[u8] = &[
    UTF8, UTF8, UTF8, PRINTABLE, PRINTABLE, 0x14, IA5, 0x1B, BMP, 0x1C, 0x12, 0x1A, 0x02, 0x04,
    0x30, 0x80,
];

type Attribute<'a> = (&'a [u8], u8, &'a [u8]);

/// One tag, length, content.
pub(super) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        Ok(long) => out.extend([0x81, long]),
        Err(_) => {
            out.push(0x82);
            out.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    out.extend(content);
    out
}

/// A name of RDNs, as they stand in the DER.
fn name(rdns: &[Vec<Attribute<'_>>]) -> Vec<u8> {
    let rdns: Vec<u8> = rdns
        .iter()
        .flat_map(|attributes| {
            let attributes: Vec<u8> = attributes
                .iter()
                .flat_map(|(oid, tag, value)| {
                    tlv(0x30, &[tlv(0x06, oid), tlv(*tag, value)].concat())
                })
                .collect();
            tlv(0x31, &attributes)
        })
        .collect();
    tlv(0x30, &rdns)
}

fn ours(der: &[u8]) -> String {
    let (rest, name) = X509Name::from_der(der).unwrap();
    assert!(rest.is_empty());
    java_name(&name).unwrap()
}

#[track_caller]
fn check(rdns: &[Attribute<'_>], expected: &str) {
    let rdns: Vec<_> = rdns.iter().map(|attribute| vec![*attribute]).collect();
    assert_eq!(ours(&name(&rdns)), expected);
}

#[test]
fn names_read_as_java_writes_them() {
    check(
        &[
            (CN, UTF8, b"alice"),
            (UNIT, UTF8, b"Users"),
            (COUNTRY, PRINTABLE, b"FR"),
        ],
        "C=FR,OU=Users,CN=alice",
    );
    check(
        &[(CN, UTF8, b"a"), (CN, UTF8, b"b"), (EMAIL, IA5, b"x@y.z")],
        "1.2.840.113549.1.9.1=#16057840792e7a,CN=b,CN=a",
    );
    check(
        &[(CN, UTF8, b" sp#\"+;<>\\ ")],
        r##"CN=\ sp\#\"\+\;\<\>\\\ "##,
    );
    check(
        &[
            (CN, UTF8, "ålice".as_bytes()),
            (STATE, UTF8, b"S"),
            (UID, UTF8, b"u"),
            (DC, IA5, b"ex"),
        ],
        "DC=ex,UID=u,ST=S,CN=ålice",
    );
    check(&[], "");
}

#[test]
fn an_equals_sign_does_not_make_a_common_name() {
    check(
        &[(UNIT, UTF8, b"CN=admin"), (CN, UTF8, b"mallory")],
        r"CN=mallory,OU=CN\=admin",
    );
    check(
        &[(CN, UTF8, b"mallory"), (UNIT, UTF8, b"CN=admin")],
        r"OU=CN\=admin,CN=mallory",
    );
    check(&[(CN, UTF8, b"alice,CN=admin")], r"CN=alice\,CN\=admin");
}

#[test]
fn odd_values_read_as_java_writes_them() {
    check(&[(CN, UTF8, b"a\0b\nc")], "CN=a\\00b\nc");
    check(&[(CN, UTF8, b"   ")], r"CN=\ \ \ ");
    check(&[(CN, UTF8, b"\r a \r")], "CN=\\\r\\ a\\ \\\r");
    check(&[(CN, BMP, b"\0a\0b")], r"CN=\00a\00b");
    check(&[(CN, 0x02, &[5])], "CN=#020105");
    check(&[(CN, UTF8, b"")], "CN=");
    // A surrogate in UTF-8 is one replacement for Java, three for Rust.
    check(
        &[(CN, UTF8, b"\xED\xA0\x80!\xED\xA0")],
        "CN=\u{FFFD}!\u{FFFD}",
    );
    check(&[(CN, UTF8, b"\xFF\xE2\x82")], "CN=\u{FFFD}\u{FFFD}");
    let long = [b'x'; 200];
    let hex = "78".repeat(200);
    check(
        &[(EMAIL, IA5, &long)],
        &format!("1.2.840.113549.1.9.1=#1681c8{hex}"),
    );
    let two = vec![(CN, UTF8, b"a".as_slice()), (UNIT, UTF8, b"b".as_slice())];
    assert_eq!(ours(&name(&[two])), "CN=a+OU=b");
}

/// Xorshift: the same names in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    fn of<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }

    fn value(&mut self) -> Vec<u8> {
        const PIECES: &[&[u8]] = &[
            b" ",
            b"  ",
            b"#",
            b"+",
            b",",
            b";",
            b"<",
            b"=",
            b">",
            b"\"",
            b"\\",
            b"\0",
            b"\r",
            b"\n",
            b"\t",
            b"CN=",
            b"admin",
            b"alice",
            b"a",
            b"0",
            b"\xC3\xA5",
            b"\xE2\x82\xAC",
            b"\xF0\x9F\x94\x91",
            b"\xC4\xB0",
            b"\xED\xA0\x80",
            b"\xED\xB0",
            b"\xFF",
            b"\xC0\x80",
            b"\xE2\x82",
            b"\xF4\x90\x80\x80",
            b"\xF0\x9F",
            b"\x80",
            b"\0a",
            b"/",
            b".",
        ];
        let mut value = Vec::new();
        for _ in 0..self.below(7) {
            value.extend(self.of(PIECES));
        }
        if self.below(50) == 0 {
            value.extend(vec![b'x'; self.below(400)]);
        }
        value
    }

    fn name(&mut self) -> Vec<u8> {
        let values: Vec<Vec<u8>> = (0..16).map(|_| self.value()).collect();
        let mut values = values.iter();
        let mut rdns = Vec::new();
        for _ in 0..self.below(5) {
            let attributes = 1 + self.below(4) / 2;
            let attributes = (0..attributes).map(|_| {
                let kind = self.of(KINDS);
                (
                    kind,
                    TAGS[self.below(TAGS.len())],
                    values.next().unwrap().as_slice(),
                )
            });
            rdns.push(attributes.collect());
        }
        name(&rdns)
    }
}

#[test]
fn the_jdk_agrees_on_ten_thousand_random_names() {
    let mut random = Random(0x5DEE_CE66_D001);
    let names: Vec<Vec<u8>> = (0..10_000).map(|_| random.name()).collect();
    let mut input = String::new();
    for name in &names {
        writeln!(input, "{}", hexadecimal(name)).unwrap();
    }
    let output = java(input);
    assert_eq!(
        output.lines().count(),
        names.len(),
        "one line out for each line in"
    );
    for (der, line) in names.iter().zip(output.lines()) {
        let text = ours(der);
        assert_eq!(
            hexadecimal(text.as_bytes()),
            line,
            "{text:?} of {}",
            hexadecimal(der)
        );
    }
}

/// What the JDK makes of the lines, in one JVM.
fn java(input: String) -> String {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut java = Command::new("java")
        .args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
        .arg(here.join("src/principal/dn/JavaNames.java"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a JDK 17 is needed on the path");
    let mut stdin = java.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = java.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    assert!(output.status.success(), "{}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
