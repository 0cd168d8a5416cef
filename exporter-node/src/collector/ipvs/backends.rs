//! Reads `/proc/net/ip_vs`: virtual services, and the real servers behind each.
//!
//! ```text
//! TCP  C0A80016:0CEA wlc
//!   -> C0A85216:0CEA      Tunnel  100    248        2
//! FWM  10001000 wlc
//! TCP  [0000:0000:…:0001]:0CEA wlc
//! ```

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A real server of a virtual service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Backend<'a> {
    pub(super) proto: &'a str,
    /// None where the service is a mark of the firewall.
    pub(super) local_address: Option<IpAddr>,
    pub(super) local_port: u16,
    pub(super) local_mark: &'a str,
    pub(super) remote_address: IpAddr,
    pub(super) remote_port: u16,
    pub(super) weight: u64,
    pub(super) active: u64,
    pub(super) inactive: u64,
}

/// What the lines below it belong to.
#[derive(Clone, Copy, Default)]
struct Service<'a> {
    proto: &'a str,
    local: Option<(IpAddr, u16)>,
    mark: &'a str,
}

/// The real servers, in the order of the file.
pub(super) fn backends(text: &str) -> Option<Vec<Backend<'_>>> {
    let mut backends = Vec::new();
    let mut service = Service::default();
    for line in text.lines() {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        match words[..] {
            [_, "RemoteAddress:Port", ..] => {}
            [proto @ ("TCP" | "UDP" | "SCTP"), local, ..] => {
                service = Service {
                    proto,
                    local: Some(address(local)?),
                    mark: "",
                };
            }
            [proto @ "FWM", mark, ..] => {
                service = Service {
                    proto,
                    local: None,
                    mark,
                };
            }
            ["->", remote, _, weight, active, inactive, ..] => {
                let (remote_address, remote_port) = address(remote)?;
                backends.push(Backend {
                    proto: service.proto,
                    local_address: service.local.map(|(ip, _)| ip),
                    local_port: service.local.map_or(0, |(_, port)| port),
                    local_mark: service.mark,
                    remote_address,
                    remote_port,
                    weight: weight.parse().ok()?,
                    active: active.parse().ok()?,
                    inactive: inactive.parse().ok()?,
                });
            }
            _ => {}
        }
    }
    Some(backends)
}

/// `C0A80016:0CEA` or `[2620:0000:…:0001]:0050`
fn address(text: &str) -> Option<(IpAddr, u16)> {
    let (ip, port) = text.rsplit_once(':')?;
    let is_hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if port.len() != 4 || !is_hexadecimal(port) {
        return None;
    }
    let port = u16::from_str_radix(port, 16).ok()?;
    let v6 = ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']'));
    let ip = match v6 {
        Some(v6) => v6.parse::<Ipv6Addr>().ok()?.into(),
        None if ip.len() == 8 && is_hexadecimal(ip) => {
            Ipv4Addr::from_bits(u32::from_str_radix(ip, 16).ok()?).into()
        }
        None => return None,
    };
    Some((ip, port))
}

#[cfg(test)]
mod tests {
    use super::{Backend, address, backends};

    #[test]
    fn addresses_are_hexadecimal() {
        let cases = [
            ("C0A80016:0CEA", Some("192.168.0.22:3306")),
            (
                "[2620:0000:0000:0000:0000:0000:0000:0001]:0050",
                Some("[2620::1]:80"),
            ),
            ("C0A80016", None),
            ("C0A800160:0CEA", None),
            ("C0A80016:0CEAF", None),
            ("+0A80016:0CEA", None),
            ("C0A80016:+CEA", None),
            ("[::1:0050", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let found = address(text).map(|(ip, port)| std::net::SocketAddr::new(ip, port));
            assert_eq!(found.map(|a| a.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn servers_belong_to_the_service_above() {
        let text = "IP Virtual Server version 1.2.1 (size=4096)\n\
            Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port Forward Weight\n\
            TCP  C0A80016:0CEA wlc\n  -> C0A85216:0CEA      Tunnel  100    248        2\n\
            FWM  10001000 wlc\n  -> C0A8321A:0CEA      Tunnel  20     64         1\n";
        let server = Backend {
            proto: "TCP",
            local_address: "192.168.0.22".parse().ok(),
            local_port: 3306,
            local_mark: "",
            remote_address: "192.168.82.22".parse().unwrap(),
            remote_port: 3306,
            weight: 100,
            active: 248,
            inactive: 2,
        };
        let marked = Backend {
            proto: "FWM",
            local_address: None,
            local_port: 0,
            local_mark: "10001000",
            remote_address: "192.168.50.26".parse().unwrap(),
            weight: 20,
            active: 64,
            inactive: 1,
            ..server.clone()
        };
        assert_eq!(backends(text), Some(vec![server, marked]));
        assert_eq!(backends(""), Some(vec![]));
        assert_eq!(backends("->\n-> x\nTCP\n"), Some(vec![]));
        assert_eq!(backends("TCP x wlc\n"), None);
        assert_eq!(backends("-> C0A8321A:0CEA Tunnel x 1 1\n"), None);
    }
}
