//! What an operator says about the push: properties of ours first, the standard variables of
//! OpenTelemetry where those say nothing.
//!
//! It opens no file; where nothing names a collector there is nothing to push.

mod pairs;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use hyper::Uri;
use hyper::header::{HeaderName, HeaderValue};
use service::{Secret, environment};

use self::pairs::pairs;

/// A property, for tables and help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// As in a properties file.
    pub name: &'static str,
    /// Empty: the variable decides, or it is off.
    pub default: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// The standard variables that hold where the property is not set, the first that is set.
    pub variables: &'static [&'static str],
    /// Whether its value is to be shown to nobody.
    pub is_secret: bool,
}

const ENDPOINT: &str = "outrigger.otlp.endpoint";
const METRICS_ENDPOINT: &str = "outrigger.otlp.metrics.endpoint";
const TRACES_ENDPOINT: &str = "outrigger.otlp.traces.endpoint";
const INTERVAL: &str = "outrigger.otlp.interval.ms";
const TIMEOUT: &str = "outrigger.otlp.timeout.ms";
const COMPRESSION: &str = "outrigger.otlp.compression";
const HEADERS: &str = "outrigger.otlp.headers";
const HEADERS_FILE: &str = "outrigger.otlp.headers.file";
const CERTIFICATE: &str = "outrigger.otlp.certificate";
const CLIENT_CERTIFICATE: &str = "outrigger.otlp.client.certificate";
const CLIENT_KEY: &str = "outrigger.otlp.client.key";
const RATIO: &str = "outrigger.otlp.traces.sampling.ratio";
const ATTRIBUTES: &str = "outrigger.otlp.resource.attributes";

/// THE KEYS.
pub const KEYS: &[Key] = &[
    Key {
        name: CERTIFICATE,
        default: "",
        doc: "PEM file with the authorities of an https collector; empty is the system's.",
        variables: &["OTEL_EXPORTER_OTLP_CERTIFICATE"],
        is_secret: false,
    },
    Key {
        name: CLIENT_CERTIFICATE,
        default: "",
        doc: "PEM file with the certificate chain that this process shows a collector.",
        variables: &["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"],
        is_secret: false,
    },
    Key {
        name: CLIENT_KEY,
        default: "",
        doc: "PEM file with the key of that certificate.",
        variables: &["OTEL_EXPORTER_OTLP_CLIENT_KEY"],
        is_secret: false,
    },
    Key {
        name: COMPRESSION,
        default: "gzip",
        doc: "How requests are compressed: gzip or none.",
        variables: &["OTEL_EXPORTER_OTLP_COMPRESSION"],
        is_secret: false,
    },
    Key {
        name: ENDPOINT,
        default: "",
        doc: "Collector that metrics and traces are pushed to by OTLP, such as \
              http://127.0.0.1:4318; /v1/metrics and /v1/traces are added. Empty pushes nothing.",
        variables: &["OTEL_EXPORTER_OTLP_ENDPOINT"],
        is_secret: false,
    },
    Key {
        name: HEADERS,
        default: "",
        doc: "Headers of each push, as name=value,name=value with values percent-encoded. A secret \
              is better kept in outrigger.otlp.headers.file.",
        variables: &["OTEL_EXPORTER_OTLP_HEADERS"],
        is_secret: true,
    },
    Key {
        name: HEADERS_FILE,
        default: "",
        doc: "File with further headers, one `name: value` a line; read again for each push.",
        variables: &[],
        is_secret: false,
    },
    Key {
        name: INTERVAL,
        default: "60000",
        doc: "How often metrics are pushed.",
        variables: &["OTEL_METRIC_EXPORT_INTERVAL"],
        is_secret: false,
    },
    Key {
        name: METRICS_ENDPOINT,
        default: "",
        doc: "The whole URL that metrics go to, where that is not below outrigger.otlp.endpoint.",
        variables: &["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"],
        is_secret: false,
    },
    Key {
        name: ATTRIBUTES,
        default: "",
        doc: "Attributes of this process as a resource, as name=value,name=value; service.name among \
              them replaces its own.",
        variables: &["OTEL_RESOURCE_ATTRIBUTES"],
        is_secret: false,
    },
    Key {
        name: TIMEOUT,
        default: "10000",
        doc: "How long one push may take.",
        variables: &["OTEL_EXPORTER_OTLP_TIMEOUT"],
        is_secret: false,
    },
    Key {
        name: TRACES_ENDPOINT,
        default: "",
        doc: "The whole URL that traces go to, where that is not below outrigger.otlp.endpoint.",
        variables: &["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"],
        is_secret: false,
    },
    // A broker has thousands of requests a second: none are traced unless somebody asks.
    Key {
        name: RATIO,
        default: "0",
        doc: "Share of requests and logins that are traced, 0 to 1.",
        variables: &[],
        is_secret: false,
    },
];

/// Shortest interval: below it the push would be most of what the process does.
const INTERVAL_MIN: Duration = Duration::from_millis(100);

/// Where to, how and how often.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where each signal goes.
    pub endpoints: Endpoints,
    /// Of metrics.
    pub interval: Duration,
    /// Of one push.
    pub timeout: Duration,
    /// Whether bodies are compressed.
    pub gzip: bool,
    /// Of each push.
    pub headers: Secret<Vec<(HeaderName, HeaderValue)>>,
    /// More of them, one a line.
    pub headers_file: Option<PathBuf>,
    /// Authorities of the collector; `None` is the system's.
    pub certificate: Option<PathBuf>,
    /// Chain and key that the collector is shown.
    pub client_certificate: Option<(PathBuf, PathBuf)>,
    /// Share of traces that are kept; 0 is none.
    pub sampling_ratio: f64,
    /// What is said about the process.
    pub resource: BTreeMap<String, String>,
}

/// Where each signal goes; at least one is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// Of metrics.
    pub metrics: Option<Uri>,
    /// Of traces.
    pub traces: Option<Uri>,
}

impl Settings {
    /// Reads them by `property`, which answers what was set for a name of [`KEYS`]; `None` where
    /// nothing names a collector.
    ///
    /// # Errors
    /// A sentence for each thing that is wrong.
    pub fn read(property: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, Vec<String>> {
        Self::read_with(property, environment::variable)
    }

    /// The same, with the environment as `variable` tells it.
    ///
    /// # Errors
    /// A sentence for each thing that is wrong.
    pub fn read_with(
        property: impl Fn(&str) -> Option<String>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, Vec<String>> {
        let mut reader = Reader {
            property: &property,
            variable: &variable,
            problems: Vec::new(),
        };
        let settings = reader.settings();
        match reader.problems {
            problems if problems.is_empty() => Ok(settings),
            problems => Err(problems),
        }
    }

    /// Every file that is read: for sandboxes.
    pub fn files(&self) -> Vec<PathBuf> {
        let client = self.client_certificate.iter();
        let client = client.flat_map(|(chain, key)| [chain, key]);
        let files = self.headers_file.iter().chain(&self.certificate);
        files.chain(client).cloned().collect()
    }

    /// Every TCP port that is connected to: for sandboxes.
    pub fn ports(&self) -> Vec<u16> {
        let endpoints = [&self.endpoints.metrics, &self.endpoints.traces];
        let mut ports: Vec<u16> = endpoints.into_iter().flatten().map(port).collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }
}

/// The port of a URL, said or meant.
pub(crate) fn port(uri: &Uri) -> u16 {
    let meant = if is_https(uri) { 443 } else { 80 };
    uri.port_u16().unwrap_or(meant)
}

pub(crate) fn is_https(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https")
}

struct Reader<'a> {
    property: &'a dyn Fn(&str) -> Option<String>,
    variable: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<String>,
}

/// A value and the name that it was given under.
type Given = (String, String);

impl Reader<'_> {
    fn settings(&mut self) -> Option<Settings> {
        let disabled = (self.variable)("OTEL_SDK_DISABLED");
        if disabled.is_some_and(|text| text.eq_ignore_ascii_case("true")) {
            return None;
        }
        let endpoints = self.endpoints();
        if endpoints == Endpoints::default() && self.problems.is_empty() {
            return None;
        }
        self.check_protocol();
        let settings = Settings {
            endpoints,
            interval: self.duration(INTERVAL, INTERVAL_MIN),
            timeout: self.duration(TIMEOUT, Duration::from_millis(1)),
            gzip: self.gzip(),
            headers: Secret::new(self.headers()),
            headers_file: self.path(HEADERS_FILE),
            certificate: self.path(CERTIFICATE),
            client_certificate: self.client_certificate(),
            sampling_ratio: self.ratio(),
            resource: self.resource(),
        };
        Some(settings)
    }

    /// What was set: the property, or the first of its variables.
    fn given(&self, name: &str) -> Option<Given> {
        let set = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        if let Some(text) = (self.property)(name).and_then(set) {
            return Some((name.to_owned(), text));
        }
        let key = KEYS.iter().find(|key| key.name == name)?;
        let mut variables = key.variables.iter();
        variables.find_map(|variable| {
            let text = (self.variable)(variable).and_then(set)?;
            Some(((*variable).to_owned(), text))
        })
    }

    /// What was set, or the default.
    fn text(&self, name: &str) -> Given {
        let default = KEYS.iter().find(|key| key.name == name);
        let default = default.map_or("", |key| key.default);
        self.given(name)
            .unwrap_or_else(|| (name.to_owned(), default.to_owned()))
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        self.given(name).map(|(_, text)| PathBuf::from(text))
    }

    fn endpoints(&mut self) -> Endpoints {
        let base = self.given(ENDPOINT);
        let mut endpoint = |own: &str, path: &str| {
            if let Some((name, text)) = self.given(own) {
                return self.url(&name, &text);
            }
            let (name, text) = base.clone()?;
            self.url(&name, &format!("{}/{path}", text.trim_end_matches('/')))
        };
        Endpoints {
            metrics: endpoint(METRICS_ENDPOINT, "v1/metrics"),
            traces: endpoint(TRACES_ENDPOINT, "v1/traces"),
        }
    }

    /// A user and a password in a URL would end up in logs.
    fn url(&mut self, name: &str, text: &str) -> Option<Uri> {
        let parsed: Option<Uri> = text.parse().ok();
        let usable = parsed.filter(|uri| {
            let authority = uri.authority().map_or("", |authority| authority.as_str());
            let has_host = uri.host().is_some_and(|host| !host.is_empty());
            // A port that is none is no part of what was understood.
            let is_whole = uri.port_u16().is_some() || uri.host() == Some(authority);
            let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
            is_http && has_host && is_whole && !authority.contains('@')
        });
        if usable.is_none() {
            self.problem(format!(
                "{name} is no URL of a collector; write http://HOST:PORT or https://HOST:PORT, and \
                 credentials into {HEADERS_FILE}"
            ));
        }
        usable
    }

    fn check_protocol(&mut self) {
        let names = [
            "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL",
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
            "OTEL_EXPORTER_OTLP_PROTOCOL",
        ];
        for name in names {
            let given = (self.variable)(name);
            if let Some(other) = given.filter(|text| text != "http/protobuf") {
                self.problem(format!(
                    "{name} is {other:?}; only http/protobuf is spoken here (port 4318 of most \
                     collectors)"
                ));
            }
        }
    }

    fn duration(&mut self, name: &str, least: Duration) -> Duration {
        let (name, text) = self.text(name);
        match text.parse().map(Duration::from_millis) {
            Ok(duration) if duration >= least => duration,
            _ => {
                let least = least.as_millis();
                self.problem(format!(
                    "{name} is {text:?}; give milliseconds, at least {least}"
                ));
                least_duration()
            }
        }
    }

    fn gzip(&mut self) -> bool {
        let (name, text) = self.text(COMPRESSION);
        match text.as_str() {
            "gzip" => return true,
            "none" => {}
            _ => self.problem(format!("{name} is {text:?}; give gzip or none")),
        }
        false
    }

    fn ratio(&mut self) -> f64 {
        let (name, text) = match self.given(RATIO) {
            Some(given) => given,
            None => self.sampler(),
        };
        match text.parse() {
            Ok(ratio) if (0.0..=1.0).contains(&ratio) => ratio,
            _ => {
                self.problem(format!("{name} is {text:?}; give a number from 0 to 1"));
                0.0
            }
        }
    }

    /// What the standard variables say: parents decide first in any case.
    fn sampler(&mut self) -> Given {
        let name = "OTEL_TRACES_SAMPLER";
        let Some(sampler) = (self.variable)(name) else {
            return self.text(RATIO);
        };
        let kind = sampler.trim_start_matches("parentbased_");
        let ratio = match kind {
            "always_on" => "1".to_owned(),
            "always_off" => "0".to_owned(),
            "traceidratio" => {
                let name = "OTEL_TRACES_SAMPLER_ARG";
                let ratio = (self.variable)(name).unwrap_or_else(|| "1".to_owned());
                return (name.to_owned(), ratio);
            }
            _ => {
                self.problem(format!(
                    "{name} is {sampler:?}; give always_on, always_off or traceidratio, with \
                     parentbased_ in front or not"
                ));
                "0".to_owned()
            }
        };
        (name.to_owned(), ratio)
    }

    /// The text of a header is a secret: a problem names the header alone.
    fn headers(&mut self) -> Vec<(HeaderName, HeaderValue)> {
        let Some((given_as, text)) = self.given(HEADERS) else {
            return Vec::new();
        };
        let mut headers = Vec::new();
        match pairs(&text) {
            Ok(pairs) => {
                for (name, value) in pairs {
                    match header(&name, &value) {
                        Ok(header) => headers.push(header),
                        Err(problem) => self.problem(format!("{given_as}: {problem}")),
                    }
                }
            }
            Err(problem) => self.problem(format!("{given_as}: {problem}")),
        }
        headers
    }

    fn client_certificate(&mut self) -> Option<(PathBuf, PathBuf)> {
        match (self.path(CLIENT_CERTIFICATE), self.path(CLIENT_KEY)) {
            (Some(chain), Some(key)) => Some((chain, key)),
            (None, None) => None,
            _ => {
                self.problem(format!(
                    "{CLIENT_CERTIFICATE} and {CLIENT_KEY} go together; set both or neither"
                ));
                None
            }
        }
    }

    fn resource(&mut self) -> BTreeMap<String, String> {
        let mut resource = BTreeMap::new();
        if let Some((name, text)) = self.given(ATTRIBUTES) {
            match pairs(&text) {
                Ok(pairs) => resource.extend(pairs),
                Err(problem) => self.problem(format!("{name}: {problem}")),
            }
        }
        if let Some(service) = (self.variable)("OTEL_SERVICE_NAME") {
            resource.insert("service.name".to_owned(), service);
        }
        resource
    }

    fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }
}

/// Stands in where there is a problem, and no settings come of it.
const fn least_duration() -> Duration {
    INTERVAL_MIN
}

/// A header that may be sent; its value shows in no log.
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let parsed: Option<HeaderName> = name.parse().ok();
    let ours = ["content-type", "content-length", "content-encoding", "host"];
    let Some(parsed) = parsed.filter(|name| !ours.contains(&name.as_str())) else {
        return Err(format!("{name:?} is no name of a header that may be set"));
    };
    let value: Result<HeaderValue, _> = value.parse();
    let mut value = value.map_err(|_| format!("the value of {parsed} has forbidden characters"))?;
    value.set_sensitive(true);
    Ok((parsed, value))
}

#[cfg(test)]
mod tests;
