//! Networks in rules: an IPv4 network that is written in IPv6's form is an IPv4 network, because the
//! addresses that it is compared with are IPv4's.

use ipnet::{IpNet, Ipv4Net};

/// Bits before an IPv4 address in IPv6's form (RFC 4291 §2.5.5.2).
const MAPPED_BITS: u8 = 96;

/// The network as addresses after [`std::net::IpAddr::to_canonical`] are compared with it.
pub fn canonical_network(network: IpNet) -> IpNet {
    let IpNet::V6(six) = network else {
        return network;
    };
    let address = six.addr().to_ipv4_mapped();
    let four = address.zip(six.prefix_len().checked_sub(MAPPED_BITS));
    let four = four.and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok());
    four.map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::canonical_network;

    #[test]
    fn only_what_is_whole_in_the_mapped_form_is_ipv4() {
        for (text, expected) in [
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:10.1.2.3/128", "10.1.2.3/32"),
            ("::ffff:0.0.0.0/96", "0.0.0.0/0"),
            ("::ffff:0.0.0.0/95", "::ffff:0.0.0.0/95"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("10.0.0.0/8", "10.0.0.0/8"),
        ] {
            let found = canonical_network(text.parse().unwrap());
            assert_eq!(found, expected.parse().unwrap(), "{text}");
        }
    }
}
