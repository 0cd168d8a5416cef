//! Ids and secrets, in the shapes that AWS gives them.

use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io;
use zeroize::Zeroizing;

/// Letters of ids: those of base32.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Letters of an access key id behind its prefix.
const KEY_ID_LETTERS: usize = 16;
/// Letters of the id of a user or role behind its prefix.
const UNIQUE_ID_LETTERS: usize = 17;
/// Makes 40 letters, as AWS's secrets have.
const SECRET_BYTES: usize = 30;
/// Makes 128 letters; far more than can be guessed.
const TOKEN_BYTES: usize = 96;

/// `AKIA…` of a user, `ASIA…` of a session.
pub(crate) fn access_key_id(prefix: &str) -> io::Result<String> {
    id(prefix, KEY_ID_LETTERS)
}

/// `AIDA…` of a user, `AROA…` of a role.
pub(crate) fn unique_id(prefix: &str) -> io::Result<String> {
    id(prefix, UNIQUE_ID_LETTERS)
}

pub(crate) fn secret_access_key() -> io::Result<Zeroizing<String>> {
    secret::<SECRET_BYTES>()
}

pub(crate) fn session_token() -> io::Result<Zeroizing<String>> {
    secret::<TOKEN_BYTES>()
}

/// A cluster's UUID as MSK writes it: a version 4 UUID, a dash, a number.
pub(crate) fn cluster_uuid() -> io::Result<String> {
    let bits = u128::from_be_bytes(bytes::<16>()?);
    let bits = (bits & !(0xF << 76 | 0x3 << 62)) | 0x4 << 76 | 0x2 << 62;
    let digits = format!("{bits:032x}");
    let mut text = String::with_capacity(38);
    for (at, digit) in digits.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text.push_str("-1");
    Ok(text)
}

fn id(prefix: &str, letters: usize) -> io::Result<String> {
    let random = bytes::<32>()?;
    let letters = random
        .iter()
        .take(letters)
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)).copied())
        .map(char::from);
    Ok(prefix.chars().chain(letters).collect())
}

fn secret<const BYTES: usize>() -> io::Result<Zeroizing<String>> {
    let random = Zeroizing::new(bytes::<BYTES>()?);
    Ok(Zeroizing::new(STANDARD.encode(random.as_slice())))
}

fn bytes<const BYTES: usize>() -> io::Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    rand::fill(&mut bytes).map_err(|_| io::Error::other("the system gives no random bytes"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{access_key_id, cluster_uuid, secret_access_key, session_token, unique_id};

    #[test]
    fn ids_and_secrets_have_the_shapes_of_aws() {
        let id = access_key_id("AKIA").unwrap();
        assert_eq!((id.len(), id.get(..4)), (20, Some("AKIA")));
        assert_eq!(unique_id("AIDA").unwrap().len(), 21);
        assert_ne!(id, access_key_id("AKIA").unwrap());
        assert_eq!(secret_access_key().unwrap().len(), 40);
        assert_eq!(session_token().unwrap().len(), 128);
        let uuid = cluster_uuid().unwrap();
        let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12, 1], "{uuid}");
        assert_eq!(uuid.as_bytes()[14], b'4');
    }
}
