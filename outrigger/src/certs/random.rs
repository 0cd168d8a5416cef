//! Random bytes from the kernel, and passwords made of them.

use super::error::CertsError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 24 bytes are 32 characters and 192 bits.
const PASSWORD_BYTES: usize = 24;

/// `N` bytes that nobody can guess.
pub(super) fn bytes<const N: usize>() -> Result<[u8; N], CertsError> {
    let mut bytes = [0; N];
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        filled += rustix::rand::getrandom(rest, rustix::rand::GetRandomFlags::empty())
            .map_err(|error| CertsError::make("random bytes")(error.into()))?;
    }
    Ok(bytes)
}

/// A password of letters, digits, `-` and `_`, which no shell or properties file changes.
pub(super) fn password() -> Result<zeroize::Zeroizing<String>, CertsError> {
    let bytes = zeroize::Zeroizing::new(bytes::<PASSWORD_BYTES>()?);
    Ok(zeroize::Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes)))
}
