//! What goes over the sockets of the hand-off, forged: whatever the bytes, they are refused or mean
//! the same when they are written again. The code under them is made right here, because a fuzzer
//! cannot.

use aws_lc_rs::hmac;
use identity::{ContextUpdate, HandoffKey, Preface};

use crate::meter;

const KEY: [u8; 32] = [5; 32];
const ID: [u8; 16] = [6; 16];
/// A preface has at most 4 KiB; what it becomes is a few texts of that.
const MEMORY_BYTES_MAX: usize = 256 * 1024;

fn code(parts: &[&[u8]]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &KEY);
    let mut context = hmac::Context::with_key(&key);
    for part in parts {
        context.update(part);
    }
    context.sign().as_ref().to_vec()
}

/// The first byte chooses: bytes as they are, or TLVs behind a good head and before a good code.
pub fn preface(input: &[u8]) {
    let [mode, rest @ ..] = input else {
        return;
    };
    let key = HandoffKey::new(KEY);
    let bytes = if mode & 1 == 0 {
        rest.to_vec()
    } else {
        signed(rest, mode & 2 == 2)
    };
    let (_, peak) = meter::peak_of(|| {
        if let Some(head) = bytes.first_chunk() {
            let _ = Preface::length(head);
        }
        if let Ok(preface) = Preface::decode(&bytes, &key)
            && let Some(again) = preface.encode(&key)
        {
            assert_eq!(Preface::decode(&again, &key), Ok(preface));
        }
    });
    assert!(peak <= MEMORY_BYTES_MAX, "{peak} bytes of memory");
}

fn signed(tlvs: &[u8], is_six: bool) -> Vec<u8> {
    let addresses = if is_six { 36 } else { 12 };
    let mut bytes = b"\r\n\r\n\0\r\nQUIT\n\x21".to_vec();
    bytes.push(if is_six { 0x21 } else { 0x11 });
    let length = addresses + tlvs.len() + 35;
    bytes.extend(u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend(vec![1; addresses]);
    bytes.extend(tlvs);
    let code = code(&[&bytes]);
    bytes.extend([0xEF, 0, 32]);
    bytes.extend(code);
    bytes
}

/// The first byte chooses: bytes as they are, or a body before a good code.
pub fn context_update(input: &[u8]) {
    let [mode, rest @ ..] = input else {
        return;
    };
    let key = HandoffKey::new(KEY);
    let frame = if mode & 1 == 0 {
        rest.to_vec()
    } else {
        let mut body = b"\xff\xfe\0\x01\0\0\0\0\0\0\0\x01".to_vec();
        body.extend(rest);
        let code = code(&[b"outrigger context update 1", &ID, &body]);
        body.extend(code);
        body
    };
    if let Ok(update) = ContextUpdate::decode(&frame, &key, &ID, 1) {
        let again = update.encode(&key, &ID, 1).expect("it was read");
        assert_eq!(
            ContextUpdate::decode(&again[4..], &key, &ID, 1),
            Ok(update),
            "what is written is read back"
        );
    }
}
