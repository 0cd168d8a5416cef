//! Which parts use which service, where that is, and where keys would come from: out of the parts'
//! configuration and the variables and files that AWS's SDKs read, in their order.

use crate::doctor::system;
use crate::up::Outlook;
use service::environment::variable;
use std::path::{Path, PathBuf};

/// A service that a part uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) part: &'static str,
    pub(super) service: &'static str,
    /// `None` where no region is known.
    pub(super) endpoint: Option<String>,
}

/// Where keys would come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    Found(&'static str),
    NotFound,
}

/// A service: as people call it, in a host name, in a variable's name.
struct Service {
    name: &'static str,
    host: &'static str,
    variable: &'static str,
}

const CLOUDWATCH: Service = service("CloudWatch", "monitoring", "CLOUDWATCH");
const SECRETS: Service = service("Secrets Manager", "secretsmanager", "SECRETS_MANAGER");
/// By the kind of a sink.
const SINKS: &[(&str, Service)] = &[
    (
        "cloudwatch-logs",
        service("CloudWatch Logs", "logs", "CLOUDWATCH_LOGS"),
    ),
    ("firehose", service("Firehose", "firehose", "FIREHOSE")),
    ("kinesis", service("Kinesis", "kinesis", "KINESIS")),
    ("s3", service("S3", "s3", "S3")),
];

const fn service(name: &'static str, host: &'static str, variable: &'static str) -> Service {
    Service {
        name,
        host,
        variable,
    }
}

/// Every service that a part is configured to use.
pub(super) fn places(outlook: &Outlook) -> Vec<Place> {
    let region = region();
    let place = |part: &'static str, service: &Service, prefix: &str| {
        let said = |key: &str| outlook.value(part, &format!("{prefix}{key}"));
        let region = said("region").map(str::to_owned).or_else(|| region.clone());
        let endpoint = said("endpoint-url")
            .map(str::to_owned)
            .or_else(|| variable(&format!("AWS_ENDPOINT_URL_{}", service.variable)))
            .or_else(|| variable("AWS_ENDPOINT_URL"))
            .or_else(|| Some(endpoint(service.host, &region?)));
        Place {
            part,
            service: service.name,
            endpoint,
        }
    };
    let mut found = Vec::new();
    for (part, value) in outlook.values_of("cloudwatch.enabled") {
        if value == "true" {
            found.push(place(part, &CLOUDWATCH, "cloudwatch."));
        }
    }
    for (part, value) in outlook.values_of("outrigger.secrets.manager.enabled") {
        if value == "true" {
            found.push(place(part, &SECRETS, ""));
        }
    }
    for (part, value) in outlook.values_of("sink") {
        for sink in value.split(',').map(str::trim) {
            let kind = sink.split(':').next().unwrap_or_default();
            let row = SINKS.iter().find(|(name, _)| *name == kind);
            found.extend(row.map(|(_, service)| place(part, service, "")));
        }
    }
    found.dedup();
    found
}

/// That of the public regions; China has a domain of its own.
pub(super) fn endpoint(host: &str, region: &str) -> String {
    let domain = if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    format!("https://{host}.{region}.{domain}")
}

/// By variables, then by the profile.
fn region() -> Option<String> {
    let of_variables = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
    of_variables.or_else(|| {
        let text = system::text(file("AWS_CONFIG_FILE", "config")?)?;
        let profile = variable("AWS_PROFILE").unwrap_or_else(|| "default".to_owned());
        region_in(&text, &profile)
    })
}

/// `region = eu-west-1` below `[profile NAME]`, or `[default]`.
pub(super) fn region_in(config: &str, profile: &str) -> Option<String> {
    let heads = [format!("[profile {profile}]"), format!("[{profile}]")];
    let mut lines = config.lines().map(str::trim);
    lines.find(|line| heads.iter().any(|head| head == line))?;
    let mut section = lines.take_while(|line| !line.starts_with('['));
    section.find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "region").then(|| value.trim().to_owned())
    })
}

/// Where the SDK would find keys, without reading one.
pub(super) fn keys() -> Keys {
    let has = |name: &str| variable(name).is_some();
    if has("AWS_ACCESS_KEY_ID") && has("AWS_SECRET_ACCESS_KEY") {
        return Keys::Found("variables");
    }
    if has("AWS_WEB_IDENTITY_TOKEN_FILE") && has("AWS_ROLE_ARN") {
        return Keys::Found("a web identity (AWS_WEB_IDENTITY_TOKEN_FILE)");
    }
    if has("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") || has("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
        return Keys::Found("the container's role");
    }
    let exists = |variable, name| file(variable, name).is_some_and(|path| path.exists());
    if exists("AWS_SHARED_CREDENTIALS_FILE", "credentials") {
        return Keys::Found("the shared credentials file");
    }
    if exists("AWS_CONFIG_FILE", "config") {
        return Keys::Found("the shared configuration file");
    }
    Keys::NotFound
}

fn file(named_by: &str, name: &str) -> Option<PathBuf> {
    let named = variable(named_by).map(PathBuf::from);
    named.or_else(|| Some(Path::new(&variable("HOME")?).join(".aws").join(name)))
}
