//! node_exporter's `--web.*` flags.

use std::path::PathBuf;

use service::flags::{Flag, Values};

use crate::web_config::WebConfig;

const LISTEN_ADDRESS: Flag = Flag::list(
    "web.listen-address",
    &[],
    "Address to listen on: HOST:PORT, or :PORT for every address; loopback unless given",
);
const LISTEN: Flag = Flag::alias("listen", &LISTEN_ADDRESS, "Short for web.listen-address");
const TELEMETRY_PATH: Flag = Flag::text(
    "web.telemetry-path",
    "/metrics",
    "Path under which the metrics are",
);
const CONFIG_FILE: Flag = Flag::text(
    "web.config.file",
    "",
    "TLS and basic authentication in Prometheus' web configuration format; read again when it changes",
);
const MAX_REQUESTS: Flag = Flag::text(
    "web.max-requests",
    "40",
    "Collections at once, 0 for no limit; scrapers that ask for the same share one",
);
const DISABLE_EXPORTER_METRICS: Flag = Flag::switch(
    "web.disable-exporter-metrics",
    false,
    "Leave out the metrics about the exporter's own serving",
);

/// THE FLAGS.
pub const FLAGS: &[&Flag] = &[
    &LISTEN_ADDRESS,
    &LISTEN,
    &TELEMETRY_PATH,
    &CONFIG_FILE,
    &MAX_REQUESTS,
    &DISABLE_EXPORTER_METRICS,
];

/// What the flags came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Web {
    /// `HOST:PORT` or `:PORT`; empty for the exporter's default.
    pub listen_addresses: Vec<String>,
    /// Where the metrics are.
    pub telemetry_path: String,
    /// The web configuration file.
    pub config_file: Option<PathBuf>,
    /// Collections at once; 0 is no limit.
    pub max_requests: usize,
    /// Whether the server's own metrics are left out.
    pub disable_exporter_metrics: bool,
}

impl Default for Web {
    fn default() -> Self {
        Self::read(&mut Values::default())
    }
}

impl Web {
    /// Reads the flags, and the web configuration with its files, so that what is wrong with them is told
    /// before anything is served.
    pub fn read(values: &mut Values) -> Self {
        let listen_addresses = listen_addresses(values);
        let telemetry_path = values.text(&TELEMETRY_PATH);
        let is_plain = telemetry_path.bytes().all(|byte| byte.is_ascii_graphic());
        let is_path = telemetry_path.starts_with('/') && !telemetry_path.contains(['?', '#']);
        if !is_plain || !is_path {
            let problem = format!("{telemetry_path:?} is no path, such as /metrics");
            values.problem(&TELEMETRY_PATH, problem);
        }
        let config_file = values.optional(&CONFIG_FILE).map(PathBuf::from);
        if let Some(file) = &config_file
            && let Err(error) = WebConfig::read(file)
        {
            values.problem(&CONFIG_FILE, error);
        }
        Self {
            listen_addresses,
            telemetry_path,
            config_file,
            max_requests: values.parsed(&MAX_REQUESTS),
            disable_exporter_metrics: values.switch(&DISABLE_EXPORTER_METRICS),
        }
    }
}

fn listen_addresses(values: &mut Values) -> Vec<String> {
    let addresses = values.list(&LISTEN_ADDRESS);
    for address in &addresses {
        if split_address(address).is_none() {
            let problem = "is no HOST:PORT, such as 127.0.0.1:9100 or :9100";
            values.problem(&LISTEN_ADDRESS, format!("{address:?} {problem}"));
        }
    }
    addresses
}

/// The host and the port of `HOST:PORT`, `[IPV6]:PORT` or `:PORT`; an empty host is every address.
pub(crate) fn split_address(address: &str) -> Option<(&str, u16)> {
    let (host, port) = address.rsplit_once(':')?;
    let port = port.parse().ok()?;
    match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        Some(inner) => Some((inner, port)),
        None if host.contains([':', '[', ']', '/']) => None,
        None => Some((host, port)),
    }
}

#[cfg(test)]
mod tests {
    use super::{FLAGS, Web, split_address};
    use service::flags::Values;

    #[test]
    fn addresses_are_hosts_and_ports() {
        for (address, expected) in [
            ("127.0.0.1:11002", Some(("127.0.0.1", 11002))),
            (":0", Some(("", 0))),
            ("[::1]:9100", Some(("::1", 9100))),
            ("localhost:9100", Some(("localhost", 9100))),
            ("::1:9100", None),
            ("9100", None),
            ("host:", None),
            ("host:65536", None),
            ("http://host:1", None),
        ] {
            assert_eq!(split_address(address), expected, "{address}");
        }
    }

    #[test]
    fn every_wrong_flag_is_told_at_once() {
        let text = "web.listen-address=nowhere,:1\nweb.telemetry-path=metrics\n\
            web.config.file=/no/such/file.yml\nweb.max-requests=many\n";
        let mut values = Values::load(FLAGS, text, &[], &Vec::new());
        Web::read(&mut values);
        let report = values.finish().unwrap_err().to_string();
        let told = |name: &str| !matches!(name, "listen" | "web.disable-exporter-metrics");
        for flag in FLAGS.iter().filter(|flag| told(flag.name)) {
            assert!(report.contains(flag.name), "{}: {report}", flag.name);
        }
        let text = "listen=:1\nweb.listen-address=:2\n";
        let mut values = Values::load(FLAGS, text, &[], &Vec::new());
        Web::read(&mut values);
        let report = values.finish().unwrap_err().to_string();
        assert!(report.contains("mutually exclusive"), "{report}");
        let mut values = Values::load(FLAGS, "listen=:1", &[], &Vec::new());
        assert_eq!(Web::read(&mut values).listen_addresses, [":1"]);
        let mut values = Values::load(FLAGS, "web.max-requests=0", &[], &Vec::new());
        let web = Web::read(&mut values);
        values.finish().unwrap();
        assert_eq!(
            web,
            Web {
                max_requests: 0,
                ..Web::default()
            }
        );
    }
}
