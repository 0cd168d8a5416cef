//! The host of an ACL, and the text in which Java prints an address.
//!
//! Kafka compares texts, so that `::1` in an ACL never meets the client that Java calls
//! `0:0:0:0:0:0:0:1`. Here addresses are compared; the text is kept, because it is what DescribeAcls
//! shows and what filters name. A scope (`%eth0`) is not known of a connection and not looked at.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;

/// The text that stands for every host.
const WILDCARD: &str = "*";

/// The host of an ACL; two are equal where their texts are.
#[derive(Clone, Debug)]
pub struct AclHost {
    text: Box<str>,
    matches: Match,
}

#[derive(Clone, Copy, Debug)]
enum Match {
    Any,
    Address(IpAddr),
    /// A host name or a network: neither Kafka nor this program resolves it.
    Never,
}

impl AclHost {
    /// Every host.
    pub fn any() -> Self {
        Self::new(WILDCARD)
    }

    /// The host of a text, whatever it is.
    pub fn new(text: &str) -> Self {
        let address = text.split('%').next().unwrap_or_default();
        let matches = match address.parse::<IpAddr>() {
            _ if text == WILDCARD => Match::Any,
            Ok(address) => Match::Address(address.to_canonical()),
            Err(_) => Match::Never,
        };
        Self {
            text: text.into(),
            matches,
        }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a client of this address is meant.
    pub fn matches(&self, client: IpAddr) -> bool {
        match self.matches {
            Match::Any => true,
            Match::Address(address) => address == client.to_canonical(),
            Match::Never => false,
        }
    }

    /// Whether no client can ever be meant: it is neither `*` nor an address.
    pub fn matches_nobody(&self) -> bool {
        matches!(self.matches, Match::Never)
    }
}

impl PartialEq for AclHost {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for AclHost {}

impl Hash for AclHost {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl PartialOrd for AclHost {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AclHost {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

/// An address as Java's `getHostAddress` prints it: IPv6 uncompressed, IPv4-mapped as IPv4.
#[derive(Clone, Copy, Debug)]
pub struct HostAddress(pub IpAddr);

impl fmt::Display for HostAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = match self.0.to_canonical() {
            IpAddr::V4(address) => return address.fmt(f),
            IpAddr::V6(address) => address,
        };
        for (at, segment) in address.segments().into_iter().enumerate() {
            let colon = if at == 0 { "" } else { ":" };
            write!(f, "{colon}{segment:x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{AclHost, HostAddress};

    #[test]
    fn addresses_are_compared_not_texts() {
        let cases = [
            ("*", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
            ("::ffff:10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "::ffff:10.0.0.1", true),
            ("0:0:0:0:0:0:0:1", "::1", true),
            ("::1", "::1", true),
            ("fe80:0:0:0:0:0:0:1%eth0", "fe80::1", true),
            ("10.0.0.0/8", "10.0.0.1", false),
            ("localhost", "127.0.0.1", false),
            ("10.0.0.01", "10.0.0.1", false),
            ("", "127.0.0.1", false),
            ("* ", "127.0.0.1", false),
        ];
        for (host, client, expected) in cases {
            let host = AclHost::new(host);
            assert_eq!(host.matches(client.parse().unwrap()), expected, "{host:?}");
        }
    }

    #[test]
    fn an_address_is_printed_as_java_does() {
        let cases = [
            ("::1", "0:0:0:0:0:0:0:1"),
            ("2001:db8::a:0:1", "2001:db8:0:0:0:a:0:1"),
            ("::ffff:10.0.0.1", "10.0.0.1"),
            ("127.0.0.1", "127.0.0.1"),
        ];
        for (address, expected) in cases {
            let shown = HostAddress(address.parse().unwrap()).to_string();
            assert_eq!(shown, expected);
        }
    }
}
