//! The grammar of the two messages of a SCRAM client (RFC 5802 §7), as narrow as Kafka's clients
//! need it: no channel binding, no mandatory extensions, every attribute once and in order.
//!
//! Pure functions of bytes. What is signed is kept as it came, never put together again.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Longest user name, in bytes after unescaping, as Kafka's own tools need it.
const NAME_BYTES_MAX: usize = 255;
/// Most extensions of a message; Kafka's clients send one.
const EXTENSIONS_MAX: usize = 16;
/// Attributes that the RFC gives a meaning; no extension may be called so.
const RESERVED: &[u8] = b"acehimnprsv";

/// `n,[a=NAME],n=NAME,r=NONCE[,EXT=VALUE]...`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFirst<'a> {
    /// `n,[a=NAME],`, as it came.
    pub gs2_header: &'a [u8],
    /// What follows it, as it came.
    pub bare: &'a [u8],
    /// Whom the client wants to act as, unescaped.
    pub authorization_id: Option<String>,
    /// Who it is, unescaped.
    pub name: String,
    /// Its nonce.
    pub nonce: &'a str,
    /// Kafka's extension `tokenauth=true`: the name is that of a delegation token.
    pub is_token: bool,
}

/// `c=BASE64,r=NONCE[,EXT=VALUE]...,p=BASE64`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFinal<'a> {
    /// `c=`, as it came.
    pub binding: &'a str,
    /// `r=`.
    pub nonce: &'a str,
    /// Everything before `,p=`, as it came.
    pub without_proof: &'a [u8],
    /// `p=`, decoded.
    pub proof: Vec<u8>,
}

impl<'a> ClientFirst<'a> {
    /// Reads the message; the error says what is wrong with it.
    pub fn parse(token: &'a [u8]) -> Result<Self, &'static str> {
        let text = ascii(token)?;
        let rest = text
            .strip_prefix("n,")
            .ok_or("the GS2 header is not n,: channel binding is not offered")?;
        let (authorization_id, bare) = rest
            .split_once(',')
            .ok_or("the GS2 header has no second comma")?;
        let gs2_header = text.strip_suffix(bare).unwrap_or_default().as_bytes();
        let authorization_id = match authorization_id {
            "" => None,
            text => Some(name(
                text.strip_prefix("a=")
                    .ok_or("the GS2 header has something else than a=")?,
            )?),
        };
        if bare.starts_with("m=") {
            return Err("a mandatory extension, of which none is known");
        }
        let mut attributes = bare.split(',');
        let user = attribute(attributes.next(), "n=").ok_or("n= is not the first attribute")?;
        let nonce = attribute(attributes.next(), "r=").ok_or("r= does not follow n=")?;
        Ok(Self {
            gs2_header,
            bare: bare.as_bytes(),
            authorization_id,
            name: name(user)?,
            nonce: printable(nonce)?,
            is_token: extensions(attributes)?,
        })
    }
}

impl<'a> ClientFinal<'a> {
    /// Reads the message; the error says what is wrong with it.
    pub fn parse(token: &'a [u8]) -> Result<Self, &'static str> {
        let text = ascii(token)?;
        let (without_proof, proof) = text.rsplit_once(",p=").ok_or("p= is missing")?;
        let mut attributes = without_proof.split(',');
        let binding = attribute(attributes.next(), "c=").ok_or("c= is not the first attribute")?;
        let nonce = attribute(attributes.next(), "r=").ok_or("r= does not follow c=")?;
        extensions(attributes)?;
        Ok(Self {
            binding,
            nonce: printable(nonce)?,
            without_proof: without_proof.as_bytes(),
            proof: STANDARD.decode(proof).map_err(|_| "p= is not base64")?,
        })
    }
}

/// Kafka's values are characters from 01 to 7F.
fn ascii(token: &[u8]) -> Result<&str, &'static str> {
    if token.iter().any(|byte| !matches!(byte, 0x01..=0x7F)) {
        return Err("a byte that is not ASCII, or NUL");
    }
    std::str::from_utf8(token).map_err(|_| "a byte that is not ASCII")
}

fn attribute<'a>(text: Option<&'a str>, name: &str) -> Option<&'a str> {
    text?.strip_prefix(name)
}

/// `saslname`: `=` and `,` are escaped as `=3D` and `=2C`, and nothing else is.
fn name(text: &str) -> Result<String, &'static str> {
    let mut pieces = text.split('=');
    let mut name = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (character, rest) = match (piece.strip_prefix("2C"), piece.strip_prefix("3D")) {
            (Some(rest), _) => (',', rest),
            (_, Some(rest)) => ('=', rest),
            (None, None) => return Err("an escape in a name that is neither =2C nor =3D"),
        };
        name.push(character);
        name.push_str(rest);
    }
    match name.len() {
        0 => Err("an empty name"),
        1..=NAME_BYTES_MAX => Ok(name),
        _ => Err("a name longer than 255 bytes"),
    }
}

/// A nonce: 21 to 7E without comma, at least one.
fn printable(text: &str) -> Result<&str, &'static str> {
    let fits = !text.is_empty() && text.bytes().all(|byte| matches!(byte, 0x21..=0x7E));
    fits.then_some(text)
        .ok_or("an empty nonce, or a blank in it")
}

/// `NAME=VALUE`, each name once and none that means something; answers `tokenauth`.
fn extensions<'a>(attributes: impl Iterator<Item = &'a str>) -> Result<bool, &'static str> {
    let mut seen: Vec<&str> = Vec::new();
    let mut is_token = false;
    for attribute in attributes {
        let (name, value) = attribute.split_once('=').ok_or("an attribute without =")?;
        let is_alpha = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic());
        if !is_alpha || value.is_empty() {
            return Err("an extension without name or value");
        }
        let is_reserved = matches!(name.as_bytes(), [one] if RESERVED.contains(one));
        if is_reserved || seen.contains(&name) {
            return Err("an attribute twice, or in a wrong place");
        }
        if seen.len() == EXTENSIONS_MAX {
            return Err("more than 16 extensions");
        }
        seen.push(name);
        is_token |= name == "tokenauth" && value.eq_ignore_ascii_case("true");
    }
    Ok(is_token)
}
