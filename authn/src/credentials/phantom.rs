//! Credentials of users that do not exist: always the same for the same name, shaped like those
//! that do exist, and without a password.
//!
//! The length of a salt alone would give a phantom away: Java's tools make 25 or 26 characters of
//! base 36, librdkafka 64 bytes. So phantoms draw their shape from the population, each name by a
//! lot of its own that a change of the population rarely moves.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use identity::scram::ITERATIONS_MIN;
use identity::{ScramCredential, ScramMechanism};
use service::files;
use zeroize::Zeroizing;

use crate::mechanism::{NoRandomness, Random};

/// Length of the key.
const KEY_BYTES: usize = 32;
/// Bytes that a key file may have: base64 and a line end.
const FILE_BYTES_MAX: u64 = 64;
/// Shapes that are told apart. The commonest are kept: each costs every login one HMAC.
const SHAPES_MAX: usize = 8;
/// Random bits of a salt that Java's tools make, `ScramFormatter.secureRandomBytes`.
const JAVA_SALT_BITS: u32 = 130;

/// What phantoms hang on: who knows it can tell them from users, so it is a secret.
#[derive(Clone)]
pub struct PhantomKey {
    key: hmac::Key,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum PhantomKeyError {
    /// The file cannot be read or written.
    #[error("the key of SCRAM challenges cannot be kept in {path}")]
    File {
        /// Which file.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{0} holds no key of SCRAM challenges; remove it, and a new one is made")]
    Content(String),
    /// No random bits.
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

/// The shapes of real credentials with their numbers; never empty in use.
#[derive(Debug, Default)]
pub(super) struct Population {
    shapes: Vec<(Shape, u32)>,
}

/// What an onlooker sees of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    salt: Salt,
    iterations: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Salt {
    /// A number of 130 bits in base 36.
    Java,
    /// Bytes.
    Binary { bytes: usize },
    /// Letters and digits.
    Alphanumeric { bytes: usize },
}

impl PhantomKey {
    /// The key of these bytes.
    pub fn new(bytes: &[u8; KEY_BYTES]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, bytes),
        }
    }

    /// The key in a file, base64; a new one where there is no file. Blocks.
    pub fn open(path: &Path, random: &dyn Random) -> Result<Self, PhantomKeyError> {
        let failed = |source| PhantomKeyError::File {
            path: path.display().to_string(),
            source,
        };
        let text = match files::read_text(path, FILE_BYTES_MAX) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut bytes = Zeroizing::new([0; KEY_BYTES]);
                random.fill(&mut *bytes)?;
                let text = Zeroizing::new(format!("{}\n", STANDARD.encode(*bytes)));
                files::write_atomic(path, text.as_bytes()).map_err(failed)?;
                text
            }
            read => Zeroizing::new(read.map_err(failed)?),
        };
        let bytes = STANDARD.decode(text.trim()).map(Zeroizing::new).ok();
        bytes
            .as_deref()
            .and_then(|bytes| <&[u8; KEY_BYTES]>::try_from(bytes.as_slice()).ok())
            .map(Self::new)
            .ok_or_else(|| PhantomKeyError::Content(path.display().to_string()))
    }

    /// The phantom of a name.
    pub(super) fn phantom(
        &self,
        mechanism: ScramMechanism,
        name: &str,
        population: &Population,
    ) -> ScramCredential {
        let draw = Draw {
            key: &self.key,
            mechanism,
            name,
        };
        let shape = population.lot(&draw);
        ScramCredential {
            salt: shape.salt.of(&draw),
            stored_key: draw.bytes("stored key", mechanism.key_bytes()),
            server_key: draw.bytes("server key", mechanism.key_bytes()),
            iterations: shape.iterations,
        }
    }
}

impl std::fmt::Debug for PhantomKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PhantomKey([hidden])")
    }
}

/// Bits that depend on the key, the name and the use.
struct Draw<'a> {
    key: &'a hmac::Key,
    mechanism: ScramMechanism,
    name: &'a str,
}

impl Draw<'_> {
    fn block(&self, label: &str, number: u32) -> [u8; 32] {
        let mut context = hmac::Context::with_key(self.key);
        for part in [self.mechanism.name(), "\0", label, "\0"] {
            context.update(part.as_bytes());
        }
        context.update(&number.to_be_bytes());
        context.update(self.name.as_bytes());
        let mut block = [0; 32];
        for (to, from) in block.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        block
    }

    fn bytes(&self, label: &str, count: usize) -> Vec<u8> {
        let blocks = (0_u32..).flat_map(|number| self.block(label, number));
        blocks.take(count).collect()
    }

    /// Between 0 and 1, neither of them.
    fn fraction(&self, label: &str, number: u32) -> f64 {
        let [a, b, c, d, ..] = self.block(label, number);
        (f64::from(u32::from_be_bytes([a, b, c, d])) + 0.5) / (f64::from(u32::MAX) + 1.0)
    }
}

impl Population {
    pub(super) fn of<'a>(credentials: impl Iterator<Item = &'a ScramCredential>) -> Self {
        let mut counts: BTreeMap<Shape, u32> = BTreeMap::new();
        for credential in credentials {
            let count = counts.entry(Shape::of(credential)).or_default();
            *count = count.saturating_add(1);
        }
        let mut shapes: Vec<_> = counts.into_iter().collect();
        shapes.sort_by_key(|&(shape, count)| (std::cmp::Reverse(count), shape));
        shapes.truncate(SHAPES_MAX);
        Self { shapes }
    }

    /// The shape whose lot wins, in proportion to its share (weighted rendezvous hashing: a lot
    /// depends on name and shape alone, so other shapes coming or going move few names).
    fn lot(&self, draw: &Draw<'_>) -> Shape {
        let score = |&(shape, count): &(Shape, u32)| {
            let lot = draw.fraction(&format!("{:?}", shape.salt), shape.iterations);
            (-lot.ln() / f64::from(count), shape)
        };
        let best = self.shapes.iter().map(score);
        best.min_by(|(a, _), (b, _)| a.total_cmp(b))
            .map_or(Shape::JAVA, |(_, shape)| shape)
    }
}

impl Shape {
    /// What Kafka's own tools make by default.
    const JAVA: Self = Self {
        salt: Salt::Java,
        iterations: ITERATIONS_MIN,
    };

    fn of(credential: &ScramCredential) -> Self {
        Self {
            salt: Salt::like(&credential.salt),
            iterations: credential.iterations,
        }
    }
}

impl Salt {
    fn like(salt: &[u8]) -> Self {
        let bytes = salt.len();
        let is_base36 = |b: &u8| b.is_ascii_digit() || b.is_ascii_lowercase();
        if matches!(bytes, 24..=26) && salt.iter().all(is_base36) {
            Self::Java
        } else if salt.iter().all(u8::is_ascii_alphanumeric) {
            Self::Alphanumeric { bytes }
        } else {
            Self::Binary { bytes }
        }
    }

    fn of(self, draw: &Draw<'_>) -> Vec<u8> {
        const LABEL: &str = "salt";
        match self {
            Self::Java => java_salt(draw.bytes(LABEL, JAVA_SALT_BITS.div_ceil(u8::BITS) as usize)),
            Self::Binary { bytes } => draw.bytes(LABEL, bytes),
            Self::Alphanumeric { bytes } => STANDARD
                .encode(draw.bytes(LABEL, bytes.saturating_mul(2)))
                .into_bytes()
                .into_iter()
                .filter(u8::is_ascii_alphanumeric)
                .take(bytes)
                .collect(),
        }
    }
}

/// A fresh salt as Java's tools make it.
pub(super) fn random_salt(random: &dyn Random) -> Result<Vec<u8>, NoRandomness> {
    let mut bits = vec![0; JAVA_SALT_BITS.div_ceil(u8::BITS) as usize];
    random.fill(&mut bits)?;
    Ok(java_salt(bits))
}

/// The lowest [`JAVA_SALT_BITS`] bits of `bits` as a number in base 36, as
/// `new BigInteger(130, random).toString(36)` writes it.
fn java_salt(mut bits: Vec<u8>) -> Vec<u8> {
    if let Some(highest) = bits.first_mut() {
        *highest &= u8::MAX >> (u8::BITS - JAVA_SALT_BITS % u8::BITS);
    }
    let mut digits = Vec::new();
    while bits.iter().any(|&byte| byte != 0) {
        let mut remainder = 0_u32;
        for byte in &mut bits {
            let value = (remainder << u8::BITS) | u32::from(*byte);
            *byte = u8::try_from(value / 36).unwrap_or_default();
            remainder = value % 36;
        }
        let digit = char::from_digit(remainder, 36).unwrap_or('0');
        digits.push(u8::try_from(digit).unwrap_or(b'0'));
    }
    digits.reverse();
    digits
}

#[cfg(test)]
mod tests;
