//! What must hold for any bytes at all. The fuzz targets call these functions, and so does a test
//! with mutated captures; nothing here depends on either.

use bytes::Bytes;
use protocol::frame::{decode_request, encode_request};
use protocol::{ApiKey, DECODED_BYTES_PER_FRAME_BYTE, Reader, Request, Response, Writer};

/// A whole request frame: never a panic, never more memory than its length allows, and what was
/// read is written and read again as the same. Answers whether it was a request.
pub(crate) fn frame(input: &[u8]) -> bool {
    let Ok(decoded) = decode_request(Bytes::copy_from_slice(input)) else {
        return false;
    };
    assert!(
        decoded.charged <= input.len() * DECODED_BYTES_PER_FRAME_BYTE,
        "the memory rule"
    );
    let again = encode_request(&decoded.header, &decoded.request);
    let again = again.expect("what was read can be written").to_bytes();
    assert_eq!(
        again.slice(8..12),
        input.get(4..8).unwrap_or_default(),
        "the correlation id"
    );
    true
}

/// A request body; the first two bytes choose API and version.
pub(crate) fn request(input: &[u8]) -> bool {
    body(input, |key, version, reader| {
        let body = Request::decode(key, version, reader).ok()?;
        Some(Box::new(move |writer: &mut Writer| {
            body.encode(writer, version)
        }))
    })
}

/// A response body; the first two bytes choose API and version.
pub(crate) fn response(input: &[u8]) -> bool {
    body(input, |key, version, reader| {
        let body = Response::decode(key, version, reader).ok()?;
        Some(Box::new(move |writer: &mut Writer| {
            body.encode(writer, version)
        }))
    })
}

type Encode = Box<dyn Fn(&mut Writer) -> Result<(), protocol::EncodeError>>;

fn body(input: &[u8], decode: impl Fn(ApiKey, i16, &mut Reader) -> Option<Encode>) -> bool {
    let [key, version, body @ ..] = input else {
        return false;
    };
    let key = ApiKey::ALL[usize::from(*key) % ApiKey::ALL.len()];
    let (first, last) = key.versions().into_inner();
    let version = first + i16::from(*version) % (last - first + 1);

    let mut reader = Reader::new(Bytes::copy_from_slice(body));
    let decoded = decode(key, version, &mut reader);
    assert!(
        reader.charged() <= body.len() * DECODED_BYTES_PER_FRAME_BYTE,
        "the memory rule"
    );
    let Some(encode) = decoded else {
        return false;
    };
    let written = write(&encode);
    // Unknown tagged fields and long varints are gone now, so the rule would be stricter.
    let mut reader = Reader::with_allowance(written.clone(), usize::MAX);
    let again = decode(key, version, &mut reader).expect("what was written can be read");
    assert_eq!(reader.remaining(), 0, "{key} v{version}: bytes left over");
    assert_eq!(
        write(&again),
        written,
        "{key} v{version}: reading and writing is stable"
    );
    true
}

fn write(encode: &Encode) -> Bytes {
    let mut writer = Writer::new();
    encode(&mut writer).expect("what was read can be written");
    writer
        .finish()
        .expect("what was read fits a frame")
        .to_bytes()
}
