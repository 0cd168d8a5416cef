//! Addresses as far as they can be judged without the network: whether they have their parts.

use service::flags::{Flag, Values};

use super::flags;

/// `outrigger.admin.listener`: a host and a port.
pub(super) fn listener(values: &mut Values) -> Option<String> {
    checked(values, &flags::ADMIN_LISTENER, |text| {
        let is_one = has_host_and_port(text);
        (!is_one).then(|| format!("\"{text}\" is no HOST:PORT, such as 127.0.0.1:9471"))
    })
}

/// `endpoint-url`: with its scheme, which nobody can guess.
pub(super) fn endpoint_url(values: &mut Values) -> Option<String> {
    checked(values, &flags::ENDPOINT_URL, |text| {
        let rest = ["http://", "https://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme));
        let is_one = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', ':']));
        (!is_one).then(|| {
            format!("\"{text}\" is no URL of http:// or https://, such as http://127.0.0.1:4566")
        })
    })
}

fn checked(
    values: &mut Values,
    flag: &Flag,
    problem: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let text = values.optional(flag)?;
    if let Some(problem) = problem(&text) {
        values.problem(flag, problem);
    }
    Some(text)
}

fn has_host_and_port(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| {
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let is_host = match bare {
            Some(host) => host.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && !host.contains(['/', ':', ' ']),
        };
        is_host && port.parse::<u16>().is_ok()
    })
}
