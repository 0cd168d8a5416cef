//! Every message in every version: what the schema allows is read to its last byte and written
//! back as it was.

use bytes::Bytes;
use protocol::{DecodeError, EncodeError, Reader, Request, Response, Writer};

use crate::random::{Random, message};
use crate::schemas::Case;

const ROUNDS: u64 = 60;

/// A body of either direction.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    Request(Request),
    Response(Response),
}

impl Body {
    /// Decodes with room for anything; the memory rule has tests of its own.
    pub(crate) fn decode(case: &Case<'_>, bytes: &Bytes) -> Result<(Self, usize), DecodeError> {
        let mut reader = Reader::with_allowance(bytes.clone(), usize::MAX);
        let body = if case.is_request {
            Self::Request(Request::decode(case.key, case.version, &mut reader)?)
        } else {
            Self::Response(Response::decode(case.key, case.version, &mut reader)?)
        };
        Ok((body, reader.remaining()))
    }

    pub(crate) fn encode(&self, version: i16) -> Result<Bytes, EncodeError> {
        let mut writer = Writer::new();
        match self {
            Self::Request(body) => body.encode(&mut writer, version)?,
            Self::Response(body) => body.encode(&mut writer, version)?,
        }
        let length = writer.len();
        let bytes = writer.finish()?.to_bytes();
        assert_eq!(bytes.len(), length, "the writer counts what it writes");
        Ok(bytes)
    }
}

#[test]
fn every_version_gives_back_the_bytes_it_read() {
    let mut cases = 0;
    for case in Case::all() {
        for seed in 0..ROUNDS {
            let mut random = Random(seed);
            let bytes = Bytes::from(message(case.api, case.message(), case.version, &mut random));
            let at = format!(
                "{} v{} request {} seed {seed}",
                case.key, case.version, case.is_request
            );
            let (body, left) = Body::decode(&case, &bytes).unwrap_or_else(|e| panic!("{at}: {e}"));
            assert_eq!(left, 0, "{at}: bytes left over");
            let again = body
                .encode(case.version)
                .unwrap_or_else(|e| panic!("{at}: {e}"));
            assert_eq!(again, bytes, "{at}: {body:?}");
        }
        cases += 1;
    }
    assert!(cases > 400, "only {cases} messages and versions were seen");
}

/// A value of one version in every other: it is written and read back with the same meaning, or
/// refused because a field has no place; never wrong bytes.
#[test]
fn a_value_in_another_version_survives_or_is_refused() {
    let (mut survived, mut refused) = (0, 0);
    for case in Case::all() {
        let mut random = Random(0xA11CE);
        for _ in 0..6 {
            let bytes = Bytes::from(message(case.api, case.message(), case.version, &mut random));
            let (body, _) = Body::decode(&case, &bytes).unwrap();
            for version in case.key.versions() {
                let Ok(other) = body.encode(version) else {
                    refused += 1;
                    continue;
                };
                survived += 1;
                let target = Case { version, ..case };
                let (read, left) = Body::decode(&target, &other).unwrap();
                assert_eq!(left, 0);
                assert_eq!(read.encode(version).unwrap(), other);
            }
        }
    }
    assert!(
        survived > 1000 && refused > 100,
        "{survived} survived, {refused} refused"
    );
}

#[test]
fn versions_outside_the_schema_are_refused() {
    for case in Case::all() {
        let bytes = Bytes::from(message(
            case.api,
            case.message(),
            case.version,
            &mut Random(7),
        ));
        let (body, _) = Body::decode(&case, &bytes).unwrap();
        let (first, last) = case.key.versions().into_inner();
        for version in [first - 1, last + 1, i16::MIN, i16::MAX] {
            assert_eq!(
                body.encode(version),
                Err(EncodeError::UnsupportedVersion(version))
            );
            assert!(Body::decode(&Case { version, ..case }, &bytes).is_err());
        }
    }
}
