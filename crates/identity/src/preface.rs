//! What authn says about a connection before its first byte: a PROXY protocol v2 header
//! (HAProxy's specification, §2.2) with type-length-values of ours and a code over all of it.
//!
//! ```text
//! 0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a   signature
//! 21                                    version 2, command PROXY
//! 11 | 21                               TCP over IPv4 | IPv6
//! length:u16                            of what follows
//! client address, authn's address, client port:u16, authn's port:u16
//! { type:u8 length:u16 value }...       TLVs, in any order but EF, which is last
//!   20  SSL as the specification has it: client flags, verify, 21 = TLS version
//!   E0  version of these TLVs, 1        E1  principal, Type:name
//!   E2  security protocol, 00, SASL mechanism or nothing
//!   E3  listener                        E4  flags: 1 TLS, 2 client certificate, 4 token
//!   E5  IAM context, JSON               E6  client software name, 00, version
//!   E7  connection id, 16 bytes         EF  HMAC-SHA-256 of everything before this TLV
//! ```
//!
//! An unknown type from E0 on is refused, others are ignored. It reads no socket.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::handoff_key::MAC_BYTES;
use crate::{HandoffKey, IamContext, Principal};

/// Longest preface.
pub const PREFACE_BYTES_MAX: usize = 4096;
/// Bytes after which the length of a preface is known.
pub const PREFACE_HEAD_BYTES: usize = 16;

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
const VERSION_2_PROXY: u8 = 0x21;
const TCP_OVER_IPV4: u8 = 0x11;
const TCP_OVER_IPV6: u8 = 0x21;
const TLV_VERSION: u8 = 1;
/// TLV types of ours begin here.
const OURS: u8 = 0xE0;

const SSL: u8 = 0x20;
const SSL_VERSION: u8 = 0x21;
const SSL_CLIENT_SSL: u8 = 1;
const SSL_CLIENT_CERT: u8 = 2;

const FLAG_TLS: u8 = 1;
const FLAG_CLIENT_CERTIFICATE: u8 = 2;
const FLAG_TOKEN: u8 = 4;

/// Who a connection belongs to and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preface {
    /// The client's own address and port.
    pub client: SocketAddr,
    /// Where it connected to.
    pub local: SocketAddr,
    /// Who is talking.
    pub principal: Principal,
    /// `SSL` or `SASL_SSL`.
    pub security_protocol: String,
    /// SASL mechanism of the login; `None` where TLS alone made the identity.
    pub mechanism: Option<String>,
    /// Name of the listener that it came in by.
    pub listener: String,
    /// `TLSv1.2` or `TLSv1.3`; `None` without TLS.
    pub tls_version: Option<String>,
    /// Whether the client showed a certificate that was verified.
    pub client_certificate: bool,
    /// Whether a delegation token logged in.
    pub token_authenticated: bool,
    /// Present exactly for principals of type `IAM`.
    pub iam: Option<IamContext>,
    /// What the client's software calls itself, and its version (KIP-511).
    pub software: Option<(String, String)>,
    /// Names this connection in logs of both processes and in context updates.
    pub connection_id: [u8; 16],
}

/// Why bytes are no preface of authn's. Each of them ends the connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrefaceError {
    /// Something else than PROXY v2.
    #[error("the bytes are no PROXY v2 header")]
    NotProxy,
    /// A command or family that authn does not send.
    #[error("the PROXY header is not of the kind that authn sends")]
    Unsupported,
    /// Longer than [`PREFACE_BYTES_MAX`].
    #[error("the preface claims {0} bytes, at most {PREFACE_BYTES_MAX} are read")]
    TooLong(usize),
    /// A length goes past the end.
    #[error("a length in the preface goes past its end")]
    Truncated,
    /// A TLV of ours that this program does not know.
    #[error("the preface has a TLV {0:#04x}; is authn newer than this broker?")]
    UnknownType(u8),
    /// A TLV twice.
    #[error("the preface has TLV {0:#04x} twice")]
    Repeated(u8),
    /// A TLV that must be there is not.
    #[error("the preface lacks TLV {0:#04x}")]
    Missing(u8),
    /// A value that cannot be.
    #[error("the preface's TLV {0:#04x} makes no sense")]
    Invalid(u8),
    /// Made by somebody without the key, or by an authn that knows an earlier life of the broker.
    #[error("the preface's code is not that of this broker's key")]
    Forged,
}

impl Preface {
    /// Writes the preface; `None` where names are so long that it would pass
    /// [`PREFACE_BYTES_MAX`].
    pub fn encode(&self, key: &HandoffKey) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(512);
        out.extend(SIGNATURE);
        out.push(VERSION_2_PROXY);
        put_addresses(&mut out, self.client, self.local);
        if let Some(version) = &self.tls_version {
            put(&mut out, SSL, &self.ssl(version))?;
        }
        put(&mut out, 0xE0, &[TLV_VERSION])?;
        put(&mut out, 0xE1, self.principal.to_string().as_bytes())?;
        let mechanism = self.mechanism.as_deref().unwrap_or_default();
        put_pair(&mut out, 0xE2, &self.security_protocol, mechanism)?;
        put(&mut out, 0xE3, self.listener.as_bytes())?;
        put(&mut out, 0xE4, &[self.flags()])?;
        if let Some(iam) = &self.iam {
            put(&mut out, 0xE5, &serde_json::to_vec(iam).ok()?)?;
        }
        if let Some((name, version)) = &self.software {
            put_pair(&mut out, 0xE6, name, version)?;
        }
        put(&mut out, 0xE7, &self.connection_id)?;
        let length = out.len() + 3 + MAC_BYTES - PREFACE_HEAD_BYTES;
        let length_bytes = u16::try_from(length).ok()?.to_be_bytes();
        out.get_mut(14..16)?.copy_from_slice(&length_bytes);
        let code = key.sign(&[&out]);
        put(&mut out, 0xEF, &code)?;
        (out.len() <= PREFACE_BYTES_MAX).then_some(out)
    }

    fn ssl(&self, version: &str) -> Vec<u8> {
        let certificate = if self.client_certificate {
            SSL_CLIENT_CERT
        } else {
            0
        };
        let mut value = vec![SSL_CLIENT_SSL | certificate, 0, 0, 0, 0];
        let _ = put(&mut value, SSL_VERSION, version.as_bytes());
        value
    }

    fn flags(&self) -> u8 {
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        flag(self.tls_version.is_some(), FLAG_TLS)
            | flag(self.client_certificate, FLAG_CLIENT_CERTIFICATE)
            | flag(self.token_authenticated, FLAG_TOKEN)
    }

    /// How long the preface is that begins with `head`, which has [`PREFACE_HEAD_BYTES`].
    pub fn length(head: &[u8; PREFACE_HEAD_BYTES]) -> Result<usize, PrefaceError> {
        let [signature @ .., version_command, family, high, low] = head;
        if *signature != SIGNATURE {
            return Err(PrefaceError::NotProxy);
        }
        if *version_command != VERSION_2_PROXY || ![TCP_OVER_IPV4, TCP_OVER_IPV6].contains(family) {
            return Err(PrefaceError::Unsupported);
        }
        let length = PREFACE_HEAD_BYTES + usize::from(u16::from_be_bytes([*high, *low]));
        if length > PREFACE_BYTES_MAX {
            return Err(PrefaceError::TooLong(length));
        }
        Ok(length)
    }

    /// Reads a whole preface, of exactly the length that [`Self::length`] tells.
    pub fn decode(bytes: &[u8], key: &HandoffKey) -> Result<Self, PrefaceError> {
        let head = bytes.first_chunk().ok_or(PrefaceError::Truncated)?;
        if Self::length(head)? != bytes.len() {
            return Err(PrefaceError::Truncated);
        }
        let mut rest = bytes.get(PREFACE_HEAD_BYTES..).unwrap_or_default();
        let (client, local) = take_addresses(&mut rest, head.get(13).copied())?;
        let values = Values::read(bytes, rest, key)?;
        if values.required(0xE0)? != [TLV_VERSION] {
            return Err(PrefaceError::Invalid(0xE0));
        }
        let principal = Principal::parse(values.text(0xE1)?);
        let principal = principal.map_err(|_| PrefaceError::Invalid(0xE1))?;
        let (security_protocol, mechanism) = values.pair(0xE2)?;
        let [flags] = values.required(0xE4)? else {
            return Err(PrefaceError::Invalid(0xE4));
        };
        let iam = match values.optional(0xE5) {
            Some(json) => {
                Some(serde_json::from_slice(json).map_err(|_| PrefaceError::Invalid(0xE5))?)
            }
            None => None,
        };
        if principal.is_iam() != iam.is_some() {
            return Err(PrefaceError::Invalid(0xE5));
        }
        let software = match values.optional(0xE6) {
            Some(_) => Some(values.pair(0xE6)?),
            None => None,
        };
        let connection_id = values.required(0xE7)?;
        Ok(Self {
            client,
            local,
            principal,
            security_protocol,
            mechanism: Some(mechanism).filter(|name| !name.is_empty()),
            listener: values.text(0xE3)?.to_owned(),
            tls_version: values.tls_version()?,
            client_certificate: flags & FLAG_CLIENT_CERTIFICATE != 0,
            token_authenticated: flags & FLAG_TOKEN != 0,
            iam,
            software,
            connection_id: connection_id
                .try_into()
                .map_err(|_| PrefaceError::Invalid(0xE7))?,
        })
    }
}

/// The TLVs of a preface whose code was right.
struct Values<'a> {
    found: Vec<(u8, &'a [u8])>,
}

impl<'a> Values<'a> {
    fn read(whole: &[u8], mut rest: &'a [u8], key: &HandoffKey) -> Result<Self, PrefaceError> {
        let mut found: Vec<(u8, &[u8])> = Vec::new();
        loop {
            let before = whole.len() - rest.len();
            let (kind, value) = take_tlv(&mut rest)?;
            if found.iter().any(|(known, _)| *known == kind) {
                return Err(PrefaceError::Repeated(kind));
            }
            match kind {
                0xEF => {
                    let signed = whole.get(..before).unwrap_or_default();
                    // What follows the code is covered by nothing.
                    if !key.verifies(&[signed], value) || !rest.is_empty() {
                        return Err(PrefaceError::Forged);
                    }
                    return Ok(Self { found });
                }
                SSL | 0xE0..=0xE7 => found.push((kind, value)),
                OURS.. => return Err(PrefaceError::UnknownType(kind)),
                _ => {}
            }
        }
    }

    fn optional(&self, kind: u8) -> Option<&'a [u8]> {
        let found = self.found.iter().find(|(known, _)| *known == kind);
        found.map(|(_, value)| *value)
    }

    fn required(&self, kind: u8) -> Result<&'a [u8], PrefaceError> {
        self.optional(kind).ok_or(PrefaceError::Missing(kind))
    }

    fn text(&self, kind: u8) -> Result<&'a str, PrefaceError> {
        str::from_utf8(self.required(kind)?).map_err(|_| PrefaceError::Invalid(kind))
    }

    fn pair(&self, kind: u8) -> Result<(String, String), PrefaceError> {
        let (left, right) = self
            .text(kind)?
            .split_once('\0')
            .ok_or(PrefaceError::Invalid(kind))?;
        Ok((left.to_owned(), right.to_owned()))
    }

    fn tls_version(&self) -> Result<Option<String>, PrefaceError> {
        let Some(mut ssl) = self.optional(SSL) else {
            return Ok(None);
        };
        let _client_and_verify = take(&mut ssl, 5)?;
        let (SSL_VERSION, version) = take_tlv(&mut ssl)? else {
            return Err(PrefaceError::Invalid(SSL));
        };
        let version = str::from_utf8(version).map_err(|_| PrefaceError::Invalid(SSL))?;
        Ok(Some(version.to_owned()))
    }
}

fn put(out: &mut Vec<u8>, kind: u8, value: &[u8]) -> Option<()> {
    out.push(kind);
    out.extend(u16::try_from(value.len()).ok()?.to_be_bytes());
    out.extend(value);
    Some(())
}

/// Two texts; the first never holds a NUL.
fn put_pair(out: &mut Vec<u8>, kind: u8, left: &str, right: &str) -> Option<()> {
    put(out, kind, format!("{left}\0{right}").as_bytes())
}

fn put_addresses(out: &mut Vec<u8>, client: SocketAddr, local: SocketAddr) {
    match (client.ip().to_canonical(), local.ip().to_canonical()) {
        (IpAddr::V4(client), IpAddr::V4(local)) => {
            out.extend([TCP_OVER_IPV4, 0, 0]);
            out.extend(client.octets());
            out.extend(local.octets());
        }
        (client, local) => {
            let six = |address| match address {
                IpAddr::V4(four) => four.to_ipv6_mapped(),
                IpAddr::V6(six) => six,
            };
            out.extend([TCP_OVER_IPV6, 0, 0]);
            out.extend(six(client).octets());
            out.extend(six(local).octets());
        }
    }
    out.extend(client.port().to_be_bytes());
    out.extend(local.port().to_be_bytes());
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], PrefaceError> {
    let (taken, left) = rest
        .split_at_checked(count)
        .ok_or(PrefaceError::Truncated)?;
    *rest = left;
    Ok(taken)
}

fn take_array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], PrefaceError> {
    take(rest, N)?
        .try_into()
        .map_err(|_| PrefaceError::Truncated)
}

fn take_tlv<'a>(rest: &mut &'a [u8]) -> Result<(u8, &'a [u8]), PrefaceError> {
    if rest.is_empty() {
        return Err(PrefaceError::Missing(0xEF));
    }
    let [kind, high, low] = take_array(rest)?;
    let value = take(rest, usize::from(u16::from_be_bytes([high, low])))?;
    Ok((kind, value))
}

fn take_addresses(
    rest: &mut &[u8],
    family: Option<u8>,
) -> Result<(SocketAddr, SocketAddr), PrefaceError> {
    let (client, local): (IpAddr, IpAddr) = if family == Some(TCP_OVER_IPV4) {
        (
            Ipv4Addr::from(take_array::<4>(rest)?).into(),
            Ipv4Addr::from(take_array::<4>(rest)?).into(),
        )
    } else {
        (
            Ipv6Addr::from(take_array::<16>(rest)?).into(),
            Ipv6Addr::from(take_array::<16>(rest)?).into(),
        )
    };
    let client_port = u16::from_be_bytes(take_array(rest)?);
    let local_port = u16::from_be_bytes(take_array(rest)?);
    Ok((
        SocketAddr::new(client.to_canonical(), client_port),
        SocketAddr::new(local.to_canonical(), local_port),
    ))
}

#[cfg(test)]
mod tests;
