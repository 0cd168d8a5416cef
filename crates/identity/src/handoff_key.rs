//! The key that broker and authn share for one life of the broker, and the codes it makes.

use aws_lc_rs::{constant_time, hmac};
use zeroize::Zeroizing;

/// Length of the key.
pub const KEY_BYTES: usize = 32;
/// Length of a code.
pub const MAC_BYTES: usize = 32;

/// HMAC-SHA-256 under the key of this life of the broker, which it hands to authn on the control
/// socket. It is drawn anew at each start.
#[derive(Clone)]
pub struct HandoffKey {
    bytes: Zeroizing<[u8; KEY_BYTES]>,
    key: hmac::Key,
}

impl HandoffKey {
    /// The key of these bytes.
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &bytes),
            bytes: Zeroizing::new(bytes),
        }
    }

    /// The key itself, for the control socket alone.
    pub fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.bytes
    }

    /// The code of `parts`, one after the other.
    pub(crate) fn sign(&self, parts: &[&[u8]]) -> [u8; MAC_BYTES] {
        let mut context = hmac::Context::with_key(&self.key);
        for part in parts {
            context.update(part);
        }
        let mut code = [0; MAC_BYTES];
        for (to, from) in code.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        code
    }

    /// Whether `code` is that of `parts`; takes the same time for every wrong one.
    pub(crate) fn verifies(&self, parts: &[&[u8]], code: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(&self.sign(parts), code).is_ok()
    }
}

impl std::fmt::Debug for HandoffKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HandoffKey([hidden])")
    }
}
